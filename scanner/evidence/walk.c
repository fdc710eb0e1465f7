/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists the groups of a run and reads each of them.
 */
#include "evidence/walk.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "evidence/erased.h"
#include "evidence/kept.h"
#include "evidence/leaf.h"
#include "ext/db.h"
#include "ext/json.h"
#include "model/entity.h"
#include "store/store.h"

#define NAME_BYTES_MAX 65536
#define HEAD_BYTES_MAX 262144

enum what { RECORDS, MOVING, ROLE, KEPT };

struct group {
	char *name;
	enum what what;
	const struct ep_entity *entity;	/* NULL: kept */
	char *tenant;
	char *dataset;
	char *word;	/* ROLE */
};

struct walk {
	struct ep_db *db;
	int64_t seq;
	int64_t run;
	bool make;
	bool before_changes;	/* sealed when nothing was read by changes */
	const struct ep_walk_visitor *visitor;
	EP_VEC(struct group) groups;

	/* the group that is read */
	const struct group *at;
	struct ep_merkle tree;
	struct ep_sha256 *flat;
	struct ep_buf leaf;
	bool erasures;	/* there were any */
	struct ep_erased erased;
	size_t erased_met;
	size_t shells;
};

/* --- which groups --------------------------------------------------------- */

static void add_group(struct walk *w, enum what what, const char *tenant,
		      const char *dataset, const struct ep_entity *entity,
		      const char *word)
{
	struct group *g = &EP_VEC_ADD(&w->groups);
	const char *id = strchr(tenant, '/');
	struct ep_buf name;

	ep_buf_init(&name, NAME_BYTES_MAX);
	id = id ? id + 1 : tenant;
	ep_buf_add(&name, tenant, (size_t)(id - tenant));
	ep_str_percent(&name, id, strlen(id));
	ep_buf_addf(&name, "/%s/%s", dataset, entity->name);
	if (what == MOVING)
		ep_buf_adds(&name, "/seen");
	if (word) {
		ep_buf_addc(&name, '/');
		ep_str_percent(&name, word, strlen(word));
	}
	*g = (struct group){
		.name = ep_buf_take(&name),
		.what = what,
		.entity = entity,
		.tenant = ep_strdup(tenant),
		.dataset = ep_strdup(dataset),
		.word = ep_strdup(word),
	};
}

static bool moves(const struct ep_entity *entity)
{
	for (int i = 0; i < entity->columns; i++)
		if (entity->column[i].flags & EP_COLUMN_VOLATILE)
			return true;
	return false;
}

static int add_dataset(struct walk *w, const char *tenant, const char *dataset,
		       const char *kinds, struct ep_err *err)
{
	struct ep_str rest = ep_str(kinds), word;

	while (ep_str_cut(&rest, ' ', &word)) {
		EP_AUTO_FREE char *name = ep_strndup(word.p, word.n);
		int kind = ep_entity_kind(name);

		if (kind < 0)
			return ep_err_set(err, EP_EDATA, "evidence of %s: "
					  "there is no kind '%s'", dataset,
					  name);
		add_group(w, RECORDS, tenant, dataset,
			  ep_entity((enum ep_kind)kind), NULL);
		if (moves(ep_entity((enum ep_kind)kind)))
			add_group(w, MOVING, tenant, dataset,
				  ep_entity((enum ep_kind)kind), NULL);
	}
	return 0;
}

static int need_all(struct ep_stmt *stmt, const char **ret, int n,
		    struct ep_err *err)
{
	int rc = 0;

	for (int i = 0; rc == 0 && i < n; i++)
		rc = ep_db_col_need(stmt, i, &ret[i], err);
	return rc;
}

static int list_datasets(struct walk *w, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(w->db, "SELECT leaf ->> '$.tenant' AS tenant, "
			       "leaf ->> '$.dataset' AS dataset, leaf ->> '$.kinds' AS kinds "
			       "FROM main.evidence_kept WHERE "
			       "grp GLOB 'context/*/dataset' AND "
			       "first_seq <= ?1 AND (end_seq IS NULL OR "
			       "end_seq > ?1)", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, w->seq);
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		const char *text[3];

		rc = need_all(stmt, text, 3, err);
		if (rc == 0)
			rc = add_dataset(w, text[0], text[1], text[2], err);
		if (rc < 0)
			break;
	}
	return rc;
}

static int list_roles(struct walk *w, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(w->db, "SELECT leaf ->> '$.tenant' AS tenant, "
			       "leaf ->> '$.dataset' AS dataset, leaf ->> '$.word' AS word "
			       "FROM main.evidence_kept WHERE "
			       "grp GLOB 'context/*/privileged_role' AND "
			       "first_seq <= ?1 AND (end_seq IS NULL OR "
			       "end_seq > ?1)", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, w->seq);
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		const char *text[3];

		rc = need_all(stmt, text, 3, err);
		if (rc < 0)
			break;
		add_group(w, ROLE, text[0], text[1], ep_entity(EP_KIND_role),
			  text[2]);
	}
	return rc;
}

static int list_kept(struct walk *w, struct ep_err *err)
{
	struct ep_words names = { 0 };
	int rc = ep_kept_groups(w->db, w->seq, &names, err);

	for (size_t i = 0; rc == 0 && i < names.n; i++)
		EP_VEC_ADD(&w->groups) = (struct group){
			.name = ep_take(&names.v[i]),
			.what = KEPT,
		};
	ep_words_release(&names);
	return rc;
}

static int compare(const void *a, const void *b)
{
	const struct group *x = a;
	const struct group *y = b;

	return strcmp(x->name, y->name);
}

static int list_groups(struct walk *w, struct ep_err *err)
{
	int rc = list_datasets(w, err);

	if (rc == 0)
		rc = list_roles(w, err);
	if (rc == 0)
		rc = list_kept(w, err);
	if (rc == 0 && w->groups.n)
		qsort(w->groups.v, w->groups.n, sizeof(w->groups.v[0]),
		      compare);
	return rc;
}

/* --- leaves ------------------------------------------------------------------- */

/* Erased leaves stand between the others where they were. */
static int add_erased(struct walk *w, bool all, struct ep_err *err)
{
	int rc = 0;

	while (rc == 0 && w->erased_met < w->erased.leaf.n) {
		const struct ep_erased_leaf *leaf =
			&w->erased.leaf.v[w->erased_met];

		if (leaf->pos != w->tree.n && !all)
			break;
		w->erased_met++;
		ep_merkle_add(&w->tree, &leaf->hash);
		if (w->visitor->erased)
			rc = w->visitor->erased(w->visitor->to, w->at->name,
						&leaf->hash, err);
	}
	return rc;
}

static int take_shell(struct walk *w, const char *text, size_t n,
		      struct ep_err *err)
{
	w->shells++;
	if (!w->visitor->shell)
		return 0;
	return w->visitor->shell(w->visitor->to, w->at->name, text, n, err);
}

static int take_leaf(void *to, const char *key, const char *text, size_t n,
		     struct ep_err *err)
{
	struct walk *w = to;
	struct ep_hash hash;
	int rc;

	if (ep_erased_is_shell(&w->erased, text, n))
		return take_shell(w, text, n, err);
	rc = add_erased(w, false, err);
	if (rc < 0)
		return rc;
	ep_merkle_leaf(text, n, &hash);
	ep_merkle_add(&w->tree, &hash);
	ep_sha256_add(w->flat, text, n);
	ep_sha256_add(w->flat, "\n", 1);
	if (!w->visitor->leaf)
		return 0;
	return w->visitor->leaf(w->visitor->to, w->at->name, key, text, n, err);
}

static int column_of(struct ep_stmt *stmt, const char *name)
{
	for (int i = 0; i < ep_db_cols(stmt); i++)
		if (ep_str_eq(ep_db_col_name(stmt, i), name))
			return i;
	return 0;
}

/* A shell has no secret, and thus no nonce. */
static int read_row(struct walk *w, const struct ep_leaf_shape *shape,
		    struct ep_stmt *stmt, const struct ep_leaf_name *name,
		    struct ep_err *err)
{
	size_t at;
	int rc;

	if (w->erased.leaf.n) {
		ep_leaf_bare(shape, stmt, name->entity, &w->leaf, &at);
		if (ep_erased_is_shell(&w->erased, w->leaf.s, w->leaf.len))
			return take_shell(w, w->leaf.s, w->leaf.len, err);
	}
	rc = ep_leaf_write(w->db, w->make, shape, stmt, name, &w->leaf, err);
	if (rc == 0)
		rc = take_leaf(w, name->key, w->leaf.s, w->leaf.len, err);
	return rc;
}

static int read_rows(struct walk *w, struct ep_stmt *stmt, struct ep_err *err)
{
	const struct group *g = w->at;
	struct ep_leaf_name name = { .tenant = g->tenant,
				     .dataset = g->dataset,
				     .entity = g->entity->name };
	struct ep_leaf_shape shape;
	int key = 0;
	bool row = false;
	int rc = ep_db_step(stmt, &row, err);

	if (rc == 0 && row) {
		key = column_of(stmt, "key");
		rc = ep_leaf_shape(&shape, g->entity, g->what == MOVING, stmt,
				   err);
	}
	while (rc == 0 && row) {
		rc = ep_db_col_need(stmt, key, &name.key, err);
		if (rc == 0)
			rc = read_row(w, &shape, stmt, &name, err);
		if (rc == 0)
			rc = ep_db_step(stmt, &row, err);
	}
	return rc;
}

static int read_records(struct walk *w, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	const struct group *g = w->at;
	struct ep_buf sql = EP_BUF_INIT(NAME_BYTES_MAX);
	int rc;

	ep_buf_addf(&sql, "SELECT * FROM temp.\"%s\" WHERE tenant = ?1 AND "
		    "dataset = ?2%s ORDER BY key", g->entity->name,
		    g->word ? " AND role = ?3" : "");
	rc = ep_db_prepare(w->db, sql.s, &stmt, err);
	ep_buf_release(&sql);
	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, g->tenant);
	ep_db_text(stmt, 2, g->dataset);
	if (g->word)
		ep_db_text(stmt, 3, g->word);
	return read_rows(w, stmt, err);
}

/* --- heads -------------------------------------------------------------------- */

#define COVERAGE(changes, where)                                           \
	"SELECT c.status, c.reason, c.http_status, c.pages, c.rows, "      \
	"c.total, c.captured_at, c.captured_by, c.started_at, c.ended_at, " \
	"c.run, lower(hex(c.page_sha256)) AS page_sha256" changes          \
	" FROM main.coverage c JOIN main.dataset d ON d.id = c.dataset "   \
	"JOIN main.tenancy t ON t.id = d.tenancy WHERE t.uid = ?1 "        \
	"AND d.name = ?2 AND c.run <= ?3 " where                           \
	"ORDER BY c.run DESC LIMIT 1"

/* What was sealed by a program that knew no reads by changes has no words
 * about them; that it was none must still be so. */
static int find_era(struct walk *w, struct ep_err *err)
{
	int64_t last = 0;
	int rc = ep_db_one_int(w->db, "SELECT coalesce((SELECT value FROM "
			       "main.meta WHERE name = "
			       "'sealed_before_changes'), 0)", &last, err);

	w->before_changes = rc == 0 && w->seq <= last;
	return rc;
}

/* How the dataset was read last, at or before the run; the page list is the
 * hash of hashes that the coverage keeps. */
static int add_coverage(struct walk *w, struct ep_buf *head,
			struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	struct ep_buf text = EP_BUF_INIT(HEAD_BYTES_MAX);
	struct ep_leaf_shape shape;
	bool row = false;
	size_t at;
	int rc = ep_db_prepare(w->db, w->before_changes ?
			       COVERAGE("", "AND c.changes = 0 AND "
					"coalesce(c.since_run, c.full_run, "
					"c.confirmed_at) IS NULL ") :
			       COVERAGE(", c.changes, c.since_run, "
					"c.full_run, c.confirmed_at", ""),
			       &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, w->at->tenant);
	ep_db_text(stmt, 2, w->at->dataset);
	ep_db_int(stmt, 3, w->run);
	rc = ep_db_step(stmt, &row, err);
	if (rc == 0 && row)
		rc = ep_leaf_shape(&shape, NULL, false, stmt, err);
	if (rc == 0 && row) {
		ep_leaf_bare(&shape, stmt, "coverage", &text, &at);
		ep_buf_add(head, text.s, text.len);
	} else {
		ep_buf_adds(head, "null");
	}
	ep_buf_release(&text);
	return rc;
}

static void add_text(struct ep_buf *head, const char *name, const char *text)
{
	ep_buf_addf(head, ",\"%s\":", name);
	if (text)
		ep_json_quote(head, text);
	else
		ep_buf_adds(head, "null");
}

static void add_hex(struct ep_buf *head, const char *name,
		    const uint8_t hash[EP_SHA256_BYTES])
{
	ep_buf_addf(head, ",\"%s\":\"", name);
	ep_str_hex(head, hash, EP_SHA256_BYTES);
	ep_buf_addc(head, '"');
}

static const char *entity_of(const struct group *g)
{
	return g->what == KEPT ? strrchr(g->name, '/') + 1 : g->entity->name;
}

static int make_head(struct walk *w, struct ep_buf *head,
		     struct ep_hash *ret_flat, struct ep_err *err)
{
	struct ep_hash root;
	int rc = 0;

	ep_sha256_end(w->flat, ret_flat->b);
	w->flat = NULL;
	if (w->erased.flat_known)
		*ret_flat = w->erased.flat;
	ep_merkle_root(&w->tree, &root);
	ep_buf_addf(head, "{\"count\":%llu,\"coverage\":",
		    (unsigned long long)w->tree.n);
	if (w->at->what == KEPT)
		ep_buf_adds(head, "null");
	else
		rc = add_coverage(w, head, err);
	add_text(head, "dataset", w->at->dataset);
	add_text(head, "entity", entity_of(w->at));
	add_hex(head, "flat_sha256", ret_flat->b);
	add_text(head, "name", w->at->name);
	add_hex(head, "root", root.b);
	add_text(head, "tenant", w->at->tenant);
	ep_buf_addc(head, '}');
	if (rc == 0 && head->overflow)
		rc = ep_err_set(err, EP_ELIMIT, "the head of group %.200s is "
				"above %d bytes (HEAD_BYTES_MAX)",
				w->at->name, HEAD_BYTES_MAX);
	return rc;
}

/* --- all of it ---------------------------------------------------------------- */

static int end_group(struct walk *w, struct ep_err *err)
{
	struct ep_buf head = EP_BUF_INIT(HEAD_BYTES_MAX);
	struct ep_hash flat;
	int rc = add_erased(w, true, err);

	if (rc == 0 && w->shells != w->erased.leaf.n)
		rc = ep_err_set(err, EP_EDATA, "altered: %zu records are "
				"erased, but %zu stand for such",
				w->erased.leaf.n, w->shells);
	if (rc == 0)
		rc = make_head(w, &head, &flat, err);
	if (rc == 0 && w->visitor->end) {
		struct ep_walk_group group = {
			.name = w->at->name,
			.entity = entity_of(w->at),
			.tenant = w->at->tenant,
			.dataset = w->at->dataset,
			.count = w->tree.n,
			.head = head.s,
			.flat = flat,
			.erased = w->erased.leaf.n,
		};

		ep_merkle_leaf(head.s, head.len, &group.hash);
		rc = w->visitor->end(w->visitor->to, &group, err);
	}
	ep_buf_release(&head);
	return rc;
}

static int read_group(struct walk *w, const struct group *g,
		      struct ep_err *err)
{
	uint8_t unused[EP_SHA256_BYTES];
	int rc;

	if (w->visitor->wants && !w->visitor->wants(w->visitor->to, g->name))
		return 0;
	w->at = g;
	memset(&w->tree, 0, sizeof(w->tree));
	w->erased_met = 0;
	w->shells = 0;
	rc = ep_erased_load(w->db, w->erasures, w->seq, g->name, &w->erased,
			    err);
	w->flat = ep_sha256_new();
	if (rc == 0 && g->what == KEPT)
		rc = ep_kept_leaves(w->db, w->seq, g->name, take_leaf, w, err);
	else if (rc == 0)
		rc = read_records(w, err);
	if (rc == 0)
		rc = end_group(w, err);
	ep_erased_release(&w->erased);
	if (w->flat)
		ep_sha256_end(w->flat, unused);
	w->flat = NULL;
	return rc < 0 ? ep_err_context(err, "evidence of run %lld, group "
				       "%.200s", (long long)w->run, g->name)
		      : 0;
}

static void release(struct walk *w)
{
	for (size_t i = 0; i < w->groups.n; i++) {
		struct group *g = &w->groups.v[i];

		ep_free(g->name);
		ep_free(g->tenant);
		ep_free(g->dataset);
		ep_free(g->word);
	}
	ep_vec_release(&w->groups);
	ep_buf_release(&w->leaf);
}

int ep_walk(struct ep_store *store, int64_t seq, int64_t run, bool make,
	    const struct ep_walk_visitor *visitor, struct ep_err *err)
{
	struct walk w = { .db = ep_store_db(store), .seq = seq, .run = run,
			  .make = make, .visitor = visitor };
	int rc;

	ep_buf_init(&w.leaf, EP_LEAF_BYTES_MAX);
	rc = find_era(&w, err);
	if (rc == 0)
		rc = ep_db_has_table(w.db, "erasure", &w.erasures,
				     err);
	if (rc == 0)
		rc = list_groups(&w, err);
	for (size_t i = 0; rc == 0 && i < w.groups.n; i++)
		rc = read_group(&w, &w.groups.v[i], err);
	release(&w);
	return rc;
}
