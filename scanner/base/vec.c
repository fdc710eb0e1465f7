/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Growth of the typed arrays of base/vec.h.
 */
#include "base/vec.h"

#include <stdint.h>
#include <string.h>

size_t ep_vec_grow(void **v, size_t n, size_t cap, size_t size)
{
	void *old;

	if (n < cap)
		return cap;
	cap = cap ? (cap > SIZE_MAX / 2 ? SIZE_MAX : cap * 2) : 8;
	/* *v is a pointer of another type, so its bytes are copied. */
	memcpy(&old, v, sizeof(old));
	old = ep_realloc(old, cap, size);
	memcpy(v, &old, sizeof(old));
	return cap;
}

void ep_words_release(struct ep_words *words)
{
	for (size_t i = 0; i < words->n; i++)
		ep_free(words->v[i]);
	ep_vec_release(words);
}
