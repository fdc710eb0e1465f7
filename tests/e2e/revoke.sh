#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# How fast access goes: against the limit of the configuration and that of one
# customer, in words that are true of what was read.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

workdir
night_setup quickstart || {
	not_ok "the simulated MSP" "did not start"
	exit 1
}
main=$ep_work/config/exitproof.yaml
cp "$main" "$ep_work/main.yaml"
for hours in 0 9000 soon; do
	echo "revoke_within_hours: $hours" | cat "$ep_work/main.yaml" - >"$main"
	check_status "a limit of $hours" 78 ep tenant list
done
cp "$ep_work/main.yaml" "$main"

# limited HOURS: the next night, with this limit for everybody; acme's is 4.
limited() {
	echo "revoke_within_hours: $1" | cat "$ep_work/main.yaml" - >"$main"
	check_status "a night with a limit of $1 hours" 2 ep run --quiet \
		--now 2026-11-17T02:00:00Z --tenant dnsfilter \
		--report text="$ep_work/night.txt"
}
grep -q '^revoke_within_hours' "$ep_work/config/customers/acme.yaml" ||
	echo 'revoke_within_hours: 4' >>"$ep_work/config/customers/acme.yaml"
limited 72
check_same "the limits" ' 72,acme 4,cedar 72' "$(sqlite3 "$ep_db" "SELECT
	group_concat(customer || ' ' || revoke_hours) FROM (SELECT * FROM
	customer_limit WHERE customer IN ('', 'acme', 'cedar')
	ORDER BY customer)")"

# access NAME CUSTOMER LEFT SEEN GONE: hours before the night; GONE empty:
# it is still there.
access() {
	sqlite3 "$ep_db" "
	CREATE TEMP TABLE night AS SELECT max(id) AS id, started_at AS at
		FROM run;
	INSERT INTO finding(fingerprint, rule, unit, unit_name, customer,
		subject, name, severity, state, rechecked, first_run,
		first_seen, last_run, last_seen, times, seen, wanted, evidence,
		waived)
	SELECT '$1', 'leaver-account-active', 'dnsfilter/1', 'Dns', '$2', '$1',
		'$1', 'high', iif('$5' = '', 'open', 'fixed'), 1, id,
		at - 3600 * 200, id, at - 3600 * $4, 1, 'active', 'gone',
		json_object('left_at', at - 3600 * $3, 'person', 'p'), 0
		FROM night;
	INSERT INTO finding_event SELECT id, '$1', 'open', at - 3600 * 200
		FROM night;
	INSERT INTO finding_event SELECT id, '$1', 'fixed',
		at - 3600 * CAST('$5' AS INTEGER) FROM night WHERE '$5' <> ''"
}
access still-early cedar 30 0 ""
access still-late cedar 100 0 ""
access still-acme acme 30 0 ""
access gone-in-time cedar 100 60 40
access gone-too-late cedar 150 60 40
access gone-between cedar 100 60 10
access gone-acme acme 100 90 80
access back-again cedar 120 0 40
access moved-away cedar 100 60 40
sqlite3 "$ep_db" "INSERT INTO finding_event SELECT run, fingerprint,
	'withdrawn', at FROM finding_event WHERE fingerprint = 'moved-away'
	AND event = 'fixed'"

# Of two people the one who left first is not the one who stands for both.
access still-shared cedar 30 0 ""
access gone-shared cedar 30 20 10
sqlite3 "$ep_db" "UPDATE finding SET evidence = json_set(evidence, '\$.also',
	json_array(json_object('person', 'q', 'left_at',
		(SELECT max(started_at) FROM run) - 3600 * 120)))
	WHERE fingerprint LIKE '%-shared'"

# rows CUSTOMER SECTION COLUMN...: of its quarterly report.
rows() {
	ep report --definition qbr --customer "$1" \
		--report json="$ep_work/r.json" || return
	section=$2
	shift 2
	jq -r --arg id "$section" '.sections[] | select(.id == $id) |
		.columns as $all | .rows[] | . as $row |
		[$ARGS.positional[] as $one | $row[$all | index($one)]] |
		join(", ")' "$ep_work/r.json" --args "$@"
}
check_same "verdicts: each case as it was read" \
	"between two reads, limit 3 days, 2, warn
later than 3 days, 2, bad
withdrawn: no leave, limit 3 days, 1, off
within 3 days, 1, good" "$(rows cedar revoked label value tone | sort)"
check_same "verdicts: a customer with a limit of its own" \
	"later than 4 hours, 1, bad" "$(rows acme revoked label value tone)"
withdrawn="not revoked: the leave date moved, or no register has it any more"
check_same "what went: the longest that it can have taken" \
	"back-again, 80 hours, 72 hours
gone-between, 90 hours, 72 hours
gone-in-time, 60 hours, 72 hours
gone-shared, 110 hours, 72 hours
gone-too-late, 110 hours, 72 hours
moved-away, $withdrawn, 72 hours" \
	"$(rows cedar revoked-list "Who or what" "At most" "Limit" | sort)"
check_same "what came back since has no last sight before it went" \
	"(not kept: it came back since)" \
	"$(rows cedar revoked-list "Who or what" "Last seen there" |
		sed -n 's/^back-again, //p')"
check_same "what is there: late, and not yet" \
	"still-early, 72 hours, 42 hours left
still-late, 72 hours, late by 28 hours
still-shared, 72 hours, late by 48 hours" \
	"$(rows cedar revoke-due "Who or what" "Limit" "State" |
		grep ^still | sort)"
check_same "what is there: by the customer's own limit" \
	"still-acme, 4 hours, late by 26 hours" \
	"$(rows acme revoke-due "Who or what" "Limit" "State" | grep ^still)"
sqlite3 "$ep_db" "UPDATE customer_limit SET revoke_hours = 100"
check_same "as of another limit, nothing is late that was" \
	"within 100 hours, 3, good" \
	"$(rows cedar revoked label value tone | grep good)"
done_testing
