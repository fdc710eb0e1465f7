#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Microsoft Graph: the simulated one behaves as its note says, and the scanner
# falls into none of its traps: licences that are missing, pages that are
# empty, links that lead elsewhere, tokens that die, members without a name.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

night_setup quickstart || exit
config=$ep_work/config
base=$(estate_get base_url)
msp=4e0a57b1-1000-4000-8000-00000000e001
acme=ac3ea57b-1000-4000-8000-00000000e002
blue=b1bea57b-1000-4000-8000-00000000e003
app=e0a50000-0000-4000-8000-00000000a001

# ask URL [CURL OPTION...]: the body in $ep_work/body, the head in
# $ep_work/head, the status in $status.
ask() {
	url=$1
	shift
	status=$(curl -sg --max-time 10 --cacert "$ep_work/tls/ca.pem" \
		-o "$ep_work/body" -D "$ep_work/head" -w '%{http_code}' \
		"$@" "$url")
}

# token TENANT CLIENT SECRET [SCOPE]: $bearer, or what was said instead.
token() {
	ask "$base/entra-login/$1/oauth2/v2.0/token" \
		-d grant_type=client_credentials -d "client_id=$2" \
		--data-urlencode "client_secret=$3" \
		--data-urlencode \
		"scope=${4-https://graph.microsoft.com/.default}"
	bearer=$(jq -r '.access_token // empty' "$ep_work/body")
}

# get PATH
get() {
	ask "$base/graph/v1.0$1" -H "Authorization: Bearer $bearer"
}

# refused NAME STATUS CODE: what was asked last.
refused() {
	check_same "$1: status" "$2" "$status"
	check_has "$1: says $3" "$ep_work/body" "$3"
}

# --- the token service -----------------------------------------------------

token $msp $app wrong
refused "a wrong secret" 401 AADSTS7000215
token $msp e0a50000-0000-4000-8000-00000000a002 CANARY-entra-expired-77aa
refused "a secret that has ended" 401 AADSTS7000222
token $acme e0a50000-0000-4000-8000-00000000a002 x
refused "an application that is not in the tenancy" 400 AADSTS700016
token 00000000-0000-4000-8000-000000000000 $app x
refused "a tenancy that is gone" 400 AADSTS90002
token $msp $app CANARY-entra-northwind-41aa User.Read
refused "a scope that is not .default" 400 invalid_scope
ask "$base/graph/v1.0/users" -H "Authorization: Bearer none"
refused "no token" 401 InvalidAuthenticationToken

# --- lists -----------------------------------------------------------------

token $acme $app CANARY-entra-acme-52bb
get '/users'
check_same "users without \$select have eleven members" 11 \
	"$(jq '.value[0] | keys | length' "$ep_work/body")"
get '/users?$select=id,acountEnabled'
refused "a member that does not exist" 400 acountEnabled
get '/users?$select=id&$top=1000'
refused "a page that is too large" 400 'Invalid page size'
get '/users?$select=id,signInActivity&$top=501'
refused "... with last sign-ins smaller still" 400 'Invalid page size'
get '/users?$count=true'
refused "an advanced query" 400 Request_UnsupportedQuery
get '/users?$select=id'
next=$(jq -r '."@odata.nextLink"' "$ep_work/body")
ask "$next" -H "Authorization: Bearer $bearer"
check_same "the second page is empty and names a third" '0 string' \
	"$(jq -r '[(.value | length), (."@odata.nextLink" | type)] | join(" ")' \
		"$ep_work/body")"
ask "${next%?}x" -H "Authorization: Bearer $bearer"
refused "an altered next link" 400 ExpiredPageToken
get /roleManagement/directory/roleEligibilityScheduleInstances
refused "PIM without P2" 403 AadPremiumLicenseRequired
group=/groups/ac3ea57b-2000-4000-8000-000000000003
get "$group/members"
check_same "direct members of a group" 2 \
	"$(jq '.value | length' "$ep_work/body")"

token $acme e0a50000-0000-4000-8000-00000000a009 CANARY-entra-weak-9bb0
get /applications
refused "a permission that is missing" 403 Authorization_RequestDenied
get "/groups/e06d6e91-a8fb-401b-a17a-a702c249bd32/members?\$select=id,displayName&\$top=4"
ask "$(jq -r '."@odata.nextLink"' "$ep_work/body")" \
	-H "Authorization: Bearer $bearer"
ask "$(jq -r '."@odata.nextLink"' "$ep_work/body")" \
	-H "Authorization: Bearer $bearer"
check_same "a member that one may not read has no name" null \
	"$(jq -c '.value[] | select(."@odata.type" == "#microsoft.graph.device")
		| .displayName' "$ep_work/body")"

token $blue $app CANARY-entra-bluebird-63cc
get '/users?$select=id,signInActivity'
refused "last sign-ins without P1" 403 NonPremiumTenant
get /deviceManagement/managedDevices
refused "Intune without a licence" 400 'not applicable to target tenant'

# --- the scanner -----------------------------------------------------------

# fresh: the configuration as it was, no database, no faults.
fresh() {
	rm -rf "$config" "$ep_db" "$ep_db"-wal "$ep_db"-shm "$ep_db.lock"
	estate_config "$config"
	estate_ctl reset
}

# of TENANT DATASET: its status.
of() {
	ep query "SELECT status FROM coverage WHERE tenant = 'entra/$1'
		AND dataset = 'entra.$2'" | tail -n 1
}

# rows TENANT DATASET KIND: how many are stored.
rows() {
	ep query "SELECT count(*) FROM $3 WHERE tenant = 'entra/$1'
		AND dataset = 'entra.$2'" | tail -n 1
}

fresh
check_status "a night" 2 night 1
check_same "empty pages end no listing" 'complete 7' \
	"$(of $acme users) $(rows $acme users account)"
check_same "nested groups are followed" 4 \
	"$(ep query "SELECT count(*) FROM membership WHERE team =
		'ac3ea57b-2000-4000-8000-000000000003'" | tail -n 1)"
check_same "one key id in two usages is two certificates" 2 \
	"$(ep query "SELECT count(*) FROM credential WHERE kind = 'certificate'
		AND dataset = 'entra.service_principals'" | tail -n 1)"
for dataset in sign_ins registrations role_eligibility role_schedules; do
	check_same "without a licence $dataset is denied, not empty" denied \
		"$(of $blue $dataset)"
done
check_same "... and users are read all the same" 'complete 2' \
	"$(of $blue users) $(rows $blue users account)"
check_same "... and Intune is no empty list" failed \
	"$(of $blue managed_devices)"
check_same "no rule that reads MFA passes without it" UNDECIDED \
	"$(ep query "SELECT result FROM result WHERE unit = 'entra/$blue'
		AND rule = 'administrator-without-mfa'" | tail -n 1)"

check_same "the partner's side: who reaches customers through which group" \
	'mei.tan@northwind.example otto.berg@northwind.example ravi.rao@northwind.example' \
	"$(ep query "SELECT group_concat(email, ' ') FROM (SELECT email
		FROM account WHERE dataset = 'entra-partner.technicians'
		ORDER BY email)" | tail -n 1)"

fresh
estate_ctl fault kind=foreign_next vendor=entra \
	'path=*/graph/v1.0/users*accountEnabled*' times=0 \
	to=https://evil.example/v1.0/users
check_status "a next link to another host" 2 night 1
check_same "... is not followed" partial "$(of $acme users)"
check_same "... and other listings go on" complete "$(of $acme groups)"

fresh
estate_ctl fault kind=extra_page_forever vendor=entra \
	'path=*/graph/v1.0/users*accountEnabled*' times=0
check_status "a listing without an end" 2 night 1
check_same "... is partial" partial "$(of $acme users)"

fresh
estate_ctl fault kind=throttle vendor=entra seconds=1 date=true \
	'path=*/graph/v1.0/groups?*' times=2
check_status "throttled for a fraction of a second" 2 night 1
check_same "... is waited for" complete "$(of $acme groups)"

fresh
estate_ctl fault kind=token_dies vendor=entra 'path=*/graph/v1.0/users*' \
	nth=3
check_status "a token that dies in the middle" 2 night 1
check_same "... is renewed, and nobody is missing" 'complete 7' \
	"$(of $acme users) $(rows $acme users account)"

fresh
estate_ctl fault kind=foreign_tenant vendor=entra \
	'path=*/graph/v1.0/organization*' times=0
check_status "answers of another tenancy" 2 night 1
check_same "... are not believed" denied "$(of $acme users)"
check_same "... and nothing of them is stored" 0 "$(rows $acme users account)"

fresh
estate_ctl fault kind=rename_field vendor=entra field=accountEnabled \
	to=isEnabled 'path=*/graph/v1.0/users*accountEnabled*' times=0
check_status "a member that has another name" 2 night 1
check_same "... is noticed" partial "$(of $msp users)"

check_lacks "nothing but reading was done" "$ep_work/estate.journal" FORBIDDEN
check_same "no secret stays behind" "" \
	"$(grep -rlaF CANARY- "$ep_work" | grep -v -e /secrets/ -e /body)"
done_testing
