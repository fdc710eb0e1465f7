/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The writing half of base/file.h: replacement files that appear whole or
 * not at all, and folders.
 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

#define OUT_BUFFER (64 * 1024)
#define TEMP_TRIES 16

struct ep_file_out {
	char *path;	/* as the caller said it, for messages */
	char *name;	/* its last part */
	char *temp;
	int folder;
	int fd;
	bool failed;
	size_t n;
	char buffer[OUT_BUFFER];
};

static void out_free(struct ep_file_out *out)
{
	if (out->fd >= 0)
		close(out->fd);
	if (out->folder >= 0)
		close(out->folder);
	ep_free(out->path);
	ep_free(out->name);
	ep_free(out->temp);
	ep_free(out);
}

static int write_failed(const char *path, const char *what, struct ep_err *err)
{
	bool refused = errno == EACCES || errno == EPERM || errno == EROFS;

	return ep_err_errno(err, refused ? EP_EPERM : EP_EIO, "%s: %s", path,
			    what);
}

static int check_target(const struct ep_file_out *out, struct ep_err *err)
{
	struct stat st;

	if (fstatat(out->folder, out->name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		if (errno == ENOENT)
			return EP_OK;
		return write_failed(out->path, "stat", err);
	}
	if (!S_ISREG(st.st_mode))
		return ep_err_set(err, EP_EPERM,
				  "%s: exists and is not a regular file; "
				  "remove it or write elsewhere", out->path);
	return EP_OK;
}

/* Opened by hand, since mkstemp takes no account of mode and umask. */
static int open_temp(struct ep_file_out *out, int mode, struct ep_err *err)
{
	char name[64];
	uint64_t random;
	int i;

	for (i = 0; i < TEMP_TRIES; i++) {
		if (getrandom(&random, sizeof(random), 0) != sizeof(random))
			return write_failed(out->path, "random name", err);
		snprintf(name, sizeof(name), ".exitproof-%016" PRIx64, random);
		out->fd = openat(out->folder, name,
				 O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC |
					 O_NOFOLLOW,
				 (mode_t)mode);
		if (out->fd >= 0) {
			out->temp = ep_strdup(name);
			return EP_OK;
		}
		if (errno != EEXIST)
			break;
	}
	return write_failed(out->path, "create", err);
}

int ep_file_out_open(const char *path, int mode, struct ep_file_out **ret,
		     struct ep_err *err)
{
	EP_AUTO_FREE char *folder = ep_file_folder(path);
	const char *slash = strrchr(path, '/');
	struct ep_file_out *out;
	int rc;

	out = ep_calloc(1, sizeof(*out));
	out->fd = -1;
	out->path = ep_strdup(path);
	out->name = ep_strdup(slash ? slash + 1 : path);
	out->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (!out->name[0])
		rc = ep_err_set(err, EP_EIO, "'%s' names no file", path);
	else if (out->folder < 0)
		rc = write_failed(folder, "open folder", err);
	else
		rc = check_target(out, err);
	if (!rc)
		rc = open_temp(out, mode, err);
	if (rc) {
		out_free(out);
		return rc;
	}
	*ret = out;
	return EP_OK;
}

static int write_out(struct ep_file_out *out, const char *p, size_t n,
		     struct ep_err *err)
{
	while (n) {
		ssize_t done = write(out->fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0) {
			out->failed = true;
			return write_failed(out->path, "write", err);
		}
		p += done;
		n -= (size_t)done;
	}
	return EP_OK;
}

static int flush(struct ep_file_out *out, struct ep_err *err)
{
	size_t n = out->n;

	out->n = 0;
	return write_out(out, out->buffer, n, err);
}

int ep_file_out_write(struct ep_file_out *out, const void *p, size_t n,
		      struct ep_err *err)
{
	int rc = EP_OK;

	if (out->failed)
		return ep_err_set(err, EP_EIO, "%s: an earlier write failed",
				  out->path);
	if (n > OUT_BUFFER - out->n)
		rc = flush(out, err);
	if (rc)
		return rc;
	if (n > OUT_BUFFER)
		return write_out(out, p, n, err);
	if (n)
		memcpy(out->buffer + out->n, p, n);
	out->n += n;
	return EP_OK;
}

static int make_durable(struct ep_file_out *out, struct ep_err *err)
{
	int fd, rc;

	if (out->failed)
		return ep_err_set(err, EP_EIO, "%s: an earlier write failed",
				  out->path);
	rc = flush(out, err);
	if (rc)
		return rc;
	if (fsync(out->fd) != 0)
		return write_failed(out->path, "fsync", err);
	fd = out->fd;
	out->fd = -1;
	/* Network file systems report a full disk only here. */
	if (close(fd) != 0)
		return write_failed(out->path, "close", err);
	if (renameat(out->folder, out->temp, out->folder, out->name) != 0)
		return write_failed(out->path, "rename", err);
	return EP_OK;
}

int ep_file_out_commit(struct ep_file_out *out, struct ep_err *err)
{
	int rc = make_durable(out, err);

	if (rc) {
		ep_file_out_abort(out);
		return rc;
	}
	/* The new name is there; some file systems cannot sync a folder. */
	if (fsync(out->folder) != 0 && errno != EINVAL && errno != ENOTSUP)
		rc = write_failed(out->path, "fsync folder", err);
	out_free(out);
	return rc;
}

void ep_file_out_abort(struct ep_file_out *out)
{
	if (!out)
		return;
	unlinkat(out->folder, out->temp, 0);
	out_free(out);
}

int ep_file_put(const char *path, int mode, const void *p, size_t n,
		struct ep_err *err)
{
	struct ep_file_out *out = NULL;
	int rc = ep_file_out_open(path, mode, &out, err);

	if (rc < 0)
		return rc;
	rc = ep_file_out_write(out, p, n, err);
	if (rc == 0)
		return ep_file_out_commit(out, err);
	ep_file_out_abort(out);
	return rc;
}

static int make_folder(const char *path, int mode, struct ep_err *err)
{
	struct stat st;

	if (mkdir(path, (mode_t)mode) == 0)
		return EP_OK;
	if (errno != EEXIST)
		return write_failed(path, "create folder", err);
	if (stat(path, &st) != 0)
		return write_failed(path, "stat", err);
	if (!S_ISDIR(st.st_mode))
		return ep_err_set(err, EP_EIO,
				  "%s: exists and is not a folder", path);
	return EP_OK;
}

int ep_file_mkdirs(const char *path, int mode, struct ep_err *err)
{
	EP_AUTO_FREE char *part = ep_strdup(path);
	char *p;
	int rc = EP_OK;

	for (p = part; *p && !rc; p++) {
		if (*p != '/' || p == part)
			continue;
		*p = '\0';
		rc = make_folder(part, mode, err);
		*p = '/';
	}
	if (rc)
		return rc;
	return part[0] ? make_folder(part, mode, err)
		       : ep_err_set(err, EP_EIO, "empty folder name");
}
