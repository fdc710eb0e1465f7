/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to zstd.  One frame a blob, with the content size and a checksum
 * in it, so that damage shows and no size has to be guessed.
 */
#include "ext/pack.h"

#include <zstd.h>

#include "base/alloc.h"

static void free_cctx(ZSTD_CCtx **ctx)
{
	ZSTD_freeCCtx(*ctx);
}

void ep_pack(struct ep_buf *out, const void *p, size_t n)
{
	EP_AUTO(free_cctx) ZSTD_CCtx *ctx = ZSTD_createCCtx();
	size_t bound = ZSTD_compressBound(n), done;
	EP_AUTO_FREE char *frame = ep_alloc(bound);

	if (!ctx ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(ctx, ZSTD_c_checksumFlag, 1)))
		ep_die("zstd cannot start");
	done = ZSTD_compress2(ctx, frame, bound, p, n);
	if (ZSTD_isError(done))
		ep_die("zstd cannot compress");
	ep_buf_add(out, frame, done);
}

static int damaged(const char *what, struct ep_err *err)
{
	return ep_err_set(err, EP_EDATA, "compressed data is damaged: %s",
			  what);
}

int ep_unpack(const void *p, size_t n, size_t max, struct ep_buf *out,
	      struct ep_err *err)
{
	EP_AUTO_FREE char *content = NULL;
	unsigned long long size = ZSTD_getFrameContentSize(p, n);
	size_t frame = ZSTD_findFrameCompressedSize(p, n), done;

	if (size == ZSTD_CONTENTSIZE_ERROR || ZSTD_isError(frame))
		return damaged("no whole frame", err);
	if (size == ZSTD_CONTENTSIZE_UNKNOWN)
		return damaged("no content size", err);
	if (frame != n)
		return damaged("something follows the frame", err);
	if (size > max)
		return ep_err_set(err, EP_ELIMIT,
				  "compressed data holds %llu bytes, more "
				  "than the %zu allowed", size, max);
	content = ep_alloc((size_t)size);
	done = ZSTD_decompress(content, (size_t)size, p, n);
	if (ZSTD_isError(done))
		return damaged(ZSTD_getErrorName(done), err);
	ep_buf_add(out, content, done);
	return EP_OK;
}
