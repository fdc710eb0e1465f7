/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does a listing end where it ends?  Each kind of paging with the answers
 * that continue it, end it, and contradict themselves.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "collect/page.h"

#define BASE "https://api.toy.example/v1"
#define FIRST BASE "/users?size=2"

static char why[EP_PAGE_WHY];

/* Feeds one page; records is how many it holds, the last of which is the
 * member "last" of the document. */
static enum ep_page_verdict feed(struct ep_pager *pager, const char *text,
				 int64_t records, const char *link)
{
	struct ep_err err;
	struct ep_json *doc;
	struct ep_page_answer answer = {
		.link = link, .base = BASE, .url = FIRST, .records = records
	};
	enum ep_page_verdict verdict;

	assert_int_equal(ep_json_parse(text, strlen(text), &doc, NULL, &err),
			 0);
	answer.doc = doc;
	if (records > 0)
		(void)ep_json_get(doc, "last", &answer.last);
	why[0] = '\0';
	verdict = ep_pager_take(pager, &answer, why);
	assert_true((verdict == EP_PAGE_SPOILT) == (why[0] != '\0'));
	ep_json_free(doc);
	return verdict;
}

static void query_is(const struct ep_pager *pager, const char *wanted)
{
	struct ep_buf url;

	ep_buf_init(&url, 4096);
	ep_buf_adds(&url, "u");
	ep_pager_query(pager, &url);
	assert_string_equal(url.s, wanted);
	ep_buf_release(&url);
}

/* A page on its own, as the first one of a listing. */
static enum ep_page_verdict only(const struct ep_spec_page *spec,
				 const char *text, int64_t records)
{
	enum ep_page_verdict verdict;
	struct ep_pager pager;

	ep_pager_init(&pager, spec, 0);
	verdict = feed(&pager, text, records, NULL);
	ep_pager_release(&pager);
	return verdict;
}

static void test_none(void **state)
{
	struct ep_spec_page spec = { .kind = EP_PAGE_NONE };

	(void)state;
	assert_int_equal(only(&spec, "{\"next\":\"x\"}", 5), EP_PAGE_LAST);
}

static void test_number_by_pages(void **state)
{
	struct ep_spec_page spec = { .kind = EP_PAGE_NUMBER,
				     .param = (char *)"page[number]",
				     .first = 1,
				     .size_param = (char *)"n",
				     .size = 2,
				     .pages = (char *)"p" };
	struct ep_pager pager;

	(void)state;
	ep_pager_init(&pager, &spec, 0);
	query_is(&pager, "u?n=2&page%5Bnumber%5D=1");
	/* a page that is shorter than asked for does not end it */
	assert_int_equal(feed(&pager, "{\"p\":3}", 1, NULL), EP_PAGE_MORE);
	query_is(&pager, "u?n=2&page%5Bnumber%5D=2");
	assert_int_equal(feed(&pager, "{\"p\":3}", 2, NULL), EP_PAGE_MORE);
	assert_int_equal(feed(&pager, "{\"p\":3}", 2, NULL), EP_PAGE_LAST);
	ep_pager_release(&pager);
	assert_int_equal(only(&spec, "{\"p\":0}", 0), EP_PAGE_LAST);
	assert_int_equal(only(&spec, "{\"p\":1}", 0), EP_PAGE_LAST);
	assert_int_equal(only(&spec, "{\"p\":7}", 0), EP_PAGE_SPOILT);
	assert_non_null(strstr(why, "page 1 of 7 was empty"));
}

static void test_number_without_statement(void **state)
{
	struct ep_spec_page spec = { .kind = EP_PAGE_NUMBER,
				     .param = (char *)"page",
				     .size = 2 };
	struct ep_pager pager;

	(void)state;
	assert_int_equal(only(&spec, "{}", 2), EP_PAGE_MORE);
	assert_int_equal(only(&spec, "{}", 1), EP_PAGE_LAST);
	assert_int_equal(only(&spec, "{}", 0), EP_PAGE_LAST);
	/* the source gives less than asked for, and counts more */
	ep_pager_init(&pager, &spec, 0);
	pager.total = 3;
	assert_int_equal(feed(&pager, "{}", 1, NULL), EP_PAGE_MORE);
	assert_int_equal(feed(&pager, "{}", 1, NULL), EP_PAGE_MORE);
	assert_int_equal(feed(&pager, "{}", 1, NULL), EP_PAGE_LAST);
	ep_pager_release(&pager);
	spec.next = (char *)"l.next";
	assert_int_equal(only(&spec, "{\"l\":{\"next\":{\"href\":\"x\"}}}", 1),
			 EP_PAGE_MORE);
	assert_int_equal(only(&spec, "{\"l\":{\"next\":null}}", 2),
			 EP_PAGE_LAST);
	assert_int_equal(only(&spec, "{\"l\":{}}", 2), EP_PAGE_LAST);
	spec.more = (char *)"more";
	assert_int_equal(only(&spec, "{\"more\":true}", 1), EP_PAGE_MORE);
	assert_int_equal(only(&spec, "{\"more\":false}", 2), EP_PAGE_LAST);
	assert_int_equal(only(&spec, "{\"more\":true}", 0), EP_PAGE_SPOILT);
}

static void test_offset(void **state)
{
	struct ep_spec_page spec = { .kind = EP_PAGE_OFFSET,
				     .param = (char *)"start",
				     .size = 2 };
	struct ep_pager pager;

	(void)state;
	ep_pager_init(&pager, &spec, 0);
	query_is(&pager, "u?start=0");
	pager.total = 3;
	/* goes on where the records end, not where the page would */
	assert_int_equal(feed(&pager, "{}", 1, NULL), EP_PAGE_MORE);
	query_is(&pager, "u?start=1");
	assert_int_equal(feed(&pager, "{}", 2, NULL), EP_PAGE_LAST);
	ep_pager_release(&pager);
}

static void test_cursor(void **state)
{
	struct ep_spec_page spec = { .kind = EP_PAGE_CURSOR,
				     .param = (char *)"after",
				     .size_param = (char *)"n",
				     .size = 2,
				     .next = (char *)"next" };
	struct ep_pager pager;

	(void)state;
	ep_pager_init(&pager, &spec, 0);
	query_is(&pager, "u?n=2");
	assert_int_equal(feed(&pager, "{\"next\":\"a b\"}", 2, NULL),
			 EP_PAGE_MORE);
	query_is(&pager, "u?n=2&after=a%20b");
	/* an empty page in the middle is legal where a cursor goes on */
	assert_int_equal(feed(&pager, "{\"next\":12}", 0, NULL), EP_PAGE_MORE);
	query_is(&pager, "u?n=2&after=12");
	assert_int_equal(feed(&pager, "{\"next\":\"a b\"}", 2, NULL),
			 EP_PAGE_SPOILT);
	assert_non_null(strstr(why, "circle"));
	ep_pager_release(&pager);
	assert_int_equal(only(&spec, "{\"next\":null}", 2), EP_PAGE_LAST);
	assert_int_equal(only(&spec, "{\"next\":\"\"}", 2), EP_PAGE_LAST);
	assert_int_equal(only(&spec, "{\"next\":false}", 2), EP_PAGE_LAST);
	assert_int_equal(only(&spec, "{}", 2), EP_PAGE_LAST);
	assert_int_equal(only(&spec, "{\"next\":1,\"next\":2}", 2),
			 EP_PAGE_SPOILT);
	assert_int_equal(only(&spec, "{\"next\":{}}", 2), EP_PAGE_LAST);
	assert_int_equal(only(&spec, "{\"next\":[]}", 2), EP_PAGE_LAST);
	/* what may be a next page in a dress that we do not know */
	assert_int_equal(only(&spec, "{\"next\":{\"x\":[]}}", 2),
			 EP_PAGE_SPOILT);
	assert_int_equal(only(&spec, "{\"next\":[[\"x\"]]}", 2),
			 EP_PAGE_SPOILT);
	assert_int_equal(only(&spec, "{\"next\":true}", 2), EP_PAGE_SPOILT);
	assert_non_null(strstr(why, "'next' of page 1 is no text"));
	spec.until_empty = true;
	assert_int_equal(only(&spec, "{\"next\":12}", 0), EP_PAGE_LAST);
	assert_int_equal(only(&spec, "{\"next\":12}", 1), EP_PAGE_MORE);
	spec.until_empty = false;
	spec.more = (char *)"more";
	assert_int_equal(only(&spec, "{\"more\":true}", 2), EP_PAGE_SPOILT);
	assert_int_equal(only(&spec, "{\"more\":true,\"next\":null}", 2),
			 EP_PAGE_SPOILT);
	assert_int_equal(only(&spec, "{\"more\":false,\"next\":\"x\"}", 2),
			 EP_PAGE_LAST);
}

static void test_next_required(void **state)
{
	struct ep_spec_page spec = { .kind = EP_PAGE_NEXT_URL,
				     .size = 2,
				     .next = (char *)"links.next",
				     .next_required = true };

	(void)state;
	assert_int_equal(only(&spec, "{}", 2), EP_PAGE_SPOILT);
	assert_non_null(strstr(why, "lacks the member 'links.next'"));
	assert_int_equal(only(&spec, "{}", 1), EP_PAGE_LAST);
	assert_int_equal(only(&spec, "{\"links\":{\"next\":null}}", 2),
			 EP_PAGE_LAST);
}

static void test_next_url(void **state)
{
	static const struct {
		const char *doc;
		const char *url;	/* NULL: refused */
	} cases[] = {
		{ "{\"n\":\"/v1/users?p=2\"}", BASE "/users?p=2" },
		{ "{\"n\":\"" BASE "/users?p=2{&query}\"}", BASE "/users?p=2" },
		{ "{\"n\":{\"href\":\"" BASE "/users?p=2\"}}",
		  BASE "/users?p=2" },
		{ "{\"n\":[{\"href\":\"" BASE "/users?p=2\"}]}",
		  BASE "/users?p=2" },
		{ "{\"n\":\"https://evil.example/v1/users\"}", NULL },
		{ "{\"n\":\"http://api.toy.example/v1/users\"}", NULL },
		{ "{\"n\":\"/v2/users\"}", NULL },
		{ "{\"n\":\"../../oauth/token\"}", NULL },
		{ "{\"n\":\"" FIRST "\"}", NULL },
		/* no link at all, and no relative one */
		{ "{\"n\":true}", NULL },
		{ "{\"n\":2}", NULL },
		{ "{\"n\":{\"href\":2}}", NULL },
		{ "{\"n\":[true]}", NULL },
		{ "{\"n\":{\"url\":\"" BASE "/users?p=2\"}}", NULL },
		{ "{\"n\":{\"href\":\"" BASE "/users?p=2\",\"href\":null}}",
		  NULL },
	};
	struct ep_spec_page spec = { .kind = EP_PAGE_NEXT_URL,
				     .next = (char *)"n" };
	struct ep_pager pager;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ep_pager_init(&pager, &spec, 0);
		assert_null(ep_pager_url(&pager));
		if (cases[i].url) {
			assert_int_equal(feed(&pager, cases[i].doc, 2, NULL),
					 EP_PAGE_MORE);
			assert_string_equal(ep_pager_url(&pager),
					    cases[i].url);
		} else {
			assert_int_equal(feed(&pager, cases[i].doc, 2, NULL),
					 EP_PAGE_SPOILT);
		}
		ep_pager_release(&pager);
	}
}

static void test_link_header(void **state)
{
	struct ep_spec_page spec = { .kind = EP_PAGE_LINK_HEADER };
	struct ep_pager pager;

	(void)state;
	ep_pager_init(&pager, &spec, 0);
	assert_int_equal(feed(&pager, "[]", 2,
			      "<" BASE "/users?after=x>; rel=\"next\""),
			 EP_PAGE_MORE);
	assert_string_equal(ep_pager_url(&pager), BASE "/users?after=x");
	assert_int_equal(feed(&pager, "[]", 2,
			      "<" BASE "/users?after=x>; rel=\"next\""),
			 EP_PAGE_SPOILT);
	ep_pager_release(&pager);
	ep_pager_init(&pager, &spec, 0);
	assert_int_equal(feed(&pager, "[]", 2, "<" BASE "/u>; rel=\"self\""),
			 EP_PAGE_LAST);
	assert_int_equal(feed(&pager, "[]", 2, NULL), EP_PAGE_LAST);
	assert_int_equal(feed(&pager, "[]", 2,
			      "<https://evil.example/v1>; rel=\"next\""),
			 EP_PAGE_SPOILT);
	ep_pager_release(&pager);
}

static void test_cursor_in_header(void **state)
{
	struct ep_spec_page spec = { .kind = EP_PAGE_CURSOR,
				     .param = (char *)"cursor",
				     .next_header = (char *)"After-Cursor" };
	struct ep_page_answer answer = { .base = "https://api.example",
					 .url = "https://api.example/u",
					 .records = 2,
					 .cursor = " xyz ",
					 .total = "5" };
	struct ep_pager pager;

	(void)state;
	ep_pager_init(&pager, &spec, 0);
	assert_int_equal(ep_pager_take(&pager, &answer, why), EP_PAGE_MORE);
	query_is(&pager, "u?cursor=xyz");
	assert_int_equal(pager.total, 5);
	assert_int_equal(ep_pager_take(&pager, &answer, why), EP_PAGE_SPOILT);
	assert_non_null(strstr(why, "followed before"));
	ep_pager_release(&pager);
	ep_pager_init(&pager, &spec, 0);
	answer.cursor = "";
	answer.total = "many";
	assert_int_equal(ep_pager_take(&pager, &answer, why), EP_PAGE_LAST);
	assert_int_equal(pager.total, -1);
	ep_pager_release(&pager);
	ep_pager_init(&pager, &spec, 0);
	answer.cursor = NULL;
	assert_int_equal(ep_pager_take(&pager, &answer, why), EP_PAGE_LAST);
	ep_pager_release(&pager);
}

static void test_last_id(void **state)
{
	struct ep_spec_page spec = { .kind = EP_PAGE_LAST_ID,
				     .param = (char *)"after",
				     .size = 2,
				     .last_id = (char *)"id" };
	struct ep_pager pager;

	(void)state;
	ep_pager_init(&pager, &spec, 0);
	query_is(&pager, "u");
	assert_int_equal(feed(&pager, "{\"last\":{\"id\":7}}", 2, NULL),
			 EP_PAGE_MORE);
	query_is(&pager, "u?after=7");
	assert_int_equal(feed(&pager, "{\"last\":{\"id\":7}}", 2, NULL),
			 EP_PAGE_SPOILT);
	ep_pager_release(&pager);
	assert_int_equal(only(&spec, "{\"last\":{\"id\":7}}", 1), EP_PAGE_LAST);
	assert_int_equal(only(&spec, "{}", 0), EP_PAGE_LAST);
	assert_int_equal(only(&spec, "{\"last\":{}}", 2), EP_PAGE_SPOILT);
	/* pages of a filtered listing may be short before its end */
	spec.until_empty = true;
	assert_int_equal(only(&spec, "{\"last\":{\"id\":7}}", 1), EP_PAGE_MORE);
	assert_int_equal(only(&spec, "{}", 0), EP_PAGE_LAST);
}

static void test_limits(void **state)
{
	struct ep_spec_page spec = { .kind = EP_PAGE_NUMBER, .size = 2 };
	struct ep_pager pager;

	(void)state;
	ep_pager_init(&pager, &spec, 2);
	assert_int_equal(feed(&pager, "{}", 2, NULL), EP_PAGE_MORE);
	assert_int_equal(feed(&pager, "{}", 2, NULL), EP_PAGE_SPOILT);
	assert_non_null(strstr(why, "limits.pages"));
	ep_pager_release(&pager);
	/* what ends at the limit is not cut */
	ep_pager_init(&pager, &spec, 2);
	assert_int_equal(feed(&pager, "{}", 2, NULL), EP_PAGE_MORE);
	assert_int_equal(feed(&pager, "{}", 1, NULL), EP_PAGE_LAST);
	ep_pager_release(&pager);
	ep_pager_init(&pager, &spec, 0);
	pager.read = EP_RECORDS_MAX - 1;
	assert_int_equal(feed(&pager, "{}", 2, NULL), EP_PAGE_SPOILT);
	assert_non_null(strstr(why, "EP_RECORDS_MAX"));
	ep_pager_release(&pager);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_number_by_pages),
		cmocka_unit_test(test_number_without_statement),
		cmocka_unit_test(test_offset),
		cmocka_unit_test(test_cursor),
		cmocka_unit_test(test_cursor_in_header),
		cmocka_unit_test(test_next_required),
		cmocka_unit_test(test_next_url),
		cmocka_unit_test(test_link_header),
		cmocka_unit_test(test_last_id),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
