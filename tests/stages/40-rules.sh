#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every shipped rule over its test worlds (pass, fail, empty, incomplete,
# null), then all of them at once.
. "$(dirname "$0")/../lib.sh"

program=$EP_BUILD/exitproof

# rule_test ARGUMENT...
rule_test() {
	"$program" rule test --rules "$EP_SRC/rules" \
		--worlds "$EP_SRC/tests/rules" "$@"
}

for file in "$EP_SRC"/rules/*/*.sql; do
	check "rule $(basename "$file" .sql)" \
		rule_test "$(basename "$file" .sql)"
done

# A rule that is not there must not look tested.
if rule_test no-such-rule >&2; then
	not_ok "rules: one that is not there" "passed"
else
	ok "rules: one that is not there"
fi
check "rules: lint" "$program" rule lint "$EP_SRC/rules"
done_testing
