#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A ticket verified live over three vendors, each of whose answers takes
# 200 ms, against the longest chain of requests of one of them, made by one
# curl: Graph's token, who answers, the groups, and the members of the group
# that has the most pages.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"
. "$(dirname "$0")/lib.sh"

late=${BENCH_LATE:-200}
acme=ac3ea57b-1000-4000-8000-00000000e002
app=e0a50000-0000-4000-8000-00000000a001

workdir
config=$ep_work/config
estate_start "$EP_SRC/tests/estate/worlds/quickstart.yaml" --tls \
	--control 0 || bench_fail "the simulated MSP did not start"
estate_config "$config" || bench_fail "no configuration"
ep_data_folder
base=$(estate_get base_url)
ca=$(estate_get ca_file)

# --- a configuration of three vendors -----------------------------------------
# All vendors share one listener here, so its connections are no vendor's.
rm -f "$config"/customers/*
find "$config/imports" -type f ! -name 'dnsfilter-*' -exec rm {} +
{
	sed -n '1,/^  connections:/p' "$config/exitproof.yaml"
	cat <<'X'
    - connector: dnsfilter
      tenant: "802315"
      credentials:
        key:
          api_key: {file: secrets/dnsfilter-802315-exitproof-scanner}
    - connector: halopsa
      tenant: northwind
      params: {host: northwind.halopsa.example, exit_ticket_type: "36"}
      credentials:
        app:
          client_id: ha10psa0-exitproof
          client_secret: {file: secrets/halopsa-instance-exitproof}
X
	echo "connections_per_host: 48"
	sed -n '/^database:/,$p' "$config/exitproof.yaml"
} >"$config/new"
mv "$config/new" "$config/exitproof.yaml"
cat >"$config/customers/acme.yaml" <<X
customer: acme
name: Acme Accounting
domains: [acme.example]
owners: [pia.holm@acme.example]
claims:
  - {system: halopsa, tenant: "12"}
  - {system: dnsfilter, tenant: "802316"}
connections:
  - connector: entra
    tenant: $acme
    credentials:
      app:
        client_id: $app
        client_secret: {file: secrets/entra-$acme-exitproof}
X
EXITPROOF_CONFIG=$config/exitproof.yaml
export EXITPROOF_CONFIG
ep run -q --now 2026-11-17T02:00:00Z >/dev/null
[ $? -le 2 ] || bench_fail "no night"

# --- the chain -----------------------------------------------------------------
cat >"$ep_work/token" <<X
url = "$base/entra-login/$acme/oauth2/v2.0/token"
data = "grant_type=client_credentials&client_id=$app"
data-urlencode = "client_secret@$config/secrets/entra-$acme-exitproof"
data-urlencode = "scope=https://graph.microsoft.com/.default"
X
# The file ends with a newline, which is no part of the secret.
printf %s "$(cat "$config/secrets/entra-$acme-exitproof")" >"$ep_work/secret"
sed -i "s,@.*secrets/.*\",@$ep_work/secret\"," "$ep_work/token"
graph=$(curl -sf --cacert "$ca" -K "$ep_work/token" |
	sed -n 's/.*"access_token": *"\([^"]*\)".*/\1/p')
[ -n "$graph" ] || bench_fail "no token for the yardstick"
echo "Authorization: Bearer $graph" >"$ep_work/bearer"

# pages ADDRESS: it and the pages after it.
pages() {
	page=$1
	while [ -n "$page" ]; do
		echo "$page"
		curl -sf --cacert "$ca" -H @"$ep_work/bearer" "$page" \
			>"$ep_work/page" || return 1
		page=$(sed -n 's/.*"@odata.nextLink": *"\([^"]*\)".*/\1/p' \
			"$ep_work/page")
		grep -o '"id": *"[^"]*"' "$ep_work/page" |
			cut -d '"' -f 4 >>"$ep_work/ids"
	done
}
v1=$base/graph/v1.0
: >"$ep_work/ids"
{
	echo "$v1/organization?%24select=id"
	pages "$v1/groups?%24select=id&%24top=999"
} >"$ep_work/first" || bench_fail "no groups"
cp "$ep_work/ids" "$ep_work/groups"
: >"$ep_work/most"
while read -r group; do
	pages "$v1/groups/$group/transitiveMembers?%24select=id&%24top=999" \
		>"$ep_work/these" || bench_fail "no members"
	if [ "$(wc -l <"$ep_work/these")" -gt "$(wc -l <"$ep_work/most")" ]; then
		cp "$ep_work/these" "$ep_work/most"
	fi
done <"$ep_work/groups"
cat "$ep_work/first" "$ep_work/most" >"$ep_work/chain"
links=$(($(wc -l <"$ep_work/chain") + 1))
{
	printf 'cacert = "%s"\nsilent\nfail\nnext\n' "$ca"
	printf 'cacert = "%s"\nsilent\noutput = "/dev/null"\n' "$ca"
	cat "$ep_work/token"
	while read -r page; do
		printf 'next\ncacert = "%s"\nsilent\n' "$ca"
		printf 'output = "/dev/null"\nheader = "@%s"\n' "$ep_work/bearer"
		printf 'write-out = "%%{http_code}\\n"\nurl = "%s"\n' "$page"
	done <"$ep_work/chain"
} | sed 1,4d >"$ep_work/curl"

# --- measured --------------------------------------------------------------------
estate_ctl fault kind=stall "milliseconds=$late" times=0 ||
	bench_fail "no latency"

chain() {
	bench_timed curl -K "$ep_work/curl"
	[ "$bench_status" -eq 0 ] &&
		[ "$(grep -c '^200$' "$BENCH_OUT/last.out")" -eq $((links - 1)) ]
}

# Every listing that the exit needs must have been read just now.
verify() {
	bench_timed "$EP_BUILD/exitproof" exit verify -q \
		--now 2026-11-17T08:00:00Z --ticket halopsa/9500
	grep -Eq '\(testing\): ([1-9][0-9]*) of \1 listings' "$BENCH_OUT/last.out" &&
		grep -q '^NOT SAFE' "$BENCH_OUT/last.out"
}

bench_pairs P13 chain verify
bench_ratio '$4 / $1'
bench_result "a ticket verified over three vendors at $late ms an answer" \
	"$bench_value" "x the slowest vendor's chain of $links by curl" \
	"$bench_spread" 1.3 1.1
estate_stop
