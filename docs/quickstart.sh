#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# From a clone to three nights of findings: installs missing packages, builds
# in out/build, starts the simulated MSP on loopback, runs exitproof against
# it for three simulated nights, and leaves the results in out/quickstart.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
out=$root/out
quick=$out/quickstart
world=$root/tests/estate/worlds/quickstart
estate=$out/build/tests/estate/estate
begun=$(date +%s)
estate_pid=

say() {
	printf '%4d s  %s\n' $(($(date +%s) - begun)) "$*"
}

fail() {
	echo "quickstart: $*" >&2
	exit 1
}

stop_estate() {
	if [ -n "$estate_pid" ]; then
		kill "$estate_pid" 2>/dev/null || true
		wait "$estate_pid" 2>/dev/null || true
		estate_pid=
	fi
}
trap stop_estate EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# logged COMMAND...: quiet unless it fails.
logged() {
	"$@" >>"$out/build.log" 2>&1 || {
		tail -n 30 "$out/build.log" >&2
		fail "'$*' failed; all of it is in out/build.log"
	}
}

build() {
	mkdir -p "$out/build"
	: >"$out/build.log"
	cd "$root"
	if [ ! -x configure ] || [ -n "$(find configure.ac Makefile.am \
		-newer configure)" ]; then
		logged autoreconf -i
	fi
	cd "$out/build"
	if [ ! -f config.status ]; then
		logged "$root/configure" --prefix="$out/prefix"
	fi
	jobs=$(nproc 2>/dev/null || echo 2)
	logged make -j"$jobs" all
	logged make -j"$jobs" estate
	logged make install
	cd "$root"
}

# out/exitproof: the program with the quickstart's configuration.
write_program() {
	cat >"$out/exitproof.tmp" <<'PROGRAM'
#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd)
: "${EXITPROOF_CONFIG:=$here/quickstart/config/exitproof.yaml}"
: "${EXITPROOF_DATADIR:=$here/prefix/share/exitproof}"
export EXITPROOF_CONFIG EXITPROOF_DATADIR
exec "$here/prefix/bin/exitproof" "$@"
PROGRAM
	chmod +x "$out/exitproof.tmp"
	mv "$out/exitproof.tmp" "$out/exitproof"
}

estate_value() {
	sed -n "s/^$1=//p" "$quick/estate.state"
}

start_estate() {
	"$estate" --world "$world.yaml" --tls --tls-dir "$quick/tls" \
		--control 0 --state "$quick/estate.state" \
		--journal "$quick/estate.journal" 2>"$quick/estate.log" &
	estate_pid=$!
	tries=0
	while [ ! -s "$quick/estate.state" ]; do
		tries=$((tries + 1))
		if [ $tries -gt 300 ] || ! kill -0 "$estate_pid" 2>/dev/null; then
			cat "$quick/estate.log" >&2
			fail "the simulated MSP did not start"
		fi
		sleep 0.1
	done
}

# night NUMBER TIME: one run; findings and gaps are results, not failures.
night() {
	"$estate" ctl "$(estate_value control_url)" night "$1" \
		>>"$quick/estate.log" 2>&1 ||
		fail "the simulated MSP did not turn to night $1"
	status=0
	"$out/exitproof" run --now "$2" --quiet \
		--report html="$quick/html" \
		--report junit="$quick/junit.xml" \
		--report text="$quick/findings.txt" \
		>"$quick/night$1.txt" 2>"$quick/night$1.log" || status=$?
	case $status in
	0) said="nothing wrong and everything decided" ;;
	1) said="findings" ;;
	2) said="findings, and something could not be decided" ;;
	*)
		tail -n 30 "$quick/night$1.log" >&2
		fail "night $1 ended with status $status"
		;;
	esac
	say "night $1 ($2): status $status, $said"
}

sh "$root/docs/setup.sh" quickstart
say "packages are there"
build
write_program
say "built: out/exitproof"
rm -rf "$quick"
mkdir -p "$quick"
start_estate
sh "$root/tests/estate/configure.sh" "$estate" "$quick/estate.state" \
	"$world" "$quick/config"
say "the simulated MSP listens on $(estate_value base_url)"
night 1 2026-11-17T02:00:00Z
night 2 2026-11-18T02:00:00Z
night 3 2026-11-19T02:00:00Z
stop_estate

echo
echo "What was found in the third night:"
# The report's own summary, then the worst rules, each with two subjects.
awk '
	/^[^ ]/ { section = $0; next }
	section == "In short" && NF
	section == "Findings" && /^  [a-z]+  / {
		if (++rules <= 8)
			print
		n = 0
	}
	section == "Findings" && /^    - / && ++n <= 3 && rules <= 8 {
		print n < 3 ? $0 : "    - ..."
	}
	END {
		if (rules > 8)
			print "  and " rules - 8 " rules more"
	}
' "$quick/findings.txt" | cut -c1-100
cat <<'EOT'

Where to look:
    out/quickstart/html/index.html   the third night, for people
    out/quickstart/findings.txt      the same in plain text
    out/quickstart/junit.xml         the same for a build service
    out/quickstart/exitproof.db      all three nights, an SQLite file

Try next:
    out/exitproof person otto.berg@northwind.example
    out/exitproof exit plan --person otto.berg@northwind.example --now 2026-11-19T03:00:00Z
    out/exitproof rule explain key-owner-departed
    out/exitproof query "SELECT name, state FROM account LIMIT 5"
EOT
