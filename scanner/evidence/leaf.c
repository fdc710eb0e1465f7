/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line of JSON for each record.
 */
#include "evidence/leaf.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "ext/crypto.h"
#include "ext/db.h"
#include "ext/json.h"

#define SECRET_BYTES 16
#define NONCE "nonce"
#define ENTITY "entity"

int ep_leaf_schema(struct ep_db *db, struct ep_err *err)
{
	return ep_db_exec(db, "CREATE TABLE IF NOT EXISTS main.evidence_secret("
			  "id BLOB PRIMARY KEY, secret BLOB NOT NULL) "
			  "WITHOUT ROWID", err);
}

/* --- which columns -------------------------------------------------------- */

bool ep_leaf_derived(const char *name)
{
	static const char *const derived[] = { "customer", "tenant_name",
					       "first_seen_at", "changed_at" };

	for (size_t i = 0; i < sizeof(derived) / sizeof(derived[0]); i++)
		if (ep_str_eq(name, derived[i]))
			return true;
	return false;
}

const char *ep_leaf_looked_up(const struct ep_entity *entity,
			      const char *name)
{
	for (int i = 0; i < entity->columns; i++) {
		const char *column = entity->column[i].name;

		if (entity->column[i].type == EP_TYPE_ADDRESS &&
		    ep_str_starts(name, column) &&
		    ep_str_eq(name + strlen(column), "_key"))
			return column;
	}
	return NULL;
}

bool ep_leaf_moving(const struct ep_entity *entity, const char *name)
{
	int i = ep_entity_column(entity, name);

	return i >= 0 && entity->column[i].flags & EP_COLUMN_VOLATILE;
}

static bool is_wanted(const struct ep_entity *entity, bool moving,
		      const char *name)
{
	static const char *const place[] = { "tenant", "dataset", "key" };

	if (!entity)
		return !ep_str_eq(name, "grp");
	for (size_t i = 0; i < sizeof(place) / sizeof(place[0]); i++)
		if (ep_str_eq(name, place[i]))
			return true;
	if (moving)
		return ep_leaf_moving(entity, name);
	return !ep_leaf_derived(name) && !ep_leaf_looked_up(entity, name) &&
	       !ep_leaf_moving(entity, name);
}

static int compare(const void *a, const void *b)
{
	const char *const *x = a;
	const char *const *y = b;

	return strcmp(*x, *y);
}

int ep_leaf_shape(struct ep_leaf_shape *ret, const struct ep_entity *entity,
		  bool moving, struct ep_stmt *stmt, struct ep_err *err)
{
	ret->n = 0;
	for (int i = 0; i < ep_db_cols(stmt); i++) {
		const char *name = ep_db_col_name(stmt, i);

		if (!is_wanted(entity, moving, name))
			continue;
		if (ret->n == EP_LEAF_MEMBERS_MAX)
			return ep_err_set(err, EP_EBUG, "a view has more "
					  "columns than a leaf has members");
		ret->member[ret->n].name = name;
		ret->member[ret->n].column = i;
		ret->member[ret->n].json = ep_str_eq(name, "attr");
		ret->n++;
	}
	/* The name is the first member of the struct. */
	qsort(ret->member, (size_t)ret->n, sizeof(ret->member[0]), compare);
	return 0;
}

/* --- the nonce -------------------------------------------------------------- */

void ep_leaf_secret_id(const struct ep_leaf_name *name,
		       uint8_t ret[EP_SECRET_ID_BYTES])
{
	uint8_t hash[EP_SHA256_BYTES];
	const char *part[] = { name->tenant, name->dataset, name->entity,
			       name->key };
	struct ep_sha256 *sha = ep_sha256_new();

	for (size_t i = 0; i < sizeof(part) / sizeof(part[0]); i++)
		ep_sha256_add(sha, part[i] ? part[i] : "",
			      part[i] ? strlen(part[i]) + 1 : 1);
	ep_sha256_end(sha, hash);
	memcpy(ret, hash, EP_SECRET_ID_BYTES);
}

static int act_on_secret(struct ep_db *db, enum ep_kind kind,
			 struct ep_stmt *record, const char *action,
			 struct ep_err *err)
{
	struct ep_leaf_name name = {
		.tenant = ep_db_col_text(record, 0),
		.dataset = ep_db_col_text(record, 1),
		.entity = ep_entity(kind)->name,
		.key = ep_db_col_text(record, 2),
	};
	uint8_t id[EP_SECRET_ID_BYTES];
	struct ep_stmt *stmt = NULL;
	int rc = ep_db_prepare(db, action, &stmt, err);

	if (rc < 0)
		return rc;
	ep_leaf_secret_id(&name, id);
	ep_db_blob(stmt, 1, id, sizeof(id));
	return ep_db_run(stmt, err);
}

int ep_leaf_each_secret(struct ep_db *db, enum ep_kind kind,
			const char *select, const char *action,
			struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(db, select, &stmt, err);

	if (rc == 0 && ep_db_param_count(stmt))
		ep_db_int(stmt, 1, kind);
	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row)
		rc = act_on_secret(db, kind, stmt, action, err);
	return rc;
}

static int make_secret(struct ep_db *db, const uint8_t *id,
		       uint8_t ret[SECRET_BYTES], struct ep_err *err)
{
	struct ep_stmt *stmt = NULL;
	int rc;

	ep_random(ret, SECRET_BYTES);
	rc = ep_db_prepare(db, "INSERT INTO main.evidence_secret(id, secret) "
			   "VALUES(?1, ?2)", &stmt, err);
	if (rc < 0)
		return rc;
	ep_db_blob(stmt, 1, id, EP_SECRET_ID_BYTES);
	ep_db_blob(stmt, 2, ret, SECRET_BYTES);
	return ep_db_run(stmt, err);
}

static int find_secret(struct ep_db *db, bool make,
		       const struct ep_leaf_name *name,
		       uint8_t ret[SECRET_BYTES], struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	uint8_t id[EP_SECRET_ID_BYTES];
	const void *secret;
	size_t n = 0;
	bool row = false;
	int rc = ep_db_prepare(db, "SELECT secret FROM main.evidence_secret "
			       "WHERE id = ?1", &stmt, err);

	if (rc < 0)
		return rc;
	ep_leaf_secret_id(name, id);
	ep_db_blob(stmt, 1, id, EP_SECRET_ID_BYTES);
	rc = ep_db_step(stmt, &row, err);
	if (rc < 0)
		return rc;
	if (!row && make)
		return make_secret(db, id, ret, err);
	secret = row ? ep_db_col_blob(stmt, 0, &n) : NULL;
	if (!secret || n != SECRET_BYTES)
		return ep_err_set(err, EP_EDATA, "there is no secret for a "
				  "record of %s in %s: the record was not there "
				  "when the run was sealed, or the secret was "
				  "deleted", name->dataset, name->tenant);
	memcpy(ret, secret, SECRET_BYTES);
	return 0;
}

/* --- the line --------------------------------------------------------------- */

static void add_value(struct ep_buf *out, struct ep_stmt *stmt, int column,
		      bool json)
{
	const char *text;

	switch (ep_db_col_type(stmt, column)) {
	case EP_DB_NULL:
		ep_buf_adds(out, "null");
		return;
	case EP_DB_INT:
		ep_buf_addf(out, "%lld",
			    (long long)ep_db_col_int(stmt, column));
		return;
	default:
		text = ep_db_col_text(stmt, column);
		if (json)
			ep_buf_adds(out, text);
		else
			ep_json_quote(out, text);
	}
}

static void add_name(struct ep_buf *out, const char *name)
{
	if (out->len > 1)
		ep_buf_addc(out, ',');
	ep_json_quote(out, name);
	ep_buf_addc(out, ':');
}

void ep_leaf_bare(const struct ep_leaf_shape *shape, struct ep_stmt *stmt,
		  const char *entity, struct ep_buf *out, size_t *ret_at)
{
	bool named = false;

	*ret_at = 0;
	ep_buf_clear(out);
	ep_buf_addc(out, '{');
	for (int i = 0; i < shape->n; i++) {
		const char *name = shape->member[i].name;

		if (!named && strcmp(name, ENTITY) > 0) {
			add_name(out, ENTITY);
			ep_json_quote(out, entity);
			named = true;
		}
		if (*ret_at == 0 && strcmp(name, NONCE) > 0)
			*ret_at = out->len;
		add_name(out, name);
		add_value(out, stmt, shape->member[i].column,
			  shape->member[i].json);
	}
	if (!named) {
		add_name(out, ENTITY);
		ep_json_quote(out, entity);
	}
	if (*ret_at == 0)
		*ret_at = out->len;
	ep_buf_addc(out, '}');
}

int ep_leaf_seal(struct ep_buf *out, size_t at,
		 const uint8_t nonce[EP_NONCE_BYTES], struct ep_err *err)
{
	struct ep_buf rest = EP_BUF_INIT(EP_LEAF_BYTES_MAX);
	bool overflow = out->overflow;

	ep_buf_add(&rest, out->s + at, out->len - at);
	ep_buf_cut(out, at);
	add_name(out, NONCE);
	ep_buf_addc(out, '"');
	ep_str_hex(out, nonce, EP_NONCE_BYTES);
	ep_buf_addc(out, '"');
	ep_buf_add(out, rest.s, rest.len);
	overflow = overflow || out->overflow || rest.overflow;
	ep_buf_release(&rest);
	if (overflow)
		return ep_err_set(err, EP_ELIMIT, "a record is above %d bytes "
				  "(EP_LEAF_BYTES_MAX)", EP_LEAF_BYTES_MAX);
	return 0;
}

int ep_leaf_write(struct ep_db *db, bool make,
		  const struct ep_leaf_shape *shape, struct ep_stmt *stmt,
		  const struct ep_leaf_name *name, struct ep_buf *out,
		  struct ep_err *err)
{
	uint8_t secret[SECRET_BYTES], mac[EP_SHA256_BYTES];
	size_t at;
	int rc = find_secret(db, make, name, secret, err);

	if (rc < 0)
		return rc;
	ep_leaf_bare(shape, stmt, name->entity, out, &at);
	ep_hmac_sha256(secret, sizeof(secret), out->s, out->len, mac);
	return ep_leaf_seal(out, at, mac, err);
}
