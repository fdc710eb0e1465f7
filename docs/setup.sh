#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The one place that knows which Debian 12 packages exitproof needs, and why.
#
#   sh docs/setup.sh build        what ./configure && make needs
#   sh docs/setup.sh quickstart   also the simulated MSP
#   sh docs/setup.sh test         also every test
#   sh docs/setup.sh bench        what make bench needs
#   sh docs/setup.sh list WHAT    prints the packages of WHAT, installs nothing
#
# Only missing packages are installed, with apt-get and the sources this
# machine is set up with.  Nothing is removed or upgraded on purpose.
set -eu

# package: why
packages_build='
autoconf: configure.ac
automake: Makefile.am
gcc: compiler
libc6-dev: C library
make: build
pkg-config: finds the libraries
libcurl4-openssl-dev: HTTP
libcjson-dev: JSON
libsqlite3-dev: the store
libpcre2-dev: regular expressions
libxml2-dev: XML and HTML writer
libyaml-dev: configuration, connectors
libssl-dev: SHA-256, signatures
libldap-dev: Active Directory
libzstd-dev: kept raw pages
libxxhash-dev: fingerprints
libutf8proc-dev: names in one spelling
ca-certificates: whom TLS trusts'

packages_quickstart='
libmicrohttpd-dev: server of the simulated MSP
libgnutls28-dev: its TLS
zlib1g-dev: its gzip answers
openssl: its certificate'

packages_test='
clang: second compiler, sanitizers, fuzzer
libclang-rt-14-dev: their run time
llvm: names in their stack traces
libcmocka-dev: unit tests
valgrind: memory checks
pmccabe: function size and complexity
shellcheck: lint of the scripts
mandoc: lint of the manual
libxml2-utils: xmllint, for JUnit and HTML
openssh-client: signs and checks a checkpoint
sqlite3: looks at the database without us
python3: a mail server and a webhook that keep what they get
xxd: hashes a package without us
zsh: reads its completion
fish: the same
jq: looks at JSON without us
systemd: judges the units
curl: speaks to the simulated MSP without us
nginx-light: pages for what measurements count
xz-utils: make dist
strace: makes writes fail at birth of a database
nodejs: runs the contract validator
npm: installs it
procps: ps, for the process tests
chromium: shows HTML reports for the accessibility and injection tests
junitparser: reads JUnit reports without us
python3-yaml: reads connectors and worlds without us
poppler-utils: looks into printed reports
samba: a domain controller
samba-ad-provision: makes its domain
samba-dsdb-modules: its directory
samba-vfs-modules: its files
python3-samba: its samba-tool
winbind: samba wants it
ldb-tools: puts people into its database
ldap-utils: ldapsearch, asks it without us
iproute2: a network of its own for it'

packages_bench='
curl: the yardstick
nginx-light: serves pages faster than anything that thinks about them
libnginx-mod-http-echo: answers late
openssl: its certificate
sqlite3: the yardstick of a first scan
libxml2-utils: xmllint, the yardstick of a report'

names() {
	printf '%s\n' "$1" | sed -n 's/:.*//p'
}

packages() {
	case $1 in
	build) names "$packages_build" ;;
	quickstart) names "$packages_build$packages_quickstart" ;;
	test) names "$packages_build$packages_quickstart$packages_test" ;;
	bench) names "$packages_build$packages_quickstart$packages_bench" ;;
	*) return 1 ;;
	esac
}

# A program of that name counts too: it may have come another way.
installed() {
	command -v "$1" >/dev/null || dpkg-query -W -f='${Status}\n' "$1" 2>/dev/null |
		grep -q '^install ok installed$'
}

usage() {
	sed -n '3,10s/^# \{0,1\}//p' "$0" >&2
	exit 64
}

what=${1-}
if [ "$what" = list ]; then
	packages "${2-}" || usage
	exit 0
fi
wanted=$(packages "$what") || usage

if ! command -v dpkg-query >/dev/null; then
	echo "setup: this is no Debian system; install the equivalents of:" >&2
	printf '%s\n' "$wanted" | sed 's/^/  /' >&2
	echo "setup: going on, configure will name what it misses" >&2
	exit 0
fi

missing=
for package in $wanted; do
	installed "$package" || missing="$missing $package"
done
test -n "$missing" || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null; then
		echo "setup: missing:$missing" >&2
		echo "setup: run as root: apt-get install$missing" >&2
		exit 77
	fi
	as_root=sudo
fi
echo "setup: installing$missing" >&2
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT

get() {
	# shellcheck disable=SC2086
	$as_root apt-get install -y -q --no-install-recommends $missing \
		>>"$log" 2>&1
}

# The lists may be old or absent; once more after an update.
get || { $as_root apt-get update -q >>"$log" 2>&1 && get; } || {
	tail -n 30 "$log" >&2
	echo "setup: apt-get could not install:$missing" >&2
	exit 69
}
