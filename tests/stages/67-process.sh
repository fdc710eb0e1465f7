#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The units: how far they are shut, that a loosened one is noticed, and that
# the program gets by with the system calls that they leave it.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

workdir
units=$ep_work/units
mkdir "$units"
(cd "$EP_BUILD" && make -s docs/systemd/exitproof.service \
	docs/systemd/exitproof-notify.service \
	docs/systemd/exitproof-tickets.service) >&2
cp "$EP_BUILD"/docs/systemd/*.service "$EP_SRC"/docs/systemd/*.timer "$units"
sed -i "s,^\(Exec[A-Za-z]*=\)[^ ]*/exitproof,\1$EP_BUILD/exitproof," \
	"$units"/*.service

# rated UNIT: at most 2.0 of 10.
rated() {
	systemd-analyze security --offline=true --threshold=20 --no-pager "$1"
}

for unit in exitproof exitproof-notify exitproof-tickets; do
	check "$unit.service: exposure at most 2.0" rated "$units/$unit.service"
	# Without the manual, which is not installed here.
	sed -i '/^Documentation=/d' "$units/$unit".*
	check "$unit: systemd understands it" systemd-analyze verify \
		"$units/$unit.timer" "$units/$unit.service"
	check_same "$unit: nothing that systemd ignores" "" \
		"$(systemd-analyze verify "$units/$unit.timer" \
			"$units/$unit.service" 2>&1 | grep -F "$unit")"
	for line in 'Persistent=yes' 'RandomizedDelaySec=[1-9]'; do
		check_has "$unit.timer: $line" "$units/$unit.timer" "^$line"
	done
	for line in 'DynamicUser=yes' 'User=exitproof' 'LimitCORE=0' \
		'StateDirectoryMode=0700' 'UMask=0077' \
		'SystemCallErrorNumber=EPERM'; do
		check_has "$unit.service: $line" "$units/$unit.service" \
			"^$line\$"
	done
	# The configuration belongs to root: its folder must let others in.
	check_has "$unit.service: may read its configuration" \
		"$units/$unit.service" '^ConfigurationDirectoryMode=0755$'
	check_lacks "$unit.service: no secret in it" "$units/$unit.service" \
		'^(Environment|SetCredential|PassEnvironment)'
done

# The gate can fail.
mkdir "$units/loose"
sed '/^\(ProtectSystem\|NoNewPrivileges\|CapabilityBoundingSet\)=/d
	/^\(SystemCallFilter\|DynamicUser\|PrivateUsers\)=/d' \
	"$units/exitproof.service" >"$units/loose/exitproof.service"
if rated "$units/loose/exitproof.service" >&2; then
	not_ok "a loosened unit is refused" "it passed"
else
	ok "a loosened unit is refused"
fi

# calls_of GROUP-OR-NAME: every call that it stands for.
calls_of() {
	case $1 in
	@*)
		systemd-analyze syscall-filter --no-pager "$1" 2>/dev/null </dev/null |
			sed -n 's/^    \([@a-z_0-9-]*\)$/\1/p' |
			while read -r ep_call; do
				calls_of "$ep_call"
			done
		;;
	*) echo "$1" ;;
	esac
}

# What the unit leaves, word by word in its order.
: >"$ep_work/left"
sed -n 's/^SystemCallFilter=//p' "$units/exitproof.service" |
	while read -r words; do
		case $words in
		~*)
			for word in ${words#\~}; do
				calls_of "$word"
			done | sort -u >"$ep_work/words"
			sort -u "$ep_work/left" |
				comm -23 - "$ep_work/words" >"$ep_work/rest"
			mv "$ep_work/rest" "$ep_work/left"
			;;
		*)
			for word in $words; do
				calls_of "$word"
			done >>"$ep_work/left"
			;;
		esac
	done
sort -u -o "$ep_work/left" "$ep_work/left"
check "the unit leaves some calls" test "$(wc -l <"$ep_work/left")" -gt 200

# What a night makes, its helper for a secret and what that starts included.
night_setup quickstart || exit
config=$ep_work/config
secret=$(find "$config/secrets" -type f | head -n 1)
sed -i "s,{file: ${secret#"$config"/}},{command: [cat\, $secret]}," \
	"$config"/customers/*.yaml "$EXITPROOF_CONFIG"
strace -f -qq -o "$ep_work/trace" "$EP_BUILD/exitproof" run \
	--now 2026-11-17T02:00:00Z --report html="$ep_work/html" \
	>"$ep_work/out" 2>"$ep_work/err"
strace -f -qq -o "$ep_work/trace2" "$EP_BUILD/exitproof" evidence checkpoint \
	--to "$ep_work/checkpoint" >>"$ep_work/out" 2>>"$ep_work/err"
sed -n 's/^[0-9]* *\([a-z_0-9]*\)(.*/\1/p' "$ep_work/trace" \
	"$ep_work/trace2" | sort -u >"$ep_work/made"
check "a night makes some calls" test "$(wc -l <"$ep_work/made")" -gt 30
check "the night was a night" test -s "$ep_work/checkpoint"
# SQLite gives its files to the owner of the database, but only as root.
check_same "every call that a night makes is left by the unit" "" \
	"$(comm -23 "$ep_work/made" "$ep_work/left" | grep -vx fchown)"

# What it leaves behind is its user's and its group's at most; secrets, the
# database and what is beside it its user's alone.
check_same "nothing is for others to read" "" \
	"$(find "$ep_work/html" "$ep_work/checkpoint" -perm /o=rwx)"
check_same "the database is its user's alone" "" \
	"$(find "$ep_work" -maxdepth 1 -name 'exitproof.db*' -perm /go=rwx)"
# A loose umask loosens nothing.
(umask 0; ep report --report csv="$ep_work/loose.csv") >&2
check_same "a loose umask loosens no report" "" \
	"$(find "$ep_work/loose.csv" -perm /o=rwx)"
done_testing
