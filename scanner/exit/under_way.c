/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exits under way, from the register, the configuration and the tickets.
 */
#include "exit/under_way.h"

#include "base/alloc.h"
#include "base/str.h"
#include "ext/db.h"
#include "store/store.h"

void ep_under_ways_release(struct ep_under_ways *list)
{
	for (size_t i = 0; i < list->n; i++) {
		ep_free(list->v[i].person);
		ep_free(list->v[i].customer);
		ep_free(list->v[i].ticket);
	}
	ep_vec_release(list);
}

static int add_people(const struct ep_exit_context *ctx, int64_t since,
		      const char *customer, struct ep_under_ways *ret,
		      struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row;
	int rc = ep_db_prepare(ep_store_db(ctx->store),
			       "SELECT id FROM temp.person WHERE left_at > ?1"
			       " AND (?2 IS NULL OR employer = ?2)"
			       " GROUP BY id ORDER BY min(left_at), id",
			       &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, since);
	ep_db_text(stmt, 2, customer);
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row)
		EP_VEC_ADD(ret) = (struct ep_under_way){
			.person = ep_strdup(ep_db_col_text(stmt, 0)),
		};
	return rc;
}

static void add_customers(const struct ep_exit_context *ctx,
			  const char *customer, struct ep_under_ways *ret)
{
	for (size_t i = 0; i < ctx->config->customers.n; i++) {
		const struct ep_customer *it = &ctx->config->customers.v[i];

		if (it->exit_at && !it->msp &&
		    (!customer || ep_str_eq(customer, it->id)))
			EP_VEC_ADD(ret) = (struct ep_under_way){
				.customer = ep_strdup(it->id),
			};
	}
}

/* Tickets that are not closed, whatever closed means there. */
static const char tickets_sql[] =
	"SELECT system || '/' || id, coalesce(subject, '') FROM temp.ticket"
	" WHERE coalesce(state, 'unknown') <> 'closed' ORDER BY 1";

static int add_ticket(const struct ep_exit_context *ctx, const char *word,
		      const char *subject, const char *customer,
		      struct ep_under_ways *ret)
{
	struct ep_exit_ask ask = { .ticket = word, .customer = customer };
	struct ep_err why = EP_ERR_INIT;
	struct ep_exit *exit = NULL;
	struct ep_buf text;

	if (ep_exit_find(ctx, &ask, &exit, &why) == 0) {
		/* It has to be in the list already; if the register forgot
		 * the date, it is not. */
		bool known = exit->leave_at != 0;

		ep_exit_free(exit);
		if (known)
			return 0;
	} else if (why.code != EP_EDATA && why.code != EP_ENOENT) {
		return why.code;
	} else if (customer) {
		return 0;
	}
	ep_buf_init(&text, 4 * EP_TEXT_BYTES_MAX);
	ep_buf_addf(&text, "%s (%s)", word, subject);
	EP_VEC_ADD(ret) = (struct ep_under_way){
		.ticket = ep_buf_take(&text),
	};
	return 0;
}

static int add_tickets(const struct ep_exit_context *ctx,
		       const char *customer, struct ep_under_ways *ret,
		       struct ep_err *err)
{
	struct ep_words word = { 0 }, subject = { 0 };
	struct ep_stmt *stmt = NULL;
	bool row;
	int rc = ep_db_prepare(ep_store_db(ctx->store), tickets_sql, &stmt,
			       err);

	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		EP_VEC_ADD(&word) = ep_strdup(ep_db_col_text(stmt, 0));
		EP_VEC_ADD(&subject) = ep_strdup(ep_db_col_text(stmt, 1));
	}
	ep_db_done(stmt);
	for (size_t i = 0; rc == 0 && i < word.n; i++)
		rc = add_ticket(ctx, word.v[i], subject.v[i], customer, ret);
	if (rc < 0 && err->code == EP_OK)
		ep_err_set(err, (enum ep_code)rc, "looking for the exits of "
			   "tickets failed");
	ep_words_release(&word);
	ep_words_release(&subject);
	return rc;
}

int ep_exit_under_way(const struct ep_exit_context *ctx, int64_t since,
		      const char *customer, struct ep_under_ways *ret,
		      struct ep_err *err)
{
	int rc;

	*ret = (struct ep_under_ways){ 0 };
	rc = add_people(ctx, since, customer, ret, err);
	if (rc == 0) {
		add_customers(ctx, customer, ret);
		rc = add_tickets(ctx, customer, ret, err);
	}
	if (rc < 0)
		ep_under_ways_release(ret);
	return rc;
}

/* --- how long it took --------------------------------------------------- */

void ep_exit_gones_release(struct ep_exit_gones *list)
{
	for (size_t i = 0; i < list->n; i++) {
		ep_free(list->v[i].tenant);
		ep_free(list->v[i].dataset);
		ep_free(list->v[i].name);
		ep_free(list->v[i].what);
	}
	ep_vec_release(list);
}

/* What went: the run that no longer saw it.  What is off: the newest run that
 * saw its state change or saw it first, none when it was off from the first
 * read of the list on. */
static const char person_sql[] =
	"WITH mine(address) AS (SELECT address FROM temp.alias WHERE"
	" person = ?1)"
	" SELECT g.tenant, g.dataset, coalesce(g.email, g.login, g.id),"
	" 'gone', g.closed_run FROM temp.gone_account AS g"
	" WHERE g.email IN (SELECT address FROM mine)"
	" OR g.login IN (SELECT address FROM mine)"
	" UNION ALL SELECT a.tenant, a.dataset,"
	" coalesce(a.email, a.login, a.id), CASE WHEN a.state IN"
	" ('disabled', 'deleted', 'expired') THEN 'off' ELSE 'there' END,"
	" (SELECT max(m.run) FROM temp.moved AS m WHERE m.run > 0"
	" AND m.tenant = a.tenant AND m.dataset = a.dataset"
	" AND m.kind = 'account' AND m.key = a.key AND (m.op = 'open'"
	" OR m.old ->> '$.state' IS NOT NULL) AND a.state IN"
	" ('disabled', 'deleted', 'expired'))"
	" FROM temp.account AS a JOIN person_link AS l ON"
	" l.tenant = a.tenant AND l.dataset = a.dataset AND l.account = a.id"
	" WHERE l.person = ?1 AND l.certain ORDER BY 1, 2, 3";
static const char customer_sql[] =
	"SELECT y.tenant, g.dataset, coalesce(g.name, g.id), 'gone',"
	" g.closed_run FROM temp.gone_tenant AS g JOIN temp.tenancy AS y ON"
	" y.system = g.of_system AND y.id = g.id WHERE y.customer = ?1"
	" UNION ALL SELECT y.tenant, t.dataset, coalesce(t.name, t.id),"
	" CASE WHEN t.state IN ('cancelled', 'deleted') THEN 'off'"
	" ELSE 'there' END, NULL FROM temp.tenant AS t JOIN temp.tenancy AS y"
	" ON y.system = t.of_system AND y.id = t.id WHERE y.customer = ?1"
	" ORDER BY 1, 2, 3";

/* The reads on both sides: the one of that run, and the complete one before
 * it that would have shown a removal. */
static const char reads_sql[] =
	"SELECT (SELECT started_at FROM main.run WHERE id = ?3),"
	" (SELECT r.started_at FROM main.coverage AS c JOIN main.run AS r ON"
	" r.id = c.run JOIN main.dataset AS d ON d.id = c.dataset WHERE"
	" d.name = ?2 AND c.status = 'complete' AND c.confirmed_at IS NULL AND"
	" c.run < ?3 AND"
	" d.tenancy = (SELECT x.tenancy FROM main.dataset AS x WHERE"
	" x.name = ?2 AND x.id IN (SELECT v.dataset FROM main.coverage AS v"
	" WHERE v.run = ?3) AND (?1 IS NULL OR x.tenancy IN (SELECT id FROM"
	" main.tenancy WHERE uid = ?1))) ORDER BY c.run DESC LIMIT 1)";

static int set_reads(const struct ep_exit_context *ctx, bool own, int64_t run,
		     struct ep_exit_gone *gone, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc;

	if (run == 0)
		return 0;
	rc = ep_db_prepare(ep_store_db(ctx->store), reads_sql, &stmt, err);
	if (rc < 0)
		return rc;
	/* A tenancy that is listed by a partner: the listing is elsewhere. */
	ep_db_text(stmt, 1, own ? gone->tenant : NULL);
	ep_db_text(stmt, 2, gone->dataset);
	ep_db_int(stmt, 3, run);
	rc = ep_db_step(stmt, &row, err);
	if (rc == 0 && row) {
		gone->until = ep_db_col_int(stmt, 0);
		gone->after = ep_db_col_int(stmt, 1);
	}
	return rc;
}

static int take_gones(const struct ep_exit_context *ctx,
		      const struct ep_exit *exit, struct ep_stmt *stmt,
		      struct ep_exit_gones *ret, struct ep_err *err)
{
	bool row;
	int rc;

	ep_db_text(stmt, 1, exit->id);
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		struct ep_exit_gone *gone = &EP_VEC_ADD(ret);

		*gone = (struct ep_exit_gone){
			.tenant = ep_strdup(ep_db_col_text(stmt, 0)),
			.dataset = ep_strdup(ep_db_col_text(stmt, 1)),
			.name = ep_strdup(ep_db_col_text(stmt, 2)),
			.what = ep_strdup(ep_db_col_text(stmt, 3)),
		};
		rc = set_reads(ctx, exit->subject == EP_EXIT_PERSON,
			       ep_db_col_int(stmt, 4), gone, err);
		if (rc < 0)
			break;
	}
	return rc;
}

int ep_exit_gone_list(const struct ep_exit_context *ctx,
		      const struct ep_exit *exit, struct ep_exit_gones *ret,
		      struct ep_err *err)
{
	struct ep_stmt *stmt = NULL;
	int rc;

	*ret = (struct ep_exit_gones){ 0 };
	if (exit->subject == EP_EXIT_DEVICE)
		return 0;
	rc = ep_db_prepare(ep_store_db(ctx->store),
			   exit->subject == EP_EXIT_PERSON ? person_sql
							   : customer_sql,
			   &stmt, err);
	if (rc == 0)
		rc = take_gones(ctx, exit, stmt, ret, err);
	ep_db_done(stmt);
	if (rc < 0)
		ep_exit_gones_release(ret);
	return rc;
}
