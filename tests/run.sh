#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every test, from a clean clone to one last line "N passed, N failed".
#
#   sh tests/run.sh            all stages of tests/stages
#   sh tests/run.sh lint unit  only these (their builds must be there)
#
# Stages numbered below 20 prepare the others and run one after the other.
# The others do not need each other: EP_LANES of them (as many as there are
# processors) run side by side, begun in the order of their numbers, so the
# long ones have the low numbers.  A stage's own log is left in
# out/test-logs.
set -u
EP_SRC=$(cd "$(dirname "$0")/.." && pwd)
EP_OUT=$EP_SRC/out
EP_LOGS=$EP_OUT/test-logs
: "${EP_LANES:=$(nproc 2>/dev/null || echo 2)}"
export EP_SRC EP_OUT EP_LOGS
mkdir -p "$EP_LOGS"

passed=0
failed=0

sh "$EP_SRC/docs/setup.sh" test || exit

# stage_name FILE
stage_name() {
	name=$(basename "$1" .sh)
	echo "${name#*-}"
}

first=
rest=
for file in "$EP_SRC"/tests/stages/*.sh; do
	test -f "$file" || continue
	stage=$(stage_name "$file")
	case " $* " in
	"  " | *" $stage "*) ;;
	*) continue ;;
	esac
	# What an earlier run left must not count for this one.
	rm -f "$EP_LOGS/$stage.tap"
	case $(basename "$file") in
	[01][0-9]-*) first="$first $stage" ;;
	*) rest="$rest $stage" ;;
	esac
done

# run_stages LANES STAGE...  A stage may kill what watches it, and xargs ends
# at a child that was killed without waiting for the others: a shell stands
# between the two.
run_stages() {
	lanes=$1
	shift
	# shellcheck disable=SC2016
	test $# -eq 0 || printf '%s\n' "$@" |
		xargs -n 1 -P "$lanes" sh -c 'sh "$0" "$1" || :' \
			"$EP_SRC/tests/stage.sh"
}

# Stages have names of one word.
# shellcheck disable=SC2086
run_stages 1 $first
# shellcheck disable=SC2086
run_stages "$EP_LANES" $rest

for stage in $first $rest; do
	tap=$EP_LOGS/$stage.tap
	if [ ! -f "$tap" ]; then
		echo "stage $stage left no result"
		failed=$((failed + 1))
		continue
	fi
	passed=$((passed + $(grep -c '^ok ' "$tap")))
	failed=$((failed + $(grep -c '^not ok ' "$tap")))
done

for stage in "$@"; do
	case " $first $rest " in
	*" $stage "*) ;;
	*)
		echo "no stage called $stage in tests/stages"
		failed=$((failed + 1))
		;;
	esac
done

if [ $((passed + failed)) -eq 0 ]; then
	echo "nothing was tested"
	failed=1
fi
echo "$passed passed, $failed failed"
test "$failed" -eq 0
