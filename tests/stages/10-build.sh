#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds everything twice outside the tree: with gcc, and with clang under the
# address and undefined behaviour sanitizers; a warning is an error in both.
. "$(dirname "$0")/../lib.sh"

configured() {
	[ -x "$EP_SRC/configure" ] || return 1
	test -z "$(find "$EP_SRC/configure.ac" "$EP_SRC/Makefile.am" \
		-newer "$EP_SRC/configure")"
}

# build NAME FOLDER CONFIGURE_ARGUMENT...
build() {
	what=$1
	folder=$2
	shift 2
	mkdir -p "$folder"
	cd "$folder" || exit
	if [ ! -f config.status ]; then
		check "$what: configure" "$EP_SRC/configure" "$@" || return
	fi
	check "$what: make" make -j"$EP_JOBS" || return
	# The programs that only tests need, without running them.
	check "$what: make the tests" make -j"$EP_JOBS" check-programs
}

if ! configured; then
	(cd "$EP_SRC" && check "autoreconf" autoreconf -i) || exit
fi
build gcc "$EP_BUILD" CC=gcc --enable-werror CFLAGS='-O2 -g'
build clang "$EP_ASAN" CC=clang --enable-werror --enable-asan \
	--enable-ubsan CFLAGS='-O1 -g'
done_testing
