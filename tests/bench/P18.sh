#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What durable commits cost: against the same program on a disk that does not
# wait (fsync and fdatasync do nothing).
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/web.sh"

web_data "$(scaled 200)" 1000
web_start
shim=$BENCH_WORK/nosync.so
printf 'int fsync(int f) { (void)f; return 0; }
int fdatasync(int f) { (void)f; return 0; }
' | ${CC:-gcc} -shared -fPIC -x c -o "$shim" - || bench_fail "no compiler"
scan_config "$web_tls" 16
scan 0 0 || bench_fail "the first scan came out wrong"

yardstick() {
	LD_PRELOAD=$shim
	export LD_PRELOAD
	scan_new 0
	yardstick_status=$?
	unset LD_PRELOAD
	return $yardstick_status
}

candidate() {
	scan_new 0
}

bench_pairs P18 yardstick candidate
bench_ratio '$4 / $1'
bench_result "first scan, durable" "$bench_value" "x without fsync" \
	"$bench_spread" 1.3 1.1
