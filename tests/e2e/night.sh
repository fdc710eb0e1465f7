#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Three nights against the simulated vendors: what is stored is what was
# there, nothing but reading was done, no secret stays behind, and a listing
# that broke in the middle is no pass in any output.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

night_setup quickstart || exit

# What is stored, against what the world holds.  The names of the estate's
# truth are the connectors' names of datasets.
counts_agree() {
	"$EP_BUILD/tests/estate/estate" expect --world "$ep_world" --night "$1" \
		>"$ep_work/truth.json"
	ep query -f csv "SELECT system || '/' || id AS tenant, dataset, rows
		FROM coverage JOIN tenancy USING (tenant, system)
		WHERE NOT imported AND status = 'complete'" >"$ep_work/rows.csv"
	sqlite3 :memory: ".import --csv $ep_work/rows.csv got" "
		CREATE TABLE truth AS
		SELECT v.key || '/' || t.key AS tenant,
		       v.key || '.' || d.key AS dataset, d.value AS n
		  FROM json_each(readfile('$ep_work/truth.json')) v,
		       json_each(v.value) t, json_each(t.value) d
		 WHERE v.key IN ('connectwise-psa', 'dnsfilter', 'entra',
				 'google', 'google-reseller', 'halopsa', 'autotask',
				 'ninjaone', 'okta', 'onelogin', 'printix')
		   AND d.type = 'integer'
		   AND t.key <> 'partner' AND instr(d.key, '.') = 0;
		SELECT got.tenant || ' ' || got.dataset || ': ' || got.rows ||
		       ' stored, ' || truth.n || ' there'
		  FROM got JOIN truth USING (tenant, dataset)
		 WHERE CAST(got.rows AS INTEGER) <> truth.n;
		SELECT CASE WHEN count(*) < 60 THEN 'only ' || count(*) ||
		       ' datasets compared' END
		  FROM got JOIN truth USING (tenant, dataset)
		HAVING count(*) < 60" >"$ep_work/differ" ||
		echo "could not compare" >>"$ep_work/differ"
	cat "$ep_work/differ" >&2
	check_same "night $1: every complete dataset holds what was there" "" \
		"$(cat "$ep_work/differ")"
}

check_status "night 1: something is undecided" 2 night 1 \
	--report junit="$ep_work/1.xml" --report html="$ep_work/html"
counts_agree 1
# A listing that fails for a mistake of ours would be compared with nothing.
check_same "night 1: nothing is refused but what the world refuses" \
	"entra.conditional_access entra.managed_devices entra.registrations entra.role_eligibility \
entra.role_schedules entra.sign_ins ninjaone.exit_notes okta.api_tokens \
okta.devices okta.factors okta.user_roles onelogin.privilege_roles \
onelogin.privilege_users onelogin.privileges" \
	"$(ep query "SELECT group_concat(dataset, ' ') FROM (SELECT DISTINCT
		dataset FROM coverage WHERE NOT imported AND status IN
		('partial', 'denied', 'failed', 'held') ORDER BY dataset)" |
		tail -n 1)"
check_lacks "night 1: Delta's users are read" "$ep_work/err" 'HTTP 502'

check_status "night 2: a vendor fails in the middle" 2 night 2 \
	--report junit="$ep_work/2.xml" --report text="$ep_work/2.txt" \
	--report csv="$ep_work/2.csv" --report json="$ep_work/2.json"
counts_agree 2
delta=printix/de17ade1-0000-4dd1-a69f-5b34aec4de17
check_same "night 2: the cut listing is partial" partial \
	"$(ep query "SELECT status FROM coverage WHERE tenant = '$delta'
		AND dataset = 'printix.users'" | tail -n 1)"
check_same "night 2: no row of it was closed" 0 \
	"$(ep query "SELECT count(*) FROM moved WHERE tenant = '$delta'
		AND dataset = 'printix.users' AND op = 'close'" | tail -n 1)"
check_has "night 2: the text says what happened" "$ep_work/2.txt" 'HTTP 502'
check_same "night 2: no rule that reads it passes" 0 \
	"$(sqlite3 "$ep_db" "SELECT count(*) FROM result r
		JOIN rule_run u ON u.rule = r.rule AND u.run = 2
		JOIN rule_text t ON t.sha256 = u.sha256
		WHERE r.unit = '$delta' AND r.result = 'PASS'
		AND t.needs LIKE '%printix.users%'")"
check_has "night 2: JUnit has it as an error" "$ep_work/2.xml" \
	'name="printix.users" classname="printix/de17ade1[^>]*>'
check_same "night 2: and never as a bare case" 0 \
	"$(grep -c 'name="printix.users" classname="printix/de17ade1[^>]*/>' \
		"$ep_work/2.xml")"

check_status "night 3: and then it answers again" 2 night 3 \
	--report junit="$ep_work/3.xml"
counts_agree 3
check_same "night 3: the listing is complete again" complete \
	"$(ep query "SELECT status FROM coverage WHERE tenant = '$delta'
		AND dataset = 'printix.users'" | tail -n 1)"

for n in 1 2 3; do
	for xsd in junit-10 windyroad; do
		check "night $n: JUnit is valid under $xsd" xmllint --noout \
			--nonet --schema "$EP_SRC/tests/fixtures/junit/$xsd.xsd" \
			"$ep_work/$n.xml"
	done
	check_same "night $n: JUnit names are unique" "" \
		"$(grep -o '<testcase name="[^"]*" classname="[^"]*"' \
			"$ep_work/$n.xml" | sort | uniq -d)"
done

# Drift, by natural key and net of what came and went in between.
check_status "drift of the last night: moves, and gaps" 2 ep drift \
	--from 2 --to 3 --format json
jq -r 'select(.dataset == "dnsfilter.user_agents") | .what + " " + .name' \
	"$ep_work/out" >"$ep_work/drift"
check_same "drift: an agent came back under a new id" "appeared BB-LT-07" \
	"$(cat "$ep_work/drift")"
check_status "drift of both nights" 2 ep drift --from 1 --to 3 --format json
check_same "drift: its old row is gone, its new one is there" \
	"appeared BB-LT-07
gone BB-LT-07" "$(jq -r 'select(.dataset == "dnsfilter.user_agents" and
	.name == "BB-LT-07") | .what + " " + .name' "$ep_work/out" | sort)"
check_same "drift: a leaver is gone" "gone sam.ode@acme.example" \
	"$(jq -r 'select(.dataset == "printix.users" and .kind == "account" and
		.customer == "acme") | .what + " " + .name' "$ep_work/out")"
check_has "drift: a cut listing is said" "$ep_work/out" \
	'"not complete".*"reason":"[^"]+"'
check_status "drift of the first night: nothing before it" 66 ep drift --to 1

# The past stays what it was.
check_same "as of night 1: Delta's users are those of night 1" 141 \
	"$(ep query --at 1 "SELECT count(*) FROM account WHERE tenant = '$delta'
		AND dataset = 'printix.users'" | tail -n 1)"

# What would change a denied listing is its own permission, in whole words.
sqlite3 "$ep_db" "SELECT DISTINCT c.advice FROM coverage c JOIN dataset d
	ON d.id = c.dataset WHERE d.name = 'entra.role_eligibility'
	AND c.status = 'denied'" >"$ep_work/advice"
check_has "denied: the permission that it lacks is named" "$ep_work/advice" \
	'which needs RoleManagement.Read.Directory or Directory.Read.All; made in .* Permissions$'

# The record of the run says as whom the vendors were asked.
sqlite3 -separator ' ' "$ep_db" "SELECT connector, credential, first_run,
	last_run, name FROM caller" >"$ep_work/callers"
cat "$ep_work/callers" >&2
check_has "callers: what the configuration names" "$ep_work/callers" \
	'^printix cloudprint 1 3 application [0-9a-f-]{36}$'
check_has "callers: what the vendor said" "$ep_work/callers" \
	'^dnsfilter key 1 3 [^ ]+@[^ ]+$'
check "callers: into the evidence" ep report --definition evidence-soc2 \
	--report text="$ep_work/evidence.txt"
check_has "callers: known as" "$ep_work/evidence.txt" 'application [0-9a-f-]+'
check "callers: into the evidence of one customer" ep report \
	--definition evidence-soc2 --customer cedar \
	--report json="$ep_work/evidence.json"
jq -r '.sections[] | select(.id == "callers") | .rows[] |
	.[0] + " " + .[2]' "$ep_work/evidence.json" \
	>"$ep_work/asked"
cat "$ep_work/asked" >&2
check_has "... its own" "$ep_work/asked" '^printix application ceda0000-'
check_has "... and the MSP's, where that reads for it" "$ep_work/asked" \
	'^dnsfilter svc-exitproof@northwind.example$'
check_lacks "... no other customer's" "$ep_work/asked" 'application ac3e0000-'

# A database of a program that kept less, before its next night.
cp "$ep_db" "$ep_work/whole.db"
sqlite3 "$ep_db" "DROP TABLE caller; DROP TABLE customer_limit;
	DROP TABLE finding_look"
for definition in nightly customer qbr evidence-soc2; do
	check_status "an older database as $definition" 0 ep report \
		--definition "$definition" --report text="$ep_work/older.txt"
	check_status "... redacted" 0 ep report --redact \
		--definition "$definition" --report text="$ep_work/older.txt"
done
cp "$ep_work/whole.db" "$ep_db"

check_lacks "the vendors saw nothing but reading" "$ep_work/estate.journal" \
	FORBIDDEN
check_same "no secret stays behind" "" \
	"$(grep -rlaF CANARY- "$ep_work" | grep -v -e /secrets/ -e /rows.csv)"
done_testing
