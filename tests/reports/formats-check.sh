#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The formats for programs, under their schemas and in their readers.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

here=$EP_SRC/tests/reports
modules=${NODE_PATH:?}
fixtures=$EP_SRC/tests/fixtures
night_setup quickstart || exit
out=$ep_work/out.d
mkdir -p "$out"

# schema DRAFT SCHEMA FILE [each]; others call these by name.
# shellcheck disable=SC2317
schema() {
	node "$here/schema.js" "$@" >&2
}
# shellcheck disable=SC2317
ocsf() {
	schema 2020 "$fixtures/ocsf/compliance_finding-1.8.0.schema.json" \
		"$1" each
}
# shellcheck disable=SC2317
oscal() {
	schema draft7 "$fixtures/oscal/assessment-results-1.2.1.schema.json" "$1"
}
# spoiled NAME FILTER FILE COMMAND...: the command refuses FILE after FILTER.
spoiled() {
	name=$1
	jq "$2" "$3" >"$ep_work/spoiled.json"
	shift 3
	if "$@" "$ep_work/spoiled.json" 2>/dev/null; then
		not_ok "$name" "a spoiled document passes"
	else
		ok "$name"
	fi
}

for n in 1 2 3; do
	check_status "night $n" 2 night "$n" --report junit="$out/$n.xml" \
		--report ocsf="$out/$n.ocsf" --report oscal="$out/$n.oscal" \
		--report json="$out/$n.json"
	check "night $n: OCSF is valid" ocsf "$out/$n.ocsf"
	check "night $n: OSCAL is valid" oscal "$out/$n.oscal"
	check "night $n: JSON is valid" schema 2020 \
		"$EP_SRC/reports/report.schema.json" "$out/$n.json"
	sh "$here/readers.sh" "$modules" "$out/$n.xml" >"$out/$n.readers"
	cat "$out/$n.readers" >&2
	check_same "night $n: three JUnit readers agree" "3 1" \
		"$(awk '{ print $2, $3 + $4, $5 }' "$out/$n.readers" |
			sort | uniq -c | awk '{ print $1, NR }')"
	check_same "night $n: they count what is stored" \
		"$(sqlite3 "$ep_db" "SELECT sum(result = 'FAIL') || ' ' ||
			(sum(result = 'UNDECIDED') +
			$(jq .datasets_not_complete "$out/$n.json"))
			FROM result_log WHERE first_run <= $n
			AND (end_run IS NULL OR end_run > $n)")" \
		"$(xmllint --xpath "concat(sum(//testsuite/@failures), ' ',
			sum(//testsuite/@errors))" "$out/$n.xml")"
done

# Each judge can say no.
sed '0,/<testcase /s//<testcase name="x" classname="x" time="1e-05"\/>&/' \
	"$out/3.xml" >"$ep_work/spoiled.xml"
if xmllint --noout --nonet --schema "$fixtures/junit/windyroad.xsd" \
	"$ep_work/spoiled.xml" 2>/dev/null; then
	not_ok "a spoiled JUnit file is refused" "it passes"
else
	ok "a spoiled JUnit file is refused"
fi
check_same "... and each reader counts its case" \
	"$(awk '{ print $2 + 1 }' "$out/3.readers")" \
	"$(sh "$here/readers.sh" "$modules" "$ep_work/spoiled.xml" |
		awk '{ print $2 }')"
spoiled "OCSF: a status that is none is refused" \
	'.[1].compliance.status_id = 7' "$out/3.ocsf" ocsf
spoiled "OSCAL: a third state is refused" \
	'."assessment-results".results[0].findings[0].target.status.state = "undecided"' \
	"$out/3.oscal" oscal
spoiled "JSON: clean with a gap is refused" '.verdict = "clean"' \
	"$out/3.json" schema 2020 "$EP_SRC/reports/report.schema.json"

# What could not be decided is no pass in any of them.
check_same "OCSF: as many no-results as undecided results and gaps" \
	"$(sqlite3 "$ep_db" "SELECT count(*) + 1 FROM result
		WHERE result = 'UNDECIDED'")" \
	"$(jq '[.[] | select(.compliance.status_id == 2 and
		.compliance.control != "coverage")] | length' "$out/3.ocsf")"
check_same "OCSF: the verdict is there and says that it is undecided" 2 \
	"$(jq '.[0].compliance.status_id' "$out/3.ocsf")"
# Without a violation only what is undecided stands against a control; then
# without that, too.
cp "$ep_db" "$ep_work/kept.db"
sqlite3 "$ep_db" "UPDATE result_log SET result = 'PASS' WHERE result = 'FAIL'"
check_status "OSCAL of results without a violation" 0 ep report \
	--report oscal="$out/u.oscal"
sqlite3 "$ep_db" "UPDATE result_log SET result = 'PASS'
	WHERE result = 'UNDECIDED'"
check_status "OSCAL of results that are decided, too" 0 ep report \
	--report oscal="$out/p.oscal"
cp "$ep_work/kept.db" "$ep_db"
states() {
	jq -r '."assessment-results".results[0].findings[].target.status |
		.state + " " + .reason' "$1" | sort | uniq -c
}
for n in 3 u p; do
	check_same "OSCAL $n: nothing satisfied that something else bears on" \
		"" "$(jq -r '."assessment-results".results[0] as $r |
		($r.observations | map({key: .uuid, value: .}) | from_entries)
		as $o | $r.findings[] | select(.target.status.state ==
		"satisfied") | select(any(."related-observations"[];
		$o[."observation-uuid"].props[]? | select(.name == "result")
		.value | . == "UNDECIDED" or . == "FAIL" or . == "WAIVED")) |
		.target."target-id"' "$out/$n.oscal")"
	states "$out/$n.oscal" >"$ep_work/states.$n"
	cat "$ep_work/states.$n" >&2
done
check_has "OSCAL: what is undecided is not satisfied, for another reason" \
	"$ep_work/states.u" 'not-satisfied other'
check_lacks "... and there is no violation" "$ep_work/states.u" 'fail'
check_has "OSCAL: what is decided and in order is satisfied" \
	"$ep_work/states.p" ' satisfied pass'
check_lacks "... all of it" "$ep_work/states.p" 'not-satisfied'
check_same "OSCAL: an undecided result is a risk" \
	"$(sqlite3 "$ep_db" "SELECT count(*) FROM result
		WHERE result IN ('UNDECIDED', 'WAIVED')")" \
	"$(jq '."assessment-results".results[0].risks | length' "$out/3.oscal")"
check_same "OSCAL: every observation that is named is there" 0 \
	"$(jq '."assessment-results".results[0] |
		[.findings[]."related-observations"[]."observation-uuid"] -
		[.observations[].uuid] | length' "$out/3.oscal")"

# Populations: whole, with hashes, and the count is the database's.
check_status "populations" 0 ep report --report csv="$out/pop/"
check "populations: the hashes are right" sh -c \
	'cd "$1" && sha256sum --quiet -c SHA256SUMS' - "$out/pop"
check_same "populations: every file has a hash" \
	"$(find "$out/pop" -type f ! -name SHA256SUMS | wc -l)" \
	"$(wc -l <"$out/pop/SHA256SUMS")"
for file in "$out"/pop/*.json; do
	schema 2020 "$EP_SRC/reports/population.schema.json" "$file" ||
		not_ok "populations: $(basename "$file") is valid" "no"
done
ok "populations: every head was looked at"
check_same "populations: as many accounts as are stored" \
	"$(ep query "SELECT count(*) FROM account" | tail -n 1)" \
	"$(sqlite3 :memory: ".import --csv $out/pop/account.csv a" \
		"SELECT count(*) FROM a")"
check_same "populations: the head says so, too" \
	"$(jq .rows "$out/pop/account.json")" \
	"$(ep query "SELECT count(*) FROM account" | tail -n 1)"
echo x >>"$out/pop/role.csv"
check_status "populations: a changed file is named" 1 sh -c \
	'cd "$1" && sha256sum --quiet -c SHA256SUMS' - "$out/pop"
check_has "... role.csv" "$ep_work/out" 'role.csv: FAILED'

# A sample that the auditor can draw himself: the place of a record is the
# SHA-256 of the seed and its key.
check_status "a seeded sample" 0 ep report --report json="$out/s.json" \
	--definition evidence-soc2 --seed auditor-7 --sample 5
ep query -f csv "SELECT tenant || ' ' || key AS k FROM account" | tail -n +2 |
	tr -d '"\r' | while read -r key; do
	printf '%s %s\n' "$(printf 'auditor-7\n%s' "$key" | sha256sum |
		cut -c1-64)" "$key"
done | sort | head -n 5 | cut -d' ' -f2- >"$ep_work/mine"
check_same "... is drawn again with sha256sum alone" \
	"$(cat "$ep_work/mine")" \
	"$(jq -r '.sections[] | select(.id == "sample-accounts") | .rows[] |
		.[0] + " " + .[1]' "$out/s.json")"

# Same input, same bytes, whatever the surroundings say.
for format in junit ocsf oscal json csv markdown text; do
	ep report --report $format="$out/a.$format" &&
		LC_ALL=tr_TR.UTF-8 TZ=Asia/Kathmandu SOURCE_DATE_EPOCH=1 \
			"$EP_BUILD/exitproof" report \
			--report $format="$out/b.$format"
	check "$format: same input, same bytes" cmp "$out/a.$format" \
		"$out/b.$format"
done

# One file per customer holds every case of the whole.
check_status "JUnit by customer" 0 ep report --report junit="$out/by/"
check_same "JUnit by customer: as many cases as in one file" \
	"$(grep -c '<testcase ' "$out/a.junit")" \
	"$(cat "$out"/by/*.xml | grep -c '<testcase ')"
done_testing
