#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Would the lies be noticed?  Each fault below is put into a copy of the
# program, once, and the lies that it lets through have to be caught.
#
#   sh seeded.sh [WORD]        only the faults that have WORD in their name
#
# Takes some minutes; make check-never-clean-seeded.
. "$(dirname "$0")/../../lib.sh"

only=${1:-}
fault=$EP_SRC/tests/fault/never-clean
workdir
mkdir "$ep_work/build"
(cd "$EP_SRC" && tar -cf - --exclude=./out --exclude=./.git .) |
	(mkdir "$ep_work/src" && cd "$ep_work/src" && tar -xf -)
(cd "$ep_work/build" && ../src/configure -q && make -s -j"$EP_JOBS" \
	exitproof tests/estate/estate) >&2 || {
	not_ok "seeded faults" "the copy does not build"
	exit 1
}

# lies LISTING,LIE: tells them to the copy.
lies() {
	rm -rf "$ep_work/told"
	mkdir "$ep_work/told"
	/usr/bin/python3 -B "$fault/never_clean.py" "$ep_work/src" \
		"$ep_work/build" "$ep_work/told" --jobs 1 --only "$1" \
		>"$ep_work/said" 2>&1
	cat "$ep_work/said" >&2
}

# seeded NAME FILE SED LISTING,LIE WORD: with this edit the lie must be found
# by the look at WORD, without it nothing.
seeded() {
	case $1 in
	*"$only"*) ;;
	*) return ;;
	esac
	cp "$ep_work/src/$2" "$ep_work/sound"
	sed -i "$3" "$ep_work/src/$2"
	check "seeded: $1: is another program" sh -c '! cmp -s "$1" "$2"' \
		sh "$ep_work/sound" "$ep_work/src/$2"
	make -s -C "$ep_work/build" exitproof >&2
	lies "$4"
	check_has "seeded: $1: is caught" "$ep_work/said" \
		"^not ok never clean: .*$5"
	cp "$ep_work/sound" "$ep_work/src/$2"
	make -s -C "$ep_work/build" exitproof >&2
}

users='okta.users of okta/00odelta'
lies "$users"',(403|cut JSON|empty list|other)'
check_has "seeded: the sound copy is clean" "$ep_work/said" \
	'^ok never clean: [1-9]'
seeded "a gate that lets everything pass" scanner/check/gate.c \
	's/if (!ep_fleet_good(set))/if (!set)/' "$users,403" 'result: '
seeded "an empty list is believed" scanner/store/hold.c \
	's/ep_coverage_spoil(coverage, EP_COVERAGE_HELD/ep_coverage_spoil(coverage, EP_COVERAGE_COMPLETE/' \
	"$users,empty list" 'coverage: complete'
# One page: of several, the others state another count.
seeded "a count that is off is passed over" scanner/collect/listing.c \
	's/listing->pager.total != listing->unique/listing->pager.total < 0/' \
	'onelogin.roles of onelogin/555001,lower total' 'coverage: complete'
seeded "a count that changes is passed over" scanner/collect/listing.c \
	's/pager->counted_before >= 0/pager->counted_before == INT64_MAX/' \
	'onelogin.users of onelogin/555001,lower total' 'coverage: complete'
seeded "nobody asks whose records these are" scanner/collect/answer.c \
	's/own = names_nobody(record, path) ||/own = true || names_nobody(record, path) ||/' \
	'google.users of,other tenancy' 'coverage: complete'
seeded "JUnit shows an undecided case as a bare one" \
	scanner/report/junit_case.c \
	's/"UNDECIDED"/"undecided"/' "$users,403" 'junit: '
done_testing
