#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# sh tests/contract/writes.sh VENDOR: the few writes, judged as replay.sh
# judges what is read: each is made for real against the simulated vendor, and
# sent once more through Prism, which has the vendor's document.
# shellcheck disable=SC2317
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

vendor=$1
prism=$EP_OUT/npm/node_modules/.bin/prism
spec=$EP_SRC/tests/contract/specs/$vendor-writes.json
workdir
prism_pid=
stop_prism() {
	if [ -n "$prism_pid" ]; then
		kill "$prism_pid" 2>/dev/null
		wait "$prism_pid" 2>/dev/null
	fi
	ep_cleanup
}

estate_start "$EP_SRC/tests/estate/worlds/quickstart.yaml" --control 0 || exit
estate_config "$ep_work/config" || exit
ep_data_folder
EXITPROOF_CONFIG=$ep_work/config/exitproof.yaml
export EXITPROOF_CONFIG
base=$(estate_get base_url)
secret() {
	cat "$ep_work/config/secrets/$1"
}
# writer LINE AFTER: the credential that writes, below the one that reads
writer() {
	sed -i "/secrets\\/$1/a\\
        ticket_writer:$2" "$EXITPROOF_CONFIG"
}
nl='\
          '
case $vendor in
connectwise-psa)
	file=connectwise-psa-northwind-exitproof
	writer $file "${nl}public_key: nwPub0000exitproof${nl}private_key: {file: secrets/$file}"
	exit='--ticket connectwise-psa/4720'
	prefix=/connectwise/v4_6_release/apis/3.0
	printf 'Authorization: Basic %s\nclientId: 5ca00000-0000-4000-8000-0000000c1e47\n' \
		"$(printf 'northwind+nwPub0000exitproof:%s' "$(secret $file)" |
		base64 -w 0)" >"$ep_work/headers"
	;;
halopsa)
	file=halopsa-instance-exitproof
	writer $file "${nl}client_id: ha10psa0-exitproof${nl}client_secret: {file: secrets/$file}"
	exit='--ticket halopsa/9500'
	prefix=/halopsa/api
	token=$(curl -s -d client_id=ha10psa0-exitproof \
		-d grant_type=client_credentials \
		--data-urlencode 'scope=read:tickets edit:tickets' \
		--data-urlencode "client_secret=$(secret $file)" \
		"$base/halopsa/auth/token?tenant=northwind" | jq -r .access_token)
	echo "Authorization: Bearer $token" >"$ep_work/headers"
	;;
autotask)
	file=autotask-database-exitproof
	writer $file "${nl}secret: {file: secrets/$file}"
	exit='--ticket autotask/101 --customer cedar'
	prefix=/autotask/zone3/atservicesrest
	printf 'UserName: exitproof@northwind.example\nApiIntegrationCode: AT-EXITPROOF-0001\nSecret: %s\n' \
		"$(secret $file)" >"$ep_work/headers"
	;;
ninjaone)
	file=ninjaone-instance-exitproof
	writer $file "${nl}client_id: n1nja000-exitproof${nl}client_secret: {file: secrets/$file}${nl}refresh_token: {file: secrets/ninjaone-instance-desk}"
	exit='--ticket ninjaone/4720'
	prefix=/ninjaone
	token=$(curl -s -d client_id=n1nja000-exitproof \
		-d grant_type=refresh_token \
		--data-urlencode "client_secret=$(secret $file)" \
		--data-urlencode "refresh_token=$(secret ninjaone-instance-desk)" \
		"$base/ninjaone/ws/oauth/token" | jq -r .access_token)
	echo "Authorization: Bearer $token" >"$ep_work/headers"
	;;
esac

night 1 --tenant "$vendor" >/dev/null 2>&1
# shellcheck disable=SC2086
ep exit verify --now 2026-11-17T08:00:00Z $exit --attach >&2
estate_ctl writes 2>"$ep_work/writes"
check "$vendor: a note and a file were written" test \
	"$(wc -l <"$ep_work/writes")" -ge 2

trap stop_prism EXIT
port=$((20000 + $$ % 20000))
"$prism" proxy -h 127.0.0.1 -p "$port" "$spec" "$base$prefix" \
	>"$ep_work/prism.log" 2>&1 &
prism_pid=$!
tries=0
until grep -q 'is listening' "$ep_work/prism.log"; do
	tries=$((tries + 1))
	if [ $tries -gt 600 ] || ! kill -0 $prism_pid 2>/dev/null; then
		cat "$ep_work/prism.log" >&2
		not_ok "$vendor: Prism starts" "see the log"
		exit
	fi
	sleep 0.1
done

# send LINE: one write through Prism; its complaints, "code where" each
send() {
	printf '%s' "$1" | jq -rj .body >"$ep_work/body"
	path=$(printf '%s' "$1" | jq -r .path)
	curl -s -o "$ep_work/answer" -D "$ep_work/head" \
		-H "@$ep_work/headers" -X POST --data-binary "@$ep_work/body" \
		-H "Content-Type: $(printf '%s' "$1" | jq -r .type)" \
		"http://127.0.0.1:$port${path#"$prefix"}"
	sed -n '1s/^[^ ]* \([0-9]*\).*/\1/p' "$ep_work/head" \
		>>"$ep_work/statuses"
	tr -d '\r' <"$ep_work/head" | sed -n 's/^sl-violations: //Ip' |
		jq -r '.[] | [.code // (.message | if test("status code") then
			"status" else null end), (.location | map(
			if test("^[0-9]+$") then "*" else . end) | join("."))]
			| map(select(. != null)) | join(" ")'
}

while read -r line; do
	class=$(printf '%s' "$line" | jq -r .path |
		sed -E "s,^$prefix,,; s,/[0-9]+,/*,g")
	send "$line" | sed "s,^,$class | ,"
done <"$ep_work/writes" | sort -u >"$ep_work/found"
cat "$ep_work/found" >&2
sed -n "s/^$vendor-writes | \([^|]*|[^|]*[^| ]\) *|.*/\1/p" \
	"$EP_SRC/tests/contract/deviations.txt" | sort >"$ep_work/known"
check_same "$vendor: only known deviations in what is written" "" \
	"$(comm -23 "$ep_work/found" "$ep_work/known")"
check_same "$vendor: every known deviation still happens" "" \
	"$(comm -13 "$ep_work/found" "$ep_work/known")"
check_lacks "$vendor: each was taken" "$ep_work/statuses" '^[345]'

# The judge is awake: the same with a member of a wrong type, or no body.
head -n 1 "$ep_work/writes" | case $vendor in
ninjaone) jq -c '.type = "text/plain"' ;;
connectwise-psa) jq -c '.body |= (fromjson | .text = {} | tojson)' ;;
halopsa) jq -c '.body |= (fromjson | .[0].note = {} | tojson)' ;;
autotask) jq -c '.body |= (fromjson | .title = {} | tojson)' ;;
esac >"$ep_work/wrong"
send "$(cat "$ep_work/wrong")" | sort -u >"$ep_work/noticed"
check "$vendor: Prism notices a wrong body" test \
	"$(comm -23 "$ep_work/noticed" "$ep_work/found" | wc -l)" -gt 0
done_testing
