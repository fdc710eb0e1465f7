/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The XML door: whatever a text holds, the output is well-formed, says what
 * was said, and a page can run nothing.  xmllint is the second opinion.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/file.h"
#include "ext/json.h"
#include "ext/xml.h"
#include "fixture.h"

static char folder[64];
static struct ep_err err;
static struct ep_buf out;

static int set_up(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "t_xml.XXXXXX");
	ep_buf_init(&out, 1 << 24);
	memset(&err, 0, sizeof(err));
	return mkdtemp(folder) ? 0 : -1;
}

static const char *in(const char *name)
{
	static char path[2][256];
	static int turn;

	turn = !turn;
	snprintf(path[turn], sizeof(path[turn]), "%s/%s", folder, name);
	return path[turn];
}

static int tear_down(void **state)
{
	char **names;
	size_t n, i;

	(void)state;
	ep_buf_release(&out);
	if (ep_file_list(folder, "", &names, &n, &err))
		return -1;
	for (i = 0; i < n; i++)
		unlink(in(names[i]));
	ep_file_list_free(names, n);
	return rmdir(folder);
}

static int to_buf(void *to, const void *p, size_t n)
{
	ep_buf_add(to, p, n);
	return 0;
}

static struct ep_xml *start(enum ep_xml_kind kind)
{
	ep_buf_clear(&out);
	return ep_xml_new(kind, to_buf, &out);
}

static void ends_well(struct ep_xml *xml)
{
	if (ep_xml_end(xml, &err))
		fail_msg("%s", err.msg);
}

static void put(const char *name, const char *text, size_t n)
{
	FILE *file = fopen(in(name), "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, n, file), n);
	assert_int_equal(fclose(file), 0);
}

/* Runs xmllint over out; its exit status, its output into *ret. */
static int xmllint(const char *option, const char *value, struct ep_buf *ret)
{
	int ends[2], status;
	char chunk[4096];
	ssize_t n;
	pid_t pid;

	put("o.xml", out.s, out.len);
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		execlp("xmllint", "xmllint", "--nonet", option, value,
		       in("o.xml"), NULL);
		_exit(127);
	}
	close(ends[1]);
	while ((n = read(ends[0], chunk, sizeof(chunk))) > 0)
		ep_buf_add(ret, chunk, (size_t)n);
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void string_at(const char *xpath, const char *want)
{
	struct ep_buf got;

	ep_buf_init(&got, 1 << 24);
	assert_int_equal(xmllint("--xpath", xpath, &got), 0);
	assert_true(got.len > 0);
	/* xmllint adds a line end. */
	ep_buf_cut(&got, got.len - 1);
	assert_string_equal(got.s, want);
	ep_buf_release(&got);
}

static void well_formed(void)
{
	struct ep_buf got;

	ep_buf_init(&got, 1 << 24);
	assert_int_equal(xmllint("--noout", "--nowarning", &got), 0);
	ep_buf_release(&got);
}

/* --- documents -------------------------------------------------------- */

static void document(void **state)
{
	struct ep_xml *xml = start(EP_XML_DOCUMENT);

	(void)state;
	ep_xml_open(xml, "suite");
	ep_xml_attr(xml, "name", "a\"b<c>&d");
	ep_xml_attrf(xml, "tests", "%d", 3);
	ep_xml_leaf(xml, "case", "x < y & z ]]> w");
	ep_xml_leaf(xml, "none", NULL);
	ep_xml_open(xml, "open");
	ep_xml_textf(xml, "%s-%d", "t", 1);
	ends_well(xml);
	assert_string_equal(out.s,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<suite name=\"a&quot;b&lt;c&gt;&amp;d\" tests=\"3\">\n"
		" <case>x &lt; y &amp; z ]]&gt; w</case>\n"
		" <none/>\n"
		" <open>t-1</open>\n"
		"</suite>\n");
	well_formed();
}

/* True when value holds what XML cannot; want then shows it. */
static const char *seen(const char *id, const char *value)
{
	static const struct {
		const char *id;
		const char *want;
	} replaced[] = {
		{ "ctrl-01", "a<U+0001>b" },
		{ "ctrl-0b", "a<U+000B>b" },
		{ "esc-clear", "<U+001B>[2J<U+001B>[H" },
		{ "fffe", "a<U+FFFE>b" },
		{ "ffff", "a<U+FFFF>b" },
	};
	size_t i;

	for (i = 0; i < sizeof(replaced) / sizeof(replaced[0]); i++)
		if (strcmp(replaced[i].id, id) == 0)
			return replaced[i].want;
	return value;
}

static const char *text_of(const struct ep_json *item, const char *name)
{
	const struct ep_json *value;

	assert_int_equal(ep_json_get(item, name, &value), EP_JSON_PRESENT);
	return ep_json_text(value);
}

static struct ep_json *hostile_names(void)
{
	EP_AUTO_FREE char *path = fixture("hostile/names.json");
	struct ep_json *names;
	struct ep_buf text;

	ep_buf_init(&text, 1 << 20);
	assert_int_equal(ep_file_read(path, 1 << 20, &text, &err), 0);
	assert_int_equal(ep_json_parse(text.s, text.len, &names, NULL, &err),
			 0);
	ep_buf_release(&text);
	return names;
}

static void names_survive(enum ep_xml_kind kind)
{
	struct ep_json *names = hostile_names();
	const struct ep_json *cases, *item;
	struct ep_xml *xml = start(kind);
	size_t n = 0;

	assert_int_equal(ep_json_get(names, "cases", &cases),
			 EP_JSON_PRESENT);
	ep_xml_open(xml, "r");
	for (item = ep_json_first(cases); item; item = ep_json_next(item)) {
		ep_xml_open(xml, "v");
		ep_xml_attr(xml, "a", text_of(item, "value"));
		ep_xml_text(xml, text_of(item, "value"));
		ep_xml_close(xml);
	}
	ends_well(xml);
	well_formed();
	for (item = ep_json_first(cases); item; item = ep_json_next(item)) {
		const char *want = seen(text_of(item, "id"),
					text_of(item, "value"));
		char xpath[64];

		n++;
		snprintf(xpath, sizeof(xpath), "string(/r/v[%zu])", n);
		string_at(xpath, want);
		snprintf(xpath, sizeof(xpath), "string(/r/v[%zu]/@a)", n);
		string_at(xpath, want);
	}
	assert_true(n >= 50);
	ep_json_free(names);
}

static void hostile_names_in_documents(void **state)
{
	(void)state;
	names_survive(EP_XML_DOCUMENT);
}

static void hostile_names_in_pages(void **state)
{
	(void)state;
	names_survive(EP_XML_HTML);
}

static void broken_utf8_is_shown(void **state)
{
	struct ep_xml *xml = start(EP_XML_DOCUMENT);

	(void)state;
	ep_xml_open(xml, "r");
	ep_xml_attr(xml, "a", "x\xff");
	ep_xml_text(xml, "\xc3(\xed\xa0\x80 caf\xc3\xa9");
	ends_well(xml);
	string_at("string(/r)", "<C3>(<ED><A0><80> caf\xc3\xa9");
	string_at("string(/r/@a)", "x<FF>");
}

/* --- pages ------------------------------------------------------------ */

static void page(void **state)
{
	struct ep_xml *xml = start(EP_XML_HTML);

	(void)state;
	ep_xml_open(xml, "html");
	ep_xml_attr(xml, "lang", "en");
	ep_xml_open(xml, "head");
	ep_xml_open(xml, "meta");
	ep_xml_attr(xml, "charset", "utf-8");
	ep_xml_close(xml);
	ep_xml_leaf(xml, "title", "</title><script>alert(1)</script>");
	ep_xml_style(xml, "td > a { color: red }");
	ep_xml_close(xml);
	ep_xml_open(xml, "body");
	ep_xml_open(xml, "div");
	ep_xml_close(xml);
	ep_xml_open(xml, "span");
	ep_xml_close(xml);
	ep_xml_text(xml, "a");
	ep_xml_open(xml, "br");
	ep_xml_close(xml);
	ep_xml_text(xml, "b");
	ends_well(xml);
	assert_string_equal(out.s,
		"<!DOCTYPE html>\n"
		"<html lang=\"en\"><head><meta charset=\"utf-8\"/>\n"
		"<title>&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;"
		"</title>\n"
		"<style>td > a { color: red }</style>\n"
		"</head>\n"
		"<body><div></div>\n"
		"<span></span>a<br/>b</body>\n"
		"</html>\n\n");
	well_formed();
}

static void link_becomes(const char *url, const char *want)
{
	struct ep_xml *xml = start(EP_XML_HTML);
	char text[300];

	ep_xml_open(xml, "a");
	ep_xml_attr(xml, "href", url);
	ends_well(xml);
	snprintf(text, sizeof(text), "<a href=\"%s\">", want);
	if (!strstr(out.s, text))
		fail_msg("%s: %s", url, out.s);
}

static void links_lead_nowhere_bad(void **state)
{
	static const char *const bad[] = {
		"javascript:alert(1)", "JaVaScRiPt:alert(1)",
		"java\nscript:alert(1)", " javascript:alert(1)",
		"data:text/html,x", "vbscript:x", "file:///etc/passwd",
		"//evil.example/x", "\\\\evil.example", "https:x",
		"/\t/evil.example", "\t//evil.example", "/\\evil.example",
	};
	static const char *const good[] = {
		"https://x.example/a?b#c", "http://x.example/",
		"mailto:a@x.example", "#part", "acme.html", "a/b.html#x:y",
		"?a=b:c", "/root",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		link_becomes(bad[i], "#refused");
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		link_becomes(good[i], good[i]);
}

/* --- faults of the caller --------------------------------------------- */

static void ends_badly(struct ep_xml *xml, int code, const char *part)
{
	assert_int_equal(ep_xml_end(xml, &err), code);
	if (!strstr(err.msg, part))
		fail_msg("'%s' is not in: %s", part, err.msg);
}

static void scripts_are_refused(void **state)
{
	struct ep_xml *xml = start(EP_XML_HTML);

	(void)state;
	ep_xml_open(xml, "ScRiPt");
	ends_badly(xml, EP_EBUG, "ScRiPt");
	xml = start(EP_XML_HTML);
	ep_xml_open(xml, "p");
	ep_xml_attr(xml, "onclick", "x()");
	ends_badly(xml, EP_EBUG, "onclick");
	xml = start(EP_XML_HTML);
	ep_xml_style(xml, "</style><script>");
	ends_badly(xml, EP_EDATA, "style sheet");
	xml = start(EP_XML_HTML);
	ep_xml_style(xml, "a{}\x01");
	ends_badly(xml, EP_EDATA, "style sheet");
}

static void misuse_is_an_error(void **state)
{
	struct ep_xml *xml = start(EP_XML_DOCUMENT);

	(void)state;
	ep_xml_open(xml, "a b");
	ends_badly(xml, EP_EBUG, "a b");
	xml = start(EP_XML_DOCUMENT);
	ep_xml_open(xml, "");
	ends_badly(xml, EP_EBUG, "element");
	xml = start(EP_XML_DOCUMENT);
	ep_xml_close(xml);
	ends_badly(xml, EP_EBUG, "open");
	xml = start(EP_XML_DOCUMENT);
	ep_xml_open(xml, "a");
	ep_xml_text(xml, "t");
	ep_xml_attr(xml, "late", "x");
	/* The first fault is the one that is told. */
	ep_xml_open(xml, "<");
	ends_badly(xml, EP_EBUG, "late");
	xml = start(EP_XML_HTML);
	ep_xml_open(xml, "br");
	ep_xml_text(xml, "t");
	ends_badly(xml, EP_EBUG, "void");
}

static int fails_late(void *to, const void *p, size_t n)
{
	size_t *left = to;

	(void)p;
	if (n > *left)
		return -1;
	*left -= n;
	return 0;
}

static void a_failed_write_is_told_at_the_end(void **state)
{
	size_t left = 10000;
	struct ep_xml *xml = ep_xml_new(EP_XML_DOCUMENT, fails_late, &left);
	int i;

	(void)state;
	ep_xml_open(xml, "r");
	for (i = 0; i < 5000; i++)
		ep_xml_leaf(xml, "v", "some text");
	ends_badly(xml, EP_EIO, "cannot be written");
	/* Also when all fits into the buffer until the end. */
	left = 0;
	xml = ep_xml_new(EP_XML_DOCUMENT, fails_late, &left);
	ep_xml_open(xml, "r");
	ends_badly(xml, EP_EIO, "cannot be written");
}

/* --- validation ------------------------------------------------------- */

static const char xsd[] =
	"<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\">"
	"<xs:element name=\"r\"><xs:complexType><xs:sequence>"
	"<xs:element name=\"n\" type=\"xs:int\" maxOccurs=\"2\"/>"
	"</xs:sequence></xs:complexType></xs:element></xs:schema>";

static int validate(const char *text)
{
	put("d.xml", text, strlen(text));
	return ep_xml_validate(in("d.xsd"), in("d.xml"), &err);
}

static void validates(void **state)
{
	(void)state;
	put("d.xsd", xsd, strlen(xsd));
	assert_int_equal(validate("<r><n>1</n></r>"), 0);
	assert_int_equal(validate("<r>\n<n>1</n>\n<n>x</n></r>"), EP_EDATA);
	assert_non_null(strstr(err.msg, "d.xml:3: "));
	assert_int_equal(validate("<r><n>1</n>"), EP_EDATA);
	assert_non_null(strstr(err.msg, "d.xml:1: "));
	assert_int_equal(validate(""), EP_EDATA);
	/* An entity is not followed. */
	assert_int_equal(validate("<!DOCTYPE r [<!ENTITY e SYSTEM "
				  "\"file:///etc/passwd\">]><r><n>&e;</n></r>"),
			 EP_EDATA);
	put("d.xsd", "<oops/>", 7);
	assert_int_equal(validate("<r><n>1</n></r>"), EP_EDATA);
	assert_int_equal(ep_xml_validate(in("none.xsd"), in("d.xml"), &err),
			 EP_EDATA);
	put("d.xsd", xsd, strlen(xsd));
	assert_int_equal(ep_xml_validate(in("d.xsd"), in("none.xml"), &err),
			 EP_EDATA);
}

/* PNG and SVG only, in the page itself; an attribute still leads nowhere. */
static void image(void **state)
{
	static const char svg[] = " <svg xmlns='x'/>";
	static const char png[] = "\x89PNG\r\n\x1a\n1";
	struct ep_xml *xml = start(EP_XML_HTML);

	(void)state;
	ep_xml_open(xml, "p");
	ep_xml_image(xml, svg, strlen(svg), "A <b>");
	ep_xml_image(xml, png, sizeof(png) - 1, "");
	ep_xml_open(xml, "img");
	ep_xml_attr(xml, "src", "data:image/png;base64,AA==");
	ep_xml_close(xml);
	ends_well(xml);
	assert_non_null(strstr(out.s, "<img alt=\"A &lt;b&gt;\" src=\"data:image/"
				      "svg+xml;base64,IDxzdmcgeG1sbnM9J3gnLz4=\""));
	assert_non_null(strstr(out.s, "src=\"data:image/png;base64,"
				      "iVBORw0KGgox\""));
	assert_non_null(strstr(out.s, "src=\"#refused\""));
	assert_true(ep_xml_is_image(png, sizeof(png) - 1));
	assert_false(ep_xml_is_image("GIF89a", 6));
	assert_false(ep_xml_is_image("<html>", 6));
	assert_false(ep_xml_is_image("", 0));
	xml = start(EP_XML_HTML);
	ep_xml_open(xml, "p");
	ep_xml_image(xml, "GIF89a", 6, "");
	assert_int_equal(ep_xml_end(xml, &err), EP_EBUG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
		TEST(document),
		TEST(hostile_names_in_documents),
		TEST(hostile_names_in_pages),
		TEST(broken_utf8_is_shown),
		TEST(page),
		TEST(links_lead_nowhere_bad),
		TEST(scripts_are_refused),
		TEST(misuse_is_an_error),
		TEST(a_failed_write_is_told_at_the_end),
		TEST(validates),
		TEST(image),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
