# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154,SC2034
# The runbooks' world, night by night: what its vendors say and what somebody
# fetched from the portals an hour before.  Needs tests/lib.sh, tests/night.sh.

# portal FILE HEADER: lines from standard input, captured an hour before the
# night.
portal() {
	{
		echo "$2,captured_at,captured_by"
		sed "s/\$/,$captured,mona.lead@harbour.example/"
	} >"$ep_work/config/imports/$1"
}
# capture NIGHT
capture() {
	captured=2026-11-$((16 + $1))T01:00:00Z
	portal printix-tenant-users.csv \
		tenant_domain,name,email,role,sign_in_method <<LIST
$(if [ "$1" -le 2 ]; then
	echo alder.printix.net,Lia Moor,lia.moor@alder.example,User,Microsoft
fi)
$(if [ "$1" -ne 2 ] && [ "$1" -ne 3 ]; then
	echo alder.printix.net,Tove Lind,tove.lind@alder.example,User,Microsoft
fi)
alder.printix.net,Ada Arch,ada.arch@alder.example,System manager,Microsoft
$(if [ "$1" -le 3 ]; then
	echo alder.printix.net,Visitor,visitor@alder.example,Guest,Email
else
	echo birch.printix.net,Ben Crumb,ben.crumb@birch.example,System manager,Microsoft
fi)
$(if [ "$1" -le 3 ]; then
	echo birch.printix.net,Sam Ode,sam.ode@birch.example,User,Microsoft
fi)
$(if [ "$1" -le 2 ]; then
	echo birch.printix.net,Otto Berg,otto.berg@harbour.example,User,Email
fi)
birch.printix.net,Bo Baker,bo.baker@birch.example,System manager,Microsoft
cypress.printix.net,Cy Nurse,cy.nurse@cypress.example,User,Email
cypress.printix.net,Cleo Chief,cleo.chief@cypress.example,System manager,Email
dogwood.printix.net,Dee Sign,dee.sign@dogwood.example,System manager,Email
LIST
	portal printix-partner-users.csv scope,scope_name,name,email,state <<LIST
partner,Harbour MSP,Hal Owner,hal.owner@harbour.example,active
$(if [ "$1" -le 3 ]; then
	echo partner,Harbour MSP,Otto Berg,otto.berg@harbour.example,active
fi)
LIST
	for domain in alder birch cypress dogwood; do
		echo "$domain.printix.net,Cloud Print API,c101,2026-01-10,hal.owner@harbour.example,exitproof,svc-exitproof@harbour.example"
	done | portal printix-applications.csv \
		tenant_domain,application,client_id_last4,created_at,created_by,purpose,owner
	for domain in alder birch dogwood; do
		echo "$domain.printix.net,Business,Monthly,active,,2026-11-01,2026-12-01,,hal.owner@harbour.example"
	done >"$ep_work/subscriptions"
	echo "cypress.printix.net,Business,Annual,active,,2026-02-01,2027-02-01,,hal.owner@harbour.example" \
		>>"$ep_work/subscriptions"
	portal printix-subscriptions.csv \
		tenant_domain,business_model,billing_frequency,state,trial_ends,period_begin,period_end,reseller,created_by_email \
		<"$ep_work/subscriptions"
	portal dnsfilter-api-keys.csv \
		owner_email,name,last_four,status,created_at,expiry,purpose <<LIST
otto.berg@harbour.example,psa-sync,0tTo,active,2026-04-01T14:00:00Z,2027-03-31T04:00:00Z,agent counts for the PSA
svc-exitproof@harbour.example,exitproof-scanner,hArb,active,2026-06-30T14:00:00Z,2027-06-30T04:00:00Z,exitproof
LIST
	portal dnsfilter-integrations.csv \
		organization_id,kind,destination,state,owner <<LIST
902001,data_export,,off,hal.owner@harbour.example
902002,data_export,,off,hal.owner@harbour.example
902003,data_export,,off,hal.owner@harbour.example
902004,data_export,,off,hal.owner@harbour.example
LIST
	portal dnsfilter-subscriptions.csv \
		organization_id,plan,term,seats,state <<LIST
902001,pro,monthly,20,active
902002,pro,monthly,5,active
902003,pro,monthly,3,active
902004,pro,annual,3,active
LIST
	# An empty line is no line.
	sed -i '/^,/d' "$ep_work"/config/imports/*.csv
}

# turn NIGHT: the vendors and portals of that night, and the nightly run.
turn() {
	now=2026-11-$((16 + $1))T03:00:00Z
	capture "$1"
	night "$1" --quiet >&2
	check_same "night $1: everything was read" 0 "$(sqlite3 "$ep_db" \
		"SELECT datasets_bad FROM check_run WHERE run =
		(SELECT max(id) FROM run WHERE kind = 'night')")"
}
