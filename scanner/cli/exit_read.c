/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fresh reads for an exit; see the header.
 */
#include "cli/exit_read.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "check/people_current.h"
#include "cli/connect.h"
#include "cli/resolve.h"
#include "store/store.h"

/* What is read may show that more is needed (an address that was not known
 * belongs to the leaver, a tenancy is new); this many times it is asked. */
#define PASSES_MAX	   4
#define IMPORT_SECONDS_MAX (24 * 3600)

void ep_exit_reading_release(struct ep_exit_reading *reading)
{
	ep_map_release(&reading->tried, NULL);
	ep_http_close(reading->http);
	if (reading->looked)
		ep_exit_look_release(&reading->look);
}

/* --- one pass --------------------------------------------------------------- */

static void add_totals(struct ep_collect_totals *to,
		       const struct ep_collect_totals *pass)
{
	to->connections += pass->connections;
	to->requests += pass->requests;
	to->answers += pass->answers;
	to->wire_bytes += pass->wire_bytes;
}

static int collect(struct ep_exit_reading *r,
		   const struct ep_collect_filter *filter)
{
	struct ep_collect_progress tell = { .to = &r->progress,
					    .event = ep_progress_event };
	struct ep_collect_totals totals;
	int rc =
		ep_collect_run(r->app->config, &r->app->specs, filter, &r->sink,
			       r->http, &tell, &totals, &r->app->err);

	ep_connect_alone(r->app, &totals);
	add_totals(&r->totals, &totals);
	return rc;
}

/* --- what to ask for ---------------------------------------------------------- */

/* Tenancies that need the same listings; none: all that have them. */
struct group {
	struct ep_words tenants;
	struct ep_words datasets;
};
EP_VEC_TYPE(groups, struct group);

/* Listings of tickets, of the systems that word can mean: "system/number", or
 * a number of any. */
static void add_tickets(const struct ep_specs *specs, const char *word,
			struct groups *list)
{
	const char *slash = strchr(word, '/');
	size_t n = slash ? (size_t)(slash - word) : 0;
	struct group group = { .tenants = { 0 } };

	for (size_t i = 0; i < specs->n; i++) {
		const struct ep_spec *spec = specs->v[i];

		if (n && (strlen(spec->system) != n ||
			  strncmp(spec->system, word, n) != 0))
			continue;
		for (size_t k = 0; k < spec->endpoints.n; k++) {
			struct ep_buf name = EP_BUF_INIT(512);

			if (!(ep_spec_endpoint_kinds(&spec->endpoints.v[k]) &
			      1u << EP_KIND_ticket))
				continue;
			ep_buf_addf(&name, "%s.%s", spec->id,
				    spec->endpoints.v[k].name);
			EP_VEC_ADD(&group.datasets) = ep_buf_take(&name);
		}
	}
	if (group.datasets.n)
		EP_VEC_ADD(list) = group;
}

static bool same_words(const struct ep_words *a, const struct ep_words *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!ep_str_eq(a->v[i], b->v[i]))
			return false;
	return true;
}

static bool mark_tried(struct ep_exit_reading *r,
		       const struct ep_exit_dataset *set)
{
	struct ep_buf key;
	bool fresh;

	ep_buf_init(&key, 4 * EP_TEXT_BYTES_MAX);
	ep_buf_addf(&key, "%s\x1f%s", set->tenant, set->dataset);
	fresh = !ep_map_set(&r->tried, key.s, r);
	ep_buf_release(&key);
	return fresh;
}

static void close_group(struct groups *list, const char *tenant,
			struct ep_words *datasets)
{
	size_t i = 0;

	while (i < list->n && !same_words(&list->v[i].datasets, datasets))
		i++;
	if (i == list->n)
		EP_VEC_ADD(list) = (struct group){ .datasets = *datasets };
	else
		ep_words_release(datasets);
	EP_VEC_ADD(&list->v[i].tenants) = ep_strdup(tenant);
	memset(datasets, 0, sizeof(*datasets));
}

/* Datasets come by tenancy and name. */
static void make_groups(struct ep_exit_reading *r, struct groups *list)
{
	const struct ep_exit_look *look = &r->look;
	struct ep_words datasets = { 0 };

	for (size_t i = 0; i < look->dataset.n; i++) {
		const struct ep_exit_dataset *set = &look->dataset.v[i];
		bool last =
			i + 1 == look->dataset.n ||
			!ep_str_eq(look->dataset.v[i + 1].tenant, set->tenant);

		if (!set->imported && set->run < r->run && mark_tried(r, set))
			EP_VEC_ADD(&datasets) = ep_strdup(set->dataset);
		if (last && datasets.n)
			close_group(list, set->tenant, &datasets);
	}
}

static void groups_release(struct groups *list)
{
	for (size_t i = 0; i < list->n; i++) {
		ep_words_release(&list->v[i].tenants);
		ep_words_release(&list->v[i].datasets);
	}
	ep_vec_release(list);
}

/* --- the run ------------------------------------------------------------------ */

static int begin_run(struct ep_exit_reading *r)
{
	struct ep_app *app = r->app;
	struct ep_run_info info = {
		.kind = "verify",
		.program = ep_app_program(),
		.config_sha256 = app->config->sha256,
		.rules_sha256 = r->open->rules->sha256,
		.testing = app->config->testing.present,
	};
	int rc = ep_store_run_begin(app->store, &info, app->config, &r->run,
				    &app->err);

	if (rc == 0)
		ep_store_sink(app->store, &r->sink);
	r->open->ctx.fresh_run = r->run;
	r->open->ctx.import_max_age = IMPORT_SECONDS_MAX;
	return rc;
}

/* Shows what is there now. */
static int show(struct ep_exit_reading *r)
{
	struct ep_app *app = r->app;
	int rc = ep_store_flush(app->store, &app->err);

	if (rc == 0)
		rc = ep_store_as_of(app->store, 0, &app->err);
	if (rc == 0)
		rc = ep_people_refresh(app->store, app->config, &app->err);
	return rc;
}

static int find_and_look(struct ep_exit_reading *r)
{
	struct ep_exit_open *open = r->open;
	int rc;

	ep_exit_free(open->exit);
	open->exit = NULL;
	if (r->looked)
		ep_exit_look_release(&r->look);
	r->looked = false;
	open->ctx.now = ep_clock_now();
	rc = ep_exit_find(&open->ctx, &open->ask, &open->exit, &r->app->err);
	if (rc == 0)
		rc = ep_exit_look(&open->ctx, open->exit, &r->look,
				  &r->app->err);
	r->looked = rc == 0;
	return rc;
}

/* All in one collection: every vendor is asked at once, and who waits, waits
 * for the slowest of them. */
static int read_groups(struct ep_exit_reading *r, const struct groups *list)
{
	struct ep_collect_filter *filter =
		ep_calloc(list->n + 1, sizeof(*filter));
	int rc;

	for (size_t i = 0; i < list->n; i++) {
		const struct group *group = &list->v[i];

		filter[i] = (struct ep_collect_filter){
			.tenants = (const char *const *)group->tenants.v,
			.n_tenants = group->tenants.n,
			.datasets = (const char *const *)group->datasets.v,
			.n_datasets = group->datasets.n,
			.exact = true,
			.urgent = true,
			.also = i + 1 < list->n ? &filter[i + 1] : NULL,
		};
	}
	rc = list->n ? collect(r, filter) : 0;
	ep_free(filter);
	return rc;
}

/* A file that has errors has said so, and its listings are not good. */
static int import(struct ep_exit_reading *r)
{
	struct ep_app *app = r->app;
	int bad = 0;
	int rc = ep_import_waiting(app, &r->sink, &bad, &app->err);

	if (rc == 0 && bad)
		(void)ep_app_fail_diag(app, EP_EDATA);
	return rc;
}

/* What the exit needs as far as the last runs knew it, so that its vendors
 * are asked together with the one that has the ticket.  What is read decides
 * afterwards which exit it is. */
static int add_known(struct ep_exit_reading *r, struct groups *list)
{
	int rc = find_and_look(r);

	if (rc == EP_ENOENT || rc == EP_EDATA) {
		r->app->err = (struct ep_err)EP_ERR_INIT;
		return 0;
	}
	if (rc == 0)
		make_groups(r, list);
	return rc;
}

static int read_first(struct ep_exit_reading *r, const char *ticket)
{
	struct groups list = { 0 };
	int rc;

	add_tickets(&r->app->specs, ticket, &list);
	rc = add_known(r, &list);
	if (rc == 0)
		rc = read_groups(r, &list);
	groups_release(&list);
	return rc;
}

static int read_all(struct ep_exit_reading *r)
{
	const char *ticket = r->open->ask.ticket;
	int rc = show(r);

	if (rc == 0 && ticket)
		rc = read_first(r, ticket);
	if (rc == 0)
		rc = import(r);
	for (int pass = 0; rc == 0 && pass < PASSES_MAX; pass++) {
		struct groups list = { 0 };
		size_t more;

		rc = show(r);
		if (rc == 0)
			rc = find_and_look(r);
		if (rc == 0)
			make_groups(r, &list);
		more = list.n;
		if (rc == 0)
			rc = read_groups(r, &list);
		groups_release(&list);
		r->settled = rc == 0 && more == 0;
		if (more == 0)
			break;
	}
	return rc;
}

/* The run ends whatever came of it; an exit that is not found is no failure
 * of the reading. */
static int end_run(struct ep_exit_reading *r, int rc)
{
	struct ep_err err = EP_ERR_INIT;
	bool whole = rc == 0 || rc == EP_ENOENT || rc == EP_EDATA;
	int ended = ep_store_run_end(r->app->store, whole, r->totals.requests,
				     (int64_t)r->totals.connections,
				     r->totals.wire_bytes, &err);

	if (rc == 0 && ended < 0)
		r->app->err = err;
	return rc < 0 ? rc : ended;
}

int ep_exit_read(struct ep_app *app, struct ep_exit_open *open,
		 const char *progress, struct ep_exit_reading *ret)
{
	int rc;

	memset(ret, 0, sizeof(*ret));
	ret->app = app;
	ret->open = open;
	ep_map_init(&ret->tried);
	rc = ep_progress_init(&ret->progress, progress, app->quiet, &app->err);
	if (rc == 0)
		rc = ep_connect_http(app, &ret->http);
	if (rc == 0)
		rc = begin_run(ret);
	if (rc)
		return ep_app_fail(app);
	rc = end_run(ret, read_all(ret));
	ep_progress_end(&ret->progress);
	if (rc == 0)
		rc = show(ret);
	if (rc == 0 && !ret->settled)
		rc = find_and_look(ret);
	return rc ? ep_app_fail(app) : 0;
}
