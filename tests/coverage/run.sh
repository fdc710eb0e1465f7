#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Which branches of the verdict core the tests take, and why the others are
# not: a branch that tests/coverage/reasons does not name fails, and so does a
# reason that has no branch any more.
#
#   sh tests/coverage/run.sh BUILD OUT
#
# BUILD was configured with --enable-coverage and has its check-programs made;
# what was counted before is thrown away.  The tests are all unit tests, and
# those of tests/e2e that take an exit and the evidence from their beginning to
# their end.  The table goes to standard output, each branch that is not taken
# (but those that only hand on an error) to OUT/missing.  tests/coverage/files
# names the core.
# The words in quotes are for the inner shell.
# shellcheck disable=SC2154,SC2016
set -u
if [ $# -ne 2 ]; then
	sed -n '7,15s/^# \{0,1\}//p' "$0" >&2
	exit 64
fi
. "$(dirname "$0")/../known.sh"
known_begin "$1" "$2"
EP_BUILD=$build
EP_OUT=$out/e2e
export EP_SRC EP_BUILD EP_OUT
mkdir -p "$EP_OUT"
: >"$out/missing"
: >"$out/failed"

cd "$build" || exit
find . -name '*.gcda' -exec rm -f {} +
for source in "$EP_SRC"/tests/unit/t_*.c; do
	basename "$source" .c
done | xargs -P "$EP_JOBS" -I{} sh -c \
	'timeout 600 sh "$EP_SRC/tests/unit/alone.sh" tests/unit/{} >/dev/null 2>&1 || echo {} >>'"$out/failed"
for script in erase evidence exit exit-verify; do
	timeout 1800 sh "$EP_SRC/tests/e2e/$script.sh" </dev/null \
		>"$EP_OUT/$script.tap" 2>"$EP_OUT/$script.log" ||
		echo "$script" >>"$out/failed"
done
if [ -s "$out/failed" ]; then
	echo "coverage: these failed, so nothing can be said:" >&2
	cat "$out/failed" >&2
	exit 1
fi

echo '| file | lines | branches | taken | hand on an error | other |'
echo '| --- | ---: | ---: | ---: | ---: | ---: |'
grep -v '^#' "$EP_SRC/tests/coverage/files" | while read -r file; do
	gcov -b -c -t -o "scanner/$(dirname "$file")" "scanner/$file.o" \
		2>/dev/null |
		awk -v LIST=1 -v FILE="$file" \
			-f "$EP_SRC/tests/coverage/branches.awk" \
			2>>"$out/missing"
done >"$out/counts"
awk '{
	printf "| %s | %.1f %% of %d | %d | %.1f %% | %d | %d |\n", $1,
		100 * $2 / $3, $3, $4, $4 ? 100 * $5 / $4 : 100, $6, $7
	l += $2; ln += $3; b += $4; t += $5; p += $6; o += $7
}
END {
	printf "| all | %.1f %% of %d | %d | %.1f %% | %d | %d |\n",
		100 * l / ln, ln, b, 100 * t / b, p, o
}' "$out/counts"

# "FILE COUNT TEXT" of what is missing; lines of one text are one entry.
sed -n 's/^\([^:]*\):[0-9]*: \([0-9]*\) of [0-9]* not taken: /\1 \2 /p' \
	"$out/missing" | awk '{
		count = $2
		file = $1
		sub(/^[^ ]* [^ ]* /, "")
		n[file " " $0] += count
		text[file " " $0] = $0
		of[file " " $0] = file
	}
	END {
		for (i in n)
			print of[i], n[i], text[i]
	}' >"$out/branches.said"
awk '/^=/ { given = length($0) > 20 }
	/^[^#=]/ && given' "$EP_SRC/tests/coverage/reasons" \
	>"$out/branches.known"
explained=$(awk '{ n += $2 } END { print n + 0 }' "$out/branches.known")
# What nobody explained yet is no error where it is still so, or less of it
# is, and counted.
sed -n '/^= open$/,$p' "$EP_SRC/tests/coverage/reasons" \
	>"$out/branches.open"
awk '{
	n = $2
	text = $1 substr($0, length($1 " " $2) + 1)
}
FILENAME ~ /open$/ { most[text] = n; next }
text in most && n <= most[text]' "$out/branches.open" "$out/branches.said" \
	>"$out/branches.left"
awk -v explained="$explained" '{ n += $2 } END {
	printf "\n%d branches are not taken and explained, %d not explained.\n",
		explained, n
}' "$out/branches.left"
cat "$out/branches.left" >>"$out/branches.known"
known_compare branches
