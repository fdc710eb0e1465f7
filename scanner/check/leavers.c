/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The leavers whom tickets and directories name: what is asked, whether all
 * of it could be read, and what the register gets.
 */
#include "check/leavers.h"

#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/str.h"
#include "check/leavers_priv.h"
#include "ext/db.h"
#include "ext/json.h"
#include "model/sink.h"

/* --- what is known ------------------------------------------------------ */

static void statement_clear(struct ep_leave_statement *st)
{
	ep_free(st->id);
	ep_free(st->name);
	ep_free(st->address);
	ep_free(st->external);
}

static int load_register(struct ep_leavers *lv, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row;
	int rc = ep_db_prepare(lv->db, "SELECT a.address, p.left_at IS NOT "
			       "NULL FROM temp.alias AS a JOIN temp.person AS "
			       "p ON p.tenant = a.tenant AND p.dataset = "
			       "a.dataset AND p.id = a.person WHERE a.dataset "
			       "<> '" EP_LEAVERS_PEOPLE "'", &stmt, err);

	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row)
		if (ep_db_col_text(stmt, 0))
			ep_map_set(&lv->known, ep_db_col_text(stmt, 0),
				   ep_db_col_int(stmt, 1) ? &ep_leave_left : &ep_leave_stays);
	return rc;
}

static int load_declared(struct ep_leavers *lv, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row;
	int rc = ep_db_prepare(lv->db, "SELECT address FROM temp.declared",
			       &stmt, err);

	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row)
		if (ep_db_col_text(stmt, 0))
			ep_map_set(&lv->declared, ep_db_col_text(stmt, 0), lv);
	return rc;
}

/* --- coverage ----------------------------------------------------------- */

struct wanted {
	const struct ep_customer *customer;	/* NULL: tickets */
	bool certain;
	size_t seen;
};

static bool is_wanted(const struct wanted *wanted, struct ep_stmt *stmt)
{
	const char *kinds = ep_db_col_text(stmt, 3);

	if (!kinds)
		return false;
	if (!wanted->customer)
		return strstr(kinds, "ticket") != NULL;
	return strstr(kinds, "account") &&
	       ep_str_eq(ep_db_col_text(stmt, 6) ? ep_db_col_text(stmt, 6) : "",
			 wanted->customer->id) &&
	       ep_leave_is_directory(wanted->customer, ep_db_col_text(stmt, 0),
			    ep_db_col_text(stmt, 1));
}

static void spoil(struct ep_leavers *lv, bool certain, const char *advice,
		  const char *what, const char *where)
{
	ep_coverage_spoil(&lv->sources, EP_COVERAGE_PARTIAL, advice, "%s%s",
			  what, where);
	if (certain)
		ep_coverage_spoil(&lv->people, EP_COVERAGE_PARTIAL, advice,
				  "%s%s", what, where);
}

static int look_at_coverage(struct ep_leavers *lv, struct wanted *wanted,
			    struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row;
	int rc = ep_db_prepare(lv->db, "SELECT tenant, system, dataset, kinds,"
			       " status = 'complete' AND NOT stale, advice, "
			       "customer FROM temp.coverage ORDER BY tenant, "
			       "dataset", &stmt, err);

	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		if (!is_wanted(wanted, stmt))
			continue;
		wanted->seen++;
		if (!ep_db_col_int(stmt, 4)) {
			EP_AUTO_FREE char *where =
				ep_leave_id(" of", ep_db_col_text(stmt, 0),
					  "was not read completely");

			spoil(lv, wanted->certain, ep_db_col_text(stmt, 5),
			      ep_db_col_text(stmt, 2), where);
		}
	}
	if (rc == 0 && wanted->seen == 0)
		spoil(lv, wanted->certain,
		      "Connect the PSA or the directory, or switch the source "
		      "off under leave_sources",
		      wanted->customer ? "no directory is read for " :
					 "no PSA provides exit tickets",
		      wanted->customer ? wanted->customer->id : "");
	return rc;
}

/* --- handing over ------------------------------------------------------- */

static void set_text(struct ep_row *row, const char *column, const char *text)
{
	struct ep_cell *cell = &row->cell[ep_entity_column(
		ep_entity(row->kind), column)];

	cell->state = text ? EP_CELL_VALUE : EP_CELL_NULL;
	cell->text = text;
}

static void set_time(struct ep_row *row, const char *column, int64_t at)
{
	struct ep_cell *cell = &row->cell[ep_entity_column(
		ep_entity(row->kind), column)];

	cell->state = at ? EP_CELL_VALUE : EP_CELL_NULL;
	cell->number = at;
}

static int give_statement(struct ep_sink *sink, void *dataset,
			  const struct ep_leave_statement *st, struct ep_err *err)
{
	struct ep_row row = { .kind = EP_KIND_resource };
	struct ep_buf attr;
	bool repeat;
	int rc;

	ep_buf_init(&attr, EP_ATTR_BYTES_MAX);
	ep_buf_addf(&attr, "{\"by_name\":%d", st->by_name);
	if (st->external) {
		ep_buf_adds(&attr, ",\"external_id\":");
		ep_json_quote(&attr, st->external);
	}
	ep_buf_addc(&attr, '}');
	row.attr = attr.s;
	set_text(&row, "kind", "activity");
	set_text(&row, "id", st->id);
	set_text(&row, "name", st->name);
	set_text(&row, "owner", st->address);
	set_text(&row, "parent", st->customer->id);
	set_text(&row, "state", st->state);
	set_time(&row, "created_at", st->left_at);
	rc = sink->row(sink->to, dataset, &row, &repeat, err);
	ep_buf_release(&attr);
	return rc;
}

static int give_alias(struct ep_sink *sink, void *dataset, const char *person,
		      const char *address, struct ep_err *err)
{
	struct ep_row row = { .kind = EP_KIND_alias };
	bool repeat;

	set_text(&row, "person", person);
	set_text(&row, "address", address);
	return sink->row(sink->to, dataset, &row, &repeat, err);
}

/* Of several statements about one person the earliest date counts, of equal
 * ones the first. */
static void find_earliest(const struct ep_leavers *lv, struct ep_map *first)
{
	for (size_t i = 0; i < lv->list.n; i++) {
		struct ep_leave_statement *st = &lv->list.v[i];
		const struct ep_leave_statement *it;

		if (!ep_str_eq(st->state, "certain"))
			continue;
		it = ep_map_get(first, st->address);
		if (!it || st->left_at < it->left_at)
			ep_map_set(first, st->address, st);
	}
}

static int give_person(const struct ep_map *first, struct ep_sink *sink,
		       void *dataset, const struct ep_leave_statement *st,
		       struct ep_err *err)
{
	struct ep_row row = { .kind = EP_KIND_person };
	bool repeat;
	int rc = 0;

	if (ep_map_get(first, st->address) == st) {
		set_text(&row, "id", st->address);
		set_text(&row, "name", ep_str_starts(st->id, "ticket ") ?
					       st->address :
					       st->name);
		set_text(&row, "employer", st->customer->id);
		set_text(&row, "source", st->id);
		set_time(&row, "left_at", st->left_at);
		rc = sink->row(sink->to, dataset, &row, &repeat, err);
	}
	if (rc == 0)
		rc = give_alias(sink, dataset, st->address, st->address, err);
	if (rc == 0 && st->external)
		rc = give_alias(sink, dataset, st->address, st->external, err);
	return rc;
}

static int give_all(struct ep_leavers *lv, struct ep_sink *sink, bool people,
		    struct ep_err *err)
{
	const struct ep_customer *msp = &lv->config->customers.v[0];
	struct ep_coverage *coverage = people ? &lv->people : &lv->sources;
	struct ep_dataset_ref ref = {
		.customer = msp->id,
		.system = "register",
		.tenant = msp->id,
		.name = people ? EP_LEAVERS_PEOPLE : EP_LEAVERS_SOURCES,
		.connector = "register",
		.connector_version = 1,
		.kinds = people ? 1u << EP_KIND_person | 1u << EP_KIND_alias :
				  1u << EP_KIND_resource,
		.max_age = lv->config->api_max_age,
		.transient = true,
	};
	struct ep_map first;
	void *dataset;
	int rc = sink->begin(sink->to, &ref, &dataset, err);

	if (rc < 0)
		return rc;
	ep_map_init(&first);
	find_earliest(lv, &first);
	for (size_t i = 0; rc == 0 && i < lv->list.n; i++) {
		const struct ep_leave_statement *st = &lv->list.v[i];

		if (people && !ep_str_eq(st->state, "certain"))
			continue;
		rc = people ? give_person(&first, sink, dataset, st, err) :
			      give_statement(sink, dataset, st, err);
		coverage->rows++;
	}
	ep_map_release(&first, NULL);
	coverage->started_at = coverage->ended_at = lv->now;
	return rc < 0 ? rc : sink->end(sink->to, dataset, coverage, err);
}

/* --- the whole ---------------------------------------------------------- */

static int read_customer(struct ep_leavers *lv, const struct ep_customer *customer,
			 struct ep_err *err)
{
	const struct ep_leave_sources *leave = &customer->leave;
	struct wanted tickets = { .certain = leave->tickets ==
					     EP_LEAVE_CERTAIN };
	struct wanted directory = { .customer = customer,
				    .certain = leave->directory ==
					       EP_LEAVE_CERTAIN };
	int rc = 0;

	lv->certain |= tickets.certain || directory.certain;
	if (leave->tickets != EP_LEAVE_OFF) {
		rc = look_at_coverage(lv, &tickets, err);
		if (rc == 0)
			rc = ep_leave_read_tickets(lv, customer, err);
	}
	if (rc < 0 || leave->directory == EP_LEAVE_OFF)
		return rc;
	rc = look_at_coverage(lv, &directory, err);
	return rc < 0 ? rc : ep_leave_read_accounts(lv, customer, err);
}

static int derive(struct ep_leavers *lv, struct ep_sink *sink, struct ep_err *err)
{
	bool any = false;
	int rc = load_register(lv, err);

	if (rc == 0)
		rc = load_declared(lv, err);
	for (size_t i = 0; rc == 0 && i < lv->config->customers.n; i++) {
		const struct ep_customer *it = &lv->config->customers.v[i];

		any |= it->leave.tickets || it->leave.directory;
		rc = read_customer(lv, it, err);
	}
	/* Without a source nobody may have a register at all. */
	if (rc < 0 || (!any && !lv->config->leavers))
		return rc;
	rc = ep_leave_read_earlier(lv, err);
	if (rc == 0)
		rc = give_all(lv, sink, false, err);
	if (rc == 0 && lv->certain)
		rc = give_all(lv, sink, true, err);
	return rc;
}

int ep_leavers_derive(struct ep_db *db, const struct ep_config *config,
		      struct ep_sink *sink, int64_t now, struct ep_err *err)
{
	struct ep_leavers lv = { .db = db, .config = config, .now = now };
	int rc;

	ep_map_init(&lv.known);
	ep_map_init(&lv.declared);
	ep_map_init(&lv.listed);
	ep_map_init(&lv.active);
	ep_map_init(&lv.called);
	ep_coverage_init(&lv.sources);
	ep_coverage_init(&lv.people);
	rc = derive(&lv, sink, err);
	for (size_t i = 0; i < lv.list.n; i++)
		statement_clear(&lv.list.v[i]);
	ep_vec_release(&lv.list);
	ep_coverage_release(&lv.sources);
	ep_coverage_release(&lv.people);
	ep_map_release(&lv.known, NULL);
	ep_map_release(&lv.declared, NULL);
	ep_map_release(&lv.listed, NULL);
	ep_map_release(&lv.active, NULL);
	ep_map_release(&lv.called, ep_free);
	return rc;
}
