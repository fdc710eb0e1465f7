#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Killed in the middle of a first scan: no tenant is there by halves, what is
# lost is what was in flight and the last group of commits, and the next scan
# is whole.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/web.sh"

web_data "$(scaled 1000)" 1000
web_start
scan_config "$web_plain/counted" 16

# kill_at TENANTS: ends the program as soon as the server has given out that
# many tenants; lost is how many of those given out whole are not stored,
# group how many of them were given out in the last half second.
kill_at() {
	: >"$BENCH_OUT/counted.log"
	rm -f "$scan_db" "$scan_db"-*
	web_night 0
	"$EP_BUILD/exitproof" collect --quiet >/dev/null 2>&1 </dev/null &
	scanner=$!
	tries=0
	until [ "$(last_pages | wc -l)" -ge "$1" ]; do
		tries=$((tries + 1))
		if [ $tries -gt 10000 ] || ! kill -0 $scanner 2>/dev/null; then
			bench_fail "it ended before it could be killed"
		fi
	done
	kill -9 $scanner
	wait $scanner 2>/dev/null
	whole=$(last_pages | wc -l)
	group=$(last_pages | awk '{ t[NR] = $4 } END {
		for (i = NR; i && t[NR] - t[i] < 0.5; i--)
			n++
		print n + 0 }')
	stored=$(scan_sql "SELECT count(DISTINCT dataset) FROM now_account")
	lost=$((whole > stored ? whole - stored : 0))
	halves=$(scan_sql "SELECT count(*) FROM (SELECT 1 FROM now_account
		GROUP BY dataset HAVING count(*) <> $web_users)")
	bench_say "killed after $whole tenants: $stored stored, $halves by" \
		"halves, $group in the last half second"
}

last_pages() {
	grep "/$((web_users / 200 - 1)).json" "$BENCH_OUT/counted.log"
}

most=0
halved=0
for part in 20 50 80; do
	kill_at $((web_tenants * part / 100))
	over=$((lost - group - 16))
	most=$((over > most ? over : most))
	halved=$((halved + halves))
	scan 0 0 >/dev/null || scan_is users $((web_tenants * web_users)) \
		"SELECT count(*) FROM now_account" ||
		bench_fail "the scan after it is not whole"
done
bench_result "killed: tenants visible by halves" "$halved" "" "3 kills" =0 -
bench_result "killed: tenants lost beyond those in flight and the last group" \
	"$most" "" "3 kills" 0 -
