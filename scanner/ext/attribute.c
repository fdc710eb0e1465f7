/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of attributes, whether they come over LDAP or from a file.
 */
#include "ext/attribute.h"

#include <string.h>

#include "base/limits.h"
#include "base/str.h"
#include "base/winid.h"
#include "ext/crypto.h"
#include "ext/json.h"

static void add_base64(const void *p, size_t n, struct ep_buf *out)
{
	ep_buf_adds(out, "{\"base64\":\"");
	ep_base64(out, p, n);
	ep_buf_adds(out, "\"}");
}

void ep_attribute_json(const char *name, const void *p, size_t n,
		       struct ep_buf *out)
{
	enum ep_winid kind = ep_winid_of(name);
	struct ep_buf text = EP_BUF_INIT(EP_PAGE_BYTES_MAX);
	bool is_text;

	if (kind != EP_WINID_NONE)
		is_text = ep_winid_text(kind, p, n, &text);
	else
		is_text = ep_utf8_valid(p, n) && !memchr(p, '\0', n);
	if (is_text && kind == EP_WINID_NONE)
		ep_buf_add(&text, p, n);
	if (is_text && !text.overflow)
		ep_json_quote(out, text.s);
	else
		add_base64(p, n, out);
	ep_buf_release(&text);
}
