/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statuses, ends of transfers and self-declared failures.
 */
#include "collect/judge.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "collect/wait.h"

#define ERROR_TEXT_MAX 120

void ep_judge_error_text(const struct ep_json *doc, struct ep_buf *out)
{
	static const char *const paths[] = {
		"errorText", "error_description", "error.message", "message",
		"status.message",
		"errorDescription", "errorSummary", "errors[0].detail",
		"errors[0].message", "errors[0]", "detail", "error",
		"errorMessage", NULL
	};
	const struct ep_json *value;
	const char *text = NULL;
	size_t n;

	for (int i = 0; paths[i] && !text; i++) {
		if (ep_json_path(doc, paths[i], &value) == EP_JSON_PRESENT)
			text = ep_json_text(value);
		if (text && !*text)
			text = NULL;
	}
	if (!text)
		return;
	n = strlen(text);
	if (n > ERROR_TEXT_MAX)
		n = ep_utf8_cut(text, ERROR_TEXT_MAX);
	ep_buf_adds(out, " \"");
	ep_str_printable(out, text, n);
	ep_buf_addc(out, '"');
}

static void own_words(const struct ep_http_answer *answer, struct ep_buf *out)
{
	struct ep_err err = EP_ERR_INIT;
	struct ep_json *doc;

	if (answer->body.len == 0 || answer->body.len > 64 * 1024)
		return;
	if (ep_json_parse(answer->body.s, answer->body.len, &doc, NULL, &err) <
	    0)
		return;
	ep_judge_error_text(doc, out);
	ep_json_free(doc);
}

static void set_what(struct ep_judgement *ret, const char *fmt, ...)
	EP_PRINTF(2, 3);

static void set_what(struct ep_judgement *ret, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(ret->what, sizeof(ret->what), fmt, ap) < 0)
		ret->what[0] = '\0';
	va_end(ap);
}

static void advise(struct ep_judgement *ret, const char *text)
{
	snprintf(ret->advice, sizeof(ret->advice), "%s", text);
}

/* Below HTTP: there is no answer to look at. */
static void judge_end(const struct ep_http_answer *answer,
		      struct ep_judgement *ret)
{
	static const char *const words[] = {
		[EP_HTTP_OK] = "answered",
		[EP_HTTP_CONNECT] = "could not be asked for",
		[EP_HTTP_TLS] = "was not asked for: no trusted TLS connection",
		[EP_HTTP_CUT] = "was cut off",
		[EP_HTTP_TIMEOUT] = "took too long",
		[EP_HTTP_LIMIT] = "was larger than allowed",
		[EP_HTTP_REFUSED] = "was refused by this program",
	};
	bool again = answer->end == EP_HTTP_CONNECT ||
		     answer->end == EP_HTTP_CUT ||
		     answer->end == EP_HTTP_TIMEOUT;

	ret->verdict = again ? EP_VERDICT_AGAIN : EP_VERDICT_END;
	ret->status = EP_COVERAGE_PARTIAL;
	set_what(ret, "%s (%.180s)", words[answer->end], answer->why);
	if (answer->end == EP_HTTP_TLS)
		advise(ret, "Do not turn checks off: look at the server's "
			    "certificate, the CA certificates of this machine "
			    "and its clock");
	else if (answer->end == EP_HTTP_LIMIT)
		advise(ret, "The vendor sends more in one page than the "
			    "connector allows: ask for smaller pages "
			    "(page.size) or raise limits.page_bytes");
	else if (answer->end == EP_HTTP_REFUSED)
		advise(ret, "Look at the base URL of the connection; private "
			    "addresses are refused on purpose");
	else
		advise(ret, "Check network, DNS and firewall of this machine "
			    "and the vendor's status page, then run again");
}

static bool lists(const struct ep_spec_endpoint *endpoint, long status)
{
	for (size_t i = 0; i < endpoint->absent.n; i++) {
		if (endpoint->absent.v[i] == status)
			return true;
	}
	return false;
}

/* "a|b" is either of the two. */
static void add_permissions(const struct ep_words *permissions,
			    struct ep_buf *out)
{
	for (size_t i = 0; i < permissions->n; i++) {
		ep_buf_adds(out, i ? ", " : "");
		for (const char *c = permissions->v[i]; *c; c++) {
			if (*c == '|')
				ep_buf_adds(out, " or ");
			else
				ep_buf_addc(out, *c);
		}
	}
}

/* Of what is too long, the words that fit. */
static void advise_words(struct ep_judgement *ret, const struct ep_buf *text)
{
	static const char more[] = " ...";
	size_t n = sizeof(ret->advice) - sizeof(more);
	size_t word;

	if (text->len < sizeof(ret->advice)) {
		advise(ret, text->s);
		return;
	}
	word = n = ep_utf8_cut(text->s, n);
	/* Some scripts have no spaces. */
	while (word > n / 2 && text->s[word] != ' ')
		word--;
	if (word > n / 2)
		n = word;
	snprintf(ret->advice, sizeof(ret->advice), "%.*s%s", (int)n, text->s,
		 more);
}

/* With the permissions of this listing where the credential's rights have
 * their names, since those of the whole credential are many. */
static void advise_credential(const struct ep_spec_endpoint *endpoint,
			      const struct ep_spec_credential *credential,
			      long status, struct ep_judgement *ret)
{
	EP_AUTO(ep_buf_release) struct ep_buf text =
		EP_BUF_INIT(EP_FILE_BYTES_MAX);

	if (status == 401)
		ep_buf_addf(&text, "Check or renew the credential '%s'",
			    credential->name);
	else
		ep_buf_addf(&text, "Check rights and licence of the "
			    "credential '%s'", credential->name);
	if (status != 401 && credential->granted.present &&
	    endpoint->permissions.n) {
		ep_buf_adds(&text, ", which needs ");
		add_permissions(&endpoint->permissions, &text);
	} else if (credential->doc) {
		ep_buf_addf(&text, ": %s", credential->doc);
	}
	/* Half a word of where to make one helps nobody. */
	if (credential->hint && text.len + strlen(credential->hint) + 12 <
					sizeof(ret->advice))
		ep_buf_addf(&text, "; made in %s", credential->hint);
	advise_words(ret, &text);
}

static void judge_denied(const struct ep_spec_endpoint *endpoint,
			 const struct ep_spec_credential *credential,
			 const char *text, long status,
			 struct ep_judgement *ret)
{
	ret->verdict = status == 401 ? EP_VERDICT_RENEW : EP_VERDICT_END;
	ret->status = EP_COVERAGE_DENIED;
	if (endpoint->optional && status != 401)
		set_what(ret, "is not permitted or not licensed (HTTP %ld%s)",
			 status, text);
	else
		set_what(ret, "was denied (HTTP %ld%s)", status, text);
	if (!credential)
		advise(ret, "The connector sends no credential here, and the "
			    "vendor wants one");
	else
		advise_credential(endpoint, credential, status, ret);
}

static void judge_status(const struct ep_spec_endpoint *endpoint,
			 const struct ep_spec_credential *credential,
			 const char *text, long status,
			 struct ep_judgement *ret)
{
	ret->verdict = EP_VERDICT_END;
	ret->status = EP_COVERAGE_PARTIAL;
	if (status == 401 || status == 403 ||
	    (status == 404 && endpoint->optional)) {
		judge_denied(endpoint, credential, text, status, ret);
		return;
	}
	set_what(ret, "answered HTTP %ld%s", status, text);
	if (ep_wait_retryable(status)) {
		ret->verdict = status == 429 || status == 503 ?
				       EP_VERDICT_THROTTLED :
				       EP_VERDICT_AGAIN;
		advise(ret, "The vendor's side: look at its status page and "
			    "run again later");
	} else if (status >= 300 && status < 400) {
		set_what(ret, "answered with a redirect (HTTP %ld), which is "
			      "never followed",
			 status);
		advise(ret, "Set the base URL of the connection to where the "
			    "API is now");
	} else if (status == 404) {
		advise(ret, "Check the tenant id and the base URL of the "
			    "connection");
	} else {
		advise(ret, "The vendor does not accept the request: check "
			    "tenant id and parameters, or whether the API has "
			    "changed");
	}
}

void ep_judge_answer(const struct ep_spec_endpoint *endpoint,
		     const struct ep_spec_credential *credential,
		     const struct ep_http_answer *answer,
		     struct ep_judgement *ret)
{
	struct ep_buf text;

	memset(ret, 0, sizeof(*ret));
	if (answer->end != EP_HTTP_OK) {
		judge_end(answer, ret);
		return;
	}
	if (lists(endpoint, answer->status)) {
		ret->verdict = EP_VERDICT_ABSENT;
		return;
	}
	/* Of a listing only 200 says that this is all of the page (206 is a
	 * part, 202 a promise); a token may come with 201. */
	if (answer->status == 200 ||
	    (!endpoint->name && answer->status > 200 &&
	     answer->status < 300)) {
		ret->verdict = EP_VERDICT_TAKE;
		return;
	}
	ep_buf_init(&text, ERROR_TEXT_MAX * 4);
	own_words(answer, &text);
	judge_status(endpoint, credential, text.s ? text.s : "",
		     answer->status, ret);
	ep_buf_release(&text);
}

static bool has_text(const struct ep_json *doc, const char *path,
		     const char *text)
{
	const struct ep_json *value;
	const char *there;

	if (ep_json_path(doc, path, &value) != EP_JSON_PRESENT)
		return false;
	there = ep_json_text(value);
	return there && ep_str_eq(there, text);
}

/* The body of an error, NULL when it is none that is worth a look. */
static struct ep_json *said(const struct ep_http_answer *answer, long status)
{
	struct ep_err err = EP_ERR_INIT;
	struct ep_json *doc;

	if (answer->end != EP_HTTP_OK || answer->status != status ||
	    answer->body.len > 64 * 1024 ||
	    ep_json_parse(answer->body.s, answer->body.len, &doc, NULL, &err) <
		    0)
		return NULL;
	return doc;
}

void ep_judge_throttled(const struct ep_spec_limits *limits,
			const struct ep_http_answer *answer,
			struct ep_judgement *judged)
{
	struct ep_json *doc;
	bool asks = false;

	if (!limits->throttled_path || !(doc = said(answer, 403)))
		return;
	for (size_t i = 0; i < limits->throttled_words.n; i++)
		asks |= has_text(doc, limits->throttled_path,
				 limits->throttled_words.v[i]);
	ep_json_free(doc);
	if (!asks)
		return;
	judged->verdict = EP_VERDICT_THROTTLED;
	judged->status = EP_COVERAGE_PARTIAL;
	advise(judged, "The vendor allows fewer requests than were sent: lower "
		       "share_percent, or run at another time");
}

static bool holds_text(const struct ep_json *doc, const char *path,
		       const char *text)
{
	const struct ep_json *value;
	const char *there;

	if (ep_json_path(doc, path, &value) != EP_JSON_PRESENT)
		return false;
	there = ep_json_text(value);
	return there && strstr(there, text);
}

void ep_judge_denied(const struct ep_spec_limits *limits,
		     const struct ep_spec_credential *credential,
		     const struct ep_http_answer *answer,
		     struct ep_judgement *judged)
{
	static const struct ep_spec_endpoint plain;
	struct ep_json *doc;
	struct ep_buf text;
	bool denies = false;

	if (!limits->denied_path || !(doc = said(answer, 500)))
		return;
	for (size_t i = 0; i < limits->denied_words.n; i++)
		denies |= holds_text(doc, limits->denied_path,
				     limits->denied_words.v[i]);
	if (denies) {
		ep_buf_init(&text, ERROR_TEXT_MAX * 4);
		ep_judge_error_text(doc, &text);
		judge_denied(&plain, credential, text.s ? text.s : "", 500,
			     judged);
		ep_buf_release(&text);
	}
	ep_json_free(doc);
}

bool ep_judge_empty(const struct ep_spec_endpoint *endpoint,
		    const struct ep_json *doc)
{
	const struct ep_pairs *vouch = &endpoint->records_absent;
	const struct ep_json *value;

	if (vouch->n == 0 ||
	    ep_json_path(doc, endpoint->records, &value) != EP_JSON_ABSENT)
		return false;
	for (size_t i = 0; i < vouch->n; i++) {
		if (!has_text(doc, vouch->v[i].name, vouch->v[i].value))
			return false;
	}
	return true;
}

/* Errors beside or instead of data in a document that is a list. */
static bool carries_error(const struct ep_json *doc)
{
	static const char *const names[] = { "errors", "error", NULL };
	const struct ep_json *value;
	double number;

	if (ep_json_type(doc) != EP_JSON_OBJECT)
		return false;
	for (int i = 0; names[i]; i++) {
		enum ep_json_found found = ep_json_get(doc, names[i], &value);

		/* Of two, one may say that there is none. */
		if (found == EP_JSON_AMBIGUOUS)
			return true;
		if (found != EP_JSON_PRESENT)
			continue;
		switch (ep_json_type(value)) {
		case EP_JSON_ARRAY:
		case EP_JSON_OBJECT:
			if (ep_json_count(value) > 0)
				return true;
			break;
		case EP_JSON_STRING:
			if (*ep_json_text(value))
				return true;
			break;
		case EP_JSON_BOOL:
			if (ep_json_true(value))
				return true;
			break;
		case EP_JSON_NUMBER:
			if (!ep_json_double(value, &number) || number < 0 ||
			    number > 0)
				return true;
			break;
		default:
			break;
		}
	}
	return false;
}

bool ep_judge_document(const struct ep_spec_endpoint *endpoint,
		       const struct ep_json *doc, char what[256])
{
	const struct ep_json *value;
	struct ep_buf text;
	const char *says = NULL;

	if (endpoint->success_path &&
	    (ep_json_path(doc, endpoint->success_path, &value) !=
		     EP_JSON_PRESENT ||
	     ep_json_type(value) != EP_JSON_BOOL || !ep_json_true(value)))
		says = "does not say that it succeeded";
	else if (endpoint->records && carries_error(doc))
		says = "carries an error in place of or beside its data";
	if (!says)
		return true;
	ep_buf_init(&text, ERROR_TEXT_MAX * 4);
	ep_judge_error_text(doc, &text);
	snprintf(what, 256, "%s (HTTP 200%.200s)", says, text.s ? text.s : "");
	ep_buf_release(&text);
	return false;
}

bool ep_judge_granted(const struct ep_spec_endpoint *endpoint,
		      const struct ep_json *doc, char what[256])
{
	const struct ep_json *value;
	const char *text = NULL;
	struct ep_buf said;

	if (!endpoint->granted_path)
		return true;
	for (size_t i = 0; i < endpoint->granted_words.n; i++) {
		if (has_text(doc, endpoint->granted_path,
			     endpoint->granted_words.v[i]))
			return true;
	}
	if (ep_json_path(doc, endpoint->granted_path, &value) ==
	    EP_JSON_PRESENT)
		text = ep_json_text(value);
	ep_buf_init(&said, ERROR_TEXT_MAX * 4);
	if (text)
		ep_str_printable(&said, text,
				 strnlen(text, ERROR_TEXT_MAX));
	snprintf(what, 256, "the vendor says %.100s%s%.100s",
		 endpoint->granted_path, text ? " is " : " nowhere",
		 said.s ? said.s : "");
	ep_buf_release(&said);
	return false;
}
