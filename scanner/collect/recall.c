/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records that are known by their text need no parsing: what they say was
 * read before, by the same connector on the same basis, without a complaint,
 * and the rows it made are all still there.  The page itself is checked and
 * judged as any other.
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
	}
	ep_buf_release(&text);
}

void ep_recall_free(struct ep_recall *recall)
{
	if (!recall)
		return;
	ep_buf_release(&recall->text);
	ep_json_parts_release(&recall->parts);
	ep_free(recall->known);
	ep_free(recall);
}

static void look_up(struct ep_listing *listing, struct ep_recall *recall)
{
	struct ep_sink *sink = listing->engine->sink;
	size_t n = recall->parts.list.n;

	recall->known = ep_calloc(n + 1, sizeof(*recall->known));
	for (size_t i = 0; i < n; i++) {
		const struct ep_json_part *part = &recall->parts.list.v[i];

		recall->known[i] = sink->known(sink->to,
					       listing->source->handle,
					       recall->text.s + part->at,
					       part->n);
	}
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
			   ep_str_eq(array, ".") ? NULL : array, &parts, err);
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
	ep_buf_init(&recall->text, body->len);
	ep_buf_add(&recall->text, body->s, body->len);
	look_up(listing, recall);
	rc = ep_json_parse_rest(recall->text.s, recall->text.len,
				&recall->parts, recall->known, ret, err);
	if (rc < 0)
		ep_recall_free(recall);
	else
		*ret_recall = recall;
	return rc;
}

bool ep_recall_take(struct ep_listing *listing,
		    const struct ep_recall *recall, size_t i)
{
	const struct ep_json_part *part = &recall->parts.list.v[i];
	struct ep_sink *sink = listing->engine->sink;
	bool repeat = false;

	if (!sink->same(sink->to, listing->source->handle,
			recall->text.s + part->at, part->n, &repeat))
		return false;
	if (!repeat || !ep_listing_keyed(listing))
		listing->unique++;
	listing->engine->totals->known++;
	return true;
}
