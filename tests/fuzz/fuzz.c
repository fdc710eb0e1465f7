/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What becomes of a claim that does not hold; and random bytes that are drawn
 * again the next time, so that an input which found something finds it once
 * more.
 */
#include "fuzz.h"

#include <sys/random.h>

void fuzz_failed(const char *file, int line, const char *claim)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, claim);
	abort();
}

ssize_t getrandom(void *to, size_t n, unsigned int flags)
{
	static uint32_t state = 1;
	uint8_t *p = to;

	(void)flags;
	for (size_t i = 0; i < n; i++) {
		state = state * 1664525u + 1013904223u;
		p[i] = (uint8_t)(state >> 24);
	}
	return (ssize_t)n;
}
