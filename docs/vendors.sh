#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Writes docs/vendors/*.md from the connector files:
#
#   sh docs/vendors.sh EXITPROOF [FOLDER]
set -eu
exitproof=$1
root=$(cd "$(dirname "$0")/.." && pwd)
folder=${2:-$root/docs/vendors}
mkdir -p "$folder"
data=$(mktemp -d)
trap 'rm -rf "$data"' EXIT
ln -s "$root/scanner/connectors" "$data/connectors"
for file in "$root"/scanner/connectors/*.yaml; do
	name=$(basename "$file" .yaml)
	case $name in
	*-portal | *-partner | *-export) continue ;;
	esac
	EXITPROOF_DATADIR=$data "$exitproof" connector doc "$name" \
		>"$folder/$name.md"
done
