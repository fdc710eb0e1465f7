#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Shell scripts as shellcheck likes them.
set -u
root=${1:-$(dirname "$0")/../..}
. "$(dirname "$0")/lib.sh"

command -v shellcheck >/dev/null || {
	echo "$0:0: shellcheck is missing: run \"sh docs/setup.sh test\""
	exit 1
}

seen=0
for file in $(lint_files '\.sh$|^\.ci/run$'); do
	seen=$((seen + 1))
	(cd "$root" && shellcheck -x -f gcc -P SCRIPTDIR \
		-e SC1091,SC2016 "$file") >>"$lint_bad"
done
lint_need "$seen" "shell script"
lint_end
