#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Processor time of the warm night that P1 measures.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib.sh"

bench_file=$BENCH_OUT/P1.pairs
if [ ! -s "$bench_file" ]; then
	(bench_id=P1 && export bench_id && sh "$(dirname "$0")/P1.sh") ||
		bench_fail "P1 has none"
fi
bench_ratio '$5 / $2'
bench_result "processor time, warm scan, TLS" "$bench_value" "x curl" \
	"$bench_spread" 3 2
