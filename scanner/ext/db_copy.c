/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A copy of a database page by page, for somebody who needs it now and throws
 * it away afterwards.
 */
#include "ext/db_priv.h"

#include <unistd.h>

#include "base/str.h"

/* It is made again, not repaired: nothing of it has to survive a crash. */
static int be_quick(sqlite3 *to)
{
	return sqlite3_exec(to, "PRAGMA synchronous=OFF;"
			    "PRAGMA journal_mode=OFF", NULL, NULL, NULL);
}

/* In one step, which is one read transaction of the source: what another
 * process commits meanwhile is not in it by halves. */
static int copy_pages(sqlite3 *to, sqlite3 *from)
{
	sqlite3_backup *copy;
	int rc = be_quick(to);

	if (rc != SQLITE_OK)
		return rc;
	copy = sqlite3_backup_init(to, "main", from, "main");
	if (!copy)
		return sqlite3_errcode(to);
	rc = sqlite3_backup_step(copy, -1);
	(void)sqlite3_backup_finish(copy);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int ep_db_copy(struct ep_db *from, const char *path, struct ep_err *err)
{
	sqlite3 *to = NULL;
	int code, rc = ep_db_file_open(path, EP_DB_WRITE, &to, err);

	if (rc < 0)
		return rc;
	code = copy_pages(to, from->h);
	if (code != SQLITE_OK)
		rc = ep_err_set(err, code == SQLITE_BUSY ? EP_EBUSY : EP_EIO,
				"%s: cannot copy the database: %s", path,
				sqlite3_errstr(code));
	sqlite3_close_v2(to);
	if (rc < 0)
		unlink(path);
	return rc;
}
