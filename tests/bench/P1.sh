#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A warm night over TLS: one user in a hundred changed, four in seven signed
# in.  Leaves P1.pairs, from which P7 takes its figure.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/web.sh"

web_data "$(scaled 1000)" 1000
web_start
scan_config "$web_tls" 16
scan 0 0 || bench_fail "the first scan came out wrong"

yardstick() {
	web_curl "$web_tls" 16
}

bench_pairs P1 yardstick scan_warm
bench_ratio '$4 / $1'
bench_result "warm scan, $((web_tenants * web_users)) users, TLS" \
	"$bench_value" "x curl" "$bench_spread" 2.0 1.4
