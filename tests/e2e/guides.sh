#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The guides tell the truth: every command in docs/guides is run against the
# runbooks' world and has to print what the guide shows.
#
#   sh tests/e2e/guides.sh --write     puts what is printed into the guides
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"
. "$(dirname "$0")/../runbooks.sh"

write=${1:-}
workdir
night_setup runbooks || {
	not_ok "the simulated MSP" "did not start"
	exit 1
}

# exitproof as the guides call it, at three in the morning of the night.
mkdir "$ep_work/bin" "$ep_work/guides"
cat >"$ep_work/bin/exitproof" <<PROGRAM
#!/bin/sh
EXITPROOF_CONFIG=$ep_work/desk/config/exitproof.yaml
export EXITPROOF_CONFIG
"$EP_BUILD/exitproof" "\$@" --now "\$(cat "$ep_work/now")" </dev/null
status=\$?
[ \$status -eq 0 ] || echo "(status \$status)"
PROGRAM
chmod +x "$ep_work/bin/exitproof"
PATH=$ep_work/bin:$PATH
cp "$EP_SRC"/docs/guides/*.md "$ep_work/guides/"

# tell NIGHT GUIDE: the guide with what its commands of that night print.
tell() {
	awk -v fence="\`\`\`console night=$1" '
	$0 == fence { print; inside = 1; next }
	inside && /^```/ { inside = 0 }
	inside && /^\$ / {
		print
		command = substr($0, 3) " 2>&1"
		while ((command | getline line) > 0)
			print line
		close(command)
	}
	!inside { print }' "$2"
}

for n in 1 2 3 4; do
	turn $n
	echo "$now" >"$ep_work/now"
	for guide in "$ep_work"/guides/*.md; do
		grep -q "^\`\`\`console night=$n\$" "$guide" || continue
		rm -rf "$ep_work/desk"
		mkdir "$ep_work/desk"
		cp -R "$ep_work/config" "$ep_work/desk/config"
		cp "$ep_db" "$ep_work/desk/exitproof.db"
		tell $n "$guide" >"$ep_work/told"
		mv "$ep_work/told" "$guide"
	done
done

for guide in "$ep_work"/guides/*.md; do
	name=$(basename "$guide")
	[ "$write" != --write ] || cp "$guide" "$EP_SRC/docs/guides/$name"
	check "docs/guides/$name shows what is printed" \
		diff -u "$EP_SRC/docs/guides/$name" "$guide"
done
exit "$ep_failed"
