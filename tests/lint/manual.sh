#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Manual pages as mandoc likes them.
set -u
root=${1:-$(dirname "$0")/../..}
. "$(dirname "$0")/lib.sh"

command -v mandoc >/dev/null || {
	echo "$0:0: mandoc is missing: run \"sh docs/setup.sh test\""
	exit 1
}

# Cross references to pages of this same tree are not installed yet when the
# lint runs.  Matters of taste (-W style) are not asked for: the examples of
# rule files are full of SQL comments.
seen=0
for file in $(lint_files '^docs/[^/]*\.[1-8]$'); do
	seen=$((seen + 1))
	(cd "$root" && mandoc -T lint -W warning "$file") |
		grep -v 'referenced manual not found' |
		sed 's,^mandoc: ,,' >>"$lint_bad"
done
lint_need "$seen" "manual page"
lint_end
