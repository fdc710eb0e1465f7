#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What make install puts where, into a folder of its own.
. "$(dirname "$0")/../lib.sh"

workdir
root=$ep_work/root
cd "$EP_BUILD" || exit
prefix=$(sed -n 's/^prefix = //p' Makefile)
data=$root$prefix/share/exitproof
check "install" make install DESTDIR="$root"

# present NAME FILE
present() {
	check "installed: $1" test -s "$2"
}

present "program" "$root$prefix/bin/exitproof"
for unit in exitproof exitproof-notify exitproof-tickets; do
	present "$unit: timer" "$root$prefix/lib/systemd/system/$unit.timer"
	present "$unit: service" "$root$prefix/lib/systemd/system/$unit.service"
done
check_has "service names the program" \
	"$root$prefix/lib/systemd/system/exitproof.service" \
	"^ExecStart=$prefix/bin/exitproof run"
for page in "$EP_SRC"/docs/*.[1-8]; do
	name=$(basename "$page")
	present "$name" "$root$prefix/share/man/man${name##*.}/$name"
done
present "completion for bash" \
	"$root$prefix/share/bash-completion/completions/exitproof"
present "completion for zsh" \
	"$root$prefix/share/zsh/site-functions/_exitproof"
present "completion for fish" \
	"$root$prefix/share/fish/vendor_completions.d/exitproof.fish"

# Every data file of the tree is there, and nothing else.
(cd "$EP_SRC/scanner" && find connectors evidence -name '*.yaml' \
	-o -name '*.sh') >"$ep_work/want"
(cd "$EP_SRC" && find rules reports -name '*.sql' -o -name '*.css' \
	-o -path 'reports/*.schema.json' -o -path 'rules/*' -name '*.yaml') >>"$ep_work/want"
(cd "$data" && find connectors evidence rules reports -type f) >"$ep_work/got"
sort -o "$ep_work/want" "$ep_work/want"
sort -o "$ep_work/got" "$ep_work/got"
check "installed: connectors, evidence, rules, reports" \
	diff "$ep_work/want" "$ep_work/got"

check_status "installed: program runs" 0 "$root$prefix/bin/exitproof" version
check "uninstall" make uninstall DESTDIR="$root"
check_same "uninstall leaves nothing" "" "$(find "$root" -type f)"
done_testing
