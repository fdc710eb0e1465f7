#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Secrets that vendors show in their answers stay out of everything that the
# program leaves behind: database, reports, logs, traces, what its verbs print.
# The journal proves that they were there to be taken, vendor by vendor.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

night_setup quickstart || exit
left=$ep_work/left
mkdir "$left"

# keep NAME VERB...: what the verb prints, with everything it can trace.
keep() {
	name=$1
	shift
	ep "$@" --trace all -v >"$left/$name.out" 2>"$left/$name.err"
}

reports=
for format in html junit csv json text markdown ocsf oscal; do
	reports="$reports --report $format=$left/report.$format"
done
for night in 1 2 3; do
	estate_ctl night "$night"
	now=2026-11-$((16 + night))T02:00:00Z
	# shellcheck disable=SC2086
	keep "night-$night" run --now "$now" $reports
done
keep test tenant test --datasets --now "$now"
keep person person otto.berg@northwind.example --now "$now"
keep match person match --now "$now"
keep drift drift --from 1 --to 3
keep status status
for table in account credential resource agent role subscription ticket; do
	keep "$table" query "SELECT * FROM $table"
done
# The requests that list secrets, looked at one by one.
keep try-secrets connector try okta/00onorthwind00000000 app_secrets --now "$now"
keep try-sites connector try dnsfilter/802315 networks --now "$now"
cp "$ep_db" "$left/database"
test ! -e "$ep_db-wal" || cp "$ep_db-wal" "$left/database-wal"

# Autotask sends just the members that are asked for, and the program asks for
# none of these; whoever asks for all of a record is shown its secrets.
rest=$(estate_get base_url)/autotask/zone3/atservicesrest/V1.0
curl -sg --max-time 10 --cacert "$ep_work/tls/ca.pem" -o /dev/null \
	-H 'UserName: exitproof@northwind.example' \
	-H 'ApiIntegrationCode: AT-EXITPROOF-0001' \
	-H "Secret: $(cat "$ep_work/config/secrets/autotask-database-exitproof")" \
	--data-urlencode 'search={"filter":[{"op":"gte","field":"id","value":0}]}' \
	-G "$rest/CompanyWebhooks/query"

# What crossed the wire.  A vendor whose answers show no secret would prove
# nothing by staying clean.
served() {
	awk -v vendor="$1" '$3 ~ vendor {
		for (i = 1; i <= NF; i++)
			if ($i ~ /^canaries=/) {
				sub(/^canaries=/, "", $i)
				n += $i
			}
	} END { print n + 0 }' "$ep_work/estate.journal"
}

for vendor in printix dnsfilter entra google okta onelogin ninjaone halopsa \
	connectwise autotask; do
	check "canaries: $vendor shows some ($(served "$vendor"))" \
		test "$(served "$vendor")" -gt 0
done

for part in "$left"/*; do
	found=$(grep -rlaF CANARY- "$part")
	check_same "canaries: none in $(basename "$part")" "" "$found"
	# Compressed or not, the name of the mark in other letters is no escape.
	found=$(grep -rlai 'Q0FOQVJZL' "$part")
	check_same "canaries: none in base64 in $(basename "$part")" "" "$found"
done
check "canaries: the night left something to look at" \
	test "$(find "$left" -size +0 | wc -l)" -gt 30

# The look can fail: a secret in any of these would be found.
echo "x CANARY-planted x" >"$left/night-1.planted"
check_same "canaries: a planted one is found" "$left/night-1.planted" \
	"$(grep -rlaF CANARY- "$left")"
done_testing
