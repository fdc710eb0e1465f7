#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Questions about an exit while another run writes the database: answered from
# a copy of it, the same as without that run, told as not kept, and nothing is
# left of the copy; what has to be kept is refused.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

night_setup quickstart || exit
config=$ep_work/config
cat >>"$config/leavers.csv" <<'X'
gus-guest,Gus Guest,gus.guest@evergreen.example,,evergreen,2026-11-16T00:00:00Z,customer ticket 4800
X
gus='--person gus.guest@evergreen.example --profile guest-or-kiosk'
sam='--person sam.ode@acme.example'
sed -i '/secrets\/halopsa-instance-exitproof/a\
        ticket_writer:\
          client_id: ha10psa0-exitproof\
          client_secret: {file: secrets/halopsa-instance-exitproof}' \
	"$EXITPROOF_CONFIG"
check_status "a night" 2 night 1

# held COMMAND...: runs it while somebody else has the lock of the database.
# shellcheck disable=SC2317
held() (
	flock -n 9 || exit 99
	status=0
	"$@" 9>&- || status=$?
	# Not the last command: a shell that became it would drop the lock.
	exit "$status"
) 9>"$ep_db.lock"
# shellcheck disable=SC2317
at_eight() {
	verb=$1
	shift
	ep exit "$verb" --now 2026-11-17T08:00:00Z "$@"
}
all_rows() {
	sqlite3 "$ep_db" .dump | sha256sum
}
# What lies in the folder of the database and does not belong there.
beside() {
	find "$ep_work" -maxdepth 1 -name '*aside*'
}

# --- the same answer -----------------------------------------------------------
# shellcheck disable=SC2086
for what in approval device; do
	check_status "$what is attested" 0 at_eight attest $gus --what $what \
		--by 'Ana Lima'
done
for verb in plan status; do
	case $verb in
	plan) who=$sam ;;
	*) who= ;;
	esac
	# shellcheck disable=SC2086
	at_eight $verb $who >"$ep_work/$verb.free" 2>/dev/null
	want=$?
	before=$(all_rows)
	# shellcheck disable=SC2086
	check_status "exit $verb beside a run" $want held at_eight $verb $who
	check_has "... says that it is a copy" "$ep_work/err" \
		'reads a copy of it'
	check "... and the same as without" cmp "$ep_work/$verb.free" \
		"$ep_work/out"
	check_same "... and wrote nothing" "$before" "$(all_rows)"
done

before=$(all_rows)
# shellcheck disable=SC2086
check_status "exit verify beside a run: safe" 0 held at_eight verify $gus
check_has "... is said" "$ep_work/out" '^SAFE TO CLOSE'
check_has "... and that no run keeps it" "$ep_work/out" \
	'^Read beside a run .* not kept there, at 2026-11-17T08:00:00Z'
check_same "... which is true" "$before" "$(all_rows)"
check_same "... and nothing is left of the copy" "" "$(beside)"
# The read itself is a real one: what is wrong by now is seen.
estate_ctl fault kind=status status=403 times=0 vendor=printix || exit
# shellcheck disable=SC2086
check_status "... with the vendor silent" 2 held at_eight verify $gus
check_has "... it cannot tell" "$ep_work/out" '^CANNOT TELL'
estate_ctl clear
# shellcheck disable=SC2086
check_status "exit verify beside a run: not safe" 2 held \
	at_eight verify $sam --report html="$ep_work/v.html" --report text=-
sed 1,3d "$ep_work/out" >"$ep_work/beside"
check_has "... is said" "$ep_work/out" '^NOT SAFE'
check_has "... on the page, too" "$ep_work/v.html" 'Read beside a run'
# shellcheck disable=SC2086
check_status "... and without the other run" 2 at_eight verify $sam
sed 1,3d "$ep_work/out" >"$ep_work/free"
check "... the same is left" cmp "$ep_work/beside" "$ep_work/free"

# --- what has to be kept ----------------------------------------------------------
before=$(all_rows)
# shellcheck disable=SC2086
check_status "exit attest beside a run" 75 held at_eight attest $gus \
	--what approval --by 'Ana Lima'
mark=$(wc -l <"$ep_work/estate.journal")
check_status "exit verify --attach beside a run" 75 held \
	at_eight verify --ticket halopsa/9470 --attach
check_has "... gives the answer" "$ep_work/out" 'exit of '
check_same "... and posts nothing" 0 "$(tail -n +$((mark + 1)) \
	"$ep_work/estate.journal" | grep -c ' POST .*\(Actions\|Attachment\)')"
check_same "neither is in the database" "$before" "$(all_rows)"

# --- copies that cannot be made, and those of the dead ------------------------------
blocks=$(($(stat -c %s "$ep_db") / 512 - 8))
# shellcheck disable=SC2086,SC3045
check_status "no room for a copy" 75 held sh -c 'ulimit -f '$blocks'
	exec "$0" exit verify --now 2026-11-17T08:00:00Z '"$gus" \
	"$EP_BUILD/exitproof"
check_has "... is said" "$ep_work/err" 'cannot be copied meanwhile'
check_lacks "... and no verdict" "$ep_work/out" SAFE
check_same "... and nothing is left of it" "" "$(beside)"
for name in 1 2; do
	: >"$ep_db.aside-$name"
	: >"$ep_db.aside-$name-wal"
	: >"$ep_db.aside-$name.lock"
done
(
	flock -n 8 || exit 1
	# shellcheck disable=SC2086
	ep exit plan --now 2026-11-17T08:00:00Z $gus >/dev/null 2>&1 8>&-
) 8>"$ep_db.aside-2.lock"
check_same "a copy of somebody who was killed is swept away, no other" \
	"$ep_db.aside-2 $ep_db.aside-2-wal $ep_db.aside-2.lock" \
	"$(beside | sort | tr '\n' ' ' | sed 's/ $//')"
rm -f "$ep_db".aside-*

# --- a real night --------------------------------------------------------------------
estate_ctl night 2
(exec "$EP_BUILD/exitproof" run --now 2026-11-18T02:00:00Z \
	--report text="$ep_work/n.txt" >/dev/null 2>&1 </dev/null) &
night=$!
tries=0
until [ "$(sqlite3 "$ep_db" "SELECT count(*) FROM run
	WHERE state = 'running'")" = 1 ]; do
	tries=$((tries + 1))
	if [ $tries -gt 2000 ] || ! kill -0 $night 2>/dev/null; then
		break
	fi
done
kill -STOP $night
# shellcheck disable=SC2086
check_status "in the middle of a night" 2 ep exit verify \
	--now 2026-11-18T08:00:00Z $sam
check_has "... a copy was read" "$ep_work/err" 'reads a copy of it'
check_has "... and the answer is that of now" "$ep_work/out" \
	'^NOT SAFE'
kill -CONT $night
wait $night
check_same "the night ends as it would have" 2 $?
check_same "... and is the only run since" "3 night complete" \
	"$(sqlite3 -separator ' ' "$ep_db" "SELECT id, kind, state FROM run
	WHERE started_at > 1794960000")"
check_same "... and nothing is left of the copy" "" "$(beside)"
done_testing
