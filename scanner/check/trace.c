/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trace of what is read, and its comparison with a rule's needs.
 */
#include "check/trace.h"

#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/str.h"

#define MARK '\x1f'

static void note(void *to, const char *object, const char *column,
		 const char *via)
{
	struct ep_trace *trace = to;
	struct ep_buf key;

	if (strncasecmp(object, "moved", 5) == 0 &&
	    (ep_str_eqcase(column, "run") || ep_str_eqcase(column, "at")))
		trace->bounded = true;
	ep_buf_init(&key, 4096);
	ep_buf_adds(&key, object);
	ep_buf_addc(&key, MARK);
	ep_buf_adds(&key, via ? via : "");
	ep_str_lower(key.s);
	ep_map_setn(&trace->read, key.s, key.len, trace);
	ep_buf_release(&key);
}

void ep_trace_begin(struct ep_trace *trace, struct ep_db *db)
{
	ep_map_init(&trace->read);
	trace->bounded = false;
	trace->guard.note = note;
	trace->guard.to = trace;
	ep_db_guard_set(db, &trace->guard);
}

void ep_trace_end(struct ep_trace *trace, struct ep_db *db)
{
	(void)trace;
	ep_db_guard_set(db, NULL);
}

void ep_trace_release(struct ep_trace *trace)
{
	ep_map_release(&trace->read, NULL);
}

static bool exists(struct ep_db *db, const char *name)
{
	struct ep_err err = EP_ERR_INIT;
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(db, "SELECT 1 FROM sqlite_schema WHERE name = "
			       "?1 UNION ALL SELECT 1 FROM sqlite_temp_schema "
			       "WHERE name = ?1", &stmt, &err);

	/* What nobody can tell is refused. */
	if (rc < 0)
		return true;
	ep_db_text(stmt, 1, name);
	rc = ep_db_step(stmt, &row, &err);
	return rc < 0 || row;
}

void ep_trace_views(const struct ep_trace *trace, struct ep_db *db,
		    struct ep_words *ret_views, char **ret_inner)
{
	struct ep_map_entry *e;
	size_t pos = 0;

	*ret_inner = NULL;
	while ((e = ep_map_next(&trace->read, &pos))) {
		const char *via = strchr(e->key, MARK) + 1;
		char *object = ep_strndup(e->key,
					  (size_t)(via - e->key) - 1);

		/* SQLite names as `via` the innermost view or CTE around the
		 * reading; no view of rules stands upon another view. */
		if (ep_need_view(via)) {
			ep_free(object);
		} else if (ep_need_view(object)) {
			if (ep_words_has(ret_views, object))
				ep_free(object);
			else
				EP_VEC_ADD(ret_views) = object;
		} else if (!*ret_inner && exists(db, object)) {
			*ret_inner = object;
		} else {
			ep_free(object);
		}
	}
}

static bool needs_view(const struct ep_rule *rule, const char *view)
{
	for (size_t i = 0; i < rule->need.n; i++)
		if (ep_str_eq(rule->need.v[i].view, view))
			return true;
	return false;
}

static int compare(const struct ep_rule *rule, const struct ep_words *views,
		   const char *inner, struct ep_err *err)
{
	if (inner)
		return ep_err_set(err, EP_ECONFIG, "reads the table \"%s\", "
				  "which is no view for rules; see "
				  "exitproof-schema(5)", inner);
	for (size_t i = 0; i < views->n; i++)
		if (!needs_view(rule, views->v[i]))
			return ep_err_set(err, EP_ECONFIG, "reads \"%s\", "
					  "which \"needs\" does not list: add "
					  "it", views->v[i]);
	for (size_t i = 0; i < rule->need.n; i++)
		if (!ep_words_has(views, rule->need.v[i].view))
			return ep_err_set(err, EP_ECONFIG, "\"needs\" lists "
					  "\"%s\", which is never read: take "
					  "it out", rule->need.v[i].view);
	return 0;
}

int ep_trace_match(const struct ep_trace *trace, struct ep_db *db,
		   const struct ep_rule *rule, struct ep_err *err)
{
	struct ep_words views = { 0 };
	EP_AUTO_FREE char *inner = NULL;
	int rc;

	ep_trace_views(trace, db, &views, &inner);
	rc = compare(rule, &views, inner, err);
	for (size_t i = 0; rc == 0 && !trace->bounded && i < views.n; i++)
		if (ep_str_starts(views.v[i], "moved"))
			rc = ep_err_set(err, EP_ECONFIG, "reads all history "
					"there is: restrict %s.run or %s.at",
					views.v[i], views.v[i]);
	ep_words_release(&views);
	return rc;
}
