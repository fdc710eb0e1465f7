#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the program can still do once it runs: a probe that is preloaded into
# it tries, with the program's own rights, to read, write, start, trace and
# connect, and is refused.  Everything that a night needs still works, secrets
# that a command prints among it.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"

night_setup quickstart || exit
config=$ep_work/config
probe=$ep_work/probe.so
check "the probe is built" "${CC:-cc}" -D_GNU_SOURCE -shared -fPIC -O1 \
	-o "$probe" "$EP_SRC/tests/e2e/confine_probe.c" || exit

# The database may be written beside, so it lies in a folder of its own, and
# what must not be touched in another one.
mkdir "$ep_work/store" "$ep_work/foreign"
echo foreign >"$ep_work/foreign/file"
sed -i 's,^database:.*,database: ../store/exitproof.db,' "$EXITPROOF_CONFIG"
ep_db=$ep_work/store/exitproof.db
control=$(estate_get control_url)
control=${control##*:}
control=${control%%/*}

probed() {
	PROBE_FOREIGN=$ep_work/foreign PROBE_CONFIG=$config \
		PROBE_PORT=$control LD_PRELOAD=$probe ep "$@"
}

# refused VERB...: nothing that the probe tries works.
refused() {
	probed "$@" --now 2026-11-17T02:00:00Z >"$ep_work/out" 2>"$ep_work/err"
	for line in 'shadow: EACCES' 'foreign read: EACCES' \
		'foreign write: EACCES' 'configuration write: EACCES' \
		'configuration read: done' 'program: EPERM' 'trace: EPERM' \
		'packets: EAFNOSUPPORT' 'core: 0 0' 'dumpable: 0' \
		'new rights: 1'; do
		check_has "$1: $line" "$ep_work/err" "^probe $line\$"
	done
}

can=$(probed run --now 2026-11-17T02:00:00Z 2>&1 >/dev/null |
	grep -c 'cannot restrict')
if [ "$can" -ne 0 ]; then
	ok "this kernel cannot restrict, and the program says so"
	done_testing
fi

# The first line of helper.log is written by the command of the secret.
secret=$(find "$config/secrets" -type f | head -n 1)
name=${secret#"$config"/}
mkdir "$ep_work/vault"
mv "$secret" "$ep_work/vault/secret"
printf '#!/bin/sh\necho "$$ $1" >>%s/helper.log\ncat %s/secret\n' \
	"$ep_work/vault" "$ep_work/vault" >"$ep_work/vault/get"
chmod 700 "$ep_work/vault/get"
sed -i "s,{file: $name},{command: [$ep_work/vault/get\, show]}," \
	"$config"/customers/*.yaml "$EXITPROOF_CONFIG"
check "a secret is printed by a command now" \
	grep -rq 'command: \[' "$config"

refused run --report html="$ep_work/store/html" \
	--report junit="$ep_work/store/j.xml"
check_lacks "run: nothing is told" "$ep_work/err" 'cannot restrict|confine'
check_has "run: other ports are closed" "$ep_work/err" '^probe port: EACCES$'
check_has "run: nothing is listened on" "$ep_work/err" '^probe listen: EACCES$'
check "run: the command was asked" grep -q ' show$' "$ep_work/vault/helper.log"
check_same "run: everything was read" 0 "$(sqlite3 "$ep_db" \
	"SELECT count(*) FROM coverage WHERE status IN ('failed', 'denied')
	 AND reason LIKE '%secret%'")"
check "run: its reports are there" test -s "$ep_work/store/j.xml" -a \
	-s "$ep_work/store/html/index.html"
refused query 'SELECT 1'
for verb in check 'tenant test' 'evidence checkpoint'; do
	# shellcheck disable=SC2086
	refused $verb
done

# A command that fails says why, through the helper too.
printf '#!/bin/sh\nexit 3\n' >"$ep_work/vault/get"
ep tenant test --now 2026-11-17T02:00:00Z >"$ep_work/out" 2>"$ep_work/err"
check "a command that fails is named" grep -rq 'ended with status 3' \
	"$ep_work/out" "$ep_work/err"

# The probe can fail, and who switches it off is told.
cp "$EXITPROOF_CONFIG" "$ep_work/plain.yaml"
echo 'confine: off' >>"$EXITPROOF_CONFIG"
probed run --now 2026-11-17T02:00:00Z >"$ep_work/out" 2>"$ep_work/err"
for line in 'foreign read: done' 'foreign write: done' 'program: done'; do
	check_has "off: $line" "$ep_work/err" "^probe $line\$"
done
check_same "off: one line says so" 1 \
	"$(grep -c "'confine: off'" "$ep_work/err")"
rm -f "$ep_work/foreign/planted" "$config/planted"

# A kernel that cannot.
cp "$ep_work/plain.yaml" "$EXITPROOF_CONFIG"
PROBE_OLD_KERNEL=1
export PROBE_OLD_KERNEL
probed run --now 2026-11-17T02:00:00Z >"$ep_work/out" 2>"$ep_work/err"
check_same "an old kernel: one line says so" 1 \
	"$(grep -c 'this kernel cannot restrict' "$ep_work/err")"
check_has "an old kernel: the run goes on" "$ep_work/err" \
	'^probe foreign read: done$'
rm -f "$ep_work/foreign/planted" "$config/planted"
echo 'confine: required' >>"$EXITPROOF_CONFIG"
check_status "an old kernel where it is required" 78 probed run
check_has "it is said what lacks" "$ep_work/err" 'Landlock'
unset PROBE_OLD_KERNEL
probed status >"$ep_work/out" 2>"$ep_work/err"
check_has "required, and held" "$ep_work/err" '^probe shadow: EACCES$'
cp "$ep_work/plain.yaml" "$EXITPROOF_CONFIG"
echo 'confine: perhaps' >>"$EXITPROOF_CONFIG"
check_status "another word" 78 ep status
done_testing
