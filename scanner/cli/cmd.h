/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verbs.  Each gets the arguments after its name and returns the process
 * status of DESIGN's table; argv[0] is the verb.
 */
#ifndef EP_CMD_H
#define EP_CMD_H

#include "cli/app.h"

struct ep_cmd {
	const char *name;
	int (*run)(struct ep_app *app, int argc, char **argv);
	const char *about;	/* one line for `exitproof help` */
};

extern const struct ep_cmd ep_cmds[];	/* ends with name NULL */

/* Runs the sub-verb argv[1] of a verb such as `rule list`. */
int ep_cmd_sub(struct ep_app *app, const struct ep_cmd *subs, int argc,
	       char **argv);

int ep_cmd_init(struct ep_app *app, int argc, char **argv);
int ep_cmd_run(struct ep_app *app, int argc, char **argv);
int ep_cmd_collect(struct ep_app *app, int argc, char **argv);
int ep_cmd_check(struct ep_app *app, int argc, char **argv);
int ep_cmd_report(struct ep_app *app, int argc, char **argv);
int ep_cmd_import(struct ep_app *app, int argc, char **argv);
int ep_cmd_tenant(struct ep_app *app, int argc, char **argv);
int ep_cmd_tenant_retire(struct ep_app *app, int argc, char **argv);
int ep_cmd_tenant_test(struct ep_app *app, int argc, char **argv);
int ep_cmd_exit_verify(struct ep_app *app, int argc, char **argv);
int ep_cmd_notify(struct ep_app *app, int argc, char **argv);
int ep_cmd_ticket(struct ep_app *app, int argc, char **argv);
int ep_cmd_review(struct ep_app *app, int argc, char **argv);
int ep_cmd_rule(struct ep_app *app, int argc, char **argv);
int ep_cmd_connector(struct ep_app *app, int argc, char **argv);
int ep_cmd_person(struct ep_app *app, int argc, char **argv);
int ep_cmd_baseline(struct ep_app *app, int argc, char **argv);
int ep_cmd_waive(struct ep_app *app, int argc, char **argv);
int ep_cmd_who(struct ep_app *app, int argc, char **argv);
int ep_cmd_exit(struct ep_app *app, int argc, char **argv);
int ep_cmd_drift(struct ep_app *app, int argc, char **argv);
int ep_cmd_erase(struct ep_app *app, int argc, char **argv);
int ep_cmd_evidence(struct ep_app *app, int argc, char **argv);
int ep_cmd_purge(struct ep_app *app, int argc, char **argv);
int ep_cmd_query(struct ep_app *app, int argc, char **argv);
int ep_cmd_status(struct ep_app *app, int argc, char **argv);
int ep_cmd_version(struct ep_app *app, int argc, char **argv);
int ep_cmd_help(struct ep_app *app, int argc, char **argv);

#endif
