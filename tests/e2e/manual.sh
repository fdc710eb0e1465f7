#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The examples of the manual work: the files of exitproof.yaml(5) load, the
# commands of exitproof(1) run against the simulated MSP.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

program=$EP_BUILD/exitproof
workdir
mkdir "$ep_work/bin" "$ep_work/files"
ep_data_folder

# plain: mdoc text on standard input without its escapes
plain() {
	sed -e 's/\\(dq/"/g' -e 's/\\(aq/'"'"'/g' -e 's/\\e/\\/g' \
		-e 's/\\-/-/g' -e 's/\\&//g'
}

# A comment '.\" example: NAME' says that the display after it is the file
# NAME.
# examples PAGE: writes them below $ep_work/files.
examples() {
	plain <"$EP_SRC/docs/$1" | (
		cd "$ep_work/files" && awk '
	/^\.\\" example: / { name = $3; next }
	/^\.Bd/ && name != "" {
		folder = name
		if (sub("/[^/]*$", "", folder))
			system("mkdir -p " folder)
		inside = 1
		next
	}
	/^\.Ed/ { inside = 0; name = "" }
	inside { print >name }'
	)
}
examples exitproof.yaml.5
examples exitproof-report.5
check "manual: exitproof.yaml(5) has a main file" \
	test -s "$ep_work/files/exitproof.yaml"
check "manual: exitproof.yaml(5) has a customer" \
	sh -c 'ls "$1"/customers/*.yaml' - "$ep_work/files"
printf 'person,name,email,aliases,employer,left_at,source\n' \
	>"$ep_work/files/leavers.csv"
check_status "manual: its examples load" 0 \
	"$program" rule list --config "$ep_work/files/exitproof.yaml"

night_setup quickstart || {
	not_ok "manual: the simulated MSP" "did not start"
	exit 1
}

# The examples say "exitproof VERB ..."; that finds this one, whose only
# addition is the simulated night.
cat >"$ep_work/bin/exitproof" <<PROGRAM
#!/bin/sh
verb=\$1
shift
exec "$program" "\$verb" --now 2026-11-17T02:00:00Z "\$@"
PROGRAM
chmod +x "$ep_work/bin/exitproof"
PATH=$ep_work/bin:$PATH
export PATH
mkdir -p "$ep_work/cwd/out"
cd "$ep_work/cwd" || exit

sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/s/^\.Dl //p' "$EP_SRC/docs/exitproof.1" |
	plain >"$ep_work/commands"
check "manual: exitproof(1) has examples" test -s "$ep_work/commands"
while read -r line; do
	status=0
	sh -c "$line" >"$ep_work/said" 2>&1 </dev/null || status=$?
	cat "$ep_work/said" >&2
	case $status in
	0 | 1 | 2) ok "manual: $line" ;;
	*) not_ok "manual: $line" "status $status: $(tail -n 1 "$ep_work/said")" ;;
	esac
done <"$ep_work/commands"
check "manual: exitproof-report(5) has a report" \
	test -s "$ep_work/files/reports/expiring.sql"
mkdir -p "$ep_work/config/reports"
cp "$ep_work/files/reports/expiring.sql" "$ep_work/config/reports/"
check_status "manual: and it can be printed" 0 exitproof report \
	--report text=- --definition expiring
check_has "manual: it says what expires" "$ep_work/out" 'Within a month'
check "manual: the first example left its reports" \
	test -s out/junit.xml -a -s out/html/index.html
done_testing
