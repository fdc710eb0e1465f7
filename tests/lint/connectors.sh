#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Shipped connectors explain themselves and bear no trap for a later editor:
# each endpoint and import has a title and a doc, an endpoint with a credential
# states which permissions it needs, no row takes a member that is named like a
# secret, no file holds a credential, and the manual page explains every word
# of the language.  Whether they load is judged by the program itself
# (tests/unit/t_spec).
set -u
root=${1:-$(dirname "$0")/../..}
. "$(dirname "$0")/lib.sh"

# Last parts of paths that never become a value; "as: present" only says
# whether there is one.
secrets='password secret secret_key client_secret token access_token
	refresh_token pin uninstall_pin private_key idCode card stripe_customer_id
	intercom_user_verification id_binary'

check_file() {
	awk -v file="$1" -v words="$secrets" '
	BEGIN {
		n = split(words, list)
		for (i = 1; i <= n; i++)
			secret[list[i]] = 1
	}
	function say(line, text) { print file ":" line ": " text }
	function entry_end() {
		if (name == "")
			return
		if (!title)
			say(start, name " has no title")
		if (!doc)
			say(start, name " has no doc")
		if (part == "endpoints" && credential && !permissions)
			say(start, name " states no permissions")
		name = ""
	}
	{ sub(/(^| )#.*/, "") }
	/^[a-z]/ {
		entry_end()
		part = $1
		sub(/:.*/, "", part)
		emit = 0
	}
	/^  [a-z][a-z0-9_-]*:/ && (part == "endpoints" || part == "imports") {
		entry_end()
		name = $1
		sub(/:/, "", name)
		start = NR
		title = doc = emit = credential = permissions = 0
	}
	/^    [a-z]/ { emit = 0 }
	/^    credential: *[^ ]/ { credential = 1 }
	/^    permissions: *[^ ]/ { permissions = 1 }
	/^    title: *[^ ]/ { title = 1 }
	/^    doc: *[^ ]/ { doc = 1 }
	/^    emit:/ { emit = 1 }
	emit && !/as: present/ {
		n = split($0, token, /[][{},: ]+/)
		for (i = 1; i <= n; i++) {
			last = token[i]
			sub(/.*\./, "", last)
			if (last in secret && token[i - 1] != "const")
				say(NR, "takes a secret: " token[i])
		}
	}
	END { entry_end() }' "$root/$1"
	grep -nE '(secret|password|token|key): *"?[A-Za-z0-9+/-]{20,}' \
		"$root/$1" | sed "s,^\([0-9]*\):.*,$1:\1: holds a credential,"
}

manual=docs/exitproof-connector.5

seen=0
for file in $(lint_files '^scanner/connectors/.*\.yaml$'); do
	seen=$((seen + 1))
	check_file "$file" >>"$lint_bad"
done
lint_need "$seen" "connector"

# The words of the language stand in the loader's lists of keys.
for file in $(lint_files '^scanner/collect/spec(_[a-z]+)?\.c$'); do
	awk '/keys\[\] *= *\{/ { on = 1 }
		on { print }
		/\};/ { on = 0 }' "$root/$file" |
		grep -o '"[a-z_]*"' | tr -d '"' | sort -u |
		while read -r word; do
			grep -Eq "^\.(It|Ic|Cm).*\<$word\>" "$root/$manual" ||
				lint_say "$file" 1 \
					"$manual does not explain \"$word\""
		done
done
lint_end
