/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Removes what an earlier night left in a folder of JUnit files.
 */
#include "report/junit_stale.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"

/* A name is below 256 bytes, and so are those of a suite. */
#define HEAD_BYTES 4096

static size_t read_head(const char *path, char head[HEAD_BYTES])
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	ssize_t n = -1;

	if (fd < 0)
		return 0;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		n = read(fd, head, HEAD_BYTES - 1);
	close(fd);
	return n > 0 ? (size_t)n : 0;
}

/* The package of its first suite is called as the file is, and has the facts
 * of a run. */
static bool is_ours(const char *folder, const char *name)
{
	EP_AUTO(ep_buf_release) struct ep_buf package = EP_BUF_INIT(512);
	EP_AUTO_FREE char *path = ep_file_join(folder, name);
	char head[HEAD_BYTES];
	size_t stem = strlen(name) - strlen(".xml");
	const char *suite, *end;

	head[read_head(path, head)] = '\0';
	ep_buf_addf(&package, " package=\"%.*s\"", (int)stem, name);
	suite = strstr(head, "<testsuite ");
	end = suite ? strchr(suite, '>') : NULL;
	if (!end)
		return false;
	return memmem(suite, (size_t)(end - suite), package.s, package.len) &&
	       strstr(end, "<property name=\"run\" value=\"") &&
	       strstr(end, "<property name=\"decided\" value=\"");
}

int ep_junit_stale(const char *folder, const struct ep_map *written,
		   struct ep_err *err)
{
	char **names = NULL;
	size_t n = 0;
	int rc = ep_file_list(folder, ".xml", &names, &n, err);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		EP_AUTO_FREE char *path = ep_file_join(folder, names[i]);

		if (ep_map_get(written, names[i]) ||
		    !is_ours(folder, names[i]))
			continue;
		if (unlink(path) < 0 && errno != ENOENT)
			rc = ep_err_errno(err, EP_EIO, "%s is of an earlier "
					  "night, and would be taken for one "
					  "of this: remove it", path);
	}
	ep_file_list_free(names, n);
	return rc;
}
