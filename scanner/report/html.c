/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of an HTML report and the frame of a page.  The content policy
 * allows the one style sheet by its hash and nothing else, so that even a
 * fault of escaping could neither run nor fetch anything.
 */
#include "report/html.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/vec.h"
#include "ext/crypto.h"
#include "ext/db.h"
#include "ext/xml.h"
#include "report/html_draw.h"
#include "report/layout.h"
#include "report/out.h"
#include "report/page.h"
#include "report/report.h"
#include "store/store.h"

struct book {
	struct ep_store *store;
	const struct ep_config *config;
	struct ep_buf css;
	struct ep_buf policy;
	struct ep_buf logo;	/* its bytes; empty: none */
	const struct ep_report_options *options;
	int64_t run;
};

/* Only a page that has a picture may show one. */
static int read_logo(struct book *book, struct ep_err *err)
{
	const char *path = book->config->brand.logo;

	ep_buf_init(&book->logo, EP_LOGO_BYTES_MAX);
	if (!path)
		return 0;
	if (ep_file_read(path, EP_LOGO_BYTES_MAX, &book->logo, err))
		return ep_err_context(err, "logo of the brand");
	if (!ep_xml_is_image(book->logo.s, book->logo.len))
		return ep_err_set(err, EP_ECONFIG,
				  "%s: the logo is neither PNG nor SVG", path);
	ep_buf_adds(&book->policy, "; img-src data:");
	return 0;
}

static int read_css(struct book *book, struct ep_err *err)
{
	const struct ep_words *folders = &book->config->report_folders;
	uint8_t sha[EP_SHA256_BYTES];

	ep_buf_init(&book->css, EP_FILE_BYTES_MAX);
	ep_buf_init(&book->policy, 1024);
	for (size_t i = 0; i < folders->n && !book->css.len; i++) {
		EP_AUTO_FREE char *path =
			ep_file_join(folders->v[i], "style.css");

		if (access(path, R_OK) == 0 &&
		    ep_file_read(path, EP_FILE_BYTES_MAX, &book->css, err))
			return err->code;
	}
	if (!book->css.len)
		return ep_err_set(err, EP_ENOENT,
				  "no style.css in the report folders");
	if (book->config->brand.colour)
		ep_buf_addf(&book->css, ":root{--brand:%s}\n",
			    book->config->brand.colour);
	ep_sha256_of(book->css.s, book->css.len, sha);
	ep_buf_adds(&book->policy, "default-src 'none'; style-src 'sha256-");
	ep_base64(&book->policy, sha, sizeof(sha));
	ep_buf_adds(&book->policy, "'; base-uri 'none'; form-action 'none'");
	return read_logo(book, err);
}

static void meta(struct ep_xml *xml, const char *kind, const char *name,
		 const char *content)
{
	ep_xml_open(xml, "meta");
	ep_xml_attr(xml, kind, name);
	ep_xml_attr(xml, "content", content);
	ep_xml_close(xml);
}

static void write_head(struct ep_xml *xml, const struct book *book,
		       const struct ep_layout *layout,
		       const struct ep_page *page)
{
	ep_xml_open(xml, "head");
	ep_xml_open(xml, "meta");
	ep_xml_attr(xml, "charset", "utf-8");
	ep_xml_close(xml);
	meta(xml, "http-equiv", "Content-Security-Policy", book->policy.s);
	meta(xml, "name", "viewport", "width=device-width, initial-scale=1");
	meta(xml, "name", "referrer", "no-referrer");
	ep_xml_open(xml, "title");
	ep_xml_textf(xml, "%s: %s, run %" PRId64, layout->title, page->name,
		     page->run);
	ep_xml_close(xml);
	ep_xml_style(xml, book->css.s);
	ep_xml_close(xml);
}

static void write_brand(struct ep_xml *xml, const struct book *book)
{
	const char *brand = book->config->brand.name;

	ep_xml_open(xml, "p");
	ep_xml_attr(xml, "class", "brand");
	if (book->logo.len) {
		ep_xml_image(xml, book->logo.s, book->logo.len, "");
		ep_xml_text(xml, " ");
	}
	ep_xml_text(xml, brand ? brand : book->config->customers.v[0].name);
	ep_xml_close(xml);
}

static void write_title(struct ep_xml *xml, const struct book *book,
			const struct ep_layout *layout,
			const struct ep_page *page)
{
	static const char *const tone[] = { "good", "bad", "warn" };
	static const char *const word[] = { "\u2713 Clean", "\u2715 Findings",
					    "? Undecided" };
	char time[EP_TIME_TEXT];

	ep_xml_open(xml, "header");
	write_brand(xml, book);
	ep_xml_open(xml, "h1");
	ep_xml_textf(xml, "%s: ", layout->title);
	ep_xml_leaf(xml, "bdi", page->name);
	ep_xml_close(xml);
	ep_xml_open(xml, "p");
	ep_xml_attr(xml, "class", "when");
	ep_xml_textf(xml, "Run %" PRId64 ", read %s%s", page->run,
		     ep_time_format(page->started_at, time),
		     page->redacted ? "; people are pseudonyms" : "");
	ep_xml_close(xml);
	if (ep_page_banner(page)) {
		ep_xml_open(xml, "p");
		ep_xml_attr(xml, "class", "banner");
		ep_xml_text(xml, ep_page_banner(page));
		ep_xml_close(xml);
	}
	ep_xml_open(xml, "p");
	ep_xml_attrf(xml, "class", "verdict %s", tone[page->verdict]);
	ep_xml_leaf(xml, "strong", word[page->verdict]);
	ep_xml_textf(xml, " %s", page->sentence);
	ep_xml_close(xml);
	ep_xml_close(xml);
}

static int write_section(struct ep_xml *xml, const struct book *book,
			 const struct ep_page *page,
			 const struct ep_section *section, struct ep_err *err)
{
	struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_page_query(book->store, page, section, &stmt, err);

	if (rc == 0)
		rc = ep_db_step(stmt, &row, err);
	if (rc == 0 && (row || section->empty)) {
		ep_xml_open(xml, "section");
		ep_xml_attr(xml, "aria-labelledby", section->id);
		ep_xml_open(xml, "h2");
		ep_xml_attr(xml, "id", section->id);
		ep_xml_text(xml, section->title);
		ep_xml_close(xml);
		if (row && section->about) {
			ep_xml_open(xml, "p");
			ep_xml_attr(xml, "class", "about");
			ep_xml_text(xml, section->about);
			ep_xml_close(xml);
		}
		if (row) {
			rc = ep_html_draw(xml, section, stmt, err);
		} else {
			ep_xml_open(xml, "p");
			ep_xml_attr(xml, "class", "none");
			ep_xml_text(xml, section->empty);
			ep_xml_close(xml);
		}
		ep_xml_close(xml);
	}
	ep_db_done(stmt);
	return rc;
}

static int write_body(struct ep_xml *xml, const struct book *book,
		      const struct ep_layout *layout,
		      const struct ep_page *page, struct ep_err *err)
{
	int rc = 0;

	ep_xml_open(xml, "body");
	ep_xml_open(xml, "main");
	write_title(xml, book, layout, page);
	for (size_t i = 0; rc == 0 && i < layout->sections.n; i++)
		rc = write_section(xml, book, page, &layout->sections.v[i],
				   err);
	if (rc == 0) {
		ep_xml_open(xml, "footer");
		ep_xml_textf(xml, "%s. What was not looked at is never clean.",
			     page->program);
		ep_xml_close(xml);
	}
	return rc;
}

static int write_page(const struct book *book, const char *path,
		      const char *definition, const char *customer,
		      struct ep_err *err)
{
	struct ep_err late = EP_ERR_INIT;
	struct ep_layout *layout = NULL;
	struct ep_report_out out;
	struct ep_page page;
	struct ep_xml *xml;
	int rc;

	rc = ep_page_read(book->store, book->run, customer, &page, err);
	if (rc == 0)
		rc = ep_layout_find(&book->config->report_folders, definition,
				    &layout, err);
	ep_page_ask(&page, book->options, layout);
	if (rc == 0)
		rc = ep_report_out_open(&out, path, err);
	if (rc) {
		ep_layout_free(layout);
		return rc;
	}
	xml = ep_xml_new(EP_XML_HTML, ep_report_out_write, &out);
	ep_xml_open(xml, "html");
	ep_xml_attr(xml, "lang", "en");
	write_head(xml, book, layout, &page);
	rc = write_body(xml, book, layout, &page, err);
	if (ep_xml_end(xml, &late) && rc == 0) {
		*err = out.err.code ? out.err : late;
		rc = err->code;
	}
	rc = ep_report_out_close(&out, rc, err);
	ep_layout_free(layout);
	return rc;
}

/* CUSTOMER.html, and CUSTOMER-DEFINITION.html for any other definition than
 * the usual one, so that both can lie in one folder. */
static char *page_path(const char *folder, const char *customer,
		       const char *definition)
{
	EP_AUTO(ep_buf_release) struct ep_buf name = EP_BUF_INIT(256);
	bool usual = strcmp(definition, "customer") == 0;

	ep_buf_addf(&name, "%s%s%s.html", customer ? customer : "",
		    customer && !usual ? "-" : "", usual ? "" : definition);
	return ep_file_join(folder, name.s);
}

static int write_customers(const struct book *book, const char *definition,
			   struct ep_err *err)
{
	const char *only = book->options->customer;

	for (size_t i = 0; i < book->config->customers.n; i++) {
		const char *id = book->config->customers.v[i].id;
		EP_AUTO_FREE char *path = NULL;

		if (only && strcmp(only, id) != 0)
			continue;
		path = page_path(book->options->path, id, definition);
		if (write_page(book, path, definition, id, err))
			return err->code;
	}
	return 0;
}

/* A definition of one's own: per customer, or one page of the fleet. */
static int write_definition(const struct book *book, struct ep_err *err)
{
	const char *definition = book->options->definition;
	EP_AUTO_FREE char *path = page_path(book->options->path, NULL,
					    definition);
	struct ep_layout *layout = NULL;
	bool per_customer;

	if (ep_layout_find(&book->config->report_folders, definition, &layout,
			   err))
		return err->code;
	per_customer = layout->per_customer;
	ep_layout_free(layout);
	if (per_customer)
		return write_customers(book, definition, err);
	return write_page(book, path, definition, book->options->customer,
			  err);
}

static int write_usual(const struct book *book, struct ep_err *err)
{
	EP_AUTO_FREE char *index = ep_file_join(book->options->path,
						"index.html");
	int rc = write_customers(book, "customer", err);

	if (rc == 0 && !book->options->customer)
		rc = write_page(book, index, "fleet", NULL, err);
	return rc;
}

int ep_html_write(struct ep_store *store, const struct ep_config *config,
		  const struct ep_report_options *options, int64_t run,
		  struct ep_err *err)
{
	struct book book = { .store = store, .config = config,
			     .options = options, .run = run };
	int rc;

	if (strcmp(options->path, "-") == 0)
		return ep_err_set(err, EP_EUSAGE,
				  "an HTML report needs a folder");
	rc = ep_file_mkdirs(options->path, 0750, err);
	if (rc == 0)
		rc = read_css(&book, err);
	if (rc == 0)
		rc = options->definition ? write_definition(&book, err) :
					   write_usual(&book, err);
	ep_buf_release(&book.css);
	ep_buf_release(&book.policy);
	ep_buf_release(&book.logo);
	return rc;
}
