/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded when the unit tests run under valgrind: tells PCRE2's users that
 * there is no just-in-time compiler.  The code that it makes looks at a
 * subject in blocks of 16 bytes, which valgrind takes for reading
 * uninitialised memory, and has no symbols by which a suppression could tell
 * it from a real fault.
 */
#include <stdint.h>

#define NO_JIT (-45)	/* PCRE2_ERROR_JIT_BADOPTION */

int pcre2_jit_compile_8(void *code, uint32_t options);

int pcre2_jit_compile_8(void *code, uint32_t options)
{
	(void)code;
	(void)options;
	return NO_JIT;
}
