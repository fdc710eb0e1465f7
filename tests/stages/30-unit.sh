#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Unit tests of the gcc build.
. "$(dirname "$0")/../lib.sh"

for source in "$EP_SRC"/tests/unit/t_*.c; do
	run_unit "$EP_BUILD/tests/unit/$(basename "$source" .c)"
done
done_testing
