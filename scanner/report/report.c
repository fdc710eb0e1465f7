/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a wish ("html=out/") to files: which run, which definition, which
 * writer.
 */
#include "report/report.h"

#include <string.h>

#include "base/limits.h"
#include "base/str.h"
#include "ext/db.h"
#include "report/changed.h"
#include "report/data.h"
#include "report/html.h"
#include "report/junit.h"
#include "report/layout.h"
#include "report/linked.h"
#include "report/ocsf.h"
#include "report/oscal.h"
#include "report/out.h"
#include "report/page.h"
#include "report/redact.h"
#include "report/standing.h"
#include "report/text.h"
#include "store/store.h"

static const struct {
	const char *word;
	const char *definition;
} formats[EP_REPORT_FORMATS] = {
	[EP_REPORT_HTML] = { "html", NULL },
	[EP_REPORT_JUNIT] = { "junit", NULL },
	[EP_REPORT_TEXT] = { "text", "nightly" },
	[EP_REPORT_MARKDOWN] = { "markdown", "nightly" },
	[EP_REPORT_CSV] = { "csv", "findings" },
	[EP_REPORT_JSON] = { "json", "nightly" },
	[EP_REPORT_OCSF] = { "ocsf", NULL },
	[EP_REPORT_OSCAL] = { "oscal", NULL },
};

int ep_report_format(const char *word)
{
	for (int i = 0; i < EP_REPORT_FORMATS; i++)
		if (ep_str_eq(formats[i].word, word))
			return i;
	return -1;
}

static int choose_run(struct ep_store *store, int64_t *run, struct ep_err *err)
{
	if (*run == 0 &&
	    ep_db_one_int(ep_store_db(store),
			  "SELECT coalesce(max(run), 0) FROM main.check_run",
			  run, err))
		return err->code;
	if (*run == 0)
		return ep_err_set(err, EP_ENOENT,
				  "no run was checked yet; 'exitproof run' or "
				  "'exitproof check' does");
	return ep_store_as_of(store, *run, err);
}

static int write_to(struct ep_store *store,
		    const struct ep_report_options *options,
		    const struct ep_layout *layout, const struct ep_page *page,
		    struct ep_report_out *out, struct ep_err *err)
{
	switch (options->format) {
	case EP_REPORT_JUNIT:
		return ep_junit_write(store, page->run, page->customer, out,
				      err);
	case EP_REPORT_TEXT:
		return ep_text_write(store, layout, page,
				     options->colour ? EP_TEXT_COLOUR :
						       EP_TEXT_PLAIN,
				     out, err);
	case EP_REPORT_MARKDOWN:
		return ep_text_write(store, layout, page, EP_TEXT_MARKDOWN,
				     out, err);
	case EP_REPORT_CSV:
		return ep_csv_report_write(store, layout, page, out, err);
	case EP_REPORT_JSON:
		return ep_json_report_write(store, layout, page, out, err);
	case EP_REPORT_OCSF:
		return ep_ocsf_write(store, page, out, err);
	case EP_REPORT_OSCAL:
		return ep_oscal_write(store, page, out, err);
	case EP_REPORT_HTML:
	case EP_REPORT_FORMATS:
		break;
	}
	return ep_err_set(err, EP_EBUG, "no writer for format %d",
			  (int)options->format);
}

static int write_file(struct ep_store *store, const struct ep_config *config,
		      const struct ep_report_options *options, int64_t run,
		      struct ep_err *err)
{
	const char *id = options->definition ?
				 options->definition :
				 formats[options->format].definition;
	struct ep_layout *layout = NULL;
	struct ep_report_out out;
	struct ep_page page;
	int rc;

	rc = ep_page_read(store, run, options->customer, &page, err);
	if (rc == 0 && id)
		rc = ep_layout_find(&config->report_folders, id, &layout, err);
	ep_page_ask(&page, options, layout);
	if (rc == 0)
		rc = ep_report_out_open(&out, options->path, err);
	if (rc == 0) {
		rc = write_to(store, options, layout, &page, &out, err);
		rc = ep_report_out_close(&out, rc, err);
	}
	ep_layout_free(layout);
	return rc;
}

/* "junit=out/": a folder with one file per customer; "csv=out/": one file
 * per section. */
static bool is_folder(const struct ep_report_options *options)
{
	return ep_str_ends(options->path, "/") &&
	       (options->format == EP_REPORT_JUNIT ||
		options->format == EP_REPORT_CSV);
}

static int write_folder(struct ep_store *store,
			const struct ep_config *config,
			const struct ep_report_options *options, int64_t run,
			struct ep_err *err)
{
	const char *id = options->definition ? options->definition :
					       "populations";
	struct ep_layout *layout = NULL;
	struct ep_page page;
	int rc;

	if (options->format == EP_REPORT_JUNIT)
		return ep_junit_folder(store, run, options->path, err);
	rc = ep_page_read(store, run, options->customer, &page, err);
	if (rc == 0)
		rc = ep_layout_find(&config->report_folders, id, &layout, err);
	ep_page_ask(&page, options, layout);
	if (rc == 0)
		rc = ep_csv_folder_write(store, layout, &page, options->path,
					 err);
	ep_layout_free(layout);
	return rc;
}

static int write_report(struct ep_store *store,
			const struct ep_config *config,
			const struct ep_report_options *options, int64_t run,
			struct ep_err *err)
{
	if (options->format == EP_REPORT_HTML)
		return ep_html_write(store, config, options, run, err);
	if (is_folder(options))
		return write_folder(store, config, options, run, err);
	return write_file(store, config, options, run, err);
}

/* The door of the database gives no name away while this lasts, whatever
 * writer reads and whatever query it has. */
static int write_redacted(struct ep_store *store,
			  const struct ep_config *config,
			  const struct ep_report_options *options, int64_t run,
			  struct ep_err *err)
{
	struct ep_db_filter filter = { .replace = ep_redact_text };
	struct ep_redact *redact = NULL;
	int rc = ep_redact_load(store, config, &redact, err);

	if (rc)
		return rc;
	filter.to = redact;
	ep_db_filter_set(ep_store_db(store), &filter);
	rc = write_report(store, config, options, run, err);
	ep_db_filter_set(ep_store_db(store), NULL);
	ep_redact_free(redact);
	return rc;
}

static int cache(struct ep_store *store, int kib, struct ep_err *err)
{
	return ep_db_execf(ep_store_db(store), err, "PRAGMA cache_size=-%d",
			   kib);
}

int ep_report_write(struct ep_store *store, const struct ep_config *config,
		    const struct ep_report_options *options,
		    struct ep_err *err)
{
	int64_t run = options->run;
	int rc, after;

	rc = choose_run(store, &run, err);
	if (rc == 0)
		rc = cache(store, EP_REPORT_CACHE_KIB, err);
	if (rc == 0)
		rc = ep_standing_make(store, run, err);
	if (rc == 0)
		rc = ep_linked_make(store, run, err);
	if (rc == 0)
		rc = ep_changed_make(store, run,
				     options->format == EP_REPORT_HTML &&
					     !options->customer, err);
	if (rc == 0)
		rc = options->redact ?
			     write_redacted(store, config, options, run, err) :
			     write_report(store, config, options, run, err);
	after = cache(store, EP_DB_CACHE_KIB, rc ? NULL : err);
	if (rc == 0)
		rc = after;
	if (rc)
		ep_err_context(err, "report %s=%s",
			       formats[options->format].word, options->path);
	return rc;
}
