/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The database as a file: who owns it, who may write it, where temporary
 * data goes, and which flags SQLite opens it with.
 */
#include "ext/db_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"

/* Room for "file:", a path of PATH_MAX fully percent-encoded, and the
 * query. */
#define URI_BYTES_MAX (3 * 4096 + 64)

/* lstat and no open(2): closing any descriptor of the file would drop the
 * locks of another connection of this process. */
static int check_file(const char *path, enum ep_db_mode mode,
		      struct ep_err *err)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return ep_err_errno(err, errno == ENOENT ? EP_ENOENT : EP_EIO,
				    "%s", path);
	if (!S_ISREG(st.st_mode))
		return ep_err_set(err, EP_EPERM, "%s: not a regular file (a "
				  "link or a device?); name the file itself",
				  path);
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return ep_err_set(err, EP_EPERM, "%s: others may write it "
				  "(mode %04o); check its content, then chmod "
				  "go-w", path,
				  (unsigned int)(st.st_mode & 07777));
	if (mode == EP_DB_WRITE && st.st_uid != geteuid() && st.st_uid != 0)
		return ep_err_set(err, EP_EPERM, "%s: owned by user %u, not by "
				  "us; run as that user or chown it", path,
				  (unsigned int)st.st_uid);
	return 0;
}

int ep_db_file_create(const char *path, struct ep_err *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		      0600);

	if (fd < 0 && errno == EEXIST)
		return ep_err_set(err, EP_EPERM, "%s exists already; name a "
				  "new file", path);
	if (fd < 0)
		return ep_err_errno(err, EP_EIO, "%s: cannot create it", path);
	close(fd);
	return 0;
}

/* Sorts that do not fit into memory hold people's data: they belong beside
 * the database, not into a shared folder.  SQLite has one such setting for
 * the process; the first database decides. */
static void set_temp_folder(const char *folder)
{
	if (!sqlite3_temp_directory)
		sqlite3_temp_directory = sqlite3_mprintf("%s", folder);
}

/* Nobody asks SQLite how much memory it uses, and counting takes a lock with
 * every allocation of every thread.  Without effect once SQLite is in use. */
static void stop_counting(void)
{
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static int open_handle(const char *path, int flags, sqlite3 **ret,
		       struct ep_err *err)
{
	int rc = sqlite3_open_v2(path, ret,
				 flags | SQLITE_OPEN_NOFOLLOW |
					 SQLITE_OPEN_NOMUTEX |
					 SQLITE_OPEN_PRIVATECACHE,
				 NULL);

	if (rc == SQLITE_OK)
		return 0;
	rc = ep_err_set(err, rc == SQLITE_NOMEM ? EP_EBUG : EP_EIO,
			"%s: cannot open: %s", path,
			*ret ? sqlite3_errmsg(*ret) : sqlite3_errstr(rc));
	sqlite3_close_v2(*ret);
	*ret = NULL;
	return rc;
}

static bool is_there(const char *path, const char *suffix)
{
	struct ep_buf name;
	struct stat st;
	bool found;

	ep_buf_init(&name, URI_BYTES_MAX);
	ep_buf_addf(&name, "%s%s", path, suffix);
	found = stat(name.s, &st) == 0 && st.st_size > 0;
	ep_buf_release(&name);
	return found;
}

/* A database in a folder where no log can be made (a read-only medium) can
 * only be read as immutable, which is safe when there is no log to miss and
 * no index of one, which every writer at work has. */
static bool is_still(const char *path, const char *folder)
{
	return access(folder, W_OK) < 0 && !is_there(path, "-wal") &&
	       !is_there(path, "-shm");
}

static int open_immutable(const char *path, sqlite3 **ret, struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf uri;
	static const char safe[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789/._-";

	ep_buf_init(&uri, URI_BYTES_MAX);
	ep_buf_adds(&uri, "file:");
	for (const char *p = path; *p; p++) {
		if (strchr(safe, *p))
			ep_buf_addc(&uri, *p);
		else
			ep_buf_addf(&uri, "%%%02X", (unsigned char)*p);
	}
	ep_buf_adds(&uri, "?immutable=1");
	if (uri.overflow)
		return ep_err_set(err, EP_ELIMIT, "%s: path too long", path);
	return open_handle(uri.s, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, ret,
			   err);
}

/* SQLite falls back to reading by itself. */
static int open_writable(const char *path, sqlite3 **ret, struct ep_err *err)
{
	int rc = open_handle(path, SQLITE_OPEN_READWRITE, ret, err);

	if (rc < 0 || sqlite3_db_readonly(*ret, "main") == 0)
		return rc;
	sqlite3_close_v2(*ret);
	*ret = NULL;
	return ep_err_set(err, EP_EPERM, "%s: we may not write it; run as its "
			  "owner", path);
}

/* The folder without links (SQLite would refuse a link anywhere in the path,
 * such as /var/run), the last part as it is. */
static int real_path(const char *path, char **ret_folder, char **ret_path,
		     struct ep_err *err)
{
	EP_AUTO_FREE char *folder = ep_file_folder(path);
	const char *slash = strrchr(path, '/');
	EP_AUTO_FREE char *real = realpath(folder, NULL);

	if (!real)
		return ep_err_errno(err, errno == ENOENT ? EP_ENOENT : EP_EIO,
				    "%s: folder of the database", folder);
	*ret_folder = ep_strdup(real);
	*ret_path = ep_file_join(*ret_folder, slash ? slash + 1 : path);
	return 0;
}

static int open_real(const char *path, const char *folder,
		     enum ep_db_mode mode, sqlite3 **ret, struct ep_err *err)
{
	struct stat st;
	int rc = 0;

	if (mode == EP_DB_WRITE && lstat(path, &st) < 0 && errno == ENOENT)
		rc = ep_db_file_create(path, err);
	if (rc == 0)
		rc = check_file(path, mode, err);
	if (rc < 0)
		return rc;
	set_temp_folder(folder);
	if (mode == EP_DB_WRITE)
		return open_writable(path, ret, err);
	if (is_still(path, folder))
		return open_immutable(path, ret, err);
	return open_handle(path, SQLITE_OPEN_READONLY, ret, err);
}

int ep_db_file_open(const char *path, enum ep_db_mode mode, sqlite3 **ret,
		    struct ep_err *err)
{
	EP_AUTO_FREE char *folder = NULL;
	EP_AUTO_FREE char *real = NULL;
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	int rc;

	pthread_once(&once, stop_counting);
	if (mode == EP_DB_MEMORY)
		return open_handle(":memory:",
				   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
					   SQLITE_OPEN_MEMORY,
				   ret, err);
	rc = real_path(path, &folder, &real, err);
	if (rc < 0)
		return rc;
	return open_real(real, folder, mode, ret, err);
}
