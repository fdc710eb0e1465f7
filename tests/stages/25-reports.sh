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
run_scripts 2 -check.sh "$EP_SRC"/tests/reports/[a-z]*-check.sh
done_testing
