# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154,SC2034
# A fleet in a database for the measurements that need no network.  Needs
# lib.sh.

bench_now=2026-11-17T03:00:00Z
bench_data=$BENCH_WORK/data

# The shipped data as the program finds it when it is installed.
if [ ! -d "$bench_data" ]; then
	mkdir -p "$bench_data"
	for bench_part in rules reports scanner/connectors; do
		ln -s "$EP_SRC/$bench_part" \
			"$bench_data/$(basename "$bench_part")"
	done
fi
EXITPROOF_DATADIR=$bench_data
export EXITPROOF_DATADIR

# fleet NAME CUSTOMERS NIGHTS [SHAPE]: fills $BENCH_WORK/NAME unless it is
# there; fleet_config and fleet_db are its files, $BENCH_WORK/NAME.nights has
# a line for each night.
fleet() {
	fleet_config=$BENCH_WORK/$1/exitproof.yaml
	fleet_db=$BENCH_WORK/$1/fleet.db
	[ -e "$fleet_db" ] && return
	"$EP_BUILD/tests/bench/fill" "${4:-$EP_SRC/tests/bench/fleet.yaml}" \
		"$BENCH_WORK/$1" "$2" "$3" >"$BENCH_WORK/$1.nights" ||
		bench_fail "fill: no fleet of $2"
}

# The fleet of the targets, checked: a million accounts in 10,000 tenancies.
fleet_checked() {
	fleet fleet "$(scaled 4000)" 2
	[ -e "$BENCH_WORK/fleet.check" ] && return
	bench_timed "$EP_BUILD/exitproof" check -q --config "$fleet_config" \
		--now "$bench_now"
	[ "$bench_status" -le 2 ] || bench_fail "check ended with $bench_status"
	echo "$bench_wall $bench_cpu $bench_rss" >"$BENCH_WORK/fleet.check"
}

# fleet_ask SQL: one value of its database.
fleet_ask() {
	sqlite3 "$fleet_db" "$1"
}
