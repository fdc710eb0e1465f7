/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the JSON door share and the rest of the program does not
 * see.
 */
#ifndef EP_JSON_PRIV_H
#define EP_JSON_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "ext/json.h"

/* What the check learns on its way. */
struct ep_json_scan {
	size_t start;	/* first byte after a byte-order mark */
	bool rewrite;	/* something has to be rewritten before cJSON */
};

int ep_json_scan(const char *s, size_t n, struct ep_json_scan *ret,
		 struct ep_err *err) EP_MUST_CHECK;

#define EP_JSON_SEEN_MAX 32	/* names of an element that are kept in mind */

/* What is gathered about the elements of one array while the document is
 * checked.  Depths count the open containers. */
struct ep_json_splitter {
	const char *start;
	struct ep_json_parts *parts;
	const struct ep_json_reads *reads;	/* NULL: all */
	struct ep_str array;	/* the member that they are in; or the root */
	int array_depth;
	bool array_next;	/* its name was just read */
	bool array_open;
	int arrays;
	struct ep_json_part part;	/* the one at hand */
	/* Of the element: the node that each open object is, how many of them
	 * there are, and the node of the member at hand. */
	uint8_t node[EP_JSON_READS_LEVELS];
	int level;
	uint8_t next;
	enum ep_json_member {
		EP_JSON_MEMBER_NONE,	/* no name was just read */
		EP_JSON_MEMBER_READ,	/* next */
		EP_JSON_MEMBER_IDLE	/* nobody reads it */
	} member;
	/* The names of the element before, in their order, and what was found
	 * for them: records of one listing mostly have the same members, and
	 * then a search is one comparison. */
	struct ep_json_seen {
		const char *name;
		size_t n;
		uint8_t at;
		uint8_t next;
	} seen[EP_JSON_SEEN_MAX];
	size_t names;	/* of the element at hand */
	/* Depth of a container that is read or left as a whole, 0 none. */
	int closed;
	size_t idle;	/* where it begins, when nobody reads it */
	bool is_idle;
};

/* The node below `at` of that name, 0 none. */
uint8_t ep_json_reads_find(const struct ep_json_reads *reads, uint8_t at,
			   const char *name, size_t n);

/* The strict check of a document without a byte-order mark. */
int ep_json_check_parts(const char *s, size_t n, struct ep_json_splitter *split,
			bool *ret_rewrite, struct ep_err *err) EP_MUST_CHECK;

/* What the check tells a splitter: a member's name without its quotes; a
 * container that opens or closes at p; a scalar between from and to. */
void ep_json_split_name(struct ep_json_splitter *split, const char *name,
			size_t n, int depth, bool escaped);
void ep_json_split_open(struct ep_json_splitter *split, const char *p,
			int depth, bool object);
void ep_json_split_close(struct ep_json_splitter *split, const char *p,
			 int depth);
void ep_json_split_scalar(struct ep_json_splitter *split, const char *from,
			  const char *to, int depth);

/* Does the double that a literal of valid grammar stands for print as these
 * very digits again? */
bool ep_json_number_exact(const char *s, size_t n);

/* Copies a document that passed the scan, rewriting what json.h promises;
 * returns the number of altered names and values. */
size_t ep_json_rewrite(const char *s, size_t n, struct ep_buf *out);

/* The code unit of the four hex digits at s; they were checked before. */
unsigned int ep_json_hex4(const char *s);

static inline bool ep_json_high_surrogate(unsigned int unit)
{
	return unit >= 0xd800 && unit <= 0xdbff;
}

static inline bool ep_json_low_surrogate(unsigned int unit)
{
	return unit >= 0xdc00 && unit <= 0xdfff;
}

/* ep_json_get for a name that is not NUL terminated. */
enum ep_json_found ep_json_getn(const struct ep_json *object,
				struct ep_str name, const struct ep_json **ret);

#endif
