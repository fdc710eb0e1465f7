#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The simulated NinjaOne behaves as the vendor's notes say: tokens and their
# scopes, four ways of paging, what is hidden from whom, and its errors.
. "$(dirname "$0")/../lib.sh"

nj=/ninjaone/v2
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

# token CLIENT SECRET SCOPE
token() {
	get /ninjaone/ws/oauth/token -d grant_type=client_credentials \
		-d "client_id=$1" -d "client_secret=$2" -d "scope=$3"
	bearer=$(sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p' "$ep_work/body")
}

# ids: those of the records in the body, on one line.
ids() {
	jq -c '(if type == "array" then . else .activities // .results //
		.data end) | map(.id)' "$ep_work/body"
}

estate_start "$EP_SRC/tests/estate/worlds/quickstart.yaml" --tls \
	--control 0 || exit
base=$(estate_get base_url)
secret=CANARY-ninjaone-exitproof-6a11
client=n1nja000-exitproof

# -------------------------------------------------------------------- tokens
token $client wrong monitoring
check_same "a wrong secret is 400" 400 "$status"
check_has "... in OAuth's words" "$ep_work/body" '"error":"invalid_client"'
token $client $secret "monitoring offline_access"
check_same "offline_access is 400" 400 "$status"
token $client $secret management
check_same "a scope that was not given is 400" 400 "$status"
is "no token" $nj/devices 401 '"error":"not_authenticated".*"error_code":10'
status=$(curl -s --max-time 10 --cacert "$ep_work/tls/ca.pem" \
	-o "$ep_work/body" -w '%{http_code}' -u "$client:$secret" \
	-d grant_type=client_credentials -d scope=monitoring \
	"$base/ninjaone/oauth/token")
check_same "HTTP basic will do" 200 "$status"
token $client $secret monitoring
check_has "scope comes back" "$ep_work/body" '"scope":"monitoring"'
check_lacks "... and no refresh token" "$ep_work/body" refresh_token

# -------------------------------------------------------------------- paging
is "organisations" "$nj/organizations?pageSize=3" 200 '"nodeApprovalMode"'
check_same "... the first page" "[1,13,17]" "$(ids)"
get "$nj/organizations?pageSize=3&after=17"
check_same "... a short last one" "[18]" "$(ids)"
get "$nj/organizations?pageSize=2&after=18"
check_same "... an empty one after an exact multiple" "[]" "$(ids)"
is "the other prefix" /ninjaone/api/v2/organizations 200
is "epochs have nine decimals" $nj/organization/13/devices 200 \
	'"created":1743088826\.524000000'
is "a report whose cursor is needed" \
	"$nj/queries/logged-on-users?pageSize=2" 200 '"cursor":'
cursor=$(jq -r .cursor.name "$ep_work/body")
get "$nj/queries/logged-on-users?pageSize=2&cursor=$cursor"
check_same "... goes on with it" 1 "$(jq '.results | length' "$ep_work/body")"
is "... and not with another" "$nj/queries/logged-on-users?cursor=nobody" 400
get "$nj/queries/logged-on-users"
check_lacks "a report that fits has no cursor" "$ep_work/body" '"cursor"'
is "activities, newest first" \
	"$nj/activities?pageSize=1000&status=APP_USER_LOGGED_IN" 200 \
	'"lastActivityId":5347371307'
check_same "... a page that is short before the end" \
	"[5347371306,5347371305,5347371304]" "$(ids)"
get "$nj/activities?status=APP_USER_LOGGED_IN&olderThan=5347371301"
check_same "... olderThan gives smaller ids" "[5347371101]" "$(ids)"
get "$nj/activities?status=APP_USER_LOGGED_IN&newerThan=5347371304"
check_same "... newerThan larger ones" "[5347371306,5347371305]" "$(ids)"
get "$nj/activities?pageSize=1&lang=de"
check_has "words are translated" "$ep_work/body" '"status":"Erledigt"'

# ------------------------------------------------------------ who sees what
get "$nj/devices-detailed?df=org%20=%2013"
check_same "a filter by organisation is ignored" 11 \
	"$(jq length "$ep_work/body")"
get "$nj/user/technicians"
check_same "technicians show no roles" null \
	"$(jq -c 'map(.roles) | unique | .[0]' "$ep_work/body")"
get "$nj/users?userType=TECHNICIAN&includeRoles=true"
check_same "users do" '["Tier 1"]' \
	"$(jq -c '.[] | select(.id == 33) | .roles' "$ep_work/body")"
check_lacks "... but not how they sign in" "$ep_work/body" authType
get "$nj/queries/backup/usage"
check_same "deleted devices are not shown" "[5950]" "$(ids)"
get "$nj/queries/backup/usage?includeDeletedDevices=true"
check_same "... unless asked for" "[5950,6900]" "$(ids)"
get $nj/organization/18/devices
check_same "a pending device" "[7001,7002]" "$(ids)"
token n1nja000-weak CANARY-ninjaone-weak-90c2 monitoring
get $nj/organization/18/devices
check_same "... is hidden from a weaker app" "[7001]" "$(ids)"

# ----------------------------------------------------------------- ticketing
run=$nj/ticketing/trigger/board/2/run
get $run -H 'Content-Type: application/json' \
	-d '{"pageSize":2,"lastCursorId":0,"searchCriteria":"OFFBOARD"}'
check_same "a board runs" "[4655,4711]" "$(ids)"
check_same "... and says where it is" 4711 \
	"$(jq .metadata.lastCursorId "$ep_work/body")"
get $run -H 'Content-Type: application/json' -d '{"lastCursorId":"4711"}'
check_same "... and takes no text for a number" 400 "$status"
get $nj/ticketing/trigger/board/1/run -d '{"searchCriteria":"offboard"}'
check_same "another board hides what is closed" "[4711,4720]" "$(ids)"
is "a ticket by its id" $nj/ticketing/ticket/4655 200 '"parentId":6000'
is "no log for a machine" $nj/ticketing/ticket/4655/log-entry 500 \
	'NullPointerException.*"incidentId"'

# -------------------------------------------------------------------- errors
is "an unknown id" $nj/organization/99/devices 404 '"resultCode":"FAILURE"'
get $nj/ticketing/ticket/4655 -X PUT -d '{"status":"6000"}'
check_same "a new status is a write" 405 "$status"
check_has "... and is marked as one" "$ep_work/estate.journal" \
	'FORBIDDEN: ?write'
estate_ctl fault kind=throttle vendor=ninjaone seconds=7
get $nj/tag
check_has "429 with a wait" "$ep_work/head" '[Rr]etry-[Aa]fter: 7'
estate_ctl clear
estate_ctl fault kind=throttle vendor=ninjaone seconds=0
get $nj/tag
check_same "429 without one: status" 429 "$status"
check_lacks "429 without one" "$ep_work/head" '[Rr]etry-[Aa]fter'
estate_ctl clear
estate_ctl fault kind=empty vendor=ninjaone
is "an empty list in its bare form" $nj/devices 200 '^\[\]$'
done_testing
