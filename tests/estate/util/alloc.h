/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory of the simulated MSP: a test server has nothing useful to do when
 * memory runs out, so these calls end the process instead of failing.
 */
#ifndef ES_ALLOC_H
#define ES_ALLOC_H

#include <stddef.h>

void *es_alloc(size_t n);		/* zeroed */
void *es_grow(void *p, size_t n, size_t size);
char *es_strdup(const char *s);
void es_free(void *p);

#endif
