#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# HTML reports in a browser: valid, accessible, silent, small, printable.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"
. "$(dirname "$0")/../hostile.sh"

here=$EP_SRC/tests/reports
chromium=$(command -v chromium) || {
	not_ok "chromium is there" "run: sh docs/setup.sh test"
	exit 1
}
definitions="qbr exit-ticket access-review evidence-soc2 evidence-iso27001
	evidence-hipaa evidence-nis2"
night_setup quickstart || exit
html=$ep_work/html

# judge whole|quick PAGE...: what the browser and its readers complain about.
judge() {
	mode=$1
	shift
	HOME=$ep_work node "$here/pages.js" "$mode" "$chromium" \
		"$ep_work/profile" "$@"
}

cat >"$ep_work/config/logo.svg" <<'S'
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="4"/></svg>
S
echo 'brand: {name: Northwind Print & Net, logo: logo.svg, colour: "#0b6e4f"}' \
	>>"$ep_work/config/exitproof.yaml"
night 1 >&2
night 2 >&2
check_status "the nights" 2 night 3 --report html="$html"
check_has "the brand's name" "$html/acme.html" 'Northwind Print &amp; Net'
check_has "... its logo" "$html/acme.html" 'src="data:image/svg.xml;base64,'
check_has "... its colour" "$html/acme.html" '--brand:#0b6e4f'
echo GIF89a >"$ep_work/config/logo.svg"
check_status "a logo that is none" 78 ep report --report html="$ep_work/no"
sed 's/GIF89a/<svg xmlns="http:..www.w3.org.2000.svg"\/>/' \
	"$ep_work/config/logo.svg" >"$ep_work/logo" &&
	mv "$ep_work/logo" "$ep_work/config/logo.svg"
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
# The evidence reports differ in their words alone: one of them for all.
# shellcheck disable=SC2086
judge quick $pages >"$ep_work/complaints"
judge whole "$html/index.html" "$html/acme.html" "$html/cedar-qbr.html" \
	"$html/cedar-access-review.html" "$html/delta-dental-evidence-soc2.html" \
	>>"$ep_work/complaints"
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
judge whole "$ep_work/spoiled.html" >"$ep_work/said"
cat "$ep_work/said" >&2
for who in html-validate 'axe light' pa11y 'browser: asks for' \
	'browser: a dialog'; do
	check_has "a spoiled page is seen: $who" "$ep_work/said" "$who"
done

# Print.
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
	"$(pdfinfo "$ep_work/acme.pdf" | sed -n "s/^Pages: *//p")" -le 25

# Names that a tenant can choose: nothing opens, runs or is asked for.
rm -rf "$html"
hostile_setup || exit
check_status "a night of hostile names" 2 night 1 --report html="$html"
for definition in qbr exit-ticket access-review evidence-soc2; do
	ep report --report html="$html" --definition "$definition" ||
		not_ok "hostile $definition" "status $?"
done
judge quick "$html/acme.html" "$html"/acme-*.html >"$ep_work/said"
cat "$ep_work/said" >&2
check_same "hostile names: no complaint in the browser" "" \
	"$(head -n 3 "$ep_work/said")"
done_testing
