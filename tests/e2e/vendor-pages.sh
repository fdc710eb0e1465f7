#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The pages of docs/vendors say what the connectors say.
. "$(dirname "$0")/../lib.sh"

workdir
check "vendor pages: can be made" sh "$EP_SRC/docs/vendors.sh" \
	"$EP_BUILD/exitproof" "$ep_work/vendors"
for page in "$ep_work"/vendors/*.md; do
	name=$(basename "$page")
	check "vendor pages: $name is up to date (sh docs/vendors.sh)" \
		diff -u "$EP_SRC/docs/vendors/$name" "$page"
done
for page in "$EP_SRC"/docs/vendors/*.md; do
	name=$(basename "$page")
	check "vendor pages: $name has a connector" \
		test -e "$ep_work/vendors/$name"
done
done_testing
