#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The lists of rules/README.md say what the rules say.
. "$(dirname "$0")/../lib.sh"

workdir
cp "$EP_SRC/rules/README.md" "$ep_work/README.md"
check "rule list: can be made" sh "$EP_SRC/rules/list.sh" "$ep_work/README.md"
check "rule list: is up to date (sh rules/list.sh)" \
	diff -u "$EP_SRC/rules/README.md" "$ep_work/README.md"
check_same "rule list: has every rule" \
	"$(find "$EP_SRC/rules" -name '*.sql' | wc -l)" \
	"$(grep -c '^| `' "$ep_work/README.md")"
done_testing
