# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154,SC2034
# A Samba domain controller for end-to-end tests, in a network of its own:
# its ports cannot be chosen, and the name of its certificate has to lead to
# it.  Needs tests/lib.sh.
#
# Samba differs from Windows where tests/unit/t_ldap.c stands in: it does not
# cut unpaged searches or long attributes, and calls an unknown user a wrong
# password.

dc_domain=corp.harbour.example
dc_base=DC=corp,DC=harbour,DC=example
dc_host=dc1.$dc_domain

# dc_inside SCRIPT: runs the script again where only loopback is, or says why
# that cannot be; returns inside only.
dc_inside() {
	if [ -n "${EP_DC_INSIDE-}" ]; then
		return
	fi
	for ep_tool in samba samba-tool ldbadd unshare ip iconv; do
		if ! command -v $ep_tool >/dev/null; then
			not_ok "a domain controller" \
				"$ep_tool is missing: sh docs/setup.sh test"
			exit 1
		fi
	done
	if ! unshare -n -m true 2>/dev/null; then
		not_ok "a domain controller" "a network namespace of its own" \
			"needs root or CAP_SYS_ADMIN; run this test as root"
		exit 1
	fi
	EP_DC_INSIDE=1 exec unshare -n -m sh "$1"
}

# dc_password TEXT: as the directory takes it.
dc_password() {
	printf '"%s"' "$1" | iconv -t UTF-16LE | base64 | tr -d '\n'
}

# dc_make: provisions it in $ep_work/dc; $dc_sid is the domain's.
dc_make() {
	workdir
	dc=$ep_work/dc
	mkdir -p "$dc"
	ip link set lo up
	printf '127.0.0.1 localhost %s %s other.harbour.example\n' \
		"$dc_host" dc1 >"$dc/hosts"
	mount --bind "$dc/hosts" /etc/hosts
	samba-tool domain provision --targetdir="$dc" \
		--realm="$dc_domain" --domain=HARBOUR --server-role=dc \
		--adminpass='Adm1n-Passw0rd' --dns-backend=NONE \
		--use-rfc2307 --host-name=dc1 --host-ip=127.0.0.1 \
		--option="interfaces=127.0.0.1" \
		--option="bind interfaces only=yes" \
		--option="vfs objects=" \
		--option="posix:eadb=$dc/eadb.tdb" >"$dc/provision.log" 2>&1 ||
		return
	dc_sid=$(sed -n 's/.*DOMAIN SID: *\(S-[0-9-]*\).*/\1/p' \
		"$dc/provision.log")
	sed -i "s/^\(.server services = \).*/\1ldap/
		s,^\(.log file = \).*,\1$dc/log," "$dc/etc/smb.conf"
	test -n "$dc_sid"
}

# dc_add: LDIF records from standard input into its database.
dc_add() {
	cat >"$ep_work/dc.ldif"
	ldbadd -H "$dc/private/sam.ldb" "$ep_work/dc.ldif" >&2
}

# dc_change: changes that only the system may make, such as times of sign-ins.
dc_change() {
	cat >"$ep_work/dc.ldif"
	ldbmodify -H "$dc/private/sam.ldb" --relax "$ep_work/dc.ldif" >&2
}

dc_start() {
	samba -F -M single --debug-stdout -s "$dc/etc/smb.conf" </dev/null \
		>"$dc/samba.log" 2>&1 &
	dc_pid=$!
	trap 'dc_stop; ep_cleanup' EXIT
	ep_tries=0
	until [ -s "$dc/private/tls/ca.pem" ] &&
		ldapsearch -x -H ldap://127.0.0.1 -b '' -s base \
			>/dev/null 2>&1; do
		ep_tries=$((ep_tries + 1))
		if [ $ep_tries -gt 300 ] || ! kill -0 "$dc_pid" 2>/dev/null; then
			tail -n 20 "$dc/samba.log" >&2
			return 1
		fi
		sleep 0.1
	done
}

dc_stop() {
	if [ -n "${dc_pid-}" ]; then
		kill "$dc_pid" 2>/dev/null
		wait "$dc_pid" 2>/dev/null
		dc_pid=
	fi
}
