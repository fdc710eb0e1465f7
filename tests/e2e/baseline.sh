#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Baselines over three nights: what was accepted passes, what became another
# value fails against it and says who accepted what, what was not read is
# undecided, and a new value needs somebody who accepts it.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

night_setup quickstart || exit
folder=$ep_work/config/baselines
printf 'baselines: baselines\n' >>"$EXITPROOF_CONFIG"
acme=entra/ac3ea57b-1000-4000-8000-00000000e002
team=ac3ea57b-2000-4000-8000-000000000003
delta=printix/de17ade1-0000-4dd1-a69f-5b34aec4de17
psa="halopsa/northwind"

# result UNIT: what the rule says of it.
result() {
	sqlite3 "$ep_db" "SELECT result FROM result WHERE unit = '$1'
		AND rule = 'baseline-differs'"
}

# approve NOW [OPTION...]
# shellcheck disable=SC2317
approve() {
	ep_now=$1
	shift
	ep baseline approve --now "$ep_now" --approver mia@northwind.example \
		--reason "as of the review" "$@"
}

check_status "night 1" 2 night 1
check_same "nothing is accepted yet" EMPTY "$(result "$acme")"
first=2026-11-17T03:00:00Z
otto=$(ep query "SELECT id FROM account
	WHERE dataset = 'halopsa.agents'
	AND email = 'otto.berg@northwind.example'" | tail -n 1)

check_status "approve: who is in a group" 0 \
	approve $first --tenant "$acme" --team "$team"
check_has "approve: what is accepted is shown" "$ep_work/out" \
	'^accepted: .*sam\.ode@acme\.example \('
check_status "approve: a column of a row" 0 approve $first \
	--tenant "$psa" --row "account:$otto" --column state \
	--expires 2027-11-17
check_status "approve: not a row that is not there" 66 approve $first \
	--tenant "$psa" --row "account:x$otto" --column state
check_status "approve: who holds a role" 0 \
	approve $first --tenant "$delta" --dataset printix.users --role user
check_status "approve: not what nobody could read" 65 approve $first \
	--tenant "$delta" --role SYSTEM_MANAGER
check_status "approve: not of a tenancy nobody knows" 66 approve $first \
	--tenant printix/none --role USER
check_status "approve: not what moves every night" 64 approve $first \
	--tenant "$psa" --row "account:$otto" --column last_seen_at
check_status "approve: one thing at a time" 64 approve $first \
	--tenant "$psa" --role Administrator --team 1
check_status "approve: not without a name" 64 ep baseline approve \
	--now $first --tenant "$psa" --role Administrator --reason r
check_same "approve: a file each" 3 "$(find "$folder" -name '*.yaml' | wc -l)"
check_status "show" 0 ep baseline show --now $first
check_has "show: by whom and when" "$ep_work/out" \
	"^in force  $psa  account:$otto state  is active  by mia@northwind.example on 2026-11-17 until 2027-11-17: as of the review"
check_status "diff: all is as accepted" 0 ep baseline diff --now $first
check_status "check: and that is a pass" 2 ep check --now $first
check_same "check: for the group" PASS "$(result "$acme")"

check_status "night 2" 2 night 2
check_same "night 2: the cut listing decides nothing" UNDECIDED \
	"$(result "$delta")"
check_status "night 2: diff says what was not read" 2 ep baseline diff \
	--now 2026-11-18T03:00:00Z --customer delta-dental
check_has "night 2: by name" "$ep_work/out" \
	'unknown .*printix\.users is partial: .*HTTP 502'

check_status "night 3" 2 night 3 --report junit="$ep_work/3.xml" \
	--report csv="$ep_work/3.csv"
check_same "night 3: read again, and as accepted" PASS "$(result "$delta")"
check_same "night 3: the group is another" FAIL "$(result "$acme")"
check_same "night 3: the account is another" FAIL "$(result "$psa")"
check_has "night 3: JUnit says who accepted what and when" "$ep_work/3.xml" \
	'active, accepted by mia@northwind.example on 2026-11-17'
check_status "night 3: drift from what was accepted" 1 ep drift \
	--from baseline --now 2026-11-19T03:00:00Z --format json
check_same "night 3: two values differ" "$acme team $team
$psa account:$otto state" "$(jq -r 'select(.state == "differs") |
	.tenant + " " + .of' "$ep_work/out" | sort)"
check_same "night 3: as of night 1 nothing did" 0 "$(ep drift \
	--from baseline --to 1 --now 2026-11-19T03:00:00Z --format json |
	jq -r 'select(.state == "differs")' | grep -c .)"

check_status "approve: the new value" 0 approve 2026-11-19T04:00:00Z \
	--tenant "$acme" --team "$team"
check_same "approve: the old one is ended" 1 \
	"$(cat "$folder"/*.yaml | grep -c '^  ended: 2026-11-19$')"
check_status "check after it" 2 ep check --now 2026-11-19T04:00:00Z
check_same "check: the group passes" PASS "$(result "$acme")"
check_same "check: its finding is fixed" fixed "$(sqlite3 "$ep_db" \
	"SELECT state FROM finding WHERE rule = 'baseline-differs'
	AND unit = '$acme'")"
file=$(cd "$folder" && grep -l "account:$otto" ./*.yaml)
check_status "expire" 0 ep baseline expire --now 2026-11-19T04:00:00Z \
	--by mia "$(basename "$file")"
check_status "check: what nobody accepts is no difference" 2 ep check \
	--now 2026-11-19T04:00:00Z
check_same "check: nor a pass" EMPTY "$(result "$psa")"
check_status "drift: of nobody nothing moved" 64 ep drift --customer none
done_testing
