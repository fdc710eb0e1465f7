#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Writes the completion of a shell from the program's own option tables:
#
#   sh docs/completion.sh EXITPROOF bash|zsh|fish
#
# Verbs and options are read from --help, which is made of the same tables
# that parse a command line, so that a completion cannot grow old.
set -eu
exitproof=$1
shell=$2

# One line each: PATH TAB verb NAME ABOUT, or PATH TAB option LETTER NAME VALUE
# HELP, with tabs between.
describe() {
	# A word is a path of verbs; "" is the program itself.
	if [ -z "$1" ]; then
		"$exitproof" help </dev/null
	else
		# shellcheck disable=SC2086
		"$exitproof" $1 --help </dev/null || :
	fi | awk -v path="$1" '
	function flush() {
		if (name != "")
			print path "\toption\t" letter "\t" name "\t" value "\t" help
		name = ""
	}
	NR == 1 {
		lists = index($0, "usage: exitproof " (path == "" ? "" : path " ") "VERB") == 1
	}
	NR == 1 && !lists {
		# "ADDRESS | match": a verb among the operands
		for (i = 4; i <= NF; i++) {
			if (operands && $i ~ /^[a-z][a-z-]*$/)
				print path "\tverb\t" $i "\t"
			operands = operands || $i == "[OPTION]..."
		}
	}
	lists && /^  [a-z]/ {
		about = $0
		sub(/^ *[^ ]+ */, "", about)
		print path "\tverb\t" $1 "\t" about
	}
	!lists && /^  (-.,|   ) --/ {
		flush()
		letter = ""
		if ($1 ~ /^-.,$/)
			letter = substr($1, 2, 1)
		word = $1 ~ /^--/ ? $1 : $2
		help = $0
		sub(/^ *(-., )? *--[^ ]+ */, "", help)
		name = word
		value = ""
		sub(/^--/, "", name)
		if (index(name, "=")) {
			value = substr(name, index(name, "=") + 1)
			name = substr(name, 1, index(name, "=") - 1)
		}
		next
	}
	!lists && name != "" && /^                    / {
		more = $0
		sub(/^ +/, "", more)
		help = help (help == "" ? "" : " ") more
	}
	END { flush() }' | tr -d "'\"\\\\\`\$[]"
}

walk() {
	describe "$1" | while IFS= read -r line; do
		printf '%s\n' "$line"
		verb=$(printf '%s\n' "$line" | cut -sf 2)
		word=$(printf '%s\n' "$line" | cut -sf 3)
		if [ "$verb" = verb ]; then
			walk "${1:+$1 }$word"
		fi
	done
}

# What may stand behind an option: a word of the help that is a value, or a
# file.
values='
function values(value, help,    n, i, word, list) {
	n = split(help, word, /[ ,;()]+/)
	for (i = 1; i <= n; i++)
		if (value ~ /^(FORMAT|WHEN|KIND)$/ &&
		    word[i] ~ /^(text|table|json|csv|html|junit|markdown|ocsf|oscal|mermaid|plain|none|auto|always|never)$/)
			list = list (list == "" ? "" : " ") word[i]
	return list
}
function is_file(value) {
	return value ~ /FILE|FOLDER|PATH/
}
'

to_bash() {
	awk -F '\t' "$values"'
	{ key = $1 == "" ? "" : " " $1 }
	!(key in seen) { seen[key] = 1; order[++n] = key }
	$2 == "verb" { words[key] = words[key] " " $3; paths[++p] = key " " $3 }
	$2 == "option" {
		words[key] = words[key] " --" $4
		if ($3 != "")
			words[key] = words[key] " -" $3
		if ($5 == "")
			next
		pattern = "\"" key " --" $4 "\""
		if ($3 != "")
			pattern = pattern " | \"" key " -" $3 "\""
		list = values($5, $6)
		if (list != "")
			after[++a] = pattern ")\n\t\twords=\"" list "\" ;;"
		else if (is_file($5))
			after[++a] = pattern ")\n\t\tfiles=1 ;;"
		else
			after[++a] = pattern ")\n\t\treturn ;;"
	}
	END {
		print "# bash completion for exitproof, made by docs/completion.sh"
		print "_exitproof() {"
		print "\tlocal cur=${COMP_WORDS[COMP_CWORD]}"
		print "\tlocal prev=${COMP_WORDS[COMP_CWORD - 1]}"
		print "\tlocal path= words= files= i\n"
		print "\tCOMPREPLY=()"
		print "\t# --option=value comes in three words"
		print "\tif [[ $cur == = ]]; then"
		print "\t\tcur="
		print "\telif [[ $prev == = ]]; then"
		print "\t\tprev=${COMP_WORDS[COMP_CWORD - 2]}"
		print "\tfi"
		print "\tfor ((i = 1; i < COMP_CWORD; i++)); do"
		print "\t\tcase \"$path ${COMP_WORDS[i]}\" in"
		for (i = 1; i <= p; i++)
			printf "\t\t\"%s\"%s\n", paths[i], i < p ? " | \\" : ")"
		print "\t\t\tpath=\"$path ${COMP_WORDS[i]}\" ;;"
		print "\t\tesac\n\tdone"
		print "\tcase \"$path $prev\" in"
		for (i = 1; i <= a; i++)
			print "\t" after[i]
		print "\t*)\n\t\tcase $path in"
		for (i = 1; i <= n; i++)
			printf "\t\t\"%s\")\n\t\t\twords=\"%s\" ;;\n", order[i], substr(words[order[i]], 2)
		print "\t\tesac ;;\n\tesac"
		print "\tif [[ -n $files || ( -n $path && $cur != -* && $words == --* ) ]]; then"
		print "\t\tCOMPREPLY=($(compgen -f -- \"$cur\"))"
		print "\telse"
		print "\t\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))"
		print "\tfi"
		print "}"
		print "complete -F _exitproof -o filenames exitproof"
	}'
}

to_zsh() {
	awk -F '\t' "$values"'
	{ key = $1 == "" ? "" : " " $1 }
	!(key in seen) { seen[key] = 1; order[++n] = key }
	{ gsub(/:/, "\\:", $6); gsub(/:/, "\\:", $4) }
	$2 == "verb" {
		about = $4
		verbs[key] = verbs[key] " \047" $3 ":" about "\047"
		paths[++p] = key " " $3
	}
	$2 == "option" {
		spec = "[" $6 "]"
		if ($5 != "") {
			list = values($5, $6)
			spec = spec ":" $5 ":"
			if (list != "")
				spec = spec "(" list ")"
			else if (is_file($5))
				spec = spec "_files"
			else
				spec = spec " "
		}
		gsub(/=/, " ", $5)
		opts[key] = opts[key] " \047--" $4 ($5 != "" ? "=" : "") spec "\047"
		if ($3 != "")
			opts[key] = opts[key] " \047-" $3 spec "\047"
	}
	END {
		print "#compdef exitproof"
		print "# zsh completion for exitproof, made by docs/completion.sh"
		print "_exitproof() {"
		print "\tlocal at= word"
		print "\tlocal -a verbs options\n"
		print "\tfor word in ${words[2,CURRENT-1]}; do"
		print "\t\tcase \"$at $word\" in"
		for (i = 1; i <= p; i++)
			printf "\t\t(\"%s\") at=\"$at $word\" ;;\n", paths[i]
		print "\t\tesac\n\tdone"
		print "\tcase $at in"
		for (i = 1; i <= n; i++) {
			printf "\t(\"%s\")\n", order[i]
			if (verbs[order[i]] != "")
				printf "\t\tverbs=(%s)\n", substr(verbs[order[i]], 2)
			if (opts[order[i]] != "")
				printf "\t\toptions=(%s)\n", substr(opts[order[i]], 2)
			print "\t\t;;"
		}
		print "\tesac"
		print "\t(( ${#verbs} )) && _describe -t verbs verb verbs"
		print "\t(( ${#options} )) && _arguments -s \"${options[@]}\" \"*:file:_files\""
		print "}"
		print "_exitproof \"$@\""
	}'
}

to_fish() {
	awk -F '\t' "$values"'
	{ key = $1 == "" ? "" : " " $1 }
	$2 == "verb" {
		paths[++p] = key " " $3
		line[++n] = "-n \047test (__exitproof_at) = \"" key "\"\047 -f -a " $3 " -d \047" $4 "\047"
	}
	$2 == "option" {
		line[++n] = "-n \047test (__exitproof_at) = \"" key "\"\047 -l " $4 ($3 != "" ? " -s " $3 : "") " -d \047" $6 "\047"
		list = values($5, $6)
		if (list != "")
			line[n] = line[n] " -x -a \047" list "\047"
		else if (is_file($5))
			line[n] = line[n] " -r -F"
		else if ($5 != "")
			line[n] = line[n] " -x"
	}
	END {
		print "# fish completion for exitproof, made by docs/completion.sh"
		print "function __exitproof_at"
		print "\tset -l at \"\""
		printf "\tset -l known"
		for (i = 1; i <= p; i++)
			printf " \"%s\"", paths[i]
		print "\n\tfor word in (commandline -opc)[2..-1]"
		print "\t\tif contains -- \"$at $word\" $known"
		print "\t\t\tset at \"$at $word\""
		print "\t\tend\n\tend"
		print "\techo \"$at\"\nend"
		for (i = 1; i <= n; i++)
			print "complete -c exitproof " line[i]
	}'
}

case $shell in
bash | zsh | fish) walk "" | "to_$shell" ;;
*)
	echo "completion.sh: no shell '$shell'; bash, zsh or fish" >&2
	exit 64
	;;
esac
