#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What goes wrong at 2 a.m.: broken files, wrong secrets, a second run, a kill,
# a full disk.  Each has its status and says what to do, the other tenants go
# on, and none of it reads as clean.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

night_setup quickstart || exit
config=$ep_work/config

# fresh: the configuration as it was, no database.
fresh() {
	rm -rf "$config" "$ep_db" "$ep_db"-wal "$ep_db"-shm "$ep_db.lock"
	estate_config "$config"
	estate_ctl reset
}

status_of() {
	ep query "SELECT status FROM coverage WHERE tenant = '$1'
		AND dataset = '$2'" | tail -n 1
}

# --- the command line and the files ---------------------------------------

check_status "an unknown verb" 64 ep runn
check_status "an unknown option" 64 ep run --reprot junit=x
check_has "... names the nearest" "$ep_work/err" report
check_status "a report format that is none" 64 ep run --report pdf=x
check_status "no configuration" 66 ep run --config "$ep_work/none.yaml"
check_has "... says how to make one" "$ep_work/err" 'exitproof init'
check_status "a pretended clock without testing" 64 sh -c '
	mkdir -p "$2/plain/customers"
	printf "msp: {id: m, name: M}\ndatabase: x.db\n" >"$2/plain/exitproof.yaml"
	"$1" run --config "$2/plain/exitproof.yaml" --now 2026-11-17T02:00:00Z' \
	- "$EP_BUILD/exitproof" "$ep_work"

printf 'msp:\n  id: M\n  nmae: x\ndatabase: x.db\ndatabase: y.db\nsurprise: 1\n' \
	>"$config/exitproof.yaml"
printf 'customer: acme\nname: Acme\nclaims: [{system: printix}]\n' \
	>"$config/customers/acme.yaml"
check_status "broken files" 78 ep run
for what in "exitproof.yaml:3:3: .*nmae" "exitproof.yaml:5:1: .*database" \
	"exitproof.yaml:6:1: .*surprise" "acme.yaml:3:[0-9]*: .*tenant"; do
	check_has "... all errors of all files: $what" "$ep_work/err" "$what"
done
check "... and nothing was begun" test ! -e "$ep_db"

fresh
mv "$config/customers" "$ep_work/customers"
check_status "the customers are not there" 78 ep run
check_has "... says where" "$ep_work/err" 'exitproof.yaml:.*config/customers'
mkdir "$config/customers"
ln -s "$ep_work/gone/acme.yaml" "$config/customers/acme.yaml"
check_status "a customer's file that leads nowhere" 78 ep run
check_has "... says which" "$ep_work/err" 'customers/acme.yaml'
check "... and nothing was begun" test ! -e "$ep_db"

fresh
sed -i 's/client_secret: {file: [^}]*}/client_secret: plain-text/' \
	"$config/customers/acme.yaml"
check_status "a secret that stands in a file" 78 ep run
fresh
chmod 644 "$config"/secrets/printix-2d4caec1*cloudprint
check_status "a secret that others may read: the others go on" 2 night 1
check_has "... says so, with the mode to set" "$ep_work/night.txt" 'chmod 600'
check_same "... that tenancy is not complete" 1 \
	"$(ep query "SELECT count(*) > 0 FROM coverage WHERE status <> 'complete'
		AND tenant = 'printix/2d4caec1-4d77-4190-b771-0fa0579a4181'
		AND dataset = 'printix.groups'" | tail -n 1)"
check_same "... another one is" complete \
	"$(status_of printix/cedaa212-c905-4dd1-a69f-5b34aec4ce00 printix.users)"

# --- the vendor's answers ---------------------------------------------------

fresh
for secret in "$config"/secrets/printix-cedaa212*; do
	printf 'wrong' >"$secret"
	chmod 600 "$secret"
done
check_status "a wrong secret" 2 night 1
check_same "... is denied" denied \
	"$(status_of printix/cedaa212-c905-4dd1-a69f-5b34aec4ce00 printix.users)"
check_same "... the others go on" complete \
	"$(status_of printix/2d4caec1-4d77-4190-b771-0fa0579a4181 printix.users)"

fresh
sed -i 's/tenant: cedaa212-c905/tenant: 00000000-c905/' \
	"$config/customers/cedar.yaml"
check_status "a credential that answers for another tenancy" 2 night 1
check_same "... nothing of it is stored" 0 \
	"$(ep query "SELECT count(*) FROM account
		WHERE tenant LIKE 'printix/00000000-c905%'
		AND dataset = 'printix.users'" | tail -n 1)"
check_has "... and both ids are named" "$ep_work/night.txt" \
	'cedaa212-c905-4dd1-a69f-5b34aec4ce00'

fresh
estate_start "$EP_SRC/tests/estate/worlds/quickstart.yaml" --tls --tls-wrong host \
	--control 0
estate_config "$config"
# The reports of a night before must not stand in for this one's.
echo '<testsuites/>' >"$ep_work/old.xml"
check_status "a server whose name is another's: no vendor is reached" 69 \
	night 1 --report junit="$ep_work/old.xml"
check_has "... says TLS" "$ep_work/night.txt" 'TLS'
check_has "... in JUnit, too" "$ep_work/old.xml" '<error [^>]*TLS'
# The register derives its own from files and from what it is told to believe.
check_same "... and not one listing is complete" 0 \
	"$(ep query "SELECT count(*) FROM coverage WHERE status = 'complete'
		AND NOT imported AND system <> 'register'" | tail -n 1)"
estate_start "$EP_SRC/tests/estate/worlds/quickstart.yaml" --tls --control 0

# --- registers, rules, tenants that are not there -----------------------------

fresh
rm "$config/leavers.csv"
check_status "no leaver register" 2 night 1
check_same "... no rule about leavers passes" 0 \
	"$(sqlite3 "$ep_db" "SELECT count(*) FROM result r JOIN rule_run u
		ON u.rule = r.rule JOIN rule_text t ON t.sha256 = u.sha256
		WHERE r.result = 'PASS' AND (t.needs LIKE '%person%'
		OR t.needs LIKE '%alias%')")"
fresh
head -n 1 "$config/leavers.csv" >"$config/empty"
mv "$config/empty" "$config/leavers.csv"
check_status "an empty leaver register" 2 night 1
check_same "... no rule about leavers passes" 0 \
	"$(sqlite3 "$ep_db" "SELECT count(*) FROM result r JOIN rule_run u
		ON u.rule = r.rule JOIN rule_text t ON t.sha256 = u.sha256
		WHERE r.result = 'PASS' AND t.needs LIKE '%person%'")"
fresh
echo 'x,"broken' >>"$config/leavers.csv"
check_status "a broken leaver register" 2 night 1
check_has "... with file, line and column" "$ep_work/err" \
	'leavers.csv:[0-9]+:[0-9]+: '
# The register of yesterday must not stand in for the one of today.
people_pass() {
	sqlite3 "$ep_db" "SELECT count(*) FROM result r JOIN rule_run u
		ON u.rule = r.rule JOIN rule_text t ON t.sha256 = u.sha256
		WHERE r.result = 'PASS' AND t.needs LIKE '%person%'"
}
fresh
check_status "a night with a register" 2 night 1
check "... decides about leavers" test "$(people_pass)" -gt 0
rm "$config/leavers.csv"
check_status "the register is gone the night after" 2 night 2
check_same "... and nothing about leavers passes any more" 0 "$(people_pass)"
check_same "... nor a file of evidence that broke" failed "$(
	echo broken >>"$config/imports/printix-tenant-users.csv"
	night 3 >&2
	status_of printix/2d4caec1-4d77-4190-b771-0fa0579a4181 \
		printix-portal.tenant_users)"
fresh
sed -i 's/connector: printix$/connector: printx/' "$config/customers/acme.yaml"
check_status "a connection without a connector" 2 night 1
check_same "... is a dataset that failed" failed \
	"$(status_of printx/2d4caec1-4d77-4190-b771-0fa0579a4181 printx)"
fresh
check_status "an accepted collapse does not hide the other gaps" 2 ep collect \
	--now 2026-11-17T02:00:00Z --accept-empty printix-partner.tenants
fresh
rm -rf "$ep_work/data/rules"
mkdir "$ep_work/data/rules"
check_status "no rule at all" 78 night 1
ep_data_folder
rm -rf "$ep_work/data/rules"
ep_data_folder
fresh
rm "$config"/customers/*
sed -i '/^  connections:/,/^  declared:/{/^  declared:/!d}' \
	"$config/exitproof.yaml"
check_status "no tenancy at all" 78 night 1

# --- two at once, kills, a full disk ---------------------------------------------

fresh
check_status "a first night" 2 night 1
before=$(ep query "SELECT count(*) FROM account" | tail -n 1)
(
	flock -n 9 || exit 1
	check_status "a second run at once" 75 night 2
) 9>"$ep_db.lock" || ep_failed=$((ep_failed + 1))

round=0
while [ $round -lt 12 ]; do
	round=$((round + 1))
	estate_ctl night 2
	(exec "$EP_BUILD/exitproof" run --now 2026-11-18T02:00:00Z \
		--report text="$ep_work/k.txt" >/dev/null 2>&1) &
	pid=$!
	# As long as the kernel takes to do some more work each round.
	i=0
	while [ $i -lt $((round * 40)) ]; do
		kill -0 $pid 2>/dev/null || break
		i=$((i + 1))
	done
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
done
check_same "killed twelve times: the database is whole" ok \
	"$(sqlite3 "$ep_db" 'PRAGMA integrity_check')"
check_status "... and the next run goes on" 2 night 3
check_same "... no run is left as if it were running" 0 \
	"$(sqlite3 "$ep_db" "SELECT count(*) FROM run WHERE state = 'running'")"
check_same "... the first night reads as before" "$before" \
	"$(ep query --at 1 "SELECT count(*) FROM account" | tail -n 1)"

size=$(($(stat -c %s "$ep_db") / 512 + 8))
status=0
(
	ulimit -f $size
	estate_ctl night 2
	ep run --now 2026-11-20T02:00:00Z --report text="$ep_work/full.txt"
) >"$ep_work/out" 2>"$ep_work/err" || status=$?
cat "$ep_work/err" >&2
check "no room to write: status is an error, not 0 (got $status)" \
	test $status -ge 1
check_same "... earlier nights can be read" "$before" \
	"$(ep query --at 1 "SELECT count(*) FROM account" | tail -n 1)"
check_status "output that is full" 73 sh -c '"$1" report >/dev/full' - \
	"$EP_BUILD/exitproof"
ln -s /etc/passwd "$ep_work/link.xml"
check_status "a report onto a link" 77 ep report --report \
	junit="$ep_work/link.xml"
done_testing
