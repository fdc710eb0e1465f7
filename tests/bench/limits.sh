#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The limit model of docs/SCALING.md:
#
#	limits.sh table			for 10 to 100,000 tenancies
#	limits.sh requests VENDOR N	of one night over N customers
#
# Requests of a night are FIXED + EACH times the customers, as the simulated
# vendors count them (tests/e2e/scaling.sh holds them to it for DNSFilter;
# EACH is for small customers, whose lists fit on one page).  Limits and the
# share that is used are the connectors' own.  A budget lets its first window
# go at once and each further one after its time, which t_ledger plays on a
# clock of its own.
set -eu
src=$(cd "$(dirname "$0")/../.." && pwd)

# vendor, fixed requests, requests for each customer, budgets: one for all
# customers, or one for each.
vendors='dnsfilter 15 11 one
printix 0 7 one
printix 0 7 each
entra 0 28 each
okta 0 26 each
ninjaone 37 2 one'

limit_of() {
	sed -n '/^limits:/,/^[a-z]*:$/s/^  '"$2"': *\([0-9]*\).*/\1/p' \
		"$src/scanner/connectors/$1.yaml"
}

kept_of() {
	sed -n 's/^#define EP_BUDGET_KEPT_PERCENT \([0-9]*\).*/\1/p' \
		"$src/scanner/base/limits.h"
}

say_time() {
	if [ "$1" -lt 120 ]; then
		echo "$1 s"
	elif [ "$1" -lt 7200 ]; then
		echo "$(($1 / 60)) min"
	elif [ "$1" -lt 172800 ]; then
		echo "$(($1 / 3600)) h"
	else
		echo "$(($1 / 86400)) days"
	fi
}

# row VENDOR FIXED EACH BUDGETS
row() {
	share=$(limit_of "$1" share_percent)
	window=$(limit_of "$1" window)
	ours=$(($(limit_of "$1" requests) * ${share:-80} / 100))
	ours=$((ours - (ours * $(kept_of) + 50) / 100))
	line="| $1, $4 budget$([ "$4" = each ] && echo ' of its own' ||
		echo ' for all') | $2 + $3 each | $ours in $window s"
	for n in 10 1000 10000 100000; do
		requests=$(($2 + $3 * n))
		if [ "$4" = each ]; then
			requests=$(($2 + $3))
		fi
		windows=$(((requests - 1) / ours))
		line="$line | $(say_time $((windows * window)))"
	done
	echo "$line |"
}

case ${1:-} in
requests)
	echo "$vendors" | while read -r vendor fixed each _; do
		if [ "$vendor" = "$2" ]; then
			echo $((fixed + each * $3))
			break
		fi
	done
	;;
table)
	echo "| vendor | requests | allowed | 10 | 1,000 | 10,000 | 100,000 |"
	echo "| --- | --- | --- | --- | --- | --- | --- |"
	echo "$vendors" | while read -r vendor fixed each budgets; do
		row "$vendor" "$fixed" "$each" "$budgets"
	done
	;;
*)
	sed -n '3,7s/^# \{0,1\}//p' "$0" >&2
	exit 64
	;;
esac
