/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The basis by which a configuration is known again, and the file it is in.
 */
#include "model/config_seen.h"

#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/str.h"
#include "ext/crypto.h"
#include "model/config_read.h"

#define HEX (2 * EP_SHA256_BYTES)
static const char head[] = "exitproof configuration 1\n";

/* --- basis ---------------------------------------------------------------- */

/* Text with its end, so that no two lists of texts are the same bytes. */
static void add_text(struct ep_sha256 *sha, const char *s)
{
	ep_sha256_add(sha, s, strlen(s) + 1);
}

/* What one user may read, another may not. */
static bool add_reader(struct ep_sha256 *sha)
{
	int n = getgroups(0, NULL);
	gid_t *groups = ep_calloc(n > 0 ? (size_t)n + 1 : 1, sizeof(*groups));
	uid_t user = geteuid();
	gid_t group = getegid();

	n = getgroups(n, groups);
	ep_sha256_add(sha, &user, sizeof(user));
	ep_sha256_add(sha, &group, sizeof(group));
	if (n > 0)
		ep_sha256_add(sha, groups, (size_t)n * sizeof(*groups));
	ep_free(groups);
	return n >= 0;
}

/* False when a stamp is not worth being believed. */
static bool add_stamps(struct ep_sha256 *sha, char *const *names,
		       const struct ep_file_stamp *stamps, size_t n)
{
	int64_t before =
		(ep_clock_now() - EP_STAMP_SETTLED_SECONDS) * 1000000000;

	for (size_t i = 0; i < n; i++) {
		if (stamps[i].inode == 0 || stamps[i].written_ns >= before ||
		    stamps[i].status_ns >= before)
			return false;
		add_text(sha, names[i]);
		ep_sha256_add(sha, &stamps[i], sizeof(stamps[i]));
	}
	return true;
}

static char *hex_of(struct ep_sha256 *sha)
{
	struct ep_buf hex = EP_BUF_INIT(HEX + 1);
	uint8_t digest[EP_SHA256_BYTES];

	ep_sha256_end(sha, digest);
	ep_str_hex(&hex, digest, sizeof(digest));
	return ep_buf_take(&hex);
}

int ep_config_basis(struct ep_config *config, char ***ret_names,
		    size_t *ret_n, struct ep_err *err)
{
	EP_AUTO_FREE struct ep_file_stamp *stamps = NULL;
	EP_AUTO_FREE char *basis = NULL;
	struct ep_sha256 *sha;
	bool known;
	int rc = ep_file_list_stamps(config->customers_folder, ".yaml",
				     ret_names, &stamps, ret_n, err);

	if (rc)
		return rc;
	sha = ep_sha256_new();
	add_text(sha, EP_VERSION);
	add_text(sha, config->main_sha256);
	known = add_reader(sha) && add_stamps(sha, *ret_names, stamps, *ret_n);
	basis = hex_of(sha);
	if (known)
		config->basis = ep_take(&basis);
	return 0;
}

/* --- the file --------------------------------------------------------------- */

static char *seen_path(const struct ep_config *config)
{
	struct ep_buf path = EP_BUF_INIT(EP_FILE_BYTES_MAX);

	ep_buf_addf(&path, "%s.config-seen", config->database);
	return ep_buf_take(&path);
}

static void add_seen(struct ep_buf *out, const char *basis, const char *sha256)
{
	EP_AUTO_FREE char *check = NULL;
	struct ep_sha256 *sha = ep_sha256_new();

	ep_buf_addf(out, "%s%s\n%s\n", head, basis, sha256);
	ep_sha256_add(sha, out->s, out->len);
	check = hex_of(sha);
	ep_buf_addf(out, "%s\n", check);
}

/* The configuration's SHA-256 if the file is, to the byte, what is written
 * for that basis; NULL. */
static char *read_seen(const struct ep_config *config)
{
	EP_AUTO(ep_buf_release) struct ep_buf is = EP_BUF_INIT(1024);
	EP_AUTO(ep_buf_release) struct ep_buf must = EP_BUF_INIT(1024);
	EP_AUTO_FREE char *path = seen_path(config);
	EP_AUTO_FREE char *sha256 = NULL;
	struct ep_err err = EP_ERR_INIT;
	size_t at = sizeof(head) - 1 + HEX + 1;

	if (ep_file_read(path, 1024, &is, &err) < 0 || is.len < at + HEX)
		return NULL;
	sha256 = ep_strndup(is.s + at, HEX);
	add_seen(&must, config->basis, sha256);
	if (is.len != must.len || memcmp(is.s, must.s, is.len) != 0)
		return NULL;
	return ep_take(&sha256);
}

struct ep_config *ep_config_load_seen(const char *path,
				      const char *data_folder)
{
	struct ep_diag diag = { 0 };
	struct ep_err err = EP_ERR_INIT;
	struct ep_config *config =
		ep_config_read_main(path, data_folder, NULL, &diag);
	char **names = NULL;
	size_t n = 0;

	if (diag.n == 0 && ep_config_basis(config, &names, &n, &err) == 0 &&
	    config->basis)
		config->sha256 = read_seen(config);
	ep_file_list_free(names, n);
	ep_diag_release(&diag);
	if (config->sha256)
		return config;
	ep_config_free(config);
	return NULL;
}

void ep_config_remember(const struct ep_config *config)
{
	EP_AUTO(ep_buf_release) struct ep_buf out = EP_BUF_INIT(1024);
	EP_AUTO_FREE char *path = NULL;
	EP_AUTO_FREE char *known = NULL;
	struct ep_err err = EP_ERR_INIT;

	if (!config->basis)
		return;
	known = read_seen(config);
	if (ep_str_eq(known, config->sha256))
		return;
	path = seen_path(config);
	add_seen(&out, config->basis, config->sha256);
	if (ep_file_put(path, 0600, out.s, out.len, &err) < 0)
		ep_log(EP_LOG_INFO, "config", "all customer files are read "
		       "again the next time: %s", err.msg);
}
