#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes one thing after the other fail under the shipped program and judges
# what is left:
#
#   sh tests/fault/run.sh [few|many] [SET [SCENE [FAULT]]]
#
# Cases are lines of tests/fault/cases.  After each fault: the database is
# whole and holds no half dataset, nothing passes that should not, what the
# past said is as it was, each report is the old one or a whole new one, the
# program said something and ended in time; status 0 only when all was read;
# and then the same work, undisturbed, gives what it gives on any day.
# SET is all, or torture: one call fails, or that and all later ones; faults:
# the rest, death, power, room, clocks; sanitized: what can be done to a build
# with sanitizers, whose memory is its own.
# EP_FAULT_SEED repeats a sample, EP_FAULT_ROUNDS says how many of each case.
# EP_FAULT_FIGURES is a file that gets a line for each case; with EP_PUBLISH=yes
# what it holds goes into docs/RELIABILITY.md.
# shellcheck disable=SC2317,SC2086
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

size=${1:-few}
set=${2:-all}
only_scene=${3-}
only_fault=${4-}
seed=${EP_FAULT_SEED:-$(date +%s)}
here=$EP_SRC/tests/fault
shim=$EP_BUILD/tests/fault/shim
echo "seed $seed" >&2

# --- what is done --------------------------------------------------------------

# The program as it would be run; $fault and $wrap are what goes wrong.
# shellcheck disable=SC2086
program() {
	if [ -n "$fault" ]; then
		timeout -k 5 60 env FAULT="$fault" FAULT_ROOT="$ep_work" \
			FAULT_TOLD="$ep_work/told" LD_PRELOAD="$shim" \
			ASAN_OPTIONS="$asan" "$EP_BUILD/exitproof" "$@"
	else
		$wrap "$EP_BUILD/exitproof" "$@"
	fi
}

reports() {
	for pair in text=night.txt junit=night.xml json=night.json \
		ocsf=ocsf.json csv=night.csv html=html; do
		printf -- '--report %s=%s/%s ' "${pair%%=*}" "$ep_work/written" \
			"${pair#*=}"
	done
}

# shellcheck disable=SC2046
do_night() {
	program run --now 2026-11-18T02:00:00Z $rules $(reports)
}

# shellcheck disable=SC2046
do_first() {
	program run --now 2026-11-17T02:00:00Z $rules $(reports)
}

do_verify() {
	program exit verify --now 2026-11-17T03:00:00Z --person \
		gus.guest@maple.example --profile guest-or-kiosk
}

do_seal() {
	program evidence checkpoint --now 2026-11-17T04:00:00Z \
		--to "$ep_work/written/checkpoint"
}

# The oldest schema there is, brought up to date by the first who writes.
do_migrate() {
	program check --now 2026-11-17T04:00:00Z --report \
		text="$ep_work/written/night.txt"
}

# What was kept long enough is deleted, and nothing says that it was not.
do_purge() {
	program purge --yes --now 2027-02-25T12:00:00Z --by 'Lin Owner'
}

# shellcheck disable=SC2046
do_report() {
	program report $(reports)
}

# --- what it is done to ----------------------------------------------------------

forget() {
	rm -rf "$ep_db" "$ep_db"-* "$ep_db".* "$ep_work/written" "$ep_work/told"
	mkdir "$ep_work/written"
}

# begin_from FILE: the database as it was.
begin_from() {
	forget
	if [ -e "$1" ]; then
		cp "$1" "$ep_db"
	fi
	cp -R "$keep/reports/." "$ep_work/written/"
}

# prepare SCENE BEFORE: what it leaves behind undisturbed is kept as the
# measure of all its rounds.
prepare() {
	fault=
	wrap=
	before=$2
	old=$2
	case $1 in
	night | purge) estate_ctl night 2 ;;
	*) estate_ctl night 1 ;;
	esac
	begin_from "$before"
	want=0
	"do_$1" >"$ep_work/said" 2>&1 || want=$?
	cp "$ep_db" "$keep/new.db"
	new=$keep/new.db
	rm -rf "$keep/new"
	cp -R "$ep_work/written" "$keep/new"
	rm -f "$keep/old.db"
	if [ -e "$old" ]; then
		cp "$old" "$keep/old.db"
	else
		sqlite3 "$new" .schema | sqlite3 "$keep/old.db"
	fi
	old=$keep/old.db
	# The first check makes these; a death before it leaves none.
	sqlite3 "$new" '.schema result_log' '.schema check_run' \
		'.schema rule_run' '.schema rule_text' | sed -n \
		's/^CREATE TABLE \([a-z]\)/CREATE TABLE IF NOT EXISTS main.\1/p' \
		>"$keep/tables.sql"
	sqlite3 "$old" <"$keep/tables.sql"
	{
		table_of_rows old "$old"
		table_of_rows new "$new"
		cat "$here/judge.sql"
	} >"$ep_work/judge.sql"
	{
		cat "$ep_work/judge.sql"
		needed "$1"
		cat "$here/after.sql"
	} >"$ep_work/well.sql"
}

# needed SCENE: what a verify hangs on is what its exit reads, and all others
# hang on everything.
needed() {
	echo 'CREATE TEMP TABLE needed AS'
	if [ "$1" != verify ]; then
		echo 'SELECT ds FROM latest;'
		return
	fi
	"$EP_BUILD/exitproof" exit plan --now 2026-11-17T03:00:00Z --person \
		gus.guest@maple.example --profile guest-or-kiosk \
		--format json | jq -r '"SELECT value AS ds FROM json_each('"'"'" +
			([.datasets[] | .tenant + " " + .dataset] | tojson) +
			"'"'"');"'
}

# The SELECT over the rows of all kinds, but for what a run puts on them.
rows_of() {
	sqlite3 "$1" "SELECT group_concat(q, ' UNION ALL ') FROM (
		SELECT 'SELECT t.uid || '' '' || d.name AS ds, json_array('''
		       || m.name || '''' || group_concat(', n.\"' || c.name
		       || '\"', '') || ') AS line FROM @@.\"' || m.name
		       || '\" AS n JOIN @@.dataset AS d ON d.id = n.dataset'
		       || ' JOIN @@.tenancy AS t ON t.id = d.tenancy' AS q
		  FROM sqlite_schema AS m
		  JOIN pragma_table_info(m.name) AS c
		 WHERE m.type = 'table' AND m.name GLOB 'now_*'
		   AND c.name NOT IN ('rid', 'dataset', 'first_run',
				      'changed_run')
		 GROUP BY m.name
		UNION ALL
		SELECT 'SELECT t.uid || '' '' || d.name AS ds, json_array('''
		       || m.name || ''', n.key' || group_concat(', v.\"'
		       || c.name || '\"', '') || ') AS line FROM @@.\"'
		       || m.name || '\" AS v JOIN @@.\"'
		       || replace(m.name, 'moving_', 'now_')
		       || '\" AS n ON n.rid = v.rid JOIN @@.dataset AS d'
		       || ' ON d.id = n.dataset'
		       || ' JOIN @@.tenancy AS t ON t.id = d.tenancy'
		  FROM sqlite_schema AS m
		  JOIN pragma_table_info(m.name) AS c
		 WHERE m.type = 'table' AND m.name GLOB 'moving_*'
		   AND c.name <> 'rid'
		 GROUP BY m.name)"
}

# table_of_rows SCHEMA FILE: each in its own form, since a database that was to
# be migrated may have been left as it was.
table_of_rows() {
	echo "CREATE TEMP TABLE $1_rows AS"
	rows_of "$2" | sed "s/@@/$1/g"
	echo ';'
}

# --- how it is judged -------------------------------------------------------------

complain() {
	echo "$*" >>"$ep_work/complaints"
}

# judge_db FILE.sql: on a copy, so that the next run finds what was left.
judge_db() {
	rm -rf "$ep_work/judged"
	mkdir "$ep_work/judged"
	[ -e "$ep_db" ] || return 0
	cp "$ep_db" "$ep_work/judged/db"
	if [ -e "$ep_db-wal" ]; then
		cp "$ep_db-wal" "$ep_work/judged/db-wal"
	fi
	table_of_rows main "$ep_work/judged/db" >"$ep_work/rows.sql" \
		2>>"$ep_work/complaints"
	sqlite3 "$ep_work/judged/db" "ATTACH '$old' AS old" \
		"ATTACH '$new' AS new" ".read $keep/tables.sql" \
		".read $ep_work/rows.sql" ".read $1" \
		>>"$ep_work/complaints" 2>&1 || complain "cannot be judged"
}

# A report is the old one, the undisturbed new one, or another whole one.  The
# old one may stay only when the program says that it could not write.
judge_report() {
	file=${1#"$ep_work/written/"}
	if cmp -s "$1" "$keep/new/$file"; then
		return
	elif cmp -s "$1" "$keep/reports/$file"; then
		case $scene:$got in
		night:[012] | night:69)
			complain "$file is the old one, status $got"
			;;
		esac
		return
	fi
	case $file in
	.exitproof-* | */.exitproof-*) test "$may_litter" = yes ;;
	*.xml) xmllint --noout --nonet "$1" 2>/dev/null ;;
	ocsf.json | night.json) jq -es 'length > 0' "$1" >/dev/null ;;
	*.txt) grep -q '^  Rules: ' "$1" ;;
	*.html) tail -c 9 "$1" | grep -q '</html>' ;;
	*.power-*) test "$may_litter" = yes ;;
	*) test -s "$1" && test -z "$(tail -c 1 "$1")" ;;
	esac || complain "$file is neither old nor whole"
}

judge_reports() {
	find "$ep_work/written" -type f >"$ep_work/files"
	while read -r path; do
		judge_report "$path"
	done <"$ep_work/files"
}

judge_status() {
	case $got in
	0) ;;
	1 | 2 | 65 | 66 | 69 | 7[0-8]) ;;
	137) test "$may_die" = yes || complain "killed" ;;
	124) test "$may_die:$fault" = yes: || complain "did not end in time" ;;
	*) complain "status $got: $(tail -n 1 "$ep_work/said")" ;;
	esac
	if [ "$got" -ge 64 ] && [ "$got" -lt 124 ] &&
		[ ! -s "$ep_work/said" ]; then
		complain "status $got and not a word"
	fi
}

# The night before can still be asked, and says what it said.
judge_past() {
	[ "$scene" = night ] || return 0
	"$EP_BUILD/exitproof" query -f csv --at 1 "$past" \
		>"$ep_work/past" 2>&1
	cmp -s "$ep_work/past" "$keep/past" ||
		complain "the past changed: $(head -n 1 "$ep_work/past")"
}
past='SELECT tenant, dataset, key, name FROM account
	UNION ALL SELECT tenant, dataset, key, name FROM resource
	UNION ALL SELECT tenant, dataset, key, name FROM agent ORDER BY 1, 2, 3'

# --- damage -------------------------------------------------------------------------

# damage KIND N: to the database, before the program sees it.
damage() {
	pages=$(($(wc -c <"$ep_db") / 4096))
	case $1 in
	page) overwrite /dev/urandom 4096 $(($2 % pages)) ;;
	zero) overwrite /dev/zero 4096 $(($2 % pages)) ;;
	header) overwrite /dev/urandom 100 0 ;;
	short) truncate -s $((pages * 4096 / 2)) "$ep_db" ;;
	text) echo 'no database' >"$ep_db" ;;
	empty) : >"$ep_db" ;;
	mode) chmod 666 "$ep_db" ;;
	link) mv "$ep_db" "$ep_db.moved" && ln -s "$ep_db.moved" "$ep_db" ;;
	wal) head -c 40000 /dev/urandom >"$ep_db-wal" ;;
	nolog)
		fault=write:kill:$2
		"do_$scene" >/dev/null 2>&1
		fault=
		rm -f "$ep_db-wal" "$ep_db-shm"
		;;
	esac
}

overwrite() {
	dd if="$1" of="$ep_db" bs="$2" seek="$3" count=1 conv=notrunc \
		status=none
}

# A file that is none of ours is left as it is; a damaged one is refused or
# was no obstacle; what was only lost is read again.
judge_damage() {
	case $got:$1 in
	0:*) judge_db "$ep_work/well.sql" ;;
	*:wal | *:nolog) complain "status $got" ;;
	*:header | *:text | *:empty | *:mode | *:link)
		cmp -s "$ep_db" "$ep_work/damaged" ||
			complain "written to, though refused"
		;;
	esac
	case $got:$1 in
	0:header | 0:text | 0:empty | 0:mode | 0:link)
		complain "not refused"
		;;
	esac
}

# round_damaged KIND N
round_damaged() {
	begin_from "$before"
	: >"$ep_work/complaints"
	fault=
	wrap=
	got=0
	may_die=no
	may_litter=yes
	damage "$1" "$2"
	cp "$ep_db" "$ep_work/damaged"
	"do_$scene" >"$ep_work/said" 2>&1 || got=$?
	judge_status
	judge_reports
	judge_damage "$1"
	struck=$((struck + 1))
	count_round "damage:$1" "$2"
}

# --- a round ----------------------------------------------------------------------

# faulty WHAT N: does it with that fault; got is the status.
faulty() {
	fault=
	wrap=
	may_die=no
	may_litter=no
	asan=detect_leaks=1:halt_on_error=1
	got=0
	case $1 in
	time:kill)
		wrap="timeout -s KILL $(awk -v n="$2" \
			'BEGIN { printf "%.3f", n / 1000 }')"
		may_die=yes
		;;
	time:term)
		wrap="timeout $(awk -v n="$2" \
			'BEGIN { printf "%.3f", n / 1000 }')"
		may_die=yes
		;;
	room:*) blocks=$((($(wc -c <"$before") + 511) / 512 + ${1#*:})) ;;
	fds:*) wrap="prlimit --nofile=${1#*:}" ;;
	write:power0) fault=write:power:0:$((seed + $2)) ;;
	*) fault=$1:$2:$seed ;;
	esac
	case $1 in
	*:kill | *:torn | *:power) may_die=yes ;;
	esac
	case $1 in
	*:kill | *:torn | *:power*) may_litter=yes ;;
	*:once | *:ever | *:full | room:* | fds:* | time:*) may_litter=yes ;;
	esac
	case $1 in
	room:*) (ulimit -f "$blocks" && "do_$scene") ;;
	*) "do_$scene" ;;
	esac >"$ep_work/said" 2>&1 || got=$?
}

# round WHAT N
round() {
	begin_from "$before"
	: >"$ep_work/complaints"
	faulty "$1" "$2"
	# What it said may go where the power went.
	if [ "$1" = write:power0 ] && [ "$got" = 137 ]; then
		complain "died at its end"
	fi
	judge_status
	judge_leaks
	judge_reports
	if [ "$got" = 0 ] && [ "$scene" != migrate ]; then
		judge_db "$ep_work/well.sql"
	else
		judge_db "$ep_work/judge.sql"
	fi
	if [ -e "$ep_db" ]; then
		judge_past
	fi
	fault=
	wrap=
	again=0
	"do_$scene" >"$ep_work/again" 2>&1 || again=$?
	test "$again" -eq "$want" ||
		complain "afterwards status $again: $(tail -n 2 "$ep_work/again")"
	if [ "$want" = 0 ]; then
		judge_db "$ep_work/well.sql"
	else
		judge_db "$ep_work/judge.sql"
	fi
	if grep -q '^struck=1' "$ep_work/told" 2>/dev/null || [ -n "$wrap" ]
	then
		struck=$((struck + 1))
	fi
	count_round "$1" "$2"
}

# count_round WHAT N
count_round() {
	rounds=$((rounds + 1))
	if [ -s "$ep_work/complaints" ]; then
		bad=$((bad + 1))
		worst="${worst:-at $2: $(head -n 1 "$ep_work/complaints")}"
		{
			echo "--- $scene $1 at $2, status $got"
			cat "$ep_work/complaints" "$ep_work/said"
		} >&2
	fi
}

# What the program leaves unfreed where nothing failed, and no block more.
judge_leaks() {
	alive=$(sed -n 's/^alive=//p' "$ep_work/told" 2>/dev/null)
	if [ -n "$alive" ] && [ "$got" -lt 128 ] &&
		[ "$alive" -gt "$most_alive" ]; then
		complain "$alive blocks were not freed, else $most_alive"
	fi
}

# calls CLASS: how many of them the undisturbed work makes.
calls() {
	begin_from "$before"
	fault=$1:none:1
	asan=detect_leaks=0
	"do_$scene" >/dev/null 2>&1
	of=$(sed -n "s/^$1=//p" "$ep_work/told")
	most_alive=$(sed -n "s/^alive=//p" "$ep_work/told")
}

# places COUNT HOW_MANY: that many numbers up to COUNT, one from each part.
places() {
	awk -v n="$1" -v k="$2" -v seed="$seed" 'BEGIN {
		srand(seed)
		if (k == "each" || k > n)
			k = n
		for (i = 0; i < k; i++)
			print int((i + (k < n ? rand() : 0)) * n / k) + 1
	}'
}

# run_case SCENE FAULT HOW_MANY
run_case() {
	rounds=0
	struck=0
	bad=0
	worst=
	most_alive=0
	case $2 in
	time:* | damage:*) of=600 ;;
	room:* | fds:*) of=1 ;;
	write:power0)
		calls write
		of=1000
		;;
	*) calls "${2%%:*}" ;;
	esac
	if [ "${of:-0}" -eq 0 ]; then
		not_ok "$1 $2" "no call of that class was made"
		return
	fi
	for n in $(places "$of" "$3"); do
		case $2 in
		damage:*) round_damaged "${2#*:}" "$n" ;;
		*) round "$2" "$n" ;;
		esac
	done
	total=$((total + rounds))
	if [ -n "${EP_FAULT_FIGURES-}" ]; then
		printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$rounds" "$of" \
			"$bad" "$(date +%F)" >>"$EP_FAULT_FIGURES"
	fi
	if [ "$bad" -gt 0 ]; then
		not_ok "$1 $2" "$bad of $rounds rounds, seed $seed, $worst"
	else
		ok "$1 $2 ($rounds rounds of $of)"
	fi
}

# --- all of it ---------------------------------------------------------------------

setup() {
	night_setup faults || return
	rm "$ep_work/data/connectors"
	mkdir "$ep_work/data/connectors"
	for name in printix printix-portal printix-partner register; do
		cp "$EP_SRC/scanner/connectors/$name.yaml" \
			"$ep_work/data/connectors/"
	done
	rules=$(sed -e '/^#/d' -e 's/^/--rule /' "$here/rules" | tr '\n' ' ')
	keep=$ep_work/keep
	mkdir -p "$keep/reports"
	fault=
	wrap=
	begin_from "$ep_work/nothing"
	estate_ctl night 1
	check_status "an undisturbed night decides everything" 0 do_first ||
		return
	for what in approval device; do
		"$EP_BUILD/exitproof" exit attest --now 2026-11-17T02:30:00Z \
			--person gus.guest@maple.example --what $what \
			--profile guest-or-kiosk --by 'Lin Owner' >&2
	done
	cp -R "$ep_work/written/." "$keep/reports/"
	cp "$ep_db" "$keep/one.db"
	"$EP_BUILD/exitproof" query -f csv --at 1 "$past" >"$keep/past"
	check_status "an exit is safe to close" 0 do_verify
	# A second night, and both are sealed: what a purge may begin from.
	estate_ctl night 2
	begin_from "$keep/one.db"
	do_night >/dev/null 2>&1
	do_seal >/dev/null 2>&1
	cp "$ep_db" "$keep/two.db"
	sqlite3 "$keep/v1.db" <"$EP_SRC/tests/fixtures/store/version-1.sql"
	chmod 600 "$keep/v1.db"
}

asan=
setup || exit
total=0
last=
began=$(date +%s)
tab=$(printf '\t')
while IFS=$tab read -r scene what few many; do
	case $scene in
	'' | '#'*) continue ;;
	esac
	if [ -n "$only_scene" ] && [ "$scene" != "$only_scene" ]; then
		continue
	elif [ -n "$only_fault" ] && [ "$what" != "$only_fault" ]; then
		continue
	fi
	case $set:$what in
	all:* | torture:*:once | torture:*:ever) ;;
	sanitized:file:once | sanitized:write:once | sanitized:net:once) ;;
	faults:*:once | faults:*:ever | torture:* | sanitized:*) continue ;;
	esac
	if [ "$scene" != "$last" ]; then
		case $scene in
		first) prepare first "$ep_work/nothing" ;;
		migrate) prepare migrate "$keep/v1.db" ;;
		purge) prepare purge "$keep/two.db" ;;
		*) prepare "$scene" "$keep/one.db" ;;
		esac
		last=$scene
	fi
	case $size in
	few) how_many=$few ;;
	*) how_many=$many ;;
	esac
	run_case "$scene" "$what" "${EP_FAULT_ROUNDS:-$how_many}"
done <"$here/cases"
echo "$total rounds in $(($(date +%s) - began)) s" >&2
check_lacks "the vendors saw nothing but reading" "$ep_work/estate.journal" \
	FORBIDDEN
if [ "${EP_PUBLISH-}" = yes ]; then
	check "the figures are published" /usr/bin/python3 -B \
		"$here/publish.py" "$EP_SRC/docs/RELIABILITY.md" faults \
		"$EP_FAULT_FIGURES"
fi
done_testing
