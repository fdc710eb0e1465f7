#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Today's rules on a past night: they find then what they found then, know
# nothing that came later, and leave no trace.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

night_setup quickstart || exit

# findings FILE: what the CSV of findings says.
findings() {
	sqlite3 :memory: ".import --csv $1 f" \
		"SELECT severity, rule, customer, unit, subject, name, seen,
		wanted, first_seen FROM f ORDER BY 1, 2, 3, 4, 5"
}

# cases FILE: what JUnit says of each case.  Texts hold the names of
# tenancies, which are today's.
cases() {
	grep -Eo '<testcase name="[^"]*" classname="[^"]*"|<(failure|error|skipped)( type="[^"]*")?' "$1"
}

check_status "night 1" 2 night 1 --report csv="$ep_work/then.csv" \
	--report junit="$ep_work/then.xml"
check_status "night 2" 2 night 2
# Somebody else leaves before the third night.
printf 'zz-late,Jo Plank,jo.plank@cedar.example,,cedar,%s,customer ticket 4801\n' \
	2026-11-18T12:00:00Z >>"$ep_work/config/leavers.csv"
check_status "night 3" 2 night 3
check "the third night knows who left late" test 0 -lt "$(ep query \
	"SELECT count(*) FROM person WHERE id = 'zz-late'" | tail -n 1)"

# Whose accounts were in it: as sealed, or said not to be kept.
# shellcheck disable=SC2317
leavers() {
	ep report --run "$1" --report markdown="$ep_work/leavers.$1" >&2
}
check_status "a report of night 1" 0 leavers 1
check_status "a report of night 3" 0 leavers 3
check_lacks "a report of the last night: nothing to say" \
	"$ep_work/leavers.3" 'not sealed'
check_has "a report of night 1: what was not sealed is said" \
	"$ep_work/leavers.1" 'People.*run 3 .*not sealed'
check_status "the nights are sealed" 0 ep evidence checkpoint
check_status "a report of the sealed night 1" 0 leavers 1
check_has "a report of night 1: as it was sealed" \
	"$ep_work/leavers.1" 'People.*when this run was sealed'

sqlite3 "$ep_db" .dump | sha256sum >"$ep_work/before"

check_status "as of night 1: status as usual" 2 ep check --as-of 1 \
	--now 2026-11-25T02:00:00Z --report csv="$ep_work/now.csv" \
	--report junit="$ep_work/now.xml"
check_has "as of night 1: says what it is" "$ep_work/err" \
	"today's rules, .* after run 1 \(2026-11-17T02:00:00Z\); nothing of it is kept"
findings "$ep_work/then.csv" >"$ep_work/then.f"
findings "$ep_work/now.csv" >"$ep_work/now.f"
check "as of night 1: there are findings" test -s "$ep_work/then.f"
check "as of night 1: the findings of that night" \
	cmp "$ep_work/then.f" "$ep_work/now.f"
cases "$ep_work/then.xml" >"$ep_work/then.c"
cases "$ep_work/now.xml" >"$ep_work/now.c"
check "as of night 1: there are failures" grep -q failure "$ep_work/then.c"
check "as of night 1: JUnit is that night's" \
	cmp "$ep_work/then.c" "$ep_work/now.c"
check_lacks "as of night 1: nobody left who was still here" \
	"$ep_work/now.csv" 'zz-late'
check_status "as of a time between two nights" 2 ep check \
	--as-of 2026-11-18T12:00:00Z --report csv="$ep_work/two.csv"
check_has "as of a time: the night before it" "$ep_work/err" 'after run 2 '
check_status "as of before the first night" 66 ep check --as-of 2026-11-01
check_status "as of a night that never was" 66 ep check --as-of 99
check_status "as of no time" 64 ep check --as-of soon

sqlite3 "$ep_db" .dump | sha256sum >"$ep_work/after"
check "nothing of it is kept" cmp "$ep_work/before" "$ep_work/after"
check_status "and tonight is checked as ever" 2 ep check \
	--now 2026-11-19T02:00:00Z
done_testing
