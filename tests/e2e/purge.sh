#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Retention: what was kept long enough is shown, then deleted.  Nothing can be
# answered from it any more, and everything says so; seals and proofs of what
# is kept hold as before.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

night_setup quickstart || {
	not_ok "the simulated MSP" "did not start"
	exit 1
}
config=$ep_work/config/exitproof.yaml
# Nights 1 and 2 are more than a hundred days old then, 3 and 4 are not.
now=2027-02-27T00:00:00Z

# One system keeps it short; the others were never expected.
some_night() {
	estate_ctl night "$1" >&2
	check_status "night $1" 2 ep run --quiet \
		--now "2026-11-$((16 + $1))T02:00:00Z" --tenant dnsfilter \
		--report text="$ep_work/night.txt"
}
some_night 1
some_night 2
check_status "two nights are sealed" 0 \
	ep evidence checkpoint --to "$ep_work/checkpoint.2"
some_night 3
some_night 4
check_status "no retention, no purge" 78 ep purge --now "$now"
cat >>"$config" <<YAML
retention:
  days: 100
  holds:
    - id: case-17
      from: 2026-11-18
      until: 2027-03-01
      reason: the dispute over November
      by: lena.brandt@msp.example
YAML
check_status "what may go is shown" 0 ep purge --now "$now"
check_has "... but for what a hold keeps" "$ep_work/out" \
	'run 2 and what came after it, since hold case-17'
check_has "... so that one run goes" "$ep_work/out" 'runs 1 to 1: 1 runs'
sed -i '/until:/d' "$config"
check_status "a hold without an end holds" 0 ep purge --now 2030-01-01T00:00:00Z
check_has "... for ever" "$ep_work/out" 'runs 1 to 1: 1 runs'
sed -i '/holds:/,$d' "$config"
check_status "without the hold" 0 ep purge --now 2030-01-01T00:00:00Z
check_has "... what is not sealed stays" "$ep_work/out" \
	'run 3 and what came after it, since it is not sealed yet'
check_status "all nights are sealed" 0 \
	ep evidence checkpoint --to "$ep_work/checkpoint.4"
check_status "a review begins over night 2" 0 ep review start autumn \
	--by lena.brandt@msp.example
sqlite3 "$ep_db" "UPDATE review SET run = 2"
check_status "what an open review was begun over" 0 ep purge --now "$now"
check_has "... stays" "$ep_work/out" 'run 2 and what came after it, since review autumn is open'
sqlite3 "$ep_db" "UPDATE review SET closed_at = 1, closed_by = 'x'"

# answers FILE: what is asked of the runs that stay.
answers() {
	for run in 3 4; do
		ep query --at $run "SELECT * FROM account ORDER BY tenant, key"
		ep query --at $run "SELECT * FROM coverage ORDER BY 2, 4"
		ep query --at $run "SELECT * FROM moved WHERE run = $run"
		ep evidence groups --run $run
	done >"$1" 2>&1
	ep report --run 4 --report json="$1.json" >&2
	ep who --role owner --at 3 >>"$1" 2>&1
	ep drift --from 3 --to 4 >>"$1" 2>&1
}
answers "$ep_work/before"
check "there is something to compare" test \
	"$(wc -l <"$ep_work/before")" -gt 50
check_status "what would go is shown" 0 ep purge --now "$now"
check_has "... the first two" "$ep_work/out" 'runs 1 to 2: 2 runs'
check_has "... and nothing is done" "$ep_work/out" 'nothing was deleted'
check_status "so all can be verified" 0 ep evidence verify
check_status "the purge" 0 ep purge --yes --now "$now" --by "Ana Lima"
answers "$ep_work/after"
# The list of nights that are gone is new, and no earlier night is in charts.
check "what is kept answers as before" \
	cmp "$ep_work/before" "$ep_work/after"
check_has "the report says which nights are gone" "$ep_work/after.json" \
	'retention of 100 days'
check_lacks "... which it did not before" "$ep_work/before.json" \
	'retention of 100 days'

# gone NAME COMMAND...: says who purged, with the status of undecided.
gone() {
	name=$1
	shift
	check_status "$name" 2 ep "$@"
	check_has "... says who purged it" "$ep_work/err" \
		'purged on 2027-02-27T00:00:00Z by Ana Lima'
}
gone "a query" query --at 2 "SELECT count(*) FROM account"
gone "a query by time" query --at 2026-11-18T12:00:00Z "SELECT 1"
gone "who, by run" who --role owner --at 2
gone "who, by time" who --role owner --at 2026-11-17T12:00:00Z
gone "who since" who --role owner --since 2026-11-17
gone "drift from it" drift --from 2 --to 4
gone "drift to it" drift --from 1 --to 2
gone "drift of the first kept run" drift --to 3
gone "check" check --as-of 1
gone "a report" report --run 2 --report text="$ep_work/gone.txt"
check "... writes nothing" test ! -e "$ep_work/gone.txt"
# What is counted over time begins after the purge, and every report says so.
told=0
for path in "$EP_SRC"/reports/*.sql; do
	name=$(basename "$path" .sql)
	grep -Eq '^-- use: (trend|quarter|revoked|revoked-list|nights|runs|changed)$' \
		"$path" || continue
	told=$((told + 1))
	check_status "report $name" 0 ep report --definition "$name" \
		--report markdown="$ep_work/told"
	check_has "report $name: names the purged nights" "$ep_work/told" \
		'Nights that are gone'
	check_has "report $name: and who purged them" "$ep_work/told" \
		'1 to 2 .*Ana Lima'
done
check "there are such reports" test "$told" -gt 5

gone "groups" evidence groups --run 1
gone "a proof" evidence prove dnsfilter/802316/dnsfilter.users/role --run 1 \
	--to "$ep_work/proof.1"
gone "an export" evidence export --run 2 --to "$ep_work/package.2"
gone "verify of one" evidence verify --run 2
gone "verify of all" evidence verify --against "$ep_work/checkpoint.2"
check_has "... names the run" "$ep_work/out" \
	'number 2, run 2: purged; its head is as sealed'
check_has "... and checked the others" "$ep_work/out" \
	'number 4, run 4: .* as sealed'

check_status "growth from the purged nights is proven" 0 \
	ep evidence growth "$ep_work/checkpoint.2" --to "$ep_work/growth"
check_status "a kept run is verified alone" 0 ep evidence verify --run 3 \
	--against "$ep_work/checkpoint.4"
check_status "... and exported" 0 \
	ep evidence export --run 3 --to "$ep_work/package"
check_status "... and counts" 0 sh "$ep_work/package/check.sh"
check "nothing of an account that is gone since is left" sh -c \
	"! grep -aq 'gone.before' '$ep_db'*"
check "no row of the purged runs is left" test "$(sqlite3 "$ep_db" \
	"SELECT count(*) FROM history WHERE run <= 2 AND old IS NOT NULL AND
	 op <> 3")$(sqlite3 "$ep_db" "SELECT count(*) FROM rule_run WHERE
	 run <= 2")" = 00
check "there are no free pages" test \
	"$(sqlite3 "$ep_db" "PRAGMA freelist_count")" = 0

# Altering a seal is still noticed, and the log goes on.
cp "$ep_db" "$ep_work/copy.db"
sqlite3 "$ep_db" "UPDATE evidence_run SET head = replace(head, '\"groups\":',
	'\"groups\": ') WHERE seq = 1"
check_status "the head of a purged run is still checked" 65 ep evidence verify
cp "$ep_work/copy.db" "$ep_db"
check_status "the next night" 2 ep run --quiet --now 2027-02-28T02:00:00Z \
	--tenant dnsfilter --report text="$ep_work/night.txt"
check_status "is sealed with the tombstone" 0 ep evidence checkpoint \
	--to "$ep_work/checkpoint.5"
check_status "which is in the tree" 0 ep evidence prove context/~/purge \
	--to "$ep_work/tombstone"
check_has "... with who did it" "$ep_work/tombstone/group.records" 'Ana Lima'
check_status "the log grew from the first checkpoint" 0 ep evidence verify \
	--run 5 --against "$ep_work/checkpoint.2"
check_status "the purge of everything leaves the newest" 0 \
	ep purge --yes --now 2030-01-01T00:00:00Z
check_status "... which still answers" 1 ep who --role owner --system dnsfilter
check_status "a purge twice" 0 ep purge --yes --now 2030-01-01T00:00:00Z
check_has "... does nothing" "$ep_work/out" 'nothing is to be purged'
check_status "a night after it" 2 ep run --quiet --now 2030-01-01T02:00:00Z \
	--tenant dnsfilter --report text="$ep_work/night.txt"
check_status "is sealed" 0 ep evidence checkpoint --to "$ep_work/checkpoint.6"
check_status "... and as sealed" 0 ep evidence verify --run 6

exit "$ep_failed"
