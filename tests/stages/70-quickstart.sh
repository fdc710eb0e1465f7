#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# docs/quickstart.sh does what the README says, and the three nights found
# what was planted in them.
. "$(dirname "$0")/../lib.sh"

quick=$EP_OUT/quickstart
program=$EP_OUT/exitproof
workdir

check "quickstart: runs" sh -c 'sh "$1" >"$2"' - \
	"$EP_SRC/docs/quickstart.sh" "$ep_work/said" || exit
cat "$ep_work/said" >&2

for file in exitproof.db junit.xml html/index.html findings.txt; do
	check "quickstart: leaves $file" test -s "$quick/$file"
done
check_same "quickstart: database is whole" ok \
	"$(sqlite3 "$quick/exitproof.db" 'PRAGMA integrity_check')"
check_same "quickstart: three runs ended" 3 \
	"$(sqlite3 "$quick/exitproof.db" \
		"SELECT count(*) FROM run WHERE ended_at IS NOT NULL")"
check "quickstart: JUnit is well-formed" xmllint --noout "$quick/junit.xml"

# The second night a vendor failed in the middle of a listing.
check_has "quickstart: night 2 is not decided" "$ep_work/said" \
	'night 2 .*status 2'
check_has "quickstart: says that all was simulated" "$quick/findings.txt" \
	'[Tt]est'

# It went over TLS to the simulated vendors, and only ever read.
check_has "quickstart: requests went over the wire" \
	"$quick/estate.journal" 'printix'
check_has "quickstart: both vendors were asked" \
	"$quick/estate.journal" 'dnsfilter'
check_lacks "quickstart: nothing forbidden was asked" \
	"$quick/estate.journal" 'FORBIDDEN'

# Every secret and every field that must not be kept holds this mark.
grep -rlaF 'CANARY-' "$quick" | grep -v "^$quick/config/secrets/" \
	>"$ep_work/leaks"
check_same "quickstart: no canary outside config/secrets" "" \
	"$(cat "$ep_work/leaks")"

# What it says to try next is there and works.
sed -n 's,^ *out/exitproof \(.*\),\1,p' "$ep_work/said" >"$ep_work/try"
check_same "quickstart: four commands to try" 4 "$(wc -l <"$ep_work/try")"
while read -r line; do
	status=0
	sh -c "\"\$1\" $line" - "$program" >"$ep_work/tried" 2>&1 </dev/null ||
		status=$?
	cat "$ep_work/tried" >&2
	# 1 and 2 are findings and gaps, which are there.
	if [ "$status" -le 2 ] && [ -s "$ep_work/tried" ]; then
		ok "quickstart: exitproof $line"
	else
		not_ok "quickstart: exitproof $line" "status $status"
	fi
done <"$ep_work/try"
done_testing
