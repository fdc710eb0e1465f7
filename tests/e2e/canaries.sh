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
# What is handed to others: evidence, plans and verdicts for tickets, notices.
keep checkpoint evidence checkpoint --to "$left/log.checkpoint"
keep verify evidence verify
keep package evidence export --to "$left/package"
group=$(sqlite3 "$ep_db" "SELECT DISTINCT dataset FROM coverage
	WHERE status = 'complete' AND rows > 0 LIMIT 1")
keep prove evidence prove "$group" --to "$left/proof"
keep exit-plan exit plan otto.berg@northwind.example --now "$now"
keep exit-verify exit verify otto.berg@northwind.example --now "$now"
keep review review start canaries
keep who who --role 'System manager' --at "$now"
keep baseline baseline diff
keep waivers waive list
keep ticket-dry ticket sync --dry-run --now "$now"
keep notify-dry notify --dry-run --now "$now"
keep show connector show printix
# Errors quote what they complain about, but no secret of it.
secret=$(find "$ep_work/config/secrets" -type f | sort | head -n 1)
cp -p "$secret" "$ep_work/secret"
chmod 644 "$secret"
keep loose-secret tenant test --now "$now"
printf 'two lines\n' >>"$secret"
chmod 600 "$secret"
keep torn-secret tenant test --now "$now"
cp -p "$ep_work/secret" "$secret"
cp "$ep_db" "$left/database"
sqlite3 "$ep_db" .dump >"$left/database.sql"
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

# The mark as it is, in base64 at each of the three places where it can begin
# (and in its other alphabet, which has no other letters for it), in percent
# and JSON escapes, in hexadecimal, in UTF-16.
forms='CANARY-|Q0FOQVJZL|NBTkFSWS|DQU5BUlkt|%43%41%4[eE]%41%52%59|\\u0043\\u0041\\u004[eE]|43414[eE]415259|C\x00A\x00N\x00A\x00R\x00Y\x00'
marked() {
	grep -rlaP "$forms" "$1"
}

# What stands on a command line, everybody on the machine can read.
sed -n 's/.*Fl -\([a-z][a-z-]*\).*/\1/p' "$EP_SRC/docs/exitproof.1" |
	sort -u >"$ep_work/options"
check "the manual names the options" test "$(wc -l <"$ep_work/options")" -gt 30
check_lacks "no option takes a secret" "$ep_work/options" \
	'pass|secret|token|key|cred|auth|login|bearer'

for part in "$left"/*; do
	check_same "canaries: none in $(basename "$part")" "" \
		"$(marked "$part")"
done
for file in "$left"/*.err; do
	check_same "canaries: $(basename "$file" .err) did not crash" "" \
		"$(grep -nE 'AddressSanitizer|Segmentation' "$file")"
done
check "canaries: the night left something to look at" \
	test "$(find "$left" -size +0 | wc -l)" -gt 30

# The look can fail: a secret in any of these would be found.
mkdir "$ep_work/planted"
plant() {
	cat >"$ep_work/planted/$1"
	check_same "canaries: a planted one is found: $1" \
		"$ep_work/planted/$1" "$(marked "$ep_work/planted/$1")"
}
echo 'x CANARY-planted x' | plant plain
for before in '' x xy xyz; do
	printf '%sCANARY-planted' "$before" | base64 | plant "base64-$before"
done
printf 'CANARY-planted' | xxd -p | plant hexadecimal
printf 'CANARY-planted' | xxd -p | sed 's/../%&/g' | plant percent
printf 'CANARY-planted' | xxd -p | sed 's/../\\u00&/g' | plant json
printf 'CANARY-planted' | iconv -t UTF-16LE | plant utf-16
done_testing
