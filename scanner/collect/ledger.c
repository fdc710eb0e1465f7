/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger's tables; see the header.  Each budget keeps its own window in
 * memory, the tables only carry what one process has to tell the others.
 */
#include "collect/ledger.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/str.h"
#include "ext/crypto.h"
#include "ext/db.h"

/* Old rows are thrown away each time so many were written. */
#define CLEAN_EVERY 256
/* All requests of this process wait meanwhile. */
#define LOCK_MS	    2000
#define BOOT_ID	    "/proc/sys/kernel/random/boot_id"
/* "EPLG" in the head of the file: whatever has it is ours to throw away. */
#define APPLICATION 0x45504c47
/* Where every SQLite database has it. */
#define APPLICATION_AT 68

struct ep_ledger {
	struct ep_db *db;
	struct ep_map budgets;	/* eight bytes of hash to struct ep_budget */
	int64_t seen;		/* rows up to this one are counted */
	int64_t written;
	char trouble[EP_ERR_MSG_MAX];
};

static const char tables[] =
	"CREATE TABLE IF NOT EXISTS machine(one INTEGER PRIMARY KEY "
	"CHECK(one = 1), boot TEXT NOT NULL, mono INTEGER NOT NULL, "
	"wall INTEGER NOT NULL) STRICT;"
	"CREATE TABLE IF NOT EXISTS spent(seq INTEGER PRIMARY KEY "
	"AUTOINCREMENT, budget INTEGER NOT NULL, at INTEGER NOT NULL, "
	"n INTEGER NOT NULL, window INTEGER NOT NULL) STRICT;"
	"CREATE INDEX IF NOT EXISTS spent_budget ON spent(budget);"
	"CREATE TABLE IF NOT EXISTS blocked(budget INTEGER PRIMARY KEY, "
	"until INTEGER NOT NULL) STRICT;";

int64_t ep_ledger_id(const char *key)
{
	uint8_t hash[EP_SHA256_BYTES];
	int64_t id;

	ep_sha256_of(key, strlen(key), hash);
	memcpy(&id, hash, sizeof(id));
	return id;
}

static void give_up(struct ep_ledger *ledger, const struct ep_err *err)
{
	ep_db_rollback(ledger->db);
	if (!ledger->trouble[0])
		snprintf(ledger->trouble, sizeof(ledger->trouble), "%s",
			 err->msg);
}

const char *ep_ledger_trouble(const struct ep_ledger *ledger)
{
	return ledger->trouble[0] ? ledger->trouble : NULL;
}

static bool usable(const struct ep_ledger *ledger)
{
	return ledger && !ledger->trouble[0];
}

/* --- opening ------------------------------------------------------------ */

static void boot_id(char out[64])
{
	EP_AUTO(ep_buf_release) struct ep_buf text;
	struct ep_err err = EP_ERR_INIT;

	ep_buf_init(&text, 256);
	if (ep_file_read(BOOT_ID, 255, &text, &err) < 0)
		ep_buf_clear(&text);
	snprintf(out, 64, "%.*s", text.s ? (int)strcspn(text.s, "\n") : 0,
		 text.s ? text.s : "");
}

/* Times of another boot, or of a clock that was not ours: moved by what the
 * wall clock says went by, and never into the time to come. */
static int carry_over(struct ep_db *db, int64_t now_ms, struct ep_err *err)
{
	static const char *const sql[] = {
		"UPDATE spent SET at = min(?1, at + (SELECT ?1 - mono - "
		"1000 * (?2 - wall) FROM machine WHERE boot <> ?3)) "
		"WHERE EXISTS (SELECT 1 FROM machine WHERE boot <> ?3)",
		"UPDATE blocked SET until = until + (SELECT ?1 - mono - "
		"1000 * (?2 - wall) FROM machine WHERE boot <> ?3) "
		"WHERE EXISTS (SELECT 1 FROM machine WHERE boot <> ?3)",
		"UPDATE spent SET at = ?1 WHERE at > ?1",
		"INSERT INTO machine VALUES(1, ?3, ?1, ?2) ON CONFLICT(one) "
		"DO UPDATE SET boot = ?3, mono = ?1, wall = ?2 "
		"WHERE boot <> ?3",
	};
	char boot[64];
	int rc = 0;

	boot_id(boot);
	for (size_t i = 0; rc == 0 && i < sizeof(sql) / sizeof(*sql); i++) {
		struct ep_stmt *stmt = NULL;

		rc = ep_db_prepare(db, sql[i], &stmt, err);
		if (rc < 0)
			break;
		ep_db_int(stmt, 1, now_ms);
		if (ep_db_param_count(stmt) > 1) {
			ep_db_int(stmt, 2, ep_clock_now());
			ep_db_text(stmt, 3, boot);
		}
		rc = ep_db_run(stmt, err);
	}
	return rc;
}

static int clean(struct ep_db *db, int64_t now_ms, struct ep_err *err)
{
	struct ep_stmt *stmt = NULL;
	int rc = ep_db_prepare(db, "DELETE FROM spent WHERE at + window <= ?1",
			       &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, now_ms);
	rc = ep_db_run(stmt, err);
	if (rc == 0)
		rc = ep_db_prepare(db, "DELETE FROM blocked WHERE until <= ?1",
				   &stmt, err);
	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, now_ms);
	return ep_db_run(stmt, err);
}

/* "budgets:" may name anything by mistake, the database of the runs even. */
static int claim(struct ep_db *db, const char *path, struct ep_err *err)
{
	int64_t id = 0, n = 0;
	int rc = ep_db_one_int(db, "PRAGMA application_id", &id, err);

	if (rc == 0)
		rc = ep_db_one_int(db, "SELECT count(*) FROM sqlite_schema",
				   &n, err);
	if (rc < 0)
		return rc;
	if (id != APPLICATION && (id || n))
		return ep_err_set(err, EP_ECONFIG, "%s: a database of "
				  "something else; name another file as "
				  "'budgets'", path);
	return id ? 0 : ep_db_execf(db, err, "PRAGMA application_id=%d",
				    APPLICATION);
}

/* By the head of the file, which is all that a damaged one may still have. */
static bool is_ours(const char *path)
{
	static const uint8_t id[] = { APPLICATION >> 24,
				      APPLICATION >> 16 & 0xff,
				      APPLICATION >> 8 & 0xff,
				      APPLICATION & 0xff };
	uint8_t head[sizeof(id)];
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	bool ours = fd >= 0 &&
		    pread(fd, head, sizeof(head), APPLICATION_AT) ==
			    (ssize_t)sizeof(head) &&
		    memcmp(head, id, sizeof(id)) == 0;

	if (fd >= 0)
		close(fd);
	return ours;
}

/* Nothing in it must outlive a power cut, so no write waits for the disk; but
 * whose it is has to be in the file before anything can happen to its log. */
static int open_once(const char *path, int64_t now_ms, struct ep_db **ret,
		     struct ep_err *err)
{
	/* Not later: closing the file would let go of SQLite's locks. */
	bool marked = is_ours(path);
	int rc = ep_db_open(path, EP_DB_WRITE, ret, err);

	if (rc == 0)
		rc = ep_db_execf(*ret, err, "PRAGMA synchronous=NORMAL;"
				 "PRAGMA busy_timeout=%d;", LOCK_MS);
	if (rc == 0)
		rc = ep_db_begin(*ret, err);
	if (rc == 0)
		rc = claim(*ret, path, err);
	if (rc == 0)
		rc = ep_db_exec(*ret, tables, err);
	if (rc == 0)
		rc = carry_over(*ret, now_ms, err);
	if (rc == 0)
		rc = clean(*ret, now_ms, err);
	if (rc == 0)
		rc = ep_db_commit(*ret, err);
	if (rc == 0 && !marked)
		rc = ep_db_exec(*ret, "PRAGMA wal_checkpoint(PASSIVE)", err);
	if (rc < 0) {
		ep_db_close(*ret);
		*ret = NULL;
	}
	return rc;
}

static void throw_away(const char *path)
{
	static const char *const suffix[] = { "", "-wal", "-shm" };

	for (size_t i = 0; i < sizeof(suffix) / sizeof(*suffix); i++) {
		struct ep_buf name = EP_BUF_INIT(8192);

		ep_buf_addf(&name, "%s%s", path, suffix[i]);
		if (!name.overflow)
			(void)unlink(name.s);
		ep_buf_release(&name);
	}
}

int ep_ledger_open(const char *path, int64_t now_ms, struct ep_ledger **ret,
		   struct ep_err *err)
{
	struct ep_db *db = NULL;
	int rc = open_once(path, now_ms, &db, err);

	/* Damaged; anything else that cannot be used stays where it is. */
	if (rc == EP_EDATA && is_ours(path)) {
		throw_away(path);
		rc = open_once(path, now_ms, &db, err);
	}
	if (rc < 0)
		return rc;
	*ret = ep_calloc(1, sizeof(**ret));
	(*ret)->db = db;
	ep_map_init(&(*ret)->budgets);
	return 0;
}

void ep_ledger_close(struct ep_ledger *ledger)
{
	if (!ledger)
		return;
	ep_db_close(ledger->db);
	ep_map_release(&ledger->budgets, NULL);
	ep_free(ledger);
}

/* --- reading ------------------------------------------------------------ */

/* A row is outside input: no time to come, no more than a limit can be. */
static void count_row(const struct ep_ledger *ledger, struct ep_stmt *stmt,
		      int64_t now_ms)
{
	int64_t id = ep_db_col_int(stmt, 1);
	int64_t at = ep_db_col_int(stmt, 2);
	int64_t n = ep_db_col_int(stmt, 3);
	struct ep_budget *budget =
		ep_map_getn(&ledger->budgets, &id, sizeof(id));

	if (!budget || n <= 0)
		return;
	ep_budget_note(budget, at < now_ms ? at : now_ms,
		       n < EP_BUDGET_REQUESTS_MAX ? n :
						    EP_BUDGET_REQUESTS_MAX);
}

static int read_rows(struct ep_ledger *ledger, const char *sql, int64_t id,
		     int64_t now_ms, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = true;
	int rc = ep_db_prepare(ledger->db, sql, &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, ledger->seen);
	if (ep_db_param_count(stmt) > 1)
		ep_db_int(stmt, 2, id);
	for (;;) {
		rc = ep_db_step(stmt, &row, err);
		if (rc < 0 || !row)
			return rc;
		count_row(ledger, stmt, now_ms);
		if (ep_db_col_int(stmt, 0) > ledger->seen)
			ledger->seen = ep_db_col_int(stmt, 0);
	}
}

static int read_block(struct ep_ledger *ledger, int64_t id,
		      struct ep_budget *budget, int64_t now_ms,
		      struct ep_err *err)
{
	static const int64_t most = EP_WAIT_SECONDS_MAX * INT64_C(1000);
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	int64_t until;
	bool row = false;
	int rc = ep_db_prepare(ledger->db,
			       "SELECT until FROM blocked WHERE budget = ?1",
			       &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, id);
	rc = ep_db_step(stmt, &row, err);
	if (rc < 0 || !row)
		return rc;
	until = ep_db_col_int(stmt, 0);
	ep_budget_block(budget, until < now_ms + most ? until : now_ms + most);
	return 0;
}

/* What others did since we looked. */
static int catch_up(struct ep_ledger *ledger, int64_t id,
		    struct ep_budget *budget, int64_t now_ms,
		    struct ep_err *err)
{
	int rc = read_rows(ledger,
			   "SELECT seq, budget, at, n FROM spent "
			   "WHERE seq > ?1 ORDER BY seq", 0, now_ms, err);

	return rc < 0 ? rc : read_block(ledger, id, budget, now_ms, err);
}

void ep_ledger_join(struct ep_ledger *ledger, const char *key,
		    struct ep_budget *budget, int64_t now_ms)
{
	struct ep_err err = EP_ERR_INIT;
	int64_t id = ep_ledger_id(key);

	if (!usable(ledger) || budget->allowed <= 0)
		return;
	ep_map_setn(&ledger->budgets, &id, sizeof(id), budget);
	if (ep_db_begin(ledger->db, &err) < 0 ||
	    read_rows(ledger, "SELECT seq, budget, at, n FROM spent "
		      "WHERE seq <= ?1 AND budget = ?2", id, now_ms,
		      &err) < 0 ||
	    catch_up(ledger, id, budget, now_ms, &err) < 0 ||
	    ep_db_commit(ledger->db, &err) < 0)
		give_up(ledger, &err);
}

void ep_ledger_leave(struct ep_ledger *ledger, const char *key)
{
	int64_t id = ep_ledger_id(key);

	if (ledger)
		ep_map_setn(&ledger->budgets, &id, sizeof(id), NULL);
}

/* --- writing ------------------------------------------------------------ */

static int write_spent(struct ep_ledger *ledger, int64_t id, int64_t at_ms,
		       int64_t n, int64_t window_ms, struct ep_err *err)
{
	struct ep_stmt *stmt = NULL;
	int rc = ep_db_prepare(ledger->db, "INSERT INTO spent(budget, at, n, "
			       "window) VALUES(?1, ?2, ?3, ?4)", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, id);
	ep_db_int(stmt, 2, at_ms);
	ep_db_int(stmt, 3, n);
	ep_db_int(stmt, 4, window_ms);
	rc = ep_db_run(stmt, err);
	if (rc == 0)
		ledger->seen = ep_db_last_id(ledger->db);
	return rc;
}

static int send_in(struct ep_ledger *ledger, int64_t id,
		   struct ep_budget *budget, int64_t now_ms, bool *ret_sent,
		   struct ep_err *err)
{
	int rc = catch_up(ledger, id, budget, now_ms, err);

	*ret_sent = false;
	if (rc < 0 || ep_budget_when(budget, now_ms) > now_ms)
		return rc;
	if (++ledger->written % CLEAN_EVERY == 0)
		rc = clean(ledger->db, now_ms, err);
	if (rc == 0)
		rc = write_spent(ledger, id, now_ms, 1, budget->window_ms,
				 err);
	*ret_sent = rc == 0;
	return rc;
}

/* Alone: as if there were no ledger. */
static bool send_alone(struct ep_budget *budget, int64_t now_ms)
{
	if (ep_budget_when(budget, now_ms) > now_ms)
		return false;
	ep_budget_send(budget, now_ms);
	return true;
}

bool ep_ledger_send(struct ep_ledger *ledger, const char *key,
		    struct ep_budget *budget, int64_t now_ms)
{
	struct ep_err err = EP_ERR_INIT;
	bool sent = false;

	if (!usable(ledger) || budget->allowed <= 0)
		return send_alone(budget, now_ms);
	if (ep_db_begin(ledger->db, &err) < 0 ||
	    send_in(ledger, ep_ledger_id(key), budget, now_ms, &sent, &err) < 0 ||
	    ep_db_commit(ledger->db, &err) < 0) {
		give_up(ledger, &err);
		return send_alone(budget, now_ms);
	}
	if (sent)
		ep_budget_send(budget, now_ms);
	return sent;
}

static int write_block(struct ep_ledger *ledger, int64_t id, int64_t until_ms,
		       struct ep_err *err)
{
	struct ep_stmt *stmt = NULL;
	int rc = ep_db_prepare(ledger->db, "INSERT INTO blocked VALUES(?1, "
			       "?2) ON CONFLICT(budget) DO UPDATE SET until = "
			       "max(until, ?2)", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, id);
	ep_db_int(stmt, 2, until_ms);
	return ep_db_run(stmt, err);
}

void ep_ledger_block(struct ep_ledger *ledger, const char *key,
		     struct ep_budget *budget, int64_t until_ms)
{
	struct ep_err err = EP_ERR_INIT;

	ep_budget_block(budget, until_ms);
	if (usable(ledger) && budget->allowed > 0 &&
	    write_block(ledger, ep_ledger_id(key), until_ms, &err) < 0)
		give_up(ledger, &err);
}

static int remaining_in(struct ep_ledger *ledger, int64_t id,
			struct ep_budget *budget, int64_t now_ms,
			int64_t remaining, int64_t end_ms, struct ep_err *err)
{
	int64_t at_ms, n;
	int rc = catch_up(ledger, id, budget, now_ms, err);

	if (rc < 0)
		return rc;
	n = ep_budget_remaining(budget, now_ms, remaining, end_ms, &at_ms);
	return n == 0 ? 0 :
			write_spent(ledger, id, at_ms, n, budget->window_ms,
				    err);
}

void ep_ledger_remaining(struct ep_ledger *ledger, const char *key,
			 struct ep_budget *budget, int64_t now_ms,
			 int64_t remaining, int64_t end_ms)
{
	struct ep_err err = EP_ERR_INIT;
	int64_t at_ms;

	if (!usable(ledger) || budget->allowed <= 0) {
		(void)ep_budget_remaining(budget, now_ms, remaining, end_ms,
					  &at_ms);
		return;
	}
	if (ep_db_begin(ledger->db, &err) < 0 ||
	    remaining_in(ledger, ep_ledger_id(key), budget, now_ms, remaining, end_ms,
			 &err) < 0 ||
	    ep_db_commit(ledger->db, &err) < 0)
		give_up(ledger, &err);
}
