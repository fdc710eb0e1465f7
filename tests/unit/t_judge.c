/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents that came with HTTP 200: which of them are an answer, and which
 * say in their own way that they are none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "collect/judge.h"

static bool is_answer(const struct ep_spec_endpoint *endpoint,
		      const char *text, char what[256])
{
	struct ep_err err = EP_ERR_INIT;
	struct ep_json *doc = NULL;
	bool good;

	what[0] = '\0';
	if (ep_json_parse(text, strlen(text), &doc, NULL, &err) < 0)
		fail_msg("%s: %s", text, err.msg);
	good = ep_judge_document(endpoint, doc, what);
	ep_json_free(doc);
	return good;
}

static void test_errors_beside_data(void **state)
{
	static const char *const bad[] = {
		"{\"error\":\"denied\",\"data\":[]}",
		"{\"error\":true,\"data\":[]}",
		"{\"error\":{\"code\":1},\"data\":[]}",
		"{\"errors\":[{}],\"data\":[]}",
		"{\"errors\":[\"x\"]}",
		"{\"error\":401,\"data\":[]}",
		"{\"error\":-1,\"data\":[]}",
		"{\"error\":0.5,\"data\":[]}",
		"{\"error\":12345678901234567890,\"data\":[]}",
		"{\"error\":false,\"errors\":[1],\"data\":[]}",
		"{\"error\":\"denied\",\"error\":null,\"data\":[]}",
	};
	static const char *const good[] = {
		"{\"data\":[]}",
		"{\"error\":\"\",\"data\":[]}",
		"{\"error\":false,\"data\":[]}",
		"{\"error\":null,\"data\":[]}",
		"{\"error\":0,\"data\":[]}",
		"{\"error\":0.0,\"data\":[]}",
		"{\"errors\":[],\"error\":{},\"data\":[]}",
		"[]",
	};
	const struct ep_spec_endpoint list = { .records = (char[]){ "data" } };
	/* One record may have a member of that name. */
	const struct ep_spec_endpoint one = { .records = NULL };
	char what[256];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (is_answer(&list, bad[i], what))
			fail_msg("an answer: %s", bad[i]);
		assert_non_null(strstr(what, "carries an error"));
		assert_true(is_answer(&one, bad[i], what));
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (!is_answer(&list, good[i], what))
			fail_msg("no answer: %s: %s", good[i], what);
}

static void test_success_is_said(void **state)
{
	static const char *const bad[] = {
		"{\"data\":[]}",	  "{\"ok\":false,\"data\":[]}",
		"{\"ok\":1,\"data\":[]}", "{\"ok\":\"true\",\"data\":[]}",
		"{\"ok\":null}",
	};
	const struct ep_spec_endpoint list = {
		.records = (char[]){ "data" }, .success_path = (char[]){ "ok" }
	};
	char what[256];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (is_answer(&list, bad[i], what))
			fail_msg("an answer: %s", bad[i]);
		assert_non_null(strstr(what, "does not say"));
	}
	assert_true(is_answer(&list, "{\"ok\":true,\"data\":[]}", what));
	assert_false(is_answer(&list, "{\"ok\":true,\"error\":7}", what));
}

/* --- advice -------------------------------------------------------------- */

static void advice_is(const struct ep_spec_endpoint *endpoint,
		      const struct ep_spec_credential *credential,
		      const char *wanted)
{
	struct ep_http_answer answer = { .end = EP_HTTP_OK, .status = 403 };
	struct ep_judgement judged;

	ep_judge_answer(endpoint, credential, &answer, &judged);
	assert_int_equal(judged.status, EP_COVERAGE_DENIED);
	assert_string_equal(judged.advice, wanted);
}

static void test_advice_names_permissions(void **state)
{
	char *names[] = { (char[]){ "read|admin|all" }, (char[]){ "audit" } };
	const struct ep_spec_endpoint list = {
		.name = (char[]){ "users" },
		.permissions = { .v = names, .n = 2 },
	};
	struct ep_spec_credential credential = {
		.name = (char[]){ "app" },
		.doc = (char[]){ "The application" },
		.granted = { .present = true },
	};

	(void)state;
	advice_is(&list, &credential, "Check rights and licence of the "
		  "credential 'app', which needs read or admin or all, audit");
	credential.granted.present = false;
	advice_is(&list, &credential, "Check rights and licence of the "
		  "credential 'app': The application");
}

/* However long a connector's words are, and in whatever script. */
static void test_advice_ends_with_a_word(void **state)
{
	static const char start[] =
		"Check rights and licence of the credential 'app': ";
	static const char *const words[] = {
		"gr\xc3\xb6\xc3\x9f" "er ", "\xe6\xa8\xa9\xe9\x99\x90",
	};
	const struct ep_spec_endpoint list = { .name = (char[]){ "users" } };
	struct ep_spec_credential credential = { .name = (char[]){ "app" } };
	struct ep_http_answer answer = { .end = EP_HTTP_OK, .status = 403 };
	struct ep_judgement judged;
	char doc[900];

	(void)state;
	credential.doc = doc;
	for (size_t i = 0; i < 640; i++) {
		const char *word = words[i & 1];
		size_t n = strlen(word);
		size_t pad = i / 2 % 16;
		size_t at = pad;

		memset(doc, 'x', pad);
		for (; at + n < 460 + i / 2; at += n)
			memcpy(doc + at, word, n);
		doc[at] = '\0';
		ep_judge_answer(&list, &credential, &answer, &judged);
		assert_true(ep_utf8_valid(judged.advice,
					  strlen(judged.advice)));
		if (sizeof(start) + at <= sizeof(judged.advice)) {
			assert_string_equal(judged.advice + sizeof(start) - 1,
					    doc);
			continue;
		}
		n = strlen(judged.advice);
		assert_true(n > 480);
		assert_string_equal(judged.advice + n - 4, " ...");
		if (!(i & 1))
			assert_memory_equal(judged.advice + n - 6, "er", 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_errors_beside_data),
		cmocka_unit_test(test_success_is_said),
		cmocka_unit_test(test_advice_names_permissions),
		cmocka_unit_test(test_advice_ends_with_a_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
