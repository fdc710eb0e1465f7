#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A sample of what make check-faults and make check-torture do in full; the
# second part under the sanitizers, which see what an error path leaks.
. "$(dirname "$0")/../lib.sh"

sh "$EP_SRC/tests/fault/run.sh" few all || ep_failed=1
EP_BUILD=$EP_ASAN EP_FAULT_ROUNDS=${EP_FAULT_ROUNDS:-1} \
	sh "$EP_SRC/tests/fault/run.sh" few sanitized |
	sed 's/^ok /&asan: /; s/^not ok /&asan: /' >"$EP_OUT/faults.asan"
cat "$EP_OUT/faults.asan"
if grep -q '^not ok' "$EP_OUT/faults.asan"; then
	ep_failed=1
fi
done_testing
