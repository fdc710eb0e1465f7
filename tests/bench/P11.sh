#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Ten rules, and all that are shipped, over a million accounts.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/fleet.sh"

ten="leaver-privileged-role administrators-too-few owner-remains agent-stale
	key-owner-unknown rmm-hardware-twice privileged-dormant
	generic-account-undeclared leaver-account-active key-owner-departed"

fleet_checked
accounts=$(fleet_ask "SELECT count(*) FROM now_account")
[ "$accounts" -ge "$(scaled 1000000)" ] || bench_fail "$accounts accounts"

# cost RULE...: bench_wall is what the rules took, without the start.
cost() {
	bench_timed "$EP_BUILD/exitproof" rule explain --cost \
		--config "$fleet_config" --now "$bench_now" "$@"
	[ "$bench_status" -eq 0 ] || return 1
	awk '$1 ~ /^[0-9]+$/ && $6 ~ /^[0-9]+$/ {
			n++; sum += $6; if ($6 > most) most = $6
			if (/: /) exit 1
		}
		END { print n, sum, most }' "$BENCH_OUT/last.out" \
		>"$BENCH_OUT/last.rules" || return 1
	read -r rules bench_wall most <"$BENCH_OUT/last.rules"
	echo "$most" >>"$BENCH_OUT/most"
}

cost_ten() {
	# shellcheck disable=SC2086
	cost $ten && [ "$rules" -eq 10 ]
}

cost_all() {
	cost && [ "$rules" -eq "$(find "$EP_SRC/rules" -name '*.sql' | wc -l)" ]
}

bench_runs P11 cost_ten
bench_ratio '$4 / 1000'
bench_result "ten rules over $accounts accounts" "$bench_value" "s" \
	"$bench_spread" 2.0 -
bench_ratio '$6 / 1024'
bench_result "memory of it, configuration and all" "$bench_value" "MB" \
	"$bench_spread" 64 -
rm -f "$BENCH_OUT/most"
BENCH_PAIRS=2
bench_runs P11-all cost_all
bench_ratio '$4 / 1000'
bench_result "all $rules rules" "$bench_value" "s" "$bench_spread" - -
bench_result "the slowest of them" \
	"$(sort -n "$BENCH_OUT/most" | awk '{ v[NR] = $1 }
		END { printf "%.2f", v[int((NR + 1) / 2)] / 1000 }')" "s" \
	"$(awk 'NR == 4 { print $7 }' "$BENCH_OUT/last.out")" 1.0 -
read -r wall cpu rss <"$BENCH_WORK/fleet.check"
bench_result "a whole check, links and results and findings stored" \
	"$(awk "BEGIN { printf \"%.1f\", $cpu / 1000000 }")" "s of processor" \
	"$((wall / 1000000)) s, $((rss / 1024)) MB" - -
