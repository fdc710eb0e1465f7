#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Google Workspace on a bad night: a token that dies, throttling that looks
# like a refusal, lists that are left out, refused, emptied, mixed up or
# endless, and an administrator who was suspended under the scanner.  What can
# be mended is complete, everything else says what happened, and no rule that
# needed it passes.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

night_setup quickstart || exit
evergreen=google/C0eve7gr
northwind=google/C00nwmsp1

# coverage TENANT DATASET STATUS [REASON REGEX]
coverage() {
	check_same "$2 of $1 is $3" "$3" "$(ep query "SELECT status
		FROM coverage WHERE tenant = '$1'
		AND dataset = 'google.$2'" | tail -n 1)"
	if [ $# -gt 3 ]; then
		ep query "SELECT reason FROM coverage WHERE tenant = '$1'
			AND dataset = 'google.$2'" | tail -n 1 \
			>"$ep_work/reason"
		check_has "... and says so: $4" "$ep_work/reason" "$4"
	fi
}

# result RULE UNIT RESULT, of the last night
result() {
	check_same "$1 of $2 is $3" "$3" "$(ep query "SELECT result FROM result
		WHERE rule = '$1' AND unit = '$2'" | tail -n 1)"
}

fault() {
	estate_ctl fault "$@"
}

check_status "a quiet night" 2 night 1
for dataset in customer users users_deleted roles role_assignments groups \
	group_members tokens app_passwords mobile_devices chromeos_devices \
	licences licences_archived; do
	coverage "$evergreen" "$dataset" complete
done
coverage "$northwind" users_deleted complete
coverage "$northwind" chromeos_devices complete
coverage "$northwind" tokens skipped 'security'
result suspended-keeps-role "$evergreen" FAIL
result suspended-keeps-grant "$evergreen" FAIL
result role-holder-unknown "$evergreen" FAIL
result role-holder-unknown "$northwind" PASS
result recovery-contact-foreign "$evergreen" FAIL
result resold-seats-unassigned google-reseller/C00nwmsp1 FAIL

dir=/google-admin/admin/directory/v1
fault vendor=google kind=throttle times=2 "path=$dir/groups/01evgrp0plant/*"
fault vendor=google kind=throttle date=true times=1 \
	"path=$dir/customer/C0eve7gr/roles*"
fault vendor=google kind=token_dies "path=$dir/users?customer=C00nwmsp1*"
fault vendor=google kind=foreign_tenant times=0 \
	"path=$dir/users?customer=C0eve7gr*"
fault vendor=google kind=status status=403 times=0 \
	"path=$dir/customer/C0eve7gr/roleassignments*"
fault vendor=google kind=body status=200 body='{}' times=0 \
	"path=$dir/groups?customer=C00nwmsp1*"
fault vendor=google kind=throttle times=0 \
	"path=$dir/customer/C0eve7gr/devices/chromeos*"
fault vendor=google kind=extra_page_forever times=0 \
	"path=$dir/customer/C0eve7gr/devices/mobile*"
fault vendor=google kind=rename_field field=assignedTo to=holder times=0 \
	"path=$dir/customer/C00nwmsp1/roleassignments*"
fault vendor=google-reseller kind=status status=503 times=0 \
	'path=/google-reseller/*'
check_status "a night on which all goes wrong" 2 night 2

coverage "$evergreen" group_members complete
coverage "$evergreen" roles complete
coverage "$northwind" users complete
coverage "$evergreen" users failed 'another tenancy'
coverage "$evergreen" tokens failed
coverage "$evergreen" role_assignments denied 403
coverage "$northwind" groups failed "no member 'groups'"
coverage "$northwind" role_assignments partial assignedTo
coverage "$evergreen" chromeos_devices failed 'HTTP 403'
check_same "an endless list is not complete" 1 "$(ep query "SELECT
	status <> 'complete' FROM coverage WHERE tenant = '$evergreen'
	AND dataset = 'google.mobile_devices'" | tail -n 1)"
check_same "the reseller's list failed" failed "$(ep query "SELECT status
	FROM coverage WHERE dataset = 'google-reseller.subscriptions'" |
	tail -n 1)"
check_same "nobody is gone where users could not be read" 0 \
	"$(ep query "SELECT count(*) FROM moved WHERE run = 2 AND op = 'close'
		AND tenant = '$evergreen' AND dataset = 'google.users'" |
		tail -n 1)"
for rule in suspended-keeps-role suspended-keeps-grant role-holder-unknown; do
	check_lacks "$rule does not pass" /dev/stdin PASS <<-END
	$(ep query "SELECT result FROM result WHERE rule = '$rule'
		AND unit = '$evergreen'" | tail -n 1)
	END
done
check_lacks "the vendor saw nothing but reading" "$ep_work/estate.journal" \
	FORBIDDEN

estate_ctl clear
check_status "and then it is quiet again" 2 night 3
coverage "$evergreen" users complete
coverage "$northwind" groups complete

# The administrator that the scanner acts for was suspended.
sed -i 's/subject: exitproof@/subject: gus.helm@/' \
	"$ep_work/config/customers/evergreen.yaml"
rm -f "$ep_db" "$ep_db"-wal "$ep_db"-shm
check_status "a night for a suspended administrator" 2 night 1
check_same "nothing is read for him" 0 "$(ep query "SELECT count(*)
	FROM coverage WHERE tenant = '$evergreen' AND status = 'complete'" |
	tail -n 1)"
coverage "$evergreen" users denied 'Invalid email or User ID'
check_same "and no rule of Google passes" 0 "$(ep query "SELECT count(*)
	FROM result WHERE unit = '$evergreen' AND result = 'PASS'" |
	tail -n 1)"
check_same "no secret stays behind" "" \
	"$(grep -rlaF CANARY- "$ep_work" | grep -v /secrets/)"
done_testing
