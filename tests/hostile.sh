# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154,SC2034
# A world whose guests bear each name of the hostile list and are past their
# end, so that each is a finding.  Needs tests/lib.sh and tests/night.sh.

# hostile_setup: starts it; names is the list.
hostile_setup() {
	tenant=2d4caec1-4d77-4190-b771-0fa0579a4181
	names=$EP_SRC/tests/fixtures/hostile/names.json
	world=$ep_work/hostile
	mkdir -p "$world/config/customers"

	# JSON is YAML, once the characters that YAML does not print are escaped.
	jq --arg id "$tenant" '{
	  msp: {id: "northwind", name: "Northwind MSP", domain: "northwind.example"},
	  customers: [{id: "acme", name: "Acme", domain: "acme.example"}], people: [],
	  printix: {rate: {size: 0, window: 60}, tenants: [{
	    id: $id, domain: "acme.printix.net", name: "Acme", root: "domain",
	    apps: {cloudprint: {client_id: "ac3e0000-0000-4000-8000-00000000c101",
	      client_secret: "CANARY-cloudprint"}},
	    users: [.cases | to_entries[] | {id: "guest-\(.key)",
	      email: "guest\(.key)@acme.example", fullName: .value.value,
	      role: "GUEST_USER", expirationTimestamp: "2026-01-31T17:00:00Z"}],
	    groups: [.cases | to_entries[] | {id: "group-\(.key)",
	      name: .value.value}]}]},
	  nights: [{date: "2026-11-17T02:00:00Z", about: "the only one",
	    changes: []}]}' "$names" |
		perl -CSD -pe 's/([\x{7f}-\x{9f}\x{fdd0}-\x{fdef}\x{feff}\x{fffe}\x{ffff}])/
			sprintf("\\u%04x", ord $1)/gex' >"$world.yaml"
	cat >"$world/config/exitproof.yaml" <<-'Y'
	msp: {id: northwind, name: Northwind MSP, domains: [northwind.example]}
	database: ../exitproof.db
	leavers: {file: leavers.csv}
	vendors:
	  printix:
	    base:
	      api: "@BASE@/printix-api/cloudprint"
	      auth: "@BASE@/printix-auth"
	testing: {allow_loopback: true, ca_file: "@CA_FILE@"}
	Y
	cat >"$world/config/customers/acme.yaml" <<-Y
	customer: acme
	name: Acme
	connections:
	  - connector: printix
	    tenant: $tenant
	    credentials:
	      cloudprint:
	        client_id: ac3e0000-0000-4000-8000-00000000c101
	        client_secret: {file: secrets/printix-$tenant-cloudprint}
	Y
	printf 'person,name,email,aliases,employer,left_at,source\n' >"$world/leavers.csv"
	printf 'p1,Kim Vale,kim@acme.example,,acme,2026-03-01,HR\n' >>"$world/leavers.csv"

	estate_start "$world.yaml" --tls --control 0 || return
	estate_config "$ep_work/config" || return
	ep_data_folder
	EXITPROOF_CONFIG=$ep_work/config/exitproof.yaml
	export EXITPROOF_CONFIG
}
