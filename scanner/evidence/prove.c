/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Picks one group of a run and writes what leads from it to the checkpoint.
 */
#include "evidence/prove.h"

#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/str.h"
#include "evidence/walk.h"
#include "ext/db.h"
#include "store/store.h"

#define PATH_BYTES_MAX 8192
#define RECORDS_BYTES_MAX ((size_t)1 << 30)

struct proof {
	const char *group;
	const char *key;
	struct ep_hashes groups;
	size_t group_at;
	bool group_met;
	char *head;
	struct ep_hashes records;
	size_t record_at;
	char *record;
	struct ep_buf all;	/* without a key: the lines */
	uint64_t erased;
};

static int take_record(void *to, const char *group, const char *key,
		       const char *text, size_t n, struct ep_err *err)
{
	struct proof *p = to;

	if (!ep_str_eq(group, p->group))
		return 0;
	if (ep_str_eq(key, p->key)) {
		ep_free(p->record);
		p->record = ep_strndup(text, n);
		p->record_at = p->records.n;
	}
	ep_merkle_leaf(text, n, &EP_VEC_ADD(&p->records));
	if (p->key)
		return 0;
	ep_buf_add(&p->all, text, n);
	ep_buf_addc(&p->all, '\n');
	if (p->all.overflow)
		return ep_err_set(err, EP_ELIMIT, "the group has above %zu "
				  "bytes of records (RECORDS_BYTES_MAX)",
				  RECORDS_BYTES_MAX);
	return 0;
}

/* A line that says so, and the hash that was sealed. */
static int take_erased(void *to, const char *group, const struct ep_hash *hash,
		       struct ep_err *err)
{
	struct proof *p = to;

	(void)err;
	if (!ep_str_eq(group, p->group))
		return 0;
	EP_VEC_ADD(&p->records) = *hash;
	p->erased++;
	ep_buf_adds(&p->all, "{\"erased\":\"");
	ep_str_hex(&p->all, hash->b, sizeof(hash->b));
	ep_buf_adds(&p->all, "\"}\n");
	return 0;
}

static int take_group(void *to, const struct ep_walk_group *group,
		      struct ep_err *err)
{
	struct proof *p = to;

	(void)err;
	if (ep_str_eq(group->name, p->group)) {
		p->group_met = true;
		p->group_at = p->groups.n;
		p->head = ep_strdup(group->head);
	}
	EP_VEC_ADD(&p->groups) = group->hash;
	return 0;
}

/* --- files -------------------------------------------------------------------- */

static int write_file(const char *folder, const char *name, const char *text,
		      size_t n, struct ep_err *err)
{
	EP_AUTO_FREE char *path = ep_file_join(folder, name);

	return ep_file_put(path, 0640, text, n, err);
}

static int write_text(const char *folder, const char *name, const char *text,
		      struct ep_err *err)
{
	return write_file(folder, name, text, strlen(text), err);
}

static void add_hashes(struct ep_buf *out, const struct ep_hashes *hashes)
{
	for (size_t i = 0; i < hashes->n; i++) {
		ep_str_hex(out, hashes->v[i].b, EP_SHA256_BYTES);
		ep_buf_addc(out, '\n');
	}
}

int ep_prove_path(const struct ep_hashes *leaves, size_t index,
		  struct ep_buf *out, struct ep_err *err)
{
	struct ep_hashes path = { 0 };

	ep_merkle_path(leaves, index, &path);
	ep_buf_addf(out, "%zu %zu\n", index, leaves->n);
	add_hashes(out, &path);
	ep_vec_release(&path);
	if (out->overflow)
		return ep_err_set(err, EP_EBUG, "a path is longer than a tree "
				  "is deep");
	return 0;
}

/* From these the root follows when the lines cannot be hashed any more. */
static int write_hashes(const char *folder, const struct ep_hashes *hashes,
			struct ep_err *err)
{
	struct ep_buf text = EP_BUF_INIT(RECORDS_BYTES_MAX);
	int rc;

	add_hashes(&text, hashes);
	rc = write_file(folder, "group.hashes", text.s, text.len, err);
	ep_buf_release(&text);
	return rc;
}

static int write_path(const char *folder, const char *name,
		      const struct ep_hashes *leaves, size_t index,
		      struct ep_err *err)
{
	struct ep_buf text = EP_BUF_INIT(PATH_BYTES_MAX);
	int rc = ep_prove_path(leaves, index, &text, err);

	if (rc == 0)
		rc = write_file(folder, name, text.s, text.len, err);
	ep_buf_release(&text);
	return rc;
}

/* --- a run in the log --------------------------------------------------------- */

static int write_checkpoint(struct ep_db *db, const char *folder,
			    struct ep_err *err)
{
	struct ep_buf text = EP_BUF_INIT(EP_CHECKPOINT_BYTES_MAX);
	int rc = ep_evidence_checkpoint(db, &text, err);

	if (rc == 0)
		rc = write_file(folder, "checkpoint", text.s, text.len, err);
	ep_buf_release(&text);
	return rc;
}

int ep_prove_run(struct ep_db *db, int64_t seq, const char *folder,
		 struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	struct ep_hashes log = { 0 };
	bool row = false;
	int rc = ep_evidence_log(db, &log, err);

	if (rc == 0)
		rc = ep_db_prepare(db, "SELECT head FROM main.evidence_run "
				   "WHERE seq = ?1", &stmt, err);
	if (rc == 0) {
		ep_db_int(stmt, 1, seq);
		rc = ep_db_step(stmt, &row, err);
	}
	if (rc == 0 && (!row || (uint64_t)seq > log.n))
		rc = ep_err_set(err, EP_EBUG, "sealed run %lld is not in the "
				"log", (long long)seq);
	if (rc == 0)
		rc = write_text(folder, "run.leaf", ep_db_col_text(stmt, 0),
				err);
	if (rc == 0)
		rc = write_path(folder, "run.path", &log, (size_t)seq - 1,
				err);
	if (rc == 0)
		rc = write_checkpoint(db, folder, err);
	ep_vec_release(&log);
	return rc;
}

static int write_proof(struct ep_store *store, const struct ep_sealed *sealed,
		       const struct proof *p, const char *folder,
		       struct ep_err *err)
{
	int rc = ep_file_mkdirs(folder, 0750, err);

	if (rc == 0 && p->key) {
		rc = write_text(folder, "record.leaf", p->record, err);
		if (rc == 0)
			rc = write_path(folder, "record.path", &p->records,
					p->record_at, err);
	} else if (rc == 0) {
		rc = write_file(folder, "group.records", p->all.s, p->all.len,
				err);
		if (rc == 0 && p->erased)
			rc = write_hashes(folder, &p->records, err);
	}
	if (rc == 0)
		rc = write_text(folder, "group.leaf", p->head, err);
	if (rc == 0)
		rc = write_path(folder, "group.path", &p->groups, p->group_at,
				err);
	if (rc == 0)
		rc = ep_prove_run(ep_store_db(store), sealed->seq, folder, err);
	return rc;
}

/* Whose key it was is not known any more. */
static int no_record(const struct proof *p, const struct ep_sealed *sealed,
		     struct ep_err *err)
{
	if (p->erased)
		return ep_err_set(err, EP_EPURGED, "group %s of run %lld has "
				  "no record of that key, but %llu of its "
				  "records were erased and may have been it",
				  p->group, (long long)sealed->run,
				  (unsigned long long)p->erased);
	return ep_err_set(err, EP_ENOENT, "group %s of run %lld has no record "
			  "of that key; without --key the whole group is "
			  "proven", p->group, (long long)sealed->run);
}

int ep_prove(struct ep_store *store, const struct ep_sealed *sealed,
	     const char *group, const char *key, const char *folder,
	     struct ep_err *err)
{
	struct proof p = { .group = group, .key = key };
	struct ep_walk_visitor visitor = { .to = &p, .leaf = take_record,
					   .erased = take_erased,
					   .end = take_group };
	int rc;

	ep_buf_init(&p.all, RECORDS_BYTES_MAX);
	rc = ep_walk(store, sealed->seq, sealed->run, false, &visitor, err);
	if (rc == 0 && !p.group_met)
		rc = ep_err_set(err, EP_ENOENT, "run %lld has no group %s; "
				"'exitproof evidence groups' lists them",
				(long long)sealed->run, group);
	else if (rc == 0 && key && !p.record)
		rc = no_record(&p, sealed, err);
	if (rc == 0)
		rc = write_proof(store, sealed, &p, folder, err);
	ep_vec_release(&p.groups);
	ep_vec_release(&p.records);
	ep_buf_release(&p.all);
	ep_free(p.head);
	ep_free(p.record);
	return rc;
}

/* --- choices ------------------------------------------------------------------ */

struct names {
	void (*tell)(void *to, const char *name, uint64_t count);
	void *to;
};

static int tell_name(void *to, const struct ep_walk_group *group,
		     struct ep_err *err)
{
	const struct names *names = to;

	(void)err;
	names->tell(names->to, group->name, group->count);
	return 0;
}

int ep_prove_groups(struct ep_store *store, const struct ep_sealed *sealed,
		    void (*tell)(void *to, const char *name, uint64_t count),
		    void *to, struct ep_err *err)
{
	struct names names = { .tell = tell, .to = to };
	struct ep_walk_visitor visitor = { .to = &names, .end = tell_name };

	return ep_walk(store, sealed->seq, sealed->run, false, &visitor, err);
}

int ep_prove_growth(struct ep_db *db, const struct ep_checkpoint *older,
		    const char *folder, struct ep_err *err)
{
	struct ep_buf text = EP_BUF_INIT(PATH_BYTES_MAX);
	struct ep_hashes log = { 0 }, proof = { 0 };
	int rc = ep_evidence_log(db, &log, err);

	if (rc == 0 && older->size > log.n)
		rc = ep_err_set(err, EP_EDATA, "the checkpoint knows %llu "
				"sealed runs, the database has %zu",
				(unsigned long long)older->size, log.n);
	if (rc == 0) {
		ep_merkle_growth(&log, older->size, &proof);
		ep_buf_addf(&text, "%llu %zu\n",
			    (unsigned long long)older->size, log.n);
		add_hashes(&text, &proof);
		rc = ep_file_mkdirs(folder, 0750, err);
	}
	if (rc == 0)
		rc = write_file(folder, "growth.path", text.s, text.len, err);
	if (rc == 0)
		rc = write_checkpoint(db, folder, err);
	ep_vec_release(&log);
	ep_vec_release(&proof);
	ep_buf_release(&text);
	return rc;
}
