#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Reports judged by tools that others wrote; see tests/reports/README.md.
. "$(dirname "$0")/../lib.sh"

modules=$EP_OUT/npm-reports/node_modules
if [ ! -d "$modules/axe-core" ]; then
	mkdir -p "$EP_OUT/npm-reports"
	cp "$EP_SRC/tests/reports/package.json" "$EP_OUT/npm-reports/"
	(cd "$EP_OUT/npm-reports" && PUPPETEER_SKIP_DOWNLOAD=1 npm install \
		--no-audit --no-fund --ignore-scripts) >&2
fi
NODE_PATH=$modules
export NODE_PATH
for script in "$EP_SRC"/tests/reports/[a-z]*-check.sh; do
	name=$(basename "$script" -check.sh)
	echo "=== $name" >&2
	workdir
	status=0
	timeout -k 10 600 sh "$script" >"$ep_work/tap" </dev/null || status=$?
	sed -n "s/^\(not \)\{0,1\}ok /&$name: /p" "$ep_work/tap"
	if grep -q '^not ok ' "$ep_work/tap"; then
		ep_failed=$((ep_failed + 1))
	elif [ "$status" -ne 0 ] || ! grep -q '^ok ' "$ep_work/tap"; then
		not_ok "$name" "status $status"
	fi
done
done_testing
