# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2034
# What tools that read the sources say, against what somebody looked at: the
# two must be the same, so that nothing new is missed and no reason outlives
# what it was for.

# known_begin BUILD OUT: absolute paths in $build and $out.
known_begin() {
	: "${EP_SRC:=$(cd "$(dirname "$0")/../.." && pwd)}"
	: "${EP_JOBS:=$(nproc 2>/dev/null || echo 2)}"
	mkdir -p "$2"
	build=$(cd "$1" && pwd) && out=$(cd "$2" && pwd)
}

# known_compare NAME: $out/NAME.said, what the tool said, against
# $out/NAME.known, a line each; differences are printed and left in
# $out/NAME.new and $out/NAME.gone.
known_compare() {
	LC_ALL=C sort -o "$out/$1.said" "$out/$1.said"
	LC_ALL=C sort -o "$out/$1.known" "$out/$1.known"
	LC_ALL=C comm -23 "$out/$1.said" "$out/$1.known" >"$out/$1.new"
	LC_ALL=C comm -13 "$out/$1.said" "$out/$1.known" >"$out/$1.gone"
	sed "s/^/new: $1 /" "$out/$1.new" >&2
	sed "s/^/gone: $1 /" "$out/$1.gone" >&2
	test ! -s "$out/$1.new" && test ! -s "$out/$1.gone"
}
