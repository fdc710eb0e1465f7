#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Reports at their limits: very many findings, an empty fleet, long names, no
# room, targets that are no files.  Nothing is half written or looks clean.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

here=$EP_SRC/tests/reports
fixtures=$EP_SRC/tests/fixtures
formats="junit csv json ocsf oscal text markdown"
night_setup quickstart || exit
night 1 >&2
night 2 >&2
check_status "the nights" 2 night 3
cp "$ep_db" "$ep_work/good.db"
mkdir "$ep_work/out.d"
out=$ep_work/out.d

# many COUNT RULES: as many findings more, of one customer and so many rules.
many() {
	sqlite3 "$ep_db" "
	WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n
		WHERE i < $1),
	r AS (SELECT rule, severity, row_number() OVER (ORDER BY rule) AS k
		FROM rule_run WHERE run = 3)
	INSERT INTO finding(fingerprint, rule, unit, unit_name, customer,
		subject, name, severity, state, rechecked, first_run,
		first_seen, last_run, last_seen, times, seen, wanted,
		evidence, waived)
	SELECT printf('%032x', i), rule, (SELECT uid FROM tenancy
		WHERE customer = 'acme' AND system = 'printix'), 'Acme', 'acme',
	       printf('%06d-4d77-4190-b771-0fa0579a4181', i),
	       printf('Person Number %d', i), severity, 'open', 1, 1,
	       1794880800, 3, 1795053600, 1,
	       'account active, left 2026-11-01T17:00:00Z',
	       'account removed or disabled', '{}', 0
	  FROM n JOIN r ON k = 1 + i % $2;
	INSERT INTO finding_event SELECT 1, fingerprint, 'open', first_seen
	  FROM finding WHERE name LIKE 'Person Number%';
	UPDATE result_log SET result = 'FAIL', violations = $1 / $2
	 WHERE end_run IS NULL AND (rule, unit) IN
	       (SELECT rule, unit FROM finding WHERE name LIKE 'Person Number%')"
}

many 1000 40
check_status "1,000 findings" 0 ep report --report html="$out/html" \
	--customer acme
check "... below 300 KB" test "$(stat -c %s "$out/html/acme.html")" \
	-lt $((300 * 1024))
check_same "... all of them" 1000 \
	"$(grep -o 'Person Number [0-9]*' "$out/html/acme.html" | sort -u |
		wc -l)"

cp "$ep_work/good.db" "$ep_db"
many 100000 40
for format in $formats; do
	check_status "100,000 findings as $format" 0 timeout 60 \
		"$EP_BUILD/exitproof" report --report "$format"="$out/r.$format"
done
for format in ocsf csv json; do
	check_same "... all of them as $format" 100000 \
		"$(grep -o 'Person Number [0-9]*"' "$out/r.$format" |
			sort -u | wc -l)"
done
check "JUnit: below what GitLab reads" test "$(stat -c %s "$out/r.junit")" \
	-lt $((30 * 1000 * 1000))
check_has "JUnit: what does not fit is told" "$out/r.junit" \
	'and [0-9]+ more that do not fit here'
check "JUnit: valid" xmllint --huge --noout --nonet --schema \
	"$fixtures/junit/windyroad.xsd" "$out/r.junit"

# So many tenancies that one file would be refused as a whole.
sqlite3 "$ep_db" "
	WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n
		WHERE i < 2000)
	INSERT INTO result_log(rule, unit, unit_name, customer, first_run,
		result, population, violations, waived)
	SELECT rule, printf('zz/%06d', i), 'Many', 'acme', 3, 'FAIL', 1, 1, 0
	  FROM n, (SELECT rule FROM rule_run WHERE run = 3 LIMIT 100)"
check_status "200,000 cases" 0 ep report --report junit="$out/cut.xml"
check "... fewer elements than GitLab refuses" test \
	"$(grep -o '<[a-z]' "$out/cut.xml" | wc -l)" -lt 250000
check "... below 30 MB" test "$(stat -c %s "$out/cut.xml")" \
	-lt $((30 * 1000 * 1000))
check_same "... one case says what is not there" 1 \
	"$(grep -c 'type="report.cut"' "$out/cut.xml")"
check_has "... with its failures" "$out/cut.xml" \
	'[1-9][0-9]* failures and .* are not in this file'
check "... valid" xmllint --huge --noout --nonet --schema \
	"$fixtures/junit/junit-10.xsd" "$out/cut.xml"
check_same "... the readers see an error" 1 \
	"$(sh "$here/readers.sh" "${NODE_PATH:?}" \
		"$out/cut.xml" | awk 'NR == 1 { print ($4 > 0) }')"

# Names as long as a vendor lets them be.
cp "$ep_work/good.db" "$ep_db"
sqlite3 "$ep_db" "UPDATE finding SET
	name = replace(hex(zeroblob(35000)), '00', 'ab'),
	seen = replace(hex(zeroblob(35000)), '00', 'y ')
	WHERE fingerprint = (SELECT min(fingerprint) FROM finding
		WHERE state = 'open')"
for format in $formats; do
	check_status "a name of 70,000 bytes as $format" 0 ep report \
		--report "$format"="$out/l.$format"
	check "... it is there" grep -q 'abababab' "$out/l.$format"
done
check "... OCSF is valid" node "$here/schema.js" 2020 \
	"$fixtures/ocsf/compliance_finding-1.8.0.schema.json" "$out/l.ocsf" each
check "... OSCAL is valid" node "$here/schema.js" draft7 \
	"$fixtures/oscal/assessment-results-1.2.1.schema.json" "$out/l.oscal"
check "... JUnit is valid" xmllint --noout --nonet --schema \
	"$fixtures/junit/junit-10.xsd" "$out/l.junit"
check_status "... HTML" 0 ep report --report html="$out/lh"
check_status "... redacted" 0 ep report --redact --report csv="$out/l.red"

# A fleet of which nothing was ever read.
cp "$ep_work/good.db" "$ep_db"
sqlite3 "$ep_db" "DELETE FROM result_log; DELETE FROM finding;
	DELETE FROM finding_event; DELETE FROM coverage; DELETE FROM dataset;
	UPDATE rule_run SET population = 0"
for format in $formats; do
	check_status "an empty fleet as $format" 0 ep report \
		--report "$format"="$out/e.$format"
done
check_same "... JSON: undecided" undecided "$(jq -r .verdict "$out/e.json")"
check_same "... OCSF: no result, and not an empty list" 2 \
	"$(jq '.[0].compliance.status_id' "$out/e.ocsf")"
check_same "... OSCAL: nothing is satisfied" 0 \
	"$(jq '[."assessment-results".results[0].findings[]? |
		select(.target.status.state == "satisfied")] | length' \
		"$out/e.oscal")"
check "... OSCAL is valid" node "$here/schema.js" draft7 \
	"$fixtures/oscal/assessment-results-1.2.1.schema.json" "$out/e.oscal"
check "... OCSF is valid" node "$here/schema.js" 2020 \
	"$fixtures/ocsf/compliance_finding-1.8.0.schema.json" "$out/e.ocsf" each
check_has "... text: not everything could be decided" "$out/e.text" \
	'Not everything could be decided'
for definition in qbr evidence-soc2 exit-ticket access-review; do
	check_status "... $definition" 0 ep report --report html="$out/eh" \
		--definition "$definition"
	check_has "... $definition: undecided" \
		"$out/eh/acme-$definition.html" '\? Undecided'
	check_lacks "... $definition: no PASS, not clean" \
		"$out/eh/acme-$definition.html" 'pill good|> PASS<|Clean'
done

# Targets.
cp "$ep_work/good.db" "$ep_db"
for format in $formats; do
	printf 'yesterday\n' >"$out/old"
	ln -sf "$out/old" "$out/link"
	check_status "$format onto a link" 77 ep report \
		--report "$format"="$out/link"
	check_same "... what it leads to stays" yesterday "$(cat "$out/old")"
	mkfifo "$out/fifo"
	check_status "$format onto a FIFO" 77 timeout 20 \
		"$EP_BUILD/exitproof" report --report "$format"="$out/fifo"
	rm -f "$out/fifo" "$out/link"
	mkdir -p "$out/folder"
	check_status "$format onto a folder" 77 ep report \
		--report "$format"="$out/folder"
	check_status "$format to a full device" 73 sh -c \
		'"$1" report --report "$2"=- >/dev/full' - \
		"$EP_BUILD/exitproof" "$format"
	status=0
	(
		ulimit -f 8
		ep report --report "$format"="$out/old"
	) >&2 || status=$?
	check_same "$format without room: status" 73 "$status"
	check_same "... the old file stays" yesterday "$(cat "$out/old")"
	check_same "... and nothing half written beside it" "" \
		"$(find "$out" -maxdepth 1 -name 'old?*' -o -maxdepth 1 -name '.*')"
	status=0
	{ ep report --report "$format"=- || echo $? >"$ep_work/piped"; } |
		head -c 10 >/dev/null
	check "$format into a pipe that closes: an error" test \
		-s "$ep_work/piped"
	rm -f "$ep_work/piped"
done
ln -s "$out" "$ep_work/linked"
mkdir -p "$out/dir"
ln -s "$out/old" "$out/dir/account.csv"
check_status "a population onto a link" 77 ep report \
	--report csv="$out/dir/"
check_same "... what it leads to stays" yesterday "$(cat "$out/old")"
check "... and no list of hashes says that all is there" test \
	! -e "$out/dir/SHA256SUMS"
done_testing
