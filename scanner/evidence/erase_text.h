/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a person is called, and what stands for it after the erasure: finds
 * these words in any text and replaces them, so that equal words stay equal
 * and different ones different, and joins and counts are as before.
 */
#ifndef EP_ERASE_TEXT_H
#define EP_ERASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/vec.h"

enum ep_called_kind {
	EP_CALLED_ADDRESS,	/* wherever it stands */
	EP_CALLED_ID,		/* in its scope; short ones as a whole only */
	EP_CALLED_NAME		/* wherever; when shared, beside another word */
};

struct ep_called {
	char *text;
	char *scope;	/* NULL any */
	char *instead;
	enum ep_called_kind kind;
	bool shared;	/* somebody else bears the name as well */
};

struct ep_called_all {
	char word[32];	/* "erased-<random>-": begins each replacement */
	EP_VEC(struct ep_called) v;
	bool first[256];	/* bytes that any of them begins with */
};

void ep_called_init(struct ep_called_all *all);
void ep_called_release(struct ep_called_all *all);

/* Nothing for what is too short to be told from other words, or is there.
 * domain_stays: of an address, since others have it too. */
void ep_called_add(struct ep_called_all *all, enum ep_called_kind kind,
		   const char *text, const char *scope, bool shared,
		   bool domain_stays);

/* For ep_db_rewriter: to is a struct ep_called_all. */
bool ep_called_rewrite(void *to, const char *text, size_t n, const char *scope,
		       struct ep_buf *out);

#endif
