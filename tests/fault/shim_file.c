/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calls on files below one folder: counted, failed, torn, and told to
 * the keeper of what is not on the disk yet.
 */
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FDS 4096

/* Which descriptors are files below the root. */
static atomic_bool ours[FDS];

static bool is_ours(int fd)
{
	return fd >= 0 && fd < FDS && ours[fd];
}

/* Paths as the program says them; "..", which it writes, is still below. */
static bool below(int folder, const char *path)
{
	const char *root = shim_root();

	if (!root)
		return false;
	if (path[0] == '/')
		return strncmp(path, root, strlen(root)) == 0 ||
		       (strlen(path) + 1 == strlen(root) &&
			strncmp(path, root, strlen(path)) == 0);
	return folder != AT_FDCWD && is_ours(folder);
}

static void join(int folder, const char *path, char ret[1024])
{
	char link[64];
	ssize_t n;

	if (path[0] == '/' || folder == AT_FDCWD) {
		snprintf(ret, 1024, "%s", path);
		return;
	}
	snprintf(link, sizeof(link), "/proc/self/fd/%d", folder);
	n = readlink(link, ret, 500);
	if (n < 0)
		n = 0;
	snprintf(ret + n, 1024 - (size_t)n, "/%s", path);
}

static bool file_fails(bool changes)
{
	bool struck = shim_strikes(SHIM_FILE);

	if (changes && shim_strikes(SHIM_WRITE))
		struck = true;
	if (struck)
		errno = shim_file_errno();
	return struck;
}

/* --- opening -------------------------------------------------------------------- */

static int open_at(int folder, const char *path, int flags, mode_t mode)
{
	int (*next)(int, const char *, int, ...) = shim_next("openat");
	bool counts = below(folder, path);
	bool makes = false;
	char whole[1024];
	int fd;

	if (counts && (flags & O_CREAT)) {
		join(folder, path, whole);
		makes = access(whole, F_OK) < 0;
	}
	if (counts && file_fails(makes || (flags & O_TRUNC)))
		return -1;
	fd = next(folder, path, flags, mode);
	if (fd >= 0 && fd < FDS)
		ours[fd] = counts;
	if (fd >= 0 && makes && shim_power())
		power_created(whole);
	return fd;
}

static mode_t mode_of(int flags, va_list list)
{
	return flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0;
}

int open(const char *path, int flags, ...)
{
	va_list list;
	mode_t mode;

	va_start(list, flags);
	mode = mode_of(flags, list);
	va_end(list);
	return open_at(AT_FDCWD, path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...)
{
	va_list list;
	mode_t mode;

	va_start(list, flags);
	mode = mode_of(flags, list);
	va_end(list);
	return open_at(folder, path, flags, mode);
}

int open64(const char *path, int flags, ...) __attribute__((alias("open")));
int openat64(int folder, const char *path, int flags, ...)
	__attribute__((alias("openat")));

int close(int fd)
{
	int (*next)(int) = shim_next("close");

	if (fd >= 0 && fd < FDS)
		ours[fd] = false;
	return next(fd);
}

/* --- reading ----------------------------------------------------------------------- */

ssize_t read(int fd, void *p, size_t n)
{
	ssize_t (*next)(int, void *, size_t) = shim_next("read");

	return is_ours(fd) && file_fails(false) ? -1 : next(fd, p, n);
}

ssize_t pread(int fd, void *p, size_t n, off_t at)
{
	ssize_t (*next)(int, void *, size_t, off_t) = shim_next("pread");

	return is_ours(fd) && file_fails(false) ? -1 : next(fd, p, n, at);
}

ssize_t pread64(int fd, void *p, size_t n, off_t at)
	__attribute__((alias("pread")));

/* --- writing ----------------------------------------------------------------------- */

/* A write that is cut in two by the end of the process. */
static void tear(int fd, const void *p, size_t n, off_t at)
{
	ssize_t (*next)(int, const void *, size_t, off_t) = shim_next("pwrite");

	if (n > 1 && next(fd, p, n / 2, at) < 0)
		shim_die();
	shim_die();
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
	ssize_t (*next)(int, const void *, size_t, off_t) = shim_next("pwrite");

	if (!is_ours(fd))
		return next(fd, p, n, at);
	if (file_fails(true))
		return -1;
	if (shim_tears())
		tear(fd, p, n, at);
	if (shim_power())
		power_write(fd, p, n, at);
	return next(fd, p, n, at);
}

ssize_t pwrite64(int fd, const void *p, size_t n, off_t at)
	__attribute__((alias("pwrite")));

ssize_t write(int fd, const void *p, size_t n)
{
	ssize_t (*next)(int, const void *, size_t) = shim_next("write");

	if (!is_ours(fd))
		return next(fd, p, n);
	if (file_fails(true))
		return -1;
	if (shim_tears())
		tear(fd, p, n, lseek(fd, 0, SEEK_CUR));
	if (shim_power())
		power_write(fd, p, n, lseek(fd, 0, SEEK_CUR));
	return next(fd, p, n);
}

int ftruncate(int fd, off_t size)
{
	int (*next)(int, off_t) = shim_next("ftruncate");

	if (!is_ours(fd))
		return next(fd, size);
	if (file_fails(true))
		return -1;
	if (shim_tears())
		shim_die();
	if (shim_power())
		power_truncate(fd, size);
	return next(fd, size);
}

int ftruncate64(int fd, off_t size) __attribute__((alias("ftruncate")));

static int sync_with(const char *name, int fd)
{
	int (*next)(int) = shim_next(name);
	int rc;

	if (!is_ours(fd))
		return next(fd);
	if (file_fails(true))
		return -1;
	if (shim_tears())
		shim_die();
	rc = next(fd);
	if (rc == 0 && shim_power())
		power_synced(fd);
	return rc;
}

int fsync(int fd)
{
	return sync_with("fsync", fd);
}

int fdatasync(int fd)
{
	return sync_with("fdatasync", fd);
}

/* --- names ------------------------------------------------------------------------- */

int renameat(int from_folder, const char *from, int to_folder, const char *to)
{
	int (*next)(int, const char *, int, const char *) =
		shim_next("renameat");
	char old[1024], new[1024];

	if (!below(to_folder, to))
		return next(from_folder, from, to_folder, to);
	if (file_fails(true))
		return -1;
	if (shim_tears())
		shim_die();
	if (shim_power()) {
		join(from_folder, from, old);
		join(to_folder, to, new);
		power_renamed(old, new);
	}
	return next(from_folder, from, to_folder, to);
}

int rename(const char *from, const char *to)
{
	return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

int unlinkat(int folder, const char *path, int flags)
{
	int (*next)(int, const char *, int) = shim_next("unlinkat");
	char whole[1024];

	if (!below(folder, path))
		return next(folder, path, flags);
	join(folder, path, whole);
	/* What is not there is asked for, not changed. */
	if (file_fails(access(whole, F_OK) == 0))
		return -1;
	if (shim_tears())
		shim_die();
	if (shim_power())
		power_unlinked(whole);
	return next(folder, path, flags);
}

int unlink(const char *path)
{
	return unlinkat(AT_FDCWD, path, 0);
}
