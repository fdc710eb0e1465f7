#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A first scan, against the sqlite3 shell that imports the same rows, which
# somebody else has downloaded and parsed, into the same tables and indexes.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/web.sh"

web_data "$(scaled 1000)" 1000
web_start
scan_config "$web_tls" 16
scan 0 0 || bench_fail "the first scan came out wrong"

rows=$BENCH_WORK/rows.csv
schema=$BENCH_WORK/schema.sql
copy=$BENCH_WORK/copy.db
moving=$BENCH_WORK/moving.csv
sqlite3 -readonly -csv "$scan_db" "SELECT * FROM now_account" >"$rows"
sqlite3 -readonly -csv "$scan_db" "SELECT * FROM moving_account" >"$moving"
{
	echo "PRAGMA journal_mode = WAL;"
	sqlite3 -readonly "$scan_db" "SELECT sql || ';' FROM sqlite_schema
		WHERE tbl_name IN ('now_account', 'moving_account') AND
		sql IS NOT NULL
		ORDER BY type DESC"
	echo ".mode csv"
	echo ".import $rows now_account"
	echo ".import $moving moving_account"
} >"$schema"

yardstick() {
	rm -f "$copy" "$copy"-*
	bench_timed sqlite3 "$copy" ".read $schema"
	[ "$bench_status" -eq 0 ] &&
		[ "$(sqlite3 "$copy" "SELECT count(*) FROM now_account")" -eq \
			$((web_tenants * web_users)) ]
}

candidate() {
	scan_new 0
}

bench_pairs P5 yardstick candidate
bench_ratio '$4 / $1'
bench_result "first scan, TLS" "$bench_value" "x sqlite3 .import" \
	"$bench_spread" 1.0 0.7
