/* SPDX-License-Identifier: Apache-2.0 */
/* Allocation that does not fail; see the header. */
#include "util/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *sure(void *p)
{
	if (!p) {
		fputs("estate: out of memory\n", stderr);
		abort();
	}
	return p;
}

void *es_alloc(size_t n)
{
	return sure(calloc(1, n ? n : 1));
}

void *es_grow(void *p, size_t n, size_t size)
{
	return sure(reallocarray(p, n ? n : 1, size ? size : 1));
}

char *es_strdup(const char *s)
{
	return sure(strdup(s));
}

void es_free(void *p)
{
	free(p);
}
