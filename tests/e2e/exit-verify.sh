#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# exit verify: fresh reads of what the exit needs and of nothing else, one of
# three words, never SAFE for what was not looked at; the verdict on the
# ticket once; and a nightly state that stays as it was.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

night_setup quickstart || exit
config=$ep_work/config
journal=$ep_work/estate.journal
cat >>"$config/leavers.csv" <<'X'
gus-guest,Gus Guest,gus.guest@evergreen.example,,evergreen,2026-11-16T00:00:00Z,customer ticket 4800
X
sed -i '/secrets\/halopsa-instance-exitproof/a\
        ticket_writer:\
          client_id: ha10psa0-exitproof\
          client_secret: {file: secrets/halopsa-instance-exitproof}' \
	"$EXITPROOF_CONFIG"
sed -i '/secrets\/ninjaone-instance-exitproof/a\
        ticket_writer:\
          client_id: n1nja000-exitproof\
          client_secret: {file: secrets/ninjaone-instance-exitproof}\
          refresh_token: {file: secrets/ninjaone-instance-desk}' \
	"$EXITPROOF_CONFIG"
sed -i '/secrets\/connectwise-psa-northwind-exitproof/a\
        ticket_writer:\
          public_key: nwPub0000exitproof\
          private_key: {file: secrets/connectwise-psa-northwind-exitproof}' \
	"$EXITPROOF_CONFIG"
check_status "a night" 2 night 1

# verify [OPTION...]: six hours later
# shellcheck disable=SC2317
verify() {
	ep exit verify --now 2026-11-17T08:00:00Z "$@"
}
# word NAME REGEX: the first line of the last verdict
word() {
	head -n 1 "$ep_work/out" >"$ep_work/word"
	check_has "$1" "$ep_work/word" "$2"
}
# What was asked for since the last call.
mark_journal() {
	ep_mark=$(wc -l <"$journal")
}
asked() {
	tail -n +$((ep_mark + 1)) "$journal"
}

# --- which exit ---------------------------------------------------------------
check_status "no exit is named" 64 verify
check_status "an unknown ticket" 66 verify --ticket halopsa/4999999
check_lacks "... is not safe" "$ep_work/out" SAFE
check_status "a ticket of another customer" 65 \
	verify --ticket halopsa/9500 --customer cedar
check_lacks "... is not safe" "$ep_work/out" SAFE
check_status "nobody by that address" 66 verify --person nobody@acme.example
check_status "a report in no format" 64 \
	verify --person sam.ode@acme.example --report pdf=x
verify --ticket halopsa/9470 >"$ep_work/out" 2>/dev/null
check_lacks "a closed ticket is not safe to close" "$ep_work/out" '^SAFE'

# --- the nightly state ---------------------------------------------------------
state() {
	sqlite3 "$ep_db" "SELECT * FROM finding ORDER BY 1;
		SELECT * FROM result_log ORDER BY id;
		SELECT * FROM finding_event ORDER BY 1, 2, 3;
		SELECT * FROM check_run"
	ep query --run 1 "SELECT * FROM coverage ORDER BY tenant, dataset"
	ep query --run 1 "SELECT * FROM account ORDER BY tenant, dataset, id"
}
others() {
	ep query "SELECT tenant, dataset, status, run, rows, previous_rows,
		stale FROM coverage WHERE tenant <>
		'printix/e7e29127-0000-4dd1-a69f-5b34aec4e7e2'
		AND NOT imported ORDER BY 1, 2"
}
state >"$ep_work/state.before"
others >"$ep_work/others.before"

# --- safe ------------------------------------------------------------------------
gus='--person gus.guest@evergreen.example --profile guest-or-kiosk'
mark_journal
# shellcheck disable=SC2086
check_status "nobody approved it yet" 1 verify $gus
word "... and it is not safe" '^NOT SAFE: exit of Gus Guest'
asked | awk '{ print $3 }' | sort -u >"$ep_work/vendors"
check_same "only Printix was asked" "$(printf 'printix-api\nprintix-auth')" \
	"$(cat "$ep_work/vendors")"
check_same "... for one tenancy's users" 0 "$(asked | grep printix-api |
	grep -vc -e "/e7e29127-0000-4dd1-a69f-5b34aec4e7e2/users?" \
		-e '/cloudprint cred=')"
others >"$ep_work/others.after"
check "what was not asked for is as fresh as it was" cmp \
	"$ep_work/others.before" "$ep_work/others.after"
state >"$ep_work/state.after"
check "the night's findings, results and views are as they were" cmp \
	"$ep_work/state.before" "$ep_work/state.after"
for what in approval device; do
	# shellcheck disable=SC2086
	check_status "$what is attested" 0 ep exit attest \
		--now 2026-11-17T07:59:00Z $gus --what $what --by 'Ana Lima'
done
# shellcheck disable=SC2086
check_status "all is done" 0 verify $gus
word "... and it is safe to close" '^SAFE TO CLOSE: '
check_same "a verify is a run of its own" verify \
	"$(sqlite3 "$ep_db" 'SELECT kind FROM run ORDER BY id DESC LIMIT 1')"
check_status "drift is between rounds, not verifies" 0 sh -c \
	'[ "$("$1" drift --to "$2" 2>/dev/null | head -n 1)" = \
	"From run 1 to run $2" ]' sh "$EP_BUILD/exitproof" \
	"$(sqlite3 "$ep_db" 'SELECT max(id) FROM run')"

# --- cannot tell --------------------------------------------------------------------
# shellcheck disable=SC2086
check_status "evidence of yesterday is too old at noon" 2 \
	ep exit verify --now 2026-11-17T12:00:00Z $gus
word "... so nobody can tell" '^CANNOT TELL'
check_has "... and the file is named" "$ep_work/out" 'printix-tenant-users.csv'
estate_ctl fault kind=status status=403 times=0 vendor=printix 'path=*users*'
# shellcheck disable=SC2086
check_status "the vendor refuses" 2 verify $gus
word "... so nobody can tell" '^CANNOT TELL'
check_has "... and the listing is named" "$ep_work/out" 'printix\.users'
estate_ctl clear
estate_ctl fault kind=status status=500 times=0 vendor=printix \
	'path=*/users*'
: >"$ep_work/estate.journal"
# shellcheck disable=SC2086
check_status "the vendor is out of order" 2 verify $gus
word "... so nobody can tell" '^CANNOT TELL'
cat "$ep_work/estate.journal" >&2
grep '/users' "$ep_work/estate.journal" | grep -c 'status=500' >"$ep_work/asked"
check "... and a technician who waits is not kept waiting" \
	test "$(cat "$ep_work/asked")" -le 2 -a "$(cat "$ep_work/asked")" -gt 0
estate_ctl clear
estate_ctl fault kind=truncate keep=60 times=0 vendor=printix 'path=*users*'
# shellcheck disable=SC2086
check_status "an answer is cut" 2 verify $gus
word "... so nobody can tell" '^CANNOT TELL'
estate_ctl clear
estate_ctl fault kind=empty times=0 vendor=printix 'path=*users*'
# shellcheck disable=SC2086
verify $gus >"$ep_work/out" 2>/dev/null
check_lacks "a list is empty that was not, and it is not safe" "$ep_work/out" '^SAFE'
estate_ctl clear
# shellcheck disable=SC2086
check_status "and all is well again" 0 verify $gus

# --- everything at once ---------------------------------------------------------
check_status "a technician with much left, and much that is not read" 2 \
	verify --ticket ninjaone/4711 --report text=- \
	--report html="$ep_work/v.html" --report junit="$ep_work/v.xml"
word "... both are said" '^NOT SAFE, AND CANNOT TELL ALL: exit of Otto Berg'
check "... in less than 40 lines" test "$(wc -l <"$ep_work/out")" -lt 40
check "... though more is left" test \
	"$(grep -o '<td class="open"' "$ep_work/v.html" | wc -l)" -gt 20
for xsd in junit-10 windyroad; do
	check "JUnit: valid under $xsd" xmllint --noout --nonet --schema \
		"$EP_SRC/tests/fixtures/junit/$xsd.xsd" "$ep_work/v.xml"
done
check_has "JUnit: what is open fails" "$ep_work/v.xml" '<failure '
check_has "JUnit: what cannot be told is an error" "$ep_work/v.xml" '<error '
check_lacks "no secret is in it" "$ep_work/v.html" CANARY-
check_same "contacts of a company are read with the instance's key" complete \
	"$(ep query "SELECT DISTINCT status FROM coverage
		WHERE dataset = 'connectwise-psa.contacts'" | tail -n 1)"

# --- the ticket --------------------------------------------------------------------
check_lacks "nothing was written without --attach" "$journal" WROTE
desk() {
	estate_ctl desk 2>"$ep_work/desk"
	grep -c "$1" "$ep_work/desk"
}
# The note takes effect and its answer is lost.
estate_ctl fault kind=close keep=0 vendor=halopsa 'path=*/api/Actions'
check_status "an employee, onto HaloPSA, with the answer lost" 2 \
	verify --ticket halopsa/9500 --attach
check_same "one note" 1 "$(desk '^halo/actions/9500')"
check_same "one file" 1 "$(desk '^halo/attachments/9500')"
check_has "... private" "$ep_work/desk" '"hiddenfromuser":true'
check_has "... with the word" "$ep_work/desk" \
	'^halo/actions/9500.*NOT SAFE, AND CANNOT TELL ALL'
check_status "again, and nothing has changed" 2 \
	verify --ticket halopsa/9500 --attach
check_same "still one note" 1 "$(desk '^halo/actions/9500')"
check_same "still one file" 1 "$(desk '^halo/attachments/9500')"

# The write does not take effect, and nobody can tell.
estate_ctl fault kind=status status=502 vendor=ninjaone 'path=*/comment'
check_status "onto NinjaOne, which fails" 69 \
	verify --ticket ninjaone/4711 --attach
check_same "nothing is there" 0 "$(desk '^ninja/comments')"
check_status "and once more" 2 verify --ticket ninjaone/4711 --attach
check_same "a note and a file" 2 "$(desk '^ninja/comments/4711')"
check_lacks "... that customers do not see" "$ep_work/desk" \
	'^ninja.*"publicEntry":true'

# The ticket cannot be read back: nothing is written blindly.
estate_ctl fault kind=status status=403 times=0 vendor=connectwise-psa \
	'path=*/notes*'
check_status "onto ConnectWise, whose notes cannot be read" 77 \
	verify --ticket connectwise-psa/4720 --attach
check_same "nothing is there" 0 "$(desk '^cw/')"
estate_ctl clear
check_status "and once more" 2 \
	verify --ticket connectwise-psa/4720 --attach
check_same "one note" 1 "$(desk '^cw/notes/4720')"
check_same "one document" 1 "$(desk '^cw/documents/4720')"
check_lacks "... that the portal does not show" "$ep_work/desk" \
	'^cw/documents.*"publicFlag":true'

# Without the key that writes.
check_status "onto Autotask without a key that writes" 78 \
	verify --ticket autotask/101 --customer cedar --attach
check_same "nothing is there" 0 "$(desk '^at/')"
check_lacks "nothing forbidden was sent" "$journal" FORBIDDEN
done_testing
