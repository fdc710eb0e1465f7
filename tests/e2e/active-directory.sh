#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Active Directory against a real domain controller (Samba): what is read over
# LDAPS and StartTLS, and what is not when the certificate, the password, the
# account, the domain or the place is wrong.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../night.sh"
. "$(dirname "$0")/../dc.sh"

dc_inside "$0"
staff=OU=Staff,$dc_base

# person CN LOGIN FLAGS [LINE...]: one user, as LDIF.
person() {
	cat <<EOF
dn: CN=$1,$staff
objectClass: user
sAMAccountName: $2
userPrincipalName: $2@$dc_domain
mail: $2@harbour.example
displayName: $(echo "$1" | sed 's/[\\]//')
unicodePwd:: $(dc_password 'Finch-Passw0rd')
userAccountControl: $3
EOF
	shift 3
	for ep_line; do
		echo "$ep_line"
	done
	echo
}

# Each account is here for something: see the checks.
populate() {
	echo "dn: $staff
objectClass: organizationalUnit
"
	person 'Finch\, Ada' afinch 512 \
		'description: the password is hunter2' \
		'proxyAddresses: SMTP:afinch@harbour.example' \
		'proxyAddresses: smtp:ada@harbour.example'
	person 'Bo Gone' bgone 514
	person 'Cy Primary' cprimary 512
	person 'Dee Deep' ddeep 512 "manager: CN=Bo Gone,$staff"
	person 'Eve Old' eold 512 'accountExpires: 132000000000000000'
	person 'Flo Left' fleft 512
	person 'Svc Backup' svc-backup 66048 \
		'servicePrincipalName: backup/srv1' \
		"manager: CN=Bo Gone,$staff"
	person 'Svc Reader' svc-reader 512
	person 'Svc Off' svc-off 514
	person 'Svc Expired' svc-expired 512 \
		'accountExpires: 132000000000000000'
	i=0
	while [ $i -lt 1050 ]; do
		i=$((i + 1))
		cat <<EOF
dn: CN=Bulk $i,$staff
objectClass: user
sAMAccountName: bulk$i
userAccountControl: 514

EOF
	done
	cat <<EOF
dn: CN=Inner,$staff
objectClass: group
sAMAccountName: inner
member: CN=Dee Deep,$staff

dn: CN=Outer,$staff
objectClass: group
sAMAccountName: outer
member: CN=Inner,$staff

dn: CN=Everybody,$staff
objectClass: group
sAMAccountName: everybody
EOF
	i=0
	while [ $i -lt 1050 ]; do
		i=$((i + 1))
		echo "member: CN=Bulk $i,$staff"
	done
	cat <<EOF

dn: CN=WS1,CN=Computers,$dc_base
objectClass: computer
sAMAccountName: WS1\$
dNSHostName: ws1.$dc_domain
operatingSystem: Windows 11 Pro
userAccountControl: 4096
EOF
}

privilege() {
	cat <<EOF
dn: CN=Administrators,CN=Builtin,$dc_base
changetype: modify
add: member
member: CN=Outer,$staff
-

dn: CN=Domain Admins,CN=Users,$dc_base
changetype: modify
add: member
member: CN=Bo Gone,$staff
member: CN=Cy Primary,$staff
-

dn: CN=Cy Primary,$staff
changetype: modify
replace: primaryGroupID
primaryGroupID: 512
-

dn: CN=Finch\\, Ada,$staff
changetype: modify
replace: lastLogonTimestamp
lastLogonTimestamp: 134084052000000000
-
EOF
}

# config USER PASSWORD [KEY=VALUE...]: host, base, ca, tenant, dc.
config() {
	host=$dc_host base=$dc_base ca=$dc/private/tls/ca.pem tenant=$dc_sid
	url='ldaps://{host}'
	ep_user=$1
	ep_folder=$ep_work/config
	rm -rf "$ep_folder"
	mkdir -p "$ep_folder/customers" "$ep_folder/secrets"
	printf '%s' "$2" >"$ep_folder/secrets/ad"
	chmod 600 "$ep_folder/secrets/ad"
	shift 2
	for ep_word; do
		eval "${ep_word%%=*}=\${ep_word#*=}"
	done
	cat >"$ep_folder/exitproof.yaml" <<EOF
msp:
  id: msp
  name: MSP
  domains: [msp.example]
database: exitproof.db
testing:
  allow_loopback: true
EOF
	cat >"$ep_folder/customers/harbour.yaml" <<EOF
customer: harbour
name: Harbour Dental
domains: [harbour.example]
connections:
  - connector: active-directory
    tenant: $tenant
    base: {dc: "$url"}
    params: {host: $host, base_dn: "$base", ca_file: "$ca"}
    credentials:
      reader:
        user: $ep_user
        password: {file: secrets/ad}
EOF
	EXITPROOF_CONFIG=$ep_folder/exitproof.yaml
	export EXITPROOF_CONFIG
}

# night [OPTION...]
night() {
	timeout 120 "$EP_BUILD/exitproof" run "$@" >"$ep_work/night.txt" 2>&1
}

# one QUERY: its one value.
one() {
	ep query "$1" | tail -n 1
}

# coverage NAME DATASET STATUS [REASON REGEX [ADVICE REGEX]]
coverage() {
	check_same "$1: $2 is $3" "$3" "$(one "SELECT status FROM coverage
		WHERE dataset = 'active-directory.$2'")"
	ep query "SELECT reason, advice FROM coverage
		WHERE dataset = 'active-directory.$2'" >"$ep_work/reason"
	for ep_regex in "${4-}" "${5-}"; do
		if [ -n "$ep_regex" ]; then
			check_has "$1: ... and says: $ep_regex" \
				"$ep_work/reason" "$ep_regex"
		fi
	done
}

check "a domain is made" dc_make || exit
populate | check "it is peopled" dc_add || exit
privilege | check "some of them are privileged" dc_change || exit
check "the domain controller starts" dc_start || exit
ep_data_folder

# --- what is read ---------------------------------------------------------

reader=svc-reader@$dc_domain
config "$reader" Finch-Passw0rd
night
for dataset in domain users groups privileged_groups privileged_members \
	privileged_nested privileged_by_primary computers trusts \
	managed_accounts; do
	coverage LDAPS $dataset complete
done
check_same "all users are read, page by page" 1064 \
	"$(one "SELECT count(*) FROM account")"
check_same "... in so many pages" 3 "$(one "SELECT pages FROM coverage
	WHERE dataset = 'active-directory.users'")"
check_same "all members of a large group are read" 1050 \
	"$(one "SELECT count(*) FROM membership AS m JOIN team AS t
		ON t.id = m.team WHERE t.name = 'everybody'")"
check_same "members are accounts that were read" 1050 \
	"$(one "SELECT count(*) FROM membership AS m JOIN team AS t
		ON t.id = m.team JOIN account AS a ON a.id = m.account
		WHERE t.name = 'everybody'")"
check_same "a comma in a name is part of it" afinch@harbour.example \
	"$(one "SELECT email FROM account WHERE name = 'Finch, Ada'")"
check_same "the last sign-in is a time" 1763931600 \
	"$(one "SELECT last_seen_at FROM account WHERE name = 'Finch, Ada'")"
check_same "all addresses are kept" \
	'["SMTP:afinch@harbour.example","smtp:ada@harbour.example"]' \
	"$(one "SELECT attr ->> '\$.proxyAddresses' FROM account
		WHERE name = 'Finch, Ada'")"
check_same "who is disabled is" disabled \
	"$(one "SELECT state FROM account WHERE name = 'Bo Gone'")"
check_same "an end that has passed is there" 1555526400 \
	"$(one "SELECT expires_at FROM account WHERE name = 'Eve Old'")"
check_same "a service account is a credential" 'svc-backup|Bo Gone|active' \
	"$(one "SELECT c.name || '|' || a.name || '|' || c.state
		FROM credential AS c JOIN account AS a ON a.id = c.owner")"
check_same "a computer is read" "ws1.$dc_domain|workstation|active" \
	"$(one "SELECT name || '|' || kind || '|' || state FROM agent
		WHERE name LIKE 'ws1%'")"
check_same "a privilege through two groups is found" Administrators \
	"$(one "SELECT r.role FROM role AS r JOIN account AS a
		ON a.id = r.account WHERE a.name = 'Dee Deep'")"
check_same "a privilege by the primary group is found" 1 \
	"$(one "SELECT count(DISTINCT r.account) FROM role AS r
		JOIN account AS a ON a.id = r.account
		WHERE a.name = 'Cy Primary' AND r.role = 'Domain Admins'")"
check_same "the same id as Entra has" 24 \
	"$(one "SELECT length(external_id) FROM account
		WHERE name = 'Finch, Ada'")"
check "no description is stored" \
	test "$(grep -ac hunter2 "$ep_work/config/exitproof.db")" -eq 0
check "no password is stored" \
	test "$(grep -ac Finch-Passw0rd "$ep_work/config/exitproof.db")" -eq 0
while read -r rule result; do
	check_same "$rule is $result" "$result" \
		"$(one "SELECT result FROM result WHERE rule = '$rule'
		AND unit LIKE 'active-directory/%'")"
done <<EOF
directory-admin-blocked FAIL
directory-service-account-unowned FAIL
directory-service-account-admin PASS
directory-password-weak PASS
directory-krbtgt-old PASS
directory-computer-stale PASS
EOF
coverage LDAPS deleted_users denied 'a right is missing' 'Deleted Objects'

# --- the same from a file ---------------------------------------------------

# What does not depend on how it was read; the reader's own sign-in does.
facts() {
	ep query "SELECT id, email, login, name, state, class, external_id,
		created_at, expires_at, attr ->> '\$.pwdLastSet' FROM account
		ORDER BY id"
	ep query "SELECT DISTINCT account FROM role ORDER BY 1"
	ep query "SELECT m.team, m.account FROM membership AS m
		JOIN account AS a ON a.id = m.account ORDER BY 1, 2"
	ep query "SELECT id, name, kind, state, created_at FROM agent
		ORDER BY id"
	ep query "SELECT id, name, state FROM credential ORDER BY id"
}

facts >"$ep_work/read"
# shellcheck disable=SC2317
export_ldif() {
	LDAPTLS_CACERT=$dc/private/tls/ca.pem ldapsearch -x -LLL \
		-o ldif-wrap=76 -E pr=500/noprompt -H "ldaps://$dc_host" \
		-D "$reader" -w Finch-Passw0rd -b "$dc_base" \
		'(|(objectClass=domainDNS)(objectClass=user)(objectClass=group))' \
		>"$ep_work/exported" || return
	{
		echo '# captured_at: 2026-11-16T20:00:00Z'
		echo '# captured_by: it@harbour.example'
		cat "$ep_work/exported"
	} >"$ep_work/active-directory.ldf"
}
check "the domain is exported" export_ldif
from_file() {
	config "$reader" Finch-Passw0rd "$@"
	sed -i -e "/connector:/s/active-directory/&-export/" \
		-e '/ base:/,$d' "$ep_folder/customers/harbour.yaml"
}
from_file
check_status "the export is taken" 0 ep import --now 2026-11-17T02:00:00Z \
	"$ep_work/active-directory.ldf"
night --now 2026-11-17T02:00:00Z
check_same "the export is complete" complete "$(one "SELECT status FROM coverage
	WHERE dataset = 'active-directory-export.directory'")"
facts >"$ep_work/imported"
check "a file says what the directory says" \
	diff "$ep_work/read" "$ep_work/imported"
from_file tenant=S-1-5-21-1-2-3
check_status "the export of another domain is refused" 65 ep import \
	--now 2026-11-17T02:00:00Z "$ep_work/active-directory.ldf"
check_has "... and it says so" "$ep_work/err" 'of another domain'
from_file
head -c 5000 "$ep_work/active-directory.ldf" >"$ep_work/active-directory-1.ldf"
check_status "half a file is refused" 65 ep import \
	--now 2026-11-17T02:00:00Z "$ep_work/active-directory-1.ldf"
check_has "... and it says so" "$ep_work/err" 'middle of a line'

# --- deleted users --------------------------------------------------------

check "somebody is deleted" ldbdel -H "$dc/private/sam.ldb" \
	"CN=Flo Left,$staff"
config "Administrator@$dc_domain" Adm1n-Passw0rd
night --dataset active-directory.deleted_users
coverage "with the right" deleted_users complete
check_same "who was deleted is seen" deleted \
	"$(one "SELECT state FROM account WHERE login LIKE 'fleft%'")"

# --- StartTLS ---------------------------------------------------------------

# shellcheck disable=SC2016
config "$reader" Finch-Passw0rd 'url=ldap://{host}'
night --dataset active-directory.users
coverage StartTLS users complete
check_same "StartTLS: all users are read" 1063 \
	"$(one "SELECT count(*) FROM account")"

# --- what must not be read ----------------------------------------------------

refused() {
	night --dataset active-directory.users
	coverage "$@"
	check_same "$1: nothing is stored" 0 \
		"$(one "SELECT count(*) FROM account")"
}

check "another authority" openssl req -x509 -newkey rsa:2048 -nodes -days 2 \
	-subj /CN=Other -keyout "$ep_work/other.key" -out "$ep_work/other.pem"
config "$reader" Finch-Passw0rd "ca=$ep_work/other.pem"
refused "unknown authority" users failed 'no trusted TLS' ca_file
config "$reader" Finch-Passw0rd "ca=$ep_work/other.pem" 'url=ldap://{host}'
refused "unknown authority, StartTLS" users failed 'no trusted TLS' ca_file
config "$reader" Finch-Passw0rd host=other.harbour.example
refused "wrong name" users failed 'no trusted TLS' 'as its certificate does'
config "$reader" Finch-Passw0rd host=other.harbour.example 'url=ldap://{host}'
refused "wrong name, StartTLS" users failed 'no trusted TLS'
config "$reader" Finch-Passw0rd 'url=ldap://127.0.0.1'
refused "without TLS" users denied 'Strong' 'use ldaps://'
config "$reader" wrong
refused "wrong password" users denied 'data 52e' 'not tried again'
config "svc-off@$dc_domain" Finch-Passw0rd
refused "disabled" users denied 'data 533' 'The account is disabled'
config "svc-expired@$dc_domain" Finch-Passw0rd
refused "expired" users denied 'data 701' 'has expired'
config "$reader" Finch-Passw0rd tenant=S-1-5-21-1-2-3
refused "another domain" users denied 'answers for tenancy S-1-5-21'
config "$reader" Finch-Passw0rd base=DC=nowhere,DC=example
refused "another place" users failed 'LDAP result' base_dn
config "$reader" Finch-Passw0rd "host=$dc_host:1"
refused "nobody there" users failed 'could not be asked for' firewall
dc_stop
done_testing
