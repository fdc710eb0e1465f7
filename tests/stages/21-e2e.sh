#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The program as a user runs it, script by script of tests/e2e.
. "$(dirname "$0")/../lib.sh"

for script in "$EP_SRC"/tests/e2e/*.sh; do
	name=$(basename "$script" .sh)
	echo "=== $name" >&2
	workdir
	status=0
	timeout -k 10 "${EP_E2E_SECONDS:-600}" sh "$script" \
		>"$ep_work/tap" </dev/null || status=$?
	sed -n "s/^\(not \)\{0,1\}ok /&$name: /p" "$ep_work/tap"
	if ! grep -q '^not ok ' "$ep_work/tap"; then
		if [ "$status" -ne 0 ]; then
			not_ok "$name" "status $status"
		elif ! grep -q '^ok ' "$ep_work/tap"; then
			not_ok "$name" "tested nothing"
		fi
	else
		ep_failed=$((ep_failed + 1))
	fi
done
done_testing
