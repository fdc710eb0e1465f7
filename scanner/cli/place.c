/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compares the ways to write where an entry stands.
 */
#include "cli/place.h"

#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/str.h"

#define PLACE_BYTES_MAX 8192

bool ep_place_is(const char *file, int line, const char *word)
{
	EP_AUTO(ep_buf_release) struct ep_buf place =
		EP_BUF_INIT(PLACE_BYTES_MAX);
	const char *slash = strrchr(file, '/');
	size_t folder = slash ? (size_t)(slash + 1 - file) : 0;

	ep_buf_addf(&place, "%s:%d", file, line);
	if (place.overflow)
		return false;
	return ep_str_eq(file, word) || ep_str_eq(place.s, word) ||
	       ep_str_eq(file + folder, word) ||
	       ep_str_eq(place.s + folder, word);
}
