#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Names that a tenant can choose, through every format: a world whose guests
# bear each name of the hostile list and are past their end, so that each is
# a finding.  Nothing executes, no line is forged, every file can be read.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"
. "$(dirname "$0")/../hostile.sh"

workdir
hostile_setup || exit
check_status "the night runs" 2 night 1 --report junit="$ep_work/j.xml" \
	--report html="$ep_work/html" --report csv="$ep_work/f.csv" \
	--report json="$ep_work/r.json" --report markdown="$ep_work/r.md" \
	--report ocsf="$ep_work/r.ocsf" --report oscal="$ep_work/r.oscal" \
	--report csv="$ep_work/pop/"
for definition in qbr exit-ticket access-review evidence-soc2; do
	check_status "$definition" 0 ep report --report html="$ep_work/html" \
		--report markdown="$ep_work/$definition.md" \
		--definition "$definition"
done
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
	check_same "HTML $name: no direction of writing gets out" 0 \
		"$(xmllint --xpath "count(//text()[contains(., '‮')]
			[not(parent::bdi or parent::td)])" "$page")"
done

check_same "text: one finding, one line" \
	"$(grep -c "^    - .*| ended 2026-01-31" "$ep_work/night.txt")" \
	"$(jq '.cases | length' "$names")"
for file in night.txt r.md qbr.md exit-ticket.md access-review.md \
	evidence-soc2.md; do
	check_same "$file: no control byte" "" \
		"$(LC_ALL=C grep -nP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' \
			"$ep_work/$file")"
done
check_same "Markdown: no live link, image or tag" "" \
	"$(grep -nE '(^|[^\\])(<|!?\[[^]]*\]\()' "$ep_work/r.md" |
		grep -v '^[0-9]*:#')"
for file in qbr exit-ticket access-review; do
	check_same "$file.md: no live link, image or tag" "" \
		"$(grep -nE '(^|[^\\])(<|!?\[[^]]*\]\()' "$ep_work/$file.md" |
			grep -v '^[0-9]*:#')"
done
check "OCSF: one document" jq -e 'length > 50' "$ep_work/r.ocsf"
check_same "OCSF: one event, one line" "$(jq length "$ep_work/r.ocsf")" \
	"$(grep -c '^{"class_uid"' "$ep_work/r.ocsf")"
check "OSCAL: one document" jq -e '."assessment-results".results[0]' \
	"$ep_work/r.oscal"
check_same "OSCAL: no markup that acts" "" \
	"$(jq -r '.. | objects | .description?, .title?, .remarks? | strings' \
		"$ep_work/r.oscal" | grep -nE '(^|[^\\])(<|!?\[[^]]*\]\()')"
for file in r.ocsf r.oscal r.json pop/account.json; do
	check_same "$file: no control byte" "" \
		"$(LC_ALL=C grep -nP '[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]' \
			"$ep_work/$file" | head -n 2)"
done
check_same "populations: every name, as it is" \
	"$(jq '.cases | length' "$names")" \
	"$(sqlite3 :memory: ".import --csv $ep_work/pop/account.csv a" \
		"SELECT count(*) FROM a WHERE dataset = 'printix.users'")"
check_same "populations: no cell starts a formula" 0 \
	"$(sqlite3 :memory: ".import --csv $ep_work/pop/account.csv f" \
		"SELECT count(*) FROM f WHERE substr(name, 1, 1) IN ('=', '+',
		'-', '@', char(9), char(13), char(10))")"
check_same "populations: no file but its own" "" \
	"$(find "$ep_work/pop" "$ep_work/html" ! -type d ! -type f)$(
		find "$ep_work/pop" -type f ! -name '*.csv' ! -name '*.json' \
			! -name SHA256SUMS)"
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
# Every other verb that shows a name: to a terminal, a ticket, a chat, a mail.
# quiet NAME FILE: nothing in it that a terminal obeys, or that a reader sees
# as something else (direction of writing, lines of other alphabets).
quiet() {
	check_same "$1: nothing that a terminal obeys" "" \
		"$(LC_ALL=C grep -nP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' \
			"$2" | head -n 2)"
	check_same "$1: no turned writing, no hidden line" "" \
		"$(LC_ALL=C grep -nP '\xe2\x80[\xa8-\xae]|\xe2\x81[\xa6-\xa9]' \
			"$2" | head -n 2)"
}
# shown NAME VERB...: and it shows some of the names at all.
shown() {
	what=$1
	shift
	ep "$@" --now 2026-11-18T02:00:00Z >"$ep_work/shown" \
		2>"$ep_work/shown.err"
	cat "$ep_work/shown.err" >&2
	check "$what: something is shown" \
		test -s "$ep_work/shown" -o -s "$ep_work/shown.err"
	quiet "$what" "$ep_work/shown"
	quiet "$what, standard error" "$ep_work/shown.err"
}
cat >>"$EXITPROOF_CONFIG" <<'Y'
notify:
  - id: desk
    by: mail
    server: smtp://127.0.0.1:9
    sender: exitproof@northwind.example
    to: [desk@northwind.example]
Y
shown query query 'SELECT name, email, attr FROM account'
shown person person guest3@acme.example
shown 'person match' person match
shown 'exit plan' exit plan --person guest5@acme.example
shown 'exit verify' exit verify --person guest5@acme.example
shown who who --role GUEST_USER
shown status status
shown 'tenant list' tenant list
shown 'tenant test' tenant test --datasets
shown 'connector try' connector try "printix/$tenant" users
shown 'notice' notify --dry-run
ep review start names --by kim@northwind.example --now 2026-11-18T02:00:00Z >"$ep_work/shown" 2>&1
quiet 'review start' "$ep_work/shown"
shown 'review status' review status names
jq -r '.cases[].value' "$names" | head -n 20 |
	while IFS= read -r name; do
		ep person "$name" --now 2026-11-18T02:00:00Z
		ep who --role "$name" --now 2026-11-18T02:00:00Z
	done >"$ep_work/shown" 2>&1
quiet 'a name as an operand' "$ep_work/shown"
check_status "the night is sealed" 0 ep evidence checkpoint \
	--to "$ep_work/log.checkpoint"
check_status "the evidence is handed out" 0 ep evidence export \
	--to "$ep_work/package"
check_status "the evidence checks itself" 0 sh "$ep_work/package/check.sh"
check_has "of a verify, which runs no rules, it says so" "$ep_work/out" \
	'^5 counts: none, this run ran no rules'
ep evidence export --run 1 --to "$ep_work/package-1" >&2
check_status "the evidence of the night checks itself" 0 \
	sh "$ep_work/package-1/check.sh"
check_has "and counts again" "$ep_work/out" '^5 counts: [1-9]'
check_same "the evidence: no file but its own" "" \
	"$(find "$ep_work/package" ! -type d ! -type f)$(
		find "$ep_work/package" -name '*[!A-Za-z0-9._-]*')"

check_same "standard error: no control byte" "" \
	"$(LC_ALL=C grep -nP '[\x00-\x08\x0b-\x1f\x7f]' "$ep_work/err")"

# The vendor chooses the ids of the tenancies that it lists, and the forecast
# names those that were not read to their end.
sqlite3 "$ep_work/exitproof.db" "UPDATE tally SET whole = 0, tenant = tenant ||
	char(27) || '[31m' || char(10) || 'forged'"
check_status "a forecast of what was not read to its end" 2 ep run --plan
check_has "it names that" "$ep_work/out" '\[31m.*forged$'
check_same "forecast: no control byte, no forged line" "" \
	"$(LC_ALL=C grep -nP '[\x00-\x08\x0b-\x1f\x7f]|^forged' "$ep_work/out")"
done_testing
