/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to cJSON: parsing what passed the strict check, and reading the
 * tree.  A struct ep_json is a cJSON item under another name.
 */
#include "ext/json_priv.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define EXACT_MAX 9007199254740992.0

static const cJSON *item_of(const struct ep_json *json)
{
	return (const cJSON *)(const void *)json;
}

static const struct ep_json *json_of(const cJSON *item)
{
	return (const struct ep_json *)(const void *)item;
}

/* A document's values lie in blocks that go with it: a page has ten thousand
 * of them, and asking for each and giving each back took a sixth of a night.
 * The root is the first value of the first block. */
struct block {
	struct block *next;
	size_t used;
	size_t size;
	max_align_t data[];
};

#define BLOCK_BYTES (64 * 1024)

static _Thread_local struct block *filling;	/* while a document is parsed */

static void *take_from(struct block *block, size_t n)
{
	void *p = (char *)block->data + block->used;

	block->used += n;
	return p;
}

static struct block *block_new(size_t n)
{
	size_t size = n > BLOCK_BYTES ? n : BLOCK_BYTES;
	struct block *block = ep_alloc(sizeof(*block) + size);

	block->next = NULL;
	block->used = 0;
	block->size = size;
	return block;
}

/* The first block stays first, the one that is being filled second. */
static void *take_bytes(size_t n)
{
	struct block *at = filling->next ? filling->next : filling;

	n = (n + sizeof(max_align_t) - 1) & ~(sizeof(max_align_t) - 1);
	if (at->size - at->used < n) {
		at = block_new(n);
		at->next = filling->next;
		filling->next = at;
	}
	return take_from(at, n);
}

static void leave_bytes(void *p)
{
	(void)p;
}

static void free_blocks(struct block *block)
{
	while (block) {
		struct block *next = block->next;

		ep_free(block);
		block = next;
	}
}

static void use_our_allocator(void)
{
	cJSON_Hooks hooks = { .malloc_fn = take_bytes,
			      .free_fn = leave_bytes };

	cJSON_InitHooks(&hooks);
}

static cJSON *parse(const char *s, size_t n)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct block *first = block_new(0);
	cJSON *root;

	pthread_once(&once, use_our_allocator);
	filling = first;
	root = cJSON_ParseWithLengthOpts(s, n, NULL, false);
	filling = NULL;
	if (!root)
		free_blocks(first);
	return root;
}

int ep_json_parse(const char *s, size_t n, struct ep_json **ret,
		  size_t *ret_altered, struct ep_err *err)
{
	/* A number grows by two quotes, the rest stays as long. */
	EP_AUTO(ep_buf_release) struct ep_buf copy = EP_BUF_INIT(n * 3);
	struct ep_json_scan scan;
	size_t altered = 0;
	cJSON *root;
	int rc;

	rc = ep_json_scan(s, n, &scan, err);
	if (rc)
		return rc;
	s += scan.start;
	n -= scan.start;
	if (scan.rewrite) {
		altered = ep_json_rewrite(s, n, &copy);
		s = copy.s;
		n = copy.len;
	}
	root = parse(s, n);
	if (!root)
		return ep_err_set(err, EP_EBUG,
				  "the JSON parser refuses a document that "
				  "passed the check");
	*ret = (struct ep_json *)(void *)root;
	if (ret_altered)
		*ret_altered = altered;
	return EP_OK;
}

/* The document without what is left out, and with as many commas as that
 * needs. */
static void copy_rest(const char *s, size_t n,
		      const struct ep_json_parts *parts, const bool *out,
		      struct ep_buf *copy)
{
	size_t count = parts->list.n;
	const struct ep_json_part *first = &parts->list.v[0];
	const struct ep_json_part *last = &parts->list.v[count - 1];
	bool any = false;

	ep_buf_add(copy, s, first->at);
	for (size_t i = 0; i < count; i++) {
		if (out[i])
			continue;
		if (any)
			ep_buf_addc(copy, ',');
		any = true;
		ep_buf_add(copy, s + parts->list.v[i].at,
			   parts->list.v[i].n);
	}
	ep_buf_add(copy, s + last->at + last->n, n - last->at - last->n);
}

int ep_json_parse_rest(const char *s, size_t n,
		       const struct ep_json_parts *parts, const bool *out,
		       struct ep_json **ret, struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf copy = EP_BUF_INIT(n + 1);
	cJSON *root;

	if (parts->list.n > 0) {
		copy_rest(s, n, parts, out, &copy);
		s = copy.s;
		n = copy.len;
	}
	root = parse(s, n);
	if (!root)
		return ep_err_set(err, EP_EBUG,
				  "the JSON parser refuses a document that "
				  "passed the check");
	*ret = (struct ep_json *)(void *)root;
	return EP_OK;
}

void ep_json_free(struct ep_json *json)
{
	if (json)
		free_blocks((struct block *)(void *)((char *)json -
						     offsetof(struct block,
							      data)));
}

const struct ep_json *ep_json_empty_array(void)
{
	static const cJSON empty = { .type = cJSON_Array };

	return json_of(&empty);
}

enum ep_json_type ep_json_type(const struct ep_json *json)
{
	switch (item_of(json)->type & 0xff) {
	case cJSON_False:
	case cJSON_True:
		return EP_JSON_BOOL;
	case cJSON_Number:
		return EP_JSON_NUMBER;
	case cJSON_String:
		return EP_JSON_STRING;
	case cJSON_Array:
		return EP_JSON_ARRAY;
	case cJSON_Object:
		return EP_JSON_OBJECT;
	default:
		return EP_JSON_NULL;
	}
}

enum ep_json_found ep_json_getn(const struct ep_json *object,
				struct ep_str name, const struct ep_json **ret)
{
	const cJSON *item, *found = NULL;
	char first = name.n ? name.p[0] : '\0';

	if (ep_json_type(object) != EP_JSON_OBJECT)
		return EP_JSON_ABSENT;
	/* A third of the time of mapping went into calls that end at the
	 * first character. */
	for (item = item_of(object)->child; item; item = item->next) {
		if (item->string[0] != first ||
		    strncmp(item->string, name.p, name.n) != 0 ||
		    item->string[name.n])
			continue;
		if (found)
			return EP_JSON_AMBIGUOUS;
		found = item;
	}
	if (!found)
		return EP_JSON_ABSENT;
	*ret = json_of(found);
	return EP_JSON_PRESENT;
}

enum ep_json_found ep_json_get(const struct ep_json *object, const char *name,
			       const struct ep_json **ret)
{
	return ep_json_getn(object, ep_str(name), ret);
}

size_t ep_json_count(const struct ep_json *container)
{
	const struct ep_json *value;
	size_t n = 0;

	for (value = ep_json_first(container); value;
	     value = ep_json_next(value))
		n++;
	return n;
}

const struct ep_json *ep_json_first(const struct ep_json *container)
{
	return json_of(item_of(container)->child);
}

const struct ep_json *ep_json_next(const struct ep_json *value)
{
	return json_of(item_of(value)->next);
}

const char *ep_json_name(const struct ep_json *value)
{
	return item_of(value)->string;
}

const char *ep_json_text(const struct ep_json *json)
{
	return ep_json_type(json) == EP_JSON_STRING
		       ? item_of(json)->valuestring
		       : NULL;
}

bool ep_json_true(const struct ep_json *json)
{
	return (item_of(json)->type & 0xff) == cJSON_True;
}

bool ep_json_double(const struct ep_json *json, double *ret)
{
	if (ep_json_type(json) != EP_JSON_NUMBER ||
	    !isfinite(item_of(json)->valuedouble))
		return false;
	*ret = item_of(json)->valuedouble;
	return true;
}

/* -0 is nobody's count and no identifier. */
static bool whole_number(double x)
{
	return x >= -EXACT_MAX && x <= EXACT_MAX && trunc(x) == x &&
	       (x != 0 || !signbit(x));
}

bool ep_json_int(const struct ep_json *json, int64_t *ret)
{
	double x;

	if (ep_json_type(json) == EP_JSON_STRING)
		return ep_str_int(ep_json_text(json), ret);
	if (!ep_json_double(json, &x) || !whole_number(x))
		return false;
	*ret = (int64_t)x;
	return true;
}

/* The fewest digits that read back as the same double. */
static void add_double(struct ep_buf *out, double x)
{
	char text[40];
	int digits;

	for (digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, x);
		if (digits == 17 || strtod(text, NULL) == x)
			break;
	}
	ep_buf_adds(out, text);
	/* Read back as a whole number it would be one beyond 2^53. */
	if (fabs(x) > EXACT_MAX && !strpbrk(text, ".e"))
		ep_buf_adds(out, ".0");
}

bool ep_json_scalar(const struct ep_json *json, struct ep_buf *out)
{
	double x;

	switch (ep_json_type(json)) {
	case EP_JSON_STRING:
		ep_buf_adds(out, ep_json_text(json));
		return true;
	case EP_JSON_BOOL:
		ep_buf_adds(out, ep_json_true(json) ? "true" : "false");
		return true;
	case EP_JSON_NUMBER:
		if (!ep_json_double(json, &x))
			return false;
		if (whole_number(x))
			ep_buf_addf(out, "%.0f", x);
		else
			add_double(out, x);
		return true;
	default:
		return false;
	}
}
