/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reading half of base/file.h: whole files with a cap, folders, paths.
 */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/str.h"
#include "base/vec.h"

static void close_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static int open_failed(const char *path, struct ep_err *err)
{
	switch (errno) {
	case ENOENT:
	case ENOTDIR:
		return ep_err_errno(err, EP_ENOENT, "%s", path);
	case EACCES:
	case EPERM:
		return ep_err_errno(err, EP_EPERM, "%s", path);
	case ELOOP:
		return ep_err_set(err, EP_EPERM,
				  "%s: is a symbolic link; name the file "
				  "itself", path);
	default:
		return ep_err_errno(err, EP_EIO, "%s", path);
	}
}

/* Opens a regular file; O_NONBLOCK so that a FIFO cannot hold us up. */
static int open_regular(const char *path, int flags, int *ret_fd,
			struct stat *ret_st, struct ep_err *err)
{
	EP_AUTO(close_fd) int fd = -1;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | flags);
	if (fd < 0)
		return open_failed(path, err);
	if (fstat(fd, ret_st) != 0)
		return ep_err_errno(err, EP_EIO, "%s", path);
	if (!S_ISREG(ret_st->st_mode))
		return ep_err_set(err, EP_EDATA, "%s: is not a regular file",
				  path);
	*ret_fd = fd;
	fd = -1;
	return EP_OK;
}

/* Reads into p until size bytes or the end. */
static int read_into(int fd, const char *path, char *p, size_t size,
		     size_t *ret_n, struct ep_err *err)
{
	size_t n = 0;

	while (n < size) {
		ssize_t got = read(fd, p + n, size - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return ep_err_errno(err, EP_EIO, "%s: read", path);
		if (got == 0)
			break;
		n += (size_t)got;
	}
	*ret_n = n;
	return EP_OK;
}

/* One allocation and one append, so that a secret leaves no copies behind;
 * wiped in any case. */
static int read_all(int fd, const struct stat *st, const char *path,
		    size_t max, struct ep_buf *out, struct ep_err *err)
{
	EP_AUTO_FREE char *bytes = NULL;
	size_t size, n = 0;
	int rc;

	/* /proc files say 0; one byte more shows a file that grew. */
	size = st->st_size > 0 ? (size_t)st->st_size : 65536;
	if (size > max)
		size = max;
	if (size > out->max - out->len)
		size = out->max - out->len;
	bytes = ep_alloc(size + 1);
	rc = read_into(fd, path, bytes, size + 1, &n, err);
	if (!rc && n > size)
		rc = ep_err_set(err, EP_ELIMIT,
				"%s: is larger than %zu bytes, or is being "
				"written right now", path, size);
	if (!rc)
		ep_buf_add(out, bytes, n);
	ep_wipe(bytes, size + 1);
	return rc;
}

int ep_file_read(const char *path, size_t max, struct ep_buf *out,
		 struct ep_err *err)
{
	EP_AUTO(close_fd) int fd = -1;
	struct stat st;
	int rc = open_regular(path, 0, &fd, &st, err);

	return rc ? rc : read_all(fd, &st, path, max, out, err);
}

int ep_file_read_private(const char *path, size_t max, struct ep_buf *out,
			 struct ep_err *err)
{
	EP_AUTO(close_fd) int fd = -1;
	struct stat st;
	int rc = open_regular(path, O_NOFOLLOW, &fd, &st, err);

	if (rc)
		return rc;
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return ep_err_set(err, EP_EPERM,
				  "%s: belongs to user %lu; it must belong "
				  "to the user that runs exitproof, or root",
				  path, (unsigned long)st.st_uid);
	if (st.st_mode & 077)
		return ep_err_set(err, EP_EPERM,
				  "%s: mode %04o lets others at a secret; "
				  "run: chmod 600 %s", path,
				  (unsigned int)(st.st_mode & 07777), path);
	return read_all(fd, &st, path, max, out, err);
}

struct entry {
	char *name;
	struct ep_file_stamp stamp;
};
EP_VEC_TYPE(entries, struct entry);

static void entries_release(struct entries *entries)
{
	for (size_t i = 0; i < entries->n; i++)
		ep_free(entries->v[i].name);
	ep_vec_release(entries);
}

static void close_folder(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->name,
		      ((const struct entry *)b)->name);
}

/* 1 for an entry, 0 at the end. */
static int next_entry(DIR *dir, const char *folder, struct dirent **ret,
		      struct ep_err *err)
{
	errno = 0;
	*ret = readdir(dir);
	if (*ret)
		return 1;
	return errno ? ep_err_errno(err, EP_EIO, "%s: read", folder) : 0;
}

static int64_t in_ns(struct timespec t)
{
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* 1 for a folder, 0 for what is to be read as a file, -1 for nothing.  Links
 * are followed: container platforms mount files as such.  What cannot be
 * looked at, or is neither, counts as a file, so that whoever reads it says
 * what is wrong: left out, nobody would miss it. */
static int kind_of(DIR *dir, const char *name, struct ep_file_stamp *ret)
{
	struct stat st;

	if (fstatat(dirfd(dir), name, &st, 0) == 0) {
		*ret = (struct ep_file_stamp){
			.device = st.st_dev,
			.inode = st.st_ino,
			.size = (uint64_t)st.st_size,
			.written_ns = in_ns(st.st_mtim),
			.status_ns = in_ns(st.st_ctim),
		};
		return S_ISDIR(st.st_mode);
	}
	/* Gone since the folder was read, or a link to nothing. */
	if (errno == ENOENT &&
	    fstatat(dirfd(dir), name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	return 0;
}

/* suffix NULL: folders.  One that is called like a file is none of them. */
static bool wanted(DIR *dir, const char *name, const char *suffix,
		   struct ep_file_stamp *ret)
{
	int kind;

	if (name[0] == '.' || (suffix && !ep_str_ends(name, suffix)))
		return false;
	kind = kind_of(dir, name, ret);
	return suffix ? kind == 0 || (kind == 1 && *suffix) : kind == 1;
}

static int list(const char *folder, const char *suffix,
		struct entries *entries, struct ep_err *err)
{
	EP_AUTO(close_folder) DIR *dir = opendir(folder);
	struct dirent *entry;
	int rc;

	if (!dir && errno != ENOENT)
		return open_failed(folder, err);
	while (dir && (rc = next_entry(dir, folder, &entry, err)) != 0) {
		struct ep_file_stamp stamp = { 0 };

		if (rc < 0)
			return rc;
		if (!wanted(dir, entry->d_name, suffix, &stamp))
			continue;
		if (entries->n >= EP_FOLDER_FILES_MAX)
			return ep_err_set(err, EP_ELIMIT,
					  "%s: holds more than %d %s%s",
					  folder, EP_FOLDER_FILES_MAX,
					  suffix ? "files *" : "folders",
					  suffix ? suffix : "");
		EP_VEC_ADD(entries) = (struct entry){
			.name = ep_strdup(entry->d_name),
			.stamp = stamp,
		};
	}
	if (entries->n)
		qsort(entries->v, entries->n, sizeof(*entries->v), compare);
	return EP_OK;
}

int ep_file_list_stamps(const char *folder, const char *suffix,
			char ***ret_names, struct ep_file_stamp **ret_stamps,
			size_t *ret_n, struct ep_err *err)
{
	EP_AUTO(entries_release) struct entries entries = { 0 };
	int rc = list(folder, suffix, &entries, err);

	if (rc)
		return rc;
	*ret_n = entries.n;
	*ret_names = ep_calloc(entries.n + 1, sizeof(**ret_names));
	if (ret_stamps)
		*ret_stamps = ep_calloc(entries.n + 1, sizeof(**ret_stamps));
	for (size_t i = 0; i < entries.n; i++) {
		(*ret_names)[i] = ep_take(&entries.v[i].name);
		if (ret_stamps)
			(*ret_stamps)[i] = entries.v[i].stamp;
	}
	return EP_OK;
}

int ep_file_list(const char *folder, const char *suffix, char ***ret_names,
		 size_t *ret_n, struct ep_err *err)
{
	return ep_file_list_stamps(folder, suffix, ret_names, NULL, ret_n,
				   err);
}

int ep_file_folders(const char *folder, char ***ret_names, size_t *ret_n,
		    struct ep_err *err)
{
	return ep_file_list_stamps(folder, NULL, ret_names, NULL, ret_n, err);
}

void ep_file_list_free(char **names, size_t n)
{
	for (size_t i = 0; names && i < n; i++)
		ep_free(names[i]);
	ep_free(names);
}

char *ep_file_join(const char *folder, const char *name)
{
	size_t n = folder ? strlen(folder) : 0;
	size_t m = strlen(name);
	char *path, *p;

	if (!folder || name[0] == '/')
		return ep_strdup(name);
	path = p = ep_alloc(n + m + 2);
	memcpy(p, folder, n);
	p += n;
	if (n && p[-1] != '/')
		*p++ = '/';
	memcpy(p, name, m + 1);
	return path;
}

char *ep_file_folder(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return ep_strdup(".");
	return ep_strndup(path, slash == path ? 1 : (size_t)(slash - path));
}
