#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A warm night of a vendor who takes 100 ms for each answer.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/web.sh"

web_data "$(scaled 1000)" 1000
web_start
scan_config "$web_late" 64
scan 0 0 || bench_fail "the first scan came out wrong"

yardstick() {
	web_curl "$web_late" 64
}

bench_pairs P3 yardstick scan_warm
bench_ratio '$4 / $1'
bench_result "warm scan, 100 ms a page, 64 connections" "$bench_value" \
	"x curl" "$bench_spread" 1.05 1.02
