/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening what the verbs about exits need.
 */
#include "cli/exit_open.h"

#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/str.h"
#include "check/check.h"
#include "check/people_current.h"
#include "store/store.h"

/* Without a configuration the shipped ones, as for `rule list`. */
int ep_exit_open_profiles(struct ep_app *app, struct ep_exit_open *open)
{
	EP_AUTO(ep_buf_release) struct ep_buf shipped =
		EP_BUF_INIT(EP_URL_BYTES_MAX);
	const char *one[1];
	const char *const *folder = one;
	size_t n = 1;

	ep_buf_addf(&shipped, "%s/rules", ep_app_data_folder());
	one[0] = shipped.s;
	if (app->config) {
		folder = (const char *const *)app->config->rule_folders.v;
		n = app->config->rule_folders.n;
	}
	open->rules = ep_rules_load(folder, n, &app->diag);
	if (open->rules)
		open->profiles = ep_profiles_load(folder, n, open->rules,
						  &app->diag);
	return open->profiles ? 0 : ep_app_fail_diag(app, EP_ECONFIG);
}

static int link_people(struct ep_app *app)
{
	struct ep_db *db = ep_store_db(app->store);

	if (ep_store_as_of(app->store, 0, &app->err) ||
	    ep_check_schema(db, &app->err) ||
	    ep_exit_schema(db, &app->err) ||
	    ep_people_refresh(app->store, app->config, &app->err))
		return ep_app_fail(app);
	if (ep_store_run(app->store) > 0)
		return 0;
	ep_err_set(&app->err, EP_ENOENT, "nothing was ever read: exitproof "
		   "run");
	return ep_app_fail(app);
}

/* --- while another process writes ------------------------------------------ */

#define PAUSE_MS 50

static int wait_for_store(struct ep_app *app)
{
	const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000L };
	int64_t hurry = app->config->testing.hurry;
	int64_t until = ep_clock_mono_ms() +
			EP_STORE_WAIT_MS / (hurry ? hurry : 1);
	int rc;

	while ((rc = ep_store_open(app->config->database, true, &app->store,
				   &app->err)) == EP_EBUSY &&
	       ep_clock_mono_ms() < until)
		nanosleep(&pause, NULL);
	return rc;
}

static int open_copy(struct ep_app *app, struct ep_exit_open *open)
{
	struct ep_err why = EP_ERR_INIT;
	int rc = ep_store_open_aside(app->config->database, &app->store, &why);

	/* It would have had its answer without whoever holds the database. */
	if (rc < 0)
		return ep_err_set(&app->err, EP_EBUSY, "%s: another run is "
				  "writing it, and it cannot be copied "
				  "meanwhile: %.300s",
				  app->config->database, why.msg);
	open->copied = true;
	if (!app->quiet)
		fprintf(stderr, "exitproof: another run is writing the "
			"database: this reads a copy of it, and what it finds "
			"is not kept\n");
	return 0;
}

static int open_for_writing(struct ep_app *app, struct ep_exit_open *open)
{
	int rc = wait_for_store(app);

	if (rc == EP_EBUSY && open->may_copy)
		rc = open_copy(app, open);
	return rc < 0 ? ep_app_fail(app) : 0;
}

int ep_exit_open_store(struct ep_app *app, struct ep_exit_open *open)
{
	int status = ep_app_config(app);

	if (status == 0)
		status = ep_exit_open_profiles(app, open);
	/* First without the lock: a database that is not there is not made. */
	if (status == 0)
		status = ep_app_store(app, false);
	if (status)
		return status;
	ep_store_close(app->store);
	app->store = NULL;
	status = open_for_writing(app, open);
	if (status == 0)
		status = link_people(app);
	open->ctx = (struct ep_exit_context){
		.store = app->store,
		.config = app->config,
		.rules = open->rules,
		.profiles = open->profiles,
		.now = ep_clock_now(),
	};
	return status;
}

int ep_exit_open(struct ep_app *app, struct ep_exit_open *open)
{
	int status = ep_exit_open_store(app, open);

	if (status)
		return status;
	if (ep_exit_find(&open->ctx, &open->ask, &open->exit, &app->err))
		return ep_app_fail(app);
	return 0;
}

void ep_exit_open_release(struct ep_exit_open *open)
{
	ep_exit_free(open->exit);
	ep_profiles_free(open->profiles);
	ep_rules_free(open->rules);
}
