#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# sh tests/contract/replay.sh VENDOR: see README.md beside it.  The file
# vendors/VENDOR sets names that are used here.
# shellcheck disable=SC1090,SC2034,SC2154,SC2317
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

vendor=$1
prism=$EP_OUT/npm/node_modules/.bin/prism
workdir
prism_pid=
stop_prism() {
	if [ -n "$prism_pid" ]; then
		kill "$prism_pid" 2>/dev/null
		wait "$prism_pid" 2>/dev/null
	fi
	ep_cleanup
}

check_schemas() {
	check_same "$vendor: Prism can judge by every schema" all "$(node \
		"$EP_SRC/tests/contract/compile.js" "$EP_OUT/npm/node_modules" \
		"$EP_SRC/tests/contract/specs/$spec" |
		sed 's/^[1-9][0-9]* schemas$/all/')"
}

# Plain http: Prism has to read what passes.
estate_start "$EP_SRC/tests/estate/worlds/quickstart.yaml" --control 0 || exit
estate_config "$ep_work/config" || exit
ep_data_folder
EXITPROOF_CONFIG=$ep_work/config/exitproof.yaml
export EXITPROOF_CONFIG
check_status "$vendor: a night to take requests from" 2 night 1
secrets=$ep_work/config/secrets
least=5
unmask=
. "$EP_SRC/tests/contract/vendors/$vendor"
check_schemas

trap stop_prism EXIT
port=$((20000 + $$ % 20000))
"$prism" proxy -h 127.0.0.1 -p "$port" "$EP_SRC/tests/contract/specs/$spec" \
	"$(estate_get base_url)$prefix" >"$ep_work/prism.log" 2>&1 &
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

# ask PATH [CURL OPTION...]: sends it through Prism; prints its complaints,
# "code where" each, and adds the answer's status to the statuses.
ask() {
	path=$1
	shift
	curl -s -o /dev/null -D "$ep_work/head" -H "$header" "$@" \
		"http://127.0.0.1:$port$path"
	sed -n '1s/^[^ ]* \([0-9]*\).*/\1/p' "$ep_work/head" \
		>>"$ep_work/statuses"
	tr -d '\r' <"$ep_work/head" | sed -n 's/^sl-violations: //Ip' |
		jq -r '.[] | [.code // (.message | if test("status code") then
			"status" elif test("media type") then "media-type" else
			null end), (.location | map(if test("^[0-9]+$") then "*"
			else . end) | join("."))] | map(select(. != null)) | join(" ")'
}

# The path without its query, ids as *.
class_of() {
	printf '%s\n' "${1%%\?*}" |
		sed -E 's,/[0-9][0-9a-zA-Z._@-]*|/[0-9a-f-]{20\,},/*,g'
}

# unmask mends or drops what the journal has masked.
sed -n "s,^[^ ]* GET [^ ]* $prefix\(/[^ ]*\) .*,\1,p" \
	"$ep_work/estate.journal" | sed "$unmask" | sort -u >"$ep_work/paths"
# Searches are POSTs with a body, which the journal has percent-encoded.
sed -n "s,^[^ ]* POST [^ ]* $prefix\(/[^ ?]*\) .* body=\([^ ]*\).*,\1 \2,p" \
	"$ep_work/estate.journal" | sort -u >"$ep_work/searches"
posts=$(wc -l <"$ep_work/searches")
n=$(($(wc -l <"$ep_work/paths") + posts))
replay_all() {
	while read -r path; do
		class=$(class_of "$path")
		ask "$path" | sed "s,^,$class | ,"
	done <"$ep_work/paths"
	while read -r path body; do
		class=$(class_of "$path")
		node -e 'process.stdout.write(decodeURIComponent(
			process.argv[1]))' "$body" >"$ep_work/post"
		ask "$path" -H 'Content-Type: application/json' \
			--data-binary "@$ep_work/post" | sed "s,^,$class | ,"
		tail -n 1 "$ep_work/statuses" | grep -qx 200 ||
			echo "$class | search is not answered"
	done <"$ep_work/searches"
}
replay_all | sort | uniq -c | sed 's/^ *[0-9]* //' >"$ep_work/found"
cat "$ep_work/found" >&2

sed -n "s/^$vendor | \([^|]*|[^|]*[^| ]\) *|.*/\1/p" \
	"$EP_SRC/tests/contract/deviations.txt" | sort >"$ep_work/known"
check_same "$vendor: only known deviations in $n requests and answers" "" \
	"$(comm -23 "$ep_work/found" "$ep_work/known")"
check_same "$vendor: every known deviation still happens" "" \
	"$(comm -13 "$ep_work/found" "$ep_work/known")"
check "$vendor: requests were judged" test "$n" -ge "$least"
check "$vendor: searches were judged" test "$posts" -ge "${searches:-0}"
# Most documents have the refusal too, so one would pass for an answer.
check_lacks "$vendor: the credential was taken" "$ep_work/statuses" '^401'
check_same "$vendor: the answer to be spoiled is a good one" 200 \
	"$(ask "$wrong_answer" >"$ep_work/before"; tail -n 1 "$ep_work/statuses")"

if [ -n "${wrong_search-}" ]; then
	check_has "$vendor: Prism notices a wrong search" /dev/stdin \
		'request' <<X
$(ask "${wrong_search%% *}" -H 'Content-Type: application/json' \
	-d "${wrong_search#* }")
X
fi
check_has "$vendor: Prism notices a wrong parameter" /dev/stdin 'request' <<X
$(ask "$wrong_request")
X
# shellcheck disable=SC2086
estate_ctl fault $wrong_field
sort -o "$ep_work/before" "$ep_work/before"
check_has "$vendor: Prism notices a wrong answer" /dev/stdin 'response' <<X
$(ask "$wrong_answer" | sort | comm -13 "$ep_work/before" -)
X
done_testing
