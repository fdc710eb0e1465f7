/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The disk that was not told to keep it: every write since the last sync of
 * its file with what it replaced, every name since the last sync of its
 * folder.  When the power goes, writes survive or not, each for itself and in
 * pieces of a sector, in any order; names survive in the order they were made
 * up to some point, as file systems with a journal keep them.
 */
#include "shim.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR 512
#define FILES 512
#define NAMES 4096

struct change {
	struct change *before;	/* the one made before it */
	off_t at;
	off_t size;		/* of the file before it */
	off_t cut;		/* the new size; -1: a write */
	size_t n;		/* bytes it wrote */
	size_t n_old;		/* of them there were before */
	char bytes[];		/* what it wrote, then what was there */
};

static struct {
	dev_t dev;
	ino_t ino;
	int fd;			/* ours, never closed: closing would drop the
				 * locks of the program */
	struct change *last;
} files[FILES];
static size_t n_files;

enum name_what { MADE, MOVED, GONE, KEPT };

static struct {
	enum name_what what;
	char from[1024];
	char path[1024];
	char saved[1064];	/* another name of what was there; or "" */
} names[NAMES];
static size_t n_names;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* A test that forgets what it should remember tests nothing. */
static _Noreturn void too_much(const char *why)
{
	fprintf(stderr, "shim: %s\n", why);
	_exit(97);
}

static size_t find_file(int fd)
{
	struct stat st;
	char link[64];
	size_t i;

	if (fstat(fd, &st) < 0)
		too_much("fstat");
	for (i = 0; i < n_files; i++)
		if (files[i].dev == st.st_dev && files[i].ino == st.st_ino)
			return i;
	if (n_files == FILES)
		too_much("too many files");
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	files[i].dev = st.st_dev;
	files[i].ino = st.st_ino;
	files[i].fd = ((int (*)(const char *, int, ...))shim_next("open"))(
		link, O_RDWR | O_CLOEXEC);
	n_files++;
	return i;
}

static void add_change(int fd, off_t at, off_t cut, const void *p, size_t n)
{
	struct change *change;
	struct stat st;
	size_t i, old = n;
	ssize_t got = 0;

	pthread_mutex_lock(&lock);
	i = find_file(fd);
	if (files[i].fd < 0 || fstat(fd, &st) < 0)
		too_much("cannot look into a file");
	if (cut >= 0) {
		at = cut;
		old = st.st_size > cut ? (size_t)(st.st_size - cut) : 0;
	}
	change = malloc(sizeof(*change) + n + old);
	if (!change)
		too_much("no memory");
	if (n)
		memcpy(change->bytes, p, n);
	if (old)
		got = ((ssize_t(*)(int, void *, size_t, off_t))shim_next(
			"pread"))(files[i].fd, change->bytes + n, old, at);
	if (got < 0)
		too_much("pread");
	change->before = files[i].last;
	change->at = at;
	change->size = st.st_size;
	change->cut = cut;
	change->n = n;
	change->n_old = (size_t)got;
	files[i].last = change;
	pthread_mutex_unlock(&lock);
}

void power_write(int fd, const void *p, size_t n, off_t at)
{
	if (n)
		add_change(fd, at, -1, p, n);
}

void power_truncate(int fd, off_t size)
{
	add_change(fd, 0, size, NULL, 0);
}

/* --- names ------------------------------------------------------------------------ */

/* Another name for a file that is about to lose this one. */
static void save(const char *path, char saved[1064])
{
	saved[0] = '\0';
	if (access(path, F_OK) < 0)
		return;
	snprintf(saved, 1064, "%s.power-%d-%zu", path, (int)getpid(), n_names);
	if (link(path, saved) < 0)
		too_much("link");
}

static void add_name(enum name_what what, const char *from, const char *path)
{
	pthread_mutex_lock(&lock);
	if (n_names == NAMES)
		too_much("too many names");
	names[n_names].what = what;
	names[n_names].saved[0] = '\0';
	snprintf(names[n_names].from, sizeof(names[0].from), "%s", from);
	snprintf(names[n_names].path, sizeof(names[0].path), "%s", path);
	if (what != MADE)
		save(path, names[n_names].saved);
	n_names++;
	pthread_mutex_unlock(&lock);
}

void power_created(const char *path)
{
	add_name(MADE, "", path);
}

void power_renamed(const char *from, const char *to)
{
	add_name(MOVED, from, to);
}

void power_unlinked(const char *path)
{
	add_name(GONE, "", path);
}

static void remove_name(const char *path)
{
	((int (*)(int, const char *, int))shim_next("unlinkat"))(AT_FDCWD,
								  path, 0);
}

static void keep_name(size_t i)
{
	if (names[i].saved[0])
		remove_name(names[i].saved);
	names[i].what = KEPT;
}

static void move_name(const char *from, const char *to)
{
	((int (*)(int, const char *, int, const char *))shim_next("renameat"))(
		AT_FDCWD, from, AT_FDCWD, to);
}

static void undo_name(size_t i)
{
	if (names[i].what == MADE)
		remove_name(names[i].path);
	if (names[i].what == MOVED)
		move_name(names[i].path, names[i].from);
	if (names[i].saved[0])
		move_name(names[i].saved, names[i].path);
}

static void keep_names_in(const struct stat *folder)
{
	for (size_t i = 0; i < n_names; i++) {
		char path[1024];
		struct stat st;
		char *slash;

		if (names[i].what == KEPT)
			continue;
		snprintf(path, sizeof(path), "%s", names[i].path);
		slash = strrchr(path, '/');
		if (slash)
			*slash = '\0';
		if (stat(path, &st) == 0 && st.st_dev == folder->st_dev &&
		    st.st_ino == folder->st_ino)
			keep_name(i);
	}
}

/* --- syncing and losing ------------------------------------------------------------- */

void power_synced(int fd)
{
	struct stat st;

	pthread_mutex_lock(&lock);
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		keep_names_in(&st);
	} else {
		size_t i = find_file(fd);
		struct change *change = files[i].last;

		while (change) {
			struct change *before = change->before;

			free(change);
			change = before;
		}
		files[i].last = NULL;
	}
	pthread_mutex_unlock(&lock);
}

static void put(int fd, const char *p, size_t n, off_t at)
{
	if (n && ((ssize_t(*)(int, const void *, size_t, off_t))shim_next(
			 "pwrite"))(fd, p, n, at) < 0)
		too_much("pwrite");
}

static void set_size(int fd, off_t size)
{
	if (((int (*)(int, off_t))shim_next("ftruncate"))(fd, size) < 0)
		too_much("ftruncate");
}

/* As it surely is: nothing since the sync. */
static size_t rewind_file(size_t i)
{
	size_t n = 0;

	for (struct change *c = files[i].last; c; c = c->before, n++) {
		put(files[i].fd, c->bytes + c->n, c->n_old, c->at);
		set_size(files[i].fd, c->size);
	}
	return n;
}

static void write_sectors(int fd, const struct change *c)
{
	bool whole = shim_random(2);

	for (size_t done = 0; done < c->n;) {
		size_t part = SECTOR - (size_t)(c->at + (off_t)done) % SECTOR;

		if (part > c->n - done)
			part = c->n - done;
		if (whole || shim_random(2))
			put(fd, c->bytes + done, part, c->at + (off_t)done);
		done += part;
	}
}

static void lose_file(size_t i)
{
	size_t n = rewind_file(i), at = 0;
	struct change **all = n ? malloc(n * sizeof(struct change *)) : NULL;

	if (!all)
		return;
	for (struct change *c = files[i].last; c; c = c->before)
		all[at++] = c;
	for (; n; n--) {
		size_t pick = shim_random((unsigned int)n);
		struct change *c = all[pick];

		all[pick] = all[n - 1];
		if (shim_random(2))
			continue;
		if (c->cut >= 0)
			set_size(files[i].fd, c->cut);
		else
			write_sectors(files[i].fd, c);
	}
	free(all);
}

void power_lose(void)
{
	size_t kept;

	pthread_mutex_lock(&lock);
	kept = n_names ? shim_random((unsigned int)n_names + 1) : 0;
	while (n_names > kept) {
		n_names--;
		if (names[n_names].what != KEPT)
			undo_name(n_names);
	}
	for (size_t i = 0; i < n_names; i++)
		if (names[i].what != KEPT)
			keep_name(i);
	for (size_t i = 0; i < n_files; i++)
		if (files[i].fd >= 0)
			lose_file(i);
	pthread_mutex_unlock(&lock);
}
