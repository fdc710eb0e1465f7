/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Validation of an XML file against a schema, by libxml2 and without any
 * access to the network.
 */
#include "ext/xml_priv.h"

#include <libxml/parser.h>
#include <libxml/xmlschemas.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/str.h"

/* The first complaint of libxml2. */
struct complaint {
	int line;
	char text[EP_ERR_MSG_MAX / 2];
};

static void note(struct complaint *complaint, xmlError *error)
{
	EP_AUTO(ep_buf_release) struct ep_buf text =
		EP_BUF_INIT(EP_TEXT_BYTES_MAX);
	struct ep_str line;
	size_t n;

	if (!error || complaint->text[0] || error->level < XML_ERR_ERROR)
		return;
	line = ep_str_trim(ep_str(error->message ? error->message
						 : "unknown error"));
	ep_str_printable(&text, line.p, line.n);
	n = text.len < sizeof(complaint->text)
		    ? text.len
		    : ep_utf8_cut(text.s, sizeof(complaint->text) - 1);
	memcpy(complaint->text, text.s, n);
	complaint->text[n] = '\0';
	complaint->line = error->line;
}

static void on_error(void *to, xmlError *error)
{
	note(to, error);
}

static int complain(const char *path, const struct complaint *complaint,
		    struct ep_err *err)
{
	return ep_err_set(err, EP_EDATA, "%s:%d: %s", path, complaint->line,
			  complaint->text[0] ? complaint->text
					     : "cannot be read");
}

static void free_parser(xmlSchemaParserCtxt **ctx)
{
	xmlSchemaFreeParserCtxt(*ctx);
}

static void free_schema(xmlSchema **schema)
{
	xmlSchemaFree(*schema);
}

static void free_valid(xmlSchemaValidCtxt **ctx)
{
	xmlSchemaFreeValidCtxt(*ctx);
}

static void free_doc(xmlDoc **doc)
{
	xmlFreeDoc(*doc);
}

static int read_schema(const char *path, xmlSchema **ret, struct ep_err *err)
{
	EP_AUTO(free_parser) xmlSchemaParserCtxt *ctx = NULL;
	struct complaint complaint = { .line = 0 };

	ctx = xmlSchemaNewParserCtxt(path);
	if (!ctx)
		return complain(path, &complaint, err);
	xmlSchemaSetParserStructuredErrors(ctx, on_error, &complaint);
	*ret = xmlSchemaParse(ctx);
	return *ret ? EP_OK : complain(path, &complaint, err);
}

static int read_doc(const char *path, xmlDoc **ret, struct ep_err *err)
{
	struct complaint complaint = { .line = 0 };

	*ret = xmlReadFile(path, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR |
					       XML_PARSE_NOWARNING);
	if (*ret)
		return EP_OK;
	note(&complaint, xmlGetLastError());
	return complain(path, &complaint, err);
}

static int validate(const char *xsd_path, const char *xml_path,
		    struct ep_err *err)
{
	EP_AUTO(free_schema) xmlSchema *schema = NULL;
	EP_AUTO(free_doc) xmlDoc *doc = NULL;
	EP_AUTO(free_valid) xmlSchemaValidCtxt *ctx = NULL;
	struct complaint complaint = { .line = 0 };
	int rc = read_schema(xsd_path, &schema, err);

	if (!rc)
		rc = read_doc(xml_path, &doc, err);
	if (rc)
		return rc;
	ctx = xmlSchemaNewValidCtxt(schema);
	if (!ctx)
		ep_die("libxml2 is out of memory");
	xmlSchemaSetValidStructuredErrors(ctx, on_error, &complaint);
	if (xmlSchemaValidateDoc(ctx, doc) != 0)
		return complain(xml_path, &complaint, err);
	return EP_OK;
}

int ep_xml_validate(const char *xsd_path, const char *xml_path,
		    struct ep_err *err)
{
	xmlExternalEntityLoader usual;
	int rc;

	ep_xml_start();
	usual = xmlGetExternalEntityLoader();
	xmlSetExternalEntityLoader(xmlNoNetExternalEntityLoader);
	rc = validate(xsd_path, xml_path, err);
	xmlSetExternalEntityLoader(usual);
	return rc;
}
