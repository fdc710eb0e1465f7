#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Each fuzz target over its corpus and some thousand inputs made of it, the same
# in every run; EP_FUZZ_SECONDS=N for others, make check-fuzz for an hour each.
. "$(dirname "$0")/../lib.sh"

build=$EP_OUT/fuzz-build
mkdir -p "$build"
cd "$build" || exit
if [ ! -f config.status ]; then
	check "fuzz: configure" "$EP_SRC/configure" CC=clang --enable-werror \
		--enable-fuzz --enable-asan --enable-ubsan CFLAGS='-O1 -g' || exit
fi
check "fuzz: make" make -j"$EP_JOBS" fuzz-targets || exit
workdir
if [ -z "${EP_FUZZ_SECONDS:-}" ]; then
	EP_FUZZ_RUNS=5000
	export EP_FUZZ_RUNS
fi
sh "$EP_SRC/tests/fuzz/run.sh" "$build" "$ep_work/fuzz" \
	"${EP_FUZZ_SECONDS:-300}" >"$ep_work/table"
cat "$ep_work/table" >&2
for source in "$EP_SRC"/tests/fuzz/fuzz_*.c; do
	name=$(basename "$source" .c)
	name=${name#fuzz_}
	# At least one input was tried, and no input found anything.
	check_has "fuzz: $name" "$ep_work/table" \
		"^\\| $name \\| [0-9]+ \\| [1-9][0-9]* .* \\| 0 \\|\$" ||
		tail -n 60 "$ep_work/fuzz/$name.log" >&2
done
done_testing
