#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The program as a user runs it, script by script of tests/e2e.  They wait for
# simulated vendors more than they compute, so more run than there are
# processors.
. "$(dirname "$0")/../lib.sh"

run_scripts $((EP_JOBS + 1)) .sh "$EP_SRC"/tests/e2e/*.sh
done_testing
