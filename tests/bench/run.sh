#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs measurements and writes the table.
#
#   sh tests/bench/run.sh             all of tests/bench/P*.sh
#   sh tests/bench/run.sh P1 P9       only these
#
# See tests/bench/README.md.  Ends with 1 when a measurement has no figure; a
# figure above its limit is told in the table and fails nothing, since it may
# be the machine's.
set -u
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib.sh"

here=$EP_SRC/tests/bench
wanted=" $* "
sh "$EP_SRC/docs/setup.sh" bench || exit

status=0
begun=$(date +%s)
rm -f "$bench_results" "$BENCH_OUT/failed.tsv"
: >"$bench_results"

# In the order of their numbers, not of their names.
for file in $(find "$here" -name 'P*.sh' | sed 's,.*/P,,' | sort -n); do
	bench_id=P${file%.sh}
	case $wanted in
	"  " | *" $bench_id "*) ;;
	*) continue ;;
	esac
	export bench_id
	started=$(date +%s)
	sh "$here/P$file" || status=1
	bench_say "$bench_id took $(($(date +%s) - started)) s"
done
[ -n "${BENCH_KEEP:-}" ] || rm -rf "$BENCH_WORK"

bench_say "all took $(($(date +%s) - begun)) s"
if [ ! -s "$bench_results" ]; then
	echo "nothing was measured: $*" >&2
	exit 1
fi
sh "$here/table.sh" "$bench_results" "$BENCH_OUT/failed.tsv" \
	>"$BENCH_OUT/PERFORMANCE.md"
cat "$BENCH_OUT/PERFORMANCE.md"
# Only all of it at full size is what the document promises.
if [ "$wanted" = "  " ] && [ "$BENCH_SCALE" = 1 ]; then
	cp "$BENCH_OUT/PERFORMANCE.md" "$EP_SRC/docs/PERFORMANCE.md"
fi
exit $status
