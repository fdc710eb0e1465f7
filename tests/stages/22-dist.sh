#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The release: make distcheck unpacks the tarball, builds it outside its own
# tree from read-only sources, runs make check there, installs, uninstalls.
# Of the end-to-end tests, which have a stage of their own, only some: those
# that read the data, the manuals and the guides of the tarball.
. "$(dirname "$0")/../lib.sh"

cd "$EP_BUILD" || exit
some="tests/e2e/night.sh tests/e2e/exit.sh tests/e2e/evidence.sh"
some="$some tests/e2e/guides.sh tests/e2e/manual.sh"
check "distcheck" make -j"$EP_JOBS" distcheck \
	AM_MAKEFLAGS="e2e_tests_run='$some'"
done_testing
