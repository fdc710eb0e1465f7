#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Words that do not belong into a finished tree: marks of unfinished work,
# paths of one machine, hosts of package registries, numbers of tickets.
set -u
root=${1:-$(dirname "$0")/../..}
. "$(dirname "$0")/lib.sh"

# Brackets keep this file from finding itself.
patterns='
(^|[^A-Za-z])(T[O]DO|F[I]XME|X[X]X|H[A]CK)([^A-Za-z]|$)	finish it, or say why not in plain words
/w[o]rk/|/tmp/e[p]/|/ho[m]e/[a-z]	a path of one machine
registry\.np[m]js|py[p]i\.org|crates\.i[o]|deb\.deb[i]an\.org|proxy\.gol[a]ng	a registry host: docs/setup.sh uses what the machine is set up with
[Ii]ssues? #[0-9]	numbers of tickets mean nothing to a reader of the tree'

seen=$(lint_files . | wc -l)
printf '%s\n' "$patterns" | while IFS='	' read -r pattern what; do
	test -n "$pattern" || continue
	lint_files . | tr '\n' '\0' |
		(cd "$root" && xargs -0 -r grep -nIE -e "$pattern" /dev/null) |
		awk -F: -v what="$what" '{ print $1 ":" $2 ": " what }' >>"$lint_bad"
done
lint_need "$seen" "file"
lint_end
