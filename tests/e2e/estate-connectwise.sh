#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The simulated ConnectWise PSA behaves as the vendor's notes say: who may
# call, conditions, fields, two ways of paging, its errors; and a listing that
# a role may not inquire is no empty one.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

night_setup quickstart || exit
base=$(estate_get base_url)/connectwise
psa=/v4_6_release/apis/3.0
id=5ca00000-0000-4000-8000-0000000c1e47
user=northwind+nwPub0000exitproof
secret=CANARY-cw-private-4e1d

# get PATH [CURL OPTION...]: $ep_work/body, $ep_work/head, $status.
get() {
	path=$1
	shift
	: >"$ep_work/body"
	status=$(curl -sg --max-time 10 --cacert "$(estate_get ca_file)" \
		-o "$ep_work/body" -D "$ep_work/head" -w '%{http_code}' \
		-u "$user:$secret" -H "clientId: $id" "$@" "$base$path")
}

# is NAME PATH STATUS REGEX [CURL OPTION...]
is() {
	name=$1 want=$3 regex=$4 path=$2
	shift 4
	get "$path" "$@"
	check_same "$name: status" "$want" "$status"
	check_has "$name" "$ep_work/body" "$regex"
}

ids() {
	jq -c 'map(.id)' "$ep_work/body"
}

# ------------------------------------------------------------------- callers
is "company" /login/companyinfo/northwind 200 '"CompanyID":"northwind"'
is "a company that does not exist" /login/companyinfo/nobody 200 '^null$'
known=$id
id=
is "without a client ID" $psa/system/info 401 '"code":"Unauthorized"'
id=x$known
is "with another client ID" $psa/system/info 401 Unauthorized
id=$known
is "with a wrong key" $psa/system/info 401 Unauthorized -u "$user:wrong"
is "another code base" /v2020_1/apis/3.0/system/info 404 '"code":"NotFound"'
is "the code base of the release" /v2025_1/apis/3.0/system/info 200 isCloud

# ------------------------------------------------------- fields, conditions
is "without fields secrets come" "$psa/system/members" 200 CANARY-cw-password
get "$psa/system/members?fields=id,securityRole/name"
check_same "fields are those asked for" '[["id","securityRole"]]' \
	"$(jq -c 'map(keys) | unique' "$ep_work/body")"
get "$psa/system/members?fields=id"
check_same "rows come as they lie" '[103,101,102,104,90]' "$(ids)"
get "$psa/system/members?fields=id&orderBy=id"
check_same "or by id" '[90,101,102,103,104]' "$(ids)"
get "$psa/system/members?orderBy=id&conditions=adminFlag=true%20or%20id%3C100"
check_same "or" '[90,101,104]' "$(ids)"
get "$psa/finance/agreements?orderBy=id&conditions=company/id=4%20and%20(agreementStatus!='Active'%20or%20id=1)"
check_same "and, with parentheses" '[503]' "$(ids)"
get "$psa/service/tickets?conditions=board/name='offboarding'%20or%20type/name='Offboarding'&orderBy=id"
check_same "a text is found in either case" '[4655,4720]' "$(ids)"
is "conditions that make no sense" "$psa/system/members?conditions=id" 400 \
	'"code":"ApiFindCondition"'
is "how many" "$psa/service/tickets/count?conditions=closedFlag=false" 200 \
	'^\{"count":3\}$'
is "one of them" "$psa/company/companies/4?fields=status/name" 200 \
	'^\{"status":\{"name":"Parked"\}\}$'
is "one that is not there" $psa/company/companies/77 404 NotFound

is "a note of a ticket" "$psa/service/tickets/4720/notes?fields=ticketId" 200 \
	'^\[\{"ticketId":4720\}\]$'
is "documents of a ticket" "$psa/system/documents?recordType=Ticket&recordId=4720&fields=fileName" \
	200 '^\[\{"fileName":"exitproof-evidence.html"\}\]$'
is "documents of nothing" $psa/system/documents 400 recordType
is "what a role may do" "$psa/system/securityRoles/63/settings?fields=inquireLevel" \
	200 '^\[\{"inquireLevel":"My"\}\]$'

# -------------------------------------------------------------------- paging
get "$psa/system/members?orderBy=id&pageSize=2&page=2&fields=id"
check_same "the second page" '[102,103]' "$(ids)"
check_has "a link names another host" "$ep_work/head" \
	'^Link: <https://na.myconnectwise.net/.*page=3.*rel="next"'
get "$psa/system/members?pageSize=2&pageId=101" \
	-H 'pagination-type: forward-only'
check_same "forward only goes on after an id" '[102,103]' "$(ids)"
is "forward only knows no order" "$psa/system/members?orderBy=id" 400 orderBy \
	-H 'pagination-type: forward-only'
is "writing is refused" $psa/system/members 405 '"code"' -d '{}'

# ------------------------------------------------- what the scanner makes of it
estate_ctl fault kind=status status=403 times=0 vendor=connectwise-psa \
	'path=*/system/ssoUsers*'
estate_ctl fault kind=throttle seconds=1 times=1 vendor=connectwise-psa \
	'path=*/system/callbacks*'
estate_ctl fault kind=html status=502 times=0 vendor=connectwise-psa \
	'path=*/agreements/502/additions*'
check_status "a night with refusals" 2 ep run --now 2026-11-17T02:00:00Z
status_of() {
	ep query "SELECT status FROM coverage
		WHERE dataset = 'connectwise-psa.$1'" | tail -n 1
}
check_same "what a role may not inquire is denied" denied "$(status_of sso_users)"
check_same "a wait is waited for" complete "$(status_of callbacks)"
check_same "one agreement that fails makes all additions partial" partial \
	"$(status_of additions)"
check_same "and no rule that needs the refused one passes" UNDECIDED \
	"$(sqlite3 "$ep_db" "SELECT result FROM result
		WHERE rule = 'connectwise-sso-of-inactive-member'")"
check_same "no secret is left behind" "" \
	"$(grep -rlaF CANARY- "$ep_work" | grep -v -e /secrets/ -e /body)"
done_testing
