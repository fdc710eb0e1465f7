#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Evidence that stands without us: a sealed run is exported and counted again
# with stock tools in a root that holds nothing else; whatever is altered in it
# is named; single proofs lead from a record to the signed checkpoint.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

workdir
night_setup quickstart || {
	not_ok "the simulated MSP" "did not start"
	exit 1
}

# One system keeps it short; the others were never expected.
some_night() {
	estate_ctl night "$1" >&2
	check_status "night $1" "$2" ep run --quiet \
		--now "2026-11-$((16 + $1))T02:00:00Z" --tenant dnsfilter \
		--report text="$ep_work/night.txt"
}
some_night 1 2
some_night 2 2

check_status "evidence is refused before anything is sealed" 66 \
	ep evidence export --to "$ep_work/none"
check_status "runs are sealed" 0 \
	ep evidence checkpoint --to "$ep_work/checkpoint.1"
check_status "nothing was altered" 0 ep evidence verify
sqlite3 "$ep_db" ".backup '$ep_work/last-week.db'"
some_night 3 2
check_status "the next run is sealed" 0 \
	ep evidence checkpoint --to "$ep_work/checkpoint.2"
check "the checkpoint says three runs" \
	test "$(sed -n 2p "$ep_work/checkpoint.2")" = 3
check_status "the log grew from the older checkpoint" 0 \
	ep evidence verify --run 1 --against "$ep_work/checkpoint.1"

# --- the package ------------------------------------------------------------
package=$ep_work/package
check_status "a run is exported" 0 ep evidence export --run 2 --to "$package"
check_status "not into a folder that holds something" 77 \
	ep evidence export --run 2 --to "$package"

ssh-keygen -q -t ed25519 -N '' -C evidence@msp.example -f "$ep_work/key" >&2
printf 'evidence@msp.example namespaces="exitproof-checkpoint" %s\n' \
	"$(cat "$ep_work/key.pub")" >"$package/allowed_signers"
ssh-keygen -q -Y sign -n exitproof-checkpoint -f "$ep_work/key" \
	"$package/checkpoint" >&2

# A root with these programs and what they are linked with, and nothing else.
bare=$ep_work/bare
mkdir -p "$bare/bin" "$bare/tmp" "$bare/dev" "$bare/package" "$bare/etc"
printf 'root:x:0:0::/:/bin/sh\n' >"$bare/etc/passwd"
for tool in dash sqlite3 sha256sum xxd openssl ssh-keygen; do
	from=$(command -v $tool)
	cp "$from" "$bare/bin/"
	ldd "$from" | sed -n 's/^[^/]*\(\/[^ ]*\) .*/\1/p'
done | sort -u | while read -r lib; do
	mkdir -p "$bare/$(dirname "$lib")"
	cp "$lib" "$bare/$lib"
done
mv "$bare/bin/dash" "$bare/bin/sh"
: >"$bare/dev/null"

into_bare=chroot
[ "$(id -u)" -eq 0 ] || into_bare="unshare --map-root-user chroot"
# audit NAME STATUS: check.sh over the copy in the bare root.
audit() {
	# shellcheck disable=SC2086
	check_status "$1" "$2" $into_bare "$bare" /bin/sh /package/check.sh
}
fresh() {
	rm -rf "$bare/package"
	cp -R "$package" "$bare/package"
}
# said TEXT: the audit named it.
said() {
	check "the audit says: $1" grep -qF -- "$1" "$ep_work/out"
}

fresh
audit "an auditor without us counts everything again" 0
said "everything is as it was sealed"
said "4 signature: evidence@msp.example"
counted=$(sed -n 's/^5 counts: \([0-9]*\) results.*/\1/p' "$ep_work/out")
stored=$(sqlite3 "$ep_db" "SELECT count(*) FROM result_log WHERE
	first_run <= 2 AND (end_run IS NULL OR end_run > 2) AND
	result <> 'NOT-APPLICABLE'")
check "all of the $stored results" test "$counted" = "$stored"

# One byte of any file.
for name in check.sh checkpoint evidence.db run.leaf run.path SHA256SUMS; do
	fresh
	size=$(wc -c <"$bare/package/$name")
	case $name in
	check.sh) at=40 ;;
	SHA256SUMS) at=3 ;;
	*) at=$((size / 2)) ;;
	esac
	byte=$(dd if="$bare/package/$name" bs=1 skip=$at count=1 2>/dev/null |
		xxd -p)
	printf '%02x' $((0x$byte ^ 1)) | xxd -r -p |
		dd of="$bare/package/$name" bs=1 seek=$at conv=notrunc \
			2>/dev/null
	audit "a byte of $name is noticed" 1
	case $name in
	SHA256SUMS) said "NOT RIGHT: file check.sh" ;;
	*) said "NOT RIGHT: file $name" ;;
	esac
done

# forge NAME TEXT SQL: somebody alters a row and the sums, too.
forge() {
	fresh
	sqlite3 "$bare/package/evidence.db" "$3" >&2
	(cd "$bare/package" && sha256sum check.sh checkpoint evidence.db \
		run.leaf run.path >SHA256SUMS)
	audit "$1" 1
	said "$2"
}
forge "an altered record names run and group" \
	"NOT RIGHT: run 2, group dnsfilter/802316/dnsfilter.users/account:" \
	"UPDATE leaf SET leaf = replace(leaf, '\"state\":\"active\"',
	 '\"state\":\"disabled\"') WHERE part = 'records' AND
	 entity = 'account' AND tenant = 'dnsfilter/802316'"
forge "a record that is gone names run and group" \
	"NOT RIGHT: run 2, group dnsfilter/802316/dnsfilter.users/role/owner:" \
	"DELETE FROM leaf WHERE part = 'role' AND role = 'owner' AND
	 tenant = 'dnsfilter/802316'"
forge "an altered coverage is noticed" \
	"NOT RIGHT: run 2: the heads are not those that were sealed" \
	"UPDATE grp SET head = replace(head, '\"status\":\"complete\"',
	 '\"status\":\"partial\"')"
forge "an altered result names the rule" "NOT RIGHT: run 2, group context/" \
	"UPDATE leaf SET leaf = replace(leaf, '\"result\":\"FAIL\"',
	 '\"result\":\"PASS\"') WHERE entity = 'result'"
check_status "a column cannot be set beside its record" 1 \
	sqlite3 "$bare/package/evidence.db" "UPDATE leaf SET state = 'active'"
fresh
sed -i 's/exitproof/exitpr00f/' "$bare/package/checkpoint"
audit "another checkpoint than the signed one is noticed" 1
said "NOT RIGHT: the signature of the checkpoint"

# A count that is not what was said: the rule's parameter was another one.
fresh
sqlite3 "$bare/package/evidence.db" "UPDATE param SET value = 4102444800
	WHERE name = 'now'"
audit "rules that count otherwise are named" 1
said "violations then,"

# --- proofs -------------------------------------------------------------------
# walk FOLDER NAME: the root that NAME.leaf and NAME.path lead to, by the few
# lines that an auditor would write.
walk() {
	h=$({ printf '\000'; cat "$1/$2.leaf"; } | sha256sum | cut -c1-64)
	{
		read -r i n
		n=$((n - 1))
		while read -r s; do
			if [ $((i & 1)) -eq 1 ] || [ "$i" -eq "$n" ]; then
				h=$(printf '01%s%s' "$s" "$h" | xxd -r -p |
					sha256sum | cut -c1-64)
				while [ $((i & 1)) -eq 0 ] && [ "$i" -ne 0 ]; do
					i=$((i >> 1))
					n=$((n >> 1))
				done
			else
				h=$(printf '01%s%s' "$h" "$s" | xxd -r -p |
					sha256sum | cut -c1-64)
			fi
			i=$((i >> 1))
			n=$((n >> 1))
		done
		[ "$n" -eq 0 ] && echo "$h"
	} <"$1/$2.path"
}
root_in() {
	sed 's/.*"root":"\([0-9a-f]*\)".*/\1/' "$1"
}
# leads NAME FOLDER: from the record, or the group, to the checkpoint.
leads() {
	[ ! -f "$2/record.leaf" ] ||
		check "$1: the record is in its group" \
			test "$(walk "$2" record)" = "$(root_in "$2/group.leaf")"
	check "$1: the group is in its run" \
		test "$(walk "$2" group)" = "$(root_in "$2/run.leaf")"
	check "$1: the run is in the log" \
		test "$(walk "$2" run)" = "$(sed -n 3p "$2/checkpoint" |
			openssl base64 -d | xxd -p -c 64)"
}
owner=$(sqlite3 "$ep_db" "SELECT r.key FROM now_role r JOIN dataset d ON
	d.id = r.dataset JOIN tenancy t ON t.id = d.tenancy WHERE
	t.uid = 'dnsfilter/802316' AND r.role = 'owner'")
check_status "a record is proven" 0 ep evidence prove \
	dnsfilter/802316/dnsfilter.users/role --key "$owner" --run 3 \
	--to "$ep_work/record"
leads "a record" "$ep_work/record"
check_status "all holders of a role are proven" 0 ep evidence prove \
	dnsfilter/802316/dnsfilter.users/role/owner --run 1 \
	--to "$ep_work/group"
leads "a group" "$ep_work/group"
check "the records of the group are all of it" test \
	"$(sha256sum <"$ep_work/group/group.records" | cut -c1-64)" = \
	"$(sed 's/.*"flat_sha256":"\([0-9a-f]*\)".*/\1/' \
		"$ep_work/group/group.leaf")"
check_status "that nobody held a role is proven" 0 ep evidence prove \
	dnsfilter/802316/dnsfilter.users/role/super_administrator --run 1 \
	--to "$ep_work/empty"
leads "an empty group" "$ep_work/empty"
check "it says how far was read" \
	grep -q '"count":0,"coverage":{.*"status":"complete"' \
	"$ep_work/empty/group.leaf"
check "another customer's names are in no proof" sh -c \
	'! grep -rqE "802317|802318" "$1" "$2" "$3"' - "$ep_work/record" \
	"$ep_work/group" "$ep_work/empty"
check_status "growth is proven" 0 ep evidence growth \
	"$ep_work/checkpoint.1" --to "$ep_work/growth"
check "from two runs to three" \
	test "$(head -n 1 "$ep_work/growth/growth.path")" = "2 3"

# --- the database -------------------------------------------------------------
# put_back FILE: in the place of the database.
put_back() {
	rm -f "$ep_db" "$ep_db"-wal "$ep_db"-shm
	cp "$1" "$ep_db"
}
sqlite3 "$ep_db" ".backup '$ep_work/today.db'"
put_back "$ep_work/last-week.db"
check_status "a database of last week verifies by itself" 0 ep evidence verify
check "... but says what it cannot know" grep -q \
	'sealed anew shows only --against' "$ep_work/out"
check_status "who kept the checkpoint knows better" 65 \
	ep evidence verify --against "$ep_work/checkpoint.2"
check "... and is told how many are missing" grep -q \
	'the checkpoint knows 3 sealed runs, the database has 2' "$ep_work/err"
estate_ctl night 3 >&2
check_status "a night goes on from it" 2 ep run --quiet \
	--now 2026-11-20T02:00:00Z --tenant dnsfilter \
	--report text="$ep_work/night.txt"
check_status "... and is sealed" 0 ep evidence checkpoint
check_status "that is another history" 65 \
	ep evidence verify --run 1 --against "$ep_work/checkpoint.2"
check "... than the checkpoint's" grep -q \
	'are not those of the checkpoint' "$ep_work/err"

# One bit of a value, which SQLite itself does not notice.
put_back "$ep_work/today.db"
grep -abo 'Noc Two' "$ep_db" | cut -d: -f1 >"$ep_work/places"
check "the value is in the file" test -s "$ep_work/places"
while read -r at; do
	printf 'O' | dd of="$ep_db" bs=1 seek="$at" conv=notrunc 2>/dev/null
done <"$ep_work/places"
check "SQLite does not notice a flipped bit" test \
	"$(sqlite3 "$ep_db" 'PRAGMA integrity_check')" = ok
check_status "verify does" 65 ep evidence verify
put_back "$ep_work/today.db"

sqlite3 "$ep_db" "UPDATE now_account SET name = 'Somebody Else' WHERE rid =
	(SELECT max(rid) FROM now_account)"
check_status "an altered database is named" 65 ep evidence verify
check "with run and group" grep -q 'altered: group .*/account, sealed as number' \
	"$ep_work/err"
check_status "and is not exported" 65 \
	ep evidence export --run 3 --to "$ep_work/altered"

exit "$ep_failed"
