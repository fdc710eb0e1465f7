#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The simulated HaloPSA behaves as the vendor's notes say: tokens that need the
# name of the instance, pages with the total, what is hidden unless it is asked
# for, its times, and errors of four forms.
. "$(dirname "$0")/../lib.sh"

ha=/halopsa/api
bearer=

# get PATH [CURL OPTION...]: $ep_work/body, $ep_work/head, $status.
get() {
	path=$1
	shift
	: >"$ep_work/body"
	status=$(curl -sg --max-time 10 --cacert "$ep_work/tls/ca.pem" \
		-o "$ep_work/body" -D "$ep_work/head" -w '%{http_code}' \
		-H "Authorization: Bearer $bearer" "$@" "$base$path")
}

# is NAME PATH STATUS [REGEX]
is() {
	get "$2"
	check_same "$1: status" "$3" "$status"
	if [ $# -gt 3 ]; then
		check_has "$1" "$ep_work/body" "$4"
	fi
}

# token CLIENT SECRET SCOPE [TENANT]
token() {
	get "/halopsa/auth/token${4-?tenant=northwind}" \
		-d grant_type=client_credentials -d "client_id=$1" \
		-d "client_secret=$2" -d "scope=$3"
	bearer=$(sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p' "$ep_work/body")
}

# ids KEY: those of the records in the body, on one line.
ids() {
	jq -c "(if type == \"array\" then . else .$1 end) | map(.id)" \
		"$ep_work/body"
}

estate_start "$EP_SRC/tests/estate/worlds/quickstart.yaml" --tls \
	--control 0 || exit
base=$(estate_get base_url)
secret=CANARY-halopsa-exitproof-2b71
client=ha10psa0-exitproof

# -------------------------------------------------------------------- tokens
is "who asks is told the instance" $ha/authinfo 200 '"tenant_id":"northwind"'
token $client wrong admin
check_same "a wrong secret is 400" 400 "$status"
check_has "... in OAuth's words" "$ep_work/body" '"error":"invalid_client"'
token $client $secret admin ""
check_same "no name of the instance is 400" 400 "$status"
token $client $secret all
check_same "a scope that was not given is 400" 400 "$status"
is "no token" $ha/Client 401
check_same "... says nothing" 0 "$(wc -c <"$ep_work/body" | tr -d ' ')"
token $client $secret "read:customers read:tickets admin"
check_has "a token for an hour" "$ep_work/body" '"expires_in":3600'

# -------------------------------------------------------------------- paging
get "$ha/Client?pageinate=true&page_size=2&page_no=1&includeinactive=true"
check_same "clients, a first page" "[1,12]" "$(ids clients)"
check_has "... with the total of all pages" "$ep_work/body" '"record_count":4'
get "$ha/Client?pageinate=true&page_size=2&page_no=2&includeinactive=true"
check_same "... a second one" "[14,15]" "$(ids clients)"
get "$ha/Client?pageinate=true&page_size=2&page_no=3&includeinactive=true"
check_same "... an empty one after it" "[]" "$(ids clients)"
is "agents are a bare array" $ha/Agent 200 '^\['

# ---------------------------------------------------------- what is hidden
get $ha/Client
check_same "inactive clients are hidden" "[1,12,14]" "$(ids clients)"
get $ha/Agent
check_same "disabled and API-only agents are hidden" "[3,4,5,6]" "$(ids x)"
check_same "... and roles" null "$(jq -c '.[0].roles' "$ep_work/body")"
get "$ha/Agent?includedisabled=true&includeapiagents=true&includeroles=true"
check_same "... unless asked for" "[3,4,5,6,8,9]" "$(ids x)"
check_same "... with their ids" '["1d0c0001-0000-4000-8000-000000000001"]' \
	"$(jq -c '.[0].roles | map(.id)' "$ep_work/body")"
get "$ha/Tickets?requesttype_id=36"
check_same "closed tickets are hidden" "[9481,9499,9500]" "$(ids tickets)"
get "$ha/Tickets?requesttype_id=36&includeclosed=true"
check_same "... unless asked for" "[9470,9481,9499,9500]" "$(ids tickets)"
check_same "an open ticket has no date of closing" false \
	"$(jq '.tickets[3] | has("dateclosed")' "$ep_work/body")"
check_has "... or one long ago" "$ep_work/body" \
	'"dateclosed":"1900-01-01T00:00:00"'
check_has "times have seven decimals" "$ep_work/body" \
	'"dateclosed":"2026-11-02T10:00:00\.[0-9]{7}Z"'
get "$ha/Users?client_id=12"
check_has "... and old ones three and no zone" "$ep_work/body" \
	'"datecreated":"2022-09-26T16:15:38\.000"'
get "$ha/Status?excludeclosed=true"
check_same "statuses that are not closed" "[1,2]" "$(ids x)"
get "$ha/Asset?client_id=12"
check_same "without the scope: status" 200 "$status"
check_has "without the scope a list is empty" "$ep_work/body" \
	'"record_count":0,"assets":\[\]'

# ------------------------------------------------- what hangs on a ticket
get "$ha/ToDo?ticket_id=9470"
check_same "a checklist is a bare array" '[[1,true],[2,false]]' \
	"$(jq -c 'map([.id, .done])' "$ep_work/body")"
is "notes come with their number" "$ha/Actions?ticket_id=9499&excludesys=true" \
	200 '"record_count":1,"actions":\[\{'
is "attachments too" "$ha/Attachment?ticket_id=9499" 200 '"data":"'
is "no notes of a ticket without any" "$ha/Actions?ticket_id=9481" 200 \
	'"record_count":0,"actions":\[\]'
role=1d0c0001-0000-4000-8000-000000000002
is "one role tells what it may do" "$ha/Roles/$role?includedetails=true" 200 \
	'"claims":\[\{"type":"canaccesstickets","value":"3"\}\]'
get $ha/Roles
check_lacks "... the list of roles does not" "$ep_work/body" '"claims"'
is "integrations come with secrets" $ha/IntegrationConfiguration 200 \
	CANARY-halo-integration

# -------------------------------------------------------------- applications
app=5b0c0001-0000-4000-8000-000000000002
get $ha/Application
check_lacks "the list tells no scopes" "$ep_work/body" '"scopes"'
is "one application does" "$ha/Application/$app?includedetails=true" 200 \
	'"scopes":\[\{"id":1,"name":"all"\}\]'
check_has "... and its tokens" "$ep_work/body" '"creationDate"'
check_has "... and more than one may keep" "$ep_work/body" CANARY-halo-payload
token ha10psa0-weak CANARY-halopsa-weak-77aa read:customers
is "not without admin" $ha/Webhook 403 '"Message"'

# -------------------------------------------------------------------- errors
is "an unknown listing" $ha/Nothing 404 '^Not found$'
get $ha/Client -H 'Content-Type: application/json' -d '[{"id":12}]'
check_same "a change of a client is a write" 405 "$status"
check_has "... and is marked as one" "$ep_work/estate.journal" \
	'FORBIDDEN: ?write'
estate_ctl fault kind=throttle vendor=halopsa seconds=7
get $ha/Client
check_has "429 with a wait" "$ep_work/head" '[Rr]etry-[Aa]fter: 7'
estate_ctl clear
estate_ctl fault kind=status status=500 vendor=halopsa
is "an error of the server" $ha/Client 500 '"ClassName":"System.Exception"'
estate_ctl clear
estate_ctl fault kind=drop_records vendor=halopsa
get "$ha/Client?pageinate=true&includeinactive=true"
check_has "a total that disagrees" "$ep_work/body" '"record_count":4'
check_same "... with the rows" 3 "$(jq '.clients | length' "$ep_work/body")"
done_testing
