/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For readers of text files: whatever is read without a complaint, written
 * again in the plainest spelling, reads the same.
 */
#ifndef EP_FUZZ_REREAD_H
#define EP_FUZZ_REREAD_H

#include "base/buf.h"
#include "base/diag.h"
#include "fuzz.h"

#define FUZZ_REREAD_MAX (64 * 1024 * 1024)

/* Reads all of a text and writes it again. */
typedef void fuzz_reader(const char *s, size_t n, struct ep_diag *diag,
			 struct ep_buf *out);

static inline void fuzz_reread(const uint8_t *data, size_t n,
			       fuzz_reader *reader)
{
	struct ep_buf once, twice;
	struct ep_diag diag;

	ep_diag_init(&diag);
	ep_buf_init(&once, FUZZ_REREAD_MAX);
	ep_buf_init(&twice, FUZZ_REREAD_MAX);
	reader((const char *)data, n, &diag, &once);
	if (diag.n == 0 && once.len) {
		reader(once.s, once.len, &diag, &twice);
		must(diag.n == 0 && twice.len == once.len);
		must(memcmp(twice.s, once.s, once.len) == 0);
	}
	ep_buf_release(&once);
	ep_buf_release(&twice);
	ep_diag_release(&diag);
}

#endif
