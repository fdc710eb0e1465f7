#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Small enough to read: a function has at most 60 lines, a complexity of 12
# and nests 4 deep, a file has 600 lines.  Complexity is the modified count of
# pmccabe, where a switch counts once: a table written as a switch is easy.
set -u
root=${1:-$(dirname "$0")/../..}
. "$(dirname "$0")/lib.sh"

lines_max=60
complexity_max=12
depth_max=4
file_max=600

# Exceptions, "path function" or "path -", each with its reason above it.
# This list only shrinks.
exceptions='
'

excepted() {
	printf '%s\n' "$exceptions" | grep -Fqx "$1 $2"
}

command -v pmccabe >/dev/null || {
	echo "$0:0: pmccabe is missing: run \"sh docs/setup.sh test\""
	exit 1
}

files=$(lint_files '^(scanner|tests/estate)/.*\.(c|h|def)$')
seen=0
for file in $files; do
	seen=$((seen + 1))
	count=$(wc -l <"$root/$file")
	if [ "$count" -gt $file_max ] && ! excepted "$file" -; then
		lint_say "$file" "$file_max" \
			"$count lines, at most $file_max: two rooms in one?"
	fi
	# Depth of braces inside a function: its own pair is the first.
	lint_code "$file" | awk -v file="$file" -v max=$((depth_max + 1)) '
		/^[{]/ || (depth == 0 && /\)[^;]*{[ \t]*$/) { body = 1 }
		{
			n = split($0, c, "")
			for (i = 1; i <= n; i++) {
				if (c[i] == "{" && ++depth > max && body && !told) {
					print file ":" NR ": nests deeper than " max - 1
					told = 1
				} else if (c[i] == "}" && --depth <= 0) {
					depth = body = told = 0
				}
			}
		}' >>"$lint_bad"
done
lint_need "$seen" "C file"

# pmccabe takes a macro with arguments inside a struct for a method, so it gets
# copies where EP_VEC(struct x) reads as a pointer; lines stay where they are.
copies=$(mktemp -d)
trap 'rm -rf "$lint_bad" "$copies"' EXIT
for file in $(printf '%s\n' "$files" | grep '\.c$'); do
	mkdir -p "$copies/$(dirname "$file")"
	sed 's/^\([[:blank:]]*\)EP_VEC(\([^(){}]*\)) /\1\2 */' \
		"$root/$file" >"$copies/$file"
done

# pmccabe prints: modified complexity, plain complexity, statements, first
# line, lines, file(line): function.  What it cannot read it says on standard
# error, as "file", line N: why.
(cd "$copies" && find . -name '*.c' | sed 's,^\./,,' | sort |
	xargs -r pmccabe 2>errors) |
	while read -r complexity _ _ first lines where name; do
		file=${where%%(*}
		if excepted "$file" "$name"; then
			continue
		fi
		if [ "$lines" -gt $lines_max ]; then
			lint_say "$file" "$first" \
				"$name has $lines lines, at most $lines_max"
		fi
		if [ "$complexity" -gt $complexity_max ]; then
			lint_say "$file" "$first" \
				"$name has complexity $complexity, at most $complexity_max"
		fi
	done
sed 's/^"\([^"]*\)", line \([0-9]*\): /\1:\2: pmccabe cannot read it: /' \
	"$copies/errors" >>"$lint_bad"
lint_end
