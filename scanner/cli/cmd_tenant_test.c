/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exitproof tenant test: do the credentials work, and may they do what they
 * need and no more?
 */
#include "cli/cmd.h"

#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "cli/connect.h"
#include "collect/collect.h"
#include "collect/permit.h"

struct tally {
	bool each;
	int64_t proven;
	int64_t missing;
	int64_t failed;
	int64_t lacking;	/* credentials that lack something */
	int64_t excessive;	/* ... that may do too much */
	int64_t untold;		/* ... of which the vendor tells nothing */
	int64_t unclear;	/* ... of which it could not be found out */
};

static void print_text(const char *s)
{
	EP_AUTO(ep_buf_release) struct ep_buf out = EP_BUF_INIT(8192);

	ep_str_printable(&out, s, strlen(s));
	ep_app_printf("%s", out.s ? out.s : "");
}

static void begin_line(const char *word)
{
	ep_app_printf("    %-14s ", word);
}

static void print_words(const char *word, const struct ep_words *words,
			const char *after)
{
	if (words->n == 0)
		return;
	begin_line(word);
	for (size_t i = 0; i < words->n; i++) {
		ep_app_printf(i ? ", " : "");
		print_text(words->v[i]);
	}
	ep_app_printf("%s\n", after);
}

static void print_gaps(const struct ep_permit *permit)
{
	for (size_t i = 0; i < permit->lacks.n; i++) {
		begin_line("lacks");
		print_text(permit->lacks.v[i].permission);
		ep_app_printf(", needed by ");
		print_text(permit->lacks.v[i].datasets);
		ep_app_printf("\n");
	}
	for (size_t i = 0; i < permit->extras.n; i++) {
		begin_line("too much");
		print_text(permit->extras.v[i].permission);
		ep_app_printf(permit->extras.v[i].writes ?
				      ", which can change things and which no "
				      "dataset needs: take it away\n" :
				      ", which no dataset needs: take it "
				      "away\n");
	}
	print_words("unclear", &permit->unclear,
		    ": it could not be found out whether they are granted");
	print_words("unclear", &permit->unstated,
		    ": the connector does not say what these datasets need");
}

static void print_permit(struct tally *tally, const struct ep_permit *permit)
{
	begin_line("permissions");
	if (!permit) {
		ep_app_printf("not told: this vendor does not say what is "
			      "granted; --datasets tries each listing\n");
		tally->untold++;
		return;
	}
	if (!permit->told_by) {
		ep_app_printf("unclear: the vendor's answer does not say what "
			      "is granted\n");
		tally->unclear++;
		return;
	}
	ep_app_printf("%zu granted, as told by %s\n", permit->granted,
		      permit->told_by);
	print_gaps(permit);
	tally->lacking += permit->lacks.n > 0;
	tally->excessive += permit->extras.n > 0;
	tally->unclear += permit->unclear.n > 0 || permit->unstated.n > 0;
}

/* What was said of a listing ends with a line's end, and may have two. */
static void print_refused(struct tally *tally,
			  const struct ep_collect_proof *proof)
{
	if (!tally->each || !proof->proven)
		return;
	begin_line("listings");
	ep_app_printf("%zu tried, %zu refused or not readable\n", proof->tried,
		      proof->refused->n);
	for (size_t i = 0; i < proof->refused->n; i++) {
		struct ep_str rest = ep_str(proof->refused->v[i]);
		struct ep_str line;
		bool first = true;

		while (ep_str_cut(&rest, '\n', &line)) {
			EP_AUTO_FREE char *text = ep_strndup(line.p, line.n);

			if (line.n == 0)
				continue;
			begin_line(first ? "not readable" : "");
			print_text(text);
			ep_app_printf("\n");
			first = false;
		}
	}
	tally->lacking += proof->refused->n > 0 &&
			  !(proof->permit && proof->permit->lacks.n);
}

static void print_failure(const struct ep_collect_proof *proof)
{
	begin_line("");
	print_text(proof->reason);
	ep_app_printf("\n");
	if (!proof->advice[0])
		return;
	begin_line("");
	print_text(proof->advice);
	ep_app_printf("\n");
}

/* Counts it, and says how it went in a word. */
static const char *judge(struct tally *tally,
			 const struct ep_collect_proof *proof)
{
	if (proof->proven) {
		tally->proven++;
		return "works";
	}
	if (!proof->configured) {
		tally->missing++;
		return "not configured";
	}
	if (proof->untried) {
		tally->untold++;
		return "not tried";
	}
	tally->failed++;
	return "FAILS";
}

static void print_proof(void *to, const struct ep_collect_proof *proof)
{
	struct tally *tally = to;

	begin_line(judge(tally, proof));
	ep_app_printf("%s: ", proof->credential);
	print_text(proof->configured ? proof->doc : proof->hint);
	ep_app_printf("\n");
	if (!proof->configured)
		return;
	if (!proof->proven)
		print_failure(proof);
	if (proof->proven || (proof->permit && proof->permit->told_by))
		print_permit(tally, proof->permit);
	print_refused(tally, proof);
}

static int test_connection(struct ep_app *app, struct ep_http *http,
			   const struct ep_connection *connection,
			   struct tally *tally)
{
	ep_app_printf("%s/%s (%s)\n", connection->connector,
		      connection->tenant, connection->customer);
	if (ep_specs_find(&app->specs, connection->connector))
		return ep_collect_test(app->config, &app->specs, connection,
				       http, tally->each, print_proof, tally,
				       &app->err);
	tally->failed++;
	begin_line("FAILS");
	ep_app_printf("there is no connector of that name\n");
	return 0;
}

static int test_all(struct ep_app *app, const char *only,
		    struct ep_http *http, struct tally *tally)
{
	const struct ep_config *config = app->config;
	int rc = 0;

	for (size_t c = 0; rc == 0 && c < config->customers.n; c++) {
		const struct ep_customer *customer = &config->customers.v[c];

		if (only && strcmp(only, customer->id) != 0)
			continue;
		for (size_t i = 0; rc == 0 && i < customer->connections.n; i++)
			rc = test_connection(app, http,
					     &customer->connections.v[i],
					     tally);
	}
	return rc;
}

/* No credential proven is no success either. */
static int print_tally(const struct tally *tally)
{
	ep_app_printf("%" PRId64 " work, %" PRId64 " fail, %" PRId64
		      " are not configured; %" PRId64
		      " lack a permission, %" PRId64
		      " may do too much, %" PRId64 " are unclear, of %" PRId64
		      " the vendor does not tell\n",
		      tally->proven, tally->failed, tally->missing,
		      tally->lacking, tally->excessive, tally->unclear,
		      tally->untold);
	if (tally->failed || !tally->proven || tally->lacking ||
	    tally->excessive)
		return 1;
	return tally->unclear ? 2 : ep_app_finish();
}

int ep_cmd_tenant_test(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"tenant test", "[CUSTOMER|CONNECTOR/TENANT]",
		"Proves each credential of the configuration with the vendor, "
		"and names the permissions that it lacks and those that it has "
		"too many. Prints no secret. Exit status 1 when one fails, "
		"lacks something or may do too much, 2 when that could not be "
		"found out."
	};
	const struct ep_connection *connection = NULL;
	const struct ep_spec *spec;
	struct ep_http *http = NULL;
	struct tally tally = { 0 };
	const struct ep_opt table[] = {
		{ EP_OPT_FLAG, 0, "datasets", NULL, &tally.each,
		  "read one page of every listing, too" },
		EP_APP_OPTIONS(app)
	};
	const char *only = NULL;
	int operands, status, rc;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	if (operands > 1)
		return ep_app_usage("tenant test", "give one customer or one "
						   "connection");
	status = ep_app_specs(app);
	if (status == 0 && operands && strchr(argv[0], '/'))
		status = ep_connect_find(app, argv[0], &connection, &spec);
	else if (operands)
		only = argv[0];
	if (status)
		return status;
	rc = ep_connect_http(app, &http);
	if (rc == 0)
		rc = connection ?
			     test_connection(app, http, connection, &tally) :
			     test_all(app, only, http, &tally);
	ep_http_close(http);
	if (rc)
		return ep_app_fail(app);
	return print_tally(&tally);
}
