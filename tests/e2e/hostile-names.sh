#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Names that a tenant can choose, through every format: a world whose guests
# bear each name of the hostile list and are past their end, so that each is
# a finding.  Nothing executes, no line is forged, every file can be read.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

workdir
tenant=2d4caec1-4d77-4190-b771-0fa0579a4181
names=$EP_SRC/tests/fixtures/hostile/names.json
world=$ep_work/hostile
mkdir -p "$world/config/customers"

# JSON is YAML, once the characters that YAML does not print are escaped.
jq --arg id "$tenant" '{
  msp: {id: "northwind", name: "Northwind MSP", domain: "northwind.example"},
  customers: [{id: "acme", name: "Acme", domain: "acme.example"}], people: [],
  printix: {rate: {size: 0, window: 60}, tenants: [{
    id: $id, domain: "acme.printix.net", name: "Acme", root: "domain",
    apps: {cloudprint: {client_id: "ac3e0000-0000-4000-8000-00000000c101",
      client_secret: "CANARY-cloudprint"}},
    users: [.cases | to_entries[] | {id: "guest-\(.key)",
      email: "guest\(.key)@acme.example", fullName: .value.value,
      role: "GUEST_USER", expirationTimestamp: "2026-01-31T17:00:00Z"}],
    groups: [.cases | to_entries[] | {id: "group-\(.key)",
      name: .value.value}]}]},
  nights: [{date: "2026-11-17T02:00:00Z", about: "the only one",
    changes: []}]}' "$names" |
	perl -CSD -pe 's/([\x{7f}-\x{9f}\x{fdd0}-\x{fdef}\x{feff}\x{fffe}\x{ffff}])/
		sprintf("\\u%04x", ord $1)/gex' >"$world.yaml"
cat >"$world/config/exitproof.yaml" <<'Y'
msp: {id: northwind, name: Northwind MSP, domains: [northwind.example]}
database: ../exitproof.db
leavers: {file: leavers.csv}
vendors:
  printix:
    base:
      api: "@BASE@/printix-api/cloudprint"
      auth: "@BASE@/printix-auth"
testing: {allow_loopback: true, ca_file: "@CA_FILE@"}
Y
cat >"$world/config/customers/acme.yaml" <<Y
customer: acme
name: Acme
connections:
  - connector: printix
    tenant: $tenant
    credentials:
      cloudprint:
        client_id: ac3e0000-0000-4000-8000-00000000c101
        client_secret: {file: secrets/printix-$tenant-cloudprint}
Y
printf 'person,name,email,aliases,employer,left_at,source\n' >"$world/leavers.csv"
printf 'p1,Kim Vale,kim@acme.example,,acme,2026-03-01,HR\n' >>"$world/leavers.csv"

estate_start "$world.yaml" --tls --control 0 || exit
estate_config "$ep_work/config" || exit
ep_data_folder
EXITPROOF_CONFIG=$ep_work/config/exitproof.yaml
export EXITPROOF_CONFIG
check_status "the night runs" 2 night 1 --report junit="$ep_work/j.xml" \
	--report html="$ep_work/html" --report csv="$ep_work/f.csv" \
	--report json="$ep_work/r.json" --report markdown="$ep_work/r.md"
check_same "every name arrived" "$(jq '.cases | length' "$names")" \
	"$(ep query "SELECT count(*) FROM account
		WHERE dataset = 'printix.users'" | tail -n 1)"
check_same "every one is a finding" "$(jq '.cases | length' "$names")" \
	"$(sqlite3 "$ep_work/exitproof.db" "SELECT count(*) FROM finding
		WHERE rule = 'guest-without-end' AND state = 'open'")"

for xsd in junit-10 windyroad; do
	check "JUnit: valid under $xsd" xmllint --noout --nonet --schema \
		"$EP_SRC/tests/fixtures/junit/$xsd.xsd" "$ep_work/j.xml"
done
check_same "JUnit: no tenant text in system-out" "" \
	"$(xmllint --xpath '//system-out/text()' "$ep_work/j.xml" 2>/dev/null)"

for page in "$ep_work"/html/*.html; do
	name=$(basename "$page")
	check "HTML $name: well formed" xmllint --noout --nonet "$page"
	check_same "HTML $name: nothing that acts" 0 \
		"$(xmllint --xpath "count(//script | //iframe | //object | //img
		| //form | //*[@*[starts-with(name(), 'on')]])" "$page")"
	check_same "HTML $name: links lead to its own pages" "" \
		"$(xmllint --xpath '//@href' "$page" 2>/dev/null |
			grep -v 'href="[a-z-]*\.html"')"
done

check_same "text: one finding, one line" \
	"$(grep -c "^    - .*| ended 2026-01-31" "$ep_work/night.txt")" \
	"$(jq '.cases | length' "$names")"
for file in night.txt r.md; do
	check_same "$file: no control byte" "" \
		"$(LC_ALL=C grep -nP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' \
			"$ep_work/$file")"
done
check_same "Markdown: no live link, image or tag" "" \
	"$(grep -nE '(^|[^\\])(<|!?\[[^]]*\]\()' "$ep_work/r.md" |
		grep -v '^[0-9]*:#')"
check "JSON: one document" jq -e '.sections | length > 3' "$ep_work/r.json"
check_same "CSV: no cell starts a formula" 0 \
	"$(sqlite3 :memory: ".import --csv $ep_work/f.csv f" "SELECT count(*)
		FROM f WHERE substr(name, 1, 1) IN ('=', '+', '-', '@', char(9),
		char(13), char(10))")"
check_same "CSV: as many rows as findings" \
	"$(sqlite3 "$ep_work/exitproof.db" "SELECT count(*) FROM finding
		WHERE state <> 'fixed' AND NOT waived")" \
	"$(sqlite3 :memory: ".import --csv $ep_work/f.csv f" \
		"SELECT count(*) FROM f")"
check_same "standard error: no control byte" "" \
	"$(LC_ALL=C grep -nP '[\x00-\x08\x0b-\x1f\x7f]' "$ep_work/err")"
done_testing
