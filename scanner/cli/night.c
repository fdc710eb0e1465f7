/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stages of a night.
 */
#include "cli/night.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "check/leavers.h"
#include "cli/connect.h"
#include "cli/progress.h"
#include "cli/resolve.h"
#include "cli/unread.h"
#include "ext/db.h"
#include "model/sink.h"
#include "report/report.h"
#include "store/store.h"

void ep_night_release(struct ep_night *night)
{
	ep_opt_list_release(&night->reports);
	ep_opt_list_release(&night->tenants);
	ep_opt_list_release(&night->datasets);
	ep_opt_list_release(&night->accept_empty);
	ep_opt_list_release(&night->only_rules);
	ep_rules_free(night->rules);
	ep_run_counts_release(&night->counts);
}

/* --- rules -------------------------------------------------------------------- */

int ep_night_rules(struct ep_night *night)
{
	struct ep_app *app = night->app;
	int status = ep_app_config(app);
	size_t before;

	if (status || night->rules)
		return status;
	before = app->diag.n;
	night->rules =
		ep_rules_load((const char *const *)app->config->rule_folders.v,
			      app->config->rule_folders.n, &app->diag);
	if (night->rules)
		ep_rules_check_config(night->rules, app->config, &app->diag);
	if (!night->rules || app->diag.n > before)
		return ep_app_fail_diag(app, EP_ECONFIG);
	return 0;
}

/* --- collect -------------------------------------------------------------------- */

static int begin_run(struct ep_night *night, const char *kind)
{
	struct ep_app *app = night->app;
	struct ep_run_info info = {
		.kind = kind,
		.program = ep_app_program(),
		.config_sha256 = app->config->sha256,
		.rules_sha256 = night->rules ? night->rules->sha256 : NULL,
		.testing = app->config->testing.present,
	};

	return ep_store_run_begin(app->store, &info, app->config, &night->run,
				  &app->err);
}

/* An accepted collapse is read in a pass of its own, so that accepting one
 * dataset accepts no other. */
static int collect_pass(struct ep_night *night, struct ep_http *http,
			const struct ep_collect_filter *filter,
			struct ep_sink *sink, struct ep_progress *progress)
{
	struct ep_collect_progress tell = { .to = progress,
					    .event = ep_progress_event,
					    .tally = ep_run_counts_take,
					    .caller = ep_run_counts_call,
					    .tally_to = &night->counts };

	int rc = ep_collect_run(night->app->config, &night->app->specs, filter,
				sink, http, &tell, &night->totals,
				&night->app->err);

	ep_connect_alone(night->app, &night->totals);
	ep_progress_bound(progress, &night->totals);
	return rc;
}

static int collect_all(struct ep_night *night, struct ep_http *http,
		       struct ep_sink *sink, struct ep_progress *progress)
{
	struct ep_collect_filter filter = {
		.tenants = night->tenants.v,
		.n_tenants = (size_t)night->tenants.n,
		.datasets = night->datasets.v,
		.n_datasets = (size_t)night->datasets.n,
		.full = night->full,
	};
	int rc = collect_pass(night, http, &filter, sink, progress);

	if (rc || night->accept_empty.n == 0)
		return rc;
	filter.datasets = night->accept_empty.v;
	filter.n_datasets = (size_t)night->accept_empty.n;
	filter.held_ok = true;
	return collect_pass(night, http, &filter, sink, progress);
}

/* Last, since it is made from all that came in. */
static int derive_leavers(struct ep_app *app, struct ep_sink *sink)
{
	int rc = ep_store_as_of(app->store, 0, &app->err);

	if (rc == 0)
		rc = ep_leavers_derive(ep_store_db(app->store), app->config,
				       sink, ep_clock_now(), &app->err);
	return rc < 0 ? rc : ep_store_flush(app->store, &app->err);
}

static int collect_and_import(struct ep_night *night)
{
	struct ep_app *app = night->app;
	struct ep_progress progress;
	struct ep_http *http = NULL;
	struct ep_sink sink;
	int rc;

	rc = ep_progress_init(&progress, night->progress, app->quiet,
			      &app->err);
	if (rc == 0)
		rc = ep_connect_http(app, &http);
	if (rc)
		return rc;
	ep_store_sink(app->store, &sink);
	rc = ep_unread_connections(app, &sink, &app->err);
	if (rc == 0)
		rc = collect_all(night, http, &sink, &progress);
	ep_progress_end(&progress);
	ep_http_close(http);
	if (rc == 0)
		rc = ep_store_flush(app->store, &app->err);
	if (rc == 0)
		rc = ep_run_counts_keep(&night->counts, app->store, night->run,
					&app->err);
	if (rc == 0)
		rc = ep_store_as_of(app->store, 0, &app->err);
	if (rc == 0)
		rc = ep_import_waiting(app, &sink, &night->bad_imports,
				       &app->err);
	if (rc == 0)
		rc = ep_store_flush(app->store, &app->err);
	if (rc == 0)
		rc = derive_leavers(app, &sink);
	return rc;
}

/* An MSP that is connected to nothing has nothing that could be clean. */
static int check_connected(struct ep_app *app)
{
	for (size_t i = 0; i < app->config->customers.n; i++)
		if (app->config->customers.v[i].connections.n)
			return 0;
	ep_err_set(&app->err, EP_ECONFIG,
		   "%s and its customers name no connection, so there is "
		   "nothing to read; see exitproof.yaml(5)",
		   app->config->path);
	return ep_app_fail(app);
}

int ep_night_collect(struct ep_night *night, const char *kind)
{
	struct ep_app *app = night->app;
	int status = ep_app_specs(app);

	if (status == 0)
		status = check_connected(app);
	if (status == 0)
		status = ep_app_store(app, true);
	if (status)
		return status;
	if (ep_store_look(app->store, &app->err) ||
	    begin_run(night, kind))
		return ep_app_fail(app);
	if (collect_and_import(night)) {
		status = ep_app_fail(app);
		(void)ep_night_end(night, false);
		return status;
	}
	if (night->bad_imports)
		(void)ep_app_fail_diag(app, EP_EDATA);
	if (night->totals.unusable)
		ep_log(EP_LOG_ERROR, "collect",
		       "no connector for %zu connections: %s",
		       night->totals.unusable, night->totals.unusable_names);
	if (night->totals.requests > 0 && night->totals.answers == 0) {
		ep_err_set(&app->err, EP_EUNAVAIL,
			   "no vendor could be reached: %" PRId64
			   " requests, no answer; what is in the database is "
			   "from earlier runs",
			   night->totals.requests);
		(void)ep_app_fail(app);
		/* It was told; the night goes on, to say so in its reports. */
		app->err = (struct ep_err)EP_ERR_INIT;
	}
	return 0;
}

int ep_night_end(struct ep_night *night, bool complete)
{
	struct ep_err err = EP_ERR_INIT;

	if (ep_store_run_end(night->app->store, complete,
			     night->totals.requests,
			     (int64_t)night->totals.connections,
			     night->totals.wire_bytes, &err) == 0)
		return 0;
	/* What broke the run off was told, and breaks its end off, too. */
	if (!complete && strstr(night->app->err.msg, err.msg))
		return ep_err_exit_status(err.code);
	night->app->err = err;
	return ep_app_fail(night->app);
}

/* --- check -------------------------------------------------------------------- */

static int choose_rules(struct ep_night *night, struct ep_words *ret)
{
	for (int i = 0; i < night->only_rules.n; i++) {
		if (!ep_rules_find(night->rules, night->only_rules.v[i]))
			return ep_err_set(&night->app->err, EP_EUSAGE,
					  "there is no rule '%s'; see "
					  "'exitproof rule list'",
					  night->only_rules.v[i]);
		EP_VEC_ADD(ret) = ep_strdup(night->only_rules.v[i]);
	}
	return 0;
}

int ep_night_check(struct ep_night *night, int *ret_status)
{
	struct ep_app *app = night->app;
	struct ep_words only = { 0 };
	struct ep_check_options options = {
		.now = night->now ? night->now : ep_clock_now(),
		.threshold = night->threshold,
	};
	size_t before = app->diag.n;
	int rc;

	rc = choose_rules(night, &only);
	if (rc == 0)
		rc = ep_store_as_of(app->store, night->run, &app->err);
	if (only.n)
		options.only = &only;
	if (rc == 0)
		rc = ep_check_run(app->store, app->config, night->rules,
				  &options, &night->summary, &app->diag,
				  &app->err);
	ep_words_release(&only);
	if (app->diag.n > before)
		(void)ep_app_fail_diag(app, EP_ECONFIG);
	if (rc)
		return ep_app_fail(app);
	*ret_status = night->summary.status;
	/* What could not even be asked is not in any dataset's coverage. */
	if (night->totals.unusable || night->bad_imports ||
	    app->diag.n > before)
		*ret_status = 2;
	return 0;
}

/* --- report ------------------------------------------------------------------- */

static int parse_report(const char *wish, struct ep_report_options *ret,
			char word[32])
{
	const char *eq = strchr(wish, '=');
	int format;

	if (!eq || eq[1] == '\0' || (size_t)(eq - wish) >= 32)
		return -1;
	memcpy(word, wish, (size_t)(eq - wish));
	word[eq - wish] = '\0';
	format = ep_report_format(word);
	if (format < 0)
		return -1;
	ret->format = (enum ep_report_format)format;
	ret->path = eq + 1;
	return 0;
}

int ep_night_check_reports(struct ep_night *night, const char *verb)
{
	struct ep_report_options options = { .path = NULL };
	char word[32];

	for (int i = 0; i < night->reports.n; i++)
		if (parse_report(night->reports.v[i], &options, word))
			return ep_app_usage(verb,
					    "--report '%s' is not FORMAT=PATH "
					    "with html, junit, text, markdown, "
					    "csv, json, ocsf or oscal",
					    night->reports.v[i]);
	return 0;
}

static int write_report(struct ep_night *night, const char *wish)
{
	struct ep_app *app = night->app;
	struct ep_report_options options = {
		.run = night->run,
		.customer = night->customer,
		.definition = night->definition,
		.redact = night->redact,
		.seed = night->seed,
		.sample = night->sample,
	};
	char word[32];

	(void)parse_report(wish, &options, word);
	options.colour = ep_str_eq(options.path, "-") &&
			 ep_app_colour(app, STDOUT_FILENO);
	if (ep_report_write(app->store, app->config, &options, &app->err))
		return ep_app_fail(app);
	return 0;
}

int ep_night_report(struct ep_night *night, bool by_default)
{
	int status = 0, one;

	if (night->customer &&
	    !ep_config_customer(night->app->config, night->customer))
		return ep_app_usage("report", "there is no customer '%s'",
				    night->customer);
	for (int i = 0; i < night->reports.n; i++) {
		one = write_report(night, night->reports.v[i]);
		if (one)
			status = one;
	}
	if (night->reports.n == 0 && by_default)
		status = write_report(night, "text=-");
	return status;
}
