/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the fuzz targets share: a claim that must hold, the same random bytes
 * in each process, and a copy of the input of exactly its size, so that a step
 * beyond its end shows.
 */
#ifndef EP_FUZZ_H
#define EP_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerInitialize(int *argc, char ***argv);

#define must(claim)                                              \
	do {                                                     \
		if (!(claim))                                    \
			fuzz_failed(__FILE__, __LINE__, #claim); \
	} while (0)

_Noreturn void fuzz_failed(const char *file, int line, const char *claim);

/* NUL terminated; ep_free. */
static inline char *fuzz_text(const uint8_t *data, size_t n)
{
	char *text = ep_alloc(n + 1);

	if (n)
		memcpy(text, data, n);
	text[n] = '\0';
	return text;
}

#endif
