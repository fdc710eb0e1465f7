/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking rows: which unit, what is stored, what is evidence.
 */
#include "check/eval_row.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/str.h"
#include "ext/db.h"
#include "ext/json.h"

void ep_eval_rows_init(struct ep_eval_rows *rows, const struct ep_eval *eval)
{
	ep_map_init(&rows->unit);
	for (size_t i = 0; i < eval->outcome.n; i++)
		ep_map_set(&rows->unit, eval->outcome.v[i].unit.uid,
			   (void *)(uintptr_t)(i + 1));
}

void ep_eval_rows_release(struct ep_eval_rows *rows)
{
	ep_map_release(&rows->unit, NULL);
}

/* Index + 1 of the unit, 0 none. */
static size_t unit_of(const struct ep_eval *eval,
		      const struct ep_eval_rows *rows,
		      const struct ep_query *q)
{
	const char *uid = "fleet";

	if (eval->rule->per != EP_PER_FLEET)
		uid = ep_db_col_text(q->stmt, q->unit);
	if (!uid && eval->rule->per == EP_PER_CUSTOMER)
		uid = EP_FLEET_NOBODY;
	if (!uid)
		return 0;
	return (size_t)(uintptr_t)ep_map_get(&rows->unit, uid);
}

/* A tenancy of a system that the rule's header leaves out.  Its uid starts
 * with the system, so a misspelt unit is not taken for one. */
static bool of_other_system(const struct ep_eval *eval,
			    const struct ep_query *q)
{
	const struct ep_words *systems = &eval->rule->systems;
	const char *uid, *slash;

	if (systems->n == 0 || eval->rule->per != EP_PER_TENANT)
		return false;
	uid = ep_db_col_text(q->stmt, q->unit);
	slash = uid ? strchr(uid, '/') : NULL;
	if (!slash)
		return false;
	for (size_t i = 0; i < systems->n; i++)
		if (strncmp(uid, systems->v[i], (size_t)(slash - uid)) == 0 &&
		    systems->v[i][slash - uid] == '\0')
			return false;
	return true;
}

/* What a population may count without it being the rule's business. */
static bool is_others(const struct ep_eval *eval, const struct ep_query *q)
{
	const char *uid = ep_db_col_text(q->stmt, q->unit);

	if (eval->rule->per == EP_PER_CUSTOMER)
		return !uid || ep_str_eq(uid, EP_FLEET_NOBODY);
	return ep_str_starts(uid, "register/") || of_other_system(eval, q);
}

static int no_unit(const struct ep_query *q, const char *what,
		   struct ep_err *err)
{
	const char *uid =
		q->unit < 0 ? NULL : ep_db_col_text(q->stmt, q->unit);

	return ep_err_set(err, EP_ECONFIG, "%s in \"%.200s\", which is no "
			  "unit of the rule", what, uid ? uid : "no unit");
}

int ep_eval_population(struct ep_eval *eval, const struct ep_eval_rows *rows,
		       const struct ep_query *q, struct ep_err *err)
{
	size_t unit = unit_of(eval, rows, q);
	int64_t n;

	if (ep_db_col_type(q->stmt, q->n) != EP_DB_INT)
		return ep_err_set(err, EP_ECONFIG, "\"n\" is no whole "
				  "number");
	n = ep_db_col_int(q->stmt, q->n);
	if (n < 0)
		return ep_err_set(err, EP_ECONFIG, "\"n\" is negative");
	/* Counted elsewhere it would be missed here, and nothing to check is
	 * no pass but no alarm either. */
	if (unit == 0)
		return is_others(eval, q) ? 0 : no_unit(q, "things", err);
	eval->outcome.v[unit - 1].population += n;
	eval->population += n;
	return 0;
}

static char *text_of(struct ep_stmt *stmt, int column)
{
	const char *s = ep_db_col_text(stmt, column);
	size_t n;

	if (!s)
		return NULL;
	n = strlen(s);
	if (n > EP_TEXT_BYTES_MAX)
		n = ep_utf8_cut(s, EP_TEXT_BYTES_MAX);
	return ep_strndup(s, n);
}

static void add_value(struct ep_buf *out, struct ep_stmt *stmt, int column)
{
	EP_AUTO_FREE char *text = NULL;

	switch (ep_db_col_type(stmt, column)) {
	case EP_DB_INT:
		ep_buf_addf(out, "%lld",
			    (long long)ep_db_col_int(stmt, column));
		return;
	case EP_DB_DOUBLE:
		if (isfinite(ep_db_col_double(stmt, column))) {
			ep_buf_addf(out, "%.15g",
				    ep_db_col_double(stmt, column));
			return;
		}
		break;
	case EP_DB_TEXT:
		text = text_of(stmt, column);
		ep_json_quote(out, text);
		return;
	case EP_DB_BLOB:
	case EP_DB_NULL:
		break;
	}
	ep_buf_adds(out, "null");
}

static int add_evidence(struct ep_violation *v, const struct ep_query *q,
			struct ep_err *err)
{
	struct ep_buf json;
	int rc = 0;

	ep_buf_init(&json, EP_ATTR_BYTES_MAX);
	ep_buf_addc(&json, '{');
	for (int i = 0; i < ep_db_cols(q->stmt); i++) {
		if (i == q->unit || i == q->subject || i == q->name ||
		    i == q->seen || i == q->wanted)
			continue;
		if (json.len > 1)
			ep_buf_addc(&json, ',');
		ep_json_quote(&json, ep_db_col_name(q->stmt, i));
		ep_buf_addc(&json, ':');
		add_value(&json, q->stmt, i);
	}
	ep_buf_addc(&json, '}');
	if (json.overflow)
		rc = ep_err_set(err, EP_ELIMIT, "evidence of \"%.100s\" above "
				"%d bytes (EP_ATTR_BYTES_MAX)", v->subject,
				EP_ATTR_BYTES_MAX);
	else
		v->evidence = ep_buf_take(&json);
	ep_buf_release(&json);
	return rc;
}

static int check_row(const struct ep_eval *eval, size_t unit,
		     const struct ep_query *q, struct ep_err *err)
{
	const char *subject = ep_db_col_text(q->stmt, q->subject);

	if (unit == 0 || !eval->outcome.v[unit - 1].applies)
		return no_unit(q, "a violation", err);
	if (!subject || !*subject)
		return ep_err_set(err, EP_ECONFIG, "a violation in %s has no "
				  "subject", eval->outcome.v[unit - 1].unit.uid);
	if (strlen(subject) > EP_TEXT_BYTES_MAX)
		return ep_err_set(err, EP_ELIMIT, "a subject above %d bytes "
				  "(EP_TEXT_BYTES_MAX)", EP_TEXT_BYTES_MAX);
	if (eval->violation.n >= EP_VIOLATIONS_MAX)
		return ep_err_set(err, EP_ELIMIT, "more than %d violations "
				  "(EP_VIOLATIONS_MAX)", EP_VIOLATIONS_MAX);
	return 0;
}

int ep_eval_violation(struct ep_eval *eval, const struct ep_eval_rows *rows,
		      const struct ep_query *q, struct ep_err *err)
{
	size_t unit = unit_of(eval, rows, q);
	struct ep_violation v = { 0 };
	int rc;

	if (unit == 0 && of_other_system(eval, q))
		return 0;
	rc = check_row(eval, unit, q, err);
	if (rc < 0)
		return rc;
	v.unit = unit - 1;
	v.subject = text_of(q->stmt, q->subject);
	v.name = text_of(q->stmt, q->name);
	v.seen = text_of(q->stmt, q->seen);
	v.wanted = text_of(q->stmt, q->wanted);
	rc = add_evidence(&v, q, err);
	if (rc == 0) {
		EP_VEC_ADD(&eval->violation) = v;
		return 0;
	}
	ep_free(v.subject);
	ep_free(v.name);
	ep_free(v.seen);
	ep_free(v.wanted);
	return rc;
}
