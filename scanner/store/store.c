/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store as a whole: opened and closed, its lock, and which night its
 * views show.
 */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "ext/db.h"
#include "store/aside.h"
#include "store/asof.h"
#include "store/inside.h"
#include "store/intake.h"
#include "store/look.h"
#include "store/preload.h"
#include "store/purged.h"
#include "store/run.h"
#include "store/schema.h"
#include "store/tenancy.h"
#include "store/view.h"
#include "store/view_fixed.h"

/* --- the lock ----------------------------------------------------------- */

static char *beside(const char *path, const char *suffix)
{
	struct ep_buf name;

	ep_buf_init(&name, EP_URL_BYTES_MAX);
	ep_buf_addf(&name, "%s%s", path, suffix);
	return ep_buf_take(&name);
}

/* Who holds it, for the message; the lock itself is the kernel's and goes
 * with its process. */
static void write_owner(int fd)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%ld\n", (long)getpid());

	if (ftruncate(fd, 0) < 0 || pwrite(fd, text, (size_t)n, 0) < 0)
		return;
}

static int busy(const char *path, int fd, struct ep_err *err)
{
	char text[32] = "";
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	text[n > 0 ? strcspn(text, "\n") : 0] = '\0';
	return ep_err_set(err, EP_EBUSY, "%s: another run (process %s) is "
			  "writing it; wait for its end", path,
			  text[0] ? text : "unknown");
}

/* A lock on a file that somebody has swept away meanwhile holds nothing. */
static int check_held(const char *path, int fd, struct ep_err *err)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && st.st_nlink > 0)
		return 0;
	return ep_err_set(err, EP_EBUSY, "%s: was removed by another process; "
			  "try again", path);
}

static int take_lock(struct ep_store *store, struct ep_err *err)
{
	EP_AUTO_FREE char *path = beside(store->path, ".lock");
	int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	int rc;

	if (fd < 0)
		return ep_err_errno(err, errno == EACCES ? EP_EPERM : EP_EIO,
				    "%s: cannot open the lock file", path);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		rc = errno == EWOULDBLOCK ?
			busy(store->path, fd, err) :
			ep_err_errno(err, EP_EIO, "%s: cannot lock", path);
		close(fd);
		return rc;
	}
	rc = check_held(path, fd, err);
	if (rc < 0) {
		close(fd);
		return rc;
	}
	write_owner(fd);
	store->lock = fd;
	return 0;
}

/* --- opening ------------------------------------------------------------ */

static int fill_new(const char *path, struct ep_err *err)
{
	struct ep_db *db = NULL;
	int64_t busy_now = 0;
	int rc = ep_db_open(path, EP_DB_WRITE, &db, err);

	if (rc == 0)
		rc = ep_db_begin(db, err);
	if (rc == 0)
		rc = ep_schema_create(db, err);
	if (rc == 0)
		rc = ep_db_commit(db, err);
	/* The file alone is renamed: all of it must be in the file, and a
	 * close would not tell. */
	if (rc == 0)
		rc = ep_db_one_int(db, "PRAGMA wal_checkpoint(TRUNCATE)",
				   &busy_now, err);
	if (rc == 0 && busy_now)
		rc = ep_err_set(err, EP_EBUSY, "%s: in use", path);
	ep_db_close(db);
	return rc;
}

static void sync_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)fsync(fd);
	close(fd);
}

/* Under another name first: a process that is killed leaves no half-made
 * database that the next one would have to refuse. */
static int create(struct ep_store *store, struct ep_err *err)
{
	static const char *const leftovers[] = { "", "-wal", "-shm" };
	EP_AUTO_FREE char *path = beside(store->path, ".new");
	int rc;

	for (size_t i = 0; i < 3; i++) {
		EP_AUTO_FREE char *old = beside(path, leftovers[i]);

		unlink(old);
	}
	rc = fill_new(path, err);
	if (rc == 0 && rename(path, store->path) < 0)
		rc = ep_err_errno(err, EP_EIO, "%s: cannot rename it", path);
	if (rc < 0) {
		unlink(path);
		return ep_err_context(err, "%s: new database", store->path);
	}
	sync_folder(store->folder);
	return 0;
}

static int load_secret(struct ep_store *store, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	const void *secret;
	bool found = false;
	size_t n = 0;
	int rc = ep_db_prepare(store->db, "SELECT value FROM main.meta WHERE "
			       "name = 'hash_secret'", &stmt, err);

	if (rc == 0)
		rc = ep_db_step(stmt, &found, err);
	if (rc < 0)
		return rc;
	secret = found ? ep_db_col_blob(stmt, 0, &n) : NULL;
	if (!secret || n != sizeof(store->secret))
		return ep_err_set(err, EP_EDATA, "%s: the database lost its "
				  "hash secret; restore it from a backup",
				  store->path);
	memcpy(store->secret, secret, n);
	return 0;
}

/* The kinds of the database are numbered as this program numbers them. */
static int check_kinds(struct ep_store *store, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	int rc = ep_db_prepare(store->db, "SELECT name FROM main.kind "
			       "ORDER BY id", &stmt, err);

	for (int i = 0; rc == 0 && i < EP_KINDS; i++) {
		bool found = false;

		rc = ep_db_step(stmt, &found, err);
		if (rc == 0 && (!found ||
				!ep_str_eq(ep_db_col_text(stmt, 0),
					   ep_entity((enum ep_kind)i)->name)))
			rc = ep_err_set(err, EP_EDATA, "%s: its kinds of "
					"records are not those of this "
					"program; restore it from a backup",
					store->path);
	}
	return rc;
}

static int open_checked(struct ep_store *store, enum ep_db_mode mode,
			struct ep_db **ret, int64_t *ret_version,
			struct ep_err *err)
{
	int rc = ep_db_open(store->path, mode, ret, err);

	if (rc < 0)
		return rc;
	return ep_schema_check(*ret, store->path, EP_STORE_SCHEMA, ret_version,
			       err);
}

/* The reader looks first: a file that is not ours is not even switched to
 * another journal mode. */
static int open_locked(struct ep_store *store, struct ep_err *err)
{
	int64_t version = 0;
	int rc = open_checked(store, EP_DB_READ, &store->reader, &version, err);

	/* It passes over each row once and has no use for a cache. */
	if (rc == 0)
		rc = ep_db_exec(store->reader, "PRAGMA cache_size=-2048", err);
	if (rc == 0)
		rc = ep_db_open(store->path, EP_DB_WRITE, &store->db, err);
	/* Fewer, larger checkpoints: a night writes its pages in bursts. */
	if (rc == 0)
		rc = ep_db_exec(store->db, "PRAGMA wal_autocheckpoint=8000",
				err);
	if (rc == 0)
		rc = ep_schema_migrate(store->db, store->path, version,
				       EP_STORE_SCHEMA, ep_schema_steps, err);
	if (rc == 0)
		rc = ep_schema_look_ups(store->db, err);
	if (rc == 0)
		rc = load_secret(store, err);
	if (rc == 0)
		rc = ep_writer_start(store->db, ep_run_progress, store,
				     &store->writer, err);
	return rc;
}

static int open_writer(struct ep_store *store, struct ep_err *err)
{
	struct stat st;
	int rc = take_lock(store, err);

	if (rc < 0)
		return rc;
	ep_aside_sweep(store->path);
	if (lstat(store->path, &st) < 0 && errno == ENOENT)
		rc = create(store, err);
	return rc < 0 ? rc : open_locked(store, err);
}

/* What an older program is writing is for that one to read. */
static int check_version(const char *path, struct ep_err *err)
{
	struct ep_db *db = NULL;
	int64_t version = 0;
	int rc = ep_db_open(path, EP_DB_READ, &db, err);

	if (rc == 0)
		rc = ep_schema_check(db, path, EP_STORE_SCHEMA, &version, err);
	if (rc == 0 && version < EP_STORE_SCHEMA)
		rc = ep_err_set(err, EP_EBUSY, "%s: an older version of the "
				"program is writing it; wait for its end",
				path);
	ep_db_close(db);
	return rc;
}

static int open_copy(struct ep_store *store, const char *of,
		     struct ep_err *err)
{
	int rc;

	ep_aside_sweep(of);
	rc = check_version(of, err);
	if (rc == 0)
		rc = take_lock(store, err);
	if (rc == 0)
		rc = ep_aside_copy(of, store->path, err);
	return rc < 0 ? rc : open_locked(store, err);
}

static int open_reader(struct ep_store *store, struct ep_err *err)
{
	int64_t version = 0;
	int rc = open_checked(store, EP_DB_READ, &store->db, &version, err);

	if (rc == 0 && version < EP_STORE_SCHEMA)
		rc = ep_err_set(err, EP_EDATA, "%s: schema version %lld is "
				"older than this program reads; a run brings "
				"it up to date", store->path,
				(long long)version);
	return rc;
}

/* Takes path. */
static struct ep_store *store_new(char *path, bool write)
{
	struct ep_store *store = ep_calloc(1, sizeof(*store));

	store->path = path;
	store->folder = ep_file_folder(path);
	store->write = write;
	store->lock = -1;
	ep_map_init(&store->tenancies);
	ep_map_init(&store->datasets);
	ep_map_init(&store->facts);
	return store;
}

/* rc: what opening came to. */
static int finish_open(struct ep_store *store, int rc, struct ep_store **ret,
		       struct ep_err *err)
{
	if (rc == 0)
		rc = check_kinds(store, err);
	if (rc == 0)
		rc = ep_store_as_of(store, 0, err);
	if (rc < 0) {
		ep_store_close(store);
		return rc;
	}
	*ret = store;
	return 0;
}

int ep_store_open(const char *path, bool write, struct ep_store **ret,
		  struct ep_err *err)
{
	struct ep_store *store = store_new(ep_strdup(path), write);
	int rc = write ? open_writer(store, err) : open_reader(store, err);

	return finish_open(store, rc, ret, err);
}

int ep_store_open_aside(const char *path, struct ep_store **ret,
			struct ep_err *err)
{
	struct ep_store *store = store_new(ep_aside_path(path), true);

	store->aside = true;
	return finish_open(store, open_copy(store, path, err), ret, err);
}

/* What was not flushed is rolled back, and an open run stays `running` until
 * the next one buries it: close alone is no end of a run. */
void ep_store_close(struct ep_store *store)
{
	if (!store)
		return;
	(void)ep_intake_drop_all(store, NULL);
	ep_preload_free(store->preload);
	ep_writer_stop(store->writer);
	ep_look_free(store->look);
	ep_registry_clear(store);
	ep_db_close(store->reader);
	ep_db_close(store->db);
	if (store->aside && store->lock >= 0)
		ep_aside_remove(store->path);
	if (store->lock >= 0)
		close(store->lock);
	for (int i = 0; i < EP_KINDS; i++)
		ep_free(store->narrow[i]);
	ep_wipe(store->secret, sizeof(store->secret));
	ep_free(store->path);
	ep_free(store->folder);
	ep_free(store);
}

int ep_store_whole(struct ep_store *store, bool indexes, struct ep_err *err)
{
	int rc = ep_store_settle(store, err);

	return rc < 0 ? rc :
			ep_look_now(store->db, store->path, indexes, err);
}

int ep_store_look(struct ep_store *store, struct ep_err *err)
{
	if (store->look)
		return 0;
	return ep_look_start(store->path, &store->look, err);
}

struct ep_db *ep_store_db(struct ep_store *store)
{
	return store->db;
}

void ep_store_sink(struct ep_store *store, struct ep_sink *ret)
{
	ep_intake_sink(store, ret);
}

int ep_store_flush(struct ep_store *store, struct ep_err *err)
{
	return ep_store_settle(store, err);
}

int ep_store_settle(struct ep_store *store, struct ep_err *err)
{
	return store->writer ? ep_writer_flush(store->writer, err) : 0;
}

/* --- which night -------------------------------------------------------- */

int64_t ep_store_run(const struct ep_store *store)
{
	return store->as_of;
}

static int check_known(struct ep_store *store, int64_t run, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool found = false;
	int rc = ep_db_prepare(store->db, "SELECT 1 FROM main.run WHERE "
			       "id = ?1", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, run);
	rc = ep_db_step(stmt, &found, err);
	if (rc == 0 && !found)
		rc = ep_err_set(err, EP_ENOENT, "run %lld is not in %s",
				(long long)run, store->path);
	return rc;
}

/* A reader stays in the transaction that its views were made in: a run that
 * writes meanwhile must not show through. */
static int take_snapshot(struct ep_store *store, struct ep_err *err)
{
	int rc = 0;

	if (store->write)
		return 0;
	if (store->snapshot)
		rc = ep_db_commit(store->db, err);
	if (rc == 0)
		rc = ep_db_begin(store->db, err);
	store->snapshot = rc == 0;
	return rc;
}

static int check_readable(struct ep_store *store, int64_t run,
			  struct ep_err *err)
{
	int rc = check_known(store, run, err);

	return rc == 0 ? ep_purged_refuse(store->db, run, err) : rc;
}

int ep_store_as_of(struct ep_store *store, int64_t run, struct ep_err *err)
{
	int rc = ep_store_settle(store, err);

	if (rc == 0)
		rc = take_snapshot(store, err);
	if (rc == 0 && run)
		rc = check_readable(store, run, err);
	else if (rc == 0 && store->run)
		run = store->run;
	else if (rc == 0)
		rc = ep_store_run_before(store, INT64_MAX, &run, err);
	if (rc == 0)
		rc = ep_asof_rebuild(store, run, err);
	if (rc == 0) {
		store->as_of = run;
		rc = ep_view_all(store, err);
	}
	return rc;
}

int ep_store_coverage_then(struct ep_store *store, int64_t run,
			   struct ep_err *err)
{
	int rc = ep_store_settle(store, err);

	if (rc == 0)
		rc = check_readable(store, run, err);
	return rc == 0 ? ep_view_coverage_then(store, run, err) : rc;
}

static int narrow(struct ep_store *store, enum ep_kind kind,
		  const char *datasets,
		  int (*make)(struct ep_store *store, enum ep_kind kind,
			      struct ep_err *err),
		  struct ep_err *err)
{
	char *before = store->narrow[kind];
	int rc;

	store->narrow[kind] = ep_strdup(datasets);
	rc = make(store, kind, err);
	if (rc < 0) {
		ep_free(store->narrow[kind]);
		store->narrow[kind] = before;
		return rc;
	}
	ep_free(before);
	return 0;
}

int ep_store_narrow(struct ep_store *store, enum ep_kind kind,
		    const char *datasets, struct ep_err *err)
{
	return narrow(store, kind, datasets, ep_view_kind, err);
}

int ep_store_narrow_now(struct ep_store *store, enum ep_kind kind,
			const char *datasets, struct ep_err *err)
{
	return narrow(store, kind, datasets, ep_view_now, err);
}
