#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A vendor who allows an organisation 10 requests in a second: time against
# what that allows at best, and how often he has to say no.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/web.sh"

tenants=2
pages=119
web_data $tenants $((pages * 200))
web_start
scan_config "$web_plain/limited" 16
sed -i 's/^  parallel: 64$/  parallel: 4\n  requests: 10\n  window: 1/
	s/^  per: vendor$/  per: organisation/' "$scan_dir/connectors/bench.yaml"

# The bucket holds ten; beside the pages there are the list of tenants and the
# question who answers.
ideal=$(((tenants * pages + 2 - 10) * 100000))
candidate() {
	: >"$BENCH_OUT/limited.log"
	rm -f "$scan_db" "$scan_db"-*
	web_night 0
	bench_timed "$EP_BUILD/exitproof" collect --quiet
	[ "$bench_status" -eq 0 ] &&
		scan_is users $((web_tenants * web_users)) \
			"SELECT count(*) FROM now_account" &&
		served 200 $((web_pages + 2))
	limited_right=$?
	served 429 0 2>/dev/null
	refused=$got
	return $limited_right
}

# served STATUS NUMBER: the server answered so many requests so.
served() {
	got=$(grep -c "^[0-9]* $1 " "$BENCH_OUT/limited.log")
	[ "$got" -eq "$2" ] && return
	bench_say "$got answers with $1 in place of $2"
	return 1
}

BENCH_PAIRS=1
bench_runs P16 candidate
bench_ratio "\$4 / $ideal"
bench_result "scan of $tenants tenants with $pages pages at 10 a second" \
	"$bench_value" "x the ideal" "$bench_spread" 1.05 1.02
bench_result "refusals (429) for each page" \
	"$(awk "BEGIN { printf \"%.4f\", $refused / $web_pages }")" "" \
	"$refused of $web_pages" 0.02 0.005
