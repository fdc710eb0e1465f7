#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Each fuzz target for a few seconds over its corpus; EP_FUZZ_SECONDS for more.
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
for source in "$EP_SRC"/tests/fuzz/fuzz_*.c; do
	name=$(basename "$source" .c)
	mkdir -p "$ep_work/$name" "$ep_work/found"
	corpus=$EP_SRC/tests/fuzz/corpus/${name#fuzz_}
	test -d "$corpus" || corpus=
	check "fuzz: $name" "tests/fuzz/$name" -rss_limit_mb=2048 \
		-max_total_time="${EP_FUZZ_SECONDS:-5}" -timeout=10 \
		-print_final_stats=1 -artifact_prefix="$ep_work/found/" \
		"$ep_work/$name" ${corpus:+"$corpus"}
done
done_testing
