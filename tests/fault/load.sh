#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A fleet of which one vendor in ten hangs, one throttles and one lies: the
# others finish, memory stays bounded, and so does the night.
#
#   sh tests/fault/load.sh TENANCIES SECONDS MIB
#
# Fails above SECONDS or MIB, and prints both; EP_FAULT_FIGURES gets a line, and
# EP_PUBLISH=yes puts it into docs/RELIABILITY.md.  Each kind of vendor is a server
# of its own, as vendors have hosts of their own.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

tenancies=${1:-200}
seconds=${2:-60}
mib=${3:-160}

workdir
ep_data_folder
mkdir -p "$ep_work/config/customers" "$ep_work/config/secrets"
cat >"$ep_work/world.yaml" <<Y
msp: {id: northwind, name: Northwind MSP, domain: northwind.example}
generate: {seed: 11, customers: $tenancies, users_per_tenant: 20,
  guests_per_tenant: 2, workstations_per_tenant: 3, agents_per_org: 0,
  local_users_per_org: 0, churn_permille: 10}
printix:
  rate: {size: 0}
  partner: {id: 00000000-1111-4222-8333-123456789abc, name: Northwind MSP,
    email: partner@northwind.example, client_secret: none,
    client_id: 70a17ee0-0000-4000-8000-000000000001}
nights:
  - date: 2026-11-17T02:00:00Z
    about: the only one
    changes: []
Y

# vendor NAME [FAULT...]: a server, its address in the file NAME.base.
vendor() {
	kind=$1
	shift
	"$EP_BUILD/tests/estate/estate" --world "$ep_work/world.yaml" \
		--state "$ep_work/$kind.state" --control 0 \
		--lifetime $((seconds * 4 + 60)) </dev/null >&2 &
	vendors="$vendors $!"
	tries=0
	while [ ! -s "$ep_work/$kind.state" ]; do
		tries=$((tries + 1))
		[ $tries -gt 400 ] && return 1
		sleep 0.05
	done
	sed -n 's/^base_url=//p' "$ep_work/$kind.state" >"$ep_work/$kind.base"
	test $# -eq 0 || "$EP_BUILD/tests/estate/estate" ctl \
		"$(sed -n 's/^control_url=//p' "$ep_work/$kind.state")" \
		fault vendor=printix times=0 "$@" >&2
}

vendors=
# shellcheck disable=SC2317
stop_vendors() {
	# shellcheck disable=SC2086
	kill $vendors 2>/dev/null
	ep_cleanup
}
trap stop_vendors EXIT
check "vendors" vendor good || exit
vendor hangs kind=stall seconds=3600
vendor throttles kind=throttle seconds=1 'path=*/users*'
vendor lies kind=lower_total 'path=*/users*' by=5

cat >"$ep_work/config/exitproof.yaml" <<Y
msp: {id: northwind, name: Northwind MSP, domains: [northwind.example]}
database: ../store/exitproof.db
testing: {allow_loopback: true}
Y
mkdir "$ep_work/store"
"$EP_BUILD/tests/estate/estate" credentials --world "$ep_work/world.yaml" |
	awk -v to="$ep_work/config" -v work="$ep_work" '
	function base(kind, line) {
		getline line <(work "/" kind ".base")
		close(work "/" kind ".base")
		return line
	}
	BEGIN {
		split("hangs throttles lies", bad, " ")
		for (i = 0; i < 10; i++) {
			kind[i] = i < 7 ? "good" : bad[i - 6]
			url[i] = base(kind[i])
		}
	}
	$3 == "cloudprint" {
		i = n++ % 10
		id = kind[i] "-" n
		print $5 >(to "/secrets/" id)
		close(to "/secrets/" id)
		file = to "/customers/" id ".yaml"
		printf "customer: %s\nname: Customer %d\nconnections:\n" \
			"  - connector: printix\n    tenant: %s\n" \
			"    base: {api: \"%s/printix-api/cloudprint\"," \
			" auth: \"%s/printix-auth\"}\n" \
			"    credentials:\n      cloudprint:\n" \
			"        client_id: %s\n" \
			"        client_secret: {file: secrets/%s}\n",
			id, n, $2, url[i], url[i], $4, id >file
		close(file)
	}'
chmod 700 "$ep_work/config/secrets"
chmod 600 "$ep_work/config/secrets"/*
"${CC:-cc}" -D_GNU_SOURCE -shared -fPIC -O1 -o "$ep_work/hurry.so" \
	"$EP_SRC/tests/fault/hurry.c" >&2 || not_ok "the shim is built"

cat >"$ep_work/timed.py" <<'PY'
import os, resource, subprocess, sys, time
begun = time.monotonic()
status = subprocess.call(sys.argv[2:], timeout=float(sys.argv[1]))
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(status, int(time.monotonic() - begun + 0.5), used.ru_maxrss // 1024)
PY
# Four times as long and it is ended: a hang is a failure, not a wait.
LD_PRELOAD=$ep_work/hurry.so python3 "$ep_work/timed.py" $((seconds * 4)) \
	"$EP_BUILD/exitproof" run -c "$ep_work/config/exitproof.yaml" \
	--now 2026-11-17T02:00:00Z --report junit="$ep_work/store/j.xml" \
	--report text="$ep_work/store/night.txt" --progress none \
	>"$ep_work/used" 2>"$ep_work/err"
tail -n 20 "$ep_work/err" >&2
read -r status took memory <"$ep_work/used"
echo "load: $tenancies tenancies, status $status, $took s, $memory MiB" >&2
check_same "load: the night ends undecided" 2 "$status"
check "load: within $seconds s (took $took)" test "$took" -le "$seconds"
check "load: within $mib MiB (took $memory)" test "$memory" -le "$mib"

EXITPROOF_CONFIG=$ep_work/config/exitproof.yaml
export EXITPROOF_CONFIG
# count WHAT: of the users listings.
count() {
	ep query "SELECT count(*) FROM $1" | tail -n 1 | tr -d ' '
}

users="coverage WHERE dataset = 'printix.users' AND status"
check_same "load: every good tenancy was read" $((tenancies * 7 / 10)) \
	"$(count "$users = 'complete' AND customer GLOB 'good-*'")"
for kind in hangs throttles lies; do
	check_same "load: of the vendor that $kind nothing is complete" 0 \
		"$(count "$users = 'complete' AND customer GLOB '$kind-*'")"
	check_same "load: each tenancy of the one that $kind is named" \
		$((tenancies / 10)) "$(count "$users IN ('failed', 'partial',
			'denied') AND customer GLOB '$kind-*'")"
done
guests="result_log WHERE rule = 'guest-without-end' AND result"
check_same "load: nothing passes on what was not read" 0 \
	"$(sqlite3 "$ep_work/store/exitproof.db" "SELECT count(*) FROM $guests
		IN ('PASS', 'EMPTY') AND customer NOT GLOB 'good-*'")"
# A guest past its end that was seen all the same is a finding.
check_same "load: and what was not read is undecided or fails" \
	$((tenancies * 3 / 10)) \
	"$(sqlite3 "$ep_work/store/exitproof.db" "SELECT count(*) FROM $guests
		IN ('UNDECIDED', 'FAIL') AND customer NOT GLOB 'good-*'")"
if [ -n "${EP_FAULT_FIGURES-}" ]; then
	printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$tenancies" "$took" "$memory" \
		"$status" "$ep_failed" "$(nproc)" "$(date +%F)" \
		>>"$EP_FAULT_FIGURES"
fi
if [ "${EP_PUBLISH-}" = yes ]; then
	check "the figures are published" /usr/bin/python3 -B \
		"$EP_SRC/tests/fault/publish.py" \
		"$EP_SRC/docs/RELIABILITY.md" load "$EP_FAULT_FIGURES"
fi
done_testing
