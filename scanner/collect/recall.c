/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records that are known by their text need no parsing: what they say was
 * read before, by the same connector on the same basis, without a complaint,
 * and the rows it made are all still there.  Members that nobody reads are no
 * part of that text, nor are those that only move every night, which are read
 * by themselves.  The page itself is checked and judged as any other.
 */
#include "collect/engine.h"

#include <string.h>

#include "base/str.h"

/* The whole of a dataset that nobody else needs the records of. */
static bool is_plain_reading(const struct ep_listing *listing)
{
	const struct ep_source *source = listing->source;

	return source && source->stored && !source->begun &&
	       source->calls == 1 && !source->has_children &&
	       listing->what == EP_FOR_SOURCE &&
	       listing->part == EP_PART_ALL && !listing->again;
}

/* The array is the document or a member of it. */
static bool is_plain_array(const struct ep_spec_endpoint *endpoint)
{
	const char *path = endpoint->records;

	return path && !endpoint->records_map && !endpoint->ldap &&
	       (ep_str_eq(path, ".") || !strpbrk(path, ".\"["));
}

/* Only where a record alone decides about its rows: no fan-out over records,
 * no paging by the last one. */
static bool may_recall(const struct ep_listing *listing)
{
	const struct ep_spec_endpoint *endpoint = listing->endpoint;
	const struct ep_spec *spec = listing->tenancy->site->spec;
	const struct ep_sink *sink = listing->engine->sink;

	/* Who only tries a connection stores nothing. */
	if (!sink || !sink->known || !is_plain_reading(listing) ||
	    !is_plain_array(endpoint) ||
	    endpoint->page.kind == EP_PAGE_LAST_ID)
		return false;
	return endpoint->for_each_index < 0 ||
	       spec->endpoints.v[endpoint->for_each_index].tenants;
}

void ep_recall_prepare(struct ep_listing *listing)
{
	struct ep_source *source = listing->source;
	const struct ep_site *site = listing->tenancy->site;
	EP_AUTO_FREE char *basis = NULL;
	struct ep_buf text;

	listing->recalls = false;
	if (!may_recall(listing))
		return;
	basis = ep_source_basis(source);
	ep_buf_init(&text, EP_PAGE_BYTES_MAX);
	ep_buf_addf(&text, "%s\n%s\n", basis,
		    site->located ? site->located : "");
	if (listing->parent)
		ep_json_canon(&text, listing->parent);
	if (!text.overflow) {
		source->recall = ep_buf_take(&text);
		listing->recalls = true;
		listing->moving = ep_moving_new(listing->endpoint);
	}
	ep_buf_release(&text);
}

void ep_recall_keep(struct ep_recall *recall, struct ep_http_answer *answer)
{
	if (!recall)
		return;
	recall->kept = true;
	ep_buf_init(&answer->body, answer->body.max);
}

void ep_recall_free(struct ep_recall *recall)
{
	if (!recall)
		return;
	if (recall->kept)
		ep_buf_release(&recall->text);
	ep_json_parts_release(&recall->parts);
	ep_json_free(recall->values);
	ep_free(recall->print);
	ep_free(recall->known);
	ep_free(recall);
}

/* --- what a page has that is known --------------------------------------- */

/* Stands for a hole; no JSON document has it outside of a text. */
#define HOLE '\x01'

/* The text of a part without what is in its holes. */
static struct ep_str masked(const struct ep_recall *recall,
			    const struct ep_json_part *part,
			    struct ep_buf *scratch)
{
	const char *s = recall->text.s;
	size_t from = part->at;

	if (!part->holes || part->odd)
		return (struct ep_str){ s + part->at, part->n };
	ep_buf_clear(scratch);
	for (size_t i = 0; i < part->holes; i++) {
		const struct ep_json_hole *hole =
			&recall->parts.holes.v[part->hole + i];

		ep_buf_add(scratch, s + from, hole->at - from);
		ep_buf_addc(scratch, HOLE);
		from = hole->at + hole->n;
	}
	ep_buf_add(scratch, s + from, part->at + part->n - from);
	return (struct ep_str){ scratch->s, scratch->len };
}

static void add_values(const struct ep_recall *recall,
		       const struct ep_json_part *part, struct ep_buf *values)
{
	for (size_t i = 0; !part->odd && i < part->holes; i++) {
		const struct ep_json_hole *hole =
			&recall->parts.holes.v[part->hole + i];

		if (!hole->bits)
			continue;
		ep_buf_addc(values, values->len ? ',' : '[');
		ep_buf_add(values, recall->text.s + hole->at, hole->n);
	}
}

static int read_values(struct ep_recall *recall, struct ep_buf *text,
		       struct ep_err *err)
{
	int rc;

	if (!text->len)
		return 0;
	ep_buf_addc(text, ']');
	rc = ep_json_parse(text->s, text->len, &recall->values, NULL, err);
	if (rc == 0)
		recall->next = ep_json_first(recall->values);
	return rc;
}

static int look_up(struct ep_listing *listing, struct ep_recall *recall,
		   struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf scratch;
	EP_AUTO(ep_buf_release) struct ep_buf values;
	struct ep_sink *sink = listing->engine->sink;
	size_t n = recall->parts.list.n;

	/* A comma for each value, and a bracket at either end. */
	ep_buf_init(&values, recall->text.len + 2);
	ep_buf_init(&scratch, recall->text.len + 1);
	recall->known = ep_calloc(n + 1, sizeof(*recall->known));
	recall->print = ep_calloc(n + 1, sizeof(*recall->print));
	for (size_t i = 0; i < n; i++) {
		struct ep_str text = masked(recall, &recall->parts.list.v[i],
					    &scratch);

		sink->print(sink->to, listing->source->handle, text.p, text.n,
			    &recall->print[i]);
	}
	sink->known(sink->to, listing->source->handle, recall->print, n,
		    recall->known);
	for (size_t i = 0; i < n; i++)
		if (recall->known[i])
			add_values(recall, &recall->parts.list.v[i], &values);
	return read_values(recall, &values, err);
}

static int recall_page(struct ep_listing *listing, struct ep_recall *recall,
		       struct ep_json **ret, struct ep_err *err)
{
	int rc = look_up(listing, recall, err);

	if (rc < 0)
		return rc;
	return ep_json_parse_rest(recall->text.s, recall->text.len,
				  &recall->parts, recall->known, ret, err);
}

int ep_recall_parse(struct ep_listing *listing,
		    const struct ep_http_answer *answer, struct ep_json **ret,
		    struct ep_recall **ret_recall, size_t *ret_altered,
		    struct ep_err *err)
{
	const char *array = listing->endpoint->records;
	const struct ep_buf *body = &answer->body;
	struct ep_json_parts parts;
	struct ep_recall *recall;
	int rc;

	*ret_recall = NULL;
	*ret_altered = 0;
	if (!listing->recalls)
		return ep_json_parse(body->s, body->len, ret, ret_altered, err);
	rc = ep_json_split(body->s, body->len,
			   ep_str_eq(array, ".") ? NULL : array,
			   listing->moving ? &listing->moving->reads : NULL,
			   &parts, err);
	if (rc == 0 && parts.usable) {
		rc = ep_source_begin(listing->source, err);
		if (rc < 0)
			ep_engine_fail(listing->engine, err);
	}
	if (rc < 0 || !parts.usable) {
		ep_json_parts_release(&parts);
		return rc < 0 ? rc :
				ep_json_parse(body->s, body->len, ret,
					      ret_altered, err);
	}
	recall = ep_calloc(1, sizeof(*recall));
	recall->parts = parts;
	recall->text = *body;
	rc = recall_page(listing, recall, ret, err);
	if (rc < 0)
		ep_recall_free(recall);
	else
		*ret_recall = recall;
	return rc;
}

/* --- taking it ----------------------------------------------------------- */

/* The values of the part at hand; false when a path has two. */
static bool next_values(struct ep_recall *recall,
			const struct ep_json_part *part,
			struct ep_moving_values *ret)
{
	bool once = true;

	for (size_t i = 0; i < part->holes; i++) {
		const struct ep_json_hole *hole =
			&recall->parts.holes.v[part->hole + i];

		if (!hole->bits)
			continue;
		for (size_t k = 0; k < ret->moving->n; k++) {
			if (!(hole->bits & 1u << k))
				continue;
			once = once && !ret->value[k];
			ret->value[k] = recall->next;
			ret->whole[k] = hole->whole;
		}
		recall->next = ep_json_next(recall->next);
	}
	return once;
}

static int take_moved(void *to, const struct ep_row *row, struct ep_err *err)
{
	struct ep_source *source = to;
	struct ep_recall *recall = source->recalled;
	struct ep_engine *engine = source->tenancy->site->engine;
	int rc = engine->sink->moved(engine->sink->to, source->handle,
				     &recall->print[recall->at], row,
				     &recall->same, &recall->repeat, err);

	if (rc < 0)
		ep_engine_fail(engine, err);
	return rc;
}

static int take_values(struct ep_listing *listing, struct ep_recall *recall,
		       const struct ep_json_part *part, struct ep_err *err)
{
	struct ep_moving_values values = { .moving = listing->moving };
	struct ep_source *source = listing->source;
	struct ep_mapper *mapper = &source->mapper.mapper;
	bool whole;
	int rc;

	recall->same = false;
	if (!next_values(recall, part, &values))
		return 0;
	mapper->unset = NULL;
	mapper->row = take_moved;
	source->recalled = recall;
	rc = ep_mapper_moving(mapper, &values, &whole, err);
	source->recalled = NULL;
	return rc;
}

int ep_recall_take(struct ep_listing *listing, struct ep_recall *recall,
		   size_t i, bool *ret_taken, struct ep_err *err)
{
	const struct ep_json_part *part = &recall->parts.list.v[i];
	struct ep_sink *sink = listing->engine->sink;
	int rc = 0;

	recall->at = i;
	recall->repeat = false;
	if (part->apart && !part->odd)
		rc = take_values(listing, recall, part, err);
	else
		recall->same = sink->same(sink->to, listing->source->handle,
					  &recall->print[i], &recall->repeat);
	*ret_taken = rc == 0 && recall->same;
	if (!*ret_taken)
		return rc;
	if (!recall->repeat || !ep_listing_keyed(listing))
		listing->unique++;
	listing->engine->totals->known++;
	return 0;
}
