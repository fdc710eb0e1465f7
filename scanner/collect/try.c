/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One page of one endpoint, shown instead of stored: what the engineer who
 * writes or doubts a connector wants to see.  Only mapped values are shown,
 * so that a secret beside them stays where it is.
 */
#include "collect/engine.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/str.h"
#include "collect/permit.h"

#define ROWS_SHOWN 50
/* for_each in for_each; no vendor needs three. */
#define CHAIN_MAX 8

struct ep_try {
	struct ep_buf *out;
	bool show;	/* the endpoint that was asked for */
	bool ended_well;
	struct ep_doc *doc;	/* of the first record */
	const struct ep_json *record;
	char *system;	/* tenancy that it names */
	char *id;
	int64_t rows;
	struct ep_vars *vars;
};

static void show_cell(struct ep_buf *out, const struct ep_column *column,
		      const struct ep_cell *cell)
{
	char time[EP_TIME_TEXT];

	if (cell->state == EP_CELL_ABSENT)
		return;
	ep_buf_addf(out, " %s=", column->name);
	if (cell->state == EP_CELL_NULL) {
		ep_buf_adds(out, "null");
		return;
	}
	switch (column->type) {
	case EP_TYPE_TIME:
		ep_buf_adds(out, ep_time_format(cell->number, time));
		break;
	case EP_TYPE_INT:
		ep_buf_addf(out, "%" PRId64, cell->number);
		break;
	default:
		ep_buf_addc(out, '"');
		ep_str_printable(out, cell->text, strlen(cell->text));
		ep_buf_addc(out, '"');
		break;
	}
	if (cell->word) {
		ep_buf_adds(out, " (");
		ep_str_printable(out, cell->word, strlen(cell->word));
		ep_buf_addc(out, ')');
	}
}

static void note_tenancy(struct ep_try *asked, const struct ep_row *row)
{
	const struct ep_entity *entity = ep_entity(EP_KIND_tenant);
	const struct ep_cell *system =
		&row->cell[ep_entity_column(entity, "of_system")];
	const struct ep_cell *id = &row->cell[ep_entity_column(entity, "id")];

	if (row->kind != EP_KIND_tenant || asked->id ||
	    system->state != EP_CELL_VALUE || id->state != EP_CELL_VALUE)
		return;
	asked->system = ep_strdup(system->text);
	asked->id = ep_strdup(id->text);
}

static int show_row(void *to, const struct ep_row *row, struct ep_err *err)
{
	const struct ep_entity *entity = ep_entity(row->kind);
	struct ep_try *asked = to;

	(void)err;
	note_tenancy(asked, row);
	if (!asked->show || ++asked->rows > ROWS_SHOWN)
		return 0;
	ep_buf_addf(asked->out, "  %s", entity->name);
	for (int i = 0; i < entity->columns; i++)
		show_cell(asked->out, &entity->column[i], &row->cell[i]);
	if (row->attr) {
		ep_buf_adds(asked->out, " attr=");
		ep_str_printable(asked->out, row->attr, strlen(row->attr));
	}
	ep_buf_addc(asked->out, '\n');
	return 0;
}

static const char *lookup(void *to, const char *name)
{
	return ep_vars_lookup(((struct ep_try *)to)->vars, name);
}

static void show_counts(const struct ep_try *asked,
			const struct ep_mapper *mapper)
{
	if (asked->rows > ROWS_SHOWN)
		ep_buf_addf(asked->out, "  and %" PRId64 " more row%s\n",
			    asked->rows - ROWS_SHOWN,
			    EP_S(asked->rows - ROWS_SHOWN));
	if (mapper->missing)
		ep_buf_addf(asked->out, "missing members: %s\n",
			    mapper->missing_names);
	if (mapper->bad)
		ep_buf_addf(asked->out, "unreadable values: %s\n",
			    mapper->bad_names);
	if (mapper->unmapped)
		ep_buf_addf(asked->out, "words in no list: %s\n",
			    mapper->unmapped_words);
}

static void map_records(struct ep_listing *listing,
			const struct ep_json *records, bool one)
{
	const struct ep_spec_endpoint *endpoint = listing->endpoint;
	const struct ep_json *record = one ? records : ep_json_first(records);
	struct ep_try *asked = listing->asked;
	struct ep_err err = EP_ERR_INIT;
	struct ep_mapper mapper;
	struct ep_vars vars;
	int rc = 0;

	ep_listing_vars(listing, &vars);
	ep_mapper_init(&mapper, endpoint->emits.v, endpoint->emits.n);
	asked->vars = &vars;
	mapper.lookup = lookup;
	mapper.row = show_row;
	mapper.to = asked;
	for (; rc == 0 && record;
	     record = one ? NULL : ep_json_next(record))
		rc = ep_mapper_record(&mapper, record,
				      endpoint->records_map ?
					      ep_json_name(record) :
					      NULL,
				      listing->parent, &err);
	if (rc < 0)
		ep_buf_addf(asked->out, "mapping stopped: %s\n", err.msg);
	if (asked->show)
		show_counts(asked, &mapper);
	ep_mapper_release(&mapper);
	ep_vars_release(&vars);
	asked->vars = NULL;
}

void ep_try_page(struct ep_listing *listing, struct ep_doc *doc,
		 const struct ep_json *records, bool one, const char *what,
		 const struct ep_http_answer *answer)
{
	struct ep_try *asked = listing->asked;
	size_t n;

	ep_buf_addf(asked->out, "%s: ", listing->endpoint->name);
	if (listing->endpoint->ldap)
		ep_buf_adds(asked->out, "LDAP");
	else
		ep_buf_addf(asked->out, "HTTP %ld", answer->status);
	ep_buf_addf(asked->out, ", %zu bytes, %" PRId64 " ms",
		    answer->body.len, answer->ms);
	if (!records) {
		ep_buf_addc(asked->out, '\n');
		ep_listing_end(listing, EP_COVERAGE_FAILED, "", "the answer %s",
			       what);
		return;
	}
	n = one ? 1 : ep_json_count(records);
	ep_buf_addf(asked->out, ", %zu record%s\n", n, EP_S(n));
	asked->ended_well = true;
	asked->record = one ? records : ep_json_first(records);
	asked->doc = ep_doc_ref(doc);
	map_records(listing, records, one);
	ep_listing_end(listing, EP_COVERAGE_COMPLETE, NULL, " ");
}

void ep_try_end(struct ep_listing *listing)
{
	const struct ep_coverage *said = &listing->said;
	struct ep_try *asked = listing->asked;

	if (said->status == EP_COVERAGE_COMPLETE)
		return;
	ep_buf_addf(asked->out, "%s: %s\n", listing->endpoint->name,
		    said->reason);
	if (said->advice[0])
		ep_buf_addf(asked->out, "%s\n", said->advice);
}

static void try_release(struct ep_try *asked)
{
	ep_doc_unref(asked->doc);
	ep_free(asked->system);
	ep_free(asked->id);
}

/* Reads one endpoint; parent is what the one above brought, or NULL. */
static int read_one(struct ep_tenancy *tenancy, struct ep_use *use,
		    const struct ep_spec_endpoint *endpoint,
		    struct ep_try *parent, struct ep_try *asked,
		    struct ep_err *err)
{
	struct ep_engine *engine = tenancy->site->engine;
	struct ep_listing *listing = ep_listing_new(
		engine, EP_FOR_TRY, tenancy, endpoint, use);

	listing->asked = asked;
	if (parent)
		ep_listing_parent(listing, parent->doc, parent->record);
	ep_listing_queue(listing);
	ep_engine_loop(engine);
	if (engine->failed)
		return ep_err_set(err, engine->err.code, "%s",
				  engine->err.msg);
	if (!asked->ended_well)
		return ep_err_set(err, EP_EUNAVAIL, "%s could not be read",
				  endpoint->name);
	return 0;
}

int ep_try_endpoint(struct ep_site *site, struct ep_use *use,
		    const struct ep_spec_endpoint *endpoint,
		    struct ep_buf *out, struct ep_err *err)
{
	struct ep_try asked = { .out = out };
	int rc = read_one(site->home, use, endpoint, NULL, &asked, err);

	try_release(&asked);
	return rc;
}

int ep_try_words(struct ep_site *site, struct ep_use *use,
		 const struct ep_spec_endpoint *endpoint, const char *path,
		 struct ep_words *ret, struct ep_err *err)
{
	const struct ep_json *value;
	struct ep_buf said;
	struct ep_try asked = { .out = &said };
	int rc;

	ep_buf_init(&said, EP_FILE_BYTES_MAX);
	rc = read_one(site->home, use, endpoint, NULL, &asked, err);
	if (rc == 0 && (!asked.record ||
			ep_json_path(asked.record, path, &value) !=
				EP_JSON_PRESENT ||
			!ep_permit_words(value, ret)))
		rc = ep_err_set(err, EP_EDATA, "%s does not say it",
				endpoint->name);
	try_release(&asked);
	ep_buf_release(&said);
	return rc;
}

/* One link of the chain of parents.  The tenancy moves on when the one above
 * lists tenancies. */
static int step(struct ep_site *site, struct ep_tenancy **tenancy,
		const struct ep_spec_endpoint *endpoint, struct ep_try *parent,
		struct ep_try *asked, struct ep_err *err)
{
	struct ep_use *use = ep_site_use(site, endpoint);

	if (!use)
		return ep_err_set(err, EP_ECONFIG,
				  "no credential for endpoint %s is configured",
				  endpoint->name);
	if (parent && !parent->record)
		return ep_err_set(err, EP_ENOENT,
				  "%s lists nothing, so there is nothing to "
				  "ask %s for",
				  endpoint->for_each, endpoint->name);
	if (parent && parent->id)
		*tenancy = ep_tenancy_new(site, NULL, parent->system,
					  parent->id);
	return read_one(*tenancy, use, endpoint, parent, asked, err);
}

int ep_try_chain(struct ep_site *site, const char *name, struct ep_buf *out,
		 struct ep_err *err)
{
	const struct ep_spec *spec = site->spec;
	const struct ep_spec_endpoint *chain[CHAIN_MAX];
	struct ep_try tries[CHAIN_MAX] = { 0 };
	struct ep_tenancy *tenancy = site->home;
	int rc = 0;
	int n = 0;

	chain[0] = ep_spec_endpoint(spec, name);
	if (!chain[0])
		return ep_err_set(err, EP_EUSAGE,
				  "connector %s has no endpoint '%s'",
				  spec->id, name);
	while (chain[n]->for_each_index >= 0 && n + 1 < CHAIN_MAX) {
		chain[n + 1] = &spec->endpoints.v[chain[n]->for_each_index];
		n++;
	}
	if (!ep_str_eq(name, spec->locate.endpoint))
		rc = ep_locate_now(site, err);
	for (int i = n; rc == 0 && i >= 0; i--) {
		tries[i].out = out;
		tries[i].show = i == 0;
		rc = step(site, &tenancy, chain[i],
			  i < n ? &tries[i + 1] : NULL, &tries[i], err);
	}
	for (int i = 0; i <= n; i++)
		try_release(&tries[i]);
	return rc;
}

int ep_collect_try_over(const struct ep_config *config,
			const struct ep_specs *specs,
			const struct ep_connection *connection,
			const char *endpoint,
			const struct ep_transport *transport,
			struct ep_buf *out, struct ep_err *err)
{
	const struct ep_spec *spec =
		ep_specs_find(specs, connection->connector);
	struct ep_collect_totals totals;
	struct ep_engine engine;
	int rc;

	if (!spec)
		return ep_err_set(err, EP_ECONFIG,
				  "there is no connector '%s'",
				  connection->connector);
	ep_engine_init(&engine, config, specs, NULL, transport, &totals);
	rc = ep_try_chain(ep_site_new(&engine, connection, spec), endpoint, out,
			  err);
	ep_engine_release(&engine);
	return rc;
}

int ep_collect_try(const struct ep_config *config, const struct ep_specs *specs,
		   const struct ep_connection *connection, const char *endpoint,
		   struct ep_http *http, struct ep_buf *out, struct ep_err *err)
{
	struct ep_transport transport;
	struct ep_network network;
	int rc;

	ep_network_init(&network, http, config);
	ep_network_transport(&network, &transport);
	rc = ep_collect_try_over(config, specs, connection, endpoint,
				 &transport, out, err);
	ep_network_release(&network);
	return rc;
}
