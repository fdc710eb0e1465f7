/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Response header lines: counted over interim answers too, kept for the
 * final one, and refused where two readers could understand them
 * differently.
 */
#include "ext/http_priv.h"

#include <string.h>

#include "base/alloc.h"

static void fields_release(struct ep_http_head *head)
{
	for (size_t i = 0; i < head->field.n; i++) {
		ep_free(head->field.v[i].name);
		ep_free(head->field.v[i].value);
	}
	ep_vec_release(&head->field);
}

void ep_http_head_release(struct ep_http_head *head)
{
	fields_release(head);
}

static struct ep_http_field *find(const struct ep_http_head *head,
				  const char *name)
{
	for (size_t i = head->field.n; i > 0; i--)
		if (ep_str_eqcase(head->field.v[i - 1].name, name))
			return &head->field.v[i - 1];
	return NULL;
}

const char *ep_http_head_get(const struct ep_http_head *head,
			     const char *name)
{
	const struct ep_http_field *field = find(head, name);

	return field ? field->value : NULL;
}

/* --- fields that say how long the body is and what it is --------------------- */

static int check_length(const struct ep_http_head *head, const char *value,
			struct ep_err *err)
{
	const char *before = ep_http_head_get(head, "content-length");
	int64_t length;

	if (!ep_str_int(value, &length) || length < 0)
		return ep_err_set(err, EP_EDATA,
				  "the answer's Content-Length is no number");
	if (before && !ep_str_eq(before, value))
		return ep_err_set(err, EP_EDATA, "the answer has two different "
				  "Content-Length headers");
	return 0;
}

static bool is_word(struct ep_str s, const char *a, const char *b)
{
	EP_AUTO_FREE char *word = ep_strndup(s.p, s.n);

	return ep_str_eqcase(word, a) || ep_str_eqcase(word, b);
}

static int check_codings(const struct ep_http_head *head, const char *value,
			 struct ep_err *err)
{
	struct ep_str rest = ep_str(value);
	struct ep_str coding;
	size_t layers = 0;

	for (size_t i = 0; i < head->field.n; i++)
		if (ep_str_eq(head->field.v[i].name, "content-encoding"))
			layers++;
	while (ep_str_cut(&rest, ',', &coding)) {
		coding = ep_str_trim(coding);
		if (coding.n == 0 || is_word(coding, "identity", "identity"))
			continue;
		if (!is_word(coding, "gzip", "x-gzip"))
			return ep_err_set(err, EP_EDATA, "the answer has a "
					  "content coding that was not asked "
					  "for");
		layers++;
	}
	if (layers > 1)
		return ep_err_set(err, EP_ELIMIT, "the answer has more than "
				  "one layer of content coding");
	return 0;
}

static int check_transfer(const char *value, struct ep_err *err)
{
	struct ep_str rest = ep_str_trim(ep_str(value));

	if (is_word(rest, "chunked", "identity"))
		return 0;
	return ep_err_set(err, EP_EDATA, "the answer has a transfer coding "
			  "other than chunked");
}

static int check_field(const struct ep_http_head *head, const char *name,
		       const char *value, struct ep_err *err)
{
	if (ep_str_eq(name, "content-length"))
		return check_length(head, value, err);
	if (ep_str_eq(name, "content-encoding"))
		return check_codings(head, value, err);
	if (ep_str_eq(name, "transfer-encoding"))
		return check_transfer(value, err);
	return 0;
}

/* --- lines ---------------------------------------------------------------------- */

/* Link is a list that some vendors send as several lines. */
static bool joined(struct ep_http_head *head, const char *name,
		   const char *value)
{
	struct ep_http_field *field = find(head, name);
	struct ep_buf both;

	if (!field || !ep_str_eq(name, "link"))
		return false;
	ep_buf_init(&both, EP_HEADER_BYTES_MAX);
	ep_buf_addf(&both, "%s, %s", field->value, value);
	ep_free(field->value);
	field->value = ep_buf_take(&both);
	return true;
}

static int add_field(struct ep_http_head *head, const char *s, size_t n,
		     struct ep_err *err)
{
	const char *colon = memchr(s, ':', n);
	EP_AUTO_FREE char *name = NULL;
	EP_AUTO_FREE char *value = NULL;
	struct ep_str trimmed;
	int rc;

	if (*s == ' ' || *s == '\t' || !colon || colon == s ||
	    memchr(s, '\0', n))
		return ep_err_set(err, EP_EDATA,
				  "the answer has a malformed header line");
	name = ep_strndup(s, (size_t)(colon - s));
	ep_str_lower(name);
	trimmed = ep_str_trim((struct ep_str){ colon + 1,
					       n - (size_t)(colon - s) - 1 });
	value = ep_strndup(trimmed.p, trimmed.n);
	rc = check_field(head, name, value, err);
	if (rc < 0 || joined(head, name, value))
		return rc;
	EP_VEC_ADD(&head->field) = (struct ep_http_field){
		.name = ep_take(&name),
		.value = ep_take(&value),
	};
	return 0;
}

/* "HTTP/1.1 200 OK" or "HTTP/2 200" */
static int start_answer(struct ep_http_head *head, const char *s, size_t n,
			struct ep_err *err)
{
	const char *blank = memchr(s, ' ', n);
	struct ep_str code = { NULL, 0 };
	int64_t status = 0;

	if (blank)
		code = ep_str_trim((struct ep_str){
			blank + 1, n - (size_t)(blank - s) - 1 });
	if (code.n > 3 && code.p[3] == ' ')
		code.n = 3;
	if (code.n != 3 || !ep_str_intn(code, &status) || status < 100)
		return ep_err_set(err, EP_EDATA,
				  "the answer has a malformed status line");
	fields_release(head);
	head->status = (long)status;
	return 0;
}

int ep_http_head_line(struct ep_http_head *head, const char *s, size_t n,
		      struct ep_err *err)
{
	head->bytes += n;
	head->lines++;
	if (head->bytes > EP_HEADER_BYTES_MAX)
		return ep_err_set(err, EP_ELIMIT, "the answer's headers are "
				  "above %d bytes (EP_HEADER_BYTES_MAX)",
				  EP_HEADER_BYTES_MAX);
	if (head->lines > EP_HEADERS_MAX)
		return ep_err_set(err, EP_ELIMIT, "the answer has more than %d "
				  "header lines (EP_HEADERS_MAX)",
				  EP_HEADERS_MAX);
	/* What comes after the body (trailers) is counted, not believed. */
	if (head->complete)
		return 0;
	while (n > 0 && (s[n - 1] == '\r' || s[n - 1] == '\n'))
		n--;
	if (n == 0) {
		head->complete = head->status >= 200;
		return 0;
	}
	if (n > 5 && memcmp(s, "HTTP/", 5) == 0)
		return start_answer(head, s, n, err);
	return add_field(head, s, n, err);
}
