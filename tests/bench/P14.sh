#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What changed in the last night, and in thirty of them.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/fleet.sh"

fleet year "$(scaled 60)" 365

drift() {
	bench_timed "$EP_BUILD/exitproof" drift --config "$fleet_config" \
		--now "$bench_now" --format json --from "$from"
	[ "$bench_status" -eq 1 ] || [ "$bench_status" -eq 2 ] || return 1
	changes=$(wc -l <"$BENCH_OUT/last.out")
	[ "$changes" -gt 0 ]
}

from=364
bench_runs P14 drift
bench_ratio '$4 / 1000'
bench_result "drift of the last night, $changes lines" "$bench_value" "ms" \
	"$bench_spread" 50 10
from=335
bench_runs P14-30 drift
bench_ratio '$4 / 1000000'
bench_result "drift of 30 nights, $changes lines" "$bench_value" "s" \
	"$bench_spread" 1.0 0.4
