/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the elements of an array lie in a document, and where in them the
 * scalars of a few members: told by the strict check as it goes, so that no
 * byte is looked at twice.
 */
#include "ext/json_priv.h"

#include <stdint.h>
#include <string.h>

/* --- in an element ------------------------------------------------------- */

static void add_hole(struct ep_json_splitter *split, size_t at,
		     const char *end, uint8_t bits, bool whole)
{
	EP_VEC_ADD(&split->parts->holes) = (struct ep_json_hole){
		.at = at,
		.n = (size_t)(end - split->start) - at,
		.bits = bits,
		.whole = whole,
	};
	split->part.apart |= bits != 0;
}

static bool same_text(const char *a, const char *b, size_t n)
{
	uint64_t x, y;

	for (; n >= sizeof(x); n -= sizeof(x)) {
		memcpy(&x, a, sizeof(x));
		memcpy(&y, b, sizeof(y));
		if (x != y)
			return false;
		a += sizeof(x);
		b += sizeof(y);
	}
	while (n && *a == *b) {
		a++;
		b++;
		n--;
	}
	return n == 0;
}

/* ep_json_reads_find, with what the element before had at this place. */
static uint8_t find_name(struct ep_json_splitter *split, uint8_t at,
			 const char *name, size_t n)
{
	struct ep_json_seen *seen = &split->seen[split->names];

	if (split->names == EP_JSON_SEEN_MAX)
		return ep_json_reads_find(split->reads, at, name, n);
	split->names++;
	if (!seen->name || seen->n != n || seen->at != at ||
	    !same_text(seen->name, name, n))
		*seen = (struct ep_json_seen){
			.name = name,
			.n = n,
			.at = at,
			.next = ep_json_reads_find(split->reads, at, name, n),
		};
	return seen->next;
}

static void name_in_part(struct ep_json_splitter *split, const char *name,
			 size_t n, bool escaped)
{
	uint8_t at = split->node[split->level];

	/* It may be the name of a member that is read, written otherwise. */
	split->part.odd |= escaped;
	split->next = find_name(split, at, name, n);
	split->member = split->next ? EP_JSON_MEMBER_READ :
				      EP_JSON_MEMBER_IDLE;
}

static void open_in_part(struct ep_json_splitter *split, const char *p,
			 int depth, bool object)
{
	const struct ep_json_read *node = &split->reads->node[split->next];

	if (split->closed)
		return;
	if (split->member == EP_JSON_MEMBER_READ && object && !node->whole) {
		split->node[++split->level] = split->next;
	} else {
		split->closed = depth;
		split->is_idle = split->member == EP_JSON_MEMBER_IDLE;
		split->idle = (size_t)(p - split->start);
		/* No scalar where one is read. */
		split->part.odd |= split->member == EP_JSON_MEMBER_READ &&
				   node->whole && !node->plain;
	}
	split->member = EP_JSON_MEMBER_NONE;
}

static void close_in_part(struct ep_json_splitter *split, const char *p,
			  int depth)
{
	if (!split->closed) {
		split->level--;
	} else if (depth == split->closed) {
		split->closed = 0;
		if (split->is_idle)
			add_hole(split, split->idle, p + 1, 0, false);
	}
}

static void scalar_in_part(struct ep_json_splitter *split, const char *from,
			   const char *to)
{
	const struct ep_json_read *node = &split->reads->node[split->next];
	size_t at = (size_t)(from - split->start);

	if (split->member == EP_JSON_MEMBER_IDLE) {
		add_hole(split, at, to, 0, false);
	} else if (node->bits) {
		/* A null here is one for all that is read below. */
		split->part.odd |= node->plain;
		add_hole(split, at, to, node->bits, node->whole);
	}
	split->member = EP_JSON_MEMBER_NONE;
}

/* --- the array ----------------------------------------------------------- */

void ep_json_split_name(struct ep_json_splitter *split, const char *name,
			size_t n, int depth, bool escaped)
{
	if (split->array_open) {
		if (split->reads && !split->closed)
			name_in_part(split, name, n, escaped);
		return;
	}
	if (depth != 1 || split->array_depth != 2)
		return;
	split->array_next = n == split->array.n &&
			    memcmp(name, split->array.p, n) == 0;
	/* A second one of that name is for others to complain about. */
	split->arrays += split->array_next;
}

static void begin_part(struct ep_json_splitter *split, const char *p,
		       bool object)
{
	split->parts->usable &= object;
	split->part = (struct ep_json_part){
		.at = (size_t)(p - split->start),
		.hole = split->parts->holes.n,
	};
	split->level = 0;
	split->closed = 0;
	split->member = EP_JSON_MEMBER_NONE;
	split->names = 0;
}

void ep_json_split_open(struct ep_json_splitter *split, const char *p,
			int depth, bool object)
{
	if (split->array_open) {
		if (depth == split->array_depth + 1)
			begin_part(split, p, object);
		else if (split->reads)
			open_in_part(split, p, depth, object);
	} else if (!object && depth == split->array_depth &&
		   (split->array_depth == 1 || split->array_next)) {
		split->array_open = true;
		split->parts->found = true;
	}
	split->array_next = false;
}

void ep_json_split_close(struct ep_json_splitter *split, const char *p,
			 int depth)
{
	struct ep_json_part *part = &split->part;

	if (!split->array_open)
		return;
	if (depth == split->array_depth) {
		split->array_open = false;
	} else if (depth == split->array_depth + 1) {
		part->n = (size_t)(p + 1 - split->start) - part->at;
		part->holes = (uint32_t)(split->parts->holes.n - part->hole);
		EP_VEC_ADD(&split->parts->list) = *part;
	} else if (split->reads) {
		close_in_part(split, p, depth);
	}
}

void ep_json_split_scalar(struct ep_json_splitter *split, const char *from,
			  const char *to, int depth)
{
	if (split->member != EP_JSON_MEMBER_NONE)
		scalar_in_part(split, from, to);
	if (split->array_open && depth == split->array_depth)
		split->parts->usable = false;
	split->array_next = split->array_next && depth != 1;
}

int ep_json_split(const char *s, size_t n, const char *array,
		  const struct ep_json_reads *reads, struct ep_json_parts *ret,
		  struct ep_err *err)
{
	struct ep_json_splitter split = {
		.start = s,
		.parts = ret,
		.reads = reads,
		.array_depth = array ? 2 : 1,
		.array = ep_str(array ? array : ""),
	};
	bool rewrite = false;
	int rc;

	memset(ret, 0, sizeof(*ret));
	/* A byte-order mark is to be left out: that is for the other way. */
	if (n >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0)
		return ep_json_check(s, n, err);
	ret->usable = true;
	rc = ep_json_check_parts(s, n, &split, &rewrite, err);
	if (rc < 0 || !ret->found || rewrite || (array && split.arrays != 1))
		ret->usable = false;
	return rc;
}

void ep_json_parts_release(struct ep_json_parts *parts)
{
	ep_vec_release(&parts->list);
	ep_vec_release(&parts->holes);
	parts->usable = false;
}
