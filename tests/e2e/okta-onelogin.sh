#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Okta and OneLogin: their dialects as the simulated MSP speaks them, and what
# the program makes of them when they throttle, lead astray, lose a record or
# let a token die.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

night_setup quickstart || exit
base=$(estate_get base_url)
north=$base/okta/northwind
ever=$base/onelogin/evergreen

# secret NAME: what the configuration refers to.
secret() {
	cat "$ep_work/config/secrets/$1"
}

# get URL [AUTHORIZATION] [CURL OPTION...]: head, body and $status.
get() {
	url=$1
	authorization=${2-}
	shift
	test $# -eq 0 || shift
	status=$(curl -sg --max-time 10 --cacert "$ep_work/tls/ca.pem" \
		-o "$ep_work/body" -D "$ep_work/head" -w '%{http_code}' \
		-H "Authorization: $authorization" "$@" "$url")
}

# count FILTER: by jq.
count() {
	jq "$1" "$ep_work/body"
}

# ------------------------------------------------------------------- Okta
ssws="SSWS $(secret okta-00onorthwind00000000-exitproof)"
get "$north/api/v1/org" "SSWS nobody"
check_same "okta: unknown token" 401 "$status"
check_has "okta: ... has a code" "$ep_work/body" '"errorCode":"E0000011"'
get "$north/api/v1/org" "SSWS $(secret okta-00oacme0000000000000-exitproof)"
check_same "okta: another org's token" 401 "$status"
get "$north/api/v1/org" "$ssws"
check_same "okta: own org" 00onorthwind00000000 "$(jq -r .id "$ep_work/body")"
get "$north/api/v1/users" "$ssws"
check_same "okta: the plain list keeps the deactivated to itself" 0 \
	"$(count '[.[] | select(.status == "DEPROVISIONED")] | length')"
check_has "okta: rate headers on every answer" "$ep_work/head" \
	'X-Rate-Limit-Reset: 17[0-9]{8}'
get "$north/api/v1/users?filter=status%20eq%20%22DEPROVISIONED%22" "$ssws"
check_same "okta: a filter shows them" 1 "$(count length)"
get "$north/api/v1/users?search=status%20pr" "$ssws"
check_same "okta: a search shows all" 7 "$(count length)"
get "$north/api/v1/users?filter=status%20ne%20%22ACTIVE%22" "$ssws"
check_same "okta: ne is not understood" 400 "$status"
get "$north/api/v1/users?limit=2" "$ssws"
check_has "okta: next in a line of its own" "$ep_work/head" \
	'^Link: <https://[^>]*after=[0-9a-f]+&limit=2>; rel="next"'
get "$base/okta/acme/api/v1/users?limit=2" \
	"SSWS $(secret okta-00oacme0000000000000-exitproof)"
check_has "okta: ... or behind a comma" "$ep_work/head" \
	'^link: <[^>]*>; rel="self", <[^>]*>; rel="next"'
get "$base/okta/acme/api/v1/iam/assignees/users" \
	"SSWS $(secret okta-00oacme0000000000000-exitproof)"
check_same "okta: a reader may not see roles" 403 "$status"
get "$north/api/v1/apps/0oa1nwbackup00000000/credentials/secrets" "$ssws"
check_has "okta: client secrets come in clear text" "$ep_work/body" \
	'"client_secret":"CANARY-'

# --------------------------------------------------------------- OneLogin
id=01eg0000exitproof
word=$(secret onelogin-555001-exitproof)
token() {
	get "$ever/auth/oauth2/v2/token" "$@" -H 'Content-Type: application/json' \
		-d '{"grant_type":"client_credentials"}'
	jq -r '.access_token // ""' "$ep_work/body"
}
one=$(token "client_id:$id, client_secret:$word")
check "onelogin: a token" test -n "$one"
check_same "onelogin: the same one for who asks again" "$one" \
	"$(token "client_id:$id, client_secret:$word")"
check_same "onelogin: none for a wrong secret" "" \
	"$(token "client_id:$id, client_secret:x")"
get "$ever/api/2/users?limit=100" "bearer $one"
check_same "onelogin: fewer than were asked for" 50 "$(count length)"
check_same "onelogin: the list has 22 members" 22 "$(count '.[0] | length')"
check_has "onelogin: count in a header" "$ep_work/head" '^Total-Count: 127'
check_has "onelogin: reset counts down" "$ep_work/head" \
	'^X-RateLimit-Reset: 3600'
get "$ever/api/1/groups" "bearer nobody"
check_has "onelogin: errors of version 1" "$ep_work/body" \
	'"status":\{"error":true,"code":401'
get "$ever/api/2/apps" "bearer nobody"
check_has "onelogin: errors of version 2" "$ep_work/body" '"statusCode":401'

# ------------------------------------------------------ what becomes of it
delta=okta/00odelta000000000000
evergreen=onelogin/555001

# of TENANT DATASET COLUMN: the coverage of the last run.
of() {
	ep query "SELECT $3 FROM coverage WHERE tenant = '$1'
		AND dataset = '$2'" | tail -n 1
}

# broken NAME STATUS TENANT DATASET FAULT...: in a fresh night.
broken() {
	about=$1
	want=$2
	tenant=$3
	dataset=$4
	shift 4
	rm -f "$ep_db" "$ep_db"-wal "$ep_db"-shm
	estate_ctl reset
	estate_ctl fault "$@"
	estate_ctl night 1
	ep run --now 2026-11-17T02:00:00Z --tenant "$tenant" \
		--dataset "$dataset" --report text="$ep_work/night.txt" >&2
	check_same "$about" "$want" "$(of "$tenant" "$dataset" status)"
}

broken "okta: throttled until the epoch that it names" complete "$delta" \
	okta.users kind=throttle vendor=okta "path=*/users*" seconds=2
check_same "okta: ... and all are there" 232 "$(of "$delta" okta.users rows)"
broken "okta: too many at the same time" complete "$delta" \
	okta.users kind=throttle vendor=okta "path=*/users*" date=true
broken "okta: a next page elsewhere is not followed" partial "$delta" \
	okta.users kind=foreign_next vendor=okta "path=*/users?limit*"
broken "okta: a circle of pages is left" partial "$delta" \
	okta.users kind=repeat_cursor vendor=okta "path=*/users?limit*" times=0
broken "okta: a token that dies" denied "$delta" \
	okta.users kind=token_dies vendor=okta "path=*/users*after=*"
check_has "okta: ... and what to do" "$ep_work/night.txt" 'Security, API'
broken "okta: another org's records" denied "$delta" \
	okta.users kind=foreign_tenant vendor=okta "path=*/org" times=0

broken "onelogin: throttled for the seconds that it names" complete \
	"$evergreen" onelogin.users kind=throttle vendor=onelogin \
	"path=*/users*" seconds=2
check_same "onelogin: ... and all are there" 127 \
	"$(of "$evergreen" onelogin.users rows)"
broken "onelogin: a page that lost a record" partial "$evergreen" \
	onelogin.users kind=drop_records vendor=onelogin "path=*/users*" times=0
broken "onelogin: a web page in place of the API" failed "$evergreen" \
	onelogin.users kind=html vendor=onelogin "path=*/api/*" times=0
broken "onelogin: a token that died is asked for again" complete \
	"$evergreen" onelogin.users kind=token_dies vendor=onelogin \
	"path=*/users*cursor=*"

check_lacks "the vendors saw nothing but reading" "$ep_work/estate.journal" \
	FORBIDDEN
check_same "no secret stays behind" "" \
	"$(grep -rlaF CANARY- "$ep_work" |
		grep -v -e /secrets/ -e '/body$' -e '/head$')"
done_testing
