#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs a unit test in a folder of its own, which is removed with all that the
# test left in it, also when the test fails, crashes or is told to stop.
#
#   sh tests/unit/alone.sh [WRAPPER...] PROGRAM
#
# A test that passes and leaves something behind ends with status 90.
# leave() is called by name.
# shellcheck disable=SC2317
set -u
if [ $# -eq 0 ]; then
	sed -n '6,8s/^# \{0,1\}//p' "$0" >&2
	exit 64
fi
room=
pid=
leave() {
	test -z "$pid" || kill "$pid" 2>/dev/null
	test -z "$room" || rm -rf "$room"
}
trap leave EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
room=$(mktemp -d "${TMPDIR:-/tmp}/exitproof-unit.XXXXXX") || exit
# Some tests become another user, who has to get there.
chmod 711 "$room"

# The program is the last word, and named from where we are now.
words=$#
here=$(pwd)
for word in "$@"; do
	words=$((words - 1))
	case $words,$word in
	0,/*) ;;
	0,*) word=$here/$word ;;
	esac
	set -- "$@" "$word"
	shift
done

# In the background, so that a signal is not kept waiting.
(cd "$room" && TMPDIR=$room exec "$@") &
pid=$!
status=0
wait "$pid" || status=$?
pid=
left=$(ls -A "$room")
if [ "$status" -eq 0 ] && [ -n "$left" ]; then
	echo "left behind: $left" >&2
	status=90
fi
exit "$status"
