#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# HTML reports in a browser: valid, accessible, silent, small, printable.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

here=$EP_SRC/tests/reports
chromium=$(command -v chromium) || {
	not_ok "chromium is there" "run: sh docs/setup.sh test"
	exit 1
}
definitions="qbr exit-ticket access-review evidence-soc2 evidence-iso27001
	evidence-hipaa evidence-nis2"
night_setup quickstart || exit
html=$ep_work/html

# judge PAGE...: what the browser and its readers complain about.
judge() {
	HOME=$ep_work node "$here/pages.js" "$chromium" \
		"$ep_work/profile" "$@"
}

night 1 >&2
night 2 >&2
check_status "the nights" 2 night 3 --report html="$html"
for definition in $definitions; do
	check_status "$definition" 0 ep report --report html="$html" \
		--definition "$definition"
	check "$definition: a page per customer" test \
		-s "$html/acme-$definition.html"
done
ls "$html" >&2

pages="$html/index.html $html/acme.html"
for definition in $definitions; do
	pages="$pages $html/cedar-$definition.html"
done
# shellcheck disable=SC2086
judge $pages >"$ep_work/complaints"
cat "$ep_work/complaints" >&2
check_same "html-validate, axe, pa11y and the browser have no complaint" "" \
	"$(head -n 3 "$ep_work/complaints")"
for page in $pages; do
	check_same "$(basename "$page"): begins with what it covers" 1 \
		"$(xmllint --html --xpath "count((//section/h2)[position() <= 3]
		[. = 'What could not be read' or . = 'Not covered'])" \
		"$page" 2>/dev/null)"
done

# Each judge can say no.
sed 's|<main>|<main><img src="https://evil.example/x.png" onerror="alert(1)"><p style="color:#eee;background:#fff">pale</p>|
	s|<html lang="en">|<html>|' "$html/acme.html" >"$ep_work/spoiled.html"
judge "$ep_work/spoiled.html" >"$ep_work/said"
cat "$ep_work/said" >&2
for who in html-validate 'axe light' pa11y 'browser: asks for' \
	'browser: a dialog'; do
	check_has "a spoiled page is seen: $who" "$ep_work/said" "$who"
done

# Size, and print.
status=0
HOME=$ep_work timeout 60 "$chromium" --headless --no-sandbox --disable-gpu \
	--no-first-run --user-data-dir="$ep_work/profile2" \
	--print-to-pdf="$ep_work/acme.pdf" --no-pdf-header-footer \
	"file://$html/acme.html" >&2 2>&1 </dev/null || status=$?
check_same "a page prints" 0 "$status"
pdftotext -layout "$ep_work/acme.pdf" "$ep_work/acme.txt"
check_has "... with its verdict" "$ep_work/acme.txt" 'Undecided'
check_has "... and what could not be read" "$ep_work/acme.txt" \
	'What could not be read'
check "... on A4 or Letter, in a few pages" test \
	"$(pdfinfo "$ep_work/acme.pdf" | sed -n 's/^Pages: *//p')" -le 25
done_testing
