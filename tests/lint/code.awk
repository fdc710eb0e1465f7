# SPDX-License-Identifier: Apache-2.0
# Prints C source with comments and the insides of string and character
# constants turned into blanks, so that a lint sees code only.  Include lines
# keep their file name.  With -v strings=1 string constants stay.

/^[ \t]*#[ \t]*include/ && !comment { print; next }

{
	out = ""
	n = length($0)
	for (i = 1; i <= n; i++) {
		c = substr($0, i, 1)
		two = substr($0, i, 2)
		if (comment) {
			if (two == "*/") {
				comment = 0
				i++
				out = out " "
			}
			out = out " "
		} else if (quote != "") {
			if (c == "\\") {
				out = out (strings ? two : "  ")
				i++
			} else if (c == quote) {
				out = out c
				quote = ""
			} else {
				out = out (strings ? c : " ")
			}
		} else if (two == "/*") {
			comment = 1
			i++
			out = out "  "
		} else if (two == "//") {
			break
		} else {
			if (c == "\"" || c == "'")
				quote = c
			out = out c
		}
	}
	quote = ""
	print out
}
