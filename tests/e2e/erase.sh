#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A person is forgotten: refused while anything lists him or was not read, then
# no byte of the database names him, and every seal, count and proof of all
# others is what it was.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

# Ravi leaves after the first night and is gone from the portal on the third.
workdir
sed '/about: what vanished is back under new ids/,/changes:/s|^    changes:|&\
      - {remove: dnsfilter/organizations/802315/users/42652}|' \
	"$EP_SRC/tests/estate/worlds/quickstart.yaml" >"$ep_work/world.yaml"
cp -R "$EP_SRC/tests/estate/worlds/quickstart" "$ep_work/world"
if ! estate_start "$ep_work/world.yaml" --tls --control 0 ||
	! estate_config "$ep_work/config"; then
	not_ok "the simulated MSP" "did not start"
	exit 1
fi
ep_data_folder
ep_db=$ep_work/exitproof.db
EXITPROOF_CONFIG=$ep_work/config/exitproof.yaml
export EXITPROOF_CONFIG
register=$ep_work/config/leavers.csv
# What portals showed by hand is not in this story.
find "$ep_work/config/imports" -type f ! -name "dnsfilter*" -delete
printf 'ravi-rao,Ravi Rao,ravi.rao@northwind.example,rrao@northwind.example,northwind,%s,HR ticket 5001\n' \
	2026-11-17T12:00:00Z >>"$register"

some_night() {
	estate_ctl night "$2" >&2
	check_status "night $1" 2 ep run --quiet \
		--now "2026-11-$((16 + $1))T02:00:00Z" --tenant dnsfilter \
		--report text="$ep_work/night.txt"
}
# forget [OPTION...]
# shellcheck disable=SC2317 # through check_status
forget() {
	ep erase RAVI.rao@northwind.example --by "Ana Lima" \
		--reason "request 12 under Article 17" \
		--now 2026-11-21T12:00:00Z "$@"
}
# Each of these words, whatever its case.
words='ravi.rao|ravi rao|ravi-rao|rrao@|northwind.example.?ravi'

some_night 1 1
some_night 2 2
check_status "two nights are sealed" 0 \
	ep evidence checkpoint --to "$ep_work/checkpoint.2"
check_status "who is listed is not forgotten" 77 forget --yes
check_has "... and the message says where" "$ep_work/err" \
	'still listed .*dnsfilter/802315 .account.*register/northwind .person'
check_status "a reason is needed" 64 ep erase ravi.rao@northwind.example
check_status "somebody has to be known" 66 ep erase nobody@x.example \
	--reason "request 13"
some_night 3 3
check_status "a finding about him is waited for" 0 ep query \
	"SELECT 1 FROM main.finding WHERE subject LIKE '%42652%'"
check_status "a review is held" 0 ep review start autumn \
	--by lena.brandt@msp.example
sed -i '/^ravi-rao/d' "$register"
sed -i 's/ravi.rao@/mei.tan@/; s/16T10:00/19T10:00/' \
	"$ep_work/config/imports/dnsfilter-integrations.csv"
# The vendor fails while his listing is read.
cp "$ep_db" "$ep_work/copy.db"
some_night 4 3
sqlite3 "$ep_db" "UPDATE coverage SET status = 'partial' WHERE run = 4 AND
	dataset = (SELECT d.id FROM dataset d JOIN tenancy t ON
	t.id = d.tenancy WHERE d.name = 'dnsfilter.users' AND
	t.uid = 'dnsfilter/802315')"
check_status "what was not read cannot say that he is gone" 2 forget --yes
check_has "... and is named" "$ep_work/err" \
	'dnsfilter.users of dnsfilter/802315'
cp "$ep_work/copy.db" "$ep_db"
rm -f "$ep_db-wal" "$ep_db-shm"
some_night 4 3
check_status "four nights are sealed" 0 \
	ep evidence checkpoint --to "$ep_work/checkpoint.4"
check "his name is in the database" grep -aqiE "$words" "$ep_db"

# answers FILE: what is told of everybody else, and all counts.
answers() {
	for run in 1 2 3 4; do
		ep query --at $run "SELECT * FROM account WHERE id <> '42652'
			AND id NOT LIKE 'erased-%' ORDER BY tenant, key"
		ep query --at $run "SELECT count(*), sum(state = 'active')
			FROM account"
		ep query --at $run "SELECT * FROM coverage ORDER BY 2, 4"
		ep evidence groups --run $run
	done >"$1" 2>&1
	ep who --role owner --at 2 >>"$1" 2>&1
	ep query "SELECT rule, unit, state, first_seen FROM main.finding
		ORDER BY 1, 2, 3, 4" >>"$1"
}
answers "$ep_work/before"
check_status "it is shown first" 0 forget
check_has "... and not done" "$ep_work/out" 'nothing was erased; --yes does it'
check "... so that he is there" grep -aqiE "$words" "$ep_db"
check_status "the reason must not name him" 64 ep erase \
	ravi.rao@northwind.example --reason "Ravi Rao asked"
secrets() {
	sqlite3 "$ep_db" "SELECT count(*) FROM evidence_secret"
}
secrets=$(secrets)
check_status "he is forgotten" 0 forget --yes
check "the secrets behind his records' hashes are gone" \
	test "$(secrets)" -lt "$secrets"
check "no kept record of him has a nonce" test "$(sqlite3 "$ep_db" \
	"SELECT count(*) FROM evidence_kept WHERE leaf LIKE '%erased-%' AND
	leaf ->> '$.nonce' IS NOT NULL")" = 0
check "no byte of the database names him" sh -c \
	"! cat '$ep_db'* | grep -aqiE '$words'"
check "... nor a page's compressed past" test "$(ep query \
	"SELECT count(*) FROM main.history WHERE old LIKE '%ravi%'" |
	tail -n 1)" = 0
check "there are no free pages" test \
	"$(sqlite3 "$ep_db" "PRAGMA freelist_count")" = 0
check "the log is empty" test ! -s "$ep_db-wal"
answers "$ep_work/after"
check "everybody else, and all counts, are as before" \
	cmp "$ep_work/before" "$ep_work/after"
check_status "that somebody held the role is still told" 1 \
	ep who --role policies_only --at 2 --system dnsfilter
check_has "... of a word that leads nowhere" "$ep_work/out" \
	'yes .*erased-[0-9a-f]*-[0-9]*'
check_status "whoever asks for him hears that nobody is known" 66 forget
check "a review's population stays fixed" sh -c "! sqlite3 '$ep_db' \
	\"UPDATE review_item SET name = 'x'\" 2>/dev/null"

check_status "every seal holds" 0 ep evidence verify \
	--against "$ep_work/checkpoint.2"
check_has "... and says what is erased" "$ep_work/out" \
	'number 1, run 1: .*of [0-9]* erased ones the hash'
check_status "... against the newest checkpoint, too" 0 \
	ep evidence verify --run 2 --against "$ep_work/checkpoint.4"
check_status "growth is proven over the erasure" 0 ep evidence growth \
	"$ep_work/checkpoint.2" --to "$ep_work/growth"

# --- packages and proofs -------------------------------------------------------
check_status "a run is exported" 0 ep evidence export --run 2 \
	--to "$ep_work/package"
check_status "and counts again" 0 sh "$ep_work/package/check.sh"
check_has "... telling what is erased" "$ep_work/out" \
	'records were erased: their hashes are as sealed'
check_has "... and all is as it was" "$ep_work/out" \
	'everything is as it was sealed'
check "nothing of it names him" sh -c \
	"! grep -raqiE '$words' '$ep_work/package'"
# forge NAME SQL: an altered package is named also where somebody is erased.
forge() {
	rm -rf "$ep_work/forged"
	cp -R "$ep_work/package" "$ep_work/forged"
	sqlite3 "$ep_work/forged/evidence.db" "$2"
	(cd "$ep_work/forged" && sha256sum check.sh checkpoint evidence.db \
		run.leaf run.path >SHA256SUMS)
	check_status "$1 is noticed" 1 sh "$ep_work/forged/check.sh"
	check_has "... with run and group" "$ep_work/out" \
		'NOT RIGHT: run 2, group dnsfilter/802315/dnsfilter.users/account:'
}
forge "another record of the group" "UPDATE leaf SET leaf = replace(leaf,
	'Mei Tan', 'Mai Tan') WHERE part = 'records' AND pos >= 0 AND
	entity = 'account'"
forge "another hash" "UPDATE erased SET hash = CASE WHEN hash LIKE '0%' THEN '1'
	ELSE '0' END || substr(hash, 2) WHERE
	grp = 'dnsfilter/802315/dnsfilter.users/account'"
forge "a record that is said to be erased" "INSERT INTO erased SELECT grp, pos,
	'00' FROM leaf WHERE grp = 'dnsfilter/802315/dnsfilter.users/account'
	AND pos = 0; DELETE FROM leaf WHERE pos = 0 AND
	grp = 'dnsfilter/802315/dnsfilter.users/account'"
check_status "a neighbour is proven" 0 ep evidence prove \
	dnsfilter/802315/dnsfilter.users/account --key 42618 --run 2 \
	--to "$ep_work/one"
check_status "the group is proven" 0 ep evidence prove \
	dnsfilter/802315/dnsfilter.users/account --run 2 --to "$ep_work/all"
check_has "... with the hash of who is erased" \
	"$ep_work/all/group.records" '^{"erased":"[0-9a-f]*"}$'
check "... one hash for each record" test \
	"$(wc -l <"$ep_work/all/group.hashes")" = \
	"$(wc -l <"$ep_work/all/group.records")"
check_status "the record itself cannot be" 2 ep evidence prove \
	dnsfilter/802315/dnsfilter.users/account --key 42652 --run 2 \
	--to "$ep_work/his"
check_has "... since it was erased" "$ep_work/err" 'were erased'

# --- and on it goes ------------------------------------------------------------
some_night 5 3
check_status "the next night is sealed with the tombstone" 0 \
	ep evidence checkpoint --to "$ep_work/checkpoint.5"
check_status "which is in the tree" 0 ep evidence prove context/~/erasure \
	--to "$ep_work/tombstone"
check_has "... with who did it" "$ep_work/tombstone/group.records" 'Ana Lima'
check "... and not who it was" sh -c \
	"! grep -qiE '$words' '$ep_work/tombstone/group.records'"
check_status "all seals hold" 0 ep evidence verify \
	--against "$ep_work/checkpoint.4"
sqlite3 "$ep_db" "UPDATE evidence_erased SET hash = zeroblob(32) WHERE
	first_seq = 1"
check_status "an altered hash is noticed" 65 ep evidence verify

exit "$ep_failed"
