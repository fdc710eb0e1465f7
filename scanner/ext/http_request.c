/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What may be sent: the methods this door knows, and header lines that can
 * only say what their caller meant.
 */
#include "ext/http_priv.h"

#include <string.h>

#include "base/alloc.h"

/* Lines that the door or libcurl writes; a second one would change where the
 * request ends, where it goes, or how the answer comes. */
static const char *const own[] = {
	"accept-encoding", "connection", "content-length", "content-type",
	"cookie", "expect", "host", "keep-alive", "proxy-authorization",
	"te", "trailer", "transfer-encoding", "upgrade", NULL,
};

static bool is_token(const char *s)
{
	static const char allowed[] =
		"!#$%&'*+-.^_`|~0123456789"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

	return *s && s[strspn(s, allowed)] == '\0';
}

/* Visible bytes, blanks and tabs; nothing that could end the line. */
static bool is_value(const char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if ((c < ' ' && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

static int check_header(const struct ep_http_header *header,
			struct ep_err *err)
{
	if (!header->name || !is_token(header->name))
		return ep_err_set(err, EP_EDATA,
				  "a request header's name is not a token");
	for (size_t i = 0; own[i]; i++)
		if (ep_str_eqcase(header->name, own[i]))
			return ep_err_set(err, EP_EPERM, "the request header "
					  "%s is not the caller's to set",
					  own[i]);
	if (!header->value || !is_value(header->value))
		return ep_err_set(err, EP_EDATA, "the value of the request "
				  "header %.60s is missing or holds a line "
				  "break or control byte; check the credential "
				  "or setting it comes from", header->name);
	return 0;
}

static int check_kind(const struct ep_http_request *request,
		      const struct ep_http_options *options,
		      struct ep_err *err)
{
	switch (request->kind) {
	case EP_HTTP_GET:
		if (request->body || request->body_len)
			return ep_err_set(err, EP_EPERM,
					  "a GET with a body is not sent");
		return 0;
	case EP_HTTP_TICKET:
		if (!options->allow_ticket_write)
			return ep_err_set(err, EP_EPERM, "writing to a ticket "
					  "is switched off; nothing was sent");
		break;
	case EP_HTTP_NOTICE:
		if (!options->allow_notice)
			return ep_err_set(err, EP_EPERM, "notices are "
					  "switched off; nothing was sent");
		break;
	case EP_HTTP_TOKEN:
	case EP_HTTP_SEARCH:
		break;
	default:
		return ep_err_set(err, EP_EPERM, "unknown kind of request; "
				  "nothing was sent");
	}
	if (!request->content_type || !is_value(request->content_type) ||
	    !request->content_type[0])
		return ep_err_set(err, EP_EDATA,
				  "a POST needs a plain content type");
	if (request->body_len && !request->body)
		return ep_err_set(err, EP_EBUG, "a POST without its body");
	return 0;
}

int ep_http_request_check(const struct ep_http_request *request,
			  const struct ep_http_options *options,
			  struct ep_err *err)
{
	int rc = check_kind(request, options, err);

	for (size_t i = 0; i < request->headers && rc == 0; i++)
		rc = check_header(&request->header[i], err);
	return rc;
}

/* --- lines for libcurl ------------------------------------------------------------ */

static bool append(struct curl_slist **lines, const char *name,
		   const char *value)
{
	struct curl_slist *longer;
	struct ep_buf line;

	ep_buf_init(&line, strlen(name) + strlen(value) + 3);
	/* "Name;" is libcurl's way to write a header without a value. */
	if (value[strspn(value, " \t")])
		ep_buf_addf(&line, "%s: %s", name, value);
	else
		ep_buf_addf(&line, "%s;", name);
	longer = curl_slist_append(*lines, line.s);
	ep_wipe(line.s, line.len);
	ep_buf_release(&line);
	if (longer)
		*lines = longer;
	return longer;
}

bool ep_http_request_lines(const struct ep_http_request *from,
			   struct curl_slist **ret)
{
	struct curl_slist *longer;

	*ret = NULL;
	for (size_t i = 0; i < from->headers; i++)
		if (!append(ret, from->header[i].name, from->header[i].value))
			return false;
	if (from->kind == EP_HTTP_GET)
		return true;
	if (!append(ret, "Content-Type", from->content_type))
		return false;
	/* No round trip of waiting for "100 Continue". */
	longer = curl_slist_append(*ret, "Expect:");
	if (longer)
		*ret = longer;
	return longer;
}

void ep_http_request_lines_free(struct curl_slist *lines)
{
	for (struct curl_slist *l = lines; l; l = l->next)
		ep_wipe(l->data, strlen(l->data));
	curl_slist_free_all(lines);
}
