#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A tenancy that nobody configures any more is stale until somebody retires
# it; then it is named, its findings stay open, and it comes back when it is
# seen again.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

night_setup quickstart || exit
config=$ep_work/config/exitproof.yaml
org=okta/00onorthwind00000000
check_status "a night with everything" 2 night 1
findings() {
	ep query "SELECT count(*) FROM main.finding WHERE state <> 'fixed'
		AND unit = '$org'" | tail -n 1
}
check_status "what is configured cannot be retired" 65 \
	ep tenant retire "$org" --reason sold
check_has "... and the message says what to do" "$ep_work/err" 'claim out first'

cp "$config" "$ep_work/all.yaml"
awk '/^    - connector: / { out = /okta/ } /^  [a-z]/ { out = 0 } !out' \
	"$ep_work/all.yaml" >"$config"
check_lacks "the connection is out" "$config" 'connector: okta'
check_status "a later night without it" 2 night 3
check_status "status ends with 2" 2 ep status --now 2026-11-19T03:00:00Z
check_has "... since it is stale" "$ep_work/out" "^stale .*$org"
before=$(findings)
check "something is open there" test "$before" -gt 0
check_status "a reason is needed" 64 ep tenant retire "$org"
check_status "a tenancy has to be known" 66 ep tenant retire okta/x --reason x
check_status "it is retired" 0 ep tenant retire "$org" --by "Ana Lima" \
	--reason "sold with the business" --now 2026-11-19T04:00:00Z
check_status "not twice" 65 ep tenant retire "$org" --reason again

# later NAME DAY: a night after the last one of the world.
later() {
	check_status "$1" 2 ep run --now "2026-11-2${2}T02:00:00Z" \
		--report text="$ep_work/night.txt"
}

later "the next night" 0
check_has "the report names it, with who and why" "$ep_work/night.txt" \
	'sold with the business'
check_status "status too" 2 ep status --now 2026-11-20T03:00:00Z
check_has "... as retired" "$ep_work/out" \
	"^retired .*$org.* on 2026-11-19 by Ana Lima: sold with the business"
check_lacks "... and not as stale" "$ep_work/out" "^stale .*$org"
check_same "looking away fixed nothing" "$before" "$(findings)"
check_same "it is no tenancy of the fleet any more" "" \
	"$(ep tenant list | grep "$org")"

cp "$ep_work/all.yaml" "$config"
later "a night that reads it again" 1
check_has "it is back" /dev/stdin "$org" <<X
$(ep tenant list)
X
check_lacks "... and retired no longer" "$ep_work/night.txt" 'sold with the'
done_testing
