#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Which branches of the verdict core the unit tests take:
#
#   sh tests/coverage/run.sh BUILD OUT
#
# BUILD was configured with --enable-coverage and has its check-programs made;
# what was counted before is thrown away.  The table goes to standard output,
# each branch that is not taken (but those that only hand on an error) to
# OUT/missing.  tests/coverage/files names the core.
set -u
if [ $# -ne 2 ]; then
	sed -n '5,10s/^# \{0,1\}//p' "$0" >&2
	exit 64
fi
: "${EP_SRC:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${EP_JOBS:=$(nproc 2>/dev/null || echo 2)}"
mkdir -p "$2"
build=$(cd "$1" && pwd)
out=$(cd "$2" && pwd)
EP_BUILD=$build
export EP_SRC EP_BUILD
: >"$out/missing"
: >"$out/failed"

cd "$build" || exit
find . -name '*.gcda' -exec rm -f {} +
for source in "$EP_SRC"/tests/unit/t_*.c; do
	basename "$source" .c
done | xargs -P "$EP_JOBS" -I{} sh -c \
	'timeout 600 sh "$EP_SRC/tests/unit/alone.sh" tests/unit/{} >/dev/null 2>&1 || echo {} >>'"$out/failed"
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
