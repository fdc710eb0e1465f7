/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps the leaves of what has no history of its own.
 */
#include "evidence/kept.h"

#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/map.h"
#include "base/str.h"
#include "evidence/leaf.h"
#include "ext/crypto.h"
#include "ext/db.h"

#define GROUP_BYTES_MAX 1024
#define ID_BYTES 16

/* Each list has the customer that its rows concern as first column, which is
 * in the group's name and no member.  ?1: the run. */
static const struct {
	const char *name;
	const char *sql;
} lists[] = {
	{ "authorised_owner",
	  "SELECT customer AS grp, customer, address "
	  "FROM temp.authorised_owner" },
	{ "customer",
	  "SELECT customer AS grp, customer, name, msp, exit_at, exit_ticket "
	  "FROM temp.customer" },
	{ "dataset",
	  "SELECT t.customer AS grp, t.uid AS tenant, d.name AS dataset, "
	  "d.kinds, d.max_age, d.imported, d.connector, d.connector_version "
	  "FROM main.dataset d JOIN main.tenancy t ON t.id = d.tenancy "
	  "WHERE d.first_run <= ?1" },
	{ "declared",
	  "SELECT customer AS grp, customer, address, class, owner, "
	  "review_by, reason FROM temp.declared" },
	{ "domain",
	  "SELECT customer AS grp, customer, domain, msp FROM temp.domain" },
	{ "erasure",
	  "SELECT NULL AS grp, id, at, by_user, host, reason, word, leaves, "
	  "rows, log_size, log_root FROM main.erasure" },
	{ "person_link",
	  "SELECT customer AS grp, customer, tenant, dataset, account, email, "
	  "person, person_name, left_at, how, certain FROM main.person_link" },
	{ "privileged_role",
	  "SELECT t.customer AS grp, r.tenant, r.dataset, r.word "
	  "FROM temp.evidence_role r JOIN temp.tenancy t "
	  "ON t.tenant = r.tenant" },
	{ "purge",
	  "SELECT NULL AS grp, id, at, by_user, host, reason, first_run, "
	  "last_run, last_seq, log_size, log_root FROM main.purge" },
	{ "result",
	  "SELECT l.customer AS grp, l.customer, l.rule, l.unit, l.result, "
	  "l.population, l.violations, l.waived, l.reason, u.sha256 "
	  "FROM main.result_log l JOIN main.rule_run u ON u.run = ?1 AND "
	  "u.rule = l.rule WHERE l.first_run <= ?1 AND (l.end_run IS NULL OR "
	  "l.end_run > ?1)" },
	{ "rule",
	  "SELECT NULL AS grp, t.id, t.revision, t.title, u.severity, t.per, "
	  "t.systems, t.needs, t.params, t.population, t.violations, t.sha256 "
	  "FROM main.rule_run u JOIN main.rule_text t ON t.sha256 = u.sha256 "
	  "WHERE u.run = ?1" },
	{ "setting",
	  "SELECT t.customer AS grp, s.tenant, s.name, s.value "
	  "FROM temp.setting s JOIN temp.tenancy t ON t.tenant = s.tenant" },
	{ "tenancy",
	  "SELECT customer AS grp, customer, tenant, system, id, name, domain, "
	  "first_seen_at, msp, claimed FROM temp.tenancy" },
};

int ep_kept_schema(struct ep_db *db, struct ep_err *err)
{
	return ep_db_exec(db, "CREATE TABLE IF NOT EXISTS main.evidence_kept("
			  "grp TEXT NOT NULL, id BLOB NOT NULL, "
			  "leaf TEXT NOT NULL, first_seq INTEGER NOT NULL, "
			  "end_seq INTEGER, PRIMARY KEY(grp, id, first_seq)) "
			  "WITHOUT ROWID", err);
}

/* --- privileged roles ------------------------------------------------------- */

/* Words that a connector names, words that are held now, and words that were
 * held when an earlier run was sealed: the group of a role does not vanish
 * with its last holder. */
static int gather_roles(struct ep_db *db, const struct ep_evidence_role *roles,
			size_t n, struct ep_err *err)
{
	int rc = ep_db_exec(db, "DROP TABLE IF EXISTS temp.evidence_role; "
			    "CREATE TEMP TABLE evidence_role(tenant TEXT, "
			    "dataset TEXT, word TEXT, "
			    "PRIMARY KEY(tenant, dataset, word)) "
			    "WITHOUT ROWID; "
			    "INSERT OR IGNORE INTO temp.evidence_role "
			    "SELECT DISTINCT tenant, dataset, role "
			    "FROM temp.role WHERE privileged <> 'no'; "
			    "INSERT OR IGNORE INTO temp.evidence_role "
			    "SELECT leaf ->> '$.tenant', leaf ->> '$.dataset', "
			    "leaf ->> '$.word' FROM main.evidence_kept "
			    "WHERE end_seq IS NULL AND "
			    "grp LIKE 'context/%/privileged_role';", err);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		struct ep_stmt *stmt = NULL;

		rc = ep_db_prepare(db, "INSERT OR IGNORE INTO "
				   "temp.evidence_role SELECT t.uid, d.name, "
				   "?2 FROM main.dataset d JOIN main.tenancy t "
				   "ON t.id = d.tenancy WHERE d.name = ?1",
				   &stmt, err);
		if (rc < 0)
			break;
		ep_db_text(stmt, 1, roles[i].dataset);
		ep_db_text(stmt, 2, roles[i].word);
		rc = ep_db_run(stmt, err);
	}
	return rc;
}

/* --- one list ----------------------------------------------------------------- */

struct update {
	struct ep_db *db;
	int64_t seq;
	const char *list;
	struct ep_map open;	/* grp NUL id -> not NULL while not met */
	struct ep_leaf_shape shape;
	struct ep_buf leaf;
	struct ep_buf name;	/* grp NUL id */
};

static char *group_name(const char *customer, const char *list)
{
	struct ep_buf name;

	ep_buf_init(&name, GROUP_BYTES_MAX);
	ep_buf_adds(&name, "context/");
	if (customer)
		ep_str_percent(&name, customer, strlen(customer));
	else
		ep_buf_addc(&name, '~');
	ep_buf_addf(&name, "/%s", list);
	return ep_buf_take(&name);
}

static void set_name(struct update *up, const char *grp, const void *id)
{
	ep_buf_clear(&up->name);
	ep_buf_add(&up->name, grp, strlen(grp) + 1);
	ep_buf_add(&up->name, id, ID_BYTES);
}

static int load_open(struct update *up, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	struct ep_buf pattern = EP_BUF_INIT(GROUP_BYTES_MAX);
	bool row = false;
	int rc;

	rc = ep_db_prepare(up->db, "SELECT grp, id FROM main.evidence_kept "
			   "WHERE end_seq IS NULL AND grp GLOB ?1", &stmt, err);
	if (rc < 0)
		return rc;
	ep_buf_addf(&pattern, "context/*/%s", up->list);
	ep_db_text(stmt, 1, pattern.s);
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		size_t n = 0;
		const void *id = ep_db_col_blob(stmt, 1, &n);
		const char *grp;

		rc = ep_db_col_need(stmt, 0, &grp, err);
		if (rc == 0 && (!id || n != ID_BYTES))
			rc = ep_err_set(err, EP_EDATA, "evidence_kept is "
					"damaged; restore the database from a "
					"backup");
		if (rc < 0)
			break;
		set_name(up, grp, id);
		ep_map_setn(&up->open, up->name.s, up->name.len, up);
	}
	ep_buf_release(&pattern);
	return rc;
}

static int insert(struct update *up, const char *grp, const uint8_t *id,
		  size_t at, struct ep_err *err)
{
	uint8_t nonce[EP_NONCE_BYTES];
	struct ep_stmt *stmt = NULL;
	int rc;

	ep_random(nonce, sizeof(nonce));
	rc = ep_leaf_seal(&up->leaf, at, nonce, err);
	if (rc == 0)
		rc = ep_db_prepare(up->db, "INSERT OR IGNORE INTO "
				   "main.evidence_kept(grp, id, leaf, "
				   "first_seq) VALUES(?1, ?2, ?3, ?4)", &stmt,
				   err);
	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, grp);
	ep_db_blob(stmt, 2, id, ID_BYTES);
	ep_db_textn(stmt, 3, up->leaf.s, up->leaf.len);
	ep_db_int(stmt, 4, up->seq);
	return ep_db_run(stmt, err);
}

/* One record of the list: it holds still, or it begins to. */
static int meet(struct update *up, struct ep_stmt *stmt, struct ep_err *err)
{
	EP_AUTO_FREE char *grp = group_name(ep_db_col_text(stmt, 0), up->list);
	uint8_t id[EP_SHA256_BYTES];
	size_t at;

	ep_leaf_bare(&up->shape, stmt, up->list, &up->leaf, &at);
	ep_sha256_of(up->leaf.s, up->leaf.len, id);
	set_name(up, grp, id);
	if (ep_map_getn(&up->open, up->name.s, up->name.len)) {
		ep_map_setn(&up->open, up->name.s, up->name.len, NULL);
		return 0;
	}
	return insert(up, grp, id, at, err);
}

static int meet_all(struct update *up, const char *sql, int64_t run,
		    struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(up->db, sql, &stmt, err);

	if (rc < 0)
		return rc;
	if (ep_db_param_count(stmt))
		ep_db_int(stmt, 1, run);
	rc = ep_db_step(stmt, &row, err);
	if (rc == 0 && row)
		rc = ep_leaf_shape(&up->shape, NULL, false, stmt, err);
	while (rc == 0 && row) {
		rc = meet(up, stmt, err);
		if (rc == 0)
			rc = ep_db_step(stmt, &row, err);
	}
	return rc;
}

/* What was open and not met holds no more. */
static int close_rest(struct update *up, struct ep_err *err)
{
	const struct ep_map_entry *e;
	size_t pos = 0;
	int rc = 0;

	while (rc == 0 && (e = ep_map_next(&up->open, &pos))) {
		struct ep_stmt *stmt = NULL;

		if (!e->value)
			continue;
		rc = ep_db_prepare(up->db, "UPDATE main.evidence_kept SET "
				   "end_seq = ?3 WHERE grp = ?1 AND id = ?2 "
				   "AND end_seq IS NULL", &stmt, err);
		if (rc < 0)
			break;
		ep_db_text(stmt, 1, e->key);
		ep_db_blob(stmt, 2, e->key + e->key_len - ID_BYTES, ID_BYTES);
		ep_db_int(stmt, 3, up->seq);
		rc = ep_db_run(stmt, err);
	}
	return rc;
}

static int update_list(struct ep_db *db, size_t which, int64_t run,
		       int64_t seq, struct ep_err *err)
{
	struct update up = { .db = db, .seq = seq, .list = lists[which].name };
	int rc;

	ep_map_init(&up.open);
	ep_buf_init(&up.leaf, EP_LEAF_BYTES_MAX);
	ep_buf_init(&up.name, GROUP_BYTES_MAX + 1 + ID_BYTES);
	rc = load_open(&up, err);
	if (rc == 0)
		rc = meet_all(&up, lists[which].sql, run, err);
	if (rc == 0)
		rc = close_rest(&up, err);
	ep_map_release(&up.open, NULL);
	ep_buf_release(&up.leaf);
	ep_buf_release(&up.name);
	return rc < 0 ? ep_err_context(err, "evidence of %s",
				       lists[which].name) : 0;
}

int ep_kept_update(struct ep_db *db, int64_t run, int64_t seq,
		   const struct ep_evidence_role *roles, size_t n_roles,
		   struct ep_err *err)
{
	int rc = gather_roles(db, roles, n_roles, err);

	for (size_t i = 0; rc == 0 && i < sizeof(lists) / sizeof(lists[0]); i++)
		rc = update_list(db, i, run, seq, err);
	return rc;
}

/* --- reading them again ------------------------------------------------------- */

int ep_kept_groups(struct ep_db *db, int64_t seq, struct ep_words *ret,
		   struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(db, "SELECT DISTINCT grp FROM "
			       "main.evidence_kept WHERE first_seq <= ?1 "
			       "ORDER BY grp", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, seq);
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		const char *grp;

		rc = ep_db_col_need(stmt, 0, &grp, err);
		if (rc == 0 && !strchr(grp, '/'))
			rc = ep_err_set(err, EP_EDATA, "the database is "
					"damaged: no group of records is "
					"called \"%.200s\"; restore it from a "
					"backup", grp);
		if (rc < 0)
			break;
		EP_VEC_ADD(ret) = ep_strdup(grp);
	}
	return rc;
}

int ep_kept_leaves(struct ep_db *db, int64_t seq, const char *group,
		   int (*leaf)(void *to, const char *key, const char *text,
			       size_t n, struct ep_err *err),
		   void *to, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(db, "SELECT hex(id), leaf FROM "
			       "main.evidence_kept WHERE grp = ?1 AND "
			       "first_seq <= ?2 AND (end_seq IS NULL OR "
			       "end_seq > ?2) ORDER BY id", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, group);
	ep_db_int(stmt, 2, seq);
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		const char *text;

		rc = ep_db_col_need(stmt, 1, &text, err);
		if (rc == 0)
			rc = leaf(to, ep_db_col_text(stmt, 0), text,
				  strlen(text), err);
		if (rc < 0)
			break;
	}
	return rc;
}
