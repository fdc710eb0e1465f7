#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every test, from a clean clone to one last line "N passed, N failed".
#
#   sh tests/run.sh            all stages of tests/stages, in order
#   sh tests/run.sh lint unit  only these (their builds must be there)
#
# A stage is a script that prints "ok NAME" and "not ok NAME reason" lines.
# It fails as a whole when it ends with a status other than 0 without saying
# why, or prints no line at all.  Logs are left in out/test-logs.
set -u
EP_SRC=$(cd "$(dirname "$0")/.." && pwd)
EP_OUT=$EP_SRC/out
export EP_SRC EP_OUT
logs=$EP_OUT/test-logs
mkdir -p "$logs"

passed=0
failed=0
wanted=" $* "
met=

sh "$EP_SRC/docs/setup.sh" test || exit

# run_stage FILE NAME
run_stage() {
	begun=$(date +%s)
	status=0
	rm -f "$logs/$2.tap"
	sh "$1" >"$logs/$2.tap" 2>"$logs/$2.log" </dev/null || status=$?
	good=$(grep -c '^ok ' "$logs/$2.tap")
	bad=$(grep -c '^not ok ' "$logs/$2.tap")
	if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then
		echo "not ok stage $2: status $status" >>"$logs/$2.tap"
		bad=1
	elif [ $((good + bad)) -eq 0 ]; then
		echo "not ok stage $2: tested nothing" >>"$logs/$2.tap"
		bad=1
	fi
	passed=$((passed + good))
	failed=$((failed + bad))
	printf '%-12s %5d passed %4d failed %5d s\n' "$2" "$good" "$bad" \
		$(($(date +%s) - begun))
	if [ "$bad" -ne 0 ]; then
		grep '^not ok ' "$logs/$2.tap" | sed 's/^/    /'
		echo "    log: out/test-logs/$2.log"
		# What stands below a failed case of cmocka, else the end.
		{
			grep -A 5 '^not ok ' "$logs/$2.log" ||
				tail -n 25 "$logs/$2.log"
		} | head -n 60 | sed 's/^/    | /'
	fi
}

for file in "$EP_SRC"/tests/stages/*.sh; do
	stage=$(basename "$file" .sh)
	stage=${stage#*-}
	case $wanted in
	"  " | *" $stage "*)
		met="$met $stage"
		run_stage "$file" "$stage"
		;;
	esac
done

for stage in "$@"; do
	case " $met " in
	*" $stage "*) ;;
	*)
		echo "no stage called $stage in tests/stages"
		failed=$((failed + 1))
		;;
	esac
done

echo "$passed passed, $failed failed"
test "$failed" -eq 0 && test "$passed" -gt 0
