#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Reads the sources with analyzers and compares what they say with what
# somebody looked at and found to be none:
#
#   sh tests/analyze/run.sh BUILD OUT [TOOL...]
#
# Tools: gcc (-fanalyzer), clang (clang-tidy as .clang-tidy says, which runs
# all of the analyzer that scan-build runs), cppcheck.  BUILD is a configured
# folder.  What they say is left in OUT/TOOL.txt.  tests/analyze/accepted names
# tool, file, check, how often, and why it is none; anything else, or one that
# is not said any more, is printed and gives status 1.
# The tools are called by name.
# shellcheck disable=SC2317,SC2154
set -u
if [ $# -lt 2 ]; then
	sed -n '6,14s/^# \{0,1\}//p' "$0" >&2
	exit 64
fi
. "$(dirname "$0")/../known.sh"
known_begin "$1" "$2"
shift 2
test $# -gt 0 || set -- gcc clang cppcheck
cd "$EP_SRC" || exit

flags=$out/flags
{
	printf '%s\n' -std=gnu17 -Iscanner "-I$build" -D_GNU_SOURCE \
		-D_FILE_OFFSET_BITS=64 -DEP_VERSION='\"0\"' \
		-DEP_PKGDATADIR='\"/data\"' -DEP_SYSCONFDIR='\"/etc\"' \
		-DEP_LOCALSTATEDIR='\"/var\"'
	pkg-config --cflags libcurl libcjson sqlite3 libpcre2-8 libxml-2.0 \
		yaml-0.1 libcrypto ldap libzstd libxxhash libutf8proc
} >"$flags"

sources() {
	ls scanner/*/*.c
}

run_gcc() {
	sources | xargs -P "$EP_JOBS" -n 1 gcc "@$flags" -O1 -fanalyzer \
		-fdiagnostics-plain-output -Wall -c -o /dev/null 2>&1
}

run_clang() {
	# clang-tidy takes no file of arguments behind its --.
	eval "set -- $(tr '\n' ' ' <"$flags")"
	for source in $(sources); do
		printf '%s\n' "$source"
	done | xargs -P "$EP_JOBS" -I{} clang-tidy --quiet {} -- "$@" 2>&1
}

run_cppcheck() {
	cppcheck -j "$EP_JOBS" --enable=warning,performance,portability \
		--std=c11 -q -Iscanner -D_GNU_SOURCE -D__GNUC__ \
		-DEP_VERSION='""' -DEP_PKGDATADIR='""' -DEP_SYSCONFDIR='""' \
		-DEP_LOCALSTATEDIR='""' \
		--template='{file}:{line}:{column}: warning: {message} [{id}]' \
		scanner 2>&1
}

# "FILE CHECK COUNT" of what a tool said.
digest() {
	sed -n -e "s,^$EP_SRC/,," \
		-e 's/^\([^: ]*\):[0-9]*:[0-9]*: \(warning\|error\): .*\[\([^] ]*\)\]$/\1 \3/p' \
		"$out/$1.txt" | sort | uniq -c | awk '{ print $2, $3, $1 }'
}

bad=0
echo '| analyzer | seconds | said | accepted | new | gone |'
echo '| --- | ---: | ---: | ---: | ---: | ---: |'
for tool in "$@"; do
	begun=$(date +%s)
	"run_$tool" >"$out/$tool.txt"
	taken=$(($(date +%s) - begun))
	digest "$tool" >"$out/$tool.said"
	sed -n "s/^$tool \([^ ]* [^ ]* [0-9]*\) .*/\1/p" \
		tests/analyze/accepted >"$out/$tool.known"
	known_compare "$tool" || bad=1
	said=$(wc -l <"$out/$tool.said")
	new=$(wc -l <"$out/$tool.new")
	gone=$(wc -l <"$out/$tool.gone")
	echo "| $tool | $taken | $said | $((said - new)) | $new | $gone |"
done
exit $bad
