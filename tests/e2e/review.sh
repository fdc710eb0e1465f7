#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Access reviews: a frozen population, decisions that nobody takes about
# himself, an end only over whole lists, and what followed.
# shellcheck disable=SC2086,SC2317 # two words in one variable; called by name
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"
. "$(dirname "$0")/../runbooks.sh"

workdir
night_setup runbooks || {
	not_ok "the simulated MSP" "did not start"
	exit 1
}
turn 1
turn 2

# review WORD...
review() {
	ep review "$@" --now "$now"
}
hal="--by hal.owner@harbour.example"
mona="--by mona.lead@harbour.example"
# What one item is, by who and what.
item() {
	sqlite3 "$ep_db" "SELECT n FROM review_item WHERE review = '$1' AND
		address = '$2' AND what LIKE '$3'"
}

check_status "nobody is asked without an address" 65 \
	review start q4 --by "Hal Owner"
check_status "nobody who has left asks" 65 \
	review start q4 --by otto.berg@harbour.example
check_status "of a customer that there is not" 64 \
	review start q4 --customer nobody $hal
check_status "a review begins" 0 review start q4 $hal
check_status "under one id only once" 65 review start q4 $hal
wanted=$(sqlite3 "$ep_db" "SELECT (SELECT count(*) FROM now_role WHERE
	privileged <> 'no') + (SELECT count(*) FROM now_credential WHERE
	coalesce(state, 'unknown') NOT IN ('revoked', 'expired'))")
check_same "it has every holder" "$wanted" "$(sqlite3 "$ep_db" \
	"SELECT items FROM review")"
check_same "its hash is that of its lines" "$(sqlite3 "$ep_db" \
	"SELECT population_sha256 FROM review")" "$(sqlite3 "$ep_db" \
	"SELECT group_concat(line, char(10)) FROM (SELECT tenant || ' ' ||
	dataset || ' ' || kind || ' ' || key AS line FROM review_item
	ORDER BY line)" | head -c -1 | sha256sum | cut -c1-64)"

check_status "nobody decides about himself" 65 review decide q4 \
	--item "$(item q4 hal.owner@harbour.example owner)" --decision keep $hal
check "it says so" grep -q "somebody else has to decide" "$ep_work/err"
check_status "nor about all of himself" 65 review decide q4 \
	--holder HAL.OWNER@harbour.example --decision keep $hal
check_status "nobody who has left decides" 65 review decide q4 \
	--item 1 --decision keep --by otto.berg@harbour.example
check_status "there is no such item" 65 review decide q4 \
	--item 999 --decision keep $mona
check_status "there is no such decision" 65 review decide q4 \
	--item 1 --decision maybe $mona
check_status "who loses something is owed a reason" 65 review decide q4 \
	--holder otto.berg@harbour.example --decision revoke $mona
check_same "nothing was decided so far" 0 "$(sqlite3 "$ep_db" \
	"SELECT count(*) FROM review_decision")"
check_status "it cannot be closed undecided" 65 review close q4 $hal

check_status "what a leaver holds is revoked" 0 review decide q4 \
	--holder otto.berg@harbour.example --decision revoke \
	--note "left on the 17th" $mona
check_status "a mistake" 0 review decide q4 \
	--holder ada.arch@alder.example --decision revoke --note oops $mona
for who in ada.arch@alder.example bo.baker@birch.example \
	cleo.chief@cypress.example dee.sign@dogwood.example \
	hal.owner@harbour.example svc-exitproof@harbour.example; do
	check_status "$who keeps it" 0 review decide q4 --holder "$who" \
		--decision keep $mona
done
check_status "something is left to be done" 1 review status q4
check "the last word counts" grep -q " 0 are gone, 3 are still there" \
	"$ep_work/out"
check "so many in a minute is said" \
	grep -q "decisions were made in one minute" "$ep_work/out"
check_status "it is closed" 0 review close q4 $hal
check_status "once" 65 review close q4 $hal
check_status "and decided no more" 65 review decide q4 --item 1 \
	--decision keep $mona
for table in review_item review_gap review_decision; do
	check_status "$table is never changed" 19 sqlite3 "$ep_db" \
		"BEGIN; INSERT OR IGNORE INTO review_gap VALUES('q4', 't', 'd', 's', '');
		UPDATE $table SET review = 'x'"
	check_status "$table is never deleted" 19 \
		sqlite3 "$ep_db" "BEGIN; INSERT OR IGNORE INTO review_gap
		VALUES('q4', 't', 'd', 's', ''); DELETE FROM $table"
done

turn 3
turn 4
check_status "two nights later" 1 review status q4
check "what followed is seen" grep -q " 2 are gone, 1 are still there" \
	"$ep_work/out"
check_status "the report shows it" 0 ep report --now "$now" \
	--definition access-review --report text="$ep_work/access.txt"
check "with reviewer and note" grep -q "left on the 17th" "$ep_work/access.txt"
check_status "so does the evidence" 0 ep report --now "$now" \
	--definition evidence-soc2 --report text="$ep_work/soc2.txt"
check "with the end" grep -q "hal.owner@harbour.example" "$ep_work/soc2.txt"

# A list that was cut short: nobody knows who is missing.
estate_ctl fault kind=status status=403 times=0 vendor=printix 'path=*/users*'
capture 4
night 4 --quiet >&2
check_status "a review over a part begins" 0 review start q5 --customer birch $hal
check "and says that it cannot end" grep -q "cannot be closed" "$ep_work/out"
for who in bo.baker@birch.example ben.crumb@birch.example \
	svc-exitproof@harbour.example; do
	check_status "$who is decided about" 0 review decide q5 \
		--holder "$who" --decision keep $mona
done
check_status "a review over a part does not end" 65 review close q5 $hal
check "it names the reason" grep -q "lists were not whole" "$ep_work/err"
check_status "and is told apart" 2 review status q5
check "with the list" grep -q "printix.users" "$ep_work/out"

# A tenancy that nothing reads hides all of its holders.
sqlite3 "$ep_db" "INSERT INTO tenancy(uid, customer, system, tenant, first_run)
	VALUES('okta/unread', 'alder', 'okta', 'unread', 1)"
check_status "a review beside an unread tenancy begins" 0 \
	review start q6 --customer alder $hal
check_same "and names it among what was not whole" "missing" "$(sqlite3 \
	"$ep_db" "SELECT status FROM review_gap WHERE review = 'q6' AND
	tenant = 'okta/unread'")"

exit "$ep_failed"
