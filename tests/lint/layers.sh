#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Includes point down: base < ext < model < {collect, store} < {check, report}
# < {exit, evidence} < cli, and these two see neither collect nor report.
# Layers on the same step never see each other, and every include of
# our own headers is written with its folder, so that the layer is visible.
# config.h, which configure makes, belongs to none.
set -u
root=${1:-$(dirname "$0")/../..}
. "$(dirname "$0")/lib.sh"

# What each layer may include besides itself.
may() {
	case $1 in
	base) echo "" ;;
	ext) echo "base" ;;
	model) echo "base ext" ;;
	collect | store) echo "base ext model" ;;
	check | report) echo "base ext model collect store" ;;
	exit | evidence) echo "base ext model store check" ;;
	cli) echo "base ext model collect store check report exit evidence" ;;
	esac
}

all="base ext model collect store check report exit evidence cli"
seen=0
for file in $(lint_files '^scanner/.*\.(c|h|def)$'); do
	seen=$((seen + 1))
	layer=${file#scanner/}
	layer=${layer%%/*}
	case " $all " in
	*" $layer "*) ;;
	*)
		lint_say "$file" 1 "in none of the layers: $all"
		continue
		;;
	esac
	lint_code "$file" |
		awk -v file="$file" -v layer="$layer" -v all="$all" \
			-v may="$(may "$layer")" '
		BEGIN {
			n = split(all, a, " ")
			for (i = 1; i <= n; i++)
				known[a[i]] = 1
			n = split(may " " layer, a, " ")
			for (i = 1; i <= n; i++)
				ok[a[i]] = 1
		}
		/^[ \t]*#[ \t]*include[ \t]*"/ {
			split($0, part, "\"")
			name = part[2]
			to = name
			sub(/\/.*/, "", to)
			if (name == "config.h")
				next
			if (name !~ /\// || !(to in known))
				what = "write the include with its layer, as \"base/err.h\""
			else if (name ~ /\.\./)
				what = "no .. in an include"
			else if (!(to in ok))
				what = layer " must not include " to " (" name ")"
			else
				next
			print file ":" NR ": " what
		}' >>"$lint_bad"
done
lint_need "$seen" "C file"
lint_end
