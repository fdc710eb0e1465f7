#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The release: make distcheck unpacks the tarball, builds it outside its own
# tree from read-only sources, runs make check there, installs, uninstalls.
. "$(dirname "$0")/../lib.sh"

cd "$EP_BUILD" || exit
check "distcheck" make -j"$EP_JOBS" distcheck
done_testing
