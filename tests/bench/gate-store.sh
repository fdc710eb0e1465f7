#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The database after a year of nights at 1 % churn, against the first night:
# rows and what undoes their changes.  The ratio does not depend on the size.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

workdir
check "a year: played" sh -c '"$0" "$1" "$2" 5 365 >"$2.nights"' \
	"$EP_BUILD/tests/bench/fill" "$EP_SRC/tests/bench/fleet.yaml" \
	"$ep_work/year" || exit
first=$(awk 'NR == 1 { print $6 }' "$ep_work/year.nights")
last=$(awk 'END { print $6 }' "$ep_work/year.nights")
beside=$(sqlite3 "$ep_work/year/fleet.db" "SELECT sum(s.pgsize) FROM dbstat s
	JOIN sqlite_schema m ON m.name = s.name
	WHERE m.tbl_name IN ('coverage', 'volatile_history')")
check "a year: rows and changes are at most twice the first night" \
	test $((last - beside)) -le $((2 * first))
check "a year: a read takes at most 128 bytes, its index with it" sh -c \
	'test "$(sqlite3 "$0" "SELECT sum(s.pgsize) / (SELECT count(*) FROM
	coverage) FROM dbstat s JOIN sqlite_schema m ON m.name = s.name
	WHERE m.tbl_name = '\''coverage'\''")" -le 128' "$ep_work/year/fleet.db"

# What a question reads must not grow with the nights behind it.
ep_data_folder

# Nor with the customers that it is not about.  Young files are read again, so
# it is asked until they are old enough.
n=0
while [ $n -lt 400 ]; do
	n=$((n + 1))
	printf 'customer: more%d\nname: More\ndeclared:\n' $n \
		>"$ep_work/year/customers/more$n.yaml"
	for who in a b c d e f g h i j k l m n o p q r s t; do
		printf '  - {address: %s@more%d.example, class: shared, %s}\n' \
			$who $n "owner: o@more$n.example, review_by: \
2027-06-30, reason: at the door"
	done >>"$ep_work/year/customers/more$n.yaml"
done
n=0
until [ -e "$ep_work/year/fleet.db.config-seen" ] || [ $n -ge 3000 ]; do
	n=$((n + 1))
	"$EP_BUILD/exitproof" status -q \
		--config "$ep_work/year/exitproof.yaml" \
		--now 2026-11-17T03:00:00Z >/dev/null 2>&1
done

# reads_at_most BYTES WHAT STATUS ARGUMENT...
reads_at_most() {
	most=$1
	what=$2
	wanted=$3
	shift 3
	ended=0
	"$EP_BUILD/tests/bench/measure" "$ep_work/took" "$EP_BUILD/exitproof" \
		"$@" --config "$ep_work/year/exitproof.yaml" \
		--now 2026-11-17T03:00:00Z >"$ep_work/said" </dev/null ||
		ended=$?
	check_same "a year: $what ends well" "$wanted" "$ended"
	read -r _ _ _ took <"$ep_work/took"
	check "a year: $what reads little of it ($took bytes)" \
		test "$took" -gt 0 -a "$took" -le "$most"
}

reads_at_most 500000 "a question" 0 query "SELECT count(*) FROM tenancy"
reads_at_most 1500000 "what changed last night" 1 drift
done_testing
