/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every verb shares: the global options, the loaded configuration, the
 * connectors, the open store, and the way errors leave the program.
 */
#ifndef EP_APP_H
#define EP_APP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/opt.h"
#include "collect/spec.h"
#include "model/config.h"

struct ep_store;

enum ep_colour { EP_COLOUR_AUTO, EP_COLOUR_ALWAYS, EP_COLOUR_NEVER };

struct ep_app {
	/* global options */
	const char *config_path;
	const char *now;
	const char *trace;
	const char *colour_word;
	bool quiet;
	bool verbose;
	bool alone_said;	/* that budgets are not shared */

	struct ep_config *config;
	/* exitproof.yaml alone or the same as config: ep_app_main_file. */
	struct ep_config *main_file;
	struct ep_specs specs;
	struct ep_store *store;
	struct ep_diag diag;
	struct ep_err err;

	/* What guard.c is to leave, and what it did. */
	struct {
		struct ep_words reads;
		struct ep_words writes;
		bool edits;	/* waivers or baselines are written */
		bool started;
		bool files;
		bool ports;
		bool calls;
	} guard;
};

/* The global options, to be put before EP_OPT_END of a verb's table. */
#define EP_APP_OPTIONS(app)                                                 \
	{ EP_OPT_TEXT, 'c', "config", "FILE", &(app)->config_path,           \
	  "configuration to use (exitproof.yaml)" },                        \
	{ EP_OPT_TEXT, 0, "now", "TIME", &(app)->now,                        \
	  "pretend it is TIME; only with testing: in the configuration" },  \
	{ EP_OPT_TEXT, 0, "trace", "AREAS", &(app)->trace,                   \
	  "trace areas to standard error (http,page,... or all)" },         \
	{ EP_OPT_TEXT, 0, "colour", "WHEN", &(app)->colour_word,             \
	  "auto, always or never" },                                        \
	{ EP_OPT_FLAG, 'q', "quiet", NULL, &(app)->quiet,                    \
	  "print results only" },                                           \
	{ EP_OPT_FLAG, 'v', "verbose", NULL, &(app)->verbose,                \
	  "say more on standard error" },                                   \
	{ EP_OPT_END, 0, NULL, NULL, NULL, NULL }

void ep_app_release(struct ep_app *app);

/* Parses a verb's command line; on --help prints it.  *ret_operands counts
 * what is left in argv.  A non-negative *ret_status ends the verb with it. */
void ep_app_options(struct ep_app *app, int argc, char **argv,
		    const struct ep_opt *table,
		    const struct ep_opt_usage *usage, int *ret_operands,
		    int *ret_status);

/* Each loads once and on failure prints everything wrong and returns the
 * process status; 0 is success. */
int ep_app_config(struct ep_app *app);
/* For verbs that look for no customer: main_file is set, and config stays
 * NULL when the configuration is known to be what was read before. */
int ep_app_main_file(struct ep_app *app);
int ep_app_specs(struct ep_app *app);
int ep_app_store(struct ep_app *app, bool write);

/* Prints app->err and returns its process status. */
int ep_app_fail(struct ep_app *app);
/* Prints all diagnostics; the status of code. */
int ep_app_fail_diag(struct ep_app *app, enum ep_code code);
/* The same for an error of the command line, with a hint at --help. */
int ep_app_usage(const char *verb, const char *fmt, ...) EP_PRINTF(2, 3);

/* Standard output, checked: a closed or full output is a failure. */
int ep_app_print(const char *s, size_t n);
int ep_app_printf(const char *fmt, ...) EP_PRINTF(1, 2);
/* Flushes; 0 or 73. */
int ep_app_finish(void);
bool ep_app_colour(const struct ep_app *app, int fd);

/* Where the shipped data lies: EXITPROOF_DATADIR or the installed folder. */
const char *ep_app_data_folder(void);

/* "exitproof 1.0.0" */
const char *ep_app_program(void);

#endif
