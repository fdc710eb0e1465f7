/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One call of an endpoint: its requests, and its end.
 */
#include "collect/engine.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

struct ep_listing *ep_listing_new(struct ep_engine *engine,
				  enum ep_listing_for what,
				  struct ep_tenancy *tenancy,
				  const struct ep_spec_endpoint *endpoint,
				  struct ep_use *use)
{
	struct ep_listing *listing = ep_calloc(1, sizeof(*listing));

	listing->engine = engine;
	listing->what = what;
	listing->tenancy = tenancy;
	listing->endpoint = endpoint;
	listing->use = use;
	ep_coverage_init(&listing->said);
	ep_pager_init(&listing->pager, &endpoint->page,
		      tenancy->site->spec->limits.pages);
	return listing;
}

void ep_listing_parent(struct ep_listing *listing, struct ep_doc *doc,
		       const struct ep_json *record)
{
	listing->parent_doc = ep_doc_ref(doc);
	listing->parent = record;
}

static void listing_free(struct ep_listing *listing)
{
	ep_doc_unref(listing->parent_doc);
	ep_free(listing->child_system);
	ep_free(listing->child_id);
	ep_pager_release(&listing->pager);
	ep_seen_release(&listing->keys);
	ep_coverage_release(&listing->said);
	ep_free(listing->moving);
	ep_free(listing->base);
	ep_free(listing->url);
	ep_free(listing);
}

void ep_listing_vars(const struct ep_listing *listing, struct ep_vars *vars)
{
	ep_vars_init(vars, listing->tenancy->site->spec,
		     listing->tenancy->site->connection);
	vars->credential = listing->use->config;
	vars->tenant = listing->tenancy->id;
	vars->located = listing->tenancy->site->located;
	vars->parent = listing->parent;
	vars->pager = &listing->pager;
	if (listing->part == EP_PART_CHANGES && listing->source->onward.since[0])
		vars->since = listing->source->onward.since;
	vars->names = listing->reader ? listing->reader->names : NULL;
}

const char *ep_listing_page(const struct ep_listing *listing, char out[64])
{
	int64_t page = listing->pager.pages + 1;

	if (listing->endpoint->page.kind == EP_PAGE_NONE)
		snprintf(out, 64, "the answer");
	else if (listing->pager.stated >= page)
		snprintf(out, 64, "page %" PRId64 " of %" PRId64, page,
			 listing->pager.stated);
	else
		snprintf(out, 64, "page %" PRId64, page);
	return out;
}

enum ep_coverage_status ep_listing_cut(const struct ep_listing *listing)
{
	return listing->pager.pages > 0 || listing->again ?
		       EP_COVERAGE_PARTIAL :
		       EP_COVERAGE_FAILED;
}

static int check_url(const struct ep_listing *listing, const char *url,
		     struct ep_err *err)
{
	const char *path = strstr(url, "://");
	char *only;
	bool never;

	path = path ? path + 3 : url;
	path += strcspn(path, "/?#");
	only = ep_strndup(path, strcspn(path, "?#"));
	never = ep_spec_never(listing->tenancy->site->spec, only);
	ep_free(only);
	if (never)
		return ep_err_set(err, EP_EPERM,
				  "the connector forbids this path (never)");
	return 0;
}

static bool has_name(const struct ep_pairs *pairs, const char *name)
{
	for (size_t i = 0; i < pairs->n; i++) {
		if (ep_str_eq(pairs->v[i].name, name))
			return true;
	}
	return false;
}

/* but: names that something else gives a value; NULL none. */
static int add_query(struct ep_vars *vars, const struct ep_pairs *query,
		     const struct ep_pairs *but, struct ep_buf *url,
		     struct ep_err *err)
{
	struct ep_buf value;
	int rc = 0;

	ep_buf_init(&value, EP_URL_BYTES_MAX);
	for (size_t i = 0; rc == 0 && i < query->n; i++) {
		if (but && has_name(but, query->v[i].name))
			continue;
		ep_buf_clear(&value);
		rc = ep_vars_expand(vars, query->v[i].value, false, &value,
				    err);
		if (rc == 0)
			ep_page_param(url, query->v[i].name,
				      value.s ? value.s : "");
	}
	ep_buf_release(&value);
	return rc;
}

static int build_url(struct ep_listing *listing, struct ep_vars *vars,
		     struct ep_buf *url, struct ep_err *err)
{
	const struct ep_spec_endpoint *endpoint = listing->endpoint;
	const struct ep_spec_changes *changes = &endpoint->changes;
	bool all = listing->part == EP_PART_ALL;
	bool place = listing->part == EP_PART_PLACE;
	int rc;

	ep_buf_adds(url, listing->base);
	rc = ep_vars_expand(vars, place ? changes->path : endpoint->path, true,
			    url, err);
	if (rc == 0)
		rc = add_query(vars, &endpoint->query,
			       all ? NULL : &changes->query, url, err);
	if (rc == 0 && !all)
		rc = add_query(vars, &changes->query, NULL, url, err);
	if (rc == 0 && place)
		rc = add_query(vars, &changes->start, NULL, url, err);
	if (rc < 0)
		return rc;
	if (!place)
		ep_pager_query(&listing->pager, url);
	if (url->overflow)
		return ep_err_set(err, EP_ELIMIT,
				  "the URL is longer than %d bytes "
				  "(EP_URL_BYTES_MAX)",
				  EP_URL_BYTES_MAX);
	return 0;
}

static int check_base(const struct ep_listing *listing, const char *url,
		      struct ep_err *err)
{
	bool loopback = listing->engine->config->testing.allow_loopback;

	if (listing->endpoint->ldap)
		return ep_ldap_check_url(url, loopback, NULL, err);
	return ep_http_check_base(url, loopback, err);
}

static int find_base(struct ep_listing *listing, struct ep_vars *vars,
		     struct ep_err *err)
{
	struct ep_buf text;
	int rc;

	if (listing->base)
		return 0;
	ep_buf_init(&text, EP_URL_BYTES_MAX);
	rc = ep_vars_base(vars, listing->endpoint->base, &text, err);
	if (rc == 0)
		rc = check_base(listing, text.s ? text.s : "", err);
	if (rc == 0)
		listing->base = ep_buf_take(&text);
	ep_buf_release(&text);
	return rc;
}

static int find_url(struct ep_listing *listing, struct ep_vars *vars,
		    struct ep_buf *url, struct ep_err *err)
{
	const char *next = ep_pager_url(&listing->pager);

	if (next) {
		ep_buf_adds(url, next);
		return 0;
	}
	if (ep_onward_delta(listing))
		return ep_onward_url(listing, url, err);
	if (listing->endpoint->ldap)
		return ep_listing_ldap_url(listing, vars, url, err);
	return build_url(listing, vars, url, err);
}

static int prepare(struct ep_listing *listing, struct ep_err *err)
{
	struct ep_vars vars;
	struct ep_buf text;
	int rc;

	ep_listing_vars(listing, &vars);
	ep_buf_init(&text, EP_URL_BYTES_MAX);
	rc = find_base(listing, &vars, err);
	if (rc == 0)
		rc = find_url(listing, &vars, &text, err);
	if (rc == 0) {
		ep_free(listing->url);
		listing->url = ep_buf_take(&text);
		rc = check_url(listing, listing->url, err);
	}
	ep_buf_release(&text);
	ep_vars_release(&vars);
	return rc;
}

/* A listing that was begun goes before those that were not: what is known of
 * its dataset stays in memory until it ends, and a directory forgets those
 * that wait.  Not one that others fan out from, whose pages are kept until
 * those have been asked. */
bool ep_listing_goes_first(const struct ep_listing *listing)
{
	return listing->pager.pages > 0 &&
	       (listing->endpoint->ldap ||
		(listing->source && !listing->source->has_children));
}

void ep_listing_queue(struct ep_listing *listing)
{
	struct ep_engine *engine = listing->engine;
	struct ep_err err = EP_ERR_INIT;
	char page[64];

	listing->tries = 0;
	listing->throttles = 0;
	listing->renewed = false;
	if (prepare(listing, &err) < 0) {
		ep_listing_end(listing, ep_listing_cut(listing),
			       "Correct the connection in the customer's file "
			       "or the connector",
			       "%s cannot be asked for: %s",
			       ep_listing_page(listing, page), err.msg);
		return;
	}
	if (!listing->lane)
		listing->lane = ep_lane_of(engine, listing);
	listing->queued_ms = ep_engine_now(engine);
	ep_lane_add(engine, listing);
}

void ep_listing_end(struct ep_listing *listing, enum ep_coverage_status status,
		    const char *advice, const char *fmt, ...)
{
	char reason[512];
	va_list ap;

	listing->over = true;
	if (status != EP_COVERAGE_COMPLETE) {
		va_start(ap, fmt);
		if (vsnprintf(reason, sizeof(reason), fmt, ap) < 0)
			reason[0] = '\0';
		va_end(ap);
		ep_auth_blot(listing->use->auth, reason);
		ep_coverage_spoil(&listing->said, status, advice, "%s",
				  reason);
	}
	ep_listing_settle(listing);
}

static void start_over(struct ep_listing *listing)
{
	listing->again = true;
	listing->recalls = false;
	listing->over = false;
	listing->unique = 0;
	ep_seen_release(&listing->keys);
	ep_pager_release(&listing->pager);
	ep_pager_init(&listing->pager, &listing->endpoint->page,
		      listing->tenancy->site->spec->limits.pages);
	ep_listing_queue(listing);
}

/* The source's own count is another one than ours. */
static bool count_is_off(const struct ep_listing *listing)
{
	return listing->pager.total >= 0 &&
	       listing->pager.total != listing->unique;
}

/* A count that was another one pages before, or, without a count, records
 * that came twice, say that pages shifted below the reader, and that others
 * may have been missed: what went from the first page moves a record of the
 * second out of sight, and the last count is right all the same. */
static bool pages_moved(const struct ep_listing *listing)
{
	const struct ep_pager *pager = &listing->pager;

	if (pager->counted_before >= 0)
		return true;
	return pager->total < 0 && pager->pages > 1 &&
	       listing->unique < pager->read;
}

/* One more reading from the start may settle it; true when that was begun. */
static bool read_again(struct ep_listing *listing)
{
	static const char quieter[] = "Run again at a quieter hour";
	const struct ep_pager *pager = &listing->pager;
	bool off = count_is_off(listing);

	/* Changes repeat themselves, and nobody counts them. */
	if (listing->said.status != EP_COVERAGE_COMPLETE ||
	    listing->what != EP_FOR_SOURCE || ep_onward_delta(listing) ||
	    (!off && !pages_moved(listing)))
		return false;
	if (pager->pages > 1 && !listing->again && !listing->engine->closing) {
		start_over(listing);
		return true;
	}
	if (off)
		ep_coverage_spoil(&listing->said, EP_COVERAGE_PARTIAL,
				  "Run again; if it stays, the connector's "
				  "query leaves records out or the vendor "
				  "miscounts",
				  "the source counts %" PRId64 " records, "
				  "%" PRId64 " were read%s",
				  pager->total, listing->unique,
				  listing->again ? " (twice)" : "");
	else if (pager->counted_before >= 0)
		ep_coverage_spoil(&listing->said, EP_COVERAGE_PARTIAL,
				  quieter,
				  "the source counts %" PRId64 " records on "
				  "one page and %" PRId64 " on a later one, "
				  "also the second time",
				  pager->counted_before, pager->total);
	else
		ep_coverage_spoil(&listing->said, EP_COVERAGE_PARTIAL,
				  quieter,
				  "records moved between pages while it was "
				  "read (%" PRId64 " came twice), also the "
				  "second time",
				  pager->read - listing->unique);
	return false;
}

static void report_to_source(struct ep_listing *listing)
{
	struct ep_source *source = listing->source;
	const struct ep_coverage *said = &listing->said;
	int64_t total = listing->pager.total;

	if (said->status == EP_COVERAGE_COMPLETE && listing->pager.read == 0 &&
	    listing->endpoint->never_empty)
		ep_coverage_spoil(&listing->said, EP_COVERAGE_DENIED,
				  listing->endpoint->never_empty,
				  "nothing at all was shown, which means that "
				  "a right is missing");
	source->coverage.rows += listing->unique;
	if (said->status == EP_COVERAGE_COMPLETE)
		source->whole++;
	else
		ep_coverage_spoil(&source->worst, said->status, said->advice,
				  "%s", said->reason);
	if (said->http_status && !source->worst.http_status)
		source->worst.http_status = said->http_status;
	if (total < 0)
		source->uncounted = true;
	else
		source->total += total;
	source->open--;
}

static void end_of_source(struct ep_listing *listing)
{
	if (ep_onward_end(listing)) {
		listing->source->open--;
		return;
	}
	/* Nothing of the dataset itself was asked for yet. */
	if (listing->what == EP_FOR_PLACE) {
		listing->source->calls++;
		ep_coverage_spoil(&listing->said, EP_COVERAGE_FAILED,
				  "Run again; if the time was over, raise "
				  "run_seconds",
				  "the run ended before it was read");
	}
	report_to_source(listing);
}

void ep_listing_settle(struct ep_listing *listing)
{
	struct ep_source *source = listing->source;

	if (!listing->over || listing->in_work > 0)
		return;
	if (read_again(listing))
		return;
	switch (listing->what) {
	case EP_FOR_PLACE:
	case EP_FOR_SOURCE:
		end_of_source(listing);
		break;
	case EP_FOR_LOCATION:
		ep_locate_end(listing);
		break;
	case EP_FOR_IDENTITY:
		ep_site_proven(listing->tenancy->site, listing);
		break;
	case EP_FOR_TRY:
		ep_try_end(listing);
		break;
	case EP_FOR_READER:
		ep_coverage_spoil(&listing->reader->said, listing->said.status,
				  listing->said.advice, "%s",
				  listing->said.reason);
		break;
	}
	listing_free(listing);
	if (source)
		ep_source_settle(source);
}

static void answered(void *to, struct ep_http_answer *answer)
{
	ep_listing_answer(to, answer);
}

static int send_request(struct ep_listing *listing, struct ep_err *err)
{
	const struct ep_spec_endpoint *endpoint = listing->endpoint;
	int64_t bytes = listing->tenancy->site->spec->limits.page_bytes;
	struct ep_http_request request = {
		.kind = endpoint->search ? EP_HTTP_SEARCH : EP_HTTP_GET,
		.url = listing->url,
		.max_bytes = bytes > 0 && bytes < EP_PAGE_BYTES_MAX ?
				     (size_t)bytes :
				     EP_PAGE_BYTES_MAX,
		.done = answered,
		.to = listing,
	};
	struct ep_vars vars;
	struct ep_buf body;
	int rc = 0;

	ep_listing_vars(listing, &vars);
	ep_buf_init(&body, EP_FILE_BYTES_MAX);
	if (endpoint->search) {
		rc = ep_spec_expand_json(endpoint->body ? endpoint->body : "{}",
					 ep_vars_lookup, &vars, &body, err);
		request.body = body.s;
		request.body_len = body.len;
		request.content_type = "application/json";
	}
	if (rc == 0)
		rc = ep_send(listing->engine, listing->use, &vars,
			     &endpoint->headers, &request, err);
	ep_buf_release(&body);
	ep_vars_release(&vars);
	return rc;
}

/* One of its first requests is on its way. */
static void prepare_sink(struct ep_listing *listing)
{
	struct ep_source *source = listing->source;
	struct ep_sink *sink = listing->engine->sink;
	struct ep_dataset_ref ref;

	if (!source || !source->stored || source->begun ||
	    listing->what != EP_FOR_SOURCE || !sink || !sink->prepare)
		return;
	ep_source_ref(source, &ref);
	sink->prepare(sink->to, &ref);
}

static void count(struct ep_listing *listing)
{
	struct ep_site *site = listing->tenancy->site;

	listing->engine->totals->requests++;
	if (listing->source) {
		listing->source->requests++;
		listing->source->lane = listing->lane;
	} else {
		site->asides++;
		site->lane = listing->lane;
	}
}

void ep_listing_send(struct ep_listing *listing)
{
	struct ep_engine *engine = listing->engine;
	struct ep_err err = EP_ERR_INIT;
	char page[64];

	if (listing->source)
		listing->source->coverage.waited_ms +=
			ep_engine_now(engine) - listing->queued_ms;
	engine->totals->waited_ms += ep_engine_now(engine) -
				     listing->queued_ms;
	listing->serial = listing->use->auth ? listing->use->auth->serial : 0;
	listing->tries++;
	if ((listing->endpoint->ldap ? ep_listing_ldap_send(listing, &err) :
				       send_request(listing, &err)) == 0) {
		count(listing);
		prepare_sink(listing);
		return;
	}
	ep_lane_done(engine, listing->lane);
	ep_listing_end(listing, ep_listing_cut(listing),
		       "Correct the base URL or the connector; see the "
		       "message",
		       "%s was not sent: %s", ep_listing_page(listing, page),
		       err.msg);
}
