#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# --redact: nobody's name, login or address in any format, wherever it stood;
# the pseudonyms join over formats and runs, and differ with another key.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

night_setup quickstart || exit
night 1 >&2
night 2 >&2
check_status "the nights" 2 night 3
formats="junit csv json ocsf oscal text markdown"
definitions="qbr exit-ticket access-review evidence-soc2"

# A person whose name stands in every kind of place; who purged, and who is
# only known as whom a vendor was asked.
check_status "the log, and the table of purges" 0 ep evidence checkpoint
person='Zora "Zed" Quillfeather'
sqlite3 "$ep_db" "
	UPDATE now_account SET name = '$person', login = 'CORP\\zquill',
	       email = 'zora.quillfeather@private.example',
	       attr = '{\"note\":\"asked Zora Quillfeather\"}'
	 WHERE rid = (SELECT min(rid) FROM now_account);
	INSERT INTO now_person(dataset, key, name, absent, first_run,
		changed_run) SELECT dataset, 'zq-1', 'Zora Quillfeather', 0, 3, 3
	  FROM now_person LIMIT 1;
	UPDATE finding SET name = 'Zora Quillfeather',
	       seen = 'QUILLFEATHER, ZORA (CORP\\zquill) on zora.quillfeather-mac',
	       wanted = 'ask zora.quillfeather@private.example',
	       evidence = json_object('who', '$person', 'mail',
			'zora.quillfeather%40private.example')
	 WHERE fingerprint = (SELECT min(fingerprint) FROM finding
		WHERE state = 'open');
	UPDATE now_resource SET name = 'Report of Zora Quillfeather'
	 WHERE rid = (SELECT min(rid) FROM now_resource);
	UPDATE run SET by_user = 'zora.quillfeather';
	INSERT INTO purge VALUES(1, 1, 'zed-purger', 'h', 'old', 0, 0, 0, 0, '',
		0);
	INSERT INTO caller VALUES('autotask', 'h', 'user', NULL,
		'API user zapi-caller', 3, 3), ('active-directory', 'h', 'bind',
		NULL, 'CORP\\zbind-caller', 3, 3), ('dnsfilter', 'h', 'key',
		NULL, 'zed.asks@private.example', 3, 3)"

# everything FOLDER [OPTION...]: every format and definition; check calls it.
# shellcheck disable=SC2317
everything() {
	folder=$1
	shift
	for format in $formats; do
		ep report --report "$format=$folder/r.$format" "$@" || return
	done
	ep report --report csv="$folder/pop/" --report html="$folder/html" \
		"$@" || return
	for definition in $definitions; do
		ep report --report html="$folder/html" \
			--report json="$folder/$definition.json" \
			--definition "$definition" "$@" || return
	done
}

mkdir "$ep_work/plain" "$ep_work/red" "$ep_work/again" "$ep_work/other"
check "plain" everything "$ep_work/plain"
check "redacted" everything "$ep_work/red" --redact

# address COLUMN: an address that its look-up key tells is kept there alone.
address() {
	echo "coalesce($1, substr($1_key, instr($1_key, char(31)) + 1) || '@'
		|| substr($1_key, 1, instr($1_key, char(31)) - 1))"
}

# Everybody the database knows: whole names and logins of two words, and all
# addresses, as they stand there.
sqlite3 "$ep_db" "SELECT DISTINCT v FROM (
	SELECT name AS v FROM now_account
	UNION SELECT $(address email) FROM now_account
	UNION SELECT $(address login) FROM now_account
	UNION SELECT name FROM now_person
	UNION SELECT $(address owner_email) FROM now_credential
	UNION SELECT $(address person) FROM now_ticket UNION SELECT \"user\" FROM now_agent
	UNION SELECT person_name FROM person_link UNION SELECT owner FROM declared
	UNION SELECT address FROM authorised_owner)
	WHERE (v LIKE '% %' OR v LIKE '%@%' OR v LIKE '%\\%')
	AND v NOT IN (SELECT name FROM customer) AND v NOT IN (SELECT
	coalesce(name, '') FROM tenancy) AND v NOT IN (SELECT role FROM now_role)
	" >"$ep_work/names"
printf '%s\n' quillfeather zquill zed-purger zapi-caller zbind-caller \
	zed.asks@private.example >>"$ep_work/names"
check "there are people to look for" test "$(wc -l <"$ep_work/names")" -gt 200
for place in r.junit r.csv r.json r.ocsf r.oscal r.text r.markdown pop html \
	qbr.json exit-ticket.json access-review.json evidence-soc2.json; do
	grep -rhoiFf "$ep_work/names" "$ep_work/red/$place" | sort -u \
		>"$ep_work/leaks"
	check_same "$place: nobody is named" "" "$(head -n 3 "$ep_work/leaks")"
	check "$place: somebody is without it" sh -c \
		'grep -rqiFf "$1" "$2"' - "$ep_work/names" \
		"$ep_work/plain/$place"
	check "$place: a pseudonym is there" grep -rqE \
		'person-[0-9a-f]{12}' "$ep_work/red/$place"
done
check "populations: their hashes are those of the redacted files" sh -c \
	'cd "$1" && sha256sum --quiet -c SHA256SUMS' - "$ep_work/red/pop"
check_same "JSON: it says so" true "$(jq .redacted "$ep_work/red/r.json")"
check_has "text: it says so" "$ep_work/red/r.text" 'people are pseudonyms'
check_same "nothing else went: as many lines" \
	"$(wc -l <"$ep_work/plain/r.csv")" "$(wc -l <"$ep_work/red/r.csv")"
check_same "... the verdict is the same" \
	"$(jq -c '[.verdict, .datasets_not_complete, .undecided, .findings_open]' \
		"$ep_work/plain/r.json")" \
	"$(jq -c '[.verdict, .datasets_not_complete, .undecided, .findings_open]' \
		"$ep_work/red/r.json")"

# Joining: one person is one pseudonym everywhere, and again tomorrow.
pseudonym() {
	sqlite3 :memory: ".import --csv $1/pop/finding.csv f" \
		"SELECT substr(name, 1, 19) FROM f WHERE seen LIKE '%-mac'"
}
one=$(pseudonym "$ep_work/red")
check "a pseudonym" test ${#one} -eq 19
check_same "the register and the finding join" 1 \
	"$(sqlite3 :memory: ".import --csv $ep_work/red/pop/person.csv p" \
		"SELECT count(*) FROM p WHERE name = '$one'")"
check_same "... and her address" 1 \
	"$(sqlite3 :memory: ".import --csv $ep_work/red/pop/account.csv a" \
		"SELECT count(*) FROM a WHERE email LIKE '$one@domain-%.invalid'")"
check_has "... and OCSF" "$ep_work/red/r.ocsf" "$one"
check "again with the same key" everything "$ep_work/again" --redact
check "the same bytes" diff -r "$ep_work/red" "$ep_work/again"

printf 'another-key-of-some-length\n' >"$ep_work/config/secrets/pseudonyms"
chmod 600 "$ep_work/config/secrets/pseudonyms"
echo 'redact: {key: {file: secrets/pseudonyms}}' \
	>>"$ep_work/config/exitproof.yaml"
check_status "a key by reference" 0 ep report --redact \
	--report csv="$ep_work/other/pop/"
check "... gives other pseudonyms" test "$(pseudonym "$ep_work/other")" != \
	"$one"
printf 'short\n' >"$ep_work/config/secrets/pseudonyms"
check_status "a key that could be searched" 78 ep report --redact \
	--report csv="$ep_work/other/pop/"
chmod 644 "$ep_work/config/secrets/pseudonyms"
check_status "a key that others may read" 77 ep report --redact \
	--report csv="$ep_work/other/pop/"
check_same "the key that was made is its owner's alone" 600 \
	"$(stat -c %a "$ep_db.redact-key")"
done_testing
