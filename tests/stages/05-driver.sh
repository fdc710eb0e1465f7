#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The test driver itself: a failed, silent, crashed or missing stage, test
# program or test is a failure in its last line.
# shellcheck disable=SC2030,SC2031
. "$(dirname "$0")/../lib.sh"

workdir
tree=$ep_work/tree
mkdir -p "$tree/tests/stages" "$tree/docs"
cp "$EP_SRC/tests/run.sh" "$EP_SRC/tests/stage.sh" "$EP_SRC/tests/lib.sh" \
	"$tree/tests/"
echo 'exit 0' >"$tree/docs/setup.sh"

# drive NAME WANTED_LAST_LINE WANTED_STATUS [STAGE...]
drive() {
	name=$1
	want="$2, status $3"
	shift 3
	status=0
	sh "$tree/tests/run.sh" "$@" >"$ep_work/said" 2>&1 || status=$?
	cat "$ep_work/said" >&2
	check_same "driver: $name" "$want" \
		"$(tail -n 1 "$ep_work/said"), status $status"
}

stage() {
	cat >"$tree/tests/stages/$1"
}

drive "no stage at all" "0 passed, 1 failed" 1
stage 10-good.sh <<'STAGE'
echo "ok one"
echo "ok two"
echo "not ok three: only on standard error" >&2
STAGE
drive "all good" "2 passed, 0 failed" 0
stage 20-silent.sh <<'STAGE'
exit 0
STAGE
drive "a stage that tests nothing" "2 passed, 1 failed" 1
drive "only what was asked for" "2 passed, 0 failed" 0 good
drive "a stage that is not there" "2 passed, 1 failed" 1 good gone
stage 20-silent.sh <<'STAGE'
echo "ok before"
kill -9 $$
STAGE
drive "a stage that is killed" "3 passed, 1 failed" 1
stage 20-silent.sh <<'STAGE'
echo "ok before"
echo "not ok after: because"
STAGE
drive "a stage that ends well with a failure" "3 passed, 1 failed" 1

# Each of the two waits for the other to have begun, for a while.
meet() {
	cat <<STAGE
: >"$ep_work/$1"
tries=0
while [ ! -e "$ep_work/$2" ] && [ \$tries -lt 200 ]; do
	sleep 0.05
	tries=\$((tries + 1))
done
test -e "$ep_work/$2" && echo "ok met"
STAGE
}
meet left right | stage 20-silent.sh
meet right left | stage 30-other.sh
EP_LANES=2
export EP_LANES
drive "stages side by side" "4 passed, 0 failed" 0
unset EP_LANES
# The preparing stages do not meet the others.
stage 10-good.sh <<STAGE
rm -f "$ep_work/late"
test ! -e "$ep_work/late" && echo "ok first"
STAGE
stage 11-next.sh <<STAGE
test ! -e "$ep_work/late" && echo "ok second"
STAGE
# The one beside it ends after the other took its driver along.
stage 20-silent.sh <<STAGE
: >"$ep_work/late"
tries=0
while [ ! -e "$ep_work/taken" ] && [ \$tries -lt 200 ]; do
	sleep 0.05
	tries=\$((tries + 1))
done
test -e "$ep_work/taken" && echo "ok late"
STAGE
stage 30-other.sh <<STAGE
kill -9 \$PPID
: >"$ep_work/taken"
STAGE
EP_LANES=2
export EP_LANES
drive "a stage that takes its driver along" "3 passed, 1 failed" 1
rm "$ep_work/taken"
stage 40-after.sh <<'STAGE'
echo "ok after"
STAGE
drive "and what would come after it" "4 passed, 1 failed" 1
unset EP_LANES
rm "$tree/tests/stages/40-after.sh"

# unit NAME WANTED < PROGRAM: what run_unit makes of it.
unit() {
	cat >"$ep_work/t_fake"
	chmod +x "$ep_work/t_fake"
	check_same "driver: unit $1" "$2" "$(
		. "$EP_SRC/tests/lib.sh"
		ep_work=
		run_unit "$ep_fake" 2>/dev/null | tr '\n' ';'
	)"
}
ep_fake=$ep_work/t_fake

unit "that passes" "ok t_fake a;ok t_fake b;" <<'PROGRAM'
#!/bin/sh
printf '1..2\nok 1 - a\nok 2 - b\n'
PROGRAM
unit "that fails" "ok t_fake a;not ok t_fake b;" <<'PROGRAM'
#!/bin/sh
printf '1..2\nok 1 - a\nnot ok 2 - b\n'
exit 1
PROGRAM
unit "that cannot test all of it here" "ok t_fake a;ok t_fake b: skipped, for \
this system cannot do what it is about;" <<'PROGRAM'
#!/bin/sh
printf '1..2\nok 1 - a\nnot ok 2 # SKIP b\n'
PROGRAM
unit "that leaks at its end" \
	"ok t_fake a;not ok t_fake: ended with status 23;" <<'PROGRAM'
#!/bin/sh
printf '1..1\nok 1 - a\n'
exit 23
PROGRAM
unit "that stops early" "ok t_fake a;not ok t_fake: 2 planned, 1 ran;" <<'PROGRAM'
#!/bin/sh
printf '1..2\nok 1 - a\n'
PROGRAM
unit "that tests nothing" "not ok t_fake: no test ran, status 0;" <<'PROGRAM'
#!/bin/sh
exit 0
PROGRAM
unit "that leaves something behind" \
	"ok t_fake a;not ok t_fake: ended with status 90;" <<'PROGRAM'
#!/bin/sh
printf '1..1\nok 1 - a\n'
echo x >left
PROGRAM

# Where a unit test was is gone after it, however it ended.
rooms=$ep_work/elsewhere
mkdir "$rooms"
for how in 'exit 1' 'kill -9 $$' 'kill -TERM $PPID; exec sleep 60'; do
	printf '#!/bin/sh\necho x >a; mkdir b; echo x >b/c\npwd >%s\n%s\n' \
		"$ep_work/where" "$how" >"$ep_work/t_fake"
	rm -f "$ep_work/where"
	TMPDIR=$rooms sh "$EP_SRC/tests/unit/alone.sh" "$ep_work/t_fake" \
		>&2 2>&1 && not_ok "driver: unit: $how" "passed"
	check_has "driver: unit: $how: was in a folder of its own" \
		"$ep_work/where" "^$rooms/."
	check_same "driver: unit: $how: which is gone" "" "$(ls -A "$rooms")"
done

# scripts WANTED: what run_scripts makes of the scripts written last.
script() {
	cat >"$ep_work/$1-x.sh"
	mentioned="$mentioned $ep_work/$1-x.sh"
}
scripts() {
	# shellcheck disable=SC2086
	check_same "driver: scripts $1" "$2" "$(
		. "$EP_SRC/tests/lib.sh"
		ep_work=
		run_scripts 2 -x.sh $mentioned 2>/dev/null | tr '\n' ';'
	)"
	mentioned=
}
mentioned=
script b <<'SCRIPT'
echo "ok 1"
SCRIPT
script a <<'SCRIPT'
echo "ok 2"
SCRIPT
scripts "in their order" "ok b: 1;ok a: 2;"
script a <<'SCRIPT'
exit 0
SCRIPT
script b <<'SCRIPT'
echo "not ok 1: because"
exit 1
SCRIPT
script c <<'SCRIPT'
echo "ok 1"
kill -9 $$
SCRIPT
scripts "that fail" \
	"not ok a: tested nothing;not ok b: 1: because;ok c: 1;not ok c: status 137;"
script a </dev/null
script c <<'SCRIPT'
kill -9 $PPID
SCRIPT
scripts "that kill what watches them" \
	"not ok a: tested nothing;not ok c: status 137;"
done_testing
