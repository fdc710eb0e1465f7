#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What docs/SCALING.md shows: shards of one fleet with a database each and one
# ledger, put together again; and its limit model against what the simulated
# vendors count at a small size.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

# ----------------------------------------------------------- shards and merge
night_setup quickstart || exit
estate_ctl night 1
now=2026-11-17T02:00:00Z

# shard NAME WORD...: reads what the words name into a database of its own.
shard() {
	name=$1
	shift
	sed "s,^database: .*,database: ../shards/$name.db," \
		"$ep_work/config/exitproof.yaml" \
		>"$ep_work/config/$name.yaml"
	for word in "$@"; do
		set -- "$@" --tenant "$word"
		shift
	done
	"$EP_BUILD/exitproof" collect -c "$ep_work/config/$name.yaml" \
		--now $now "$@" >/dev/null 2>&1 </dev/null
}

# take NAME: its state as files, the way any database reads them.
take() {
	for table in account coverage; do
		case $table in
		account) keep="tenant, dataset, id, state" ;;
		coverage) keep="tenant, dataset, status, rows" ;;
		esac
		"$EP_BUILD/exitproof" query -c "$ep_work/config/$1.yaml" \
			-f csv "SELECT $keep FROM $table
			WHERE tenant NOT LIKE 'register/%' AND dataset IN
			(SELECT dataset FROM coverage WHERE NOT imported)
			ORDER BY 1, 2, 3" >"$ep_work/$1.$table.csv"
	done
}

mkdir -p "$ep_work/shards"
shard whole northwind acme bluebird cedar delta-dental evergreen
shard one acme bluebird &
one=$!
shard two northwind cedar delta-dental evergreen
wait $one
# Graph allows its reports much less than the rest, and the whole was read a
# moment before; docs/SCALING.md says so.
grep ' status=429 ' "$ep_work/estate.journal" | grep -v ' /graph/.*/reports/' \
	>"$ep_work/refused"
cat "$ep_work/refused" >&2
check_same "two shards at once: no vendor refused" 0 \
	"$(wc -l <"$ep_work/refused" | tr -d ' ')"
check_same "two shards have one ledger" "budgets.db" \
	"$(cd "$ep_work/shards" && ls -- *budgets*.db)"
for name in whole one two; do
	take $name
done
for table in account coverage; do
	tail -n +2 "$ep_work/whole.$table.csv" | sort >"$ep_work/want"
	{
		tail -n +2 "$ep_work/one.$table.csv"
		tail -n +2 "$ep_work/two.$table.csv"
	} | sort -u >"$ep_work/got"
	diff "$ep_work/want" "$ep_work/got" >&2
	check_same "shards put together: the $table of the whole" \
		"$(wc -l <"$ep_work/want") same" \
		"$(wc -l <"$ep_work/got") $(cmp -s "$ep_work/want" \
			"$ep_work/got" && echo same || echo differ)"
done
check_same "and neither of them is the whole" yes \
	"$(cmp -s "$ep_work/whole.account.csv" "$ep_work/one.account.csv" ||
		cmp -s "$ep_work/whole.account.csv" \
			"$ep_work/two.account.csv" || echo yes)"
estate_stop

# ------------------------------------------------------------ the limit model
# counted N: the requests of a night over N customers of one DNSFilter key.
counted() {
	sed -e "s/^  customers: .*/  customers: $1/" \
		-e "s/^  agents_per_org: .*/  agents_per_org: 3/" \
		"$EP_SRC/tests/estate/worlds/bulk.yaml" \
		>"$ep_work/world$1.yaml"
	rm -f "$ep_work/estate.journal"
	estate_start "$ep_work/world$1.yaml" --tls --control 0 || return
	mkdir -p "$ep_work/bulk$1"
	(umask 077; printf 'CANARY-key-bulk' >"$ep_work/bulk$1/key")
	cat >"$ep_work/bulk$1/exitproof.yaml" <<-EOF
	msp:
	  id: northwind
	  name: Northwind MSP
	  connections:
	    - connector: dnsfilter
	      tenant: "802315"
	      credentials: {key: {api_key: {file: key}}}
	database: exitproof.db
	vendors:
	  dnsfilter:
	    base: {api: "$(estate_get base_url)/dnsfilter"}
	testing:
	  allow_loopback: true
	  ca_file: "$(estate_get ca_file)"
	EOF
	"$EP_BUILD/exitproof" collect -c "$ep_work/bulk$1/exitproof.yaml" \
		--now $now >/dev/null 2>&1 </dev/null
	# Whoever asks does so in a shell of its own, which forgets it.
	estate_stop
	grep -c ' /dnsfilter/.* status=' "$ep_work/estate.journal"
}

model() {
	sh "$EP_SRC/tests/bench/limits.sh" "$@"
}

small=$(counted 3)
check_same "the model at 3 customers is what was counted" "$small" \
	"$(model requests dnsfilter 3)"
large=$(counted 12)
check_same "the model at 12 customers is what was counted" "$large" \
	"$(model requests dnsfilter 12)"
model table >"$ep_work/table"
sed -n '/^| vendor/,/^$/p' "$EP_SRC/docs/SCALING.md" | sed '/^$/d' \
	>"$ep_work/shown"
diff "$ep_work/table" "$ep_work/shown" >&2
check "the table of SCALING.md is the model's" \
	cmp "$ep_work/table" "$ep_work/shown"
done_testing
