/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to libxml2's writer.  All XML and all HTML of the program goes
 * through it, so escaping happens in one place.  libxml2 2.9.14 writes
 * control characters and broken UTF-8 without an error; text is therefore
 * scrubbed first: what XML 1.0 forbids appears as <U+XXXX>.
 */
#ifndef EP_XML_H
#define EP_XML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct ep_xml;

enum ep_xml_kind {
	EP_XML_DOCUMENT,	/* XML declaration, indented */
	EP_XML_HTML		/* <!DOCTYPE html>, void elements, no XML
				 * declaration, nothing self-closed that HTML
				 * would not close */
};

/* Bytes go to write (non-zero return = error, sticky). */
struct ep_xml *ep_xml_new(enum ep_xml_kind kind,
			  int (*write)(void *to, const void *p, size_t n),
			  void *to);
/* Closes what is open, flushes, frees; reports the first error of all. */
int ep_xml_end(struct ep_xml *xml, struct ep_err *err) EP_MUST_CHECK;

/* "script" is an error in HTML. */
void ep_xml_open(struct ep_xml *xml, const char *element);
void ep_xml_close(struct ep_xml *xml);		/* the innermost */
/* After ep_xml_open, before any content.  In HTML no attribute can hold a
 * script: event handlers are an error, and a link to anything but the page
 * itself, a relative path, http, https or mailto becomes "#refused". */
void ep_xml_attr(struct ep_xml *xml, const char *name, const char *value);
void ep_xml_attrf(struct ep_xml *xml, const char *name, const char *fmt, ...)
	EP_PRINTF(3, 4);
void ep_xml_text(struct ep_xml *xml, const char *text);
void ep_xml_textf(struct ep_xml *xml, const char *fmt, ...) EP_PRINTF(2, 3);
/* <element>text</element>; text NULL gives an empty element. */
void ep_xml_leaf(struct ep_xml *xml, const char *element, const char *text);
/* A PNG or an SVG, by its first bytes? */
bool ep_xml_is_image(const void *p, size_t n);
/* A picture inside the page; a browser runs no script of a picture. */
void ep_xml_image(struct ep_xml *xml, const void *p, size_t n,
		  const char *alt);
/* The style sheet of a page: our own text only, refused if it holds "</". */
void ep_xml_style(struct ep_xml *xml, const char *css);

/* Validates a file against an XSD without network (for tests and
 * `report check`); EP_EDATA names line and complaint. */
int ep_xml_validate(const char *xsd_path, const char *xml_path,
		    struct ep_err *err) EP_MUST_CHECK;

#endif
