#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every header compiles alone, and has a guard that is named after the file
# and belongs to no other header.
set -u
root=${1:-$(dirname "$0")/../..}
. "$(dirname "$0")/lib.sh"

cc=${CC:-gcc}
guards=$(mktemp)
trap 'rm -f "$lint_bad" "$guards"' EXIT

seen=0
for file in $(lint_files '^(scanner|tests)/.*\.h$'); do
	seen=$((seen + 1))
	base=$(basename "$file" .h | tr '[:lower:]-' '[:upper:]_')
	layer=$(basename "$(dirname "$file")" | tr '[:lower:]' '[:upper:]')
	guard=$(sed -n 's/^#ifndef[ \t]\{1,\}\([A-Z0-9_]*\)$/\1/p' \
		"$root/$file" | head -n 1)
	case $file:$guard in
	*:"EP_${base}_H" | *:"EP_${layer}_${base}_H") ;;
	tests/*:"EP_TEST_${base}_H" | tests/*:"ES_${base}_H" | tests/*:"${base}_H") ;;
	*) lint_say "$file" 1 "the guard is \"$guard\", not EP_${base}_H" ;;
	esac
	echo "$guard $file" >>"$guards"
	# Under another name, as a plain C file, so that -Wall keeps quiet
	# about "pragma once in main file" and the like.
	(cd "$root" && echo "#include \"$file\"" |
		sh -c "exec $cc \"\$@\"" cc -std=gnu17 -D_GNU_SOURCE \
			-Wall -Wextra -Iscanner -I. -Itests/estate \
			-iquote "$(dirname "$file")" -fsyntax-only -x c - 2>&1) |
		grep -E 'error|warning' | head -n 1 |
		sed "s,^[^ ]*: ,$file:1: does not compile alone: ," >>"$lint_bad"
done
sort "$guards" | awk '
	$1 == last {
		print $2 ":1: shares its guard " $1 " with " file
		print file ":1: shares its guard " $1 " with " $2
	}
	{ last = $1; file = $2 }' >>"$lint_bad"
lint_need "$seen" "header"
lint_end
