/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UTF-16 as Windows writes it into files, read as UTF-8.
 */
#ifndef EP_UTF16_H
#define EP_UTF16_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Little endian, without its byte-order mark.  False for half a unit, half a
 * pair, or more than out may hold. */
bool ep_utf16_read(const char *s, size_t n, struct ep_buf *out);

#endif
