#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A first scan of a vendor who takes 100 ms for each answer.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/web.sh"

web_data "$(scaled 1000)" 1000
web_start
scan_config "$web_late" 64

yardstick() {
	web_curl "$web_late" 64
}

candidate() {
	scan_new 0
}

bench_pairs P6 yardstick candidate
bench_ratio '$4 / $1'
bench_result "first scan, 100 ms a page, 64 connections" "$bench_value" \
	"x curl" "$bench_spread" 1.15 1.05
