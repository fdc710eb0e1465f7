#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Waivers by command: what is accepted is shown as accepted and until when,
# what was taken back fails again, and nothing is accepted by mistake.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

night_setup quickstart || exit
check_status "a night" 2 night 1
now=2026-11-17T03:00:00Z
folder=$ep_work/config/waivers
printf 'waivers: waivers\n' >>"$EXITPROOF_CONFIG"

sqlite3 -separator ' ' "$ep_db" "SELECT unit, fingerprint FROM finding
	WHERE rule = 'leaver-account-active' ORDER BY 1, 2 LIMIT 1" \
	>"$ep_work/one"
read -r unit print <"$ep_work/one"

# waive [OPTION...]: with everything that is needed but what the case gives.
# shellcheck disable=SC2317
waive() {
	ep waive add --now "$now" --rule leaver-account-active \
		--reason "kept until the audit: paper #7" \
		--approver mia@northwind.example "$@"
}

check_status "waive add: a finding" 0 waive --tenant "$unit" \
	--subject "$print" --expires 2026-12-31
check_same "waive add: one file of the folder" 1 \
	"$(find "$folder" -name '*.yaml' | wc -l)"
check_status "waive add: the same again" 64 waive --tenant "$unit" \
	--subject "$print" --expires 2026-12-31
check_status "waive add: nothing for ever" 64 waive --tenant "$unit" \
	--subject '*' --expires 2030-01-01
check_status "waive add: nothing after the fact" 64 waive --tenant "$unit" \
	--subject '*' --expires 2026-11-16
check_status "waive add: no such tenancy" 64 waive --tenant printix/none \
	--subject '*' --expires 2026-12-31
check_status "waive add: no such customer" 64 waive --customer none \
	--subject '*' --expires 2026-12-31
check_status "waive add: no such rule" 64 ep waive add --now "$now" \
	--rule leaver-acount-active --tenant "$unit" --subject '*' \
	--reason r --approver a --expires 2026-12-31
check_status "waive add: a rule of the fleet is of no tenancy" 64 \
	ep waive add --now "$now" --rule tenant-vanished --tenant "$unit" \
	--subject '*' --reason r --approver a --expires 2026-12-31
for missing in rule subject reason approver expires tenant; do
	set -- --now "$now"
	for given in rule=leaver-account-active "tenant=$unit" 'subject=*' \
		reason=r approver=a expires=2026-12-31; do
		[ "${given%%=*}" = "$missing" ] || set -- "$@" "--$given"
	done
	check_status "waive add: not without --$missing" 64 ep waive add "$@"
done
check_same "waive add: what was refused is not there" 1 \
	"$(find "$folder" -name '*.yaml' | wc -l)"

check_status "waive list" 0 ep waive list --now "$now"
check_has "waive list: what it matches" "$ep_work/out" \
	'^in force +leaver-account-active .* by mia@northwind.example  1 open  kept until the audit: paper #7'
check_status "check: it is waived" 2 ep check --now "$now" \
	--report csv="$ep_work/waived.csv" --report junit="$ep_work/waived.xml"
check_same "check: the finding says by whom" mia@northwind.example \
	"$(sqlite3 "$ep_db" "SELECT waiver_approver FROM finding
		WHERE fingerprint = '$print' AND waived")"

check_status "waive end: not without a name" 64 ep waive end --now "$now" x
check_status "waive end: no such waiver" 64 ep waive end --now "$now" \
	--by mia none.yaml
file=$(basename "$(find "$folder" -name '*.yaml')")
check_status "waive end" 0 ep waive end --now "$now" --by mia "$file"
check_has "waive end: who and when is in the file" "$folder/$file" \
	'^  ended: 2026-11-17$'
check_status "waive end: once" 64 ep waive end --now "$now" --by mia "$file"
check_status "waive list: it is over" 0 ep waive list --now "$now" -f json
check_same "waive list: as JSON" "ended mia 1" \
	"$(jq -r '.state + " " + .ended_by + " " + (.open | tostring)' \
		"$ep_work/out")"
check_status "check: it fails again" 2 ep check --now "$now"
check_same "check: and says why" "mia ended the waiver on 2026-11-17" \
	"$(sqlite3 "$ep_db" "SELECT substr(waiver_note, -34) FROM finding
		WHERE fingerprint = '$print' AND NOT waived")"

# What is accepted later hides nothing of an earlier night.
check_status "another night" 2 night 2
# then_say FOLDER: the report of the first night, in three formats
# shellcheck disable=SC2317
then_say() {
	mkdir -p "$ep_work/$1"
	ep report --run 1 --report json="$ep_work/$1/json" \
		--report junit="$ep_work/$1/junit" \
		--report ocsf="$ep_work/$1/ocsf" >&2
}
check "report: of the first night" then_say before
check_has "report: the finding is open in it" "$ep_work/before/ocsf" "$print"
check_status "waive add: after the second night" 0 ep waive add \
	--now 2026-11-18T03:00:00Z --rule leaver-account-active \
	--tenant "$unit" --subject '*' --reason "later" \
	--approver mia@northwind.example --expires 2026-12-31
check_status "check: it is waived from the second night on" 2 ep check \
	--now 2026-11-18T03:00:00Z
check_same "check: says so" 1 "$(sqlite3 "$ep_db" "SELECT waived FROM finding
	WHERE fingerprint = '$print'")"
check "report: of the first night again" then_say after
for format in json junit ocsf; do
	check "report: $format of the first night is as it was" cmp \
		"$ep_work/before/$format" "$ep_work/after/$format"
done
done_testing
