#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Ten nights of a vendor that tells of changes, and of one that filters by
# their time, read twice: by changes into one database and in full into
# another.  What a rule would see must be the same.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

night_setup changes || exit
sed -e 's,^database:.*,database: ../full.db,' -e '/^ *incremental:/d' \
	"$ep_work/config/exitproof.yaml" >"$ep_work/config/full.yaml"

# both DATE: reads that night into both databases.
both() {
	for file in exitproof full; do
		ep collect -c "$ep_work/config/$file.yaml" \
			--dataset entra.users --dataset entra.grants \
			--dataset connectwise-psa.configurations \
			--now "$1T02:00:00Z" >"$ep_work/$file.out" 2>&1 ||
			echo "$file: status $?" >>"$ep_work/statuses"
	done
}

# rows FILE KIND DATASET
rows() {
	ep query -c "$ep_work/config/$1.yaml" -f json --now "$when" \
		"SELECT * FROM $2 WHERE dataset = '$3' ORDER BY key" |
		jq -cS 'del(.first_run, .changed_run, .first_seen_at, .changed_at)'
}

# said DATASET COLUMNS: of the database read by changes.
said() {
	ep query -c "$ep_work/config/exitproof.yaml" --now "$when" \
		"SELECT $2 FROM coverage WHERE dataset = '$1'" |
		tail -n 1 | tr '\t' ' '
}

same() {
	check_same "night $night: users by changes are those of a full read" \
		"$(rows full account entra.users)" \
		"$(rows exitproof account entra.users)"
	check_same "night $night: grants too" \
		"$(rows full credential entra.grants)" \
		"$(rows exitproof credential entra.grants)"
}

# asked PATTERN: requests of this night that match.
asked() {
	grep -c -- "$1" "$ep_work/night.journal"
}

: >"$ep_work/statuses"
night=0
for date in 11-17 11-18 11-19 11-20 11-21 11-22 11-23 11-24 11-25 12-10; do
	night=$((night + 1))
	when=2026-${date}T02:00:00Z
	before=$(wc -l <"$ep_work/estate.journal")
	estate_ctl night $night
	both "2026-$date"
	tail -n "+$((before + 1))" "$ep_work/estate.journal" \
		>"$ep_work/night.journal"
	same
	case $night in
	1)
		check_same "night 1: all of it, and a link to go on from" \
			'0 complete' "$(said entra.users 'changes, status')"
		check_same "night 1: the link is asked for once" 1 \
			"$(asked 'users/delta?.*select=.*deltatoken=')"
		check_same "night 1: users were listed for both databases" 8 \
			"$(asked ' /graph/v1.0/users?')"
		;;
	2)
		check_same "night 2: only changes" '1 complete 6' \
			"$(said entra.users 'changes, status, rows')"
		check_same "night 2: changes came on pages" 2 \
			"$(asked 'users/delta?')"
		check_same "night 2: a member that became empty is" null \
			"$(rows exitproof account entra.users |
				jq -c 'select(.login == "otto.berg@northwind.example") | .email')"
		check_same "night 2: what changed in the PSA is seen" inactive \
			"$(rows exitproof resource connectwise-psa.configurations |
				jq -r 'select(.id == "8003") | .state')"
		check_same "night 2: by its time of change" 1 \
			"$(asked 'configurations?.*conditions=lastUpdated')"
		check_same "night 2: and is as old as the read of all" '1 0 86400' \
			"$(said connectwise-psa.configurations 'changes, stale, age')"
		;;
	3)
		check_same "night 3: who was deleted is gone" 0 \
			"$(rows exitproof account entra.users | grep -c otto.berg)"
		check_same "night 3: a filter cannot tell, so all was read" 0 \
			"$(said connectwise-psa.configurations changes)"
		check_same "night 3: and what is gone is gone" 2 \
			"$(rows exitproof resource connectwise-psa.configurations | wc -l | tr -d ' ')"
		;;
	5)
		check_same "night 5: removed once more from the bin: no doubt" 1 \
			"$(said entra.users changes)"
		;;
	7)
		check_same "night 7: six days later all is read" 0 \
			"$(said entra.users changes)"
		;;
	8)
		check_same "night 8: nothing changed, nothing is missing" '1 5' \
			"$(said entra.users 'changes, rows')"
		estate_ctl fault kind=status status=410 vendor=entra \
			'path=*users/delta*' times=1
		;;
	9)
		check_same "night 9: a link that is lost ends in a full read" \
			'0 complete' "$(said entra.users 'changes, status')"
		check_has "night 9: and says so" /dev/stdin 410 <<X
$(said entra.users advice)
X
		;;
	esac
done
check_same "every read was complete" "" "$(cat "$ep_work/statuses")"

# The simulated vendor: a link is good for seven days, and for its tenancy.
base=$(estate_get base_url)
bearer=$(curl -s --cacert "$ep_work/tls/ca.pem" -d grant_type=client_credentials \
	-d client_id=e0a50000-0000-4000-8000-00000000a001 \
	-d client_secret=CANARY-entra-changes-41aa \
	--data-urlencode scope=https://graph.microsoft.com/.default \
	"$base/entra-login/4e0a57b1-1000-4000-8000-00000000e001/oauth2/v2.0/token" |
	jq -r .access_token)

# ask URL: the body in $ep_work/body, the status in $status.
ask() {
	status=$(curl -sg --cacert "$ep_work/tls/ca.pem" -o "$ep_work/body" \
		-w '%{http_code}' -H "Authorization: Bearer $bearer" "$1")
}

estate_ctl clear
estate_ctl night 1
ask "$base/graph/v1.0/users/delta?\$select=id,mail&\$deltatoken=latest"
link=$(jq -r '."@odata.deltaLink"' "$ep_work/body")
check_same "a link comes without records" 0 "$(jq '.value | length' "$ep_work/body")"
estate_ctl night 3
ask "$link"
check_same "the first page of what changed has two records" 2 \
	"$(jq '.value | length' "$ep_work/body")"
check_same "the removal is told, with its reason" changed \
	"$(jq -r '.value[] | .["@removed"].reason // empty' "$ep_work/body")"
ask "$(jq -r '."@odata.nextLink"' "$ep_work/body")"
check_same "one record is told twice, and a new link ends the round" '1 string' \
	"$(jq -r '[(.value | length), (."@odata.deltaLink" | type)] | join(" ")' \
		"$ep_work/body")"
ask "${link%?}x"
check_same "an altered link" 400 "$status"
ask "$base/graph/v1.0/users/delta?\$top=5"
check_same "a page size is not taken" 400 "$status"
estate_ctl night 10
ask "$link"
check_same "after seven days it is gone" 410 "$status"
check_has "... and says so" "$ep_work/body" syncStateNotFound

estate_ctl night 9
when=2026-12-09T02:00:00Z
check_status "--full" 0 ep collect --dataset entra.users --full --now $when
check_same "... reads all" 0 "$(said entra.users changes)"
sed 's/incremental: \[users, grants\]/incremental: [user, groups]/' \
	"$ep_work/config/exitproof.yaml" >"$ep_work/config/wrong.yaml"
check_status "names that mean nothing are complained about" 78 \
	ep collect -c "$ep_work/config/wrong.yaml"
check_has "... each" "$ep_work/err" "no endpoint 'user'"
check_has "... with its reason" "$ep_work/err" "only changes of 'groups'"
done_testing
