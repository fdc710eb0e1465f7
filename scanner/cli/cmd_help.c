/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exitproof help and exitproof version.
 */
#include "cli/cmd.h"

#include "ext/db.h"
#include "ext/http.h"

int ep_cmd_help(struct ep_app *app, int argc, char **argv)
{
	(void)app;
	(void)argc;
	(void)argv;
	ep_app_printf("usage: exitproof VERB [OPTION...]\n\n"
		      "Audits who and what is left in the portals of an MSP's "
		      "customers.\n\n");
	for (const struct ep_cmd *cmd = ep_cmds; cmd->name; cmd++)
		ep_app_printf("  %-10s %s\n", cmd->name, cmd->about);
	ep_app_printf("\n'exitproof VERB --help' explains a verb, exitproof(1) "
		      "the program.\n\n"
		      "Exit status: 0 nothing wrong and everything decided, "
		      "1 findings, 2 something\ncould not be decided, 64 and "
		      "above: it did not run (exitproof(1)).\n");
	return ep_app_finish();
}

int ep_cmd_version(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"version", "", "Prints the versions that run records carry."
	};
	const struct ep_opt table[] = { EP_APP_OPTIONS(app) };
	int operands, status;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	ep_app_printf("%s\nSQLite %s\n%s\n", ep_app_program(), ep_db_version(),
		      ep_http_version());
	return ep_app_finish();
}
