#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the measurements count (steps, bytes, rows, memory, requests), at a
# small size and against its limit: tests/bench/gate-*.sh.  Times are measured
# by make bench and fail nothing.
. "$(dirname "$0")/../lib.sh"

check "bench: programs" make -s -C "$EP_BUILD" bench-programs || exit 1
run_scripts 1 .sh "$EP_SRC"/tests/bench/gate-*.sh
done_testing
