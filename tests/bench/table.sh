#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Writes the table of results to standard output:
#
#   sh tests/bench/table.sh RESULTS FAILED
set -u
. "$(dirname "$0")/../lib.sh"

version() {
	"$@" 2>&1 | head -n 1
}

cat <<END
<!-- SPDX-License-Identifier: Apache-2.0 -->
<!-- Written by \`make bench\`. -->
# How fast it is

Measured on $(date -u +%Y-%m-%d) with sizes divided by ${BENCH_SCALE:-1} and ${BENCH_PAIRS:-9} pairs of runs: the yardstick and the
program in turn, the median of their ratios, and from which to which they went. Server and client share the machine.
A run whose counts were wrong has no figure. What is measured and how: [tests/bench](../tests/bench/README.md).

- machine: $(nproc) x $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(awk '/^MemTotal/ { printf "%.0f GB", $2 / 1048576 }' /proc/meminfo), load before: $(cut -d ' ' -f 1-3 /proc/loadavg)
- program: $(cd "$EP_SRC" && git rev-parse --short HEAD 2>/dev/null || echo released), $(version "$EP_BUILD/exitproof" version)
- against: $(version curl --version | cut -d ' ' -f 1-2), $(version nginx -v | sed 's/.*: //'), sqlite3 $(version sqlite3 --version | cut -d ' ' -f 1)

| | quantity | measured | from - to | limit | aim | |
| --- | --- | --- | --- | --- | --- | --- |
END
awk -F '\t' '
	function meets(value, limit)
	{
		if (limit == "-")
			return 1
		if (limit ~ /^=/)
			return value + 0 == substr(limit, 2) + 0
		if (limit ~ /^>/)
			return value + 0 >= substr(limit, 2) + 0
		return value + 0 <= limit + 0
	}
	{
		said = "met"
		if ($6 == "-")
			said = ""
		else if (!meets($3, $6))
			said = "**over**"
		else if ($7 != "-" && meets($3, $7))
			said = "aim met"
		sub(/^>/, "at least ", $6)
		sub(/^>/, "at least ", $7)
		sub(/^=/, "", $6)
		sub(/^=/, "", $7)
		note = $8 ? " (" $8 ")" : ""
		printf "| %s | %s%s | %s %s | %s | %s | %s | %s |\n", $1, $2,
			note, $3, $4, $5, $6, $7, said
	}' "$1"
if [ -s "$2" ]; then
	echo
	echo "Without a figure:"
	echo
	awk -F '\t' '{ printf "- %s: %s\n", $1, $2 }' "$2"
fi
if [ -s "$EP_SRC/tests/bench/remarks.md" ]; then
	echo
	grep -v SPDX "$EP_SRC/tests/bench/remarks.md"
fi
