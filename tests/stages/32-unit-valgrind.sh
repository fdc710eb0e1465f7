#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Unit tests of the gcc build under valgrind, which sees what the sanitizers
# cannot: uninitialised memory.
. "$(dirname "$0")/../lib.sh"

for source in "$EP_SRC"/tests/unit/t_*.c; do
	name=$(basename "$source" .c)
	case $name in
	# Minutes instead of seconds, or sockets with a time limit.
	t_http) continue ;;
	esac
	run_unit "$EP_BUILD/tests/unit/$name" valgrind -q --leak-check=full \
		--show-leak-kinds=definite,indirect,possible \
		--errors-for-leak-kinds=definite,indirect,possible \
		--error-exitcode=99
done
done_testing
