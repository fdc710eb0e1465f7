#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs one stage for tests/run.sh and says how it went, in one piece, since
# other stages speak at the same time.
#
#   sh tests/stage.sh NAME
#
# A stage is a script of tests/stages that prints "ok NAME" and "not ok NAME
# reason" lines, which are left in out/test-logs/NAME.tap.  It fails as a
# whole when it ends with a status other than 0 without saying why, or prints
# no such line at all.
set -u
log=$EP_LOGS/$1.log
partial=$EP_LOGS/$1.partial

begun=$(date +%s)
status=0
sh "$EP_SRC"/tests/stages/[0-9][0-9]-"$1".sh >"$partial" 2>"$log" \
	</dev/null || status=$?
good=$(grep -c '^ok ' "$partial")
bad=$(grep -c '^not ok ' "$partial")
if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then
	echo "not ok stage $1: status $status" >>"$partial"
	bad=1
elif [ $((good + bad)) -eq 0 ]; then
	echo "not ok stage $1: tested nothing" >>"$partial"
	bad=1
fi
mv "$partial" "$EP_LOGS/$1.tap"

said=$(
	printf '%-13s %5d passed %4d failed %5d s\n' "$1" "$good" "$bad" \
		$(($(date +%s) - begun))
	if [ "$bad" -ne 0 ]; then
		grep '^not ok ' "$EP_LOGS/$1.tap" | sed 's/^/    /'
		echo "    log: out/test-logs/$1.log"
		# What stands below a failed case of cmocka, else the end.
		{
			grep -A 5 '^not ok ' "$log" || tail -n 25 "$log"
		} | head -n 60 | sed 's/^/    | /'
	fi
)
printf '%s\n' "$said"
# What failed is counted from the lines.
exit 0
