#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Calls that have a better one in this house, and words of the language that
# the style does without.  Each line of the table says what to use instead.
set -u
root=${1:-$(dirname "$0")/../..}
. "$(dirname "$0")/lib.sh"

# word | where it is refused | where it is allowed after all | instead
#
# A word matches as a call: the identifier and an opening parenthesis; a word
# that ends in ! matches as the bare identifier.
table='
strcpy|^(scanner|tests)/|none|ep_strdup, struct ep_buf
strncpy|^(scanner|tests)/|none|ep_strndup, struct ep_buf
strcat|^(scanner|tests)/|none|struct ep_buf
strncat|^(scanner|tests)/|none|struct ep_buf
sprintf|^(scanner|tests)/|none|snprintf, ep_buf_addf
vsprintf|^(scanner|tests)/|none|vsnprintf, ep_buf_vaddf
gets|^(scanner|tests)/|none|ep_file_read
strtok|^(scanner|tests)/|none|the views of base/str.h
atoi|^(scanner|tests)/|none|the number readers of base/str.h
atol|^(scanner|tests)/|none|the number readers of base/str.h
atoll|^(scanner|tests)/|none|the number readers of base/str.h
atof|^(scanner|tests)/|none|the number readers of base/str.h
system|^(scanner|tests)/|none|fork and exec with an argument vector
popen|^(scanner|tests)/|none|fork and exec with an argument vector
alloca|^(scanner|tests)/|none|ep_alloc
scanf|^(scanner|tests)/|none|the readers of base/str.h
sscanf|^(scanner|tests)/|none|the readers of base/str.h
fscanf|^(scanner|tests)/|none|the readers of base/str.h
vsscanf|^(scanner|tests)/|none|the readers of base/str.h
vfscanf|^(scanner|tests)/|none|the readers of base/str.h
gmtime|^(scanner|tests)/|none|ep_time_format
localtime|^(scanner|tests)/|none|ep_time_format; all times are UTC
ctime|^(scanner|tests)/|none|ep_time_format
asctime|^(scanner|tests)/|none|ep_time_format
tmpnam|^(scanner|tests)/|none|mkstemp
tempnam|^(scanner|tests)/|none|mkstemp
mktemp|^(scanner|tests)/|none|mkstemp
vfork|^(scanner|tests)/|none|fork
cJSON_GetObjectItem|^(scanner|tests)/|none|cJSON_GetObjectItemCaseSensitive
malloc|^scanner/|^scanner/base/alloc\.c$|ep_alloc
calloc|^scanner/|^scanner/base/alloc\.c$|ep_calloc
realloc|^scanner/|^scanner/base/alloc\.c$|ep_realloc
free|^scanner/|^scanner/base/alloc\.c$|ep_free
strdup|^scanner/|^scanner/base/alloc\.c$|ep_strdup
strndup|^scanner/|^scanner/base/alloc\.c$|ep_strndup
asprintf|^scanner/|none|struct ep_buf
vasprintf|^scanner/|none|struct ep_buf
getenv|^scanner/|^scanner/(base/|cli/|model/secret\.c$)|ask in cli and pass the value down
secure_getenv|^scanner/|^scanner/(base/|cli/|model/secret\.c$)|ask in cli and pass the value down
printf|^scanner/|^scanner/(cli|report)/|return it or ep_log
vprintf|^scanner/|^scanner/(cli|report)/|return it or ep_log
puts|^scanner/|^scanner/(cli|report)/|return it or ep_log
putchar|^scanner/|^scanner/(cli|report)/|return it or ep_log
stdout!|^scanner/|^scanner/(cli|report)/|return it or ep_log
exit|^scanner/|^scanner/(cli/|base/alloc\.c$)|return an error
_exit|^scanner/|^scanner/(cli/|base/alloc\.c$|model/secret)|return an error
quick_exit|^scanner/|none|return an error
abort|^scanner/|none|assert, or return EP_EBUG'

seen=0
for file in $(lint_files '^(scanner|tests)/.*\.(c|h|def)$'); do
	seen=$((seen + 1))
	lint_code "$file" | table=$table awk -v file="$file" '
		BEGIN {
			n = split(ENVIRON["table"], line, "\n")
			for (i = 1; i <= n; i++) {
				if (split(line[i], f, "|") < 4)
					continue
				# The patterns may hold a | of their own.
				word = f[1]
				rest = substr(line[i], length(word) + 2)
				match(rest, /^\^(\(scanner\|tests\)|scanner)\/\|/)
				where = substr(rest, 1, RLENGTH - 1)
				rest = substr(rest, RLENGTH + 1)
				at = match(rest, /\|[^|]*$/)
				but = substr(rest, 1, at - 1)
				if (file !~ where || file ~ but)
					continue
				bare = sub(/!$/, "", word)
				k++
				name[k] = word
				re[k] = "(^|[^A-Za-z0-9_])" word \
					(bare ? "([^A-Za-z0-9_]|$)" : "[ \t]*\\(")
				use[k] = substr(rest, at + 1)
			}
		}
		{
			for (i = 1; i <= k; i++)
				if (index($0, name[i]) && $0 ~ re[i])
					print file ":" NR ": " name[i] \
						" is banned: use " use[i]
		}
		file ~ /^scanner\// &&
		/(^|[^A-Za-z0-9_])typedef[ \t]+(struct|union)/ {
			print file ":" NR ": structs are not hidden by a typedef"
		}
		/(^|[^A-Za-z0-9_])goto[ \t]/ && file ~ /^scanner\// {
			print file ":" NR ": no goto: clean up by scope (EP_AUTO)"
		}' >>"$lint_bad"
done
lint_need "$seen" "C file"
lint_end
