/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only place that calls the C allocator.  Exhaustion ends the process
 * with status 70 and one line: a nightly batch in database transactions
 * loses only what was in flight, and sizes from outside are capped before
 * they get here.
 */
#ifndef EP_ALLOC_H
#define EP_ALLOC_H

#include <stddef.h>

void *ep_alloc(size_t size);
/* Zeroed; the product is checked for overflow. */
void *ep_calloc(size_t count, size_t size);
void *ep_realloc(void *p, size_t count, size_t size);
char *ep_strdup(const char *s);	/* NULL stays NULL */
char *ep_strndup(const char *s, size_t n);
void ep_free(void *p);

/* Ends the process with status 70 and "exitproof: why", for what has no
 * answer: no memory, no random bytes, a library that cannot hash. */
_Noreturn void ep_die(const char *why);

/* Never optimised away; for anything that held a secret. */
void ep_wipe(void *p, size_t n);

/* Scope cleanup: EP_AUTO_FREE char *s = ...; frees s at the end of its
 * block.  ep_take(&s) hands it out and leaves NULL behind. */
void ep_free_cleanup(void *pp);
#define EP_AUTO_FREE __attribute__((cleanup(ep_free_cleanup)))
#define EP_AUTO(release) __attribute__((cleanup(release)))
#define ep_take(pp)                            \
	({                                     \
		__typeof__(*(pp)) taken_ = *(pp); \
		*(pp) = NULL;                  \
		taken_;                        \
	})

#endif
