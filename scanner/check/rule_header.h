/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The comment header of rule files and the like: "-- key: value" lines with
 * continuations, cut into items before anybody asks what they mean.
 */
#ifndef EP_RULE_HEADER_H
#define EP_RULE_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"
#include "base/vec.h"

struct ep_header_item {
	char *key;
	char *value;	/* continuation lines joined by one blank */
	int line;
	int col;	/* of the value */
};

struct ep_header {
	EP_VEC(struct ep_header_item) item;
	const char *body;	/* after the line "-- <end>:" */
	int body_line;
};

/* Reads up to the line "-- end:".  Complains about each line that has another
 * shape and about a missing licence line or end; false then. */
bool ep_header_parse(const char *file, const char *text, size_t n,
		     const char *end, struct ep_diag *diag,
		     struct ep_header *ret);
void ep_header_release(struct ep_header *header);

/* Cuts the next blank-separated word, or the content of double quotes, off
 * *at; NULL at the end or when a quote is left open.  Owned by the caller. */
char *ep_header_word(const char **at);

#endif
