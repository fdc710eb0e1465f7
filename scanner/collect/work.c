/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages on their way into rows, one page at a time between two looks at the
 * network.
 */
#include "collect/engine.h"

#include <string.h>

#include "base/str.h"

struct ep_doc *ep_doc_new(struct ep_json *json)
{
	struct ep_doc *doc = ep_calloc(1, sizeof(*doc));

	doc->json = json;
	doc->refs = 1;
	return doc;
}

struct ep_doc *ep_doc_ref(struct ep_doc *doc)
{
	doc->refs++;
	return doc;
}

void ep_doc_unref(struct ep_doc *doc)
{
	if (!doc || --doc->refs > 0)
		return;
	ep_json_free(doc->json);
	ep_free(doc);
}

void ep_work_add(struct ep_listing *listing, struct ep_doc *doc,
		 const struct ep_json *records, struct ep_recall *recall,
		 size_t bytes)
{
	struct ep_engine *engine = listing->engine;
	struct ep_work *work = ep_calloc(1, sizeof(*work));

	work->listing = listing;
	work->doc = doc;
	work->records = records;
	work->one = !listing->endpoint->records;
	work->recall = recall;
	work->bytes = bytes;
	if (engine->work_last)
		engine->work_last->next = work;
	else
		engine->work = work;
	engine->work_last = work;
	engine->work_bytes += bytes;
	listing->in_work++;
}

/* --- identity ---------------------------------------------------------- */

static void found_id(struct ep_listing *listing, const char *id)
{
	size_t n = strlen(id);

	if (n == 0)
		return;
	if (listing->ids++ == 0) {
		n = n < sizeof(listing->id) ? n :
					      ep_utf8_cut(
						      id,
						      sizeof(listing->id) - 1);
		memcpy(listing->id, id, n);
		listing->id[n] = '\0';
	}
	if (ep_str_eqcase(id, listing->tenancy->id))
		listing->found = true;
}

static void search_id(struct ep_listing *listing, const char *text)
{
	const struct ep_regex *find = listing->tenancy->site->find;
	struct ep_err err = EP_ERR_INIT;
	struct ep_buf id;
	bool match = false;

	ep_buf_init(&id, EP_TEXT_BYTES_MAX);
	if (ep_regex_replace(find, text, strlen(text), "$1", &id, &match,
			     &err) == 0 &&
	    match && id.s)
		found_id(listing, id.s);
	ep_buf_release(&id);
}

/* Every text of a value; depth is bounded by EP_JSON_DEPTH_MAX. */
static void search_ids(struct ep_listing *listing, const struct ep_json *value)
{
	switch (ep_json_type(value)) {
	case EP_JSON_STRING:
		search_id(listing, ep_json_text(value));
		break;
	case EP_JSON_ARRAY:
	case EP_JSON_OBJECT:
		for (value = ep_json_first(value); value;
		     value = ep_json_next(value))
			search_ids(listing, value);
		break;
	default:
		break;
	}
}

static void identify(struct ep_listing *listing, const struct ep_json *record)
{
	const struct ep_spec_identity *identity =
		&listing->tenancy->site->spec->identity;
	struct ep_buf value;

	if (!identity->path) {
		search_ids(listing, record);
		return;
	}
	ep_buf_init(&value, EP_TEXT_BYTES_MAX);
	if (ep_mapper_value(record, identity->path, identity->as, NULL,
			    &value) &&
	    value.s) {
		if (listing->tenancy->site->find)
			search_id(listing, value.s);
		else
			found_id(listing, value.s);
	}
	ep_buf_release(&value);
}

/* --- rows -------------------------------------------------------------- */

/* Natural key of the record: that of its first row, as far as each record
 * makes one of its own. */
static bool keys_record(const struct ep_listing *listing,
			const struct ep_row *row)
{
	return !listing->keyed && ep_listing_keyed(listing) &&
	       row->kind == listing->endpoint->emits.v[0].kind;
}

bool ep_listing_keyed(const struct ep_listing *listing)
{
	const struct ep_spec_emit *first = &listing->endpoint->emits.v[0];

	return !first->each && !first->when;
}

static void count_record(struct ep_listing *listing, const struct ep_row *row)
{
	struct ep_err err = EP_ERR_INIT;
	struct ep_buf key;

	if (!keys_record(listing, row))
		return;
	ep_buf_init(&key, EP_TEXT_BYTES_MAX);
	if (ep_row_key(row, &key, &err) == 0 && !key.overflow) {
		listing->keyed = true;
		listing->fresh = ep_seen_add(&listing->keys, key.s, key.len);
	}
	ep_buf_release(&key);
}

static void note_tenancy(struct ep_listing *listing, const struct ep_row *row)
{
	const struct ep_entity *entity = ep_entity(EP_KIND_tenant);
	int system = ep_entity_column(entity, "of_system");
	int id = ep_entity_column(entity, "id");

	if (row->kind != EP_KIND_tenant || listing->child_id ||
	    row->cell[system].state != EP_CELL_VALUE ||
	    row->cell[id].state != EP_CELL_VALUE)
		return;
	listing->child_system = ep_strdup(row->cell[system].text);
	listing->child_id = ep_strdup(row->cell[id].text);
}

static int take_row(void *to, const struct ep_row *row, struct ep_err *err)
{
	struct ep_source *source = to;
	struct ep_listing *listing = source->at;
	struct ep_sink *sink = listing->engine->sink;
	bool repeat = false;
	int rc;

	if (!listing->recalls)
		count_record(listing, row);
	if (listing->endpoint->tenants)
		note_tenancy(listing, row);
	if (!source->stored)
		return 0;
	rc = ep_source_begin(source, err);
	if (rc == 0)
		rc = sink->row(sink->to, source->handle, row, &repeat, err);
	if (rc < 0)
		ep_engine_fail(listing->engine, err);
	/* Of records that are known by their text only the sink knows the
	 * keys, so it has to count all of them. */
	else if (listing->recalls && keys_record(listing, row)) {
		listing->keyed = true;
		listing->fresh = !repeat;
	}
	return rc;
}

static int take_gone(void *to, const struct ep_row *row, struct ep_err *err)
{
	struct ep_source *source = to;
	struct ep_sink *sink = source->at->engine->sink;
	int rc = ep_source_begin(source, err);

	if (rc == 0)
		rc = sink->gone(sink->to, source->handle, row, err);
	if (rc < 0)
		ep_engine_fail(source->at->engine, err);
	return rc;
}

/* How a record is to be understood: as a row, as one that a read of changes
 * leaves gaps in, or as the key of one that is gone. */
static void set_mapper(struct ep_listing *listing,
		       const struct ep_json *record)
{
	const struct ep_spec_changes *changes = &listing->endpoint->changes;
	struct ep_mapper *mapper = &listing->source->mapper.mapper;
	const struct ep_json *gone = NULL;
	bool delta = ep_onward_delta(listing);

	mapper->unset = delta ? &changes->unset : NULL;
	mapper->keys_only =
		delta && ep_json_path(record, changes->removed, &gone) !=
				 EP_JSON_ABSENT;
	mapper->row = mapper->keys_only ? take_gone : take_row;
}

static void feed(struct ep_listing *listing, struct ep_doc *doc,
		 const struct ep_json *record)
{
	struct ep_source *source = listing->source;
	struct ep_buf canon;

	if (source->has_children) {
		ep_buf_init(&canon, EP_PAGE_BYTES_MAX);
		ep_json_canon(&canon, record);
		if (ep_seen_add(&source->given, canon.s, canon.len))
			ep_tenancy_feed(source, doc, record,
					listing->child_system,
					listing->child_id);
		ep_buf_release(&canon);
	}
	ep_free(listing->child_system);
	ep_free(listing->child_id);
	listing->child_system = NULL;
	listing->child_id = NULL;
}

/* What has to be said about records each night anew. */
static int64_t troubles(const struct ep_mapper *mapper)
{
	return mapper->missing + mapper->bad + mapper->altered +
	       mapper->unmapped;
}

static int map_rows(struct ep_listing *listing, const struct ep_json *record,
		    const struct ep_text_print *print, struct ep_err *err)
{
	struct ep_source *source = listing->source;
	struct ep_sink *sink = listing->engine->sink;
	struct ep_mapper *mapper = &source->mapper.mapper;
	int64_t before = troubles(mapper);
	const char *name = listing->endpoint->records_map ?
				   ep_json_name(record) :
				   NULL;
	bool certain;
	int rc;

	rc = ep_mapper_record(mapper, record, name, listing->parent, err);
	if (!source->recall || !source->begun)
		return rc;
	certain = rc == 0 && listing->recalls && troubles(mapper) == before;
	sink->made(sink->to, source->handle, certain ? print : NULL);
	return rc;
}

static int map_record(struct ep_listing *listing, struct ep_doc *doc,
		      const struct ep_json *record,
		      const struct ep_text_print *print, struct ep_err *err)
{
	struct ep_source *source = listing->source;
	struct ep_vars vars;
	int rc;

	if (listing->what == EP_FOR_LOCATION) {
		ep_locate_take(listing, record);
		return 0;
	}
	if (listing->what == EP_FOR_IDENTITY) {
		identify(listing, record);
		return 0;
	}
	if (listing->what == EP_FOR_READER) {
		listing->reader->record(listing->reader->to, record);
		return 0;
	}
	ep_listing_vars(listing, &vars);
	source->at = listing;
	listing->keyed = false;
	listing->fresh = true;
	source->mapper.vars = &vars;
	set_mapper(listing, record);
	rc = map_rows(listing, record, print, err);
	source->mapper.vars = NULL;
	source->at = NULL;
	ep_vars_release(&vars);
	if (rc < 0)
		return rc;
	if (!listing->keyed || listing->fresh)
		listing->unique++;
	feed(listing, doc, record);
	return 0;
}

static const char *lookup(void *to, const char *name)
{
	struct ep_source *source = to;

	return ep_vars_lookup(source->mapper.vars, name);
}

void ep_work_mapper(struct ep_source *source)
{
	struct ep_mapper *mapper = &source->mapper.mapper;

	if (source->mapper.ready)
		return;
	ep_mapper_init(mapper, source->endpoint->emits.v,
		       source->endpoint->emits.n);
	mapper->lookup = lookup;
	mapper->to = source;
	source->mapper.ready = true;
}

/* One that was known when the page came, and is not any more: an earlier one
 * of the page has changed its rows, or there is something to say about it. */
static int map_text(struct ep_listing *listing, const struct ep_recall *recall,
		    size_t i, struct ep_err *err)
{
	const struct ep_json_part *part = &recall->parts.list.v[i];
	struct ep_json *json = NULL;
	struct ep_doc *doc;
	int rc = ep_json_parse(recall->text.s + part->at, part->n, &json, NULL,
			       err);

	if (rc < 0)
		return rc;
	doc = ep_doc_new(json);
	rc = map_record(listing, doc, json, &recall->print[i], err);
	ep_doc_unref(doc);
	return rc;
}

static int map_known(struct ep_listing *listing, struct ep_recall *recall,
		     size_t i, struct ep_err *err)
{
	bool taken;
	int rc = ep_recall_take(listing, recall, i, &taken, err);

	if (rc < 0 || taken)
		return rc;
	return map_text(listing, recall, i, err);
}

static int map_parts(struct ep_work *work, struct ep_err *err)
{
	struct ep_listing *listing = work->listing;
	struct ep_recall *recall = work->recall;
	const struct ep_json *record = ep_json_first(work->records);
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < recall->parts.list.n &&
			   !listing->engine->failed; i++) {
		listing->engine->totals->records++;
		if (recall->known[i]) {
			rc = map_known(listing, recall, i, err);
			continue;
		}
		rc = map_record(listing, work->doc, record, &recall->print[i],
				err);
		record = ep_json_next(record);
	}
	return rc;
}

static int map_all(struct ep_work *work, struct ep_err *err)
{
	struct ep_listing *listing = work->listing;
	const struct ep_json *record = work->one ?
					       work->records :
					       ep_json_first(work->records);
	int rc = 0;

	for (; rc == 0 && record && !listing->engine->failed;
	     record = work->one ? NULL : ep_json_next(record)) {
		listing->engine->totals->records++;
		rc = map_record(listing, work->doc, record, NULL, err);
	}
	return rc;
}

void ep_work_one(struct ep_engine *engine)
{
	struct ep_work *work = engine->work;
	struct ep_listing *listing = work->listing;
	struct ep_err err = EP_ERR_INIT;
	int rc;

	engine->work = work->next;
	if (!engine->work)
		engine->work_last = NULL;
	engine->work_bytes -= work->bytes;
	if (listing->source)
		ep_work_mapper(listing->source);
	rc = work->recall ? map_parts(work, &err) : map_all(work, &err);
	if (rc < 0 && !engine->failed)
		ep_coverage_spoil(&listing->said, EP_COVERAGE_PARTIAL,
				  "Correct the connector",
				  "a record cannot be mapped: %s", err.msg);
	ep_doc_unref(work->doc);
	ep_recall_free(work->recall);
	ep_free(work);
	listing->in_work--;
	ep_listing_settle(listing);
}
