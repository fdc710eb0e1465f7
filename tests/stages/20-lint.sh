#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The house rules, and the proof that each of them can be broken.
. "$(dirname "$0")/../lib.sh"

for lint in "$EP_SRC"/tests/lint/*.sh; do
	name=$(basename "$lint" .sh)
	if [ "$name" = lib ]; then
		continue
	fi
	check "lint $name" sh "$lint" "$EP_SRC"
done
done_testing
