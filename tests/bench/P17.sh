#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Requests and connections, as the server counts them.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/web.sh"

web_data "$(scaled 1000)" 1000
web_start
scan_config "$web_plain/counted" 16
: >"$BENCH_OUT/counted.log"
scan 0 0 || bench_fail "the scan came out wrong"
requests=$(wc -l <"$BENCH_OUT/counted.log")
connections=$(cut -d ' ' -f 1 "$BENCH_OUT/counted.log" | sort -u | wc -l)
bench_result "requests for each that is needed" \
	"$(awk "BEGIN { printf \"%.4f\", $requests / ($web_pages + 2) }")" \
	x "$requests of $((web_pages + 2))" =1 -
bench_result "connections opened, 16 allowed" "$connections" "" "" 16 -
