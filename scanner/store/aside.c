/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies of the database: made, removed, and those of the dead swept away.
 */
#include "store/aside.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "ext/db.h"

#define MIB (1024 * 1024)
/* What a verify adds to its copy, and then some. */
#define ROOM_BESIDES (256LL * MIB)

char *ep_aside_path(const char *database)
{
	struct ep_buf name;

	ep_buf_init(&name, EP_URL_BYTES_MAX);
	ep_buf_addf(&name, "%s.aside-%ld", database, (long)getpid());
	return ep_buf_take(&name);
}

static int64_t size_of(const char *database, const char *suffix)
{
	struct ep_buf name;
	struct stat st;
	int64_t size;

	ep_buf_init(&name, EP_URL_BYTES_MAX);
	ep_buf_addf(&name, "%s%s", database, suffix);
	size = stat(name.s, &st) == 0 ? (int64_t)st.st_size : 0;
	ep_buf_release(&name);
	return size;
}

/* A night that goes on must not find its disk full for our sake. */
static int check_room(const char *database, struct ep_err *err)
{
	EP_AUTO_FREE char *folder = ep_file_folder(database);
	int64_t size = size_of(database, "") + size_of(database, "-wal");
	struct statvfs fs;
	int64_t room;

	if (size > EP_STORE_ASIDE_BYTES_MAX)
		return ep_err_set(err, EP_ELIMIT, "%s: is larger than what is "
				  "copied for one question (%lld MiB, "
				  "EP_STORE_ASIDE_BYTES_MAX)", database,
				  (long long)(EP_STORE_ASIDE_BYTES_MAX / MIB));
	if (statvfs(folder, &fs) != 0)
		return ep_err_errno(err, EP_EIO, "%s", folder);
	room = (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
	if (room < 2 * size + ROOM_BESIDES)
		return ep_err_set(err, EP_ELIMIT, "%s: there is no room for a "
				  "copy of the database: %lld MiB are free and "
				  "%lld MiB are wanted", folder,
				  (long long)(room / MIB),
				  (long long)((2 * size + ROOM_BESIDES) / MIB));
	return 0;
}

int ep_aside_copy(const char *database, const char *copy, struct ep_err *err)
{
	struct ep_db *from = NULL;
	int rc = check_room(database, err);

	if (rc == 0)
		rc = ep_db_open(database, EP_DB_READ, &from, err);
	if (rc == 0)
		rc = ep_db_copy(from, copy, err);
	ep_db_close(from);
	return rc;
}

/* The lock file last: as long as it is there, it tells of the others. */
void ep_aside_remove(const char *copy)
{
	static const char *const suffix[] = { "-wal", "-shm", "-journal", "",
					      ".lock" };

	for (size_t i = 0; i < sizeof(suffix) / sizeof(suffix[0]); i++) {
		struct ep_buf name;

		ep_buf_init(&name, EP_URL_BYTES_MAX);
		ep_buf_addf(&name, "%s%s", copy, suffix[i]);
		unlink(name.s);
		ep_buf_release(&name);
	}
}

/* lock: path of its lock file.  The kernel drops a lock with its process. */
static void sweep_one(const char *lock)
{
	EP_AUTO_FREE char *copy =
		ep_strndup(lock, strlen(lock) - strlen(".lock"));
	int fd = open(lock, O_RDWR | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		ep_aside_remove(copy);
	close(fd);
}

void ep_aside_sweep(const char *database)
{
	EP_AUTO_FREE char *folder = ep_file_folder(database);
	const char *slash = strrchr(database, '/');
	struct ep_err err = EP_ERR_INIT;
	struct ep_buf prefix;
	char **names;
	size_t n;

	/* What cannot be listed is swept by the next one who can. */
	if (ep_file_list(folder, ".lock", &names, &n, &err) < 0)
		return;
	ep_buf_init(&prefix, EP_URL_BYTES_MAX);
	ep_buf_addf(&prefix, "%s.aside-", slash ? slash + 1 : database);
	for (size_t i = 0; i < n; i++) {
		EP_AUTO_FREE char *lock = ep_file_join(folder, names[i]);

		if (ep_str_starts(names[i], prefix.s))
			sweep_one(lock);
	}
	ep_buf_release(&prefix);
	ep_file_list_free(names, n);
}
