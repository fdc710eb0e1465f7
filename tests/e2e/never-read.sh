#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Before the first night nothing was looked at, so nothing is clean.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

workdir
ep_data_folder
mkdir "$ep_work/files"
cat >"$ep_work/files/exitproof.yaml" <<'CONFIG'
msp: {id: northwind, name: Northwind MSP, domains: [northwind.example]}
database: exitproof.db
leavers: {file: leavers.csv}
CONFIG
printf 'person,name,email,aliases,employer,left_at,source\n' \
	>"$ep_work/files/leavers.csv"
EXITPROOF_CONFIG=$ep_work/files/exitproof.yaml
export EXITPROOF_CONFIG

check_status "never read: a person" 2 ep person otto.berg@northwind.example
check_has "never read: a person, why" "$ep_work/out" 'was ever read'

# never_clean NAME VERB...
never_clean() {
	name=$1
	shift
	status=0
	ep "$@" >"$ep_work/said" 2>&1 || status=$?
	cat "$ep_work/said" >&2
	if [ "$status" -eq 0 ]; then
		not_ok "never read: $name" "status 0"
	else
		ok "never read: $name"
	fi
}

never_clean "status" status
never_clean "check" check
never_clean "a run without a tenancy" run
never_clean "report" report --report text=-
done_testing
