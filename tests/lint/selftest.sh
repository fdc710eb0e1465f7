#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Proves that every lint can fail.  tests/lint/cases/LINT is a small tree; the
# lint must name each file there whose name holds "bad" and no other one, must
# be content once these files (and the lines of Makefile.am about them) are
# gone, and must refuse a tree that holds nothing to look at.
set -u
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0

say() {
	echo "tests/lint/$1.sh:1: $2"
	bad=1
}

try() {
	lint=$1
	tree=$work/$lint
	if [ ! -d "$here/cases/$lint" ]; then
		say "$lint" "has no tree in tests/lint/cases to prove that it can fail"
		return
	fi
	cp -R "$here/cases/$lint" "$tree"
	mkdir "$tree.empty"

	if sh "$here/$lint.sh" "$tree.empty" >"$work/log" 2>&1; then
		say "$lint" "is content with a tree that holds nothing"
	fi
	if sh "$here/$lint.sh" "$tree" >"$work/log" 2>&1; then
		say "$lint" "is content with its bad files"
	fi
	(cd "$tree" && find . -type f -name '*bad*' | sed 's,^\./,,') >"$work/bad"
	if [ ! -s "$work/bad" ]; then
		say "$lint" "its tree in tests/lint/cases has no bad file"
	fi
	while read -r file; do
		if ! grep -q "^$file:[0-9]" "$work/log"; then
			say "$lint" "does not see what is wrong with $file"
		fi
	done <"$work/bad"
	if grep -E '^[^ :]+:[0-9]+:' "$work/log" | grep -v bad; then
		say "$lint" "complains about a good file (line above)"
	fi

	find "$tree" -type f -name '*bad*' -exec rm {} +
	if [ -f "$tree/Makefile.am" ]; then
		sed -i '/bad/d' "$tree/Makefile.am"
	fi
	if ! sh "$here/$lint.sh" "$tree" >"$work/log" 2>&1; then
		cat "$work/log"
		say "$lint" "is not content although the bad files are gone"
	fi
}

for path in "$here"/*.sh; do
	name=$(basename "$path" .sh)
	case $name in
	lib | selftest) ;;
	*) try "$name" ;;
	esac
done
exit $bad
