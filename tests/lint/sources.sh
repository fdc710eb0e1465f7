#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every file of the tree is named in Makefile.am (or lies in a folder that
# EXTRA_DIST names), so that what is built, installed and released is what is
# in the tree; and every file named there exists.
set -u
root=${1:-$(dirname "$0")/../..}
. "$(dirname "$0")/lib.sh"

kinds='^(scanner|rules|reports|tests|docs)/'
named=$(mktemp)
trap 'rm -f "$lint_bad" "$named"' EXIT

# The words of the lists; a program stands for its one source file.
sed -e 's/#.*//' -e 's/\\$//' "$root/Makefile.am" | tr -s '[:blank:]' '\n' |
	sed -e 's,:$,,' -e 's,\$(EXEEXT)$,,' |
	grep -E '^(scanner|rules|reports|tests|docs|\.ci)(/|$)' | sort -u >"$named"

seen=0
for file in $(lint_files "$kinds"); do
	seen=$((seen + 1))
	if grep -Fqx -e "$file" -e "${file%.c}" "$named"; then
		continue
	fi
	# An object file or program that a build inside the tree made.
	case $file in
	*.o | *.a | *.log | *.trs | */.dirstamp | */.deps/*) continue ;;
	esac
	if [ -e "$root/$file.c" ]; then
		continue
	fi
	folder=$(dirname "$file")
	while [ "$folder" != . ]; do
		if grep -Fqx "$folder" "$named"; then
			continue 2
		fi
		folder=$(dirname "$folder")
	done
	lint_say "$file" 1 "in no list of Makefile.am"
done

while read -r file; do
	# docs/completion.sh makes these.
	case $file in
	docs/completion | docs/completion/*) continue ;;
	esac
	if [ ! -e "$root/$file" ] && [ ! -e "$root/$file.c" ] &&
		[ ! -e "$root/$file.in" ] && [ "$file" != tests/estate/estate ]; then
		lint_say Makefile.am \
			"$(grep -nF "$file" "$root/Makefile.am" | sed -n '1s/:.*//p')" \
			"names $file, which does not exist"
	fi
done <"$named"

# A folder beside these is what a test or somebody's editor left behind.
for file in $(lint_files '^[^/]+/'); do
	case $file in
	scanner/* | rules/* | reports/* | tests/* | docs/* | .ci/*) ;;
	*) lint_say "$file" 1 "in no folder of the house" ;;
	esac
done
lint_need "$seen" "file"
lint_end
