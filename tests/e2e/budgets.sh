#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One organisation's budget over all its customers and over two processes at
# once: the simulated vendor counts, and says how often it had to refuse.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

workdir
size=40
window=1
sed -e "s/^  customers: .*/  customers: 9/" \
	-e "s/^  agents_per_org: .*/  agents_per_org: 3/" \
	-e "/^dnsfilter:/,/^  api_keys:/s/rate: .*/rate: {size: $size, window: $window}/" \
	"$EP_SRC/tests/estate/worlds/bulk.yaml" >"$ep_work/world.yaml"
estate_start "$ep_work/world.yaml" --tls --control 0 || exit
ep_data_folder

# configure NAME DATABASE SHARE: a configuration of its own, and the connector
# with the numbers of this vendor.
configure() {
	mkdir -p "$ep_work/$1/connectors" "$(dirname "$ep_work/$2")"
	(umask 077; printf 'CANARY-key-bulk' >"$ep_work/$1/key")
	sed -e "/^limits:/,/^page:/{s/requests: .*/requests: $size/
		s/window: .*/window: $window/
		s/share_percent: .*/share_percent: $3/}" \
		"$EP_SRC/scanner/connectors/dnsfilter.yaml" \
		>"$ep_work/$1/connectors/dnsfilter.yaml"
	cat >"$ep_work/$1/exitproof.yaml" <<-EOF
	msp:
	  id: northwind
	  name: Northwind MSP
	  connections:
	    - connector: dnsfilter
	      tenant: "802315"
	      credentials:
	        key:
	          api_key: {file: key}
	database: ../$2
	vendors:
	  dnsfilter:
	    base: {api: "$(estate_get base_url)/dnsfilter"}
	testing:
	  allow_loopback: true
	  ca_file: "$(estate_get ca_file)"
	EOF
}

# read_by NAME: a collection with that configuration, its words kept.
read_by() {
	timeout 120 "$EP_BUILD/exitproof" collect --progress plain \
		-c "$ep_work/$1/exitproof.yaml" \
		--now 2026-11-17T02:00:00Z >"$ep_work/$1/out" \
		2>"$ep_work/$1/err" </dev/null
}

# counted STATUS: how many requests the vendor answered so.
counted() {
	grep -c " /dnsfilter/.* status=$1 " "$ep_work/estate.journal"
}

# at_once A B: both at the same time, from an empty journal and a fresh
# window of the vendor on.
at_once() {
	estate_ctl reset
	: >"$ep_work/estate.journal"
	read_by "$1" &
	first=$!
	read_by "$2"
	second=$?
	wait $first
	check_same "$1 and $2: both read everything" "0 0" "$? $second"
	refused=$(counted 429)
	served=$(($(counted '[0-9]*') - refused))
	echo "# $1 and $2: $served served, $refused refused" >&2
}

# forecast NAME: what a run would send, to $ep_work/plan.
forecast() {
	"$EP_BUILD/exitproof" run --plan -c "$ep_work/$1/exitproof.yaml" \
		>"$ep_work/plan" 2>&1
}

configure alone alone/exitproof.db 80
forecast alone
check_same "forecast before there was a run: undecided" 2 $?
check_has "forecast before there was a run: unknown" "$ep_work/plan" \
	'^No earlier run, so unknown: 1[0-9]$'
read_by alone
check_same "an organisation with customers: all is read" 0 $?
check_has "the progress says what bounded it" "$ep_work/alone/err" \
	'^bound by the budget of organisation dnsfilter/802315, 31 requests in 1 s: [1-9][0-9]* s of waiting'
all=$(counted '[0-9]*')
check_same "it takes more than two windows" yes \
	"$([ "$all" -gt $((size * 2)) ] && echo yes || echo "no: $all")"
check_same "one organisation has one budget, whosever data they are" 0 \
	"$(counted 429)"
check_same "the ledger lies beside the database, for us alone" 600 \
	"$(stat -c %a "$ep_work/alone/budgets.db")"

# The forecast of the next run is what the vendor counted of this one.
forecast alone
check_same "forecast: everything is known" 0 $?
check_has "forecast: as many requests as the vendor counted" \
	"$ep_work/plan" "^$all requests, of them 0 for tokens"
ours=$((size * 80 / 100))
ours=$((ours - (ours * 4 + 50) / 100))
windows=$(((all - 1) / ours))
at_least=$((windows * window))
check_has "forecast: what a night may send" "$ep_work/plan" \
	"^dnsfilter +$all  $ours in $window s +$at_least s"
check_has "forecast: what binds" "$ep_work/plan" \
	'^Bound by the budget of dnsfilter .organisation dnsfilter/802315.'
cat "$ep_work/plan" >&2
"$EP_BUILD/exitproof" run --plan -c "$ep_work/alone/exitproof.yaml" \
	--dataset dnsfilter.users >"$ep_work/plan" 2>&1
check_same "forecast of a part: known" 0 $?
: >"$ep_work/estate.journal"
timeout 60 "$EP_BUILD/exitproof" collect --now 2026-11-17T02:00:00Z \
	-c "$ep_work/alone/exitproof.yaml" --dataset dnsfilter.users \
	>/dev/null 2>&1 </dev/null
check_has "forecast of a part: as many as the vendor counted" \
	"$ep_work/plan" "^$(counted 200) requests"

configure one both/one.db 80
configure two both/two.db 80
at_once one two
check_same "two processes: each is served" $((all * 2)) "$served"
check_same "two processes: at most 2 % are refused" yes \
	"$([ $((refused * 100)) -le $((served * 2)) ] && echo yes ||
		echo "no: $refused of $served")"

# The same without the common ledger: the judge can say no.
configure three apart3/exitproof.db 80
configure four apart4/exitproof.db 80
at_once three four
check_same "each for itself: many are refused" yes \
	"$([ $((refused * 100)) -gt $((served * 2)) ] && echo yes ||
		echo "no: $refused of $served")"

# A ledger that cannot be used is said, and is no reason to read less.
rm -rf "$ep_work/alone/budgets.db"*
mkdir "$ep_work/alone/budgets.db"
read_by alone
check_same "without a ledger: all is read" 0 $?
check_has "without a ledger: it is said" "$ep_work/alone/err" \
	'rate budgets are counted for this process alone'

# Every vendor at once: the forecast against the vendors' own counts.
night_setup quickstart || exit
estate_ctl night 1
ep collect --now 2026-11-17T02:00:00Z >/dev/null 2>&1 </dev/null
ep run --plan >"$ep_work/plan" 2>"$ep_work/err"
cat "$ep_work/plan" >&2
check_has "forecast over all vendors: what could not be asked is unknown" \
	"$ep_work/plan" '^  okta.factors of okta/00oacme0000000000000$'
: >"$ep_work/estate.journal"
ep collect --now 2026-11-17T02:00:00Z >/dev/null 2>&1 </dev/null
vendors=$(grep -c ' status=' "$ep_work/estate.journal")
plan=$(sed -n 's/^\([0-9]*\) requests, of them.*/\1/p' "$ep_work/plan")
off=$((vendors > plan ? vendors - plan : plan - vendors))
# Some of the simulated vendors fail now and then, and are asked again.
check_same "forecast over all vendors: what they counted, within 1 %" yes \
	"$([ $((off * 100)) -le "$vendors" ] && echo yes ||
		echo "no: $plan forecast, $vendors counted")"
done_testing
