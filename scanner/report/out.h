/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a report's bytes go: a file that appears when it is whole, or
 * standard output.  The first error is kept; later writes do nothing.
 */
#ifndef EP_REPORT_OUT_H
#define EP_REPORT_OUT_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

struct ep_file_out;
struct ep_sha256;

struct ep_report_out {
	struct ep_file_out *file;	/* NULL: standard output */
	struct ep_buf buf;
	struct ep_err err;
	size_t bytes;			/* written so far */
	struct ep_sha256 *sha;		/* NULL: not asked for */
};

/* path "-" is standard output. */
int ep_report_out_open(struct ep_report_out *out, const char *path,
		       struct ep_err *err) EP_MUST_CHECK;
/* Non-zero when an error is kept; fits ep_xml_new. */
int ep_report_out_write(void *to, const void *p, size_t n);
int ep_report_out_text(struct ep_report_out *out, const char *s);
/* Before the first write: the SHA-256 of all bytes is wanted.  ret gets it
 * as 64 hexadecimal digits from ep_report_out_digest, after the last write. */
void ep_report_out_hash(struct ep_report_out *out);
void ep_report_out_digest(struct ep_report_out *out, char ret[65]);
/* rc not 0: the file is not replaced.  Returns rc, or the kept error. */
int ep_report_out_close(struct ep_report_out *out, int rc, struct ep_err *err)
	EP_MUST_CHECK;

#endif
