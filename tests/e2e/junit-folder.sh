#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A folder of JUnit files is what a CI takes for the night: it holds that night
# and nothing of another, and a night that met nothing is red.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

workdir
night_setup quickstart || {
	not_ok "the simulated MSP" "did not start"
	exit 1
}
by=$ep_work/by
check_status "a night" 2 ep run --quiet --now 2026-11-17T02:00:00Z \
	--tenant dnsfilter --report text="$ep_work/night.txt"
# Of this night only what is put there is looked at.
sqlite3 "$ep_db" "DELETE FROM result_log; DELETE FROM coverage;
	DELETE FROM dataset"

# results CUSTOMER COUNT: of a suite that comes first.
results() {
	sqlite3 "$ep_db" "
	WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n
		WHERE i < $2)
	INSERT INTO result_log(rule, unit, unit_name, customer, first_run,
		result, population, violations, waived)
	SELECT printf('rule-%06d', i), 'aa/$1', '$1', '$1', 1, 'PASS', 1, 0, 0
	  FROM n"
}
results acme 2
results cedar 2
check_status "a folder" 0 ep report --report junit="$by/"
check "... with a file of each customer" test -s "$by/acme.xml"
check_lacks "... none of which is red for nothing" "$by/_unclaimed.xml" \
	'report\.nothing'

sed 's/ package="[^"]*"/ package="other"/' "$by/acme.xml" >"$by/foreign.xml"
cp "$by/acme.xml" "$by/copy.xml"
cp "$by/acme.xml" "$ep_work/acme.xml"
printf '<testsuites/>\n' >"$by/empty.xml"
ln -s "$ep_work/acme.xml" "$by/link.xml"
sqlite3 "$ep_db" "DELETE FROM result_log WHERE customer = 'acme'"
check_status "the folder, without a customer" 0 ep report \
	--report junit="$by/"
check_same "... holds this night, and what is not ours" \
	"_unclaimed.xml cedar.xml copy.xml empty.xml foreign.xml link.xml" \
	"$(find "$by" -name '*.xml' -printf '%f\n' |
		LC_ALL=C sort | paste -sd ' ')"
check "... nor is a file that a link leads to touched" \
	test -s "$ep_work/acme.xml"

# A suite alone that no reader takes.
results acme 120000
check_status "a suite that does not fit" 0 ep report --customer acme \
	--report junit="$ep_work/cut.xml"
check_has "... is told" "$ep_work/cut.xml" 'type="report\.cut"'
check_lacks "... and not as if nothing were there" "$ep_work/cut.xml" \
	'report\.nothing'

sqlite3 "$ep_db" "DELETE FROM result_log"
check_status "a night that met nothing" 0 ep report \
	--report junit="$ep_work/none.xml" --report junit="$by/"
check_same "... is red wherever it is read" \
	"$ep_work/none.xml $by/_unclaimed.xml" \
	"$(grep -l 'type="report\.nothing"' "$ep_work/none.xml" "$by"/*.xml |
		paste -sd ' ')"
check_same "... and no customer's file is left" "" \
	"$(find "$by" -name cedar.xml)"
for xsd in junit-10 windyroad; do
	check "... valid for $xsd" xmllint --noout --nonet --schema \
		"$EP_SRC/tests/fixtures/junit/$xsd.xsd" "$by/_unclaimed.xml"
done
done_testing
