#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# JUnit of all results, and HTML of all customers.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/fleet.sh"

fleet_checked
results=$(fleet_ask "SELECT count(*) FROM result")

junit() {
	bench_timed "$EP_BUILD/exitproof" report -q --config "$fleet_config" \
		--now "$bench_now" --report junit="$BENCH_WORK/junit.xml"
	[ "$bench_status" -eq 0 ] && [ -s "$BENCH_WORK/junit.xml" ]
}

stream() {
	bench_timed xmllint --stream --noout "$BENCH_WORK/junit.xml"
	[ "$bench_status" -eq 0 ]
}

junit || bench_fail "no JUnit"
BENCH_PAIRS=3
bench_pairs P15 stream junit
bench_ratio '$4 / $1'
bench_result "JUnit of $results results" "$bench_value" "x xmllint over it" \
	"$bench_spread" 2.0 1.0 \
	"$(($(stat -c %s "$BENCH_WORK/junit.xml") / 1048576)) MB"
bench_ratio '$6 / 1024'
bench_result "memory of it, configuration and all" "$bench_value" "MB" \
	"$bench_spread" 16 -
# A page for each customer: a tenth of the fleet tells the same.
fleet pages "$(scaled 400)" 2
bench_timed "$EP_BUILD/exitproof" check -q --config "$fleet_config" \
	--now "$bench_now"
html() {
	bench_timed "$EP_BUILD/exitproof" report -q --config "$fleet_config" \
		--now "$bench_now" --report html="$BENCH_WORK/pages/out"
	[ "$bench_status" -eq 0 ] &&
		[ "$(find "$BENCH_WORK/pages/out" -name '*.html' | wc -l)" -gt \
			"$(scaled 400)" ]
}
BENCH_PAIRS=1
bench_runs P15-html html
bench_ratio "\$4 / 1000 / $(scaled 400)"
bench_result "HTML, a customer's page" "$bench_value" "ms" "$bench_spread" - -
bench_ratio '$6 / 1024'
bench_result "memory of $(scaled 400) pages" "$bench_value" "MB" \
	"$bench_spread" 64 -
