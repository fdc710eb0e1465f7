# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154,SC2034
# What end-to-end tests share: a world of the simulated MSP with its own
# configuration and database.  Needs tests/lib.sh.

# night_setup WORLD: starts it over TLS, with clocks for waits and budgets that
# both go ten times as fast; ep_db is the database to come.
night_setup() {
	estate_start "$EP_SRC/tests/estate/worlds/$1.yaml" --tls --control 0 \
		--hurry 10 || return
	estate_config "$ep_work/config" || return
	sed -i 's/^testing:$/&\n  hurry: 10/' "$ep_work/config/exitproof.yaml"
	ep_data_folder
	ep_db=$ep_work/exitproof.db
	EXITPROOF_CONFIG=$ep_work/config/exitproof.yaml
	export EXITPROOF_CONFIG
}

# The shipped data as it lies in the tree.
ep_data_folder() {
	mkdir -p "$ep_work/data"
	ln -sfn "$EP_SRC/rules" "$ep_work/data/rules"
	ln -sfn "$EP_SRC/reports" "$ep_work/data/reports"
	ln -sfn "$EP_SRC/scanner/connectors" "$ep_work/data/connectors"
	ln -sfn "$EP_SRC/scanner/evidence" "$ep_work/data/evidence"
	EXITPROOF_DATADIR=$ep_work/data
	export EXITPROOF_DATADIR
}

# ep VERB...: the program.
ep() {
	"$EP_BUILD/exitproof" "$@"
}

# night NUMBER [OPTION...]: turns the vendors to that night and runs it.
night() {
	ep_night=$1
	shift
	estate_ctl night "$ep_night" || return 99
	ep run --now "2026-11-$((16 + ep_night))T02:00:00Z" \
		--report text="$ep_work/night.txt" "$@"
}
