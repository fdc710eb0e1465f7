/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exitproof exit plan, attest and profile.
 */
#include "cli/cmd_exit.h"

#include <inttypes.h>

#include "base/str.h"
#include "base/whoami.h"
#include "cli/exit_open.h"
#include "cli/exit_plan.h"
#include "cli/guard.h"
#include "cli/scratch.h"
#include "ext/db.h"
#include "store/store.h"

/* --- plan --------------------------------------------------------------- */

static int print_plan(struct ep_app *app, const struct ep_exit_plan *plan,
		      const char *format)
{
	EP_AUTO(ep_buf_release) struct ep_buf out =
		EP_BUF_INIT(EP_IMPORT_BYTES_MAX);

	if (ep_str_eq(format, "json"))
		ep_exit_plan_json(plan, &out);
	else if (ep_str_eq(format, "mermaid"))
		ep_exit_plan_mermaid(plan, &out);
	else
		ep_exit_plan_text(plan, &out);
	if (out.overflow) {
		ep_err_set(&app->err, EP_ELIMIT, "the plan is larger than %d "
			   "bytes (EP_IMPORT_BYTES_MAX)", EP_IMPORT_BYTES_MAX);
		return ep_app_fail(app);
	}
	ep_app_print(out.s, out.len);
	return ep_app_finish();
}

static int plan_status(const struct ep_exit_look *look)
{
	if (look->count[EP_EXIT_UNKNOWN] || look->count[EP_EXIT_PENDING])
		return 2;
	return look->count[EP_EXIT_OPEN] ? 1 : 0;
}

static int find_run_time(struct ep_app *app, struct ep_exit_plan *plan)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;

	plan->run = ep_store_run(app->store);
	if (ep_db_prepare(ep_store_db(app->store), "SELECT started_at FROM "
			  "main.run WHERE id = ?1", &stmt, &app->err))
		return app->err.code;
	ep_db_int(stmt, 1, plan->run);
	if (ep_db_step(stmt, &row, &app->err))
		return app->err.code;
	plan->run_at = row ? ep_db_col_int(stmt, 0) : 0;
	return 0;
}

static int plan_exit(struct ep_app *app, struct ep_exit_open *open,
		     const char *format)
{
	struct ep_exit_look look;
	struct ep_exit_plan plan = { .look = &look };
	int status = ep_exit_open(app, open);

	if (status)
		return status;
	plan.exit = open->exit;
	if (find_run_time(app, &plan) ||
	    ep_exit_look(&open->ctx, open->exit, &look, &app->err))
		return ep_app_fail(app);
	status = print_plan(app, &plan, format);
	if (status == 0)
		status = plan_status(&look);
	ep_exit_look_release(&look);
	return status;
}

static int exit_plan(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"exit plan", "",
		"Prints what is left of an exit in the order in which it has "
		"to be done, from what was read last. Exit status 1 when "
		"something is open, 2 when something could not be told."
	};
	const char *format = "text";
	struct ep_exit_open open = { .may_copy = true };
	const struct ep_opt table[] = {
		EP_EXIT_OPTIONS(&open),
		{ EP_OPT_TEXT, 'f', "format", "FORMAT", &format,
		  "text, json or mermaid" },
		EP_APP_OPTIONS(app)
	};
	int operands, status;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	if (operands)
		return ep_app_usage("exit plan", "takes no operand");
	if (!ep_str_eq(format, "text") && !ep_str_eq(format, "json") &&
	    !ep_str_eq(format, "mermaid"))
		return ep_app_usage("exit plan",
				    "--format is text, json or mermaid");
	status = plan_exit(app, &open, format);
	ep_exit_open_release(&open);
	return status;
}

/* --- attest ------------------------------------------------------------- */

static int attest(struct ep_app *app, struct ep_exit_open *open,
		  struct ep_exit_attestation *said)
{
	int status = ep_exit_open(app, open);

	if (status)
		return status;
	said->user = ep_whoami_user();
	said->host = ep_whoami_host();
	if (ep_exit_attest(&open->ctx, open->exit, said, &app->err))
		return ep_app_fail(app);
	ep_app_printf("%s: %s is on record\n", open->exit->key, said->what);
	return ep_app_finish();
}

static int exit_attest(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"exit attest", "",
		"Puts on record that somebody says a part of an exit is done: "
		"who, what, when. It is never changed or deleted."
	};
	struct ep_exit_open open = { .exit = NULL };
	struct ep_exit_attestation said = { .what = NULL };
	const struct ep_opt table[] = {
		EP_EXIT_OPTIONS(&open),
		{ EP_OPT_TEXT, 0, "what", "WORD", &said.what,
		  "an end state that the profile wants attested" },
		{ EP_OPT_TEXT, 0, "by", "NAME", &said.by,
		  "who says so: name or address" },
		{ EP_OPT_TEXT, 0, "note", "TEXT", &said.note,
		  "what the reader has to know" },
		EP_APP_OPTIONS(app)
	};
	int operands, status;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	if (operands)
		return ep_app_usage("exit attest", "takes no operand");
	if (!said.what || !said.by)
		return ep_app_usage("exit attest",
				    "say --what is attested and --by whom");
	status = attest(app, &open, &said);
	ep_exit_open_release(&open);
	return status;
}

/* --- profile ------------------------------------------------------------ */

static void print_end(const struct ep_end *end)
{
	ep_app_printf("  %-26s %-9s %s\n", end->id, ep_act_word(end->act),
		      end->title);
	if (end->who)
		ep_app_printf("  %-26s %-9s attested by: %s\n", "", "",
			      end->who);
	for (size_t i = 0; i < end->after.n; i++)
		ep_app_printf("  %-26s %-9s after: %s\n", "", "",
			      end->after.v[i]);
}

static int print_profiles(struct ep_app *app, const struct ep_exit_open *open,
			  const char *id)
{
	const struct ep_profile *one =
		id ? ep_profiles_find(open->profiles, id) : NULL;

	if (id && !one) {
		ep_err_set(&app->err, EP_ENOENT, "there is no exit profile "
			   "\"%s\"", id);
		return ep_app_fail(app);
	}
	for (size_t i = 0; i < open->profiles->profile.n; i++) {
		const struct ep_profile *it = open->profiles->profile.v[i];

		if (!one || it == one)
			ep_app_printf("%-20s %-9s %3zu  %s\n", it->id,
				      ep_exit_subject_word(it->subject),
				      it->end.n, it->title);
	}
	for (size_t i = 0; one && i < one->end.n; i++)
		print_end(one->end.v[i]);
	return ep_app_finish();
}

static int compile_profiles(struct ep_app *app,
			    const struct ep_exit_open *open)
{
	char *folder = NULL;
	struct ep_store *store = NULL;
	struct ep_buf path;
	int rc = ep_scratch_make(&folder, &app->err);

	if (rc)
		return ep_app_fail(app);
	ep_buf_init(&path, EP_URL_BYTES_MAX);
	ep_buf_addf(&path, "%s/lint.db", folder);
	rc = ep_store_open(path.s, true, &store, &app->err);
	if (rc == 0)
		rc = ep_store_as_of(store, 0, &app->err);
	if (rc == 0)
		ep_profiles_compile(store, open->profiles, &app->diag);
	ep_store_close(store);
	ep_buf_release(&path);
	ep_scratch_remove(folder);
	if (rc)
		return ep_app_fail(app);
	if (app->diag.n)
		return ep_app_fail_diag(app, EP_ECONFIG);
	ep_app_printf("%zu exit profiles, nothing wrong\n",
		      open->profiles->profile.n);
	return ep_app_finish();
}

static int profile_verb(struct ep_app *app, int argc, char **argv, bool lint)
{
	static const struct ep_opt_usage usage[] = {
		{ "exit profile list", "[ID]",
		  "Prints one line per exit profile, or the end states of "
		  "one in their order." },
		{ "exit profile lint", "",
		  "Judges the exit profiles and compiles their queries." }
	};
	struct ep_exit_open open = { .exit = NULL };
	const struct ep_opt table[] = { EP_APP_OPTIONS(app) };
	int operands, status;

	ep_app_options(app, argc, argv, table, &usage[lint], &operands,
		       &status);
	if (status >= 0)
		return status;
	if (operands > (lint ? 0 : 1))
		return ep_app_usage(usage[lint].verb, "too many operands");
	if (lint)
		ep_guard_writes(app, ep_scratch_root());
	if (app->config_path)
		status = ep_app_config(app);
	else
		status = 0;
	if (status == 0)
		status = ep_exit_open_profiles(app, &open);
	if (status == 0)
		status = lint ? compile_profiles(app, &open)
			      : print_profiles(app, &open,
					       operands ? argv[0] : NULL);
	ep_exit_open_release(&open);
	return status;
}

static int profile_list(struct ep_app *app, int argc, char **argv)
{
	return profile_verb(app, argc, argv, false);
}

static int profile_lint(struct ep_app *app, int argc, char **argv)
{
	return profile_verb(app, argc, argv, true);
}

static int exit_profile(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_cmd subs[] = {
		{ "list", profile_list, "one line per profile" },
		{ "lint", profile_lint, "judge the profiles" },
		{ NULL, NULL, NULL },
	};

	return ep_cmd_sub(app, subs, argc, argv);
}

int ep_cmd_exit(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_cmd subs[] = {
		{ "plan", exit_plan, "the steps that are left, in order" },
		{ "status", ep_cmd_exit_status, "all exits under way" },
		{ "verify", ep_cmd_exit_verify, "read now: safe to close?" },
		{ "attest", exit_attest, "put on record what somebody says" },
		{ "profile", exit_profile, "list and judge exit profiles" },
		{ NULL, NULL, NULL },
	};

	return ep_cmd_sub(app, subs, argc, argv);
}
