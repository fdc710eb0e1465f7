#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The runbooks as they go: twelve exits over four nights, some done well, some
# in the wrong order; for each what is planned, found and decided.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"
. "$(dirname "$0")/../runbooks.sh"

workdir
night_setup runbooks || {
	not_ok "the simulated MSP" "did not start"
	exit 1
}

# --- what is expected ---------------------------------------------------------
# scenario NAME: what the checks that follow belong to.
scenario() {
	about=$1
}
# planned WHAT ASK...: the open steps of a plan in their order, one a line on
# standard input: what can be done about it, which end state, of what.
planned() {
	planned_what=$1
	shift
	ep exit plan --now "$now" --format json "$@" >"$ep_work/plan.json" \
		2>"$ep_work/err"
	jq -r '.items[] | select(.step > 0) | [
		if .order_broken then "broken"
		elif .state == "pending" then "wait"
		elif .state != "open" then .state
		elif (.blocked_by | length) > 0 then "blocked"
		else "now" end,
		.end, if .subject == .end then empty else .name end
		] | join(" ")' "$ep_work/plan.json" >"$ep_work/plan" \
		2>>"$ep_work/err"
	cat >"$ep_work/want"
	check "$about: $planned_what" diff -u "$ep_work/want" "$ep_work/plan"
}
# found RULE SUBJECT: an open finding whose text has that in it.
found() {
	check_same "$about: $1 finds $2" 1 "$(sqlite3 "$ep_db" "SELECT
		count(*) > 0 FROM finding WHERE rule = '$1' AND
		state <> 'fixed' AND instr(unit || ' ' || subject || ' ' ||
		coalesce(name, '') || ' ' || coalesce(seen, ''), '$2')")"
}
# settled RULE SUBJECT: it is no finding (any more).
settled() {
	check_same "$about: $1 does not find $2" 0 "$(sqlite3 "$ep_db" "SELECT
		count(*) FROM finding WHERE rule = '$1' AND state <> 'fixed'
		AND instr(unit || ' ' || subject || ' ' || coalesce(name, '')
		|| ' ' || coalesce(seen, ''), '$2')")"
}
# verdict WORDS STATUS ASK...
verdict() {
	verdict_words=$1
	verdict_status=$2
	shift 2
	check_status "$about: $verdict_words" "$verdict_status" \
		ep exit verify --now "$now" "$@"
	check "$about: says $verdict_words" \
		grep -qF "$verdict_words" "$ep_work/out"
	check "$about: in less than 40 lines" \
		test "$(wc -l <"$ep_work/out")" -lt 40
}
# attest WHAT BY ASK...
attest() {
	attest_what=$1
	attest_by=$2
	shift 2
	check_status "$about: $attest_by attests $attest_what" 0 \
		ep exit attest --now "$now" --what "$attest_what" \
		--by "$attest_by" "$@"
}

turn 1
scenario "before anybody leaves"
settled leaver-account-active ''
planned "who has not left yet is in the way of his own exit" \
	--person sam.ode@birch.example <<LIST
now approval
now signin-entra sam.ode@birch.example
blocked seats-printix sam.ode@birch.example
blocked seats-printix sam.ode@birch.example
now mailbox
LIST
check "$about: the plan says that the date lies ahead" \
	jq -e '.exit.problems | length > 0' "$ep_work/plan.json"

turn 2
scenario "group sync off"
planned "what the directory does not take away, a hand has to" \
	--ticket 7001 <<LIST
now approval
now seats-printix sam.ode@birch.example
now seats-printix sam.ode@birch.example
now mailbox
LIST
found leaver-account-active sam.ode@birch.example
verdict "NOT SAFE" 1 --ticket 7001

scenario "group sync on"
now=2026-11-18T02:05:00Z
planned "Printix needs its twenty minutes" --ticket 7002 <<LIST
now approval
wait seats-printix lia.moor@alder.example
wait seats-printix lia.moor@alder.example
now mailbox
LIST
now=2026-11-18T03:00:00Z
planned "after that it is left over" --ticket 7002 <<LIST
now approval
now seats-printix lia.moor@alder.example
now seats-printix lia.moor@alder.example
now mailbox
LIST

scenario "a key of the leaver"
planned "the key goes before the seat" --person otto.berg@harbour.example <<LIST
now approval
now keys-dnsfilter psa-sync
now tickets Leaver: Uwe Falk
now directory
blocked seats-printix otto.berg@harbour.example
blocked seats-printix otto.berg@harbour.example
blocked seats-dnsfilter otto.berg@harbour.example
now seats-partner otto.berg@harbour.example
now seats-connectwise otto.berg@harbour.example
now handover
LIST
found key-owner-departed psa-sync
found msp-leaver-anywhere otto-berg
verdict "NOT SAFE" 1 --ticket 7004

scenario "left behind in the Partner Portal"
found leaver-account-active "otto.berg@harbour.example partner"
settled leaver-account-active uwe.falk

scenario "two technicians at once"
planned "who is gone everywhere has only words left" \
	--person uwe.falk@harbour.example <<LIST
now approval
now directory
now handover
LIST
found psa-exit-ticket-of-leaver "7005"
check_status "$about: one leaver cannot attest for the other" 65 \
	ep exit attest --now "$now" --person uwe.falk@harbour.example \
	--what approval --by otto.berg@harbour.example
check_status "$about: nor without a name" 64 \
	ep exit attest --now "$now" --person uwe.falk@harbour.example \
	--what approval
attest approval mona.lead@harbour.example --person uwe.falk@harbour.example
attest directory mona.lead@harbour.example --person uwe.falk@harbour.example
attest handover mona.lead@harbour.example --person uwe.falk@harbour.example
verdict "SAFE TO CLOSE" 0 --person uwe.falk@harbour.example

scenario "a customer leaves, billed by the year"
planned "evidence and approval before anything goes, the tenancies last" \
	--customer cypress <<LIST
now approval
now evidence-export
now keys-printix Cloud Print API
now agents-dnsfilter CYPRESS-PC-1
now agents-printix CYPRESS-PC-1
blocked rows-dnsfilter CYPRESS-PC-1
blocked rows-printix CYPRESS-PC-1
blocked queues SG-Cypress-Print
blocked site-keys Cypress ward
blocked seats-printix cy.nurse@cypress.example
blocked seats-printix cy.nurse@cypress.example
blocked last-owner-dnsfilter cleo.chief@cypress.example
blocked last-owner-printix cleo.chief@cypress.example
blocked billing pro
blocked billing 902004
blocked billing Business
blocked agreements MS-SEAT
blocked agreements Managed services, yearly
now billing-note
blocked tenancies Cypress Clinic
blocked tenancies Cypress Clinic
now freeze-review
now own-traces
LIST
found billed-after-exit "printix-portal.subscriptions"
found connectwise-agreement-after-exit "601"
found agent-active-after-exit dnsfilter/902004
verdict "NOT SAFE" 1 --customer cypress

scenario "a guest"
planned "his end date does not remove him" --person visitor@alder.example <<LIST
now approval
now seats-printix visitor@alder.example
now seats-printix visitor@alder.example
now device
LIST

scenario "nobody's ticket"
check_status "$about: unknown" 66 ep exit plan --now "$now" --ticket 99999
check_status "$about: no exit ticket" 66 ep exit plan --now "$now" --ticket 7800
check_status "$about: another customer's" 65 \
	ep exit plan --now "$now" --ticket 7001 --customer alder
check_status "$about: never safe" 66 ep exit verify --now "$now" --ticket 99999

turn 3
scenario "group sync on"
settled leaver-account-active lia.moor@alder.example
attest approval ada.arch@alder.example --ticket 7002
attest mailbox ada.arch@alder.example --ticket 7002
verdict "SAFE TO CLOSE" 0 --ticket 7002

scenario "a vendor is down while somebody verifies"
estate_ctl fault kind=status status=503 times=0 vendor=printix \
	'path=*/users*'
verdict "CANNOT TELL" 2 --ticket 7002
estate_ctl clear
verdict "SAFE TO CLOSE" 0 --ticket 7002

scenario "an agent is alive after its row was deleted"
planned "the way back comes before the row" --device LT-BIRCH-07 <<LIST
now approval
now record
now agent-dnsfilter LT-BIRCH-07
broken broken-return LT-BIRCH-07
blocked row-dnsfilter LT-BIRCH-07
LIST
found agent-returned dnsfilter/902003

scenario "a device is retired as it should be"
attest approval ada.arch@alder.example --device LT-ALDER-02
attest record mona.lead@harbour.example --device LT-ALDER-02
planned "nothing is left" --device LT-ALDER-02 <<LIST
LIST

scenario "the last owner leaves"
planned "nothing is taken from her before somebody else owns it" \
	--person bo.baker@birch.example --profile customer-employee <<LIST
now approval
now owner-dnsfilter bo.baker@birch.example
now owner-printix bo.baker@birch.example
now owner-entra bo.baker@birch.example
blocked signin-entra bo.baker@birch.example
blocked roles-entra Global Administrator
blocked seats-printix bo.baker@birch.example
blocked seats-dnsfilter bo.baker@birch.example
now seats-connectwise-portal bo.baker@birch.example
now mailbox
LIST
found owner-remains dnsfilter/902003
found owner-remains printix/b1c40000

scenario "a tenancy is deleted and nobody asked for it"
found tenant-vanished printix/d0900000
ep exit plan --now "$now" --customer dogwood --format json \
	>"$ep_work/plan.json" 2>/dev/null
check "$about: the plan says that no exit is on record" \
	jq -e '[.exit.problems[].id] | index("no-leave-date")' \
	"$ep_work/plan.json"
check "$about: and that the order is broken" \
	jq -e 'any(.items[]; .order_broken and .end == "broken-tenant")' \
	"$ep_work/plan.json"

turn 4
scenario "group sync off"
settled leaver-account-active sam.ode@birch.example
verdict "NOT SAFE" 1 --ticket 7001
check "$about: closed from memory" grep -q "closed already" "$ep_work/out"

scenario "an exit is open again"
found account-returned printix/a1de0000
planned "who came back is removed where he comes from" --ticket 7003 <<LIST
now approval
now seats-printix tove.lind@alder.example
now seats-printix tove.lind@alder.example
broken broken-return Tove Lind
now mailbox
LIST
verdict "NOT SAFE" 1 --ticket 7003

scenario "a key of the leaver"
planned "the seat went first, and the way back is named" \
	--person otto.berg@harbour.example <<LIST
now approval
now keys-dnsfilter psa-sync
now tickets Leaver: Uwe Falk
broken broken-key psa-sync
now directory
now handover
LIST
found key-owner-seat-gone psa-sync

scenario "left behind in the Partner Portal"
settled leaver-account-active "otto.berg@harbour.example partner"

scenario "the last owner leaves"
planned "with another owner the rest may go" \
	--person bo.baker@birch.example --profile customer-employee <<LIST
now approval
now signin-entra bo.baker@birch.example
now roles-entra Global Administrator
blocked seats-printix bo.baker@birch.example
now seats-dnsfilter bo.baker@birch.example
now seats-connectwise-portal bo.baker@birch.example
now mailbox
LIST
settled owner-remains dnsfilter/902003

scenario "a guest"
attest approval ada.arch@alder.example --person visitor@alder.example
attest device ada.arch@alder.example --person visitor@alder.example
verdict "SAFE TO CLOSE" 0 --person visitor@alder.example

exit "$ep_failed"
