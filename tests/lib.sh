# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What the shell tests and the stages share.  A test prints "ok NAME" or
# "not ok NAME reason" on standard output, nothing else there; all it wants to
# say about the how goes to standard error and so into the log of its stage.
#
# Set before (by tests/run.sh, make check, or the defaults here):
#   EP_SRC    the tree		EP_BUILD  a build folder with everything in it
#   EP_OUT    out/ of the tree	EP_ASAN   the same with sanitizers

set -u
LC_ALL=C
TZ=UTC
NO_COLOR=1
export LC_ALL TZ NO_COLOR
: "${EP_SRC:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${EP_OUT:=$EP_SRC/out}"
: "${EP_BUILD:=$EP_OUT/test-build}"
: "${EP_ASAN:=$EP_OUT/asan-build}"
: "${EP_JOBS:=$(nproc 2>/dev/null || echo 2)}"
export EP_SRC EP_OUT EP_BUILD EP_ASAN EP_JOBS

ep_failed=0
ep_work=
ep_estate_pid=

ok() {
	echo "ok $1"
}

# not_ok NAME REASON...
not_ok() {
	ep_name=$1
	shift
	echo "not ok $ep_name: $*" | tr '\n' ' ' | sed 's/ *$//'
	echo
	ep_failed=$((ep_failed + 1))
}

# check NAME COMMAND...: the command ends with status 0.
check() {
	ep_name=$1
	shift
	echo "--- $ep_name: $*" >&2
	if "$@" >&2; then
		ok "$ep_name"
	else
		not_ok "$ep_name" "status $? of $*"
		return 1
	fi
}

# check_status NAME STATUS COMMAND...: the command ends with that status and
# did not crash; its standard output is left in $ep_work/out, its standard
# error in $ep_work/err.
check_status() {
	ep_name=$1
	ep_want=$2
	shift 2
	workdir
	echo "--- $ep_name: $*" >&2
	ep_got=0
	"$@" >"$ep_work/out" 2>"$ep_work/err" || ep_got=$?
	cat "$ep_work/out" "$ep_work/err" >&2
	if [ "$ep_got" -eq "$ep_want" ]; then
		ok "$ep_name"
	else
		not_ok "$ep_name" "status $ep_got, wanted $ep_want:" \
			"$(tail -n 2 "$ep_work/err")"
		return 1
	fi
}

# check_same NAME WANTED GOT
check_same() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "wanted '$2', got '$3'"
		return 1
	fi
}

# check_has NAME FILE EXTENDED_REGEX
check_has() {
	if grep -Eq -e "$3" "$2"; then
		ok "$1"
	else
		not_ok "$1" "'$3' is not in $(basename "$2")"
		return 1
	fi
}

# check_lacks NAME FILE EXTENDED_REGEX: the file is there and does not hold it.
check_lacks() {
	if [ ! -e "$2" ]; then
		not_ok "$1" "$2 does not exist"
		return 1
	elif grep -Eq -e "$3" "$2"; then
		not_ok "$1" "'$3' is in $(basename "$2")"
		return 1
	else
		ok "$1"
	fi
}

# workdir: makes $ep_work, a folder that is removed at the end.
workdir() {
	if [ -z "$ep_work" ]; then
		ep_work=$(mktemp -d "${TMPDIR:-/tmp}/exitproof-test.XXXXXX")
		trap ep_cleanup EXIT
		trap 'exit 129' HUP
		trap 'exit 130' INT
		trap 'exit 143' TERM
	fi
}

ep_cleanup() {
	estate_stop
	if [ -n "$ep_work" ]; then
		rm -rf "$ep_work"
	fi
}

# estate_start WORLD [OPTION...]: starts the simulated MSP on free ports;
# $ep_state is its state file afterwards.
estate_start() {
	workdir
	estate_stop
	ep_world=$1
	shift
	ep_state=$ep_work/estate.state
	rm -f "$ep_state"
	"$EP_BUILD/tests/estate/estate" --world "$ep_world" \
		--state "$ep_state" --journal "$ep_work/estate.journal" \
		--tls-dir "$ep_work/tls" "$@" >&2 &
	ep_estate_pid=$!
	ep_tries=0
	while [ ! -s "$ep_state" ]; do
		ep_tries=$((ep_tries + 1))
		if [ $ep_tries -gt 200 ] ||
			! kill -0 "$ep_estate_pid" 2>/dev/null; then
			echo "the simulated MSP did not start" >&2
			return 1
		fi
		sleep 0.05
	done
}

# estate_get KEY: a value of the state file: base_url, control_url, ca_file.
estate_get() {
	sed -n "s/^$1=//p" "$ep_state"
}

# estate_config FOLDER: a configuration for the running one (its world must
# have one).
estate_config() {
	sh "$EP_SRC/tests/estate/configure.sh" \
		"$EP_BUILD/tests/estate/estate" "$ep_state" \
		"${ep_world%.yaml}" "$1" >&2
}

# estate_ctl WORD...: a command to the running one (night 2, fault …).
estate_ctl() {
	"$EP_BUILD/tests/estate/estate" ctl "$(estate_get control_url)" "$@" >&2
}

estate_stop() {
	if [ -n "$ep_estate_pid" ]; then
		kill "$ep_estate_pid" 2>/dev/null
		wait "$ep_estate_pid" 2>/dev/null
		ep_estate_pid=
	fi
}

# run_unit PROGRAM [WRAPPER...]: one cmocka program, its cases as lines.
run_unit() {
	ep_prog=$1
	shift
	ep_name=$(basename "$ep_prog")
	workdir
	# Here, since what is killed at once cannot remove its own; and others
	# have to get there, whom some tests become.
	ep_rooms=$ep_work/rooms
	mkdir -p "$ep_rooms"
	chmod 711 "$ep_work" "$ep_rooms"
	ep_got=0
	CMOCKA_MESSAGE_OUTPUT=TAP TMPDIR=$ep_rooms \
		timeout -k 5 "${EP_UNIT_SECONDS:-900}" \
		sh "$EP_SRC/tests/unit/alone.sh" "$@" "$ep_prog" \
		>"$ep_work/unit" 2>&1 || ep_got=$?
	{
		echo "--- $ep_name: status $ep_got"
		cat "$ep_work/unit"
	} >&2
	# The lines cmocka printed, then what only the status can tell: a
	# crash, a leak found at exit, a program that tested nothing.
	awk -v prog="$ep_name" -v status="$ep_got" '
		/^1\.\.[0-9]+$/ { planned += substr($0, 4) }
		/^ok [0-9]+/ {
			sub(/^ok [0-9]+( - )?/, "")
			print "ok " prog " " $0
			n++
		}
		/^not ok [0-9]+ # SKIP / {
			sub(/^not ok [0-9]+ # SKIP /, "")
			print "ok " prog " " $0 ": skipped, for this system" \
				" cannot do what it is about"
			n++
			next
		}
		/^not ok [0-9]+/ {
			sub(/^not ok [0-9]+( - )?/, "")
			print "not ok " prog " " $0
			n++
			bad++
		}
		END {
			if (!n)
				print "not ok " prog ": no test ran, status " status
			else if (status != 0 && !bad)
				print "not ok " prog ": ended with status " status
			else if (n != planned)
				print "not ok " prog ": " planned " planned, " \
					n " ran"
		}' "$ep_work/unit" >"$ep_work/unit.tap"
	cat "$ep_work/unit.tap"
	if grep -q '^not ok' "$ep_work/unit.tap"; then
		ep_failed=$((ep_failed + 1))
	fi
}

# run_scripts LANES SUFFIX FILE...: test scripts, LANES of them at a time; a
# script's lines get its name without SUFFIX in front, in the order given.
run_scripts() {
	ep_lanes=$1
	ep_suffix=$2
	shift 2
	workdir
	mkdir -p "$ep_work/scripts"
	# shellcheck disable=SC2016
	printf '%s\n' "$@" | xargs -n 1 -P "$ep_lanes" sh -c '
		at=$0/$(basename "$1")
		timeout -k 10 "${EP_SCRIPT_SECONDS:-900}" sh "$1" \
			>"$at.tap" 2>"$at.log" </dev/null
		echo $? >"$at.status"' "$ep_work/scripts"
	for ep_script in "$@"; do
		ep_at=$ep_work/scripts/$(basename "$ep_script")
		ep_name=$(basename "$ep_script" "$ep_suffix")
		ep_got=$(cat "$ep_at.status")
		echo "=== $ep_name: status $ep_got" >&2
		cat "$ep_at.log" >&2
		sed -n "s/^\(not \)\{0,1\}ok /&$ep_name: /p" "$ep_at.tap"
		if grep -q '^not ok ' "$ep_at.tap"; then
			ep_failed=$((ep_failed + 1))
		elif [ "$ep_got" != 0 ]; then
			not_ok "$ep_name" "status $ep_got"
		elif ! grep -q '^ok ' "$ep_at.tap"; then
			not_ok "$ep_name" "tested nothing"
		fi
	done
}

# done_testing: the status of the script.
done_testing() {
	test "$ep_failed" -eq 0
	exit $?
}
