#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Size of the database after a first scan.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/web.sh"

web_data "$(scaled 1000)" 1000
web_start
scan_config "$web_tls" 16
scan 0 0 || bench_fail "the first scan came out wrong"
raw=$(du -sb --apparent-size "$web_root/n0/t" | cut -f 1)
folders=$(find "$web_root/n0/t" -type d -printf '%s\n' |
	awk '{ n += $1 } END { print n }')
size=$(stat -c %s "$scan_db")
bench_result "database after the first scan" \
	"$(awk "BEGIN { printf \"%.2f\", $size / ($raw - $folders) }")" \
	"x the JSON" "$((size / 1048576)) MB" 0.9 0.5
