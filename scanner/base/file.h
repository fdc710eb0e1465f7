/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files, read whole with a cap and written so that a reader never sees half
 * a file: a fresh temporary file in the same folder, fsync, rename.
 */
#ifndef EP_FILE_H
#define EP_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* Appends the content of a regular file.  EP_ENOENT when it is not there. */
int ep_file_read(const char *path, size_t max, struct ep_buf *out,
		 struct ep_err *err) EP_MUST_CHECK;

/* A secret file: regular, no symlink as last part, owned by us or root, not
 * readable by group or others (EP_EPERM names the mode and the chmod). */
int ep_file_read_private(const char *path, size_t max, struct ep_buf *out,
			 struct ep_err *err) EP_MUST_CHECK;

struct ep_file_out;
/* Starts a replacement of path.  A target that exists and is no regular
 * file (link, FIFO, directory, device) is refused.  mode as for open(2). */
int ep_file_out_open(const char *path, int mode, struct ep_file_out **ret,
		     struct ep_err *err) EP_MUST_CHECK;
int ep_file_out_write(struct ep_file_out *out, const void *p, size_t n,
		      struct ep_err *err) EP_MUST_CHECK;
/* Makes it durable and visible, or leaves the old file; frees out. */
int ep_file_out_commit(struct ep_file_out *out, struct ep_err *err)
	EP_MUST_CHECK;
void ep_file_out_abort(struct ep_file_out *out);
/* All three at once. */
int ep_file_put(const char *path, int mode, const void *p, size_t n,
		struct ep_err *err) EP_MUST_CHECK;

int ep_file_mkdirs(const char *path, int mode, struct ep_err *err)
	EP_MUST_CHECK;
/* Names (not paths) of what lies in a folder and ends in suffix, sorted by
 * bytes; hidden ones left out, and with suffix "" folders.  What cannot be
 * read as a file, such as a link to nothing, is among them.  A missing folder
 * is an empty list. */
int ep_file_list(const char *folder, const char *suffix, char ***ret_names,
		 size_t *ret_n, struct ep_err *err) EP_MUST_CHECK;
/* What tells that a file is the same without reading it.  status_ns is moved
 * by every write, chmod and rename, and nobody can set it. */
struct ep_file_stamp {
	uint64_t device, inode, size;
	int64_t written_ns, status_ns;
};
/* The same with the stamp of each, owned, zeros where there is none to be had;
 * suffix NULL: folders. */
int ep_file_list_stamps(const char *folder, const char *suffix,
			char ***ret_names, struct ep_file_stamp **ret_stamps,
			size_t *ret_n, struct ep_err *err) EP_MUST_CHECK;
/* The names of the folders in it. */
int ep_file_folders(const char *folder, char ***ret_names, size_t *ret_n,
		    struct ep_err *err) EP_MUST_CHECK;
void ep_file_list_free(char **names, size_t n);
/* folder "/" name, owned; name alone when it is absolute or folder NULL. */
char *ep_file_join(const char *folder, const char *name);
/* The folder part, owned ("." when none). */
char *ep_file_folder(const char *path);

#endif
