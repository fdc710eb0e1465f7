/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One value of a directory's attribute as JSON: identifiers of Windows and
 * UTF-8 as strings, anything else as {"base64":"..."}.
 */
#ifndef EP_ATTRIBUTE_H
#define EP_ATTRIBUTE_H

#include <stddef.h>

#include "base/buf.h"

/* p need not end with a NUL. */
void ep_attribute_json(const char *name, const void *p, size_t n,
		       struct ep_buf *out);

#endif
