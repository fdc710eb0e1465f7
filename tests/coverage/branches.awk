# SPDX-License-Identifier: Apache-2.0
# Counts the branches of one file in the text of `gcov -b -c -t`: all, those
# taken, and the others by what they are for:
#
#   passing   the line hands on an error of somebody else (rc, err, NULL of an
#             allocation); each of these calls is made to fail by t_torn or by
#             the fault tests, not each branch
#   other     everything else; printed when LIST is set
#
# One line: FILE LINES_TAKEN LINES BRANCHES TAKEN PASSING OTHER
function settle(   passing) {
	if (!open)
		return
	passing = text ~ /(^|[^a-z_])(rc|err|fd)([^a-z_]|$)|< 0|overflow/
	if (missed && passing)
		n_passing += missed
	else if (missed) {
		n_other += missed
		if (LIST)
			printf "%s:%d: %d of %d not taken: %s\n", FILE, line, \
				missed, seen, text > "/dev/stderr"
	}
	open = missed = seen = 0
}
/^ *-: *0:Source:/ {
	settle()
	here = index($0, "/" FILE ".c") > 0
}
!here { next }
/^ *([0-9]+\*?|#####|=====|-): *[0-9]+:/ {
	settle()
	split($0, part, ":")
	line = part[2] + 0
	if (line == 0)
		next
	text = $0
	sub(/^[^:]*:[^:]*:[ \t]*/, "", text)
	open = 1
	if (part[1] !~ /-/) {
		lines++
		taken_lines += part[1] !~ /[#=]/
	}
	next
}
/^branch / {
	branches++
	seen++
	if ($3 == "never" || $4 == 0)
		missed++
	else
		taken++
}
END {
	settle()
	printf "%s %d %d %d %d %d %d\n", FILE, taken_lines, lines, branches,
		taken, n_passing, n_other
}
