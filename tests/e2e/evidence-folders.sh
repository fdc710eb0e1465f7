#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Evidence about a sub-organisation lies in a folder of its own: it counts for
# that tenancy, breaks for that tenancy, and makes none that is not there.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

night_setup quickstart || exit
imports=$ep_work/config/imports
keys=dnsfilter-api-keys.csv
mkdir "$imports/dnsfilter-802316"
sed -n '1p;2s/otto.berg@northwind.example,psa-sync/pia.holm@acme.example,acme-sync/p' \
	"$imports/$keys" >"$imports/dnsfilter-802316/$keys"

read_all() {
	ep collect --dataset dnsfilter.organizations --now 2026-11-17T02:00:00Z
}

status_of() {
	ep query "SELECT status FROM coverage WHERE tenant = 'dnsfilter/$1'
		AND dataset = 'dnsfilter-portal.api_keys'" | tail -n 1
}

keys_of() {
	ep query "SELECT count(*) FROM credential WHERE tenant =
		'dnsfilter/$1' AND dataset = 'dnsfilter-portal.api_keys'" |
		tail -n 1
}

read_all >"$ep_work/out" 2>"$ep_work/err"
check_same "the MSP's own keys are its own" 'complete 4' \
	"$(status_of 802315) $(keys_of 802315)"
check_same "those in the folder are the sub-organisation's" 'complete 1' \
	"$(status_of 802316) $(keys_of 802316)"

# Whoever copies a file makes it look new; it has a column for what counts.
sed '2s/[^,]*$//' "$imports/dnsfilter-802316/$keys" >"$ep_work/unsaid"
cp "$imports/dnsfilter-802316/$keys" "$ep_work/said"
cp "$ep_work/unsaid" "$imports/dnsfilter-802316/$keys"
check_status "nobody says when it was captured" 2 read_all
check_has "and that is asked for" "$ep_work/err" \
	"dnsfilter-802316/$keys:2:.*nobody says when this was captured"
check_same "so it was not looked at" failed "$(status_of 802316)"
cp "$ep_work/said" "$imports/dnsfilter-802316/$keys"

echo 'x,"broken' >>"$imports/dnsfilter-802316/$keys"
mkdir "$imports/dnsfilter-99" "$imports/okta-1" "$imports/dnsfilter-802317"
cp "$imports/$keys" "$imports/dnsfilter-99/"
cp "$imports/$keys" "$imports/okta-1/"
cp "$imports/printix-tenant-users.csv" "$imports/dnsfilter-802317/"
check_status "files in the wrong place" 2 read_all
check_has "a broken one names its line" "$ep_work/err" \
	"dnsfilter-802316/$keys:3:"
check_has "a tenancy that nobody knows" "$ep_work/err" \
	'no dnsfilter tenancy called 99 is known'
check_has "a folder of another system" "$ep_work/err" \
	'is about a tenancy of dnsfilter'
check_has "a file that names its tenancies itself" "$ep_work/err" \
	'says itself which tenancies'
check_same "what broke is not the MSP's trouble" 'complete failed' \
	"$(status_of 802315) $(status_of 802316)"
check_same "what was imported before is kept" 1 "$(keys_of 802316)"
check_same "a folder makes no tenancy" 0 \
	"$(ep query "SELECT count(*) FROM tenancy WHERE id IN ('99', '1')
		AND system IN ('dnsfilter', 'okta')" | tail -n 1)"
done_testing
