#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a collection must count right, at a small size: requests, connections,
# records known by their text, memory, and what a kill costs.
BENCH_SCALE=50
. "$(dirname "$0")/../lib.sh"
workdir
EP_OUT=$ep_work/out
export EP_OUT
mkdir -p "$EP_OUT"
export BENCH_SCALE

# gate QUANTITY: the measurement ends well and all its figures are within
# their limits.
gate() {
	: >"$EP_OUT/results"
	if ! (
		bench_id=$1
		bench_results=$EP_OUT/results
		export bench_id bench_results
		sh "$EP_SRC/tests/bench/$1.sh"
	) >&2; then
		not_ok "bench: $1" "has no figure"
		return
	fi
	sh "$EP_SRC/tests/bench/table.sh" "$EP_OUT/results" /dev/null \
		>"$EP_OUT/table"
	check_has "bench: $1 was measured" "$EP_OUT/table" "^\\| $1 "
	check_lacks "bench: $1 keeps its limits" "$EP_OUT/table" \
		'\*\*over\*\*'
}

command -v nginx >/dev/null || {
	not_ok "bench: nginx" "missing: run \"sh docs/setup.sh test\""
	done_testing
}
gate P17
gate P20
gate P8
gate P19
done_testing
