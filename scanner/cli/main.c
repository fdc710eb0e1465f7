/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Start of the program: makes the process safe, finds the verb, runs it.
 */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/str.h"
#include "cli/cmd.h"
#include "ext/crypto.h"

/* The process holds every customer's credentials: no core file, no memory
 * for other processes of the user, nothing written for others to read (the
 * group may read reports).  A file-size limit is an error to report, not a
 * signal to die from. */
static void harden(void)
{
	struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	umask(027);
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	setlocale(LC_ALL, "C");
}

const struct ep_cmd ep_cmds[] = {
	{ "init", ep_cmd_init, "write a first configuration" },
	{ "run", ep_cmd_run, "the night: collect, check and report" },
	{ "collect", ep_cmd_collect, "read the vendors into the database" },
	{ "check", ep_cmd_check, "run the rules over the database" },
	{ "report", ep_cmd_report, "write reports of a run" },
	{ "import", ep_cmd_import, "bring in portal evidence from a file" },
	{ "tenant", ep_cmd_tenant, "list, map and test tenancies" },
	{ "ticket", ep_cmd_ticket, "keep a PSA ticket for each finding" },
	{ "notify", ep_cmd_notify, "tell who has to know what changed" },
	{ "review", ep_cmd_review, "decide about who holds powerful access" },
	{ "rule", ep_cmd_rule, "list, explain, lint and test rules" },
	{ "connector", ep_cmd_connector, "lint, show and try connectors" },
	{ "person", ep_cmd_person, "what a person still holds, everywhere" },
	{ "who", ep_cmd_who, "who held a role, and when" },
	{ "exit", ep_cmd_exit, "plan, attest and follow exits" },
	{ "drift", ep_cmd_drift, "what moved between two runs" },
	{ "evidence", ep_cmd_evidence,
	  "seal runs, prove and check what they said" },
	{ "baseline", ep_cmd_baseline, "accept values, see what differs" },
	{ "waive", ep_cmd_waive, "accept findings until a day" },
	{ "purge", ep_cmd_purge, "delete what was kept long enough" },
	{ "erase", ep_cmd_erase, "forget a person for good" },
	{ "query", ep_cmd_query, "read the database with SQL" },
	{ "status", ep_cmd_status, "the last runs and what they covered" },
	{ "version", ep_cmd_version, "print versions" },
	{ "help", ep_cmd_help, "list the verbs" },
	{ NULL, NULL, NULL },
};

static const struct ep_cmd *find(const struct ep_cmd *cmds, const char *name)
{
	for (; cmds->name; cmds++)
		if (strcmp(cmds->name, name) == 0)
			return cmds;
	return NULL;
}

int ep_cmd_sub(struct ep_app *app, const struct ep_cmd *subs, int argc,
	       char **argv)
{
	const struct ep_cmd *cmd;

	if (argc >= 2 && argv[1][0] != '-') {
		cmd = find(subs, argv[1]);
		if (cmd)
			return cmd->run(app, argc - 1, argv + 1);
		return ep_app_usage(argv[0], "there is no '%s %s'", argv[0],
				    argv[1]);
	}
	ep_app_printf("usage: exitproof %s VERB [OPTION...]\n\n", argv[0]);
	for (cmd = subs; cmd->name; cmd++)
		ep_app_printf("  %-10s %s\n", cmd->name, cmd->about);
	if (argc >= 2 && (ep_str_eq(argv[1], "--help") ||
			  ep_str_eq(argv[1], "-h")))
		return ep_app_finish();
	return ep_err_exit_status(EP_EUSAGE);
}

int main(int argc, char **argv)
{
	struct ep_app app = { .config = NULL };
	const struct ep_cmd *cmd;
	const char *verb;
	uint64_t seed;
	int status, at_end;

	harden();
	ep_crypto_init();
	ep_random(&seed, sizeof(seed));
	ep_map_seed(seed);
	ep_diag_init(&app.diag);
	if (argc < 2) {
		(void)ep_cmd_help(&app, 0, NULL);
		return ep_err_exit_status(EP_EUSAGE);
	}
	verb = argv[1];
	if (ep_str_eq(verb, "--help") || ep_str_eq(verb, "-h"))
		verb = "help";
	else if (ep_str_eq(verb, "--version"))
		verb = "version";
	cmd = find(ep_cmds, verb);
	if (!cmd) {
		fprintf(stderr, "exitproof: there is no verb '%s'; see "
				"'exitproof help'\n", verb);
		status = ep_err_exit_status(EP_EUSAGE);
	} else {
		status = cmd->run(&app, argc - 1, argv + 1);
	}
	ep_app_release(&app);
	at_end = ep_app_finish();
	return at_end ? at_end : status;
}
