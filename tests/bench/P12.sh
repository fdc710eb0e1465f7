#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Everything that one person holds, from the store, as a whole process.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/fleet.sh"

fleet_checked

empty() {
	bench_timed sqlite3 "$fleet_db" "SELECT 1"
}

person() {
	bench_timed "$EP_BUILD/exitproof" person --config "$fleet_config" \
		--now "$bench_now" u7@c00007.example
	[ "$bench_status" -eq 1 ] &&
		[ "$(grep -c '^c00007 .*address$' "$BENCH_OUT/last.out")" -ge 2 ]
}

bench_pairs P12 empty person
bench_ratio '$4 / 1000'
bench_result "one person, of $(scaled 4000) customers" "$bench_value" "ms" \
	"$bench_spread" 20 -
bench_ratio '$4 / $1'
bench_result "the same" "$bench_value" "x an empty sqlite3" \
	"$bench_spread" 3.0 1.5
