#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The simulated Autotask behaves as the vendor's notes say: zones, three
# headers, queries with a filter, pages, refusals that come as 500; and a
# listing that shows a part, a zone that moved and a budget that is used up
# are never taken for fewer people.
# shellcheck disable=SC2154
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

night_setup quickstart || exit
base=$(estate_get base_url)/autotask
zone=/zone3/atservicesrest/V1.0
user=exitproof@northwind.example
code=AT-EXITPROOF-0001
secret=CANARY-autotask-exitproof-51d0

# get PATH [CURL OPTION...]: $ep_work/body, $ep_work/head, $status.
get() {
	path=$1
	shift
	: >"$ep_work/body"
	status=$(curl -sg --max-time 10 --cacert "$(estate_get ca_file)" \
		-o "$ep_work/body" -D "$ep_work/head" -w '%{http_code}' \
		-H "UserName: $user" -H "ApiIntegrationCode: $code" \
		-H "Secret: $secret" "$@" "$base$path")
}

# is NAME PATH STATUS REGEX
is() {
	get "$2"
	check_same "$1: status" "$3" "$status"
	check_has "$1" "$ep_work/body" "$4"
}

# query ENTITY SEARCH: a query with that JSON.
query() {
	get "$zone/$1/query" -G --data-urlencode "search=$2"
}

every='{"filter":[{"op":"gte","field":"id","value":0}]}'
ids() {
	jq -c '.items | map(.id)' "$ep_work/body"
}

# --------------------------------------------------------------------- zones
is "the zone of a user" "/atservicesrest/v1.0/zoneInformation?user=$user" 200 \
	'"url":"[^"]*/zone3/atservicesrest/"'
is "no zone of a stranger" "/atservicesrest/v1.0/zoneInformation?user=x" 500 \
	'"errors":\["'
is "another zone" /zone4/atservicesrest/V1.0/Companies/0 401 Unauthorized
is "the company itself" $zone/Companies/0 200 '"companyName":"Northwind MSP"'
is "no such company" $zone/Companies/999 200 '^\{"item":null\}$'
code=other
is "another tracking identifier" $zone/Companies/0 401 '"errors"'
code=AT-EXITPROOF-0001

# ------------------------------------------------------------------- queries
query Resources "$every"
check_same "a page of three" '[10,11,12]' "$(ids)"
check_has "... and where the next one is" "$ep_work/body" \
	'"nextPageUrl":"[^"]*paging='
query Companies "$every"
check_same "a full last page" '[0,174,176]' "$(ids)"
check_has "... has no next one" "$ep_work/body" '"nextPageUrl":null'
check_has "without a list of fields secrets come" "$ep_work/body" \
	'"userDefinedFields"'
query ClientPortalUsers "$every"
check_has "... passwords too" "$ep_work/body" CANARY-at-portal
query ClientPortalUsers \
	'{"IncludeFields":["id"],"filter":[{"op":"gte","field":"id","value":0}]}'
check_same "fields are those asked for" '[["id"]]' \
	"$(jq -c '.items | map(keys) | unique' "$ep_work/body")"
query ContractServiceUnits \
	'{"filter":[{"op":"gte","field":"endDate","value":"2026-11-17"}]}'
check_same "a time is compared" '[52]' "$(ids)"
query Tickets '{"filter":[]}'
check_same "no filter is an error of the server" 500 "$status"
query Tickets '{"filter":[{"op":"eq","field":"nothing","value":1}]}'
check_has "so is a field that is not there" "$ep_work/body" 'Unable to find'
long=$(printf '%2200s' '' | tr ' ' x)
query Tickets "{\"filter\":[{\"op\":\"contains\",\"field\":\"title\",\"value\":\"$long\"}]}"
check_same "a long query is refused in a URL" 404 "$status"
is "what the user may see" $zone/Contacts/entityInformation 200 \
	'"userAccessForQuery":"All"'
is "the budget" $zone/ThresholdInformation 200 \
	'"externalRequestThreshold":10000,"requestThresholdTimeframe":60,'
get $zone/Companies -H 'Content-Type: application/json' -d '{"id":0}'
check_same "writing is refused" 405 "$status"

# ------------------------------------------------- what the scanner makes of it
status_of() {
	ep query "SELECT status FROM coverage WHERE tenant LIKE 'autotask/$1'
		AND dataset = 'autotask.$2'" | tail -n 1
}
reason_of() {
	ep query -f csv "SELECT reason || '; ' || coalesce(advice, '')
		FROM coverage WHERE tenant LIKE 'autotask/$1'
		AND dataset = 'autotask.$2'" >"$ep_work/reason"
}
rows_of() {
	ep query "SELECT rows FROM coverage WHERE tenant LIKE 'autotask/$1'
		AND dataset = 'autotask.$2'" | tail -n 1
}
config=$EXITPROOF_CONFIG
cp "$config" "$ep_work/whole.yaml"

check_status "a night" 2 ep run --now 2026-11-17T02:00:00Z
check_same "the zone is found" complete "$(status_of % companies)"
check_same "all pages are read" 4 "$(rows_of % resources)"
check_same "what everybody may see is complete" complete \
	"$(status_of 176 contacts)"
check_same "periods that are over are left out" 1 "$(rows_of % contract_units)"
check_has "who asks for the zone shows no secret" "$ep_work/estate.journal" \
	'/zoneInformation'
check_same "an attachment of something else is none of the ticket" \
	letter.pdf "$(ep query "SELECT group_concat(name) FROM resource
		WHERE dataset = 'autotask.exit_files'" | tail -n 1)"

# A user who sees a part of the contacts, and no resources at all.
sed -e 's/exitproof@northwind.example/narrow@northwind.example/' \
	-e 's/AT-EXITPROOF-0001/AT-NARROW-0002/' \
	-e 's,autotask-database-exitproof,autotask-database-narrow,' \
	"$ep_work/whole.yaml" >"$config"
check_status "a night with half the rights" 2 ep run \
	--now 2026-11-18T02:00:00Z
check_same "a part of a listing is partial" partial "$(status_of 176 contacts)"
check_same "... although it looks whole" 1 "$(rows_of 176 contacts)"
reason_of 176 contacts
check_has "... and says why" "$ep_work/reason" \
	'userAccessForQuery is Restricted; Give the credential the right'
check_same "... nobody is taken for gone" 0 "$(ep query "SELECT count(*)
	FROM moved WHERE dataset = 'autotask.contacts' AND op = 'close'" |
	tail -n 1)"
check_same "a refusal that comes as 500 is denied" denied \
	"$(status_of % resources)"
reason_of % resources
check_has "... with what to do" "$ep_work/reason" \
	'HTTP 500.*adequate permissions.*API-only user'
check_same "... and is not tried again" 1 "$(grep -c \
	'/Resources/query.*cred=narrow' "$ep_work/estate.journal")"
check_same "what needs a part of a listing is undecided" "PASS UNDECIDED" \
	"$(sqlite3 "$ep_db" "SELECT group_concat(result, ' ') FROM (
		SELECT result FROM result_log
		 WHERE rule = 'leaver-account-active'
		   AND unit LIKE 'autotask/174%' ORDER BY first_run)")"

# The vendor sends us elsewhere.
cp "$ep_work/whole.yaml" "$config"
estate_ctl fault kind=body vendor=autotask 'path=*zoneInformation*' times=0 \
	'body={"url":"https://evil.example/atservicesrest/"}'
check_status "a night with a foreign zone" 2 ep run --now 2026-11-19T02:00:00Z
check_same "a foreign zone gets nothing" failed "$(status_of % companies)"
reason_of % companies
check_has "... and it says so" "$ep_work/reason" "none of the vendor's"
estate_ctl clear
estate_ctl fault kind=throttle seconds=1 times=1 vendor=autotask \
	'path=*/Tickets/query*'
estate_ctl fault kind=foreign_next times=0 vendor=autotask \
	'path=*/Resources/query*'
check_status "a night with a wait" 2 ep run --now 2026-11-20T02:00:00Z
check_same "a wait is waited for" complete "$(status_of % exit_tickets)"
check_same "a next page elsewhere is not asked for" partial \
	"$(status_of % resources)"
check_same "no secret is left behind" "" \
	"$(grep -rlaF CANARY- "$ep_work" | grep -v -e /secrets/ -e /body)"
done_testing
