#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Unit tests of the clang build, under the address and undefined behaviour
# sanitizers with leak detection.
. "$(dirname "$0")/../lib.sh"

ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1
UBSAN_OPTIONS=print_stacktrace=1
export ASAN_OPTIONS UBSAN_OPTIONS
for source in "$EP_SRC"/tests/unit/t_*.c; do
	run_unit "$EP_ASAN/tests/unit/$(basename "$source" .c)"
done
done_testing
