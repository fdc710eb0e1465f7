/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exitproof erase PERSON: forgets a person for good, so that every proof that
 * is not about him holds as before.  Shows first, does with --yes.
 */
#include "cli/cmd.h"

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/whoami.h"
#include "evidence/erase.h"
#include "store/store.h"

static void print_result(const struct ep_erase_options *options,
			 const struct ep_erase_result *result)
{
	ep_app_printf("%" PRId64 " row%s and %" PRId64 " record%s of sealed "
		      "runs name the person, by %" PRId64 " word%s\n",
		      result->rows, EP_S(result->rows), result->leaves,
		      EP_S(result->leaves), result->words,
		      EP_S(result->words));
	if (result->left.len)
		ep_app_printf("names of whoever did something stay, and of "
			      "what the configuration says: %s\n",
			      result->left.s);
	if (options->yes)
		ep_app_printf("erased; %s stands in their place, and every "
			      "seal is as it was. Copies of the database, "
			      "reports, exported packages and the vendors are "
			      "not touched\n", result->word);
	else
		ep_app_printf("nothing was erased; --yes does it, and it "
			      "cannot be taken back\n");
}

static int erase(struct ep_app *app, const struct ep_erase_options *options)
{
	struct ep_erase_result result = { .rows = 0 };
	int status = ep_app_config(app);
	int rc;

	if (status == 0)
		status = ep_app_store(app, true);
	if (status)
		return status;
	rc = ep_erase(app->store, options, &result, &app->err);
	if (rc == 0)
		print_result(options, &result);
	ep_buf_release(&result.left);
	return rc < 0 ? ep_app_fail(app) : ep_app_finish();
}

int ep_cmd_erase(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"erase", "PERSON",
		"Says what names a person, by address or by the id of the "
		"register, and with --yes puts a word in its place that "
		"nothing leads back from. Refused while any system lists the "
		"person, or was not read completely. Proofs of all others "
		"hold as before."
	};
	struct ep_erase_options options = { .by = ep_whoami_user() };
	const struct ep_opt table[] = {
		{ EP_OPT_FLAG, 0, "yes", NULL, &options.yes,
		  "do it; else it is only shown" },
		{ EP_OPT_TEXT, 0, "reason", "TEXT", &options.reason,
		  "why, without the person's name; has to be given" },
		{ EP_OPT_TEXT, 0, "by", "WHO", &options.by,
		  "who says so, else whoever runs this" },
		EP_APP_OPTIONS(app)
	};
	EP_AUTO_FREE char *person = NULL;
	int operands, status;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	if (operands != 1)
		return ep_app_usage("erase", "takes the address of a person");
	if (!options.reason || !*options.reason || !options.by || !*options.by)
		return ep_app_usage("erase", "--reason is needed: it stays");
	if (strlen(options.reason) > EP_TEXT_BYTES_MAX ||
	    strlen(options.by) > EP_TEXT_BYTES_MAX)
		return ep_app_usage("erase", "--reason or --by is too long");
	person = ep_strdup(argv[0]);
	ep_str_lower(person);
	options.person = person;
	return erase(app, &options);
}
