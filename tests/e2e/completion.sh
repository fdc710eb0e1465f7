#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The completions that were built know every verb and every option that the
# program knows, and bash completes with them.
. "$(dirname "$0")/../lib.sh"

workdir
made=$EP_BUILD/docs/completion
program=$EP_BUILD/exitproof

# options PATH: what the verb's own --help lists.
options() {
	# shellcheck disable=SC2086
	"$program" $1 --help </dev/null |
		sed -n 's/^  \(-., \|    \)--\([a-z-]*\).*/\2/p' | grep -v '^help$'
}

for shell in bash zsh fish; do
	check "$shell: made anew it is the same" sh -c \
		'sh "$1/docs/completion.sh" "$2" "$3" | cmp - "$4"' - \
		"$EP_SRC" "$program" "$shell" "$made/exitproof.$shell"
done
"$program" help | sed -n 's/^  \([a-z]*\)  *.*/\1/p' >"$ep_work/verbs"
check "there are verbs" test "$(wc -l <"$ep_work/verbs")" -gt 10
for shell in bash zsh fish; do
	lost=
	while read -r verb; do
		grep -Eq "(^|[ \"'(])$verb([ \"':|)]|\$)" \
			"$made/exitproof.$shell" || lost="$lost $verb"
	done <"$ep_work/verbs"
	check_same "$shell: every verb" "" "$lost"
done

cat >"$ep_work/complete.bash" <<'BASH'
. "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_exitproof
printf '%s\n' "${COMPREPLY[@]}"
BASH
# offer WORD...: what bash offers for the last word.
offer() {
	bash "$ep_work/complete.bash" "$made/exitproof.bash" exitproof "$@" \
		2>&1 </dev/null
}

for path in run who drift "waive add" "baseline approve" "rule test" \
	"exit plan"; do
	# shellcheck disable=SC2086
	options "$path" | sed 's/^/--/' | sort >"$ep_work/has"
	# shellcheck disable=SC2086
	offer $path -- | grep '^--' | grep -v '^--help$' | sort \
		>"$ep_work/offers"
	check "bash: $path has options" test -s "$ep_work/has"
	check "bash: every option of $path" \
		diff "$ep_work/has" "$ep_work/offers"
done
check_same "bash: the verbs of a verb" "add end list" \
	"$(offer waive '' | sort | tr '\n' ' ' | sed 's/ $//')"
check_same "bash: the words of a format" "json text" \
	"$(offer drift --format '' | sort | tr '\n' ' ' | sed 's/ $//')"
check_same "bash: also behind a sign" json "$(offer drift --format = j)"
check_same "bash: nothing for a name" "" "$(offer who --role '')"
printf '' >"$ep_work/x.yaml"
check_same "bash: files for a file" "$ep_work/x.yaml" \
	"$(offer run --config "$ep_work/x.y")"
check "bash: its grammar" bash -n "$made/exitproof.bash"
check "zsh: its grammar" zsh -n "$made/exitproof.zsh"
check "fish: its grammar" fish -n "$made/exitproof.fish"
check_same "fish: the verbs of a verb" "add end list" "$(fish --no-config -c \
	"source $made/exitproof.fish; complete -C 'exitproof waive '" \
	</dev/null | cut -f 1 | sort | tr '\n' ' ' | sed 's/ $//')"
check_same "fish: an option" --role "$(fish --no-config -c \
	"source $made/exitproof.fish; complete -C 'exitproof who --ro'" \
	</dev/null | cut -f 1)"
done_testing
