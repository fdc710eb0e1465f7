#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Not looked at is never clean: one answer of a vendor after the other is
# replaced by a lie, and one evidence file, and one listing after the other is
# marked as not complete.
#
#   sh run.sh            a sample (EP_NEVER_CLEAN_SEED, _SIZE)
#   sh run.sh whole      every lie about every request
#
# EP_NEVER_CLEAN_ONLY is a pattern for listings, and after a comma one for
# lies, to tell what failed again; after "imports: " it is one for files and
# their lies.  EP_NEVER_CLEAN_LEDGER is a file of the lies
# told already: a whole run that was stopped goes on with the others.
# EP_PUBLISH=yes puts the figures of a whole run into docs/RELIABILITY.md.
. "$(dirname "$0")/../../lib.sh"

how=${1-sample}
seed=${EP_NEVER_CLEAN_SEED:-$(date +%j)}
fault=$EP_SRC/tests/fault/never-clean
modules=$EP_OUT/npm-fault/node_modules
if [ ! -d "$modules/junit2json" ]; then
	mkdir -p "$EP_OUT/npm-fault"
	cp "$fault/package.json" "$EP_OUT/npm-fault/"
	(cd "$EP_OUT/npm-fault" && npm install --no-audit --no-fund \
		--ignore-scripts) >&2
fi
size=${EP_NEVER_CLEAN_SIZE:-54}
inputs=12
files=9
# Other stages run beside the sample.
jobs=1
if [ "$how" = whole ]; then
	size=0
	inputs=0
	files=0
	jobs=$EP_JOBS
	# Each lie is a database or two, and a disk would be waited for.
	if [ -z "${TMPDIR-}" ] && [ -w /dev/shm ]; then
		TMPDIR=/dev/shm
		export TMPDIR
	fi
fi

# told SCRIPT OPTION...: its lines that are a test's are ours, too.
told() {
	script=$1
	shift
	workdir
	rm -rf "$ep_work/told"
	mkdir "$ep_work/told"
	/usr/bin/python3 -B "$fault/$script" "$EP_SRC" "$EP_BUILD" \
		"$ep_work/told" "$@" >"$ep_work/said" 2>"$ep_work/why"
	status=$?
	cat "$ep_work/said" "$ep_work/why" >&2
	grep -E '^(not )?ok ' "$ep_work/said"
	if [ $status -ne 0 ]; then
		ep_failed=$((ep_failed + 1))
		grep -q '^not ok ' "$ep_work/said" ||
			not_ok "$script" "status $status: $(tail -n 1 \
				"$ep_work/why")"
	elif ! grep -q '^ok ' "$ep_work/said"; then
		not_ok "$script" "tested nothing"
	fi
}

only=${EP_NEVER_CLEAN_ONLY-}
case $only in
imports:*) ;;
*)
	told rule_inputs.py "$inputs" "$seed"
	told never_clean.py --seed "$seed" --sample "$size" \
		--modules "$modules" --jobs "$jobs" \
		--figures "$EP_OUT/never-clean.json" \
		${EP_NEVER_CLEAN_LEDGER:+--ledger "$EP_NEVER_CLEAN_LEDGER"} \
		${only:+--only "$only"}
	;;
esac
case $only in
imports:* | '')
	told import_lies.py --seed "$seed" --sample "$files" \
		--modules "$modules" ${only:+--only "${only#imports: }"}
	;;
esac
if [ "$how" = whole ] && [ "${EP_PUBLISH-}" = yes ]; then
	check "the figures are published" /usr/bin/python3 -B \
		"$EP_SRC/tests/fault/publish.py" \
		"$EP_SRC/docs/RELIABILITY.md" never-clean \
		"$EP_OUT/never-clean.json"
fi
done_testing
