#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Size of the database after a year of nights at 1 % churn, and what in it
# grows: the ratio is the same for every size.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/fleet.sh"

# bytes_of TABLE...: in the database, with their indexes.
bytes_of() {
	fleet_ask "SELECT sum(s.pgsize) FROM dbstat s JOIN sqlite_schema m
		ON m.name = s.name WHERE m.tbl_name IN ($1)"
}

fleet year "$(scaled 60)" 365
first=$(awk 'NR == 1 { print $6 }' "$BENCH_WORK/year.nights")
last=$(awk 'END { print $6 }' "$BENCH_WORK/year.nights")
[ "$(wc -l <"$BENCH_WORK/year.nights")" -eq 365 ] ||
	bench_fail "the year has too few nights"
coverage=$(bytes_of "'coverage'")
seen=$(bytes_of "'volatile_history'")

ratio() {
	awk "BEGIN { printf \"%.2f\", ($1) / $first }"
}

bench_result "rows and their changes after 365 nights" \
	"$(ratio "$last - $coverage - $seen")" "x the first night" \
	"$((last / 1048576)) MB in all" 2.0 1.5
bench_result "with the times of sign-ins that moved" \
	"$(ratio "$last - $coverage")" "x the first night" \
	"$((seen / 1048576)) MB" - -
bench_result "with how each listing was read each night" "$(ratio "$last")" \
	"x the first night" "$((coverage / 1048576)) MB" - - \
	"$((coverage / $(fleet_ask 'SELECT count(*) FROM coverage'))) bytes a read"
