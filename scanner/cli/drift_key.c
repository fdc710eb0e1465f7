/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folds moves.
 */
#include "cli/drift_key.h"

#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/str.h"
#include "cli/drift_line.h"
#include "ext/db.h"
#include "ext/json.h"

bool ep_drift_key_same(const struct ep_drift_key *key, struct ep_stmt *row)
{
	return key->run && ep_str_eq(key->tenant, ep_db_col_text(row, 1)) &&
	       ep_str_eq(key->dataset, ep_db_col_text(row, 2)) &&
	       ep_str_eq(key->kind, ep_db_col_text(row, 3)) &&
	       ep_str_eq(key->key, ep_db_col_text(row, 4));
}

static void start(struct ep_drift_key *key, struct ep_stmt *row)
{
	key->customer = ep_strdup(ep_db_col_text(row, 0));
	key->tenant = ep_strdup(ep_db_col_text(row, 1));
	key->dataset = ep_strdup(ep_db_col_text(row, 2));
	key->kind = ep_strdup(ep_db_col_text(row, 3));
	key->key = ep_strdup(ep_db_col_text(row, 4));
	key->opened = ep_str_eq(ep_db_col_text(row, 5), "open");
}

static bool has(const struct ep_drift_key *key, const char *name)
{
	for (size_t i = 0; i < key->was.n; i++)
		if (strcmp(key->was.v[i].name, name) == 0)
			return true;
	return false;
}

static int add_change(struct ep_drift_key *key, const char *old,
		      struct ep_err *err)
{
	const struct ep_json *each;
	struct ep_json *json;
	struct ep_buf value;

	if (ep_json_parse(old, strlen(old), &json, NULL, err))
		return ep_err_context(err, "history of %s", key->dataset);
	for (each = ep_json_first(json); each; each = ep_json_next(each)) {
		if (has(key, ep_json_name(each)))
			continue;
		ep_buf_init(&value, 2 * EP_ATTR_BYTES_MAX);
		ep_json_canon(&value, each);
		EP_VEC_ADD(&key->was) = (struct ep_drift_was){
			.name = ep_strdup(ep_json_name(each)),
			.value = ep_buf_take(&value),
		};
	}
	ep_json_free(json);
	return 0;
}

int ep_drift_key_add(struct ep_drift_key *key, struct ep_stmt *row,
		     struct ep_err *err)
{
	const char *old = ep_db_col_text(row, 6);
	const char *op = ep_db_col_text(row, 5);

	if (!key->run)
		start(key, row);
	key->run = ep_db_col_int(row, 7);
	key->closed = ep_str_eq(op, "close");
	if (key->closed) {
		ep_free(key->last);
		key->last = ep_strdup(old);
	} else if (old && ep_str_eq(op, "change")) {
		return add_change(key, old, err);
	}
	return 0;
}

/* The columns as they were, as one JSON object. */
static void add_was(const struct ep_drift_key *key, struct ep_buf *out)
{
	ep_buf_addc(out, '{');
	for (size_t i = 0; i < key->was.n; i++) {
		if (i)
			ep_buf_addc(out, ',');
		ep_json_quote_shown(out, key->was.v[i].name);
		ep_buf_addc(out, ':');
		ep_json_shown(out, key->was.v[i].value);
	}
	ep_buf_addc(out, '}');
}

int ep_drift_key_print(struct ep_db *db, struct ep_drift_key *key, bool json,
		       int64_t *n, struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf was =
		EP_BUF_INIT(8 * EP_ATTR_BYTES_MAX);
	struct ep_drift_line line = {
		.customer = key->customer,
		.tenant = key->tenant,
		.dataset = key->dataset,
		.kind = key->kind,
		.key = key->key,
		.what = key->closed ? "gone" :
			key->opened ? "appeared" :
			key->last   ? "returned" :
				      "changed",
		.old = key->closed ? key->last : NULL,
		.run = key->run,
	};
	int rc = 0;

	if (strcmp(line.what, "changed") == 0) {
		add_was(key, &was);
		line.old = was.s;
	}
	/* What came and went in between is no difference. */
	if (key->run && !(key->opened && key->closed)) {
		rc = ep_drift_print(db, &line, json, err);
		++*n;
	}
	ep_drift_key_release(key);
	return rc;
}

void ep_drift_key_release(struct ep_drift_key *key)
{
	for (size_t i = 0; i < key->was.n; i++) {
		ep_free(key->was.v[i].name);
		ep_free(key->was.v[i].value);
	}
	ep_vec_release(&key->was);
	ep_free(key->customer);
	ep_free(key->tenant);
	ep_free(key->dataset);
	ep_free(key->kind);
	ep_free(key->key);
	ep_free(key->last);
	*key = (struct ep_drift_key){ .run = 0 };
}
