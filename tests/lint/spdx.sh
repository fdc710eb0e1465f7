#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The first line of every file that can hold a comment names the licence (the
# second one of a script, after its interpreter).
set -u
root=${1:-$(dirname "$0")/../..}
. "$(dirname "$0")/lib.sh"

tag='SPDX-License-Identifier: Apache-2.0'
kinds='\.(c|h|def|sh|awk|sql|yaml|yml|css|md|ac|am|dict|in|service|timer|[1-8])$'
seen=0
for file in $(lint_files "$kinds|^\.(clang|editor|git)[a-z-]*$|^\.ci/"); do
	case $file in
	Makefile.in | config.h.in) continue ;;
	esac
	seen=$((seen + 1))
	line=$(sed -n '1{/^#!/n;p;q;}' "$root/$file")
	case $line in
	*"$tag"*) ;;
	*) lint_say "$file" 1 "the first line does not say \"$tag\"" ;;
	esac
done
lint_need "$seen" "file"
lint_end
