/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pseudonyms: where a person is found in a text and where not, that equal
 * people stay equal, and that another key gives other ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "report/redact.h"

static struct ep_redact *people(const char *key)
{
	static const char *const names[] = {
		"Kim Vale", "Zo\xc3\xab O'Neil", "open", "Jo", "12345",
		"sam.ode@acme.example", "ACME\\pat", "Ana \"Nan\" Lima",
		"Kim Vale Moor", "Prince", "<b>Eve</b>", "Acme Accounting",
	};
	struct ep_redact *redact = ep_redact_new(key, strlen(key));

	ep_redact_keep(redact, "open");
	ep_redact_keep(redact, "Acme Accounting");
	ep_redact_domain(redact, "Acme.example");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		ep_redact_person(redact, names[i]);
	ep_redact_ready(redact);
	return redact;
}

/* Pseudonyms become "P", so that the rest can be compared. */
static void shorten(struct ep_buf *out, const char *s)
{
	static const char *const kinds[] = { "person-", "domain-" };

	while (*s) {
		size_t i = 0;

		while (i < 2 && strncmp(s, kinds[i], 7) != 0)
			i++;
		if (i < 2) {
			assert_int_equal(strspn(s + 7, "0123456789abcdef"),
					 12);
			ep_buf_addc(out, i ? 'D' : 'P');
			s += 19;
		} else {
			ep_buf_addc(out, *s++);
		}
	}
}

static void shows(struct ep_redact *redact, const char *text,
		  const char *wanted)
{
	EP_AUTO(ep_buf_release) struct ep_buf out = EP_BUF_INIT(65536);
	EP_AUTO(ep_buf_release) struct ep_buf got = EP_BUF_INIT(65536);
	bool changed = ep_redact_text(redact, text, &out);

	shorten(&got, changed ? out.s : text);
	assert_string_equal(got.s, wanted);
	assert_int_equal(changed, strcmp(text, wanted) != 0);
}

static void test_found(void **state)
{
	struct ep_redact *redact = people("a key of sixteen");

	(void)state;
	shows(redact, "Kim Vale", "P");
	shows(redact, "KIM-VALE's laptop (kim.vale), Kim  Vale.",
	      "P's laptop (P), P.");
	shows(redact, "Vale, Kim left", "P left");
	shows(redact, "Kim Vale Moor and Kim Vale", "P and P");
	shows(redact, "{\"who\":\"Zo\xc3\xab O'Neil\"}", "{\"who\":\"P\"}");
	shows(redact, "{\"who\":\"Ana \\\"Nan\\\" Lima\"}", "{\"who\":\"P\"}");
	shows(redact, "mail sam.ode@acme.example, SAM.ODE@ACME.EXAMPLE.",
	      "mail P@acme.example, P@acme.example.");
	shows(redact, "x.y@far.example and x%40far.example",
	      "P@D.invalid and P@D.invalid");
	shows(redact, "LT-SAM-ODE", "LT-P");
	shows(redact, "ACME\\pat was here", "P was here");
	shows(redact, "signed in: Prince", "signed in: P");
	shows(redact, "<b>Eve</b>", "P");
	shows(redact, "seen <b>Eve</b> there", "seen <P> there");
	shows(redact, "Jo", "P");
	ep_redact_free(redact);
}

static void test_left_alone(void **state)
{
	static const char *const texts[] = {
		"", "open", "12345", "Job", "Kim", "Vale", "Kimvale",
		"Kim Valentine", "AKim Vale", "prince-of-tides",
		"rules/prince.sql", "Jo in a longer text", "Acme Accounting",
		"@odata.nextLink", "a @ b", "%40", "@", "kim@",
		"not complete",
	};
	struct ep_redact *redact = people("a key of sixteen");

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		shows(redact, texts[i], texts[i]);
	ep_redact_free(redact);
}

static char *pseudonym(struct ep_redact *redact, const char *text)
{
	struct ep_buf out;

	ep_buf_init(&out, 4096);
	assert_true(ep_redact_text(redact, text, &out));
	return ep_buf_take(&out);
}

static void test_join(void **state)
{
	struct ep_redact *one = people("a key of sixteen");
	struct ep_redact *two = people("another long key");
	EP_AUTO_FREE char *name = pseudonym(one, "Kim Vale");
	EP_AUTO_FREE char *again = pseudonym(one, "kim.vale");
	EP_AUTO_FREE char *address = pseudonym(one, "kim.vale@acme.example");
	EP_AUTO_FREE char *other = pseudonym(one, "Kim Vale Moor");
	EP_AUTO_FREE char *elsewhere = pseudonym(two, "Kim Vale");

	(void)state;
	assert_string_equal(name, again);
	assert_memory_equal(name, address, strlen(name));
	assert_string_equal(address + strlen(name), "@acme.example");
	assert_string_not_equal(name, other);
	assert_string_not_equal(name, elsewhere);
	ep_redact_free(one);
	ep_redact_free(two);
}

/* A fingerprint is made of a subject that may be guessed. */
static void test_fingerprint(void **state)
{
	static const char print[] = "0123456789abcdef0123456789abcdef";
	struct ep_redact *redact = people("a key of sixteen");
	EP_AUTO_FREE char *got = pseudonym(redact, print);
	EP_AUTO_FREE char *again = pseudonym(redact, print);

	(void)state;
	assert_int_equal(strlen(got), 32);
	assert_string_not_equal(got, print);
	assert_string_equal(got, again);
	ep_redact_free(redact);
}

/* Long names, and texts on which a careless search takes for ever. */
static void test_long(void **state)
{
	EP_AUTO(ep_buf_release) struct ep_buf out = EP_BUF_INIT(10);
	struct ep_redact *redact = ep_redact_new("a key of sixteen", 16);
	EP_AUTO_FREE char *text = ep_calloc(1, 200001);

	(void)state;
	memset(text, 'x', 70000);
	ep_redact_person(redact, text);
	ep_redact_person(redact, "a a a a a a a a a b");
	ep_redact_ready(redact);
	shows(redact, "still", "still");
	for (size_t i = 0; i < 200000; i++)
		text[i] = i % 2 ? '-' : 'a';
	assert_false(ep_redact_text(redact, text, &out));
	ep_redact_free(redact);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_left_alone),
		cmocka_unit_test(test_join),
		cmocka_unit_test(test_fingerprint),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
