/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON door: what RFC 8259 forbids is refused, what it allows arrives
 * without loss, and absent, null and ambiguous stay three things.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/file.h"
#include "ext/json.h"
#include "fixture.h"

static struct ep_err err;
static struct ep_json *root;
static size_t altered;

static int tear_down(void **state)
{
	(void)state;
	ep_json_free(root);
	root = NULL;
	return 0;
}

/* Parses a copy of exactly n bytes, so that a sanitizer sees a step beyond. */
static int parse_n(const char *s, size_t n)
{
	EP_AUTO_FREE char *copy = ep_alloc(n);
	int rc, check;

	memcpy(copy, s, n);
	ep_json_free(root);
	root = NULL;
	altered = 0;
	check = ep_json_check(copy, n, &err);
	rc = ep_json_parse(copy, n, &root, &altered, &err);
	assert_int_equal(check, rc);
	return rc;
}

static int parse(const char *s)
{
	return parse_n(s, strlen(s));
}

static const struct ep_json *at(const char *path)
{
	const struct ep_json *json = NULL;

	if (ep_json_path(root, path, &json) != EP_JSON_PRESENT)
		fail_msg("%s is not there", path);
	return json;
}

static void text_is(const char *path, const char *want)
{
	const char *text = ep_json_text(at(path));

	assert_non_null(text);
	assert_string_equal(text, want);
}

static void canon_is(const char *want)
{
	struct ep_buf out;

	ep_buf_init(&out, 1 << 20);
	ep_json_canon(&out, root);
	assert_string_equal(out.s, want);
	ep_buf_release(&out);
}

/* --- split -------------------------------------------------------------- */

/* What is read decides about holes only, which lie in order within their
 * element, and every element whose holes are closed is JSON again. */
static void check_holes(const char *s, size_t n, int want)
{
	struct ep_json_reads reads;
	struct ep_json_parts parts;
	struct ep_buf text;

	ep_json_reads_init(&reads);
	assert_true(ep_json_reads_add(&reads, "a", 0));
	assert_true(ep_json_reads_add(&reads, "d.e", 0));
	assert_true(ep_json_reads_add(&reads, "b.c", 1));
	assert_true(ep_json_reads_add(&reads, "d.f", 2));
	ep_buf_init(&text, n + 8);
	assert_int_equal(ep_json_split(s, n, NULL, &reads, &parts, &err), want);
	for (size_t i = 0; parts.usable && i < parts.list.n; i++) {
		const struct ep_json_part *part = &parts.list.v[i];
		size_t from = part->at;

		ep_buf_clear(&text);
		for (size_t k = 0; k < part->holes; k++) {
			const struct ep_json_hole *hole =
				&parts.holes.v[part->hole + k];

			assert_true(hole->at > from && hole->n > 0);
			ep_buf_add(&text, s + from, hole->at - from);
			ep_buf_addc(&text, '0');
			from = hole->at + hole->n;
			assert_int_equal(ep_json_check(s + hole->at, hole->n,
						       &err), 0);
		}
		assert_true(from < part->at + part->n);
		ep_buf_add(&text, s + from, part->at + part->n - from);
		assert_int_equal(ep_json_check(text.s, text.len, &err), 0);
	}
	ep_json_parts_release(&parts);
	ep_buf_release(&text);
}

static int split_n(const char *s, size_t n)
{
	struct ep_json_parts parts;
	/* A buffer of just that size: a byte too far is seen by ASan. */
	char *copy = ep_alloc(n + 1);
	int rc;

	memcpy(copy, s, n);
	rc = ep_json_split(copy, n, NULL, NULL, &parts, &err);
	ep_json_parts_release(&parts);
	check_holes(copy, n, rc);
	if (rc == 0)
		rc = ep_json_split(copy, n, "a", NULL, &parts, &err);
	ep_json_parts_release(&parts);
	ep_free(copy);
	return rc;
}

/* The parts of a document, '|' between, '!' in front when not usable. */
static void split_is(const char *s, const char *array, const char *want)
{
	struct ep_json_parts parts;
	struct ep_buf out;

	ep_buf_init(&out, 1 << 16);
	assert_int_equal(ep_json_split(s, strlen(s), array, NULL, &parts, &err), 0);
	if (!parts.usable)
		ep_buf_adds(&out, "!");
	for (size_t i = 0; parts.usable && i < parts.list.n; i++) {
		if (i)
			ep_buf_adds(&out, "|");
		ep_buf_add(&out, s + parts.list.v[i].at, parts.list.v[i].n);
	}
	assert_string_equal(out.s ? out.s : "", want);
	ep_json_parts_release(&parts);
	ep_buf_release(&out);
}

static void parts_are_where_they_lie(void **state)
{
	(void)state;
	split_is("[{\"a\":1} , {},{\"b\":[{\"c\":2}]}]", NULL,
		 "{\"a\":1}|{}|{\"b\":[{\"c\":2}]}");
	split_is("{\"x\":[{\"v\":[{}]}],\"v\":[{\"v\":[{}]}],\"y\":[{}]}",
		 "v", "{\"v\":[{}]}");
	split_is("{\"v\":[{\"t\":\"]}{,\\\"\"}]}", "v",
		 "{\"t\":\"]}{,\\\"\"}");
	split_is("{\"v\":[]}", "v", "");
	/* Not an array of objects, not there, there twice, elsewhere. */
	split_is("{\"v\":[{},1]}", "v", "!");
	split_is("{\"v\":[[]]}", "v", "!");
	split_is("{\"v\":{}}", "v", "!");
	split_is("{\"v\":\"v\",\"w\":[{}]}", "v", "!");
	split_is("{\"v\":[{}],\"v\":[{}]}", "v", "!");
	split_is("{\"v\":[{}],\"v\":null}", "v", "!");
	split_is("{\"w\":{\"v\":[{}]}}", "v", "!");
	split_is("{\"\\u0076\":[{}]}", "v", "!");
	split_is("[{}]", "v", "!");
	split_is("{\"v\":[{}]}", NULL, "!");
	split_is("\"v\"", NULL, "!");
	/* What has to be rewritten is for the other way of reading. */
	split_is("[{\"n\":12345678901234567890}]", NULL, "!");
	split_is("[{\"n\":\"\\ud800\"}]", NULL, "!");
	split_is("\xef\xbb\xbf[{}]", NULL, "!");
}

/* The holes of the only element: "bits:text", '-' for one that is on the way,
 * "odd" in front. */
static void holes_are(const char *s, const char *plain, const char *apart,
		      const char *want)
{
	struct ep_json_reads reads;
	struct ep_json_parts parts;
	struct ep_str rest = ep_str(plain), word;
	char paths[8][32];
	size_t n = 0;
	uint8_t bit = 0;
	struct ep_buf out;

	ep_json_reads_init(&reads);
	ep_buf_init(&out, 1 << 16);
	for (; rest.n || !bit; n++) {
		if (!rest.n) {
			rest = ep_str(apart);
			bit = 1;
		}
		if (!ep_str_cut(&rest, ' ', &word) || !word.n)
			break;
		snprintf(paths[n], sizeof(paths[n]), "%.*s", (int)word.n,
			 word.p);
		assert_true(ep_json_reads_add(&reads, paths[n], bit));
		bit = (uint8_t)(bit << 1);
	}
	assert_int_equal(ep_json_split(s, strlen(s), NULL, &reads, &parts,
				       &err), 0);
	assert_true(parts.usable);
	assert_int_equal(parts.list.n, 1);
	assert_int_equal(parts.list.v[0].holes, parts.holes.n);
	if (parts.list.v[0].odd)
		ep_buf_adds(&out, "odd ");
	for (size_t i = 0; i < parts.holes.n; i++) {
		const struct ep_json_hole *hole = &parts.holes.v[i];

		ep_buf_addf(&out, "%s%s%d:%.*s", i ? " " : "",
			    hole->bits && !hole->whole ? "-" : "", hole->bits,
			    (int)hole->n, s + hole->at);
	}
	assert_string_equal(out.s ? out.s : "", want);
	ep_json_parts_release(&parts);
	ep_buf_release(&out);
}

static void holes_are_what_nobody_reads_as_it_is(void **state)
{
	(void)state;
	holes_are("[{\"a\":1,\"b\":\"x\",\"c\":[1,{\"a\":2}],\"d\":{\"a\":3}}]",
		  "a", "", "0:\"x\" 0:[1,{\"a\":2}] 0:{\"a\":3}");
	holes_are("[{\"a\":{\"b\":{\"c\":1}},\"d\":[{\"e\":2}]}]", "a d", "",
		  "");
	holes_are("[{\"a\":1,\"s\":{\"last\":2,\"id\":3},\"last\":4}]", "a",
		  "s.last", "1:2 0:3 0:4");
	holes_are("[{\"s\":{\"x\":{\"last\":0},\"y\":{\"u\":9},\"last\":\"t\"},"
		  "\"u\":null}]", "s.y", "s.last u",
		  "0:{\"last\":0} 1:\"t\" 2:null");
	/* A path that ends early. */
	holes_are("[{\"s\":null}]", "a", "s.last s.user", "-3:null");
	holes_are("[{\"s\":null}]", "s.name", "s.last", "odd -1:null");
	holes_are("[{\"s\":[{\"last\":1}]}]", "a", "s.last", "");
	/* No scalar, and a name that is written otherwise. */
	holes_are("[{\"s\":{\"last\":{}}}]", "a", "s.last", "odd ");
	holes_are("[{\"s\":{\"l\\u0061st\":1}}]", "a", "s.last", "odd 0:1");
	/* Quoted names, and one that only begins alike. */
	holes_are("[{\"a.b\":1,\"a\":{\"b\":2},\"a.bc\":3}]", "\"a.b\"", "",
		  "0:{\"b\":2} 0:3");
}

static unsigned dice(uint64_t *at, unsigned sides)
{
	*at = *at * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(*at >> 33) % sides;
}

static void put_random(uint64_t *at, struct ep_buf *out, int depth)
{
	static const char *const scalars[] = { "1", "null", "\"t\"", "\"]}\"",
					       "true", "\"\\\"{\"" };
	static const char *const names[] = { "a", "b", "c", "d", "e", "f",
					     "g", "\\u0062" };
	unsigned kind = dice(at, depth < 4 ? 4 : 2);
	unsigned n = dice(at, 5);

	if (depth > 1 && kind < 2) {
		ep_buf_adds(out, scalars[dice(at, 6)]);
		return;
	}
	ep_buf_addc(out, depth == 0 || (depth > 1 && kind == 2) ? '[' : '{');
	for (unsigned i = 0; i < n; i++) {
		if (i)
			ep_buf_addc(out, ',');
		if (depth == 1 || (depth > 1 && kind == 3))
			ep_buf_addf(out, "\"%s\":", names[dice(at, 8)]);
		put_random(at, out, depth + 1);
	}
	ep_buf_addc(out, depth == 0 || (depth > 1 && kind == 2) ? ']' : '}');
}

/* Whatever lies where, and when a byte of it is another. */
static void holes_close_again(void **state)
{
	uint64_t at = 7;
	struct ep_buf doc;

	(void)state;
	ep_buf_init(&doc, 1 << 20);
	for (int i = 0; i < 3000; i++) {
		ep_buf_clear(&doc);
		put_random(&at, &doc, 0);
		assert_int_equal(split_n(doc.s, doc.len), 0);
		doc.s[dice(&at, (unsigned)doc.len)] =
			"\"{}[],:0\\ab"[dice(&at, 11)];
		assert_int_equal(split_n(doc.s, doc.len),
				 ep_json_check(doc.s, doc.len, &err));
	}
	ep_buf_release(&doc);
}

static void same_part(const struct ep_json_parts *all,
		      const struct ep_json_part *part,
		      const struct ep_json_parts *alone)
{
	const struct ep_json_part *one = &alone->list.v[0];

	assert_int_equal(alone->list.n, 1);
	assert_int_equal(part->n, one->n);
	assert_int_equal(part->holes, one->holes);
	assert_int_equal(part->apart, one->apart);
	assert_int_equal(part->odd, one->odd);
	for (size_t i = 0; i < part->holes; i++) {
		const struct ep_json_hole *a = &all->holes.v[part->hole + i];
		const struct ep_json_hole *b = &alone->holes.v[one->hole + i];

		assert_int_equal(a->at - part->at, b->at - one->at);
		assert_int_equal(a->n, b->n);
		assert_int_equal(a->bits, b->bits);
		assert_int_equal(a->whole, b->whole);
	}
}

/* What is remembered of the element before may save work only. */
static void elements_do_not_depend_on_those_before(void **state)
{
	struct ep_json_reads reads;
	struct ep_json_parts all, alone;
	uint64_t at = 11;
	struct ep_buf doc, one;
	size_t holes = 0;

	(void)state;
	ep_json_reads_init(&reads);
	assert_true(ep_json_reads_add(&reads, "a", 0));
	assert_true(ep_json_reads_add(&reads, "b.a", 0));
	assert_true(ep_json_reads_add(&reads, "c.b", 0));
	assert_true(ep_json_reads_add(&reads, "d.c", 1));
	assert_true(ep_json_reads_add(&reads, "b.d", 2));
	ep_buf_init(&doc, 1 << 20);
	ep_buf_init(&one, 1 << 20);
	for (int i = 0; i < 3000; i++) {
		ep_buf_clear(&doc);
		put_random(&at, &doc, 0);
		assert_int_equal(ep_json_split(doc.s, doc.len, NULL, &reads,
					       &all, &err), 0);
		for (size_t k = 0; k < all.list.n; k++) {
			ep_buf_clear(&one);
			ep_buf_addf(&one, "[%.*s]", (int)all.list.v[k].n,
				    doc.s + all.list.v[k].at);
			assert_int_equal(ep_json_split(one.s, one.len, NULL,
						       &reads, &alone, &err),
					 0);
			same_part(&all, &all.list.v[k], &alone);
			holes += alone.holes.n;
			ep_json_parts_release(&alone);
		}
		ep_json_parts_release(&all);
	}
	assert_true(holes > 5000);
	ep_buf_release(&doc);
	ep_buf_release(&one);
}

static void what_is_read_apart_is_nobody_elses(void **state)
{
	struct ep_json_reads reads;

	(void)state;
	ep_json_reads_init(&reads);
	assert_true(ep_json_reads_add(&reads, "a.b", 0));
	assert_true(ep_json_reads_add(&reads, "c[1].d", 0));
	assert_false(ep_json_reads_add(&reads, "a", 1));
	assert_false(ep_json_reads_add(&reads, "a.b", 1));
	assert_false(ep_json_reads_add(&reads, "a.b.c", 1));
	assert_false(ep_json_reads_add(&reads, "c.d", 1));
	assert_false(ep_json_reads_add(&reads, "e[0]", 1));
	assert_true(ep_json_reads_add(&reads, "a.c", 1));
	assert_false(ep_json_reads_add(&reads, "a.c", 2));
	for (size_t i = 0; reads.n < EP_JSON_READS_MAX; i++) {
		static char names[EP_JSON_READS_MAX][24];

		snprintf(names[i], sizeof(names[i]), "n%zu", i);
		assert_true(ep_json_reads_add(&reads, names[i], 0));
	}
	assert_false(ep_json_reads_add(&reads, "full", 0));
}

static void rest_is_what_is_left(void **state)
{
	static const char s[] = "{\"n\":1,\"v\":[ {\"a\":1}, {\"b\":2} ,"
				"{\"c\":3}],\"m\":2}";
	static const char *const want[] = {
		"{\"a\":1}", "{\"b\":2}", "{\"c\":3}",
	};
	struct ep_json_parts parts;

	(void)state;
	assert_int_equal(ep_json_split(s, sizeof(s) - 1, "v", NULL, &parts, &err), 0);
	assert_true(parts.usable);
	for (unsigned bits = 0; bits < 8; bits++) {
		bool out[3] = { bits & 1, bits & 2, bits & 4 };
		struct ep_json *json = NULL;
		struct ep_buf text, left;

		ep_buf_init(&text, 1 << 16);
		ep_buf_init(&left, 1 << 16);
		for (int i = 0; i < 3; i++)
			if (!out[i])
				ep_buf_addf(&left, "%s%s", left.len ? "," : "",
					    want[i]);
		assert_int_equal(ep_json_parse_rest(s, sizeof(s) - 1, &parts,
						    out, &json, &err), 0);
		ep_json_canon(&text, json);
		ep_buf_addf(&left, "]}");
		assert_non_null(strstr(text.s, left.s));
		assert_non_null(strstr(text.s, "{\"m\":2,\"n\":1,\"v\":["));
		ep_json_free(json);
		ep_buf_release(&text);
		ep_buf_release(&left);
	}
	ep_json_parts_release(&parts);
}

static void shown_text_does_not_act(void **state)
{
	static const char text[] = "a\xc2\x9b" "31m\xe2\x80\xae\xc3\xa9\n"
				   "\xf3\xa0\x80\x81";
	EP_AUTO(ep_buf_release) struct ep_buf plain = EP_BUF_INIT(200);
	EP_AUTO(ep_buf_release) struct ep_buf shown = EP_BUF_INIT(200);
	EP_AUTO(ep_buf_release) struct ep_buf again = EP_BUF_INIT(200);

	(void)state;
	ep_json_quote_shown(&shown, text);
	assert_string_equal(shown.s, "\"a\\u009b31m\\u202e\xc3\xa9\\n"
			    "\\udb40\\udc01\"");
	/* What is stored and hashed stays what it was. */
	ep_json_quote(&plain, text);
	assert_non_null(strstr(plain.s, "\xe2\x80\xae"));
	ep_json_shown(&again, plain.s);
	assert_string_equal(again.s, shown.s);
}

/* --- the suite -------------------------------------------------------- */

/* y_ must be taken, n_ must be refused, i_ must do neither harm. */
static void whole_test_suite(void **state)
{
	EP_AUTO_FREE char *folder = fixture("json-test-suite");
	size_t n, i, count[256] = { 0 };
	struct ep_buf file;
	char **names;

	(void)state;
	ep_buf_init(&file, 1 << 24);
	assert_int_equal(ep_file_list(folder, ".json", &names, &n, &err), 0);
	for (i = 0; i < n; i++) {
		EP_AUTO_FREE char *path = ep_file_join(folder, names[i]);
		int rc;

		ep_buf_clear(&file);
		assert_int_equal(ep_file_read(path, 1 << 24, &file, &err), 0);
		rc = parse_n(file.s, file.len);
		assert_int_equal(split_n(file.s, file.len), rc);
		count[(unsigned char)names[i][0]]++;
		if (names[i][0] == 'y' && rc)
			fail_msg("%s is refused: %s", names[i], err.msg);
		if (names[i][0] == 'n' && !rc)
			fail_msg("%s is accepted", names[i]);
	}
	assert_int_equal(count['y'], 95);
	assert_int_equal(count['n'], 188);
	assert_int_equal(count['i'], 35);
	ep_file_list_free(names, n);
	ep_buf_release(&file);
}

/* Each prefix of a document is cut short; the whole is not. */
static void cut_documents_are_refused(void **state)
{
	const char *s = "{\"a\":[1,-2.5e+3,\"\\ud83d\\ude00\xc3\xa9\\n\",true,"
			"false,null,{}],\"b\":{\"c\":\"d\"}}";
	size_t n;

	(void)state;
	for (n = 0; n < strlen(s); n++)
		assert_int_equal(parse_n(s, n), EP_EDATA);
	assert_int_equal(parse(s), 0);
}

static void refusals_say_where(void **state)
{
	(void)state;
	assert_int_equal(parse("[1,2,x]"), EP_EDATA);
	assert_non_null(strstr(err.msg, "byte 5"));
	assert_int_equal(parse("<!DOCTYPE html><html>"), EP_EDATA);
	assert_non_null(strstr(err.msg, "a page"));
	assert_int_equal(parse(""), EP_EDATA);
	assert_non_null(strstr(err.msg, "empty"));
	assert_int_equal(parse("{} {}"), EP_EDATA);
	assert_non_null(strstr(err.msg, "follows"));
	assert_int_equal(parse_n("{}\0", 3), EP_EDATA);
	assert_int_equal(parse_n("\"a\0b\"", 5), EP_EDATA);
	assert_int_equal(parse("[1 2]"), EP_EDATA);
	assert_non_null(strstr(err.msg, "byte 3"));
}

/* Plain text is skipped sixteen and eight bytes at a time; what is not plain
 * must be seen at each place of such a block, and what is must not be. */
static void every_byte_at_every_place(void **state)
{
	char s[64];
	int c;
	size_t i;

	(void)state;
	for (c = 0; c < 256; c++) {
		for (i = 1; i < sizeof(s) - 1; i++) {
			int rc;

			memset(s, 'x', sizeof(s));
			s[0] = s[sizeof(s) - 1] = '"';
			s[i] = (char)c;
			rc = ep_json_check(s, sizeof(s), &err);
			/* A quote ends it early, "\\x" is no escape. */
			if ((c < 0x20 || c > 0x7f || c == '"' || c == '\\') ==
			    (rc == 0))
				fail_msg("byte %02x at %zu: %d", c, i, rc);
		}
	}
}

static void nested(char *s, size_t depth)
{
	memset(s, '[', depth);
	memset(s + depth, ']', depth);
	s[2 * depth] = '\0';
}

static void nesting_has_a_limit(void **state)
{
	char s[300];

	(void)state;
	nested(s, EP_JSON_DEPTH_MAX);
	assert_int_equal(parse(s), 0);
	nested(s, EP_JSON_DEPTH_MAX + 1);
	assert_int_equal(parse(s), EP_ELIMIT);
	assert_non_null(strstr(err.msg, "EP_JSON_DEPTH_MAX"));
	/* Depth, not the number of brackets; and objects remembered too. */
	assert_int_equal(parse("[[],{},[],{\"a\":[{}]},[]]"), 0);
	assert_int_equal(parse("[{\"a\":[}]]"), EP_EDATA);
	assert_int_equal(parse("[{\"a\":[]]}"), EP_EDATA);
}

static void values_have_a_limit(void **state)
{
	size_t n = (size_t)EP_JSON_VALUES_MAX * 2 + 1;
	EP_AUTO_FREE char *s = ep_alloc(n + 2);
	size_t i;

	(void)state;
	s[0] = '[';
	for (i = 1; i < n; i += 2) {
		s[i] = '0';
		s[i + 1] = ',';
	}
	s[n - 1] = ']';
	/* A million numbers and their array. */
	assert_int_equal(ep_json_check(s, n, &err), EP_ELIMIT);
	assert_non_null(strstr(err.msg, "EP_JSON_VALUES_MAX"));
	s[n - 3] = ']';
	assert_int_equal(ep_json_check(s, n - 2, &err), 0);
}

/* --- numbers ---------------------------------------------------------- */

static void big_integers_keep_their_digits(void **state)
{
	(void)state;
	assert_int_equal(parse("[9007199254740992,9007199254740993,"
			       "9007199254740994,-9007199254740993,"
			       "123456789012345678901234567890]"), 0);
	assert_int_equal(altered, 0);
	assert_int_equal(ep_json_type(at("[0]")), EP_JSON_NUMBER);
	text_is("[1]", "9007199254740993");
	text_is("[2]", "9007199254740994");
	text_is("[3]", "-9007199254740993");
	text_is("[4]", "123456789012345678901234567890");
}

static void what_a_double_loses_stays_text(void **state)
{
	static const char *const lost[] = {
		"1e999", "-1e999", "1e-999", "5e-324", "1.8e308",
		"0.12345678901234567890", "3.14159265358979323846",
		"9007199254740993.0", "9007199254740993e0",
		"1.00000000000000000000000000000000000000000000000000000001",
		"1e99999999999999999999999999999", "123456789.0123456789012",
	};
	static const char *const kept[] = {
		"0", "-0", "0.1", "1e5", "1E+5", "1.5e-7", "0.000001",
		"123456789012345", "0.123456789012345", "1e290", "1e-290",
		"0.30000000000000004", "0.8999999999999999", "0e99999",
		"1700000000.123", "1.604483692E9", "100000000000000000000e0",
	};
	char doc[128];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lost) / sizeof(lost[0]); i++) {
		snprintf(doc, sizeof(doc), "[%s]", lost[i]);
		assert_int_equal(parse(doc), 0);
		if (ep_json_type(at("[0]")) != EP_JSON_STRING)
			fail_msg("%s is taken for a double", lost[i]);
		text_is("[0]", lost[i]);
	}
	for (i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		snprintf(doc, sizeof(doc), "[%s]", kept[i]);
		assert_int_equal(parse(doc), 0);
		if (ep_json_type(at("[0]")) != EP_JSON_NUMBER)
			fail_msg("%s is no number any more", kept[i]);
	}
}

static void int_is(const char *doc, bool good, int64_t want)
{
	int64_t v = 77;

	assert_int_equal(parse(doc), 0);
	if (ep_json_int(at("[0]"), &v) != good || v != (good ? want : 77))
		fail_msg("%s", doc);
}

static void integers(void **state)
{
	(void)state;
	int_is("[0]", true, 0);
	int_is("[-17]", true, -17);
	int_is("[1.0]", true, 1);
	int_is("[1e3]", true, 1000);
	int_is("[1.604483692E9]", true, 1604483692);
	int_is("[9007199254740992]", true, INT64_C(9007199254740992));
	int_is("[9007199254740993]", true, INT64_C(9007199254740993));
	int_is("[9223372036854775807]", true, INT64_MAX);
	int_is("[\"42\"]", true, 42);
	int_is("[9223372036854775808]", false, 0);
	int_is("[1e17]", false, 0);
	int_is("[1e999]", false, 0);
	int_is("[-0]", false, 0);
	int_is("[0.5]", false, 0);
	int_is("[\"\"]", false, 0);
	int_is("[\" 1\"]", false, 0);
	int_is("[\"1.0\"]", false, 0);
	int_is("[true]", false, 0);
	int_is("[null]", false, 0);
}

static void scalar_is(const char *doc, const char *want)
{
	struct ep_buf out;

	ep_buf_init(&out, 1000);
	assert_int_equal(parse(doc), 0);
	assert_int_equal(ep_json_scalar(at("[0]"), &out), want != NULL);
	assert_string_equal(out.s, want ? want : "");
	ep_buf_release(&out);
}

static void scalars(void **state)
{
	double d = 7;

	(void)state;
	scalar_is("[\"x\"]", "x");
	scalar_is("[\"\"]", "");
	scalar_is("[12]", "12");
	scalar_is("[1.50]", "1.5");
	scalar_is("[0.1]", "0.1");
	scalar_is("[0.30000000000000004]", "0.30000000000000004");
	scalar_is("[1e3]", "1000");
	scalar_is("[-0]", "-0");
	scalar_is("[9007199254740993]", "9007199254740993");
	scalar_is("[true]", "true");
	scalar_is("[false]", "false");
	scalar_is("[null]", NULL);
	scalar_is("[[]]", NULL);
	scalar_is("[{}]", NULL);
	assert_int_equal(parse("[2.5,\"2.5\"]"), 0);
	assert_false(ep_json_double(at("[1]"), &d));
	assert_true(ep_json_double(at("[0]"), &d));
	assert_true(d >= 2.5 && d <= 2.5);
}

/* --- texts ------------------------------------------------------------ */

static void nul_is_made_visible(void **state)
{
	(void)state;
	assert_int_equal(parse("{\"admin\\u0000x\":\"a\\u0000b\\u0000\"}"), 0);
	/* The name and the value: two, however many each held. */
	assert_int_equal(altered, 2);
	text_is("admin\xe2\x90\x80x", "a\xe2\x90\x80"
				      "b\xe2\x90\x80");
}

static void lone_surrogates_cost_one_text_not_the_page(void **state)
{
	(void)state;
	assert_int_equal(parse("[\"\\ud83d\",\"\\ude00x\",\"\\ud83d\\ud83d"
			       "\\ude00\",\"\\ud83d\\n\",\"\\uD83D\\uDE00\","
			       "\"\\ud83dA\",\"ok\"]"), 0);
	assert_int_equal(altered, 5);
	text_is("[0]", "\xef\xbf\xbd");
	text_is("[1]", "\xef\xbf\xbdx");
	text_is("[2]", "\xef\xbf\xbd\xf0\x9f\x98\x80");
	text_is("[3]", "\xef\xbf\xbd\n");
	text_is("[4]", "\xf0\x9f\x98\x80");
	text_is("[5]", "\xef\xbf\xbd"
		       "A");
	text_is("[6]", "ok");
}

/* What is rewritten must not be found where it only looks alike. */
static void rewriting_leaves_the_rest_alone(void **state)
{
	(void)state;
	assert_int_equal(parse("{\"n\":12345678901234567890,"
			       "\"t\":\"12345678901234567890 \\\\u0000 "
			       "\\\" 99999999999999999999\",\"e\":\"\\\\\"}"),
			 0);
	assert_int_equal(altered, 0);
	text_is("n", "12345678901234567890");
	text_is("t", "12345678901234567890 \\u0000 \" 99999999999999999999");
	text_is("e", "\\");
}

static void byte_order_mark_is_skipped(void **state)
{
	(void)state;
	assert_int_equal(parse("\xef\xbb\xbf{\"a\":12345678901234567890}"), 0);
	text_is("a", "12345678901234567890");
	assert_int_equal(parse("\xef\xbb\xbf"), EP_EDATA);
	assert_int_equal(parse("\xef\xbb\xbf\xef\xbb\xbf{}"), EP_EDATA);
}

/* --- look-ups --------------------------------------------------------- */

static void absent_null_and_ambiguous_differ(void **state)
{
	const struct ep_json *v = NULL;

	(void)state;
	assert_int_equal(parse("{\"role\":1,\"Role\":2,\"n\":null,\"d\":1,"
			       "\"d\":2,\"\":3}"), 0);
	assert_int_equal(ep_json_get(root, "role", &v), EP_JSON_PRESENT);
	assert_string_equal(ep_json_name(v), "role");
	assert_int_equal(ep_json_get(root, "Role", &v), EP_JSON_PRESENT);
	assert_string_equal(ep_json_name(v), "Role");
	v = NULL;
	assert_int_equal(ep_json_get(root, "ROLE", &v), EP_JSON_ABSENT);
	assert_int_equal(ep_json_get(root, "rol", &v), EP_JSON_ABSENT);
	assert_int_equal(ep_json_get(root, "roles", &v), EP_JSON_ABSENT);
	assert_int_equal(ep_json_get(root, "d", &v), EP_JSON_AMBIGUOUS);
	assert_null(v);
	assert_int_equal(ep_json_get(root, "n", &v), EP_JSON_PRESENT);
	assert_int_equal(ep_json_type(v), EP_JSON_NULL);
	assert_int_equal(ep_json_get(v, "x", &v), EP_JSON_ABSENT);
	assert_int_equal(ep_json_get(root, "", &v), EP_JSON_PRESENT);
}

static enum ep_json_found find(const char *path)
{
	const struct ep_json *v = NULL;
	enum ep_json_found found = ep_json_path(root, path, &v);

	assert_true((found == EP_JSON_PRESENT) == (v != NULL));
	return found;
}

static void paths(void **state)
{
	(void)state;
	assert_int_equal(parse("{\"a\":{\"b\":[{\"c\":\"x\"},{\"c\":\"y\"}]},"
			       "\"@odata.nextLink\":\"next\","
			       "\"_links\":{\"px:tenants\":{\"href\":\"h\"}},"
			       "\"n\":null,\"d\":{\"k\":1},\"d\":{\"k\":2}}"),
			 0);
	text_is("a.b[0].c", "x");
	text_is("a.b[1].c", "y");
	text_is("\"@odata.nextLink\"", "next");
	text_is("_links.\"px:tenants\".href", "h");
	text_is("_links.px:tenants.href", "h");
	assert_int_equal(find("@odata.nextLink"), EP_JSON_ABSENT);
	assert_int_equal(find("a.b[2].c"), EP_JSON_ABSENT);
	assert_int_equal(find("a[0]"), EP_JSON_ABSENT);
	assert_int_equal(find("a.b.c"), EP_JSON_ABSENT);
	assert_int_equal(find("a.x.y"), EP_JSON_ABSENT);
	assert_int_equal(find("d.k"), EP_JSON_AMBIGUOUS);
	assert_int_equal(find("n"), EP_JSON_PRESENT);
	assert_int_equal(find("n.x.y"), EP_JSON_PRESENT);
	assert_int_equal(ep_json_type(at("n.x.y")), EP_JSON_NULL);
}

static void path_grammar(void **state)
{
	static const char *const good[] = { "a", "a.b", "a[0]", "[3].x",
					    "\"a.b\".c", "a[1][2]", "\"\"",
					    "a b" };
	static const char *const bad[] = { "", ".", "a.", ".a", "a..b", "a[",
					   "a[]", "a[x]", "a[-1]", "a[1",
					   "\"a", "a\"b\"", "a]", "a[0]b",
					   "a.[0]", "a[99999999]" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!ep_json_path_valid(good[i]))
			fail_msg("'%s' refused", good[i]);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (ep_json_path_valid(bad[i]))
			fail_msg("'%s' accepted", bad[i]);
	assert_false(ep_json_path_valid(NULL));
}

static void walking(void **state)
{
	const struct ep_json *v;

	(void)state;
	assert_int_equal(parse("{\"a\":1,\"b\":[true,false]}"), 0);
	assert_int_equal(ep_json_count(root), 2);
	v = ep_json_first(root);
	assert_string_equal(ep_json_name(v), "a");
	v = ep_json_next(v);
	assert_string_equal(ep_json_name(v), "b");
	assert_null(ep_json_next(v));
	v = ep_json_first(v);
	assert_null(ep_json_name(v));
	assert_true(ep_json_true(v));
	assert_false(ep_json_true(ep_json_next(v)));
	assert_int_equal(parse("[]"), 0);
	assert_null(ep_json_first(root));
	assert_int_equal(ep_json_count(root), 0);
}

/* --- writing ---------------------------------------------------------- */

static void quotes(const char *s, const char *want)
{
	struct ep_buf out;

	ep_buf_init(&out, 1000);
	ep_json_quote(&out, s);
	assert_string_equal(out.s, want);
	ep_buf_release(&out);
}

static void quoting(void **state)
{
	(void)state;
	quotes("", "\"\"");
	quotes("a\"b\\c/d", "\"a\\\"b\\\\c/d\"");
	quotes("\b\t\n\v\f\r\x01\x1f",
	       "\"\\b\\t\\n\\u000b\\f\\r\\u0001\\u001f\"");
	quotes("\x7f\xe2\x80\xa8\xe2\x80\xa9", "\"\\u007f\\u2028\\u2029\"");
	quotes("caf\xc3\xa9 \xf0\x9f\x98\x80",
	       "\"caf\xc3\xa9 \xf0\x9f\x98\x80\"");
	quotes("a\xff" "b", "\"a\xef\xbf\xbd" "b\"");
}

static void equal_values_give_equal_bytes(void **state)
{
	(void)state;
	assert_int_equal(parse(" { \"b\" : 1.0 , \"a\" : [ 1 , \"\\u0041\" ] "
			       ", \"aa\" : null, \"B\": true } "), 0);
	canon_is("{\"B\":true,\"a\":[1,\"A\"],\"aa\":null,\"b\":1}");
	assert_int_equal(parse("{\"k\":2,\"k\":1}"), 0);
	canon_is("{\"k\":2,\"k\":1}");
	assert_int_equal(parse("[1e2,0.10,12345678901234567890,\"x\"]"), 0);
	canon_is("[100,0.1,\"12345678901234567890\",\"x\"]");
	/* Large, yet a number: must not turn into text when read back. */
	assert_int_equal(parse("[1.2345678901234568e16,1e17]"), 0);
	canon_is("[12345678901234568.0,1e+17]");
	assert_int_equal(parse("[12345678901234568.0,1e+17]"), 0);
	canon_is("[12345678901234568.0,1e+17]");
	assert_int_equal(parse("{}"), 0);
	canon_is("{}");
}

/* Names that tenants choose come back byte for byte from our own writing. */
static void hostile_names_survive(void **state)
{
	EP_AUTO_FREE char *path = fixture("hostile/names.json");
	const struct ep_json *cases, *item;
	struct ep_json *file, *back;
	struct ep_buf text;
	size_t n = 0;

	(void)state;
	ep_buf_init(&text, 1 << 20);
	assert_int_equal(ep_file_read(path, 1 << 20, &text, &err), 0);
	assert_int_equal(ep_json_parse(text.s, text.len, &file, NULL, &err), 0);
	assert_int_equal(ep_json_get(file, "cases", &cases), EP_JSON_PRESENT);
	for (item = ep_json_first(cases); item; item = ep_json_next(item)) {
		const struct ep_json *value;

		assert_int_equal(ep_json_get(item, "value", &value),
				 EP_JSON_PRESENT);
		ep_buf_clear(&text);
		ep_json_quote(&text, ep_json_text(value));
		assert_int_equal(ep_json_parse(text.s, text.len, &back, NULL,
					       &err), 0);
		assert_string_equal(ep_json_text(back), ep_json_text(value));
		ep_json_free(back);
		n++;
	}
	assert_true(n >= 50);
	ep_json_free(file);
	ep_buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_teardown(f, tear_down)
		cmocka_unit_test(shown_text_does_not_act),
		TEST(whole_test_suite),
		TEST(parts_are_where_they_lie),
		TEST(holes_are_what_nobody_reads_as_it_is),
		TEST(holes_close_again),
		TEST(elements_do_not_depend_on_those_before),
		TEST(what_is_read_apart_is_nobody_elses),
		TEST(rest_is_what_is_left),
		TEST(cut_documents_are_refused),
		TEST(refusals_say_where),
		TEST(every_byte_at_every_place),
		TEST(nesting_has_a_limit),
		TEST(values_have_a_limit),
		TEST(big_integers_keep_their_digits),
		TEST(what_a_double_loses_stays_text),
		TEST(integers),
		TEST(scalars),
		TEST(nul_is_made_visible),
		TEST(lone_surrogates_cost_one_text_not_the_page),
		TEST(rewriting_leaves_the_rest_alone),
		TEST(byte_order_mark_is_skipped),
		TEST(absent_null_and_ambiguous_differ),
		TEST(paths),
		TEST(path_grammar),
		TEST(walking),
		TEST(quoting),
		TEST(equal_values_give_equal_bytes),
		TEST(hostile_names_survive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
