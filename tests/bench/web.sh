# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154,SC2034
# The web server of the measurements, and the data it serves.  Needs lib.sh.

# web_data TENANTS USERS: nights 0 and 1 of that MSP, made once; $web_root is
# where, $web_changed and $web_moved are how many users differ between them.
web_data() {
	web_tenants=$1
	web_users=$2
	web_pages=$(($1 * (($2 + 199) / 200)))
	web_root=$BENCH_WORK/web-$1x$2
	if [ ! -s "$web_root/made" ]; then
		bench_say "making the pages of $1 tenants with $2 users"
		mkdir -p "$web_root"
		"$EP_BUILD/tests/bench/pages" "$web_root/n0" "$1" "$2" 0 \
			>/dev/null || bench_fail "no pages"
		"$EP_BUILD/tests/bench/pages" "$web_root/n1" "$1" "$2" 1 \
			>"$web_root/made" || bench_fail "no pages"
	fi
	read -r web_changed web_moved <"$web_root/made"
}

# web_night N: what the server shows from now on.
web_night() {
	ln -sfn "n$1" "$web_root/now.new" &&
		mv -T "$web_root/now.new" "$web_root/now"
}

# web_start: serves $web_root; $web_plain, $web_tls and $web_late (100 ms to
# each answer, over TLS) are its addresses, $web_ca whom to trust.
web_start() {
	web_night 0
	web_stop
	web_ca=$BENCH_OUT/tls/cert.pem
	web_port=${BENCH_PORT:-$((20000 + $$ % 20000))}
	if [ ! -s "$web_ca" ]; then
		mkdir -p "$BENCH_OUT/tls"
		openssl req -x509 -newkey ec -pkeyopt \
			ec_paramgen_curve:prime256v1 -nodes -days 2 \
			-subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 \
			-keyout "$BENCH_OUT/tls/key.pem" -out "$web_ca" \
			2>/dev/null || bench_fail "no certificate"
	fi
	web_plain=http://127.0.0.1:$web_port
	web_tls=https://127.0.0.1:$((web_port + 1))
	web_late=https://127.0.0.1:$((web_port + 1))/late
	web_module=/usr/lib/nginx/modules/ngx_http_echo_module.so
	web_sleep='echo_sleep 0.1; echo_exec @late;'
	if [ ! -e "$web_module" ]; then
		web_module=
		web_sleep='return 501;'
	fi
	cat >"$BENCH_OUT/nginx.conf" <<END
${web_module:+load_module $web_module;}
daemon off;
$([ "$(id -u)" -ne 0 ] || echo 'user root;')
worker_processes 1;
pid $BENCH_OUT/nginx.pid;
error_log $BENCH_OUT/nginx.err warn;
worker_rlimit_nofile 8192;
events { worker_connections 2048; }
http {
	access_log off;
	log_format counted "\$connection \$status \$request_uri \$msec";
	default_type application/json;
	types { }
	sendfile on;
	tcp_nopush on;
	keepalive_timeout 600;
	keepalive_requests 10000000;
	client_body_temp_path $BENCH_OUT/nginx-body;
	proxy_temp_path $BENCH_OUT/nginx-proxy;
	fastcgi_temp_path $BENCH_OUT/nginx-fastcgi;
	uwsgi_temp_path $BENCH_OUT/nginx-uwsgi;
	scgi_temp_path $BENCH_OUT/nginx-scgi;
	limit_req_zone \$server_addr zone=all:1m rate=10r/s;
	server {
		listen 127.0.0.1:$web_port;
		listen 127.0.0.1:$((web_port + 1)) ssl;
		ssl_certificate $web_ca;
		ssl_certificate_key $BENCH_OUT/tls/key.pem;
		ssl_protocols TLSv1.3;
		root $web_root/now;
		location /late/ {
			alias $web_root/now/;
			$web_sleep
		}
		location @late {
			rewrite ^/late/(.*) /\$1 break;
			root $web_root/now;
		}
		location /limited/ {
			alias $web_root/now/;
			limit_req zone=all burst=9 nodelay;
			limit_req_status 429;
			add_header Retry-After 1 always;
			access_log $BENCH_OUT/limited.log counted;
		}
		location /counted/ {
			alias $web_root/now/;
			access_log $BENCH_OUT/counted.log counted;
		}
	}
}
END
	nginx -c "$BENCH_OUT/nginx.conf" -e "$BENCH_OUT/nginx.err" \
		>/dev/null 2>&1 </dev/null &
	web_pid=$!
	web_tries=0
	until curl -sf -o /dev/null "$web_plain/msp.json"; do
		web_tries=$((web_tries + 1))
		if [ "$web_tries" -gt 100 ]; then
			tail -n 3 "$BENCH_OUT/nginx.err" >&2
			bench_fail "nginx does not answer"
		fi
		sleep 0.05
	done
}

web_stop() {
	if [ -n "${web_pid:-}" ]; then
		kill "$web_pid" 2>/dev/null
		wait "$web_pid" 2>/dev/null
		web_pid=
	fi
}

web_pid=
trap 'web_stop; ep_cleanup' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# web_curl ADDRESS CONNECTIONS: the yardstick: the same pages, without looking
# at them, and the last page of each tenant must have come.
web_curl() {
	bench_timed curl -sf --no-progress-meter --cacert "$web_ca" \
		-H "Authorization: x" -Z --parallel-max "$2" \
		-w '%{http_code} %{size_download}\n' -o /dev/null \
		"$1/t/[0-$((web_tenants - 1))]/[0-$((web_pages / web_tenants - 1))].json"
	[ "$bench_status" -eq 0 ] &&
		[ "$(grep -c '^200 [0-9]' "$BENCH_OUT/last.out")" -eq "$web_pages" ]
}

# scan_config ADDRESS CONNECTIONS: a new configuration without a database.
scan_config() {
	scan_dir=$BENCH_WORK/scan
	rm -rf "$scan_dir"
	mkdir -p "$scan_dir/connectors" "$scan_dir/customers" "$scan_dir/data"
	for scan_part in rules reports; do
		ln -s "$EP_SRC/$scan_part" "$scan_dir/data/$scan_part"
	done
	ln -s "$EP_SRC/scanner/evidence" "$scan_dir/data/evidence"
	ln -s "$EP_SRC/scanner/connectors" "$scan_dir/data/connectors"
	cp "$EP_SRC/tests/bench/bench.yaml" "$scan_dir/connectors/"
	echo x >"$scan_dir/key"
	chmod 600 "$scan_dir/key"
	cat >"$scan_dir/exitproof.yaml" <<END
msp:
  id: msp
  name: Bench MSP
  domains: [bench.example]
  owners: [owner@bench.example]
  connections:
    - connector: bench
      tenant: msp
      credentials:
        key:
          key: {file: key}
database: bench.db
customers: customers
connections_per_host: $2
vendors:
  bench:
    base:
      api: $1
    share_percent: 100
testing:
  allow_loopback: true
  ca_file: $web_ca
END
	scan_db=$scan_dir/bench.db
	EXITPROOF_CONFIG=$scan_dir/exitproof.yaml
	EXITPROOF_DATADIR=$scan_dir/data
	export EXITPROOF_CONFIG EXITPROOF_DATADIR
}

# scan_sql QUERY
scan_sql() {
	sqlite3 -readonly "$scan_db" "$1"
}

# scan NIGHT CHANGED: collects that night; right when all users of all tenants
# are there, every listing is complete, no request was sent twice, and CHANGED
# users are another than before.
scan() {
	web_night "$1"
	bench_timed "$EP_BUILD/exitproof" collect --quiet
	if [ "$bench_status" -ne 0 ]; then
		tail -n 3 "$BENCH_OUT/last.err" >&2
		return 1
	fi
	scan_last="(SELECT max(id) FROM run)"
	scan_is users $((web_tenants * web_users)) \
		"SELECT count(*) FROM now_account" &&
		scan_is "complete listings" $((web_tenants + 1)) \
			"SELECT count(*) FROM coverage WHERE run = $scan_last
			AND status = 'complete'" &&
		scan_is requests $((web_pages + 2)) \
			"SELECT requests FROM run WHERE id = $scan_last" &&
		scan_is changes "$2" \
			"SELECT count(*) FROM history WHERE run = $scan_last"
}

# scan_is WHAT WANTED QUERY
scan_is() {
	scan_got=$(scan_sql "$3")
	[ "$scan_got" = "$2" ] && return
	bench_say "$1: $scan_got in place of $2"
	return 1
}

# The nights take turns, so that every scan but the first finds one night's
# worth of changes without a copy of the database.
scan_turn=1
scan_warm() {
	scan $scan_turn "$web_changed" || return
	scan_turn=$((1 - scan_turn))
}

# scan_new NIGHT: a first scan, into a new database.
scan_new() {
	rm -f "$scan_db" "$scan_db"-*
	scan "$1" 0
}
