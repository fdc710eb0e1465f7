#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A small fleet with vendors that hang, throttle and lie; make check-load has
# ten thousand tenancies of them.
. "$(dirname "$0")/../lib.sh"

sh "$EP_SRC/tests/fault/load.sh" 200 120 200 || ep_failed=1
done_testing
