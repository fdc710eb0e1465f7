/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading and failing, the same way for every verb.
 */
#include "cli/app.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/str.h"
#include "cli/guard.h"
#include "collect/collect.h"
#include "config.h"
#include "model/config_seen.h"
#include "store/store.h"

const char *ep_app_program(void)
{
	return PACKAGE_NAME " " PACKAGE_VERSION;
}

const char *ep_app_data_folder(void)
{
	const char *folder = getenv("EXITPROOF_DATADIR");

	return folder && *folder ? folder : EP_PKGDATADIR;
}

void ep_app_release(struct ep_app *app)
{
	ep_store_close(app->store);
	ep_specs_release(&app->specs);
	if (app->main_file != app->config)
		ep_config_free(app->main_file);
	ep_config_free(app->config);
	ep_diag_release(&app->diag);
	ep_guard_release(app);
}

/* --- output ---------------------------------------------------------------- */

int ep_app_print(const char *s, size_t n)
{
	return fwrite(s, 1, n, stdout) == n ? 0 : -1;
}

int ep_app_printf(const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vfprintf(stdout, fmt, ap);
	va_end(ap);
	return n < 0 ? -1 : 0;
}

int ep_app_finish(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	fprintf(stderr, "exitproof: standard output: %s\n", strerror(errno));
	return ep_err_exit_status(EP_EIO);
}

bool ep_app_colour(const struct ep_app *app, int fd)
{
	const char *no_colour = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (ep_str_eq(app->colour_word, "always"))
		return true;
	if (ep_str_eq(app->colour_word, "never"))
		return false;
	return isatty(fd) && !(no_colour && *no_colour) && term &&
	       !ep_str_eq(term, "dumb");
}

int ep_app_fail(struct ep_app *app)
{
	EP_AUTO(ep_buf_release) struct ep_buf out;

	fflush(stdout);
	ep_buf_init(&out, 8 * EP_ERR_MSG_MAX);
	ep_str_printable(&out, app->err.msg, strlen(app->err.msg));
	fprintf(stderr, "exitproof: %s\n", out.len ? out.s : "unknown error");
	return ep_err_exit_status(app->err.code);
}

int ep_app_fail_diag(struct ep_app *app, enum ep_code code)
{
	EP_AUTO(ep_buf_release) struct ep_buf out;

	fflush(stdout);
	ep_buf_init(&out, EP_FILE_BYTES_MAX);
	ep_diag_print(&app->diag, &out);
	fputs(out.s ? out.s : "", stderr);
	return ep_err_exit_status(code);
}

int ep_app_usage(const char *verb, const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fprintf(stderr, "exitproof %s: ", verb);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\nTry 'exitproof %s --help'.\n", verb);
	return ep_err_exit_status(EP_EUSAGE);
}

/* --- options ---------------------------------------------------------------- */

static int print_help(const struct ep_opt_usage *usage,
		      const struct ep_opt *table)
{
	EP_AUTO(ep_buf_release) struct ep_buf out;

	ep_buf_init(&out, EP_FILE_BYTES_MAX);
	ep_opt_help(&out, usage, table);
	ep_app_print(out.s, out.len);
	return ep_app_finish();
}

static bool colour_word_valid(const char *word)
{
	return !word || ep_str_eq(word, "auto") || ep_str_eq(word, "always") ||
	       ep_str_eq(word, "never");
}

void ep_app_options(struct ep_app *app, int argc, char **argv,
		    const struct ep_opt *table,
		    const struct ep_opt_usage *usage, int *ret_operands,
		    int *ret_status)
{
	bool help = false;

	*ret_status = -1;
	if (ep_opt_parse(argc, argv, table, ret_operands, &help, &app->err))
		*ret_status = ep_app_usage(usage->verb, "%s", app->err.msg);
	else if (help)
		*ret_status = print_help(usage, table);
	else if (!colour_word_valid(app->colour_word))
		*ret_status = ep_app_usage(
			usage->verb, "--colour is auto, always or never");
	if (*ret_status >= 0)
		return;
	ep_guard_options(app, table, argv, *ret_operands);
	if (app->trace)
		ep_log_trace_set(app->trace);
	if (app->verbose)
		ep_log_level_set(EP_LOG_INFO);
	if (app->quiet)
		ep_log_level_set(EP_LOG_ERROR);
}

/* --- loading ---------------------------------------------------------------- */

static char *find_config(void)
{
	const char *named = getenv("EXITPROOF_CONFIG");
	const char *xdg = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");
	char *path;

	if (named && *named)
		return ep_strdup(named);
	if (geteuid() != 0 && xdg && *xdg) {
		path = ep_file_join(xdg, "exitproof/exitproof.yaml");
		if (access(path, F_OK) == 0)
			return path;
		ep_free(path);
	}
	if (geteuid() != 0 && home && *home) {
		path = ep_file_join(home, ".config/exitproof/exitproof.yaml");
		if (access(path, F_OK) == 0)
			return path;
		ep_free(path);
	}
	return ep_strdup(EP_SYSCONFDIR "/exitproof/exitproof.yaml");
}

static int fix_clock(struct ep_app *app)
{
	int64_t t;

	if (!app->now)
		return 0;
	if (!app->main_file->testing.present)
		return ep_app_usage("", "--now needs a configuration with a "
					"testing: section, and reports say so");
	if (!ep_time_iso(app->now, true, &t))
		return ep_app_usage("", "--now '%s' is no time such as "
					"2026-11-17T02:00:00Z",
				    app->now);
	ep_clock_fix(t);
	return 0;
}

/* Owned; NULL after saying that there is none. */
static char *config_path(struct ep_app *app)
{
	char *path = app->config_path ? ep_strdup(app->config_path) :
					find_config();

	if (access(path, F_OK) == 0)
		return path;
	ep_err_errno(&app->err, EP_ENOENT,
		     "configuration %s (write one with 'exitproof init')",
		     path);
	ep_free(path);
	return NULL;
}

static int start(struct ep_app *app)
{
	int status = ep_guard_start(app);

	return status ? status : fix_clock(app);
}

int ep_app_main_file(struct ep_app *app)
{
	EP_AUTO_FREE char *path = NULL;

	if (app->main_file)
		return 0;
	path = config_path(app);
	if (!path)
		return ep_app_fail(app);
	app->main_file = ep_config_load_seen(path, ep_app_data_folder());
	return app->main_file ? start(app) : ep_app_config(app);
}

int ep_app_config(struct ep_app *app)
{
	EP_AUTO_FREE char *path = NULL;

	if (app->config)
		return 0;
	path = config_path(app);
	if (!path)
		return ep_app_fail(app);
	app->config = ep_config_load(path, ep_app_data_folder(), &app->diag);
	if (!app->config)
		return ep_app_fail_diag(app, EP_ECONFIG);
	/* Otherwise it is known, and the clock may be another by now. */
	if (!app->main_file)
		ep_config_remember(app->config);
	ep_config_free(app->main_file);
	app->main_file = app->config;
	return start(app);
}

int ep_app_specs(struct ep_app *app)
{
	int status = ep_app_config(app);

	if (status || app->specs.n)
		return status;
	if (ep_specs_load(app->config->connector_folders.v,
			  app->config->connector_folders.n, &app->specs,
			  &app->diag) ||
	    ep_collect_agree(app->config, &app->specs, &app->diag))
		return ep_app_fail_diag(app, EP_ECONFIG);
	return ep_guard_ports(app);
}

int ep_app_store(struct ep_app *app, bool write)
{
	int status = app->main_file ? 0 : ep_app_config(app);

	if (status || app->store)
		return status;
	if (!write && access(app->main_file->database, F_OK) != 0) {
		ep_err_errno(&app->err, EP_ENOENT,
			     "database %s (it is made by 'exitproof run')",
			     app->main_file->database);
		return ep_app_fail(app);
	}
	if (ep_store_open(app->main_file->database, write, &app->store,
			  &app->err))
		return ep_app_fail(app);
	return 0;
}
