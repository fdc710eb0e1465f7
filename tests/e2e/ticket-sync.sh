#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Findings as tickets of the PSA: one each, also when the answer to the write
# was lost, refused or came from another tenancy; nothing without the switch.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

night_setup quickstart || exit
customers=$ep_work/config/customers
writes() {
	grep -c "WROTE:" "$ep_work/estate.journal"
}

# Keys that write, beside those that read.
sed -i '/secrets\/connectwise-psa-northwind-exitproof/a\
        ticket_writer:\
          public_key: nwPub0000exitproof\
          private_key: {file: secrets/connectwise-psa-northwind-exitproof}' \
	"$EXITPROOF_CONFIG"
sed -i '/secrets\/halopsa-instance-exitproof/a\
        ticket_writer:\
          client_id: ha10psa0-exitproof\
          client_secret: {file: secrets/halopsa-instance-exitproof}' \
	"$EXITPROOF_CONFIG"
sed -i '/secrets\/autotask-database-exitproof/a\
        ticket_writer:\
          secret: {file: secrets/autotask-database-exitproof}' \
	"$EXITPROOF_CONFIG"

# What brings findings to each of the three, and no more.
# shellcheck disable=SC2317
few() {
	night 1 --tenant acme --tenant bluebird --tenant cedar \
		--dataset entra --dataset dnsfilter --dataset autotask
}
check_status "a night over three customers" 2 few
check_same "a night writes nothing, though the keys are there" 0 "$(writes)"
check_status "without tickets: in a file there is no sync" 78 \
	ep ticket sync
cat >>"$customers/acme.yaml" <<'X'
tickets: {through: connectwise-psa/northwind, from: critical}
X
cat >>"$customers/bluebird.yaml" <<'X'
tickets: {through: halopsa/northwind}
X
cat >>"$customers/cedar.yaml" <<'X'
tickets: {through: autotask/northwind msp}
X
now='--now 2026-11-17T03:00:00Z'
# shellcheck disable=SC2086,SC2317
sync() {
	ep ticket sync $now "$@"
}
# open CUSTOMER SEVERITIES: findings that want a ticket
wanted() {
	ep query "SELECT count(*) FROM finding WHERE customer = '$1'
		AND rule NOT IN ('dataset-not-read', 'access-lost')
		AND NOT waived AND state <> 'fixed'
		AND severity IN ($2)" | tail -n 1
}
acme=$(wanted acme "'critical'")
bluebird=$(wanted bluebird "'critical', 'high'")
cedar=$(wanted cedar "'critical', 'high'")
echo "wanted: $acme $bluebird $cedar" >&2
check "each customer has something" test "$acme" -gt 0 -a \
	"$bluebird" -gt 0 -a "$cedar" -gt 0
check_status "a dry run says what it would do" 0 sync --dry-run
check_same "... and writes nothing" 0 "$(writes)"
check_same "... and forgets it" 0 "$(sqlite3 "$ep_db" "SELECT count(*) FROM
	sqlite_master WHERE name = 'psa_ticket'")"

# The first ticket of each takes effect and its answer is lost, another way
# each time.
estate_ctl fault kind=close keep=0 vendor=connectwise-psa \
	'path=*/service/tickets'
estate_ctl fault kind=truncate keep=30 vendor=halopsa 'path=*/api/Tickets'
estate_ctl fault kind=close keep=50 vendor=autotask 'path=*/V1.0/Tickets'
check_status "the first sync" 0 sync
estate_ctl desk 2>"$ep_work/desk"
# desk PATTERN: how many records
desk() {
	grep -c "$1" "$ep_work/desk"
}
check_same "one ticket for each in ConnectWise" "$acme" "$(desk '^cw/tickets')"
check_same "one for each in HaloPSA" "$bluebird" "$(desk '^halo/tickets')"
check_same "one for each in Autotask" "$cedar" "$(desk '^at/Tickets')"
check_same "no mark is there twice" "" "$(grep -o 'exitproof-[0-9a-f]\{24\}\]' \
	"$ep_work/desk" | sort | uniq -d)"
check_has "the customer is the one of the PSA" "$ep_work/desk" \
	'"company":{"id":2}'
before=$(writes)
check_status "a second sync has nothing to do" 0 sync
check_same "... and writes nothing" "$before" "$(writes)"

estate_ctl fault kind=status status=403 times=0 vendor=entra
check_status "a night that reads badly" 2 few
estate_ctl clear
check_status "a third sync" 0 sync
check_same "... writes nothing" "$before" "$(writes)"

# Whoever lost the tables finds what is there.
sqlite3 "$ep_db" 'DELETE FROM psa_ticket; DELETE FROM psa_note'
check_status "a sync that lost its memory" 0 sync
check_same "... writes nothing" "$before" "$(writes)"

# What changed: a finding fixed, in the table since vendors cannot be told to.
sqlite3 "$ep_db" "UPDATE finding SET state = 'fixed', fixed_run = 3
	WHERE customer = 'acme' AND severity = 'critical';
	INSERT INTO finding_event SELECT 3, fingerprint, 'fixed', 1 FROM finding
	WHERE customer = 'acme' AND severity = 'critical'"
estate_ctl fault kind=status status=503 times=0 vendor=connectwise-psa \
	'path=*/notes*'
check_status "the PSA is down: it waits" 2 sync
check_same "... and writes nothing" "$before" "$(writes)"
estate_ctl clear
estate_ctl fault kind=close keep=0 vendor=connectwise-psa nth=2 'path=*/notes'
check_status "then it is up, and loses an answer" 0 sync
estate_ctl desk 2>"$ep_work/desk"
check_same "one note for each" "$acme" "$(desk '^cw/notes/.*Fixed: ')"
check_lacks "internal ones" "$ep_work/desk" \
	'^cw/notes.*"internalAnalysisFlag":false'
before=$(writes)
check_status "and no more" 0 sync
check_same "... of it" "$before" "$(writes)"

# It comes back; one ticket was closed at the PSA, the others were not.
one=$(sed -n 's/^cw\/tickets.*"id":\([0-9]*\).*/\1/p' "$ep_work/desk" | head -n 1)
estate_ctl edit id="$one" member=closedFlag value=true
sqlite3 "$ep_db" "UPDATE finding SET state = 'came_back', fixed_run = NULL
	WHERE customer = 'acme' AND severity = 'critical';
	INSERT INTO finding_event SELECT 4, fingerprint, 'came_back', 1
	FROM finding WHERE customer = 'acme' AND severity = 'critical'"
check_status "what came back" 0 sync
estate_ctl desk 2>"$ep_work/desk"
check_same "the closed one has a follower" $((acme + 1)) \
	"$(desk '^cw/tickets')"
check_same "the others a note" $((acme - 1)) \
	"$(desk '^cw/notes/.*It came back')"
check_status "and that was it" 0 sync

# A key of another company: nothing is written.
before=$(writes)
sqlite3 "$ep_db" "DELETE FROM psa_ticket"
sed -i 's/tenant: northwind$/tenant: southwind/' "$EXITPROOF_CONFIG"
sed -i 's,connectwise-psa/northwind,connectwise-psa/southwind,' \
	"$customers/acme.yaml"
sed -i 's,halopsa/northwind,halopsa/southwind,' "$customers/bluebird.yaml"
check_status "another tenancy than the configured one" 2 sync
check_same "... is not written to" "$before" "$(writes)"
check_lacks "nothing forbidden was sent" "$ep_work/estate.journal" FORBIDDEN
done_testing
