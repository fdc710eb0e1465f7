# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154
# What the lints share.  Sourced by each of them after "root" was set: the
# folder to look at, which is this tree unless the first argument says
# otherwise (selftest.sh gives a damaged copy).
#
# A lint prints "file:line: what is wrong" for each violation and ends with
# status 1 when there was one.  A lint that found no file to look at fails
# too: not looked at is never clean.

lint_bad=$(mktemp)
trap 'rm -f "$lint_bad"' EXIT
export LC_ALL=C

# What a build made, and foreign text.
lint_skip='^\./((\.git|out|build-aux|autom4te\.cache|_build|_inst)/'
lint_skip="$lint_skip|exitproof-[0-9][^/]*/"
lint_skip="$lint_skip|(configure|Makefile|Makefile\.in|aclocal\.m4|config\.[a-z.]*)\$"
lint_skip="$lint_skip|stamp-h1\$|.*\.(log|trs|o|a|gcda|gcno)\$)"
lint_foreign='^\./tests/(fixtures|vendors|lint/cases|[a-z]+/corpus)/'

# lint_files EXTENDED_REGEX: our own files whose path matches, sorted,
# relative to root.
lint_files() {
	(cd "$root" && find . -type f ! -name '*~') |
		grep -Ev "$lint_skip" | grep -Ev "$lint_foreign" |
		sed 's,^\./,,' | grep -E "$1" | sort
}

# lint_need NUMBER WHAT: refuses to be clean about nothing.
lint_need() {
	if [ "$1" -eq 0 ]; then
		echo "$root:0: no $2 found to look at" >>"$lint_bad"
	fi
}

# lint_say FILE LINE TEXT
lint_say() {
	echo "$1:$2: $3" >>"$lint_bad"
}

# lint_code FILE: C source with comments and the insides of string and
# character constants blanked; line numbers stay.
lint_code() {
	awk -f "$(dirname "$0")/code.awk" "$root/$1"
}

# lint_end: prints what was found and gives the exit status.
lint_end() {
	sort -t: -k1,1 -k2,2n "$lint_bad"
	test ! -s "$lint_bad"
}
