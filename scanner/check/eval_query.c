/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compiling the queries of a rule: narrowed views, guard, parameters,
 * columns.
 */
#include "check/eval_query.h"

#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/str.h"
#include "ext/db.h"
#include "store/store.h"

/* --- what the rule may see ---------------------------------------------- */

/* Comma list of the datasets that the needs of a kind name; NULL when one of
 * them names none, or when the kind is not needed. */
static char *datasets_of(const struct ep_rule *rule, int kind)
{
	struct ep_buf list;
	bool all = true;

	ep_buf_init(&list, EP_FILE_BYTES_MAX);
	for (size_t i = 0; i < rule->need.n; i++) {
		const struct ep_need *need = &rule->need.v[i];

		if (need->narrow != kind)
			continue;
		if (need->group.n == 0) {
			ep_buf_release(&list);
			return NULL;
		}
		all = false;
		for (size_t j = 0; j < need->group.n; j++) {
			const struct ep_words *names =
				&need->group.v[j].dataset;

			for (size_t k = 0; k < names->n; k++)
				ep_buf_addf(&list, "%s%s",
					    list.len ? "," : "", names->v[k]);
		}
	}
	if (!all)
		return ep_buf_take(&list);
	ep_buf_release(&list);
	return NULL;
}

/* Views are read by their names only, so a text without these reads none of
 * what is gone or moved; one that has them for another reason loses a
 * little time. */
static bool names_past(const char *sql)
{
	return strcasestr(sql, "gone_") || strcasestr(sql, "moved_");
}

static int narrow_kind(struct ep_store *store, const struct ep_rule *rule,
		       enum ep_kind kind, const char *list, struct ep_err *err)
{
	if (names_past(rule->population) || names_past(rule->violations))
		return ep_store_narrow(store, kind, list, err);
	return ep_store_narrow_now(store, kind, list, err);
}

static int narrow(const struct ep_eval_context *ctx,
		  const struct ep_rule *rule, bool lift, struct ep_err *err)
{
	int rc = 0;

	for (int kind = 0; rc == 0 && kind < EP_KINDS; kind++) {
		EP_AUTO_FREE char *list = datasets_of(rule, kind);

		if (list)
			rc = narrow_kind(ctx->store, rule, (enum ep_kind)kind,
					 lift ? NULL : list, err);
	}
	return rc;
}

/* --- parameters --------------------------------------------------------- */

static const char *param_value(const struct ep_eval_context *ctx,
			       const struct ep_rule *rule, const char *name)
{
	const struct ep_rule_setting *set =
		ep_rule_setting(ctx->config, rule->id);
	const char *value =
		set ? ep_settings_get(&set->params, name) : NULL;

	if (value)
		return value;
	for (size_t i = 0; i < rule->param.n; i++)
		if (ep_str_eq(rule->param.v[i].name, name))
			return rule->param.v[i].value;
	return NULL;
}

static int bind(const struct ep_eval_context *ctx, const struct ep_rule *rule,
		struct ep_stmt *stmt, struct ep_err *err)
{
	int n = ep_db_param_count(stmt);

	for (int i = 1; i <= n; i++) {
		const char *name = ep_db_param_name(stmt, i);
		const char *value;
		int64_t number;

		if (!name || name[0] != ':')
			return ep_err_set(err, EP_ECONFIG, "only parameters "
					  "like :name are possible");
		name++;
		value = param_value(ctx, rule, name);
		if (ep_str_eq(name, "now"))
			ep_db_int(stmt, i, ctx->now);
		else if (ep_str_eq(name, "run"))
			ep_db_int(stmt, i, ctx->run);
		else if (ep_str_eq(name, "previous"))
			ep_db_int(stmt, i, ctx->previous);
		else if (!value)
			return ep_err_set(err, EP_ECONFIG, ":%s is no "
					  "parameter of the header", name);
		else if (ep_str_int(value, &number))
			ep_db_int(stmt, i, number);
		else
			ep_db_text(stmt, i, value);
	}
	return 0;
}

/* --- columns ------------------------------------------------------------ */

static int column(struct ep_stmt *stmt, const char *name)
{
	for (int i = 0; i < ep_db_cols(stmt); i++)
		if (ep_str_eq(ep_db_col_name(stmt, i), name))
			return i;
	return -1;
}

static int find_column(struct ep_stmt *stmt, const char *name, int *ret,
		       struct ep_err *err)
{
	*ret = column(stmt, name);
	if (*ret < 0)
		return ep_err_set(err, EP_ECONFIG, "returns no column \"%s\"",
				  name);
	return 0;
}

static int no_twins(struct ep_stmt *stmt, struct ep_err *err)
{
	for (int i = 0; i < ep_db_cols(stmt); i++)
		if (column(stmt, ep_db_col_name(stmt, i)) != i)
			return ep_err_set(err, EP_ECONFIG, "returns two "
					  "columns \"%s\"",
					  ep_db_col_name(stmt, i));
	return 0;
}

static int prepare(const struct ep_eval_context *ctx,
		   const struct ep_rule *rule, const char *sql,
		   struct ep_query *ret, struct ep_err *err)
{
	int rc = ep_db_prepare(ep_store_db(ctx->store), sql, &ret->stmt, err);

	if (rc == 0)
		rc = bind(ctx, rule, ret->stmt, err);
	if (rc == 0)
		rc = no_twins(ret->stmt, err);
	ret->unit = -1;
	if (rc == 0 && rule->per != EP_PER_FLEET)
		rc = find_column(ret->stmt, ep_rule_per_word(rule->per),
				 &ret->unit, err);
	return rc;
}

static int open_both(const struct ep_eval_context *ctx,
		     const struct ep_rule *rule, struct ep_queries *q,
		     struct ep_err *err)
{
	struct ep_query *bad = &q->violations;
	int rc = prepare(ctx, rule, rule->population, &q->population, err);

	if (rc == 0)
		rc = find_column(q->population.stmt, "n", &q->population.n,
				 err);
	if (rc < 0)
		return ep_err_context(err, "population");
	rc = prepare(ctx, rule, rule->violations, bad, err);
	if (rc == 0)
		rc = find_column(bad->stmt, "subject", &bad->subject, err);
	if (rc == 0)
		rc = find_column(bad->stmt, "name", &bad->name, err);
	if (rc == 0)
		rc = find_column(bad->stmt, "seen", &bad->seen, err);
	if (rc == 0)
		rc = find_column(bad->stmt, "wanted", &bad->wanted, err);
	if (rc < 0)
		return ep_err_context(err, "violations");
	return 0;
}

int ep_queries_open(const struct ep_eval_context *ctx,
		    const struct ep_rule *rule, struct ep_queries *ret,
		    struct ep_err *err)
{
	struct ep_db *db = ep_store_db(ctx->store);
	int rc = narrow(ctx, rule, false, err);

	*ret = (struct ep_queries){ .db = db };
	ep_trace_begin(&ret->trace, db);
	ep_db_work_limit(db, EP_RULE_KILOSTEPS_MAX, EP_RULE_SECONDS_MAX);
	if (rc == 0)
		rc = open_both(ctx, rule, ret, err);
	if (rc < 0)
		return rc;
	/* The comparison looks into the schema, which the guard forbids. */
	ep_db_guard_pause(db, true);
	rc = ep_trace_match(&ret->trace, db, rule, err);
	ep_db_guard_pause(db, false);
	return rc;
}

int ep_queries_close(const struct ep_eval_context *ctx,
		     const struct ep_rule *rule, struct ep_queries *queries,
		     struct ep_err *err)
{
	ep_db_done(queries->population.stmt);
	ep_db_done(queries->violations.stmt);
	ep_db_work_limit(queries->db, 0, 0);
	ep_trace_end(&queries->trace, queries->db);
	ep_trace_release(&queries->trace);
	return narrow(ctx, rule, true, err);
}
