/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a baseline's value is in the state that the views show, and how much
 * of it was read.
 */
#include "check/baseline.h"

#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/str.h"
#include "ext/db.h"
#include "model/entity.h"
#include "store/layout.h"
#include "store/who.h"

/* A column that says nothing is not the same as no row. */
#define NO_VALUE "(no value)"

static const char tables[] =
	"CREATE TABLE IF NOT EXISTS baseline("
	" tenant TEXT NOT NULL, what TEXT NOT NULL, dataset TEXT,"
	" accepted TEXT NOT NULL, approver TEXT NOT NULL,"
	" approved_at INTEGER NOT NULL, expires_at INTEGER,"
	" reason TEXT NOT NULL, file TEXT);"

	"CREATE TABLE IF NOT EXISTS baseline_seen("
	" tenant TEXT NOT NULL, what TEXT NOT NULL, dataset TEXT,"
	" accepted TEXT NOT NULL, approver TEXT NOT NULL,"
	" approved_at INTEGER NOT NULL, expires_at INTEGER,"
	" reason TEXT NOT NULL, file TEXT,"
	" seen TEXT NOT NULL, same INTEGER, unread TEXT);";

int ep_baseline_schema(struct ep_db *db, struct ep_err *err)
{
	return ep_db_exec(db, tables, err);
}

/* --- the value ------------------------------------------------------------- */

/* What the statement is bound to; it lives as long as the statement. */
struct probe {
	struct ep_db *db;
	const struct ep_baseline *baseline;
	struct ep_buf key;
	struct ep_buf path;
	struct ep_stmt *stmt;
};

static void probe_init(struct probe *probe, struct ep_db *db,
		       const struct ep_baseline *baseline)
{
	*probe = (struct probe){ .db = db, .baseline = baseline };
	ep_buf_init(&probe->key, 4 * EP_TEXT_BYTES_MAX);
	ep_buf_init(&probe->path, 2 * EP_TEXT_BYTES_MAX);
}

static void probe_release(struct probe *probe)
{
	ep_db_done(probe->stmt);
	ep_buf_release(&probe->key);
	ep_buf_release(&probe->path);
}

static int open_row(struct probe *probe, struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf sql = EP_BUF_INIT(65536);
	const struct ep_baseline *baseline = probe->baseline;
	bool attr = ep_str_starts(baseline->column, "attr.");
	int kind = ep_baseline_key(baseline, &probe->key);
	int rc;

	if (kind < 0)
		return ep_err_set(err, EP_EBUG, "no kind in %s",
				  baseline->name);
	/* Both words were found in entity.def. */
	if (attr)
		ep_buf_adds(&sql, "SELECT json_extract(attr, ?4)");
	else
		ep_buf_addf(&sql, "SELECT \"%s\"", baseline->column);
	ep_buf_addf(&sql, " FROM temp.\"%s\" WHERE tenant = ?1 AND key = ?2 "
		    "AND (?3 IS NULL OR dataset = ?3)",
		    ep_entity((enum ep_kind)kind)->name);
	rc = ep_db_prepare(probe->db, sql.s, &probe->stmt, err);
	if (rc < 0)
		return rc;
	ep_db_text(probe->stmt, 1, baseline->tenant);
	ep_db_textn(probe->stmt, 2, probe->key.s, probe->key.len);
	ep_db_text(probe->stmt, 3, baseline->dataset);
	if (attr) {
		ep_buf_addf(&probe->path, "$.\"%s\"", baseline->column + 5);
		ep_db_text(probe->stmt, 4, probe->path.s);
	}
	return 0;
}

static int open_set(struct probe *probe, struct ep_err *err)
{
	static const char *const sql[] = {
		[EP_BASELINE_ROLE] =
			"SELECT account || CASE WHEN coalesce(scope, '') = '' "
			"THEN '' ELSE ' of ' || scope END, role FROM "
			"temp.role WHERE tenant = ?1 AND (?3 IS NULL OR "
			"dataset = ?3) AND ?2 IS NOT NULL",
		[EP_BASELINE_TEAM] =
			"SELECT account FROM temp.membership WHERE tenant = ?1 "
			"AND team = ?2 AND (?3 IS NULL OR dataset = ?3)",
		[EP_BASELINE_SETTING] =
			"SELECT value FROM temp.setting WHERE tenant = ?1 AND "
			"name = ?2 AND (?3 IS NULL OR ?3 = '')",
	};
	const struct ep_baseline *baseline = probe->baseline;
	int rc = ep_db_prepare(probe->db, sql[baseline->what], &probe->stmt,
			       err);

	if (rc < 0)
		return rc;
	ep_db_text(probe->stmt, 1, baseline->tenant);
	ep_db_text(probe->stmt, 2, baseline->name);
	ep_db_text(probe->stmt, 3, baseline->dataset);
	return 0;
}

static int read_value(struct probe *probe, struct ep_words *ret,
		      struct ep_err *err)
{
	const struct ep_baseline *baseline = probe->baseline;
	bool row = false;
	int rc;

	while ((rc = ep_db_step(probe->stmt, &row, err)) == 0 && row) {
		const char *text = ep_db_col_text(probe->stmt, 0);

		/* Only our fold knows that two words are one role. */
		if (baseline->what == EP_BASELINE_ROLE &&
		    !ep_who_same_role(ep_db_col_text(probe->stmt, 1),
				      baseline->name))
			continue;
		EP_VEC_ADD(ret) = ep_strdup(text ? text : NO_VALUE);
	}
	ep_baseline_tidy(ret);
	return rc;
}

int ep_baseline_value(struct ep_db *db, const struct ep_baseline *baseline,
		      struct ep_words *ret, struct ep_err *err)
{
	struct probe probe;
	int rc;

	probe_init(&probe, db, baseline);
	rc = baseline->what == EP_BASELINE_ROW ? open_row(&probe, err)
					       : open_set(&probe, err);
	if (rc == 0)
		rc = read_value(&probe, ret, err);
	probe_release(&probe);
	return rc;
}

/* --- what was read --------------------------------------------------------- */

static unsigned kinds_of(const struct ep_baseline *baseline)
{
	EP_AUTO(ep_buf_release) struct ep_buf key =
		EP_BUF_INIT(4 * EP_TEXT_BYTES_MAX);
	int kind;

	switch (baseline->what) {
	case EP_BASELINE_ROLE:
		return 1u << EP_KIND_role;
	case EP_BASELINE_TEAM:
		return 1u << EP_KIND_membership;
	case EP_BASELINE_ROW:
		kind = ep_baseline_key(baseline, &key);
		return kind < 0 ? 0 : 1u << kind;
	case EP_BASELINE_SETTING:
	default:
		return 0;
	}
}

static void add_unread(struct ep_buf *out, struct ep_stmt *stmt)
{
	const char *status = ep_db_col_text(stmt, 2);
	const char *reason = ep_db_col_text(stmt, 4);

	if (ep_str_eq(status, "complete") && !ep_db_col_int(stmt, 3))
		return;
	ep_buf_addf(out, "%s%s is %s%s%s", out->len ? "; " : "",
		    ep_db_col_text(stmt, 0),
		    ep_str_eq(status, "complete") ? "stale" : status,
		    reason ? ": " : "", reason ? reason : "");
}

int ep_baseline_unread(struct ep_db *db, const struct ep_baseline *baseline,
		       struct ep_buf *ret, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	unsigned kinds = kinds_of(baseline);
	bool row = false, any = false;
	int rc;

	if (kinds == 0)
		return 0;
	rc = ep_db_prepare(db, "SELECT dataset, kinds, status, stale, reason "
			   "FROM temp.coverage WHERE tenant = ?1 AND "
			   "(?2 IS NULL OR dataset = ?2) ORDER BY dataset",
			   &stmt, err);
	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, baseline->tenant);
	ep_db_text(stmt, 2, baseline->dataset);
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		const char *words = ep_db_col_text(stmt, 1);

		if (!words || !(ep_kinds_of_text(words) & kinds))
			continue;
		any = true;
		add_unread(ret, stmt);
	}
	if (rc == 0 && !any)
		ep_buf_adds(ret, "no listing of it is configured");
	return rc;
}

/* --- for readers ------------------------------------------------------------ */

static const char address_sql[] =
	"SELECT coalesce(email, login, name) FROM temp.account WHERE"
	" tenant = ?1 AND id = ?2 LIMIT 1";

/* A role's scope stands behind the id. */
static int add_account(struct ep_db *db, const struct ep_baseline *baseline,
		       const char *value, struct ep_buf *out,
		       struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	const char *of = strstr(value, " of ");
	bool row = false;
	int rc = ep_db_prepare(db, address_sql, &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, baseline->tenant);
	ep_db_textn(stmt, 2, value,
		    of ? (size_t)(of - value) : strlen(value));
	rc = ep_db_step(stmt, &row, err);
	if (rc == 0 && row && ep_db_col_text(stmt, 0))
		ep_buf_addf(out, "%s (%s)", ep_db_col_text(stmt, 0), value);
	else if (rc == 0)
		ep_buf_adds(out, value);
	return rc;
}

int ep_baseline_text(struct ep_db *db, const struct ep_baseline *baseline,
		     const struct ep_words *value, struct ep_buf *out,
		     struct ep_err *err)
{
	bool accounts = baseline->what == EP_BASELINE_ROLE ||
			baseline->what == EP_BASELINE_TEAM;
	int rc = 0;

	if (value->n == 0)
		ep_buf_adds(out, accounts ? "nobody" : "nothing");
	for (size_t i = 0; rc == 0 && i < value->n; i++) {
		ep_buf_adds(out, i ? ", " : "");
		if (accounts)
			rc = add_account(db, baseline, value->v[i], out, err);
		else
			ep_buf_adds(out, value->v[i]);
	}
	return rc;
}

/* --- the tables -------------------------------------------------------------- */

/* 1 the same, 0 not, -1 nobody can tell: what is missing proves nothing
 * where the listing was not read, what was added does. */
static int compare(const struct ep_baseline *baseline,
		   const struct ep_words *seen, bool unread)
{
	const struct ep_words *value = &baseline->value;
	bool added = false, missing = false;
	size_t i = 0, j = 0;

	while (i < seen->n || j < value->n) {
		int d = i == seen->n ? 1 : j == value->n ? -1 :
			strcmp(seen->v[i], value->v[j]);

		added = added || d < 0;
		missing = missing || d > 0;
		i += d <= 0;
		j += d >= 0;
	}
	if (added)
		return 0;
	if (unread)
		return -1;
	return missing ? 0 : 1;
}

static void bind(struct ep_stmt *stmt, const struct ep_baseline *baseline,
		 const struct ep_baseline_seen *texts)
{
	ep_db_text(stmt, 1, baseline->tenant);
	ep_db_text(stmt, 2, texts->what.s);
	ep_db_text(stmt, 3, baseline->dataset);
	ep_db_text(stmt, 4, texts->accepted.s);
	ep_db_text(stmt, 5, baseline->said.approver);
	ep_db_int(stmt, 6, baseline->said.approved);
	if (baseline->said.expires)
		ep_db_int(stmt, 7, baseline->said.expires);
	ep_db_text(stmt, 8, baseline->said.reason);
	ep_db_text(stmt, 9, baseline->said.file);
}

static int insert(struct ep_db *db, const struct ep_baseline *baseline,
		  const struct ep_baseline_seen *texts, struct ep_err *err)
{
	struct ep_stmt *stmt;
	int rc = ep_db_prepare(db, "INSERT INTO main.baseline VALUES(?1, ?2, "
			       "?3, ?4, ?5, ?6, ?7, ?8, ?9)", &stmt, err);

	if (rc < 0)
		return rc;
	bind(stmt, baseline, texts);
	rc = ep_db_run(stmt, err);
	if (rc == 0)
		rc = ep_db_prepare(db, "INSERT INTO main.baseline_seen VALUES("
				   "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, "
				   "?11, ?12)", &stmt, err);
	if (rc < 0)
		return rc;
	bind(stmt, baseline, texts);
	ep_db_text(stmt, 10, texts->seen.s);
	if (texts->same >= 0)
		ep_db_int(stmt, 11, texts->same);
	ep_db_text(stmt, 12, texts->unread.len ? texts->unread.s : NULL);
	return ep_db_run(stmt, err);
}

void ep_baseline_seen_release(struct ep_baseline_seen *seen)
{
	ep_buf_release(&seen->what);
	ep_buf_release(&seen->accepted);
	ep_buf_release(&seen->seen);
	ep_buf_release(&seen->unread);
}

static int look(struct ep_db *db, const struct ep_baseline *baseline,
		struct ep_baseline_seen *ret, struct ep_err *err)
{
	struct ep_words value = { 0 };
	int rc = ep_baseline_value(db, baseline, &value, err);

	ep_baseline_label(baseline, &ret->what);
	if (rc == 0)
		rc = ep_baseline_unread(db, baseline, &ret->unread, err);
	if (rc == 0)
		rc = ep_baseline_text(db, baseline, &baseline->value,
				      &ret->accepted, err);
	if (rc == 0)
		rc = ep_baseline_text(db, baseline, &value, &ret->seen, err);
	ret->same = compare(baseline, &value, ret->unread.len > 0);
	ep_words_release(&value);
	if (rc == 0 && (ret->accepted.overflow || ret->seen.overflow))
		rc = ep_err_set(err, EP_ELIMIT, "%s:%d: the value is above "
				"%d bytes (EP_FILE_BYTES_MAX)",
				baseline->said.file, baseline->said.line,
				EP_FILE_BYTES_MAX);
	return rc;
}

int ep_baseline_look(struct ep_db *db, const struct ep_baseline *baseline,
		     struct ep_baseline_seen *ret, struct ep_err *err)
{
	int rc;

	ret->same = -1;
	ep_buf_init(&ret->what, 4 * EP_TEXT_BYTES_MAX);
	ep_buf_init(&ret->accepted, EP_FILE_BYTES_MAX);
	ep_buf_init(&ret->seen, EP_FILE_BYTES_MAX);
	ep_buf_init(&ret->unread, EP_FILE_BYTES_MAX);
	rc = look(db, baseline, ret, err);
	if (rc < 0)
		ep_baseline_seen_release(ret);
	return rc;
}

static int fill_one(struct ep_db *db, const struct ep_baseline *baseline,
		    struct ep_err *err)
{
	struct ep_baseline_seen seen;
	int rc = ep_baseline_look(db, baseline, &seen, err);

	if (rc < 0)
		return rc;
	rc = insert(db, baseline, &seen, err);
	ep_baseline_seen_release(&seen);
	return rc;
}

int ep_baseline_fill(struct ep_db *db, const struct ep_baselines *baselines,
		     int64_t now, struct ep_err *err)
{
	int rc = ep_baseline_schema(db, err);

	if (rc == 0)
		rc = ep_db_exec(db, "DELETE FROM main.baseline; DELETE FROM "
				"main.baseline_seen", err);
	for (size_t i = 0; rc == 0 && i < baselines->n; i++)
		if (ep_baseline_in_force(&baselines->v[i], now))
			rc = fill_one(db, &baselines->v[i], err);
	return rc;
}
