#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# tests/fault/catalogue names a test for each fault, or says why there is
# none: no number is left out, each file is one that a stage runs, and each
# name is in its file.
set -u
root=${1:-$(dirname "$0")/../..}
. "$(dirname "$0")/lib.sh"

tab=$(printf '\t')
run='^tests/(unit/t_[a-z0-9_]+\.c|(e2e|reports|stages)/[0-9a-z-]+\.(sh|js)|rules/[a-z0-9-]+\.yaml|fault/(cases|[a-z-]+\.sh))$'
seen=0

# look_at LINE NUMBER TEST NAME FAULT
look_at() {
	at=$1
	if [ "$3" = - ]; then
		if [ ${#4} -lt 30 ]; then
			lint_say "$file" "$at" "$2 has neither test nor reason"
		fi
	elif ! printf '%s\n' "$3" | grep -Eq "$run"; then
		lint_say "$file" "$at" "$3 is nothing that a stage runs"
	elif [ ! -e "$root/$3" ]; then
		lint_say "$file" "$at" "$3 does not exist"
	elif [ "$3" = tests/fault/cases ]; then
		# Its name are scene and fault.
		grep -q "^$4$tab${5%%"$tab"*}$tab" "$root/$3" ||
			lint_say "$file" "$at" "no case ${5%%"$tab"*} in $3"
	elif ! grep -Fq -e "$4" "$root/$3"; then
		lint_say "$file" "$at" "'$4' is not in $3"
	fi
	if [ -z "$5" ]; then
		lint_say "$file" "$at" "$2 does not say which fault it is"
	fi
}

for file in $(lint_files '^tests/fault/catalogue[^/]*$'); do
	line=0
	while IFS= read -r text; do
		line=$((line + 1))
		case $text in
		'#'* | '') continue ;;
		esac
		IFS=$tab read -r number test name fault <<-END
		$text
		END
		seen=$((seen + 1))
		look_at "$line" "$number" "$test" "$name" "$fault"
	done <"$root/$file"
	# "# X: what, 42" promises X01 to X42.
	sed -n 's/^# \([A-Z]\): .*, \([0-9]*\)$/\1 \2/p' "$root/$file" |
		while read -r letter count; do
			for i in $(seq -w "$count"); do
				number=$letter$(printf '%02d' "${i#0}")
				grep -q "^$number$tab" "$root/$file" ||
					lint_say "$file" 1 "$number is left out"
			done
		done
done
lint_need "$seen" "fault"
lint_end
