#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The simulated MSP behaves as the vendors' notes say, breaks on request, and
# tells what was asked of it.  A scanner test is worth as much as this one.
. "$(dirname "$0")/../lib.sh"

worlds=$EP_SRC/tests/estate/worlds
estate=$EP_BUILD/tests/estate/estate
acme=2d4caec1-4d77-4190-b771-0fa0579a4181
delta=de17ade1-0000-4dd1-a69f-5b34aec4de17
scanner_key=CANARY-key-exitproof-scanner

# get PATH [CURL OPTION...]: the body in $ep_work/body, the head in
# $ep_work/head, the status in $status; the token or key is $bearer.
get() {
	path=$1
	shift
	: >"$ep_work/body"
	status=$(curl -sg --max-time 10 --cacert "$ep_work/tls/ca.pem" \
		-o "$ep_work/body" -D "$ep_work/head" -w '%{http_code}' \
		-H "Authorization: Bearer $bearer" "$@" "$base$path") ||
		curl_said=$?
}

# token CLIENT SECRET
token() {
	bearer=
	get /printix-auth/oauth/token -d grant_type=client_credentials \
		-d "client_id=$1" -d "client_secret=$2"
	bearer=$(sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p' "$ep_work/body")
}

# is NAME PATH STATUS [REGEX]
is() {
	get "$2"
	check_same "$1: status" "$3" "$status"
	if [ $# -gt 3 ]; then
		check_has "$1" "$ep_work/body" "$4"
	fi
}

# how_many MEMBER: how often it occurs in the body.
how_many() {
	grep -o "\"$1\":" "$ep_work/body" | wc -l | tr -d ' '
}

begin() {
	estate_start "$@" --control 0 || {
		not_ok "estate starts" "see above"
		exit 1
	}
	base=$(estate_get base_url)
}

px=/printix-api/cloudprint
df=/dnsfilter/v1
workdir

# ------------------------------------------------- worlds and command line
check_status "a world is checked through all its nights" 0 \
	"$estate" check --world "$worlds/quickstart.yaml"
printf 'nights:\n  - date: 2026-11-17T02:00:00Z\n    changes:\n%s\n' \
	'      - {remove: printix/tenants/nobody}' >"$ep_work/bad.yaml"
check_status "a change that fits nothing is refused" 1 \
	"$estate" check --world "$ep_work/bad.yaml"
check_has "and the message names it" "$ep_work/err" 'night 1, change 1'
printf 'nihgts: []\n' >"$ep_work/bad.yaml"
check_status "an unknown key is refused" 1 \
	"$estate" check --world "$ep_work/bad.yaml"
printf 'msp: {id: a, id: b}\n' >"$ep_work/bad.yaml"
check_status "a repeated key is refused" 1 \
	"$estate" check --world "$ep_work/bad.yaml"
check_has "and the message tells the column" "$ep_work/err" ':1:14: '
check_status "no world is a usage error" 64 "$estate"

# ------------------------------------------------------------------ Printix
begin "$worlds/quickstart.yaml" --tls
check_has "the base is TLS" "$ep_state" '^base_url=https://127\.0\.0\.1:'
if curl -s --max-time 5 -o "$ep_work/body" "$base/dnsfilter/v1/api_keys"; then
	not_ok "a stranger's certificate is not trusted" "curl was content"
else
	ok "a stranger's certificate is not trusted"
fi
token ac3e0000-0000-4000-8000-00000000c101 wrong
check_same "printix: wrong secret" 401 "$status"
check_has "printix: error of the token service" "$ep_work/body" \
	'"error":.*"error_description":'
token ac3e0000-0000-4000-8000-00000000c101 CANARY-acme-cloudprint-31d0
check_has "printix: token" "$ep_work/body" '"expires_in":3599'
check_lacks "printix: no refresh token for a tenant" "$ep_work/body" \
	refresh_token
is "printix: root by domain" $px 200 \
	'"acme.printix.net":\{"href":"[^"]*/tenants/'$acme'/printers'
is "printix: no role lists guests only" $px/tenants/$acme/users 200 \
	'"totalElements":1,'
check_lacks "printix: ... not users" "$ep_work/body" '"role":"USER"'
is "printix: both roles" "$px/tenants/$acme/users?role=USER,GUEST_USER" 200 \
	'"totalElements":6,'
check_lacks "printix: managers are never listed" "$ep_work/body" \
	'SYSTEM_MANAGER|pia.holm|otto.berg'
is "printix: managers cannot be asked for" \
	"$px/tenants/$acme/users?role=SYSTEM_MANAGER" 400 'Invalid role'
is "printix: page size must be a number" \
	"$px/tenants/$acme/users?pageSize=ten" 400 '"success":false'
is "printix: malformed tenant id" $px/tenants/acme/users 400
is "printix: another tenant's token" $px/tenants/$delta/users 404
is "printix: workstations need their application" \
	$px/tenants/$acme/workstations 401
is "printix: one user needs the card application" \
	$px/tenants/$acme/users/6f0e0a44-59f4-4b5c-8f0f-6a2a4b6d2f10 404
check_has "printix: request id" "$ep_work/head" '^X-Printix-Request-ID: '
check_has "printix: what is left of the budget" "$ep_work/head" \
	'^X-Rate-Limit-Remaining: 9[0-9]'
is "printix: second page" \
	"$px/tenants/$acme/users?role=USER,GUEST_USER&page=1&pageSize=4" 200 \
	'"page":\{"size":4,"totalElements":6,"totalPages":2,"number":1\}'
check_same "printix: the rest is on it" 2 "$(how_many fullName)"
check_lacks "printix: last page has no next" "$ep_work/body" '"next"'
is "printix: first page has a next" \
	"$px/tenants/$acme/users?role=USER,GUEST_USER&pageSize=4" 200 \
	'"next":\{"href":"[^"]*role=USER,GUEST_USER&page=1&pageSize=4'
is "printix: ids of sites only in links" $px/tenants/$acme/sites 200 \
	'"href":"[^"]*/sites/7b1c8b0a-0000-4000-8000-000000000002"'
check_lacks "printix: ... and not as members" "$ep_work/body" '"id":'
is "printix: job times" $px/tenants/$acme/jobs 200 \
	'"createTime":1\.[0-9]+E9'
is "printix: a printer row is a queue" $px/tenants/$acme/printers 200 \
	'"id":"b0c5425b-[^"]*".*/printers/17c0dfc0-[^"]*/queues/b0c5425b-'
token ac3e0000-0000-4000-8000-00000000ca01 CANARY-acme-card-77b2
is "printix: card application reads one user" \
	$px/tenants/$acme/users/6f0e0a44-59f4-4b5c-8f0f-6a2a4b6d2f10 200 \
	'"user":\{"email":"lia.moor@acme.example"'
is "printix: hidden manager stays hidden" \
	$px/tenants/$acme/users/6f0e0a44-59f4-4b5c-8f0f-6a2a4b6d2f20 404
token b1be0000-0000-4000-8000-00000000c101 CANARY-bluebird-cloudprint-5c1a
is "printix: root as a list of tenants" $px 200 '"tenants":\[\{"href"'
is "printix: relation as an array" \
	"$px/tenants/b54aed12-c905-4dd1-a69f-5b34aec43533/sites?pageSize=1" 200 \
	'"self":\[\{"href"'
token ceda0000-0000-4000-8000-00000000c101 CANARY-cedar-cloudprint-aa90
is "printix: page number that cannot be trusted" \
	"$px/tenants/cedaa212-c905-4dd1-a69f-5b34aec4ce00/printers?page=0" 200 \
	'"totalPages":1,"number":1'
is "printix: token is not for partners" \
	/printix-api/public/partners/00000000-1111-4222-8333-123456789abc 401
token 70a17ee0-0000-4000-8000-000000000001 CANARY-partner-secret-9f27
check_has "printix: partner token" "$ep_work/body" \
	'"refresh_token":.*"expires_in":599'
partners=/printix-api/public/partners/00000000-1111-4222-8333-123456789abc
is "printix: partner tenants" $partners/tenants 200 '"user_licenses":60'
check_same "printix: all six tenants" 6 "$(how_many tenant_domain)"
check_has "printix: HAL document" "$ep_work/head" 'application/hal\+json'
is "printix: single tenant" "$partners/tenants/$acme/billing-info" 200 \
	'"printing_users":9'
is "printix: another partner" ${partners%abc}def 404

# ---------------------------------------------------------------- DNSFilter
bearer=nobody
is "dnsfilter: unknown key" $df/current_user 401 '"error":'
bearer=CANARY-key-old-dashboard
is "dnsfilter: revoked key" $df/current_user 401
bearer=$scanner_key
is "dnsfilter: who am I" $df/current_user 200 '"data":\{"id":"42660"'
get $df/current_user -H "Authorization: $scanner_key"
check_same "dnsfilter: key without a scheme word" 200 "$status"
is "dnsfilter: organisations" $df/organizations 200 '"owned_msp_id":42'
check_same "dnsfilter: all seven are seen" 7 "$(how_many current_license)"
check_has "dnsfilter: canary in the customer id" "$ep_work/body" \
	'"stripe_customer_id":"cus_CANARY-'
is "dnsfilter: page size works" \
	"$df/organizations?page%5Bnumber%5D=2&page%5Bsize%5D=4&x=1" 200 \
	'"next":null,'
check_same "dnsfilter: three on the second page" 3 \
	"$(how_many current_license)"
check_has "dnsfilter: links echo what they do not know" "$ep_work/body" \
	'"self":"[^"]*x=1&page%5Bnumber%5D=2&page%5Bsize%5D=4"'
is "dnsfilter: raw brackets are the same" \
	"$df/organizations?page[number]=2&page[size]=4" 200
check_same "dnsfilter: three again" 3 "$(how_many current_license)"
is "dnsfilter: unbracketed paging is ignored" \
	"$df/organizations?page=2&per_page=4" 200 'per_page=4&page%5Bnumber%5D=1'
check_same "dnsfilter: all seven again" 7 "$(how_many current_license)"
is "dnsfilter: members in their wrapper" $df/organizations/802315/users 200 \
	'^\{"users":\[\{"id":42618,'
check_lacks "dnsfilter: ... without paging" "$ep_work/body" '"links"'
check_has "dnsfilter: Eastern winter time" "$ep_work/body" \
	'"last_sign_in_at":"2026-11-16T16:21:26\.365-05:00"'
check_has "dnsfilter: Eastern summer time" "$ep_work/body" \
	'"last_sign_in_at":"2026-06-10T05:00:00\.000-04:00"'
is "dnsfilter: own keys only" $df/api_keys 200 '"siem-export"'
check_lacks "dnsfilter: not the leaver's" "$ep_work/body" 'psa-sync'
check_lacks "dnsfilter: no key in clear" "$ep_work/body" 'CANARY-'
check_same "dnsfilter: an expired key reads active" 2 \
	"$(grep -o '"status":"active"' "$ep_work/body" | wc -l | tr -d ' ')"
for spelling in organization_ids= organization_ids[]= \
	organization_ids%5B%5D=; do
	is "dnsfilter: agents by $spelling" \
		"$df/user_agents?${spelling}802317" 200 '"BB-LT-07"'
	check_same "dnsfilter: only that customer's" 2 "$(how_many hostname)"
done
is "dnsfilter: agents of the caller's own organisation by default" \
	"$df/user_agents?organization_id=802317" 200 '^\{"data":\[\],'
is "dnsfilter: agents of all customers of the MSP" "$df/user_agents?msp_id=42" \
	200 '"FOX-PC"'
is "dnsfilter: policies of one organisation" \
	"$df/policies?organization_id=802318" 200 '"Cedar standard"'
check_same "dnsfilter: one of them" 1 "$(how_many lock_version)"
is "dnsfilter: global policies are left out" $df/policies 200 '"Acme standard"'
check_lacks "dnsfilter: ... unless asked for" "$ep_work/body" 'Northwind global'
is "dnsfilter: relays are another type" \
	"$df/user_agents?organization_ids=802317&type=proxy" 200 '"BB-RELAY"'
is "dnsfilter: silent for months, still protected" \
	"$df/user_agents?organization_ids=802316&search=LT-4471" 200 \
	'"agent_state":"protected"'
is "dnsfilter: offline in the new words" \
	"$df/user_agents?organization_ids=802316&search=LT-4471&new_agent_states=true" \
	200 '"agent_state":"offline"'
is "dnsfilter: no state in the /all twin" \
	"$df/user_agents/all?organization_id=802316" 200 '"agent_state":null'
is "dnsfilter: deleted network is hidden" $df/networks 200 '"Delta clinic"'
check_lacks "dnsfilter: ... from the plain list" "$ep_work/body" 736499
is "dnsfilter: ... but in the /all twin" $df/networks/all 200 '"736499"'
check_has "dnsfilter: canary in the site key" "$ep_work/body" \
	'"secret_key":"CANARY-'
is "dnsfilter: sign-on connection" \
	"$df/enterprise_connections?organization_id=802319" 200 \
	'\[\{"attributes":\{"id":77'
is "dnsfilter: none elsewhere" \
	"$df/enterprise_connections?organization_id=802316" 200 \
	'^\{"data":\[\]\}$'
is "dnsfilter: organisation is required" $df/enterprise_connections 404
is "dnsfilter: universal lists" $df/organizations/802315/global_lists 404 \
	'Unable to find the object that you requested'
is "dnsfilter: usage" $df/metrics/organization_usage_detailed/802316 200 \
	'"allocated_roaming_clients":40'
is "dnsfilter: usage needs dates" $df/metrics/organization_usage/802316 400
is "dnsfilter: nested errors in the second version" /dnsfilter/v2/any 404 \
	'"error":\{"message"'
bearer=CANARY-key-psa-sync
is "dnsfilter: the leaver's key reads his keys" $df/api_keys 200 'psa-sync'

# ------------------------------------------------------- journal, forbidden
check_lacks "journal: nothing forbidden so far" "$ep_work/estate.journal" \
	FORBIDDEN
get $df/user_agents -X DELETE
check_same "a write is refused" 405 "$status"
get "$df/networks?token=$scanner_key"
get $df/user_agents/uninstall_pin
get $df/psa_integrations/redirect_link
for mark in write secret-in-query uninstall-pin creates-integration; do
	check_has "journal: marks $mark" "$ep_work/estate.journal" \
		"FORBIDDEN:$mark\$"
done
check_lacks "journal: holds no secret" "$ep_work/estate.journal" 'CANARY-'
check_has "journal: names the credential" "$ep_work/estate.journal" \
	'GET dnsfilter /dnsfilter/v1/current_user cred=key:exitproof-scanner status=200'
control=$(estate_get control_url)
curl -s "$control/counts" >"$ep_work/counts"
check_has "counts: by path class" "$ep_work/counts" \
	'"path":"/dnsfilter/v1/organizations/\*/users","status":200,"n":1'
check_has "counts: forbidden" "$ep_work/counts" '"forbidden":4,'

# ------------------------------------------------------------------- nights
bearer=$scanner_key
estate_ctl night 2
is "night 2: the agent's row is gone" \
	"$df/user_agents?organization_ids=802317" 200 '"BB-LT-06"'
check_lacks "night 2: it is not listed" "$ep_work/body" BB-LT-07
bearer=CANARY-key-siem-export
is "night 2: the expired key is refused" $df/current_user 401
bearer=$scanner_key
is "night 2: it still reads active" "$df/api_keys?name=siem-export" 200 \
	'"status":"active"'
check_has "night 2: the answers carry its date" "$ep_work/head" \
	'^Date: Wed, 18 Nov 2026 02:00:00 GMT'
token de170000-0000-4000-8000-00000000c101 CANARY-delta-cloudprint-18ce
users="$px/tenants/$delta/users?role=USER,GUEST_USER&pageSize=100"
is "night 2: page 1 of Delta's users" "$users&page=0" 200 \
	'"totalElements":141'
is "night 2: page 2 fails" "$users&page=1" 502 '"success":false'
is "night 2: and fails again" "$users&page=1" 502
check_status "there is no night 4" 1 "$estate" ctl "$control" night 4
estate_ctl night 3
is "night 3: page 2 is back" "$users&page=1" 200
check_same "night 3: the other 41" 41 "$(how_many fullName)"
bearer=$scanner_key
is "night 3: the agent is back under another id" \
	"$df/user_agents?organization_ids=802317&search=BB-LT-07" 200 \
	'"id":"b1000001-5a1e-4d37-8c2a-f0e1d2c3b4b9"'
check_has "night 3: with the same client id" "$ep_work/body" '"cl-bb-07"'
curl -s "$control/truth" >"$ep_work/truth"
"$estate" expect --world "$worlds/quickstart.yaml" --night 3 \
	>"$ep_work/expect"
check "the truth is the same from outside" \
	cmp "$ep_work/truth" "$ep_work/expect"
check_has "the truth knows the hidden managers" "$ep_work/expect" \
	'"domain":"acme.printix.net","users":5,"users.USER":4,"users.GUEST_USER":1,"users.hidden_managers":2'

# ------------------------------------------------------------------- faults
agents="$df/user_agents?organization_ids=802316&page[size]=2"
strike() {
	estate_ctl clear
	estate_ctl fault vendor=dnsfilter 'path=*user_agents*' "$@"
}
strike kind=status status=503 nth=2
is "fault: not the first request" "$agents" 200
is "fault: the second" "$agents" 503 '"error":'
is "fault: not the third" "$agents" 200
check_has "journal: names the fault" "$ep_work/estate.journal" \
	'status=503 .*fault=status$'
strike kind=throttle seconds=7
is "fault: throttled" "$agents" 429
check_has "fault: Retry-After" "$ep_work/head" '^Retry-After: 7'
check_has "fault: RateLimit-Remaining" "$ep_work/head" \
	'^RateLimit-Remaining: 0'
strike kind=throttle seconds=7 date=true
is "fault: throttled until a date" "$agents" 429
check_has "fault: Retry-After as a date" "$ep_work/head" \
	'^Retry-After: Thu, 19 Nov 2026 02:00:07 GMT'
strike kind=empty
is "fault: empty list" "$agents" 200 '^\{"data":\[\],.*"next":null'
strike kind=empty_body
is "fault: no body" "$agents" 200
check_same "fault: really none" 0 "$(wc -c <"$ep_work/body" | tr -d ' ')"
strike kind=html
is "fault: sign-in page" "$agents" 200 '<title>Sign in'
strike kind=truncate
is "fault: cut JSON" "$agents" 200 '"data":\['
check_lacks "fault: without its end" "$ep_work/body" '\}$'
strike kind=cut_gzip
get "$agents" -H 'Accept-Encoding: gzip'
check_has "fault: cut gzip" "$ep_work/head" '^Content-Encoding: gzip'
if gzip -dc <"$ep_work/body" >"$ep_work/plain" 2>&1; then
	not_ok "fault: gzip is really cut" "it unpacks"
else
	ok "fault: gzip is really cut"
fi
get "$agents" -H 'Accept-Encoding: gzip'
check "gzip without a fault unpacks" gzip -t -S .gz <"$ep_work/body"
strike kind=close
curl_said=0
get "$agents"
check_same "fault: connection dropped, curl says partial file" 18 "$curl_said"
strike kind=close chunked=true
curl_said=0
get "$agents"
check_same "fault: dropped within chunks" 18 "$curl_said"
strike kind=stall seconds=20
curl_said=0
get "$agents" --max-time 1
check_same "fault: no answer in time" 28 "$curl_said"
strike kind=slow bytes=1 milliseconds=200
curl_said=0
get "$agents" --max-time 1
check_same "fault: dripped" 28 "$curl_said"
strike kind=endless
curl_said=0
get "$agents" --max-filesize 1000000 --max-time 2
check_same "fault: body without end" yes \
	"$([ "$curl_said" -ne 0 ] && echo yes)"
strike kind=bomb megabytes=20
get "$agents" -H 'Accept-Encoding: gzip'
check_same "fault: a small bomb" yes \
	"$([ "$(wc -c <"$ep_work/body")" -lt 100000 ] && echo yes)"
check_same "fault: unpacks large" yes \
	"$([ "$(gzip -dc <"$ep_work/body" | wc -c)" -gt 20000000 ] && echo yes)"
strike kind=repeat_cursor
get "$agents"
check_same "fault: next is self" \
	"$(sed -n 's/.*"self":"\([^"]*\)".*/\1/p' "$ep_work/body")" \
	"$(sed -n 's/.*"next":"\([^"]*\)".*/\1/p' "$ep_work/body")"
strike kind=foreign_next to=https://evil.example/v1/next
is "fault: foreign next" "$agents" 200 '"next":"https://evil.example/v1/next"'
strike kind=missing_last_page times=0
is "fault: first page keeps its next" "$agents" 200 '"next":"https'
is "fault: the last page is not offered" "$agents&page[number]=2" 200 \
	'"next":null'
strike kind=extra_page_forever times=0
is "fault: there is always a next" "$agents&page[number]=8" 200 \
	'"next":"[^"]*page%5Bnumber%5D=9'
check_same "fault: and records" 2 "$(how_many hostname)"
strike kind=foreign_tenant
is "fault: another customer's records" "$agents" 200 '"hostname"'
check_lacks "fault: none of this one's" "$ep_work/body" 'ACME'
strike kind=rename_field field=hostname to=host_name
is "fault: renamed field" "$agents" 200 '"host_name":"LT-ACME-01"'
check_same "fault: none has the old name" 0 "$(how_many hostname)"
strike kind=set_field field=last_sync 'value="0001-01-01"'
is "fault: set field" "$agents" 200 '"last_sync":"0001-01-01"'
strike kind=drop_records count=1
get "$agents"
check_same "fault: dropped record" 1 "$(how_many hostname)"
strike kind=repeat_record
get "$agents"
check_same "fault: repeated record" 3 "$(how_many hostname)"
strike kind=body 'body={"data":[{"id":"a\u0000b"}]}'
is "fault: any body" "$agents" 200 '^\{"data":\[\{"id":"a.u0000b"\}\]\}$'
strike kind=redirect to=https://evil.example/ status=307
is "fault: redirect" "$agents" 307
check_has "fault: to another host" "$ep_work/head" \
	'^Location: https://evil.example/'
strike kind=skew seconds=-86400
is "fault: wrong clock" "$agents" 200
check_has "fault: a day back" "$ep_work/head" '^Date: Wed, 18 Nov 2026'
strike kind=token_dies nth=2
is "fault: the key works" "$agents" 200
is "fault: the key dies" "$agents" 401
is "fault: and stays dead" $df/current_user 401
estate_ctl clear
estate_ctl fault kind=unknown_role vendor=dnsfilter 'path=*/users' value=wizard
estate_ctl fault kind=lower_total vendor=printix by=2
token ac3e0000-0000-4000-8000-00000000c101 CANARY-acme-cloudprint-31d0
is "fault: total does not count the token" \
	"$px/tenants/$acme/users?role=USER" 200 '"totalElements":4,'
check_status "fault: unknown kind is refused" 1 \
	"$estate" ctl "$control" fault kind=earthquake
check_status "fault: unknown parameter is refused" 1 \
	"$estate" ctl "$control" fault kind=empty nht=2
estate_ctl reset
bearer=$scanner_key
is "reset: the key lives again" $df/current_user 200
check_has "reset: first night again" "$ep_work/head" '^Date: Tue, 17 Nov'

# --------------------------------------------------------------- rate limits
sed -e 's/rate: {size: 100, window: 60}/rate: {size: 3, window: 60}/' \
	-e 's/rate: {size: 2000, window: 300}/rate: {size: 2, window: 300}/' \
	-e 's/^  token_seconds.*//' "$worlds/quickstart.yaml" \
	>"$ep_work/tight.yaml"
begin "$ep_work/tight.yaml"
check_has "without --tls the base is clear text" "$ep_state" \
	'^base_url=http://127\.0\.0\.1:'
token ac3e0000-0000-4000-8000-00000000c101 CANARY-acme-cloudprint-31d0
get $px
get $px
get $px
check_has "printix: nothing left" "$ep_work/head" '^X-Rate-Limit-Remaining: 0'
is "printix: throttled" $px 429
check_has "printix: seconds to wait" "$ep_work/head" \
	'^X-Rate-Limit-Retry-After-Seconds: [1-9]'
check_lacks "printix: not under the usual name" "$ep_work/head" \
	'^Retry-After'
token ac3e0000-0000-4000-8000-00000000ca01 CANARY-acme-card-77b2
is "printix: each credential has its own budget" \
	"$px/tenants/$acme/users?role=USER" 200
bearer=$scanner_key
get $df/current_user
bearer=CANARY-key-psa-sync
get $df/current_user
is "dnsfilter: one budget for the organisation" $df/current_user 429
check_has "dnsfilter: policy" "$ep_work/head" \
	'^RateLimit-Policy: "default";q=2;w=300'

# ---------------------------------------------------------- bulk population
begin "$worlds/bulk.yaml"
tab=$(printf '\t')
"$estate" credentials --world "$worlds/bulk.yaml" >"$ep_work/credentials"
IFS="$tab" read -r _ tenant _ client secret <<EOT
$(grep "${tab}cloudprint${tab}" "$ep_work/credentials" | sed -n 2p)
EOT
token "$client" "$secret"
seen=0
page=0
while get "$px/tenants/$tenant/users?role=USER,GUEST_USER&page=$page" &&
	[ "$(how_many fullName)" -gt 0 ]; do
	seen=$((seen + $(how_many fullName)))
	grep -o '"id":"[^"]*"' "$ep_work/body" >>"$ep_work/ids1"
	page=$((page + 1))
done
check_same "bulk: every user over three pages" 270 "$seen"
check_same "bulk: no id twice" 270 "$(sort -u "$ep_work/ids1" | wc -l | tr -d ' ')"
estate_ctl night 2
for page in 0 1 2; do
	get "$px/tenants/$tenant/users?role=USER,GUEST_USER&page=$page"
	grep -o '"id":"[^"]*"' "$ep_work/body" >>"$ep_work/ids2"
done
changed=$(sort "$ep_work/ids1" "$ep_work/ids2" | uniq -u | wc -l)
check_same "bulk: a few are replaced at night" yes \
	"$([ "$changed" -ge 2 ] && [ "$changed" -le 30 ] && echo yes)"
bearer=CANARY-key-bulk
is "bulk: agents of one organisation" \
	"$df/user_agents?organization_ids=900001" 200 '"next":"http'
check_same "bulk: default page of 1500" 1500 "$(how_many hostname)"
is "bulk: page size above the maximum" \
	"$df/user_agents?organization_ids=900001&page[size]=9000&page[number]=2" \
	200 '"next":null'
check_same "bulk: the rest" 100 "$(how_many hostname)"
done_testing
