#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Exits over the three nights of the quickstart's MSP: plans, what is in the
# way, attestations, status.  What is wrong with a question is said, and
# nothing that could not be read ends in status 0.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

night_setup quickstart || exit

# at NIGHT VERB...: an hour after that night.
# shellcheck disable=SC2317
at() {
	ep_day=$((16 + $1))
	shift
	ep exit "$@" --now "2026-11-${ep_day}T03:00:00Z"
}

# steps FILE: "NUMBER STATE END TENANT NAME" of what is left, in its order.
steps() {
	jq -r '.items[] | select(.step > 0) |
		"\(.step) \(.state) \(.end) \(.tenant // "-") \(.name // "-")"' \
		"$1"
}

# never_before FILE LATE EARLY: no step of act LATE is listed before or can be
# done before one of act EARLY in the same tenancy that is left.
never_before() {
	jq -r --arg late "$2" --arg early "$3" '
		[.items[] | select(.step > 0)] as $s |
		$s[] | select(.act == $late) as $l |
		$s[] | select(.act == $early and .tenant == $l.tenant) |
		select($late != "row" or .object == $l.object) |
		select(.step > $l.step or
		       (.step as $n | $l.blocked_by | index($n) | not)) |
		"\($l.step) \($l.end) and \(.step) \(.end)"' "$1"
}

check_status "exit: nothing was read yet" 66 ep exit plan --customer cedar

night 1 >/dev/null 2>&1
check_status "exit: a leaver, the evening before" 2 at 1 plan \
	--person otto.berg@northwind.example --format json
cp "$ep_work/out" "$ep_work/otto1"
check_same "exit: until the date nothing is safe" "not-yet" \
	"$(jq -r '.exit.problems[].id' "$ep_work/otto1")"
check_same "exit: his key is found while he is here" 1 \
	"$(steps "$ep_work/otto1" | grep -c ' open keys-dnsfilter .* psa-sync')"

night 2 >/dev/null 2>&1
night 3 >/dev/null 2>&1
check_status "exit: the technician who left" 2 at 3 plan \
	--ticket halopsa/9499 --format json
cp "$ep_work/out" "$ep_work/otto3"
check_same "exit: the ticket leads to him" person:otto-berg \
	"$(jq -r .exit.key "$ep_work/otto3")"
for pair in 'seat key' 'seat owner' 'role owner' 'row agent' \
	'seat evidence' 'list evidence'; do
	check_same "exit: order of $pair" "" "$(never_before \
		"$ep_work/otto3" "${pair% *}" "${pair#* }")"
done
seat=$(jq '.items[] | select(.end == "seats-dnsfilter" and .state == "open")' \
	"$ep_work/otto3")
key=$(jq '.items[] | select(.end == "keys-dnsfilter" and .state == "open") |
	.step' "$ep_work/otto3")
check_same "exit: his seat waits for his key" "$key" \
	"$(printf '%s' "$seat" | jq '.blocked_by[]')"
check_same "exit: his Partner Portal user is left" 1 \
	"$(steps "$ep_work/otto3" | grep -c ' open seats-partner ')"
check_same "exit: and his hidden role in Acme" 1 \
	"$(jq -r '.items[] | select(.end == "seats-printix" and
		.customer == "acme" and .state == "open") | .dataset' \
		"$ep_work/otto3" | grep -c printix-portal.tenant_users)"
check_same "exit: managers that nobody exported are not taken for none" 1 \
	"$(jq -r '.items[] | select(.end == "seats-printix" and
		.customer == "delta-dental") | .state' "$ep_work/otto3" |
		grep -c 'cannot tell')"
check_same "exit: every item names what it hangs on" 0 \
	"$(jq '[.items[] | select(.state == "open" and .tenant and
		(.dataset == null) and
		(.end | test("^(keys|seats|signin|roles|owner)-")))] |
		length' "$ep_work/otto3")"

# The same in text: steps of the plan in order, their menu paths.
check_status "exit: as text" 2 at 3 plan --person otto-berg
check_has "exit: the text has the key's menu path" "$ep_work/out" \
	'signed in as the owner: Account, Security, API keys, Revoke'
check_has "exit: and what it waits for" "$ep_work/out" \
	"not before $key is confirmed done"
check_has "exit: and which file would tell more" "$ep_work/out" \
	'> provide printix-tenant-users.csv'
check_status "exit: as a graph" 2 at 3 plan --person otto-berg \
	--format mermaid
check_has "exit: the graph has the edge" "$ep_work/out" "^    s$key --> s"
check_lacks "exit: no bracket or quote of a name gets into it" "$ep_work/out" \
	'\["[^"]*["\[]'"[^]]*\"[^]]"

# --- customers, devices
check_status "exit: a customer" 2 at 3 plan --customer cedar --format json
cp "$ep_work/out" "$ep_work/cedar"
for pair in 'row agent' 'seat evidence' 'seat key' 'billing approve' \
	'tenant approve' 'tenant evidence' 'tenant seat' 'tenant agent' \
	'tenant row' 'tenant billing'; do
	check_same "exit: order of $pair" "" "$(never_before \
		"$ep_work/cedar" "${pair% *}" "${pair#* }")"
done
tenancy=$(jq '.items[] | select(.end == "tenancies" and .state == "open")' \
	"$ep_work/cedar")
check_same "exit: its tenancy goes last, after everything" true \
	"$(jq --argjson t "$tenancy" '[.items[] | select(.step > 0 and
		.act != "record" and .act != "tenant") | .step] as $s |
		($s - $t.blocked_by) == []' "$ep_work/cedar")"
check_status "exit: a device that came back" 2 at 3 plan --device BB-LT-07 \
	--format json
check_same "exit: the order was broken, and the way back is there" \
	"true true" "$(jq -r '.items[] | select(.end == "broken-return" and
		.state == "open") | "\(.order_broken) \(.do | length > 3)"' \
		"$ep_work/out")"
check_same "exit: its row waits for the agent" "" \
	"$(never_before "$ep_work/out" row agent)"

# --- bad questions
check_status "exit: unknown ticket" 66 at 3 plan --ticket 31337
check_has "exit: unknown ticket is said" "$ep_work/err" 'no exit ticket "31337"'
check_status "exit: ticket of another customer" 65 at 3 plan --ticket 9500 \
	--customer cedar
check_has "exit: another customer is said" "$ep_work/err" \
	'of the customer acme, not of cedar'
check_status "exit: somebody else's ticket" 65 at 3 plan --ticket 9500 \
	--person otto-berg
check_status "exit: closed ticket" 2 at 3 plan --ticket halopsa/9500 \
	--format json
check_same "exit: closed ticket is said" ticket-closed \
	"$(jq -r '.exit.problems[] | select(.state == "open") | .id' \
		"$ep_work/out" | head -n 1)"
check_status "exit: no leave date" 2 at 3 plan --customer acme --format json
check_same "exit: no leave date is said" no-leave-date \
	"$(jq -r '.exit.problems[].id' "$ep_work/out")"
check_status "exit: nobody" 64 at 3 plan
check_status "exit: unknown format" 64 at 3 plan --customer acme --format xml
check_status "exit: unknown profile" 66 at 3 plan --customer cedar \
	--profile cedar
check_status "exit: a profile for others" 65 at 3 plan --customer cedar \
	--profile device

# --- whose exit has to wait for others
check_status "exit: who exitproof itself is" 2 at 3 plan \
	--person svc-exitproof@northwind.example --format json
check_has "exit: its own identity is said" "$ep_work/out" \
	'"id":"scanner-identity"'
check_same "exit: its own key goes after another is there" "" \
	"$(never_before "$ep_work/out" key scanner)"
check_same "exit: which is seen in DNSFilter" open \
	"$(jq -r '.items[] | select(.act == "scanner" and .state == "open") |
		.state' "$ep_work/out")"
check_status "exit: the last owner" 2 at 3 plan \
	--person owner@evergreen.example --format json
check_same "exit: the last owner waits for another" \
	"owner-dnsfilter owner-google owner-onelogin owner-printix" \
	"$(jq -r '.items[] | select(.act == "owner" and .state == "open") |
		.end' "$ep_work/out" | sort | tr '\n' ' ' | sed 's/ $//')"
check_same "exit: order of seat owner for the last owner" "" \
	"$(never_before "$ep_work/out" seat owner)"
check_has "exit: and stands in the customer's file" "$ep_work/out" \
	'"id":"authorised-owner"'

# --- attestations
check_status "exit: attested by nobody" 64 at 3 attest --customer cedar \
	--what approval
check_status "exit: attested by a blank" 65 at 3 attest --customer cedar \
	--what approval --by ' '
check_status "exit: by the leaver" 65 at 3 attest --person otto-berg \
	--what approval --by 'Otto Berg'
check_status "exit: by somebody who has left" 65 at 3 attest --customer cedar \
	--what approval --by otto.berg@northwind.example
check_status "exit: what no profile asks for" 65 at 3 attest \
	--customer cedar --what weather --by 'Ana Lima'
check_status "exit: attested" 0 at 3 attest --customer cedar \
	--what approval --by 'Ana Lima' --note 'letter of 2026-10-02'
check_status "exit: the plan knows it" 2 at 3 plan --customer cedar \
	--format json
check_same "exit: who approved" "Ana Lima" "$(jq -r .exit.approver \
	"$ep_work/out")"
check_same "exit: bills do not wait for the approval any more" "" \
	"$(jq -r '(.items[] | select(.end == "approval") | .step) as $a |
		.items[] | select(.act == "billing" and
		(.blocked_by | index($a))) | .end' "$ep_work/out")"
check_same "exit: on record with host and time" 1 "$(sqlite3 "$ep_db" \
	"SELECT count(*) FROM exit_attest WHERE exit = 'customer:cedar' AND
	what = 'approval' AND host <> '' AND at = unixepoch('2026-11-19T03:00Z')")"
check_same "exit: never changed" 19 "$(sqlite3 "$ep_db" \
	"UPDATE exit_attest SET by_name = 'x'" >/dev/null 2>&1 || echo $?)"

# --- status
check_status "exit: status" 2 at 3 status --format json
cp "$ep_work/out" "$ep_work/status"
check_same "exit: who is under way" \
	"customer:cedar person:otto-berg person:sam-ode" \
	"$(jq -r .exit "$ep_work/status" | sort | tr '\n' ' ' | sed 's/ $//')"
check_same "exit: when his sign-in was off, between two reads" \
	"2026-11-17T02:00:00Z 2026-11-18T02:00:00Z" \
	"$(jq -r 'select(.exit == "person:otto-berg") | .access[] |
		select(.dataset == "okta.users") |
		"\(.seen_until) \(.gone_by)"' "$ep_work/status")"
check_same "exit: what is still there has no end" "null" \
	"$(jq -r 'select(.exit == "person:otto-berg") | .access[] |
		select(.dataset == "dnsfilter.users") | .gone_by' \
		"$ep_work/status")"
check_status "exit: status as text" 2 at 3 status --customer acme
check_has "exit: time from leave to gone" "$ep_work/out" \
	'gone +sam.ode@acme.example in okta/.*: 10 h to 34 h after leaving'
check_status "exit: six days later nothing old is taken for news" 2 at 9 plan \
	--person sam-ode --format json
check_same "exit: then no listing of a vendor is good" 0 \
	"$(jq '[.datasets[] | select(.good and (.imported | not))] | length' \
		"$ep_work/out")"

check_lacks "exit: the vendors saw nothing but reading" \
	"$ep_work/estate.journal" FORBIDDEN
done_testing
