#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Requests and answers against the vendors' own documents; see
# tests/contract/README.md.
. "$(dirname "$0")/../lib.sh"

workdir
if [ ! -x "$EP_OUT/npm/node_modules/.bin/prism" ]; then
	mkdir -p "$EP_OUT/npm"
	cp "$EP_SRC/tests/contract/package.json" "$EP_OUT/npm/"
	(cd "$EP_OUT/npm" && npm install --no-audit --no-fund \
		--ignore-scripts) >&2
fi
# judge SCRIPT VENDOR
judge() {
	status=0
	timeout -k 10 300 sh "$EP_SRC/tests/contract/$1" "$2" \
		>"$ep_work/tap" </dev/null || status=$?
	cat "$ep_work/tap"
	if grep -q '^not ok ' "$ep_work/tap"; then
		ep_failed=$((ep_failed + 1))
	elif [ $status -ne 0 ]; then
		not_ok "contract $1 $2" "status $status"
	fi
}

for vendor in "$EP_SRC"/tests/contract/vendors/*; do
	judge replay.sh "$(basename "$vendor")"
done
for spec in "$EP_SRC"/tests/contract/specs/*-writes.json; do
	judge writes.sh "$(basename "$spec" -writes.json)"
done
done_testing
