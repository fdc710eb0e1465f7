#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A warm night over plain HTTP.
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

bench_pairs P2 yardstick scan_warm
bench_ratio '$4 / $1'
bench_result "warm scan, plain HTTP" "$bench_value" "x curl" \
	"$bench_spread" 3.0 2.0
