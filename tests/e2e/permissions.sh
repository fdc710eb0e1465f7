#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# exitproof tenant test: what a credential lacks and what it has too many, by
# what each vendor tells, and never a secret.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

night_setup quickstart || exit
estate_ctl night 1
customers=$ep_work/config/customers
now=2026-11-17T02:00:00Z

# try NAME STATUS [OPERAND...]: tenant test, its output in $ep_work/out.
try() {
	about=$1
	want=$2
	shift 2
	check_status "$about" "$want" ep tenant test --now "$now" "$@"
}

# app FILE WAS NOW: another application of the vendor for a connection.
app() {
	sed "s,$2,$3,g" "$1" >"$ep_work/changed"
	cat "$ep_work/changed" >"$1"
}

# HaloPSA's application may edit tickets, though no credential to write with is
# configured here.
try "all of them work, and one may do too much" 1
check_same "... just that one" \
	"too much edit:tickets, which can change things and which no dataset needs: take it away" \
	"$(grep -E '^ *(lacks|too much|unclear|FAILS) ' "$ep_work/out" |
		tr -s ' ' | sed 's/^ //')"
check_has "... the token tells" "$ep_work/out" '[0-9]+ granted, as told by the token$'
check_has "... the answer with the token tells" "$ep_work/out" \
	'1 granted, as told by the answer with the token$'
check_has "... asking for each tells" "$ep_work/out" \
	'4 granted, as told by asking for each$'
check_has "... the role of the key's owner tells" "$ep_work/out" \
	'1 granted, as told by organization$'
check_has "... who does not tell is no pass" "$ep_work/out" \
	'not told: this vendor does not say'

# Entra: one permission lacks and one is too many.
app "$customers/acme.yaml" 00000000a001 00000000a00a
app "$customers/acme.yaml" e002-exitproof e002-lopsided
try "entra: a lopsided application" 1 acme
check_has "entra: what lacks, and for what" "$ep_work/out" \
	'lacks +Directory.Read.All, needed by entra.grants$'
check_has "entra: what is too much, and that it writes" "$ep_work/out" \
	'too much +Directory.ReadWrite.All, which can change things'
check_same "entra: and nothing else" 2 \
	"$(grep -cE '^ *(lacks|too much) ' "$ep_work/out")"
try "entra: a page of each listing" 1 acme --datasets
check_has "... names the listing" "$ep_work/out" \
	'not readable +grants: page 1 was denied \(HTTP 403'
check_has "okta: ... a vendor that does not tell" "$ep_work/out" \
	'not readable +api_tokens: '

# An application that was granted nothing has no claim at all.
app "$customers/acme.yaml" 00000000a00a 00000000a00b
app "$customers/acme.yaml" e002-lopsided e002-bare
try "entra: an application without any permission" 1 acme
check_has "entra: lacks them all" "$ep_work/out" \
	'lacks +AuditLog.Read.All, needed by entra.sign_ins, entra.registrations$'

# HaloPSA refuses all when one word is not granted; asking for each names it.
app "$ep_work/config/exitproof.yaml" ha10psa0-exitproof ha10psa0-weak
app "$ep_work/config/exitproof.yaml" halopsa-instance-exitproof \
	halopsa-instance-weak
try "halopsa: a weak application" 1 halopsa/northwind
check_has "halopsa: what lacks is found out" "$ep_work/out" \
	'lacks +read:tickets\|all, needed by halopsa.open_statuses'
check_lacks "halopsa: what was granted does not lack" "$ep_work/out" \
	'lacks +read:customers'

# Okta refuses all when one word is not granted, and shows no more than is
# asked for: asking for each finds both out.
main=$ep_work/config/exitproof.yaml
awk '/secrets\/okta-00onorthwind00000000-exitproof/ {
		sub(/api_token:.*/, "client_id: 0oa1nwlopsided000000")
		print
		sub(/client_id:.*/, "key_id: nw-key-2")
		print
		sub(/key_id:.*/, "private_key: {file: " \
			"secrets/okta-00onorthwind00000000-lopsided}")
	}
	{ line[NR] = $0; print }' "$main" |
	awk '{ line[NR] = $0 }
		/client_id: 0oa1nwlopsided000000/ {
			sub(/token:/, "service:", line[NR - 1])
		}
		END { for (i = 1; i <= NR; i++) print line[i] }' >"$ep_work/changed"
cat "$ep_work/changed" >"$main"
try "okta: a lopsided service app" 1 okta/00onorthwind00000000
check_has "okta: what lacks" "$ep_work/out" \
	'lacks +okta.devices.read, needed by okta.devices$'
check_has "okta: what was granted beside it" "$ep_work/out" \
	'too much +okta.users.manage, which can change things'
check_same "okta: and nothing else" 2 \
	"$(grep -cE '^ *(lacks|too much) ' "$ep_work/out")"
check_has "okta: ... asked one by one" "$ep_work/out" \
	'13 granted, as told by asking for each$'

# NinjaOne gives a token for a scope that no listing needs.
app "$ep_work/config/exitproof.yaml" n1nja000-exitproof n1nja000-wide
app "$ep_work/config/exitproof.yaml" \
	ninjaone-instance-exitproof ninjaone-instance-wide
try "ninjaone: a client app with too wide a scope" 1 "ninjaone/northwind msp"
check_has "ninjaone: ... that was not even asked for" "$ep_work/out" \
	'too much +management, which can change things'

# Nothing is a pass when the vendor cannot be asked.
estate_stop
try "a vendor that is down" 1 acme
check_has "... fails" "$ep_work/out" '0 work, [1-9][0-9]* fail'

check_same "no secret in what was printed" "" \
	"$(grep -rlaF CANARY- "$ep_work" | grep -v -e /secrets/)"
