/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scratch folders.
 */
#include "cli/scratch.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"

const char *ep_scratch_root(void)
{
	const char *tmp = getenv("TMPDIR");

	return tmp && *tmp ? tmp : "/tmp";
}

int ep_scratch_make(char **ret, struct ep_err *err)
{
	char *path = ep_file_join(ep_scratch_root(), "exitproof-XXXXXX");

	if (!mkdtemp(path)) {
		ep_err_errno(err, EP_EIO, "scratch folder %s", path);
		ep_free(path);
		return err->code;
	}
	*ret = path;
	return 0;
}

void ep_scratch_remove(char *path)
{
	struct dirent *entry;
	DIR *dir;

	if (!path)
		return;
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		EP_AUTO_FREE char *file = ep_file_join(path, entry->d_name);

		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			(void)unlink(file);
	}
	if (dir)
		closedir(dir);
	(void)rmdir(path);
	ep_free(path);
}
