#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# How many records of a night in which nothing happened are known by their
# text, and of one with the usual changes.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/web.sh"

web_data "$(scaled 1000)" 1000
web_start
scan_config "$web_plain" 16
scan 0 0 || bench_fail "the first scan came out wrong"

# known NIGHT: percent of its users.
known() {
	web_night "$1"
	"$EP_BUILD/exitproof" collect --verbose >"$BENCH_OUT/last.out" \
		2>"$BENCH_OUT/last.err" </dev/null ||
		bench_fail "the scan came out wrong"
	sed -n 's/.* requests; \([0-9]*\) of the records.*/\1/p' \
		"$BENCH_OUT/last.err" | awk -v all=$((web_tenants * web_users)) \
		'{ printf "%.2f", 100 * $1 / all; n++ } END { exit n != 1 }'
}

calm=$(known 0) || bench_fail "it does not say how many were known"
usual=$(known 1) || bench_fail "it does not say how many were known"
bench_result "records known by their text, nothing changed" "$calm" % "" \
	">99" -
bench_result "the same, 1 % changed and 4 in 7 signed in" "$usual" % "" - -
