#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Evidence files that cannot be taken: whoever they were about, no output of
# that night reads as if all were well, the night goes on, and the file put
# right is all that it takes.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

night_setup faults || exit
estate_ctl night 1
imports=$ep_work/config/imports
rules=$(sed -e '/^#/d' -e 's/^/--rule /' "$EP_SRC/tests/fault/rules" |
	tr '\n' ' ')

# here NIGHT: the whole of it, with reports.
# shellcheck disable=SC2086,SC2317
here() {
	ep run --now "2026-11-17T$1:00:00Z" $rules \
		--report junit="$ep_work/night.xml" \
		--report json="$ep_work/night.json" \
		--report html="$ep_work/html"
}

# red WORD: in every output, with that word where the reason is.
red() {
	check "... JUnit is red" sh -c '
		test "$(xmllint --xpath "count(//failure | //error)" "$1")" -gt 0' \
		- "$ep_work/night.xml"
	check_has "... JUnit says why" "$ep_work/night.xml" "$1"
	check_same "... the JSON is undecided" undecided \
		"$(jq -r .verdict "$ep_work/night.json")"
	check_has "... the first page says why" "$ep_work/html/index.html" "$1"
}

check_status "all is well" 0 here 02
check_lacks "... and nothing is said of files" "$ep_work/night.xml" \
	evidence_files

# Nobody has to provide this one, so no tenancy misses it.
printf 'id,nome\n1,x\n' >"$imports/printix-analytics-users.csv"
check_status "a file that nobody asked for is refused" 2 here 03
red 'printix-analytics-users.csv'
rm "$imports/printix-analytics-users.csv"
check_status "... taken away again" 0 here 04
check_same "... the folder is well" complete "$(ep query "SELECT status
	FROM coverage WHERE dataset = 'register.evidence_files'" | tail -n 1)"

cp "$imports/printix-subscriptions.csv" "$imports/printix-subskriptions.csv"
check_status "a file by a name that is none" 2 here 05
red 'printix-subskriptions.csv'
rm "$imports/printix-subskriptions.csv"

mv "$imports/printix-subscriptions.csv" "$ep_work/kept.csv"
ln -s "$ep_work/gone/printix-subscriptions.csv" "$imports/"
check_status "a file that cannot be read" 2 here 06
red 'printix-subscriptions.csv'
check_same "... its listings are failed" failed "$(ep query "SELECT DISTINCT
	status FROM coverage WHERE dataset = 'printix-portal.subscriptions'" |
	tail -n 1)"
rm "$imports/printix-subscriptions.csv"
mkdir "$imports/printix-subscriptions.csv"
check_status "a folder by the name of a file" 2 here 07
red 'is not a regular file'
check_same "... its listings are failed" failed "$(ep query "SELECT DISTINCT
	status FROM coverage WHERE dataset = 'printix-portal.subscriptions'" |
	tail -n 1)"
rmdir "$imports/printix-subscriptions.csv"
mv "$ep_work/kept.csv" "$imports/printix-subscriptions.csv"
check_status "... put back" 0 here 08

mv "$imports" "$ep_work/moved"
check_status "a folder that is not there" 2 here 09
red 'imports'
mv "$ep_work/moved" "$imports"
check_status "... mounted again" 0 here 10
done_testing
