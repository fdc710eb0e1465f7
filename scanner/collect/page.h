/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walking a listing: from the answer to one page follows whether there is
 * another one and how to ask for it.  When a page contradicts itself, or
 * leads somewhere it must not, the walk is spoilt: a listing that cannot be
 * proven whole is never complete.
 */
#ifndef EP_PAGE_H
#define EP_PAGE_H

#include <stdint.h>

#include "base/buf.h"
#include "collect/seen.h"
#include "collect/spec.h"
#include "ext/json.h"

#define EP_PAGE_WHY 384

struct ep_pager {
	const struct ep_spec_page *spec;
	int64_t pages_max;
	int64_t pages;		/* read so far */
	int64_t stated;		/* pages in all, as the source says; -1 */
	int64_t read;		/* records so far */
	int64_t total;		/* the source's own count; -1 */
	int64_t counted_before;	/* another count it gave on the way; -1 */
	int64_t position;	/* page number or offset of the next request */
	char *cursor;		/* cursor, last id or whole next URL */
	struct ep_seen seen;
};

struct ep_page_answer {
	const struct ep_json *doc;
	const char *link;		/* Link header or NULL */
	const char *cursor;		/* of next_header, or NULL */
	const char *total;		/* of total_header, or NULL */
	const char *base;		/* base URL of the connection */
	const char *url;		/* what was asked */
	int64_t records;
	const struct ep_json *last;	/* record, NULL on an empty page */
};

enum ep_page_verdict { EP_PAGE_MORE, EP_PAGE_LAST, EP_PAGE_SPOILT };

/* pages_max 0: EP_PAGES_MAX. */
void ep_pager_init(struct ep_pager *pager, const struct ep_spec_page *spec,
		   int64_t pages_max);
void ep_pager_release(struct ep_pager *pager);
/* The whole URL of the next request where the source gave one, else NULL. */
const char *ep_pager_url(const struct ep_pager *pager);
/* Appends the paging parameters of the next request to a URL. */
void ep_pager_query(const struct ep_pager *pager, struct ep_buf *url);
/* The source's own count, as one page states it. */
void ep_pager_count(struct ep_pager *pager, int64_t total);
/* Takes one page; why is set when it is SPOILT. */
enum ep_page_verdict ep_pager_take(struct ep_pager *pager,
				   const struct ep_page_answer *answer,
				   char why[EP_PAGE_WHY]);

/* Appends name=value with the right separator, both percent-encoded. */
void ep_page_param(struct ep_buf *url, const char *name, const char *value);

#endif
