#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# In SQL "||" binds tighter than "/" and "+": 'late by ' || hours / 24 || ' days'
# divides two texts and says 0.  Arithmetic beside "||" stands in parentheses.
set -u
root=${1:-$(dirname "$0")/../..}
. "$(dirname "$0")/lib.sh"

# Before it, and after it.
left='[]A-Za-z0-9_.)"] [-+*/] [A-Za-z0-9_.:]+ *\|\|'
right='\|\| *([A-Za-z0-9_.:]+|\([^()]*\)) [-+*/] [A-Za-z0-9_.:(]'

seen=0
for file in $(lint_files '^(rules|reports)/.*\.sql$'); do
	seen=$((seen + 1))
	grep -nE -e "$left" -e "$right" "$root/$file" |
		grep -vE '^[0-9]+:--' |
		while IFS=: read -r line _; do
			lint_say "$file" "$line" \
				"arithmetic beside || needs parentheses"
		done
done
lint_need "$seen" "SQL"
lint_end
