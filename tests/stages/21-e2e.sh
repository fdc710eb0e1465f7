#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The program as a user runs it, script by script of tests/e2e.
. "$(dirname "$0")/../lib.sh"

run_scripts "$EP_JOBS" .sh "$EP_SRC"/tests/e2e/*.sh
done_testing
