#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Sets up exitproof for a running simulated MSP:
#
#   sh tests/estate/configure.sh ESTATE STATE_FILE WORLD FOLDER
#
# WORLD is the path of a world file without its .yaml; the folder of that name
# holds config/ (an MSP's configuration), evidence files and leavers.csv.
# FOLDER gets the configuration with the addresses of this run put in, the
# evidence in imports/, and each secret in a file that only we may read.
set -eu
if [ $# -ne 4 ]; then
	sed -n '3,10s/^# \{0,1\}//p' "$0" >&2
	exit 64
fi
estate=$1
state=$2
world=$3
folder=$4

value() {
	sed -n "s/^$1=//p" "$state"
}

mkdir -p "$folder/secrets" "$folder/imports"
chmod 700 "$folder/secrets"
cp -R "$world/config/." "$folder/"
sed -e "s,@BASE@,$(value base_url),g" -e "s,@CA_FILE@,$(value ca_file),g" \
	"$world/config/exitproof.yaml" >"$folder/exitproof.yaml"
for file in "$world"/*.csv "$world"/*.ldf; do
	[ -e "$file" ] || continue
	case $file in
	*/leavers.csv) cp "$file" "$folder/" ;;
	*) cp "$file" "$folder/imports/" ;;
	esac
done

tab=$(printf '\t')
umask 077
"$estate" credentials --world "$world.yaml" >"$folder/secrets/all"
while IFS="$tab" read -r vendor tenant app _ secret; do
	# A private key comes in one line, its ends of lines as \n.
	case $secret in
	*'-----BEGIN '*) printf '%b\n' "$secret" ;;
	*) printf '%s\n' "$secret" ;;
	esac >"$folder/secrets/$vendor-$tenant-$app"
done <"$folder/secrets/all"
rm "$folder/secrets/all"
