#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fuzzes: every target for some seconds over its corpus, then one table.
#
#   sh tests/fuzz/run.sh BUILD OUT SECONDS [TARGET...]
#
# With EP_FUZZ_RUNS=N each target tries N inputs (of which one takes long:
# fewer) that follow from the seeds alone, so that two runs of one program find
# the same; SECONDS is then only the most it may take.
#
# BUILD was configured with --enable-fuzz and has its fuzz-targets made.  What
# the targets come to know is kept in OUT/NAME, their inputs that found a fault
# in OUT/found, what they said in OUT/NAME.log.  The table, in Markdown, goes to
# standard output; the status is 1 when something was found.
#
# Seeds are the files of tests/fuzz/corpus, the fixtures that fit, and what
# the targets make of the connectors themselves.
set -u
if [ $# -lt 3 ]; then
	sed -n '5,19s/^# \{0,1\}//p' "$0" >&2
	exit 64
fi
: "${EP_SRC:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${EP_JOBS:=$(nproc 2>/dev/null || echo 2)}"
build=$1 out=$2 seconds=$3
shift 3
export EP_SRC
mkdir -p "$out/found"
out=$(cd "$out" && pwd)
if [ $# -eq 0 ]; then
	for source in "$EP_SRC"/tests/fuzz/fuzz_*.c; do
		name=$(basename "$source" .c)
		set -- "$@" "${name#fuzz_}"
	done
fi

# copy LETTER FILE...: fixtures, behind the letter that chooses their reader.
copy() {
	letter=$1
	shift
	for file in "$@"; do
		{ printf '%s' "$letter" && cat "$file"; } \
			>"$seeds/$(basename "$file")"
	done
}

# seed TARGET: into $seeds.
seed() {
	case $1 in
	json) copy '' "$EP_SRC"/tests/fixtures/json-test-suite/*.json ;;
	rule) copy '' "$EP_SRC"/rules/*/*.sql ;;
	yaml) copy '' "$EP_SRC"/tests/exits/a*.yaml ;;
	csv) copy '' "$EP_SRC"/tests/estate/worlds/quickstart/*.csv ;;
	ldif) copy '' "$EP_SRC"/tests/estate/worlds/quickstart/*.ldf ;;
	files)
		copy a "$EP_SRC"/scanner/connectors/*.yaml
		copy b "$EP_SRC"/tests/estate/worlds/quickstart/config/*.yaml
		copy c "$EP_SRC"/rules/profiles/*.yaml
		;;
	page | import | database)
		"$build/tests/fuzz/fuzz_$1" "--seeds=$seeds" || exit
		;;
	esac
}

# fuzz TARGET
fuzz() {
	seeds=$out/$1.seeds
	mkdir -p "$seeds" "$out/$1"
	seed "$1"
	corpus=$EP_SRC/tests/fuzz/corpus/$1
	test -d "$corpus" || corpus=
	length=8192
	runs=${EP_FUZZ_RUNS:--1}
	# Of a database whole files are of no use to libFuzzer: it changes
	# bytes of a sealed one that the target makes itself.
	if [ "$1" = database ]; then
		length=256
		runs=$((runs < 0 ? runs : runs / 25))
	fi
	ASAN_OPTIONS=malloc_context_size=4:quarantine_size_mb=16:detect_leaks=1 \
	"$build/tests/fuzz/fuzz_$1" -rss_limit_mb=2048 -timeout=20 \
		-max_len=$length -max_total_time="$seconds" \
		-runs="$runs" ${EP_FUZZ_RUNS:+-seed=1} \
		-print_final_stats=1 -artifact_prefix="$out/found/$1-" \
		"$out/$1" "$seeds" ${corpus:+"$corpus"} >"$out/$1.log" 2>&1
	echo $? >"$out/$1.status"
	rm -rf "$seeds"
}

running=0
for target in "$@"; do
	fuzz "$target" &
	running=$((running + 1))
	if [ $((running % EP_JOBS)) -eq 0 ]; then
		wait
	fi
done
wait

bad=0
echo '| target | seconds | inputs | per second | edges | features | corpus | found |'
echo '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |'
for target in "$@"; do
	log=$out/$target.log
	found=$(find "$out/found" -name "$target-*" | wc -l)
	if [ "$(cat "$out/$target.status" 2>/dev/null)" != 0 ]; then
		bad=1
		test "$found" -gt 0 || found='did not run'
	fi
	awk -v target="$target" -v found="$found" '
		/^#[0-9]+.* cov: / {
			for (i = 1; i < NF; i++) {
				if ($i == "cov:")
					edges = $(i + 1)
				if ($i == "ft:")
					features = $(i + 1)
				if ($i == "corp:")
					corpus = $(i + 1)
			}
			sub("/.*", "", corpus)
		}
		/^Done / { seconds = $5 }
		/^stat::number_of_executed_units/ { n = $2 }
		END {
			printf "| %s | %d | %d | %d | %d | %d | %d | %s |\n",
				target, seconds, n, seconds ? n / seconds : 0,
				edges, features, corpus, found
		}' "$log"
done
exit $bad
