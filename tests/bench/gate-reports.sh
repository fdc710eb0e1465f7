#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Reports of a fleet are written piece by piece: what they hold in memory does
# not grow with it, and a file for each customer leaves nobody out.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

customers=120
# The libraries, the configuration, a page cache and buffers; a report that
# keeps its rows has more at this size already.
most_mb=32

workdir
ep_data_folder
fleet=$ep_work/fleet
"$EP_BUILD/tests/bench/fill" "$EP_SRC/tests/bench/fleet.yaml" "$fleet" \
	$customers 2 >/dev/null || not_ok "reports at size: no fleet"
"$EP_BUILD/exitproof" check -q --config "$fleet/exitproof.yaml" \
	--now 2026-11-17T03:00:00Z >/dev/null 2>&1

# report FORMAT TARGET: small enough, and something is there.
report() {
	check_status "reports at size: $1=$2" 0 \
		"$EP_BUILD/tests/bench/measure" "$ep_work/took" \
		"$EP_BUILD/exitproof" report -q \
		--config "$fleet/exitproof.yaml" --now 2026-11-17T03:00:00Z \
		--report "$1=$ep_work/$2"
	read -r _ _ rss _ <"$ep_work/took"
	check "... in less than $most_mb MB ($rss KB)" \
		test "$rss" -lt $((most_mb * 1024))
	check "... something was written" test -s "$ep_work/$3"
}

report html pages pages/index.html
report junit suites/ suites/_unclaimed.xml
report junit all.xml all.xml
for format in csv json ocsf oscal text markdown; do
	report $format all.$format all.$format
done

check_same "reports at size: a page for each customer, the MSP and all" \
	$((customers + 2)) "$(find "$ep_work/pages" -name '*.html' | wc -l)"
known=$(sqlite3 "$fleet/fleet.db" "SELECT (SELECT count(*) FROM result_log)
	+ (SELECT count(*) FROM dataset)")
check_same "reports at size: JUnit has a case for each result and dataset" \
	"$known $known" \
	"$(cat "$ep_work"/suites/*.xml | grep -c '<testcase ') $(grep -c \
		'<testcase ' "$ep_work/all.xml")"
done_testing
