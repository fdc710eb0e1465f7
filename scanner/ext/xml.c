/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to libxml2's writer: documents and pages, with everything that a
 * text from outside could do taken away before libxml2 sees it.  Validation
 * is in ext/xml_validate.c.
 */
#include "ext/xml_priv.h"

#include <libxml/xmlwriter.h>
#include <stdarg.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/str.h"
#include "base/vec.h"
#include "ext/crypto.h"

struct ep_xml {
	enum ep_xml_kind kind;
	int (*write)(void *to, const void *p, size_t n);
	void *to;
	xmlTextWriter *writer;
	EP_VEC(char *) open;	/* the elements, outermost first */
	bool content;		/* the innermost has some, or text before */
	struct ep_buf scrubbed;
	struct ep_buf text;
	struct ep_err err;	/* the first one; nothing happens after it */
};

static const xmlChar *xml_str(const char *s)
{
	return (const xmlChar *)s;
}

static bool listed(const char *const *list, const char *name)
{
	for (; *list; list++)
		if (strcmp(*list, name) == 0)
			return true;
	return false;
}

/* HTML elements that never have content or an end tag. */
static bool is_void(const char *name)
{
	static const char *const list[] = {
		"area", "base", "br", "col", "embed", "hr", "img", "input",
		"link", "meta", "source", "track", "wbr", NULL
	};

	return listed(list, name);
}

/* After these a line end is harmless, and makes a page diff readable. */
static bool is_block(const char *name)
{
	static const char *const list[] = {
		"article", "body", "caption", "dd", "details", "div", "dl",
		"dt", "footer", "h1", "h2", "h3", "h4", "head", "header",
		"html", "li", "link", "main", "meta", "nav", "ol", "p",
		"section", "style", "summary", "table", "tbody", "thead",
		"title", "tr", "ul", NULL
	};

	return listed(list, name);
}

/* Only ever set once, and by the writer: ep_xml_end hands it on. */
static void fail(struct ep_xml *xml, enum ep_code code, const char *what,
		 const char *which)
{
	if (!xml->err.code)
		ep_err_set(&xml->err, code, "%s%s", what, which);
}

static void check(struct ep_xml *xml, int rc)
{
	if (rc < 0)
		fail(xml, EP_EIO, "XML output: ", "cannot be written");
}

static int to_caller(void *context, const char *p, int n)
{
	struct ep_xml *xml = context;

	if (!xml->err.code && xml->write(xml->to, p, (size_t)n) == 0)
		return n;
	check(xml, -1);
	return -1;
}

static int no_close(void *context)
{
	(void)context;
	return 0;
}

/* libxml2 prints its complaints on standard error; ours are returned. */
EP_PRINTF(2, 3)
static void say_nothing(void *context, const char *fmt, ...)
{
	(void)context;
	(void)fmt;
}

void ep_xml_start(void)
{
	xmlInitParser();
	xmlSetGenericErrorFunc(NULL, say_nothing);
}

struct ep_xml *ep_xml_new(enum ep_xml_kind kind,
			  int (*write)(void *to, const void *p, size_t n),
			  void *to)
{
	struct ep_xml *xml = ep_calloc(1, sizeof(*xml));
	xmlOutputBuffer *out;

	ep_xml_start();
	xml->kind = kind;
	xml->write = write;
	xml->to = to;
	ep_buf_init(&xml->scrubbed, EP_XML_TEXT_BYTES_MAX * 9);
	ep_buf_init(&xml->text, EP_XML_TEXT_BYTES_MAX);
	out = xmlOutputBufferCreateIO(to_caller, no_close, xml, NULL);
	xml->writer = out ? xmlNewTextWriter(out) : NULL;
	if (!xml->writer)
		ep_die("libxml2 is out of memory");
	if (kind == EP_XML_HTML) {
		check(xml, xmlTextWriterWriteRaw(xml->writer,
				xml_str("<!DOCTYPE html>\n")));
		return xml;
	}
	check(xml, xmlTextWriterSetIndent(xml->writer, 1));
	check(xml, xmlTextWriterStartDocument(xml->writer, NULL, "UTF-8",
					      NULL));
	return xml;
}

static void xml_free(struct ep_xml *xml)
{
	size_t i;

	for (i = 0; i < xml->open.n; i++)
		ep_free(xml->open.v[i]);
	ep_vec_release(&xml->open);
	xmlFreeTextWriter(xml->writer);
	ep_buf_release(&xml->scrubbed);
	ep_buf_release(&xml->text);
	ep_free(xml);
}

int ep_xml_end(struct ep_xml *xml, struct ep_err *err)
{
	int code;

	while (xml->open.n && !xml->err.code)
		ep_xml_close(xml);
	if (!xml->err.code)
		check(xml, xmlTextWriterEndDocument(xml->writer));
	if (!xml->err.code)
		check(xml, xmlTextWriterFlush(xml->writer));
	code = xml->err.code;
	if (code && err)
		*err = xml->err;
	xml_free(xml);
	return code;
}

/* What XML 1.0 (2.2) does not take as a character. */
static bool forbidden(uint32_t cp)
{
	if (cp < 0x20)
		return cp != '\t' && cp != '\n' && cp != '\r';
	return cp == 0xfffe || cp == 0xffff;
}

/* s itself when it is clean, else a copy that lives until the next call. */
static const char *scrub(struct ep_xml *xml, const char *s)
{
	size_t n = strlen(s), i = 0, from = 0;
	struct ep_buf *out = &xml->scrubbed;

	ep_buf_clear(out);
	while (i < n) {
		uint32_t cp;
		size_t len = ep_utf8_next(s + i, n - i, &cp);

		if (len && !forbidden(cp)) {
			i += len;
			continue;
		}
		ep_buf_add(out, s + from, i - from);
		if (len)
			ep_buf_addf(out, "<U+%04X>", (unsigned int)cp);
		else
			ep_buf_addf(out, "<%02X>", (unsigned char)s[i]);
		i += len ? len : 1;
		from = i;
	}
	if (!from)
		return s;
	ep_buf_add(out, s + from, n - from);
	if (out->overflow)
		fail(xml, EP_ELIMIT, "XML text above EP_XML_TEXT_BYTES_MAX",
		     "");
	return out->s;
}

/* Names are ours, never data: anything else is a fault of the caller. */
static bool good_name(const char *name)
{
	const char *p;

	for (p = name; *p; p++) {
		bool letter = (*p >= 'a' && *p <= 'z') ||
			      (*p >= 'A' && *p <= 'Z') || *p == '_';

		if (!letter && (p == name || !strchr("0123456789-.:", *p)))
			return false;
	}
	return p > name;
}

static bool in_void(const struct ep_xml *xml)
{
	return xml->kind == EP_XML_HTML && xml->open.n &&
	       is_void(xml->open.v[xml->open.n - 1]);
}

void ep_xml_open(struct ep_xml *xml, const char *element)
{
	bool html = xml->kind == EP_XML_HTML;

	if (!good_name(element) || (html && ep_str_eqcase(element, "script")))
		fail(xml, EP_EBUG, "no element may be called ", element);
	else if (in_void(xml))
		fail(xml, EP_EBUG, "void element with content: ", element);
	if (xml->err.code)
		return;
	check(xml, xmlTextWriterStartElement(xml->writer, xml_str(element)));
	EP_VEC_ADD(&xml->open) = ep_strdup(element);
	xml->content = false;
}

void ep_xml_close(struct ep_xml *xml)
{
	EP_AUTO_FREE char *name = NULL;
	bool html = xml->kind == EP_XML_HTML;

	if (!xml->open.n)
		fail(xml, EP_EBUG, "no element is open", "");
	if (xml->err.code)
		return;
	name = xml->open.v[--xml->open.n];
	check(xml, html && !is_void(name)
			   ? xmlTextWriterFullEndElement(xml->writer)
			   : xmlTextWriterEndElement(xml->writer));
	if (html && is_block(name))
		check(xml, xmlTextWriterWriteRaw(xml->writer, xml_str("\n")));
	xml->content = true;
}

/* May a page lead there?  Same page, relative, the web and mail only. */
static bool good_target(const char *url)
{
	size_t scheme = strcspn(url, ":/?#");
	const char *p;

	/* Browsers skip controls and blanks inside a scheme. */
	for (p = url; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == '\\')
			return false;
	if (url[scheme] != ':')
		return !ep_str_starts(url, "//");
	return ep_str_starts(url, "https://") ||
	       ep_str_starts(url, "http://") || ep_str_starts(url, "mailto:");
}

static const char *safe_value(const struct ep_xml *xml, const char *name,
			      const char *value)
{
	static const char *const link[] = {
		"href", "src", "action", "formaction", "poster", "xlink:href",
		NULL
	};

	if (xml->kind == EP_XML_HTML && listed(link, name) &&
	    !good_target(value))
		return "#refused";
	return value;
}

void ep_xml_attr(struct ep_xml *xml, const char *name, const char *value)
{
	bool html = xml->kind == EP_XML_HTML;

	if (!good_name(name) || (html && (ep_str_starts(name, "on") ||
					  ep_str_eq(name, "srcdoc"))))
		fail(xml, EP_EBUG, "no attribute may be called ", name);
	else if (xml->content || !xml->open.n)
		fail(xml, EP_EBUG, "attribute outside of a start tag: ", name);
	if (xml->err.code)
		return;
	value = scrub(xml, safe_value(xml, name, value));
	check(xml, xmlTextWriterWriteAttribute(xml->writer, xml_str(name),
					       xml_str(value)));
}

static const char *image_kind(const char *p, size_t n)
{
	struct ep_str text = ep_str_trim((struct ep_str){ p, n });

	if (n > 8 && memcmp(p, "\x89PNG\r\n\x1a\n", 8) == 0)
		return "png";
	if ((text.n > 5 && memcmp(text.p, "<?xml", 5) == 0) ||
	    (text.n > 4 && memcmp(text.p, "<svg", 4) == 0))
		return "svg+xml";
	return NULL;
}

bool ep_xml_is_image(const void *p, size_t n)
{
	return image_kind(p, n) != NULL;
}

void ep_xml_image(struct ep_xml *xml, const void *p, size_t n,
		  const char *alt)
{
	EP_AUTO(ep_buf_release) struct ep_buf url =
		EP_BUF_INIT(EP_XML_TEXT_BYTES_MAX);
	const char *kind = image_kind(p, n);

	if (!kind) {
		fail(xml, EP_EBUG, "neither PNG nor SVG", "");
		return;
	}
	ep_buf_addf(&url, "data:image/%s;base64,", kind);
	ep_base64(&url, p, n);
	ep_xml_open(xml, "img");
	ep_xml_attr(xml, "alt", alt);
	if (url.overflow)
		fail(xml, EP_ELIMIT, "picture above EP_XML_TEXT_BYTES_MAX", "");
	if (xml->err.code == 0)
		check(xml, xmlTextWriterWriteAttribute(xml->writer,
						       xml_str("src"),
						       xml_str(url.s)));
	ep_xml_close(xml);
}

EP_PRINTF(2, 0)
static const char *format(struct ep_xml *xml, const char *fmt, va_list ap)
{
	ep_buf_clear(&xml->text);
	ep_buf_vaddf(&xml->text, fmt, ap);
	if (xml->text.overflow)
		fail(xml, EP_ELIMIT, "XML text above EP_XML_TEXT_BYTES_MAX",
		     "");
	return xml->text.s;
}

void ep_xml_attrf(struct ep_xml *xml, const char *name, const char *fmt, ...)
{
	const char *value;
	va_list ap;

	va_start(ap, fmt);
	value = format(xml, fmt, ap);
	va_end(ap);
	ep_xml_attr(xml, name, value);
}

void ep_xml_text(struct ep_xml *xml, const char *text)
{
	if (in_void(xml))
		fail(xml, EP_EBUG, "void element with text", "");
	if (xml->err.code || !text[0])
		return;
	text = scrub(xml, text);
	check(xml, xmlTextWriterWriteString(xml->writer, xml_str(text)));
	xml->content = true;
}

void ep_xml_textf(struct ep_xml *xml, const char *fmt, ...)
{
	const char *text;
	va_list ap;

	va_start(ap, fmt);
	text = format(xml, fmt, ap);
	va_end(ap);
	ep_xml_text(xml, text);
}

void ep_xml_leaf(struct ep_xml *xml, const char *element, const char *text)
{
	ep_xml_open(xml, element);
	if (text)
		ep_xml_text(xml, text);
	ep_xml_close(xml);
}

void ep_xml_style(struct ep_xml *xml, const char *css)
{
	/* Inside <style> nothing is escaped, so nothing may need it. */
	if (strstr(css, "</") || strstr(css, "<!") ||
	    scrub(xml, css) != css)
		fail(xml, EP_EDATA, "the style sheet holds '</', '<!' or a "
		     "character that XML forbids", "");
	ep_xml_open(xml, "style");
	if (xml->err.code)
		return;
	check(xml, xmlTextWriterWriteRaw(xml->writer, xml_str(css)));
	ep_xml_close(xml);
}
