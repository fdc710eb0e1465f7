# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154,SC2034
# What the measurements share: sizes, runs in turn, medians, and the one line
# a result is.  tests/bench/README.md tells how to write one.  Needs
# tests/lib.sh.
#
#   BENCH_SCALE   sizes are divided by this (1: the sizes of the targets)
#   BENCH_PAIRS   pairs of runs that count (9); one before them is thrown away
#   BENCH_OUT     results and what servers say (out/bench)
#   BENCH_WORK    data and databases, removed by run.sh (out/bench/work)

: "${BENCH_SCALE:=1}"
: "${BENCH_PAIRS:=9}"
: "${BENCH_OUT:=$EP_OUT/bench}"
: "${BENCH_WORK:=$BENCH_OUT/work}"
bench_results=${bench_results:-$BENCH_OUT/results.tsv}
export BENCH_SCALE BENCH_PAIRS BENCH_OUT BENCH_WORK
mkdir -p "$BENCH_OUT" "$BENCH_WORK"

bench_say() {
	echo "$(date +%H:%M:%S) $*" >&2
}

# bench_fail REASON...: a measurement whose run went wrong has no figure.
bench_fail() {
	bench_say "no figure: $*"
	printf '%s\t%s\n' "${bench_id:-?}" "$*" >>"$BENCH_OUT/failed.tsv"
	exit 1
}

# scaled N: N divided by BENCH_SCALE, at least 1.
scaled() {
	echo $((($1 + BENCH_SCALE - 1) / BENCH_SCALE))
}

# bench_timed COMMAND...: runs it with its output in $BENCH_OUT/last.out and
# .err; bench_wall and bench_cpu are microseconds, bench_rss kilobytes,
# bench_read bytes it read from files, bench_status how it ended.
bench_timed() {
	bench_status=0
	"$EP_BUILD/tests/bench/measure" "$BENCH_OUT/last.time" "$@" \
		>"$BENCH_OUT/last.out" 2>"$BENCH_OUT/last.err" </dev/null ||
		bench_status=$?
	read -r bench_wall bench_cpu bench_rss bench_read \
		<"$BENCH_OUT/last.time" ||
		bench_fail "$1 did not run"
}

# bench_pairs NAME YARDSTICK CANDIDATE: runs the two functions in turn, each
# of which calls bench_timed once and ends with 0 only when what came out is
# right.  Leaves lines "wall cpu rss wall cpu rss" in $bench_file.
bench_pairs() {
	bench_file=$BENCH_OUT/$1.pairs
	: >"$bench_file"
	bench_pair=0
	while [ "$bench_pair" -le "$BENCH_PAIRS" ]; do
		"$2" "$bench_pair" || bench_fail "$1: $2 came out wrong"
		bench_line="$bench_wall $bench_cpu $bench_rss"
		"$3" "$bench_pair" || bench_fail "$1: $3 came out wrong"
		bench_line="$bench_line $bench_wall $bench_cpu $bench_rss"
		# Caches and branch predictors warm up in the first.
		if [ "$bench_pair" -gt 0 ]; then
			echo "$bench_line" >>"$bench_file"
		fi
		bench_say "$1 pair $bench_pair: $bench_line"
		bench_pair=$((bench_pair + 1))
	done
}

# bench_runs NAME CANDIDATE: the same without a yardstick; the first three
# columns are 1.
bench_runs() {
	bench_pairs "$1" bench_nothing "$2"
}

bench_nothing() {
	bench_wall=1
	bench_cpu=1
	bench_rss=1
}

# bench_median EXPRESSION: over the lines of $bench_file, where $1 to $6 are
# the columns; prints "median min max".
bench_median() {
	awk "{ printf \"%.6f\\n\", $1 }" "$bench_file" | sort -g | awk '
		{ v[NR] = $1 }
		END {
			if (!NR)
				exit 1
			m = (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2
			printf "%.3f %.3f %.3f\n", m, v[1], v[NR]
		}'
}

# bench_ratio EXPRESSION: bench_value and bench_spread of it.
bench_ratio() {
	bench_three=$(bench_median "$1") || bench_fail "$bench_id: no runs"
	bench_value=${bench_three%% *}
	bench_three=${bench_three#* }
	bench_spread="${bench_three% *} to ${bench_three#* }"
}

# bench_result QUANTITY VALUE UNIT SPREAD PASS STRETCH [NOTE]: a line of the
# table.  PASS and STRETCH are limits that VALUE must not be above, "=N" for
# exactly N, ">N" for at least N, "-" for none.
bench_result() {
	printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$bench_id" "$1" "$2" "$3" \
		"$4" "$5" "$6" "${7:-}" >>"$bench_results"
	bench_say "$bench_id $1: $2 $3 ($4) limit $5 stretch $6 ${7:-}"
}
