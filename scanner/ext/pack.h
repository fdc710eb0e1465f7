/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to zstd: one-shot compression of blobs kept in the database.
 */
#ifndef EP_PACK_H
#define EP_PACK_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

void ep_pack(struct ep_buf *out, const void *p, size_t n);
/* Refuses a result above max bytes (EP_ELIMIT) or damage (EP_EDATA). */
int ep_unpack(const void *p, size_t n, size_t max, struct ep_buf *out,
	      struct ep_err *err) EP_MUST_CHECK;

#endif
