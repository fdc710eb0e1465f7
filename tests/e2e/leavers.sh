#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Who has left by exit tickets and directories: read night by night from the
# vendors, kept beside the register, shown, and never taken for less when a
# source is silent.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

night_setup quickstart || exit
acme=$ep_work/config/customers/acme.yaml
cat >>"$acme" <<'EOF'
leave_sources:
  tickets: review
  subject: '(?:leaver|offboarding): *(.+)'
  directory: certain
EOF

# some NUMBER: the night, for the tenancies that these sources are in.
some() {
	night "$1" --tenant acme --tenant northwind --tenant connectwise-psa \
		--tenant halopsa --rule leaver-sources-disagree \
		--rule leaver-unregistered --rule register-usable \
		>&2
}

ask() {
	ep query "$1" | tail -n +2
}

some 1
check_same "sources: complete" "complete" "$(ask "SELECT status FROM coverage
	WHERE dataset = 'register.sources'")"
check_same "sources: two PSAs name the same leaver, whom the register knows" \
	"ticket connectwise-psa/northwind 4720	sam.ode@acme.example	agrees
ticket halopsa/northwind 9500	sam.ode@acme.example	agrees" \
	"$(ask "SELECT id, owner, state FROM resource WHERE dataset =
		'register.sources' AND id LIKE 'ticket %' ORDER BY id")"
check_same "sources: who was deleted is a leaver, with the vendor's date" \
	"tove.lind@acme.example	acme	2026-11-02" \
	"$(ask "SELECT id, employer, substr(iso(left_at), 1, 10) FROM person
		WHERE dataset = 'register.stated' AND id LIKE 'tove%'")"
check_status "person: says who says so" 2 ep person tove.lind@acme.example
check_has "person: ... in the register" "$ep_work/out" \
	'left 2026-11-02 +directory entra/'
check_has "person: ... and in which directory" "$ep_work/out" \
	'^ *directory entra/.*certain'

some 3
check_same "sources: blocked in two directories, as the register says" \
	"agrees agrees" "$(ask "SELECT group_concat(state, ' ') FROM resource
		WHERE dataset = 'register.sources' AND id LIKE 'directory %'
		AND owner = 'sam.ode@acme.example'")"

# The register keeps somebody whom a ticket calls departed.
sed 's/^sam-ode,.*/sam-ode,Sam Ode,sam.ode@acme.example,,acme,,HR/' \
	"$ep_work/config/leavers.csv" >"$ep_work/csv"
cat "$ep_work/csv" >"$ep_work/config/leavers.csv"
some 3
check_same "contradiction: neither wins" "contradicts" \
	"$(ask "SELECT DISTINCT state FROM resource WHERE dataset =
		'register.sources' AND owner = 'sam.ode@acme.example'")"
check_same "contradiction: makes nobody a leaver" 0 \
	"$(ask "SELECT count(*) FROM person WHERE dataset = 'register.stated'
		AND id = 'sam.ode@acme.example'")"
check_has "contradiction: is a finding" "$ep_work/night.txt" \
	'the register keeps sam.ode@acme.example'
check_status "contradiction: has to be settled" 2 ep person match
check_has "contradiction: ... and says by whom" "$ep_work/out" \
	'ticket halopsa/northwind 9500 +sam.ode@acme.example'

# A directory that cannot be read says of nobody that he stays.
estate_ctl fault kind=status status=403 times=0 vendor=entra
some 3
check_has "unread: the sources are not complete" "$ep_work/night.txt" \
	'register.sources|was not read completely'
check_same "unread: neither is the register" "partial" \
	"$(ask "SELECT status FROM coverage WHERE dataset = 'register.stated'")"
check_same "unread: who was known to have left still has" \
	"tove.lind@acme.example" "$(ask "SELECT id FROM person WHERE dataset =
		'register.stated' AND id LIKE 'tove%'")"
done_testing
