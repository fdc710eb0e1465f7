#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# No rule's work may grow faster than the fleet: the whole rule set over a
# fleet and over one twice as large, counted in steps of SQLite's machine,
# which are the same wherever they are counted.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

small=40
large=80
# Twice the fleet is twice the work, plus what sorting and deeper trees add.
# Below so many steps a rule's fixed part is larger than what grows.
most=2.6
least=20000
# What the page cache and a sort may still grow by from the one to the other; a
# cache four times as large grows by 4900.
most_kb=3900

# at_size CUSTOMERS: "steps rule" of every rule over a fleet of so many.
at_size() {
	folder=$ep_work/$1
	"$EP_BUILD/tests/bench/fill" "$EP_SRC/tests/bench/fleet.yaml" \
		"$folder" "$1" 2 >"$folder.nights" || return 1
	# Links of persons and what baselines say come from a check.
	"$EP_BUILD/exitproof" check -q --config "$folder/exitproof.yaml" \
		--now 2026-11-17T03:00:00Z >/dev/null 2>&1
	test $? -le 2 || return 1
	"$EP_BUILD/tests/bench/measure" "$folder.took" \
		"$EP_BUILD/exitproof" rule explain --cost \
		--config "$folder/exitproof.yaml" \
		--now 2026-11-17T03:00:00Z |
		awk '$1 ~ /^[0-9]+$/ && $7 != "" { print $7, $1 }' | sort
}

workdir
ep_data_folder
at_size $small >"$ep_work/small"
at_size $large >"$ep_work/large"

read -r _ _ one _ <"$ep_work/$small.took"
read -r _ _ two _ <"$ep_work/$large.took"
check "rules at size: twice the fleet takes less than $most_kb KB more \
($one, $two)" test "$one" -gt 0 -a "$((two - one))" -lt $most_kb

rules=$(find "$EP_SRC/rules" -name '*.sql' | wc -l)
check_same "rules at size: each was measured" "$rules $rules" \
	"$(wc -l <"$ep_work/small") $(wc -l <"$ep_work/large")"
join "$ep_work/small" "$ep_work/large" |
	awk -v most=$most -v least=$least '
		/:/ || ($3 > least && $3 > $2 * most) {
			printf "%s: %d steps, %d at twice the size\n", $1,
				$2, $3
		}' >"$ep_work/faster"
check_same "rules at size: none grows faster than the fleet" "" \
	"$(cat "$ep_work/faster")"
done_testing
