/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The paging words of a connector, one function each.
 */
#include "collect/page.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "ext/http.h"

void ep_pager_init(struct ep_pager *pager, const struct ep_spec_page *spec,
		   int64_t pages_max)
{
	memset(pager, 0, sizeof(*pager));
	pager->spec = spec;
	pager->pages_max = pages_max > 0 && pages_max < EP_PAGES_MAX ?
				   pages_max :
				   EP_PAGES_MAX;
	pager->stated = -1;
	pager->total = -1;
	pager->counted_before = -1;
	pager->position = spec->kind == EP_PAGE_NUMBER ? spec->first : 0;
}

void ep_pager_release(struct ep_pager *pager)
{
	ep_seen_release(&pager->seen);
	ep_free(pager->cursor);
	pager->cursor = NULL;
}

const char *ep_pager_url(const struct ep_pager *pager)
{
	if (pager->spec->kind == EP_PAGE_NEXT_URL ||
	    pager->spec->kind == EP_PAGE_LINK_HEADER)
		return pager->cursor;
	return NULL;
}

void ep_page_param(struct ep_buf *url, const char *name, const char *value)
{
	ep_buf_addc(url, url->s && strchr(url->s, '?') ? '&' : '?');
	ep_str_percent(url, name, strlen(name));
	ep_buf_addc(url, '=');
	ep_str_percent(url, value, strlen(value));
}

static void add_number(struct ep_buf *url, const char *name, int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, value);
	ep_page_param(url, name, text);
}

void ep_pager_query(const struct ep_pager *pager, struct ep_buf *url)
{
	const struct ep_spec_page *spec = pager->spec;

	if (spec->kind == EP_PAGE_NONE)
		return;
	if (spec->size_param && spec->size > 0)
		add_number(url, spec->size_param, spec->size);
	if (!spec->param)
		return;
	if (spec->kind == EP_PAGE_NUMBER || spec->kind == EP_PAGE_OFFSET)
		add_number(url, spec->param, pager->position);
	else if (pager->cursor)
		ep_page_param(url, spec->param, pager->cursor);
}

static enum ep_page_verdict spoilt(char why[EP_PAGE_WHY], const char *fmt, ...)
	EP_PRINTF(2, 3);

static enum ep_page_verdict spoilt(char why[EP_PAGE_WHY], const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(why, EP_PAGE_WHY, fmt, ap) < 0)
		why[0] = '\0';
	va_end(ap);
	return EP_PAGE_SPOILT;
}

/* A next link or cursor in whatever dress: text, number, HAL object with
 * href, list of such.  NULL when nothing is in it; a dress that we do not
 * know stays as it is, since there may be a next page in it. */
static const struct ep_json *undress(const struct ep_json *value)
{
	const struct ep_json *href;

	if (ep_json_type(value) == EP_JSON_ARRAY)
		value = ep_json_first(value);
	if (!value || ep_json_type(value) != EP_JSON_OBJECT)
		return value;
	if (ep_json_get(value, "href", &href) == EP_JSON_PRESENT)
		return href;
	return ep_json_count(value) ? value : NULL;
}

/* Keeps the cursor of the next request, unless it was there before. */
static enum ep_page_verdict go_on(struct ep_pager *pager, const char *cursor,
				  const char *what, char why[EP_PAGE_WHY])
{
	struct ep_buf text;

	if (!ep_seen_add(&pager->seen, cursor, strlen(cursor))) {
		ep_buf_init(&text, 120);
		ep_str_printable(&text, cursor, strnlen(cursor, 100));
		spoilt(why,
		       "page %" PRId64 " names a %s that was followed before "
		       "(%s): the listing runs in a circle",
		       pager->pages, what, text.s ? text.s : "");
		ep_buf_release(&text);
		return EP_PAGE_SPOILT;
	}
	ep_free(pager->cursor);
	pager->cursor = ep_strdup(cursor);
	return EP_PAGE_MORE;
}

/* -1 the source does not say, else 0 or 1. */
static int says_more(const struct ep_pager *pager,
		     const struct ep_page_answer *answer)
{
	const struct ep_json *value;

	if (!pager->spec->more ||
	    ep_json_path(answer->doc, pager->spec->more, &value) !=
		    EP_JSON_PRESENT ||
	    ep_json_type(value) != EP_JSON_BOOL)
		return -1;
	return ep_json_true(value);
}

static bool short_page(const struct ep_pager *pager,
		       const struct ep_page_answer *answer)
{
	return pager->spec->size > 0 && answer->records < pager->spec->size;
}

/* What the size of the page says where nothing better is stated.  A source
 * may give less than was asked for, so its own count goes before. */
static enum ep_page_verdict by_size(const struct ep_pager *pager,
				    const struct ep_page_answer *answer)
{
	if (answer->records == 0)
		return EP_PAGE_LAST;
	if (pager->spec->until_empty)
		return EP_PAGE_MORE;
	if (pager->total >= 0)
		return pager->read >= pager->total ? EP_PAGE_LAST :
						     EP_PAGE_MORE;
	if (pager->spec->size > 0)
		return short_page(pager, answer) ? EP_PAGE_LAST : EP_PAGE_MORE;
	return EP_PAGE_MORE;
}

static enum ep_page_verdict by_stated_pages(const struct ep_pager *pager,
					    const struct ep_page_answer *answer,
					    char why[EP_PAGE_WHY])
{
	if (pager->pages >= pager->stated)
		return EP_PAGE_LAST;
	if (answer->records > 0)
		return EP_PAGE_MORE;
	if (pager->total >= 0 && pager->read >= pager->total)
		return EP_PAGE_LAST;
	return spoilt(why,
		      "page %" PRId64 " of %" PRId64 " was empty although more "
		      "pages are stated",
		      pager->pages, pager->stated);
}

static enum ep_page_verdict next_number(struct ep_pager *pager,
					const struct ep_page_answer *answer,
					char why[EP_PAGE_WHY])
{
	const struct ep_spec_page *spec = pager->spec;
	const struct ep_json *value = NULL;
	int more = says_more(pager, answer);

	if (spec->kind == EP_PAGE_NUMBER)
		pager->position++;
	else
		pager->position += answer->records;
	if (pager->stated >= 0)
		return by_stated_pages(pager, answer, why);
	if (more == 0)
		return EP_PAGE_LAST;
	if (more == 1 && answer->records == 0)
		return spoilt(why, "page %" PRId64 " was empty although it "
				   "says that there is more",
			      pager->pages);
	if (more == 1)
		return EP_PAGE_MORE;
	if (!spec->next)
		return by_size(pager, answer);
	if (answer->records == 0)
		return EP_PAGE_LAST;
	if (ep_json_path(answer->doc, spec->next, &value) != EP_JSON_PRESENT)
		return EP_PAGE_LAST;
	return ep_json_type(value) == EP_JSON_NULL ? EP_PAGE_LAST :
						     EP_PAGE_MORE;
}

/* No next link or cursor: is that the end, or a page that lost its tail? */
static enum ep_page_verdict no_next(const struct ep_pager *pager,
				    const struct ep_page_answer *answer,
				    bool absent, char why[EP_PAGE_WHY])
{
	if (says_more(pager, answer) == 1)
		return spoilt(why,
			      "page %" PRId64 " says that there is more but "
			      "names no next page",
			      pager->pages);
	if (absent && pager->spec->next_required &&
	    !short_page(pager, answer))
		return spoilt(why,
			      "page %" PRId64 " lacks the member '%s' that "
			      "every page has, so its end cannot be known",
			      pager->pages, pager->spec->next);
	return EP_PAGE_LAST;
}

static enum ep_page_verdict follow(struct ep_pager *pager,
				   const struct ep_page_answer *answer,
				   const char *link, char why[EP_PAGE_WHY])
{
	EP_AUTO_FREE char *plain = ep_strdup(link);
	enum ep_page_verdict verdict;
	struct ep_err err = EP_ERR_INIT;
	struct ep_buf url;
	size_t n = strlen(plain);
	char *brace = strrchr(plain, '{');

	/* HAL links may end in a template of optional parameters. */
	if (brace && plain[n - 1] == '}')
		*brace = '\0';
	ep_buf_init(&url, EP_URL_BYTES_MAX);
	if (ep_http_next(answer->base, answer->url, plain, &url, &err) < 0)
		verdict = spoilt(why,
				 "page %" PRId64 " names a next page that is "
				 "not followed: %.280s",
				 pager->pages, err.msg);
	else if (url.overflow)
		verdict = spoilt(why,
				 "page %" PRId64 " names a next page of more "
				 "than %d bytes (EP_URL_BYTES_MAX)",
				 pager->pages, EP_URL_BYTES_MAX);
	else
		verdict = go_on(pager, url.s, "next link", why);
	ep_buf_release(&url);
	return verdict;
}

static enum ep_page_verdict next_link(struct ep_pager *pager,
				      const struct ep_page_answer *answer,
				      char why[EP_PAGE_WHY])
{
	enum ep_page_verdict verdict;
	struct ep_buf link;

	if (!answer->link)
		return EP_PAGE_LAST;
	ep_buf_init(&link, EP_URL_BYTES_MAX);
	if (!ep_http_link_next(answer->link, &link))
		verdict = EP_PAGE_LAST;
	else if (link.overflow)
		verdict = spoilt(why, "the Link header of page %" PRId64
				      " is longer than %d bytes",
				 pager->pages, EP_URL_BYTES_MAX);
	else
		verdict = follow(pager, answer, link.s ? link.s : "", why);
	ep_buf_release(&link);
	return verdict;
}

/* A cursor may be a number; a link that is none would be taken for a path. */
static bool is_next(const struct ep_spec_page *spec,
		    const struct ep_json *value)
{
	enum ep_json_type type = ep_json_type(value);

	return type == EP_JSON_STRING ||
	       (type == EP_JSON_NUMBER && spec->kind == EP_PAGE_CURSOR);
}

/* What the member that names the next page says, once it says something. */
static enum ep_page_verdict next_value(struct ep_pager *pager,
				       const struct ep_page_answer *answer,
				       const struct ep_json *value,
				       char why[EP_PAGE_WHY])
{
	const struct ep_spec_page *spec = pager->spec;
	enum ep_page_verdict verdict;
	struct ep_buf text;

	ep_buf_init(&text, EP_URL_BYTES_MAX);
	if (!is_next(spec, value) || !ep_json_scalar(value, &text) ||
	    text.overflow)
		verdict = spoilt(why,
				 "'%s' of page %" PRId64 " is no text of at "
				 "most %d bytes",
				 spec->next, pager->pages, EP_URL_BYTES_MAX);
	else if (text.len == 0)
		verdict = no_next(pager, answer, false, why);
	else if (spec->kind == EP_PAGE_CURSOR)
		verdict = go_on(pager, text.s, "cursor", why);
	else
		verdict = follow(pager, answer, text.s, why);
	ep_buf_release(&text);
	return verdict;
}

/* NEXT_URL and CURSOR: a member of the page names what comes next. */
static enum ep_page_verdict next_member(struct ep_pager *pager,
					const struct ep_page_answer *answer,
					char why[EP_PAGE_WHY])
{
	const struct ep_spec_page *spec = pager->spec;
	const struct ep_json *value = NULL;
	enum ep_json_found found =
		ep_json_path(answer->doc, spec->next, &value);

	if (says_more(pager, answer) == 0 ||
	    (spec->until_empty && answer->records == 0))
		return EP_PAGE_LAST;
	if (found == EP_JSON_AMBIGUOUS)
		return spoilt(why, "page %" PRId64 " has two members '%s'",
			      pager->pages, spec->next);
	if (found == EP_JSON_ABSENT)
		return no_next(pager, answer, true, why);
	value = undress(value);
	if (!value || ep_json_type(value) == EP_JSON_NULL ||
	    (ep_json_type(value) == EP_JSON_BOOL && !ep_json_true(value)))
		return no_next(pager, answer, false, why);
	return next_value(pager, answer, value, why);
}

/* CURSOR in a header: there while there is more, absent or empty then. */
static enum ep_page_verdict next_header(struct ep_pager *pager,
					const struct ep_page_answer *answer,
					char why[EP_PAGE_WHY])
{
	EP_AUTO_FREE char *cursor = NULL;
	struct ep_str text = ep_str_trim(
		ep_str(answer->cursor ? answer->cursor : ""));

	if (text.n == 0)
		return no_next(pager, answer, false, why);
	cursor = ep_strndup(text.p, text.n);
	return go_on(pager, cursor, "cursor", why);
}

static enum ep_page_verdict next_last_id(struct ep_pager *pager,
					 const struct ep_page_answer *answer,
					 char why[EP_PAGE_WHY])
{
	enum ep_page_verdict verdict;
	const struct ep_json *value;
	struct ep_buf text;
	int more = says_more(pager, answer);

	if (more == 0 || !answer->last)
		return no_next(pager, answer, false, why);
	if (more < 0 && by_size(pager, answer) == EP_PAGE_LAST)
		return EP_PAGE_LAST;
	ep_buf_init(&text, EP_URL_BYTES_MAX);
	if (ep_json_path(answer->last, pager->spec->last_id, &value) !=
		    EP_JSON_PRESENT ||
	    !ep_json_scalar(value, &text) || text.len == 0 || text.overflow)
		verdict = spoilt(why,
				 "the last record of page %" PRId64 " has no "
				 "usable '%s' to go on from",
				 pager->pages, pager->spec->last_id);
	else
		verdict = go_on(pager, text.s, "last id", why);
	ep_buf_release(&text);
	return verdict;
}

static enum ep_page_verdict next_of(struct ep_pager *pager,
				    const struct ep_page_answer *answer,
				    char why[EP_PAGE_WHY])
{
	switch (pager->spec->kind) {
	case EP_PAGE_NONE:
		return EP_PAGE_LAST;
	case EP_PAGE_LINK_HEADER:
		return next_link(pager, answer, why);
	case EP_PAGE_NEXT_URL:
	case EP_PAGE_CURSOR:
		if (pager->spec->next_header)
			return next_header(pager, answer, why);
		return next_member(pager, answer, why);
	case EP_PAGE_NUMBER:
	case EP_PAGE_OFFSET:
		return next_number(pager, answer, why);
	case EP_PAGE_LAST_ID:
		return next_last_id(pager, answer, why);
	}
	return spoilt(why, "the connector has an unknown kind of paging");
}

void ep_pager_count(struct ep_pager *pager, int64_t total)
{
	if (pager->total >= 0 && pager->total != total)
		pager->counted_before = pager->total;
	pager->total = total;
}

static void note_stated(struct ep_pager *pager,
			const struct ep_page_answer *answer)
{
	const struct ep_json *value;
	int64_t stated;

	pager->stated = -1;
	if (answer->total && ep_str_int(answer->total, &stated) && stated >= 0)
		ep_pager_count(pager, stated);
	if (!pager->spec->pages)
		return;
	if (ep_json_path(answer->doc, pager->spec->pages, &value) ==
		    EP_JSON_PRESENT &&
	    ep_json_int(value, &stated) && stated >= 0)
		pager->stated = stated;
}

enum ep_page_verdict ep_pager_take(struct ep_pager *pager,
				   const struct ep_page_answer *answer,
				   char why[EP_PAGE_WHY])
{
	enum ep_page_verdict verdict;

	if (pager->pages == 0)
		ep_seen_add(&pager->seen, answer->url, strlen(answer->url));
	pager->pages++;
	pager->read += answer->records;
	note_stated(pager, answer);
	verdict = next_of(pager, answer, why);
	if (verdict != EP_PAGE_MORE)
		return verdict;
	if (pager->pages >= pager->pages_max)
		return spoilt(why,
			      "there is more after %" PRId64 " pages, the limit "
			      "of one listing (limits.pages, at most %d)",
			      pager->pages, EP_PAGES_MAX);
	if (pager->read >= EP_RECORDS_MAX)
		return spoilt(why,
			      "there is more after %" PRId64 " records, the "
			      "limit of one listing (EP_RECORDS_MAX)",
			      pager->read);
	return EP_PAGE_MORE;
}
