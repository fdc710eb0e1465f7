/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text as OSCAL wants it.
 */
#include "report/oscal_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/str.h"
#include "ext/crypto.h"

void ep_oscal_markup(struct ep_json_out *js, const char *name,
		     const char *text)
{
	EP_AUTO(ep_buf_release) struct ep_buf safe =
		EP_BUF_INIT(EP_FILE_BYTES_MAX);
	EP_AUTO(ep_buf_release) struct ep_buf out =
		EP_BUF_INIT(2 * EP_FILE_BYTES_MAX);
	struct ep_str part;

	if (text)
		ep_str_printable(&safe, text, strlen(text));
	part = ep_str_trim((struct ep_str){ safe.s, safe.len });
	for (size_t i = 0; i < part.n; i++) {
		if (strchr("\\`*_{}[]<>#|!~&@", part.p[i]))
			ep_buf_addc(&out, '\\');
		ep_buf_addc(&out, part.p[i]);
	}
	ep_json_out_text(js, name, out.len ? out.s : "-");
}

void ep_oscal_prop(struct ep_json_out *js, const char *name,
		   const char *value)
{
	EP_AUTO(ep_buf_release) struct ep_buf safe =
		EP_BUF_INIT(EP_FILE_BYTES_MAX);
	struct ep_str part;

	if (value)
		ep_str_printable(&safe, value, strlen(value));
	part = ep_str_trim((struct ep_str){ safe.s, safe.len });
	if (part.n == 0)
		return;
	safe.s[(size_t)(part.p - safe.s) + part.n] = '\0';
	ep_json_out_object(js, NULL);
	ep_json_out_text(js, "name", name);
	ep_json_out_text(js, "value", part.p);
	ep_json_out_end(js, '}');
}

void ep_oscal_prop_int(struct ep_json_out *js, const char *name,
		       int64_t value)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRId64, value);
	ep_oscal_prop(js, name, text);
}

void ep_oscal_time(struct ep_json_out *js, const char *name, int64_t at)
{
	char text[EP_TIME_TEXT];

	ep_json_out_text(js, name, ep_time_format(at, text));
}

const char *ep_oscal_uuid(const char *kind, const char *a, const char *b,
			  char out[EP_UUID_TEXT])
{
	struct ep_sha256 *sha = ep_sha256_new();
	uint8_t h[EP_SHA256_BYTES];

	ep_sha256_add(sha, kind, strlen(kind) + 1);
	ep_sha256_add(sha, a, strlen(a) + 1);
	ep_sha256_add(sha, b, strlen(b) + 1);
	ep_sha256_end(sha, h);
	h[6] = (uint8_t)((h[6] & 0x0f) | 0x40);
	h[8] = (uint8_t)((h[8] & 0x3f) | 0x80);
	snprintf(out, EP_UUID_TEXT,
		 "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
		 "%02x%02x%02x%02x%02x%02x",
		 h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7], h[8], h[9],
		 h[10], h[11], h[12], h[13], h[14], h[15]);
	return out;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool token(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

void ep_oscal_control(struct ep_buf *out, const char *framework,
		      const char *control)
{
	bool nist = strcmp(framework, "nist80053") == 0;

	if (!nist)
		ep_buf_addf(out, "%s_", framework);
	for (const char *s = control; *s; s++) {
		if (nist && *s == '(')
			ep_buf_addc(out, '.');
		else if (nist && *s != ')')
			ep_buf_addc(out, token(*s) ? lower(*s) : '_');
		else if (!nist)
			ep_buf_addc(out, token(*s) ? *s : '_');
	}
}
