#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Writes the lists of rules/README.md, which begin at its heading "The rules",
# from the headers of the rule files:
#
#   sh rules/list.sh [README]
set -eu
folder=$(cd "$(dirname "$0")" && pwd)
readme=${1:-$folder/README.md}
new=$(mktemp)
trap 'rm -f "$new"' EXIT

# One line of the table: id, severity, systems and title of a rule, whose
# header lines go on behind three blanks.
row() {
	awk '
	/^-- [a-z]+:/ {
		key = $2
		sub(/:$/, "", key)
		sub(/^-- [a-z]+: */, "")
		value[key] = $0
		if (key == "population")
			exit
		next
	}
	/^--   / {
		sub(/^-- +/, " ")
		value[key] = value[key] $0
	}
	END {
		where = value["systems"]
		gsub(/^ +/, "", where)
		gsub(/\|/, "\\|", value["title"])
		printf "| `%s` | %s | %s | %s |\n", value["id"],
			value["severity"], where ? where : "all", value["title"]
	}' "$1"
}

sed '/^## The rules$/,$d' "$readme" >"$new"
{
	echo "## The rules"
	echo
	echo "Made by rules/list.sh from the rule files; do not edit."
	for group in "$folder"/*/; do
		group=$(basename "$group")
		ls "$folder/$group"/*.sql >/dev/null 2>&1 || continue
		printf '\n### %s\n\n' "$group"
		echo "| rule | severity | systems | claim |"
		echo "| --- | --- | --- | --- |"
		for file in "$folder/$group"/*.sql; do
			row "$file"
		done
	done
} >>"$new"
cat "$new" >"$readme"
