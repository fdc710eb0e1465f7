/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes the folder: the database by package_db.c, the proofs, the script,
 * the sums.
 */
#include "evidence/package.h"

#include <dirent.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/str.h"
#include "evidence/package_db.h"
#include "evidence/prove.h"
#include "ext/crypto.h"
#include "store/store.h"

#define SCRIPT_BYTES_MAX 65536
#define SUMS_BYTES_MAX 8192
#define PIECE_BYTES (1 << 20)

/* What SHA256SUMS names, in its order. */
static const char *const files[] = { "check.sh", "checkpoint", "evidence.db",
				     "run.leaf", "run.path" };

static int check_empty(const char *folder, struct ep_err *err)
{
	const struct dirent *e;
	DIR *dir = opendir(folder);
	int rc = 0;

	if (!dir)
		return ep_err_errno(err, EP_EIO, "%s", folder);
	while (rc == 0 && (e = readdir(dir)))
		if (!ep_str_eq(e->d_name, ".") && !ep_str_eq(e->d_name, ".."))
			rc = ep_err_set(err, EP_EPERM, "%s is not empty; name "
					"a new folder", folder);
	closedir(dir);
	return rc;
}

static int write_file(const char *folder, const char *name,
		      const struct ep_buf *text, int mode, struct ep_err *err)
{
	EP_AUTO_FREE char *path = ep_file_join(folder, name);

	return ep_file_put(path, mode, text->s, text->len, err);
}

static int copy_script(const char *script, const char *folder,
		       struct ep_err *err)
{
	struct ep_buf text = EP_BUF_INIT(SCRIPT_BYTES_MAX);
	int rc = ep_file_read(script, SCRIPT_BYTES_MAX, &text, err);

	if (rc == 0)
		rc = write_file(folder, "check.sh", &text, 0750, err);
	ep_buf_release(&text);
	return rc;
}

/* --- sums ------------------------------------------------------------------- */

static int add_sum(const char *folder, const char *name, struct ep_buf *out,
		   struct ep_err *err)
{
	EP_AUTO_FREE char *path = ep_file_join(folder, name);
	struct ep_sha256 *sha = ep_sha256_new();
	uint8_t hash[EP_SHA256_BYTES];
	char *piece = ep_alloc(PIECE_BYTES);
	FILE *file = fopen(path, "re");
	size_t n = 0;
	int rc = 0;

	while (file && (n = fread(piece, 1, PIECE_BYTES, file)) > 0)
		ep_sha256_add(sha, piece, n);
	if (!file || ferror(file))
		rc = ep_err_errno(err, EP_EIO, "%s", path);
	ep_sha256_end(sha, hash);
	if (file)
		fclose(file);
	ep_free(piece);
	if (rc == 0) {
		ep_str_hex(out, hash, sizeof(hash));
		ep_buf_addf(out, "  %s\n", name);
	}
	return rc;
}

static int write_sums(const char *folder, struct ep_err *err)
{
	struct ep_buf sums = EP_BUF_INIT(SUMS_BYTES_MAX);
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof(files) / sizeof(files[0]); i++)
		rc = add_sum(folder, files[i], &sums, err);
	if (rc == 0)
		rc = write_file(folder, "SHA256SUMS", &sums, 0640, err);
	ep_buf_release(&sums);
	return rc;
}

int ep_package(struct ep_store *store, const struct ep_sealed *sealed,
	       const struct ep_package_options *options, const char *folder,
	       struct ep_err *err)
{
	EP_AUTO_FREE char *path = ep_file_join(folder, "evidence.db");
	int rc = ep_file_mkdirs(folder, 0750, err);

	if (rc == 0)
		rc = check_empty(folder, err);
	if (rc == 0)
		rc = ep_package_db(store, sealed, options->config, path, err);
	if (rc == 0)
		rc = ep_prove_run(ep_store_db(store), sealed->seq, folder, err);
	if (rc == 0)
		rc = copy_script(options->script, folder, err);
	if (rc == 0)
		rc = write_sums(folder, err);
	return rc;
}
