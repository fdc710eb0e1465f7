#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Shipped rules are whole: each has test worlds with the five cases that every
# rule must stand, a remedy and a control that it serves; and no world, remedy
# or control is left over.  What the files say is judged by the program itself
# (tests/unit/t_worlds).
set -u
root=${1:-$(dirname "$0")/../..}
. "$(dirname "$0")/lib.sh"

seen=0
for file in $(lint_files '^rules/[^/]+/[^/]+\.sql$'); do
	seen=$((seen + 1))
	id=$(basename "$file" .sql)
	worlds=tests/rules/$id.yaml
	if [ ! -f "$root/$worlds" ]; then
		lint_say "$file" 1 "has no $worlds"
	else
		for name in pass fail empty incomplete null; do
			grep -Eq "case: *\"?$name\"?[,}]?\$" "$root/$worlds" ||
				lint_say "$worlds" 1 "has no case \"$name\""
		done
	fi
	fix=$(sed -n 's/^-- fix: *//p' "$root/$file")
	if [ -z "$fix" ] || [ ! -f "$root/rules/remedies/$fix.yaml" ]; then
		lint_say "$file" 1 "has no remedy in rules/remedies"
	fi
	grep -q '^-- maps: ' "$root/$file" ||
		lint_say "$file" 1 "maps to no control"
done
lint_need "$seen" "rule"

# Whose finding ends because a leave date moved is known by the date beside
# the person; without it, reports call it fixed and lists of what leavers still
# have leave it out.
for file in $(lint_files '^rules/[^/]+/[^/]+\.sql$'); do
	sed '1,/^-- violations:/d' "$root/$file" | grep -q 'left_at' || continue
	out=$(awk '/^SELECT/ { out = ""; on = 1 } /^  FROM/ { on = 0 }
		on { out = out $0 "\n" } END { printf "%s", out }' \
		"$root/$file")
	says() {
		echo "$out" | grep -Eq "(^|[ ,(.])$1(,|\$)"
	}
	if says person && ! says left_at; then
		lint_say "$file" 1 "returns a person and not when he left"
	fi
done

for file in $(lint_files '^tests/rules/.*\.yaml$'); do
	id=$(basename "$file" .yaml)
	ls "$root"/rules/*/"$id.sql" >/dev/null 2>&1 ||
		lint_say "$file" 1 "belongs to no rule"
done
for file in $(lint_files '^rules/remedies/.*\.yaml$'); do
	id=$(basename "$file" .yaml)
	cat "$root"/rules/*/*.sql "$root"/rules/profiles/*.yaml 2>/dev/null |
		grep -Eq "^(--|   ) fix: *$id\$" ||
		lint_say "$file" 1 "is the remedy of no rule and no profile"
done
for file in $(lint_files '^rules/frameworks/.*\.yaml$'); do
	id=$(basename "$file" .yaml)
	sed -n 's/^  "\{0,1\}\([^":]*\)"\{0,1\}:.*/\1/p' "$root/$file" |
		while read -r control; do
			cat "$root"/rules/*/*.sql 2>/dev/null |
				grep -Fq -- "-- maps: $id $control " ||
				lint_say "$file" \
					"$(grep -nF "$control" "$root/$file" |
						sed -n '1s/:.*//p')" \
					"no rule maps to $control"
		done
done
lint_end
