#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A header of an outside library may be included by its door in scanner/ext
# only (its .c files and the private header they share), so that a library can
# be replaced or its traps met in one place.
set -u
root=${1:-$(dirname "$0")/../..}
. "$(dirname "$0")/lib.sh"

# header pattern | the files that are its door
doors='
curl/         | scanner/ext/(http[a-z_]*(\.c|_priv\.h)|mail\.c)
cjson/|cJSON  | scanner/ext/json[a-z_]*(\.c|_priv\.h)
sqlite3       | scanner/ext/db[a-z_]*(\.c|_priv\.h)
pcre2         | scanner/ext/regex\.c
libxml/       | scanner/ext/xml[a-z_]*(\.c|_priv\.h)
yaml\.h       | scanner/ext/yaml[a-z_]*(\.c|_priv\.h)
openssl/      | scanner/ext/crypto[a-z_]*(\.c|_priv\.h)
utf8proc      | scanner/ext/text\.c
xxhash        | scanner/ext/hash\.c
zstd          | scanner/ext/pack\.c
ldap|lber|sasl | scanner/ext/ldap[a-z_]*(\.c|_priv\.h)
microhttpd|gnutls | none'

seen=0
for file in $(lint_files '^scanner/.*\.(c|h|def)$'); do
	seen=$((seen + 1))
	lint_code "$file" | doors=$doors awk -v file="$file" '
		BEGIN {
			n = split(ENVIRON["doors"], line, "\n")
			for (i = 1; i <= n; i++) {
				at = match(line[i], / \| /)
				if (!at)
					continue
				k++
				lib[k] = substr(line[i], 1, at - 1)
				gsub(/ /, "", lib[k])
				door[k] = substr(line[i], at + 3)
			}
		}
		/^[ \t]*#[ \t]*include[ \t]*[<"]/ {
			name = $0
			sub(/^[^<"]*[<"]/, "", name)
			sub(/[>"].*/, "", name)
			if (name ~ /^(base|ext|model|collect|store|check|report|cli)\//)
				next
			for (i = 1; i <= k; i++)
				if (name ~ "^(" lib[i] ")" &&
				    file !~ "^(" door[i] ")$")
					print file ":" NR ": <" name \
						"> belongs into its door " door[i]
		}' >>"$lint_bad"
done
lint_need "$seen" "C file"
lint_end
