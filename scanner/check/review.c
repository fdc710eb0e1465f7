/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Freezing, deciding and closing an access review.
 */
#include "check/review.h"

#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/str.h"
#include "ext/crypto.h"
#include "ext/db.h"
#include "store/store.h"

#define NEVER(table, what)                                                   \
	"CREATE TRIGGER IF NOT EXISTS main." table "_keep BEFORE UPDATE ON "  \
	table " BEGIN SELECT raise(ABORT, '" what " are never changed');"    \
	" END;"                                                              \
	"CREATE TRIGGER IF NOT EXISTS main." table "_stay BEFORE DELETE ON "  \
	table " BEGIN SELECT raise(ABORT, '" what " are never deleted');"    \
	" END;"

static const char tables[] =
	"CREATE TABLE IF NOT EXISTS main.review("
	" id TEXT PRIMARY KEY, customer TEXT, run INTEGER NOT NULL,"
	" population_sha256 TEXT NOT NULL, items INTEGER NOT NULL,"
	" started_by TEXT NOT NULL, started_at INTEGER NOT NULL,"
	" by_user TEXT, host TEXT, closed_by TEXT, closed_at INTEGER)"
	" WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS main.review_item("
	" review TEXT NOT NULL, n INTEGER NOT NULL, customer TEXT,"
	" tenant TEXT NOT NULL, tenant_name TEXT, system TEXT,"
	" dataset TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL,"
	" account TEXT, address TEXT, name TEXT, what TEXT,"
	" PRIMARY KEY(review, n)) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS main.review_gap("
	" review TEXT NOT NULL, tenant TEXT NOT NULL, dataset TEXT NOT NULL,"
	" status TEXT NOT NULL, reason TEXT,"
	" PRIMARY KEY(review, tenant, dataset)) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS main.review_decision("
	" id INTEGER PRIMARY KEY, review TEXT NOT NULL, n INTEGER NOT NULL,"
	" decision TEXT NOT NULL, reviewer TEXT NOT NULL, note TEXT,"
	" at INTEGER NOT NULL, by_user TEXT, host TEXT);"
	"CREATE INDEX IF NOT EXISTS main.review_decision_of"
	" ON review_decision(review, n, id);"
	NEVER("review_item", "populations of a review")
	NEVER("review_gap", "gaps of a review")
	NEVER("review_decision", "decisions of a review");

int ep_review_schema(struct ep_db *db, struct ep_err *err)
{
	return ep_db_exec(db, tables, err);
}

/* --- what they share ------------------------------------------------------ */

static int begin(struct ep_store *store, struct ep_err *err)
{
	int rc = ep_review_schema(ep_store_db(store), err);

	return rc < 0 ? rc : ep_db_begin(ep_store_db(store), err);
}

static int finish(struct ep_store *store, int rc, struct ep_err *err)
{
	if (rc == 0)
		return ep_db_commit(ep_store_db(store), err);
	ep_db_rollback(ep_store_db(store));
	return rc;
}

/* One number of the review; 0 when there is no row. */
static int count(struct ep_store *store, const char *sql, const char *id,
		 const char *more, int64_t *ret, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(ep_store_db(store), sql, &stmt, err);

	*ret = 0;
	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, id);
	if (ep_db_param_count(stmt) > 1)
		ep_db_text(stmt, 2, more);
	rc = ep_db_step(stmt, &row, err);
	if (rc == 0 && row)
		*ret = ep_db_col_int(stmt, 0);
	return rc;
}

/* A name alone cannot be compared with the reviewed. */
static int check_hand(struct ep_store *store,
		      const struct ep_review_hand *hand, char **ret_folded,
		      struct ep_err *err)
{
	EP_AUTO_FREE char *folded = NULL;
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool left = false;
	int rc;

	if (!hand->address || !strchr(hand->address, '@') ||
	    strlen(hand->address) > EP_TEXT_BYTES_MAX)
		return ep_err_set(err, EP_EDATA, "who does it has to be named "
				  "by a mail address: --by ADDRESS");
	folded = ep_strdup(hand->address);
	ep_str_lower(folded);
	rc = ep_db_prepare(ep_store_db(store), "SELECT 1 FROM temp.person p "
			   "JOIN temp.alias m ON m.person = p.id WHERE "
			   "m.address = ?1 AND p.left_at <= ?2", &stmt, err);
	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, folded);
	ep_db_int(stmt, 2, hand->at);
	rc = ep_db_step(stmt, &left, err);
	if (rc == 0 && left)
		rc = ep_err_set(err, EP_EDATA, "%s has left and cannot review "
				"anything", hand->address);
	if (rc == 0)
		*ret_folded = ep_take(&folded);
	return rc;
}

/* There, and not closed. */
static int check_open(struct ep_store *store, const char *id,
		      struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(ep_store_db(store), "SELECT closed_by FROM "
			       "main.review WHERE id = ?1", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, id);
	rc = ep_db_step(stmt, &row, err);
	if (rc == 0 && !row)
		rc = ep_err_set(err, EP_ENOENT, "there is no review \"%s\"; "
				"see exitproof review list", id);
	else if (rc == 0 && !ep_db_col_null(stmt, 0))
		rc = ep_err_set(err, EP_EDATA, "review %s was closed by %s",
				id, ep_db_col_text(stmt, 0));
	return rc;
}

/* --- start ------------------------------------------------------------------ */

/* Each place of a record that grants something, once; ?2 is the customer. */
static const char freeze_sql[] =
	"INSERT INTO main.review_item(review, n, customer, tenant,"
	" tenant_name, system, dataset, kind, key, account, address, name,"
	" what) SELECT ?1, row_number() OVER (ORDER BY tenant, dataset, kind,"
	" key), customer, tenant, tenant_name, system, dataset, kind, key,"
	" account, address, name, what FROM ("
	"SELECT r.customer, r.tenant, r.tenant_name, r.system, r.dataset,"
	" 'role' AS kind, r.key, r.account,"
	" (SELECT coalesce(max(a.email), max(a.login)) FROM temp.account a"
	" WHERE a.tenant = r.tenant AND a.id = r.account) AS address,"
	" (SELECT max(a.name) FROM temp.account a WHERE"
	" a.tenant = r.tenant AND a.id = r.account) AS name,"
	" r.role || CASE r.scope WHEN '' THEN '' ELSE ' of ' || r.scope END"
	" AS what FROM temp.role r WHERE"
	" coalesce(r.privileged, 'unknown') <> 'no'"
	" UNION ALL SELECT c.customer, c.tenant, c.tenant_name, c.system,"
	" c.dataset, 'credential', c.key, c.owner, coalesce(c.owner_email,"
	" (SELECT coalesce(max(a.email), max(a.login)) FROM temp.account a"
	" WHERE a.tenant = c.tenant AND a.id = c.owner)),"
	" coalesce(c.name, c.id), c.kind FROM temp.credential c WHERE"
	" coalesce(c.state, 'unknown') NOT IN ('revoked', 'expired'))"
	" WHERE ?2 IS NULL OR customer = ?2";

/* Of the lists that grant, and of those that say to whom. */
static const char gaps_sql[] =
	"INSERT INTO main.review_gap(review, tenant, dataset, status, reason)"
	" SELECT ?1, tenant, dataset, CASE WHEN status = 'complete' THEN"
	" 'stale' ELSE status END, reason FROM temp.coverage WHERE"
	" (status <> 'complete' OR stale) AND"
	" (' ' || kinds || ' ' LIKE '% role %' OR ' ' || kinds || ' ' LIKE"
	" '% credential %' OR ' ' || kinds || ' ' LIKE '% account %') AND"
	" (?2 IS NULL OR customer = ?2)"
	/* A tenancy that nothing reads hides all of its holders. */
	" UNION ALL SELECT ?1, t.tenant, '(all)', 'missing', 'it is known,"
	" and no connection reads it' FROM temp.tenancy t WHERE NOT EXISTS("
	"SELECT 1 FROM temp.coverage v WHERE v.tenant = t.tenant) AND"
	" (?2 IS NULL OR t.customer = ?2)";

static int run_for(struct ep_store *store, const char *sql, const char *id,
		   const char *customer, struct ep_err *err)
{
	struct ep_stmt *stmt = NULL;
	int rc = ep_db_prepare(ep_store_db(store), sql, &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, id);
	ep_db_text(stmt, 2, customer);
	return ep_db_run(stmt, err);
}

static int hash_items(struct ep_store *store, const char *id,
		      struct ep_buf *ret_hex, int64_t *ret_n,
		      struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	struct ep_sha256 *sha = ep_sha256_new();
	uint8_t hash[EP_SHA256_BYTES];
	bool row = false;
	int rc = ep_db_prepare(ep_store_db(store), "SELECT tenant || ' ' || "
			       "dataset || ' ' || kind || ' ' || key AS line "
			       "FROM main.review_item WHERE review = ?1 "
			       "ORDER BY line", &stmt, err);

	*ret_n = 0;
	if (rc == 0)
		ep_db_text(stmt, 1, id);
	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		const char *line = ep_db_col_text(stmt, 0);

		if ((*ret_n)++)
			ep_sha256_add(sha, "\n", 1);
		ep_sha256_add(sha, line, strlen(line));
	}
	ep_sha256_end(sha, hash);
	ep_str_hex(ret_hex, hash, sizeof(hash));
	return rc;
}

static int insert_review(struct ep_store *store, const char *id,
			 const char *customer, const char *by,
			 const struct ep_review_hand *hand,
			 struct ep_err *err)
{
	struct ep_buf hex = EP_BUF_INIT(2 * EP_SHA256_BYTES + 1);
	struct ep_stmt *stmt = NULL;
	int64_t items = 0;
	int rc = hash_items(store, id, &hex, &items, err);

	if (rc == 0 && items == 0)
		rc = ep_err_set(err, EP_ENOENT, "nobody holds anything to "
				"review there, as far as it was read");
	if (rc == 0)
		rc = ep_db_prepare(ep_store_db(store), "INSERT INTO "
				   "main.review(id, customer, run, "
				   "population_sha256, items, started_by, "
				   "started_at, by_user, host) VALUES(?1, ?2, "
				   "?3, ?4, ?5, ?6, ?7, ?8, ?9)", &stmt, err);
	if (rc == 0) {
		ep_db_text(stmt, 1, id);
		ep_db_text(stmt, 2, customer);
		ep_db_int(stmt, 3, ep_store_run(store));
		ep_db_text(stmt, 4, hex.s);
		ep_db_int(stmt, 5, items);
		ep_db_text(stmt, 6, by);
		ep_db_int(stmt, 7, hand->at);
		ep_db_text(stmt, 8, hand->user);
		ep_db_text(stmt, 9, hand->host);
		rc = ep_db_run(stmt, err);
	}
	ep_buf_release(&hex);
	return rc;
}

int ep_review_start(struct ep_store *store, const char *id,
		    const char *customer, const struct ep_review_hand *hand,
		    struct ep_err *err)
{
	EP_AUTO_FREE char *by = NULL;
	int64_t there = 0;
	int rc = check_hand(store, hand, &by, err);

	if (rc == 0)
		rc = begin(store, err);
	if (rc < 0)
		return rc;
	rc = count(store, "SELECT count(*) FROM main.review WHERE id = ?1", id,
		   NULL, &there, err);
	if (rc == 0 && there)
		rc = ep_err_set(err, EP_EDATA, "there is a review \"%s\" "
				"already; give another --id", id);
	if (rc == 0)
		rc = run_for(store, freeze_sql, id, customer, err);
	if (rc == 0)
		rc = run_for(store, gaps_sql, id, customer, err);
	if (rc == 0)
		rc = insert_review(store, id, customer, by, hand, err);
	return finish(store, rc, err);
}

/* --- decide ----------------------------------------------------------------- */

/* The reviewer's own: his address, or an account of the same person. */
static const char own_sql[] =
	"SELECT count(*) FROM main.review_item i WHERE i.review = ?1 AND"
	" i.n = ?2 AND (i.address = ?3 OR EXISTS(SELECT 1 FROM temp.alias me"
	" JOIN temp.alias other ON other.person = me.person WHERE"
	" me.address = ?3 AND other.address = i.address) OR EXISTS("
	"SELECT 1 FROM person_link l JOIN temp.alias me ON"
	" me.person = l.person WHERE me.address = ?3 AND"
	" l.tenant = i.tenant AND l.account = i.account))";

static int check_item(struct ep_store *store, const char *id, int64_t n,
		      const char *by, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	EP_AUTO(ep_db_done_p) struct ep_stmt *there = NULL;
	bool row = false;
	int rc = ep_db_prepare(ep_store_db(store), "SELECT 1 FROM "
			       "main.review_item WHERE review = ?1 AND "
			       "n = ?2", &there, err);

	if (rc < 0)
		return rc;
	ep_db_text(there, 1, id);
	ep_db_int(there, 2, n);
	rc = ep_db_step(there, &row, err);
	if (rc == 0 && !row)
		rc = ep_err_set(err, EP_EDATA, "review %s has no item %lld",
				id, (long long)n);
	if (rc == 0)
		rc = ep_db_prepare(ep_store_db(store), own_sql, &stmt, err);
	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, id);
	ep_db_int(stmt, 2, n);
	ep_db_text(stmt, 3, by);
	rc = ep_db_step(stmt, &row, err);
	if (rc == 0 && ep_db_col_int(stmt, 0))
		rc = ep_err_set(err, EP_EDATA, "item %lld is %s's own: somebody "
				"else has to decide about it", (long long)n,
				by);
	return rc;
}

static int insert_decision(struct ep_store *store, const char *id, int64_t n,
			   const struct ep_review_choice *choice,
			   const char *by, const struct ep_review_hand *hand,
			   struct ep_err *err)
{
	struct ep_stmt *stmt = NULL;
	int rc = check_item(store, id, n, by, err);

	if (rc == 0)
		rc = ep_db_prepare(ep_store_db(store), "INSERT INTO "
				   "main.review_decision(review, n, decision, "
				   "reviewer, note, at, by_user, host) "
				   "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
				   &stmt, err);
	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, id);
	ep_db_int(stmt, 2, n);
	ep_db_text(stmt, 3, choice->decision);
	ep_db_text(stmt, 4, by);
	ep_db_text(stmt, 5, choice->note);
	ep_db_int(stmt, 6, hand->at);
	ep_db_text(stmt, 7, hand->user);
	ep_db_text(stmt, 8, hand->host);
	return ep_db_run(stmt, err);
}

static int decide_holder(struct ep_store *store, const char *id,
			 const struct ep_review_choice *choice,
			 const char *by, const struct ep_review_hand *hand,
			 struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	EP_AUTO_FREE char *holder = ep_strdup(choice->address);
	bool row = false, any = false;
	int rc = ep_db_prepare(ep_store_db(store), "SELECT n FROM "
			       "main.review_item WHERE review = ?1 AND "
			       "address = ?2 ORDER BY n", &stmt, err);

	if (rc < 0)
		return rc;
	ep_str_lower(holder);
	ep_db_text(stmt, 1, id);
	ep_db_text(stmt, 2, holder);
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		any = true;
		rc = insert_decision(store, id, ep_db_col_int(stmt, 0), choice,
				     by, hand, err);
		if (rc < 0)
			break;
	}
	if (rc == 0 && !any)
		rc = ep_err_set(err, EP_EDATA, "review %s has nothing of %s",
				id, choice->address);
	return rc;
}

static int check_choice(const struct ep_review_choice *choice,
			struct ep_err *err)
{
	bool keep = ep_str_eq(choice->decision, "keep");

	if (!keep && !ep_str_eq(choice->decision, "revoke") &&
	    !ep_str_eq(choice->decision, "change"))
		return ep_err_set(err, EP_EDATA, "a decision is keep, revoke "
				  "or change");
	if (!keep && (!choice->note ||
		      ep_str_trim(ep_str(choice->note)).n == 0))
		return ep_err_set(err, EP_EDATA, "who is to lose something is "
				  "owed a reason: --note TEXT");
	if (choice->note && strlen(choice->note) > EP_TEXT_BYTES_MAX)
		return ep_err_set(err, EP_ELIMIT, "a note has at most %d bytes "
				  "(EP_TEXT_BYTES_MAX)", EP_TEXT_BYTES_MAX);
	if (choice->n == 0 && !choice->address)
		return ep_err_set(err, EP_EDATA, "name items or a holder");
	return 0;
}

int ep_review_decide(struct ep_store *store, const char *id,
		     const struct ep_review_choice *choice,
		     const struct ep_review_hand *hand, struct ep_err *err)
{
	EP_AUTO_FREE char *by = NULL;
	int rc = check_choice(choice, err);

	if (rc == 0)
		rc = check_hand(store, hand, &by, err);
	if (rc == 0)
		rc = begin(store, err);
	if (rc < 0)
		return rc;
	rc = check_open(store, id, err);
	for (size_t i = 0; rc == 0 && i < choice->n; i++)
		rc = insert_decision(store, id, choice->item[i], choice, by,
				     hand, err);
	if (rc == 0 && choice->n == 0)
		rc = decide_holder(store, id, choice, by, hand, err);
	return finish(store, rc, err);
}

/* --- status and end --------------------------------------------------------- */

/* The newest decision of each item. */
#define LAST                                                                  \
	"main.review_decision d WHERE d.review = ?1 AND d.id = (SELECT"       \
	" max(l.id) FROM main.review_decision l WHERE l.review = d.review"    \
	" AND l.n = d.n)"

/* Gone only where the list was read wholly since. */
#define REVOKED                                                               \
	" AND d.decision = 'revoke' AND EXISTS(SELECT 1 FROM"                 \
	" main.review_item i WHERE i.review = d.review AND i.n = d.n AND "

#define LISTED                                                                \
	"(EXISTS(SELECT 1 FROM temp.role r WHERE i.kind = 'role' AND"         \
	" r.tenant = i.tenant AND r.dataset = i.dataset AND r.key = i.key)"   \
	" OR EXISTS(SELECT 1 FROM temp.credential c WHERE"                    \
	" i.kind = 'credential' AND c.tenant = i.tenant AND"                  \
	" c.dataset = i.dataset AND c.key = i.key AND"                        \
	" coalesce(c.state, 'unknown') NOT IN ('revoked', 'expired')))"

int ep_review_status(struct ep_store *store, const char *id,
		     struct ep_review_status *ret, struct ep_err *err)
{
	int64_t closed = 0;
	const struct {
		const char *sql;
		int64_t *to;
	} numbers[] = {
		{ "SELECT items FROM main.review WHERE id = ?1", &ret->items },
		{ "SELECT closed_at IS NOT NULL FROM main.review WHERE "
		  "id = ?1", &closed },
		{ "SELECT count(*) FROM " LAST, &ret->decided },
		{ "SELECT count(*) FROM " LAST " AND d.decision = 'keep'",
		  &ret->keep },
		{ "SELECT count(*) FROM " LAST " AND d.decision = 'revoke'",
		  &ret->revoke },
		{ "SELECT count(*) FROM " LAST " AND d.decision = 'change'",
		  &ret->change },
		{ "SELECT count(*) FROM main.review_gap WHERE review = ?1",
		  &ret->gaps },
		{ "SELECT count(*) FROM " LAST REVOKED LISTED ")",
		  &ret->revoked_there },
		{ "SELECT count(*) FROM " LAST REVOKED "NOT " LISTED " AND "
		  "EXISTS(SELECT 1 FROM temp.coverage v WHERE v.tenant = "
		  "i.tenant AND v.dataset = i.dataset AND "
		  "v.status = 'complete' AND NOT v.stale))",
		  &ret->revoked_gone },
		{ "SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM "
		  "main.review_decision WHERE review = ?1 GROUP BY reviewer, "
		  "at / 60)", &ret->per_minute },
	};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof(numbers) / sizeof(numbers[0]);
	     i++)
		rc = count(store, numbers[i].sql, id, NULL, numbers[i].to,
			   err);
	ret->closed = closed != 0;
	if (rc == 0 && ret->items == 0)
		rc = ep_err_set(err, EP_ENOENT, "there is no review \"%s\"; "
				"see exitproof review list", id);
	return rc;
}

static int check_closable(struct ep_store *store, const char *id,
			  struct ep_err *err)
{
	struct ep_review_status status;
	int rc = ep_review_status(store, id, &status, err);

	if (rc < 0)
		return rc;
	if (status.gaps)
		return ep_err_set(err, EP_EDATA, "%lld lists were not whole "
				  "when review %s began, so nobody knows who "
				  "is missing from it: have them read, and "
				  "start another one (exitproof review status "
				  "names them)", (long long)status.gaps, id);
	if (status.decided < status.items)
		return ep_err_set(err, EP_EDATA, "%lld of %lld items of review "
				  "%s are not decided",
				  (long long)(status.items - status.decided),
				  (long long)status.items, id);
	return 0;
}

int ep_review_close(struct ep_store *store, const char *id,
		    const struct ep_review_hand *hand, struct ep_err *err)
{
	EP_AUTO_FREE char *by = NULL;
	struct ep_stmt *stmt = NULL;
	int rc = check_hand(store, hand, &by, err);

	if (rc == 0)
		rc = begin(store, err);
	if (rc < 0)
		return rc;
	rc = check_open(store, id, err);
	if (rc == 0)
		rc = check_closable(store, id, err);
	if (rc == 0)
		rc = ep_db_prepare(ep_store_db(store), "UPDATE main.review SET "
				   "closed_by = ?2, closed_at = ?3 WHERE "
				   "id = ?1", &stmt, err);
	if (rc == 0) {
		ep_db_text(stmt, 1, id);
		ep_db_text(stmt, 2, by);
		ep_db_int(stmt, 3, hand->at);
		rc = ep_db_run(stmt, err);
	}
	return finish(store, rc, err);
}
