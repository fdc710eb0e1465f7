#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A night in which nothing happened, over plain HTTP.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/web.sh"

web_data "$(scaled 1000)" 1000
web_start
scan_config "$web_plain" 16
scan 0 0 || bench_fail "the first scan came out wrong"

yardstick() {
	web_curl "$web_plain" 16
}

candidate() {
	scan 0 0
}

bench_pairs P4 yardstick candidate
bench_ratio '$4 / $1'
bench_result "warm scan, nothing changed, plain HTTP" "$bench_value" \
	"x curl" "$bench_spread" 2.2 1.5
