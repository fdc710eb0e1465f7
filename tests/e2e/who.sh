#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The time machine against the simulated vendors: who held a role, which
# roles a person held, and that what was not read is never a no.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

night_setup quickstart || exit

for ep_n in 1 2 3; do
	check_status "night $ep_n" 2 night "$ep_n"
done
delta=printix/de17ade1-0000-4dd1-a69f-5b34aec4de17

check_status "who: the owners of the filter, between two nights" 1 ep who \
	--role Owner --system dnsfilter --at 2026-11-18T12:00:00Z
check_has "who: both reads are named" "$ep_work/out" \
	'pia\.holm@acme\.example  owner  held in run 2 \(2026-11-18T02:00:00Z\), held in run 3 \(2026-11-19T02:00:00Z\)'
check_has "who: nothing is left open" "$ep_work/out" \
	'Every listing was read completely'

check_status "who: the listing that broke off is a gap" 2 ep who \
	--role USER --tenant "$delta" --at 2026-11-18T12:00:00Z --format json
check_same "who: nobody of it held the role for certain" 0 \
	"$(jq -r 'select(.dataset == "printix.users" and .answer == "yes")' \
		"$ep_work/out" | grep -c account)"
check_same "who: and nobody did not" 0 \
	"$(jq -r 'select(.dataset == "printix.users" and .answer == "no")' \
		"$ep_work/out" | grep -c account)"
check_same "who: the read that broke off is named" "partial 2" \
	"$(jq -r 'select(.why == "gap" and .account) | .gap |
		.status + " " + (.run | tostring)' "$ep_work/out" | sort -u)"
check_same "who: its listing is said to be unknown" true \
	"$(jq -r 'select(."not known" and .dataset == "printix.users") |
		."not known"' "$ep_work/out")"

# Roles that only the portal shows: yes, with the day somebody looked; and
# where no file was ever given, not known.
check_status "who: our word finds the portal's role" 2 ep who \
	--role "system-manager" --system printix
check_has "who: with the day somebody looked" "$ep_work/out" \
	'yes .*pia\.holm@acme\.example  SYSTEM_MANAGER  held in run [0-9]+ \(captured 2026-11-16T09:00:00Z\)'
check_has "who: a tenancy without its file is not known" "$ep_work/out" \
	"$delta\\)  printix-portal.tenant_users: never read completely"
check_status "who: before the first look nothing is known" 2 ep who \
	--role owner --system dnsfilter --at 2026-11-01
check_has "who: and says since when" "$ep_work/out" \
	'between .*first read in run 1 \(2026-11-17T02:00:00Z\), not known before'

check_status "who: all roles of a person since a day" 2 ep who \
	--person Otto.Berg@northwind.example --since 2026-11-17T02:00:00Z
check_has "who: from when, to when" "$ep_work/out" \
	'otto\.berg@northwind\.example  Global Administrator of /  from run 1 \(2026-11-17T02:00:00Z\), not known before; still in run 3'
check_status "who: of one system that was read every night" 1 ep who \
	--person otto.berg@northwind.example --system entra \
	--tenant 4e0a57b1-1000-4000-8000-00000000e001 \
	--since 2026-11-17T02:00:00Z
check_lacks "who: there is nothing it does not know" "$ep_work/out" \
	'there may be more'

# Nothing to answer from is no answer.
check_status "who: a role nobody ever had may be a slip" 2 ep who \
	--role Onwer --system dnsfilter
check_has "who: the words that were seen are named" "$ep_work/err" \
	"listed are .*'owner'"
check_status "who: a person nobody knows" 2 ep who \
	--person ghost@nowhere.example --at 3
check_status "who: a tenancy nobody knows" 66 ep who --role owner --tenant x
check_status "who: a run that never was" 66 ep who --role owner --at 99
check_status "who: no question" 64 ep who --at 3
check_status "who: a customer nobody has" 64 ep who --role owner --customer x
done_testing
