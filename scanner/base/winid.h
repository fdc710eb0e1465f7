/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a Windows directory hands out as bytes or as its own kinds of time,
 * as text and seconds: identifiers of security principals (SID) and objects
 * (GUID), FILETIME counts and generalized time.
 */
#ifndef EP_WINID_H
#define EP_WINID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum ep_winid { EP_WINID_NONE, EP_WINID_SID, EP_WINID_GUID };

/* Which kind of identifier an attribute of that name (in any case) holds. */
enum ep_winid ep_winid_of(const char *attribute);

/* "S-1-5-21-1-2-3-500".  False, and nothing added, for other bytes. */
bool ep_winid_sid(const void *p, size_t n, struct ep_buf *out);
/* "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"; the first three groups are little
 * endian in the bytes. */
bool ep_winid_guid(const void *p, size_t n, struct ep_buf *out);
/* The bytes of a GUID as written above; false when it is none. */
bool ep_winid_guid_bytes(const char *s, uint8_t ret[16]);
/* Appends the value of such an attribute as text; what is printable text
 * already (an export may have converted it) is taken as it is. */
bool ep_winid_text(enum ep_winid kind, const void *p, size_t n,
		   struct ep_buf *out);

/* Units of 100 ns since 1601.  0 and the largest number mean that there is
 * no such time: *ret_never is set then. */
bool ep_winid_filetime(int64_t ticks, int64_t *ret, bool *ret_never);
/* A span, negative in the directory: whole seconds, never as above. */
bool ep_winid_span(int64_t ticks, int64_t *ret, bool *ret_never);
/* "20261121075304.0Z"; other zones and missing seconds are refused. */
bool ep_winid_generalized(const char *s, int64_t *ret);

#endif
