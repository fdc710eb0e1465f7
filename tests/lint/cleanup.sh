#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A variable with a cleanup (EP_AUTO, EP_AUTO_FREE) has a value before the
# first return behind its declaration: the cleanup runs on every way out, and
# no compiler warns about what it would then release.
set -u
root=${1:-$(dirname "$0")/../..}
. "$(dirname "$0")/lib.sh"

seen=0
for file in $(lint_files '^(scanner|tests)/.*\.(c|h)$'); do
	seen=$((seen + 1))
	lint_code "$file" | awk -v file="$file" '
		/^}/ { delete open }
		/EP_AUTO(_FREE|\()/ && /;[ \t]*$/ && !/=/ {
			n = split($0, declared, ",")
			for (i = 1; i <= n; i++) {
				name = declared[i]
				sub(/;[ \t]*$/, "", name)
				sub(/^.*[^A-Za-z0-9_]/, "", name)
				open[name] = FNR
			}
			next
		}
		{
			for (name in open)
				if ($0 ~ "(^|[^A-Za-z0-9_])" name \
				    "([ \t]*=[^=]|[,)\\]])")
					delete open[name]
		}
		/(^|[^A-Za-z0-9_])return([^A-Za-z0-9_]|$)/ {
			for (name in open)
				print file ":" FNR ": returns before " name \
					" of line " open[name] " has a value"
		}' >>"$lint_bad"
done
lint_need "$seen" "C file"
lint_end
