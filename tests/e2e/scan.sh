#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A scan of the simulated MSP stores what is truly there; and whatever a
# vendor does wrong, what was not read is never taken for gone or for clean.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

world=$EP_SRC/tests/estate/worlds/quickstart
estate=$EP_BUILD/tests/estate/estate
program=$EP_BUILD/exitproof
delta=de17ade1-0000-4dd1-a69f-5b34aec4de17
evergreen=e7e29127-0000-4dd1-a69f-5b34aec4e7e2
hour=0

workdir
home=$ep_work/home
db=$home/exitproof.db
EXITPROOF_CONFIG=$home/config/exitproof.yaml
export EXITPROOF_CONFIG
ep_data_folder

# configure: the quickstart's configuration for the running estate
configure() {
	rm -rf "$home"
	mkdir -p "$home/config/imports"
	cp -R "$world/config/." "$home/config/"
	(umask 077 && mkdir "$home/config/secrets")
	sed -e "s,@BASE@,$(estate_get base_url),g" \
		-e "s,@CA_FILE@,$(estate_get ca_file),g" \
		-e 's/^testing:$/&\n  hurry: 10/' \
		"$world/config/exitproof.yaml" >"$EXITPROOF_CONFIG"
	cp "$world"/printix-*.csv "$world"/dnsfilter-*.csv \
		"$home/config/imports/"
	cp "$world/leavers.csv" "$home/config/"
	tab=$(printf '\t')
	"$estate" credentials --world "$world.yaml" >"$ep_work/credentials"
	while IFS="$tab" read -r vendor tenant app _ secret; do
		(umask 077 && printf '%s\n' "$secret" \
			>"$home/config/secrets/$vendor-$tenant-$app")
	done <"$ep_work/credentials"
}

# scan: one run, an hour after the one before; its status in $scanned
scan() {
	hour=$((hour + 1))
	scanned=0
	"$program" run --now "$1T$(printf %02d $hour):00:00Z" --quiet \
		>"$ep_work/said" 2>"$ep_work/complaints" || scanned=$?
	cat "$ep_work/complaints" >&2
}

ask() {
	sqlite3 -readonly "$db" "$1"
}

# covered TENANT DATASET: how the last run ended for it
covered() {
	ask "SELECT c.status || ': ' || coalesce(c.reason, '')
		FROM coverage c JOIN dataset d ON d.id = c.dataset
		JOIN tenancy t ON t.id = d.tenancy
		WHERE t.tenant = '$1' AND d.name = '$2'
		AND c.run = (SELECT max(id) FROM run)"
}

# accounts TENANT DATASET
accounts() {
	ask "SELECT count(*) FROM now_account a JOIN dataset d
		ON d.id = a.dataset JOIN tenancy t ON t.id = d.tenancy
		WHERE t.tenant = '$1' AND d.name = '$2'"
}

# stored: "tenant dataset rows" of all that the last run read completely
stored() {
	ask "WITH n(dataset, kind, n) AS (
		SELECT dataset, 'account', count(*) FROM now_account GROUP BY 1
		UNION ALL
		SELECT dataset, 'agent', count(*) FROM now_agent GROUP BY 1
		UNION ALL
		SELECT dataset, 'team', count(*) FROM now_team GROUP BY 1
		UNION ALL
		SELECT dataset, kind, count(*) FROM now_resource GROUP BY 1, 2)
	SELECT t.tenant || ' ' || d.name || ' ' || coalesce((
			SELECT n FROM n WHERE n.dataset = d.id AND n.kind =
			CASE d.name
			WHEN 'printix.users' THEN 'account'
			WHEN 'printix.groups' THEN 'team'
			WHEN 'printix.sites' THEN 'site'
			WHEN 'printix.networks' THEN 'network'
			WHEN 'printix.printers' THEN 'queue'
			WHEN 'printix.workstations' THEN 'agent'
			WHEN 'dnsfilter.users' THEN 'account'
			WHEN 'dnsfilter.user_agents' THEN 'agent'
			WHEN 'dnsfilter.relays' THEN 'agent'
			WHEN 'dnsfilter.agent_local_users'
				THEN 'deployment_user'
			WHEN 'dnsfilter.networks' THEN 'network'
			END), 0)
		FROM dataset d JOIN tenancy t ON t.id = d.tenancy
		JOIN coverage c ON c.dataset = d.id
		WHERE c.run = (SELECT max(id) FROM run)
		AND c.status = 'complete' AND d.name IN (
			'printix.users', 'printix.groups', 'printix.sites',
			'printix.networks', 'printix.printers',
			'printix.workstations', 'dnsfilter.users',
			'dnsfilter.user_agents', 'dnsfilter.relays',
			'dnsfilter.agent_local_users', 'dnsfilter.networks')" |
		sort >"$ep_work/stored"
}

# truth: the same from the world itself
truth() {
	"$estate" expect --world "$world.yaml" --night "$1" |
		jq -r '
		(.printix | to_entries[] | select(.value.domain) |
			.key as $t | .value | to_entries[] |
			select(.key | test("^(users|groups|sites|networks|printers|workstations)$")) |
			"\($t) printix.\(.key) \(.value)"),
		(.dnsfilter | to_entries[] | select(.value | type == "object") |
			.key as $t | .value | to_entries[] |
			select(.key | test("^(users|user_agents|relays|agent_local_users|networks)$")) |
			"\($t) dnsfilter.\(.key) \(.value)")' |
		sort >"$ep_work/truth"
}

# agree NIGHT LEAST: every complete dataset holds exactly what there is
agree() {
	stored
	truth "$1"
	comm -23 "$ep_work/stored" "$ep_work/truth" >"$ep_work/differ"
	cat "$ep_work/differ" >&2
	check_same "night $1: complete datasets hold the truth" "" \
		"$(head -n 3 "$ep_work/differ" | tr '\n' ';')"
	check_same "night $1: of at least $2 datasets" yes \
		"$([ "$(wc -l <"$ep_work/stored")" -ge "$2" ] && echo yes)"
}

estate_start "$world.yaml" --control 0 --tls --hurry 10 || {
	not_ok "estate starts" "see above"
	exit 1
}
configure

# ------------------------------------------------------------- three nights
scan 2026-11-17
check_same "night 1: gaps make status 2" 2 "$scanned"
agree 1 60
check_has "night 1: the truth is known where it is not read" \
	"$ep_work/truth" "^b54aed12-[^ ]* printix.workstations 0"
check_same "night 1: no credential is not read" skipped \
	"$(covered b54aed12-c905-4dd1-a69f-5b34aec43533 printix.workstations |
		sed 's/:.*//')"
estate_ctl night 2
scan 2026-11-18
check_same "night 2: status 2" 2 "$scanned"
agree 2 60
covered $delta printix.users >"$ep_work/why"
check_has "night 2: the failing listing is partial" "$ep_work/why" \
	'^partial: .*502'
check_same "night 2: and loses no account" 141 \
	"$(accounts $delta printix.users)"
estate_ctl night 3
scan 2026-11-19
agree 3 60
check_same "night 3: the listing is complete again" complete \
	"$(covered $delta printix.users | sed 's/:.*//')"

# ------------------------------------------------------------------- faults
# broken NAME WORD... : one fault for ever on the users of Delta (two pages)
# and of Evergreen (one); the reason must match the next word.
broken() {
	name=$1
	reason=$2
	shift 2
	estate_ctl clear
	estate_ctl fault vendor=printix 'path=*/users*' times=0 "$@"
	scan 2026-11-19
	check_same "$name: status 2" 2 "$scanned"
	for tenant in $delta $evergreen; do
		covered "$tenant" printix.users >"$ep_work/why"
		cat "$ep_work/why" >&2
		check_has "$name: not complete" "$ep_work/why" \
			'^(partial|failed|denied|held): '
		check_has "$name: and says why" "$ep_work/why" "$reason"
	done
	check_same "$name: no account is lost" "141 4" \
		"$(accounts $delta printix.users) $(accounts \
			$evergreen printix.users)"
	stored
	check_same "$name: the others go on" yes \
		"$([ "$(wc -l <"$ep_work/stored")" -ge 55 ] && echo yes)"
}

broken "sign-in page" 'JSON|content' kind=html
broken "empty list" 'empty|collapse|[0-9]' kind=empty
broken "no body" 'empty|JSON|body' kind=empty_body
broken "cut JSON" 'JSON' kind=truncate
broken "cut gzip" 'gzip|JSON|body|transfer' kind=cut_gzip
broken "forbidden" '403' kind=status status=403
broken "redirect" '30[0-9]|redirect' kind=redirect status=307
broken "another tenant's records" 'another tenancy' kind=foreign_tenant
broken "too few records" '[0-9]' kind=drop_records
broken "lower total" '[0-9]' kind=lower_total
broken "repeated key" "JSON|key|'users'" kind=body \
	'body={"users":[],"users":[],"success":true}'
broken "error in a good answer" 'succeeded' kind=body \
	'body={"users":[],"success":false,"message":"no","page":{"size":100,"totalElements":0,"totalPages":0,"number":0}}'
broken "users is no list" 'users|list|array' kind=body \
	'body={"users":null,"success":true,"page":{"size":100,"totalElements":0,"totalPages":0,"number":0}}'
broken "small bomb" 'limit|byte|large' kind=bomb megabytes=200

# A single trouble that the vendor gets over costs nothing.
healed() {
	name=$1
	shift
	estate_ctl clear
	estate_ctl fault vendor=printix "path=*/tenants/$delta/users*" "$@"
	scan 2026-11-19
	check_same "$name: complete" complete \
		"$(covered $delta printix.users | sed 's/:.*//')"
	check_same "$name: all accounts" 141 "$(accounts $delta printix.users)"
}

healed "throttled once" kind=throttle seconds=1
healed "failed once" kind=status status=502
healed "dropped once" kind=close
healed "token died" kind=token_dies nth=2

# ------------------------------------------------------ what it left behind
check_lacks "only reading requests" "$ep_work/estate.journal" FORBIDDEN
grep -rlaF CANARY- "$home" | grep -v "^$home/config/secrets/" \
	>"$ep_work/leaks"
check_same "no secret outside config/secrets" "" "$(cat "$ep_work/leaks")"
check_same "the database is whole" ok "$(ask 'PRAGMA integrity_check')"
done_testing
