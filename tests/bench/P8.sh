#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Memory, first and warm, of a million users in three shapes.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/web.sh"

# shape TENANTS USERS
shape() {
	web_data "$1" "$2"
	web_start
	scan_config "$web_tls" 16
	scan 0 0 || bench_fail "$1 x $2: first scan"
	first=$bench_rss
	scan 1 "$web_changed" || bench_fail "$1 x $2: warm scan"
	most=$((first > bench_rss ? first : bench_rss))
	bench_result "peak memory, $1 tenants with $2 users" \
		"$(awk "BEGIN { printf \"%.1f\", $most / 1024 }")" MB \
		"first $((first / 1024)), warm $((bench_rss / 1024))" 112 64
}

shape "$(scaled 10000)" 100
shape "$(scaled 1000)" 1000
shape 10 "$(scaled 100000)"
