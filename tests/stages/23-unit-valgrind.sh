#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Unit tests of the gcc build under valgrind, which sees what the sanitizers
# cannot: uninitialised memory.
. "$(dirname "$0")/../lib.sh"

workdir
check "valgrind: without PCRE2's compiler" gcc -std=gnu17 -Wall -Wextra \
	-Werror -shared -fPIC -o "$ep_work/no_jit.so" \
	"$EP_SRC/tests/valgrind/no_jit.c" || exit

for source in "$EP_SRC"/tests/unit/t_*.c; do
	name=$(basename "$source" .c)
	case $name in
	# Slow peers that count real seconds; random nights that take minutes
	# here and whose code the other store tests or the sanitizers reach
	# too; processes that
	# are killed before they did anything here; every rule on every world,
	# whose code is t_eval's, and every exit of tests/exits, whose code is
	# that of t_exit; a database that fails a thousand times, which takes
	# minutes here and which the address sanitizer sees as well; rights
	# that are given up, which valgrind needs and does not know.
	t_confine | t_exit_scenarios | t_http | t_history | t_ingest | \
		t_listing | t_onward | \
		t_recall | t_store | t_torn | \
		t_who | t_worlds)
		continue ;;
	esac
	run_unit "$EP_BUILD/tests/unit/$name" \
		env LD_PRELOAD="$ep_work/no_jit.so" valgrind -q \
		--leak-check=full \
		--show-leak-kinds=definite,indirect,possible \
		--errors-for-leak-kinds=definite,indirect,possible \
		--error-exitcode=99
done
done_testing
