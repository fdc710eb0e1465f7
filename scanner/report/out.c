/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one way out for reports.
 */
#include "report/out.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "ext/crypto.h"

/* Bytes are handed on in pieces of about this size. */
#define PIECE ((size_t)64 * 1024)

/* Reports hold people's names: for the owner and the group only. */
#define MODE 0640

int ep_report_out_open(struct ep_report_out *out, const char *path,
		       struct ep_err *err)
{
	*out = (struct ep_report_out){ .file = NULL };
	ep_buf_init(&out->buf, 4 * PIECE);
	if (strcmp(path, "-") == 0)
		return 0;
	return ep_file_out_open(path, MODE, &out->file, err);
}

static int push(struct ep_report_out *out, const void *p, size_t n)
{
	if (out->err.code || n == 0)
		return out->err.code;
	if (out->sha)
		ep_sha256_add(out->sha, p, n);
	if (out->file)
		return ep_file_out_write(out->file, p, n, &out->err);
	if (fwrite(p, 1, n, stdout) != n)
		return ep_err_errno(&out->err, EP_EIO, "standard output");
	return 0;
}

static int flush(struct ep_report_out *out)
{
	int rc = push(out, out->buf.s, out->buf.len);

	ep_buf_clear(&out->buf);
	return rc;
}

int ep_report_out_write(void *to, const void *p, size_t n)
{
	struct ep_report_out *out = to;

	if (out->err.code)
		return out->err.code;
	out->bytes += n;
	if (out->buf.len + n > PIECE && flush(out))
		return out->err.code;
	if (n > PIECE)
		return push(out, p, n);
	ep_buf_add(&out->buf, p, n);
	return 0;
}

int ep_report_out_text(struct ep_report_out *out, const char *s)
{
	return ep_report_out_write(out, s, strlen(s));
}

void ep_report_out_hash(struct ep_report_out *out)
{
	out->sha = ep_sha256_new();
}

void ep_report_out_digest(struct ep_report_out *out, char ret[65])
{
	uint8_t digest[EP_SHA256_BYTES];

	(void)flush(out);
	ep_sha256_end(out->sha, digest);
	out->sha = NULL;
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(ret + 2 * i, 3, "%02x", digest[i]);
}

int ep_report_out_close(struct ep_report_out *out, int rc, struct ep_err *err)
{
	struct ep_file_out *file = out->file;

	if (rc == 0 && flush(out)) {
		*err = out->err;
		rc = err->code;
	}
	ep_buf_release(&out->buf);
	if (out->sha) {
		uint8_t unused[EP_SHA256_BYTES];

		ep_sha256_end(out->sha, unused);
		out->sha = NULL;
	}
	out->file = NULL;
	if (!file) {
		if (rc == 0 && fflush(stdout) != 0)
			rc = ep_err_errno(err, EP_EIO, "standard output");
		return rc;
	}
	if (rc) {
		ep_file_out_abort(file);
		return rc;
	}
	return ep_file_out_commit(file, err);
}
