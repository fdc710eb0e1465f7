/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exitproof evidence: seals runs, proves what they said, checks that nothing
 * was altered since.
 */
#include "cli/cmd.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/str.h"
#include "cli/known_roles.h"
#include "cli/moment.h"
#include "evidence/evidence.h"
#include "evidence/package.h"
#include "evidence/prove.h"
#include "store/purged.h"
#include "store/store.h"

/* --- checkpoint ------------------------------------------------------------- */

static void tell_sealed(void *to, const struct ep_sealed *sealed)
{
	struct ep_app *app = to;

	if (!app->quiet)
		fprintf(stderr, "sealed run %" PRId64 " as number %" PRId64
			": %" PRId64 " groups, %" PRId64 " records\n",
			sealed->run, sealed->seq, sealed->groups,
			sealed->records);
}

static int write_out(struct ep_app *app, const char *path,
		     const struct ep_buf *text)
{
	if (ep_file_put(path, 0640, text->s, text->len, &app->err) < 0)
		return ep_app_fail(app);
	return 0;
}

static int seal(struct ep_app *app)
{
	struct ep_known_roles roles = { 0 };
	int rc;

	ep_known_roles_gather(&app->specs, &roles);
	rc = ep_evidence_seal(app->store, app->config, roles.v, roles.n,
			      tell_sealed, app, &app->err);
	ep_known_roles_release(&roles);
	return rc < 0 ? ep_app_fail(app) : 0;
}

static int checkpoint(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"evidence checkpoint", "",
		"Seals each finished run that is not sealed yet and prints the "
		"checkpoint of the log: three lines to be signed and kept by "
		"somebody else."
	};
	const char *to = NULL;
	const struct ep_opt table[] = {
		{ EP_OPT_TEXT, 'o', "to", "FILE", &to,
		  "write the checkpoint there" },
		EP_APP_OPTIONS(app)
	};
	EP_AUTO(ep_buf_release) struct ep_buf text =
		EP_BUF_INIT(EP_CHECKPOINT_BYTES_MAX);
	int operands, status;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	if (operands)
		return ep_app_usage("evidence checkpoint", "takes no operand");
	status = ep_app_specs(app);
	if (status == 0)
		status = ep_app_store(app, true);
	if (status == 0)
		status = seal(app);
	if (status)
		return status;
	if (ep_evidence_checkpoint(ep_store_db(app->store), &text, &app->err))
		return ep_app_fail(app);
	if (to)
		return write_out(app, to, &text);
	ep_app_print(text.s, text.len);
	return ep_app_finish();
}

/* --- what the others share ---------------------------------------------------- */

/* A sealed run named like everywhere, the newest sealed one by default; the
 * views show it then. */
static int open_sealed(struct ep_app *app, const char *word,
		       struct ep_sealed *ret)
{
	struct ep_buf text = EP_BUF_INIT(EP_CHECKPOINT_BYTES_MAX);
	struct ep_checkpoint now = { .size = 0 };
	int64_t run = 0;
	int status = ep_app_store(app, false);
	int rc;

	if (status)
		return status;
	rc = ep_evidence_checkpoint(ep_store_db(app->store), &text, &app->err);
	if (rc == 0)
		rc = ep_checkpoint_parse(text.s, text.len, &now, &app->err);
	if (rc == 0 && word)
		rc = ep_moment_run(app->store, word, &run, &app->err);
	if (rc == 0)
		rc = ep_evidence_find(ep_store_db(app->store),
				      word ? 0 : (int64_t)now.size, run, ret,
				      &app->err);
	if (rc == 0)
		rc = ep_store_as_of(app->store, ret->run, &app->err);
	ep_buf_release(&text);
	return rc < 0 ? ep_app_fail(app) : 0;
}

static int read_checkpoint(struct ep_app *app, const char *path,
			   struct ep_checkpoint *ret)
{
	struct ep_buf text = EP_BUF_INIT(EP_CHECKPOINT_BYTES_MAX);
	int rc = ep_file_read(path, EP_CHECKPOINT_BYTES_MAX, &text, &app->err);

	if (rc == 0)
		rc = ep_checkpoint_parse(text.s, text.len, ret, &app->err);
	if (rc < 0)
		ep_err_context(&app->err, "%s", path);
	ep_buf_release(&text);
	return rc < 0 ? ep_app_fail(app) : 0;
}

/* --- groups, prove, growth ---------------------------------------------------- */

static void print_group(void *to, const char *name, uint64_t count)
{
	(void)to;
	ep_app_printf("%8" PRIu64 "  %s\n", count, name);
}

static int groups(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"evidence groups", "",
		"Lists the groups of records of a sealed run."
	};
	const char *run = NULL;
	const struct ep_opt table[] = {
		{ EP_OPT_TEXT, 0, "run", "RUN|TIME", &run,
		  "the newest sealed run by default" },
		EP_APP_OPTIONS(app)
	};
	struct ep_sealed sealed;
	int operands, status;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	if (operands)
		return ep_app_usage("evidence groups", "takes no operand");
	status = open_sealed(app, run, &sealed);
	if (status)
		return status;
	if (ep_prove_groups(app->store, &sealed, print_group, NULL, &app->err))
		return ep_app_fail(app);
	return ep_app_finish();
}

static int prove(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"evidence prove", "GROUP",
		"Writes what leads from a group of records, or from one of "
		"them, to the checkpoint, for a shell with sha256sum and xxd."
	};
	const char *run = NULL, *key = NULL, *to = NULL;
	const struct ep_opt table[] = {
		{ EP_OPT_TEXT, 0, "run", "RUN|TIME", &run,
		  "the newest sealed run by default" },
		{ EP_OPT_TEXT, 0, "key", "KEY", &key,
		  "only the record of this key" },
		{ EP_OPT_TEXT, 'o', "to", "FOLDER", &to,
		  "where the files go" },
		EP_APP_OPTIONS(app)
	};
	struct ep_sealed sealed;
	int operands, status;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	if (operands != 1 || !to)
		return ep_app_usage("evidence prove",
				    "give a group and --to FOLDER");
	status = open_sealed(app, run, &sealed);
	if (status)
		return status;
	if (ep_prove(app->store, &sealed, argv[0], key, to, &app->err))
		return ep_app_fail(app);
	return ep_app_finish();
}

static int growth(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"evidence growth", "CHECKPOINT",
		"Writes the hashes by which the log grew from an older "
		"checkpoint to what it is."
	};
	const char *to = NULL;
	const struct ep_opt table[] = {
		{ EP_OPT_TEXT, 'o', "to", "FOLDER", &to,
		  "where the files go" },
		EP_APP_OPTIONS(app)
	};
	struct ep_checkpoint older;
	int operands, status;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	if (operands != 1 || !to)
		return ep_app_usage("evidence growth",
				    "give a checkpoint and --to FOLDER");
	status = read_checkpoint(app, argv[0], &older);
	if (status == 0)
		status = ep_app_store(app, false);
	if (status)
		return status;
	if (ep_prove_growth(ep_store_db(app->store), &older, to, &app->err))
		return ep_app_fail(app);
	return ep_app_finish();
}

/* --- export ------------------------------------------------------------------- */

static int export(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"evidence export", "",
		"Writes a sealed run into a folder that can be checked with "
		"sqlite3, sha256sum, xxd, openssl and sh alone."
	};
	const char *run = NULL, *to = NULL;
	const struct ep_opt table[] = {
		{ EP_OPT_TEXT, 0, "run", "RUN|TIME", &run,
		  "the newest sealed run by default" },
		{ EP_OPT_TEXT, 'o', "to", "FOLDER", &to,
		  "a new folder" },
		EP_APP_OPTIONS(app)
	};
	EP_AUTO_FREE char *script = NULL;
	struct ep_package_options options = { .script = NULL };
	struct ep_sealed sealed;
	int operands, status;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	if (operands || !to)
		return ep_app_usage("evidence export", "give --to FOLDER");
	status = open_sealed(app, run, &sealed);
	if (status)
		return status;
	options.script = script = ep_file_join(ep_app_data_folder(),
					       "evidence/check.sh");
	options.config = app->config;
	if (ep_package(app->store, &sealed, &options, to, &app->err))
		return ep_app_fail(app);
	if (!app->quiet)
		ep_app_printf("run %" PRId64 " is in %s; check it with "
			      "'sh %s/check.sh'\n", sealed.run, to, to);
	return ep_app_finish();
}

/* --- verify ------------------------------------------------------------------- */

struct checked {
	const struct ep_app *app;
	int64_t purged;
};

static void tell_checked(void *to, const struct ep_sealed *sealed)
{
	struct checked *checked = to;
	char erased[64] = "";

	if (sealed->erased)
		snprintf(erased, sizeof(erased), ", of %" PRId64 " erased ones "
			 "the hash", sealed->erased);
	if (sealed->purged)
		checked->purged++;
	if (checked->app->quiet)
		return;
	if (sealed->purged)
		ep_app_printf("number %" PRId64 ", run %" PRId64
			      ": purged; its head is as sealed, its %" PRId64
			      " records are gone\n",
			      sealed->seq, sealed->run, sealed->records);
	else
		ep_app_printf("number %" PRId64 ", run %" PRId64
			      ": %" PRId64 " groups, %" PRId64
			      " records as sealed%s\n",
			      sealed->seq, sealed->run, sealed->groups,
			      sealed->records, erased);
}

/* What is not there any more was not looked at. */
static int say_purged(struct ep_app *app, int64_t purged)
{
	int status = ep_app_finish();

	if (status || purged == 0)
		return status;
	if (ep_purged_refuse(ep_store_db(app->store), 1, &app->err) < 0)
		fprintf(stderr, "exitproof: %" PRId64 " sealed runs could not "
			"be hashed again: %s\n", purged, app->err.msg);
	return 2;
}

static int verify(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"evidence verify", "",
		"Hashes again what the database says of its sealed runs and "
		"names the first that was altered. Exit status 65 then, 2 when "
		"records of some were purged."
	};
	const char *run = NULL, *against = NULL;
	const struct ep_opt table[] = {
		{ EP_OPT_TEXT, 0, "run", "RUN|TIME", &run,
		  "only this run; all by default" },
		{ EP_OPT_TEXT, 0, "against", "CHECKPOINT", &against,
		  "a checkpoint that was kept elsewhere" },
		EP_APP_OPTIONS(app)
	};
	struct checked checked = { .app = app };
	struct ep_checkpoint older;
	struct ep_sealed sealed;
	int operands, status;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	if (operands)
		return ep_app_usage("evidence verify", "takes no operand");
	status = open_sealed(app, run, &sealed);
	if (status == 0 && against)
		status = read_checkpoint(app, against, &older);
	if (status)
		return status;
	if (ep_evidence_verify(app->store, run ? sealed.seq : 0,
			       against ? &older : NULL, tell_checked,
			       &checked, &app->err))
		return ep_app_fail(app);
	if (!against)
		ep_app_printf("nothing was altered since it was sealed; whether "
			      "all of it was sealed anew shows only --against "
			      "a checkpoint that was kept elsewhere\n");
	else
		ep_app_printf("nothing was altered since the checkpoint\n");
	return say_purged(app, checked.purged);
}

int ep_cmd_evidence(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_cmd subs[] = {
		{ "checkpoint", checkpoint, "seal finished runs" },
		{ "groups", groups, "what a sealed run consists of" },
		{ "prove", prove, "files that prove a group or a record" },
		{ "export", export, "a folder that proves itself" },
		{ "growth", growth, "files that prove nothing was rewritten" },
		{ "verify", verify, "hash the database again" },
		{ NULL, NULL, NULL },
	};

	return ep_cmd_sub(app, subs, argc, argv);
}
