#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# NinjaOne on a bad night: tokens that die, throttling without a word on how
# long, listings that are refused, cut, emptied, mixed up or endless.  What
# can be mended is complete, everything else says what happened, and no rule
# that needed it passes.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

night_setup quickstart || exit
home='ninjaone/northwind msp'

# coverage TENANT DATASET STATUS [REASON REGEX]
coverage() {
	check_same "$2 of $1 is $3" "$3" "$(ep query "SELECT status
		FROM coverage WHERE tenant = '$1'
		AND dataset = 'ninjaone.$2'" | tail -n 1)"
	if [ $# -gt 3 ]; then
		ep query "SELECT reason FROM coverage WHERE tenant = '$1'
			AND dataset = 'ninjaone.$2'" | tail -n 1 \
			>"$ep_work/reason"
		check_has "... and says so: $4" "$ep_work/reason" "$4"
	fi
}

# result RULE UNIT RESULT, of the last night
result() {
	check_same "$1 is $3" "$3" "$(ep query "SELECT result FROM result
		WHERE rule = '$1' AND unit = '$2'" | tail -n 1)"
}

fault() {
	estate_ctl fault vendor=ninjaone "$@"
}

check_status "a quiet night" 2 night 1
coverage ninjaone/13 devices complete
result technician-without-mfa fleet FAIL
coverage "$home" exit_notes denied 'HTTP 500.*NullPointerException'
check_has "... with what to do" /dev/stdin 'Client app of the platform' <<X
$(ep query "SELECT advice FROM coverage WHERE dataset = 'ninjaone.exit_notes'")
X
check_same "... after one try for each ticket" 3 \
	"$(grep -c '/log-entry.*status=500' "$ep_work/estate.journal")"

fault kind=token_dies 'path=*olderThan=5347371304*'
fault kind=throttle seconds=0 times=2 'path=*/user/roles*'
fault kind=foreign_tenant times=0 'path=*/organization/13/devices*'
fault kind=empty times=0 'path=*/organization/17/devices*'
fault kind=status status=403 times=0 'path=*/trigger/boards*'
fault kind=status status=500 times=0 'path=*OAUTH2_DELETED*'
fault kind=rename_field field=mfaConfigured to=mfa times=0 'path=*/v2/users*'
fault kind=extra_page_forever times=0 'path=*NODE_DELETED*'
fault kind=status status=404 times=0 'path=*/organization/18/end-users*'
fault kind=truncate keep=60 times=0 'path=*/backup/usage*'
check_status "a night on which all goes wrong" 2 night 2

coverage "$home" logins complete
coverage "$home" technician_roles complete
coverage ninjaone/13 devices failed 'another tenancy'
coverage ninjaone/17 devices held
coverage "$home" boards denied 403
coverage "$home" tickets denied
coverage "$home" api_clients_deleted failed 'HTTP 500'
coverage "$home" technicians partial mfaConfigured
coverage ninjaone/18 end_users failed 404
coverage "$home" device_deletions partial "same as one before"
check_same "a cut answer is not complete" 1 "$(ep query "SELECT
	status <> 'complete' FROM coverage
	WHERE dataset = 'ninjaone.backups'" | tail -n 1)"
coverage ninjaone/18 devices complete
check_same "no device of an organisation that broke is gone" 0 \
	"$(ep query "SELECT count(*) FROM moved WHERE run = 2 AND op = 'close'
		AND tenant IN ('ninjaone/13', 'ninjaone/17')
		AND dataset = 'ninjaone.devices'" | tail -n 1)"
check_same "and no rule passes that needed what broke" "" \
	"$(ep query "SELECT rule || ' ' || unit FROM result
		WHERE result = 'PASS' AND (unit = 'bluebird'
		AND rule LIKE 'rmm-device-%' OR unit = 'fleet'
		AND (rule LIKE 'technician-%' AND rule <> 'technician-in-tenant'
		AND rule <> 'technician-reach-unlimited'
		OR rule IN ('rmm-backup-of-deleted',
		'rmm-client-app-of-leaver', 'rmm-device-owner-gone')))" | tail -n +2)"

estate_ctl clear
check_status "and then it is quiet again" 2 night 3
coverage ninjaone/17 devices complete
result rmm-device-returned bluebird FAIL

# The token of a person reads what that of a machine cannot.
cp "$EXITPROOF_CONFIG" "$ep_work/machine.yaml"
printf '%s\n' CANARY-ninjaone-refresh-3d77 >"$ep_work/config/secrets/refresh"
chmod 600 "$ep_work/config/secrets/refresh"
sed -i '/ninjaone-instance-exitproof/a\
        technician:\
          client_id: n1nja000-exitproof\
          client_secret: {file: secrets/ninjaone-instance-exitproof}\
          refresh_token: {file: secrets/refresh}' "$EXITPROOF_CONFIG"
check_status "a night with a person's token" 2 night 3
coverage "$home" exit_notes complete
check_same "logs are read, but for their texts" 'Done,exitproof' \
	"$(ep query "SELECT group_concat(name) FROM (SELECT name FROM resource
		WHERE dataset = 'ninjaone.exit_notes' ORDER BY name)" |
		tail -n 1)"
cp "$ep_work/machine.yaml" "$EXITPROOF_CONFIG"

# The credential of another instance.
rm -f "$ep_db" "$ep_db"-wal "$ep_db"-shm
sed -i 's/tenant: northwind msp/tenant: southwind msp/' \
	"$EXITPROOF_CONFIG"
check_status "another instance than the configured one" 2 night 1
check_same "... nothing of it is stored" 0 "$(ep query "SELECT count(*)
	FROM account WHERE system = 'ninjaone'" | tail -n 1)"
check_has "... and it is said" "$ep_work/night.txt" 'southwind msp'
check_lacks "nothing was written" "$ep_work/estate.journal" FORBIDDEN
done_testing
