/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A typed growable array:
 *	EP_VEC(struct ep_x) list;	declares { v, n, cap }
 *	EP_VEC_ADD(&list) = x;		appends
 *	ep_vec_release(&list);		frees the array, not what it points to
 * A zeroed struct is an empty array.
 */
#ifndef EP_VEC_H
#define EP_VEC_H

#include "base/alloc.h"

#define EP_VEC(type)        \
	struct {            \
		type *v;    \
		size_t n;   \
		size_t cap; \
	}

/* The same with a name, for arrays that several structs share. */
#define EP_VEC_TYPE(name, type) \
	struct name {           \
		type *v;        \
		size_t n;       \
		size_t cap;     \
	}

/* A list of owned texts. */
EP_VEC_TYPE(ep_words, char *);
void ep_words_release(struct ep_words *words);

/* Grows *v to hold one more; returns the new capacity. */
size_t ep_vec_grow(void **v, size_t n, size_t cap, size_t size);

#define EP_VEC_ADD(a)                                                     \
	(*({                                                              \
		__typeof__(a) a_ = (a);                                   \
		if (a_->n == a_->cap)                                     \
			a_->cap = ep_vec_grow((void **)&a_->v, a_->n,     \
					      a_->cap, sizeof(*a_->v));   \
		&a_->v[a_->n++];                                          \
	}))

#define ep_vec_release(a)               \
	do {                            \
		ep_free((a)->v);        \
		(a)->v = NULL;          \
		(a)->n = (a)->cap = 0;  \
	} while (0)

#endif
