#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The unit programs that use threads, and a whole night, under the thread
# sanitizer:
#
#   sh tests/threads/run.sh BUILD
#
# BUILD was configured with -fsanitize=thread.  A race is status 66 of the
# program, so the test that ran it fails.
set -u
if [ $# -ne 1 ]; then
	sed -n '6,9s/^# \{0,1\}//p' "$0" >&2
	exit 64
fi
EP_BUILD=$(cd "$1" && pwd)
TSAN_OPTIONS=exitcode=66
export EP_BUILD TSAN_OPTIONS
. "$(dirname "$0")/../lib.sh"

# The writer of the store and the sessions with directories are the threads;
# whoever hands them work is here.
for name in changes db directory ingest json layout ldap store writer; do
	run_unit "$EP_BUILD/tests/unit/t_$name"
done
sh "$EP_SRC/tests/e2e/night.sh" >"$ep_work/night" || ep_failed=1
cat "$ep_work/night"
done_testing
