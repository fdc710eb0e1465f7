/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exitproof tenant list, map and test.
 */
#include "cli/cmd.h"

#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "cli/connect.h"
#include "cli/table.h"
#include "collect/collect.h"
#include "ext/db.h"
#include "store/store.h"

static const char list_sql[] =
	"SELECT coalesce(t.customer, '(nobody)') AS customer,"
	" t.tenant AS tenancy, coalesce(t.name, '') AS name,"
	" coalesce(t.domain, '') AS domain,"
	" sum(c.status = 'complete' AND NOT c.stale) || ' of ' ||"
	" count(c.dataset) AS complete"
	" FROM temp.tenancy t LEFT JOIN temp.coverage c USING (tenant)"
	" GROUP BY t.tenant ORDER BY t.customer, t.tenant";

/* A proposal for what nobody claims: the customer with that mail domain in
 * the tenancy's accounts, else one with that name. */
static const char map_sql[] =
	"SELECT t.tenant AS tenancy, coalesce(t.name, '') AS name,"
	" coalesce((SELECT d.customer FROM temp.account a"
	" JOIN temp.domain d ON a.email LIKE '%@' || d.domain AND NOT d.msp"
	" WHERE a.tenant = t.tenant GROUP BY d.customer"
	" ORDER BY count(*) DESC, d.customer LIMIT 1),"
	" (SELECT c.customer FROM temp.customer c WHERE lower(c.name) ="
	" lower(t.name) LIMIT 1), '') AS proposal,"
	" CASE WHEN EXISTS (SELECT 1 FROM temp.account a"
	" JOIN temp.domain d ON a.email LIKE '%@' || d.domain AND NOT d.msp"
	" WHERE a.tenant = t.tenant) THEN 'by mail domain'"
	" WHEN EXISTS (SELECT 1 FROM temp.customer c WHERE lower(c.name) ="
	" lower(t.name)) THEN 'by name' ELSE 'no idea' END AS why"
	" FROM temp.tenancy t WHERE NOT t.claimed ORDER BY t.tenant";

static int print_query(struct ep_app *app, const char *sql, int64_t *ret_rows)
{
	int status = ep_app_store(app, false);

	if (status)
		return status;
	if (ep_store_as_of(app->store, 0, &app->err) ||
	    ep_table_print(ep_store_db(app->store), sql, NULL, ret_rows,
			   &app->err))
		return ep_app_fail(app);
	return 0;
}

static int tenant_list(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"tenant list", "",
		"Prints every tenancy that is known, and whose it is."
	};
	const struct ep_opt table[] = { EP_APP_OPTIONS(app) };
	int operands, status;
	int64_t rows = 0;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	status = print_query(app, list_sql, &rows);
	return status ? status : ep_app_finish();
}

static int tenant_map(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"tenant map", "",
		"Prints the tenancies that no customer claims, with a proposal "
		"by mail domain or name. Write the decision under 'claims' in "
		"the customer's file. Exit status 1 when there is one."
	};
	const struct ep_opt table[] = { EP_APP_OPTIONS(app) };
	int operands, status;
	int64_t rows = 0;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	status = print_query(app, map_sql, &rows);
	if (status)
		return status;
	if (rows == 0)
		ep_app_printf("every tenancy is claimed\n");
	return rows ? 1 : ep_app_finish();
}

/* --- test ---------------------------------------------------------------------- */

struct tally {
	int64_t proven;
	int64_t missing;
	int64_t failed;
};

static void print_text(const char *s)
{
	EP_AUTO(ep_buf_release) struct ep_buf out = EP_BUF_INIT(8192);

	ep_str_printable(&out, s, strlen(s));
	ep_app_printf("%s", out.s ? out.s : "");
}

static void print_proof(void *to, const struct ep_collect_proof *proof)
{
	struct tally *tally = to;
	const char *word;

	if (proof->proven) {
		tally->proven++;
		word = "works";
	} else if (!proof->configured) {
		tally->missing++;
		word = "not configured";
	} else {
		tally->failed++;
		word = "FAILS";
	}
	ep_app_printf("    %-14s %s: ", word, proof->credential);
	print_text(proof->configured ? proof->doc : proof->hint);
	ep_app_printf("\n");
	if (proof->configured && !proof->proven) {
		ep_app_printf("                   ");
		print_text(proof->reason);
		ep_app_printf("\n                   ");
		print_text(proof->advice);
		ep_app_printf("\n");
	}
}

static int test_connection(struct ep_app *app, struct ep_http *http,
			   const struct ep_connection *connection,
			   struct tally *tally)
{
	ep_app_printf("%s/%s (%s)\n", connection->connector,
		      connection->tenant, connection->customer);
	if (ep_specs_find(&app->specs, connection->connector))
		return ep_collect_test(app->config, &app->specs, connection,
				       http, print_proof, tally, &app->err);
	tally->failed++;
	ep_app_printf("    FAILS          there is no connector of that name\n");
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
		      " are not configured\n",
		      tally->proven, tally->failed, tally->missing);
	return tally->failed || !tally->proven ? 1 : ep_app_finish();
}

static int tenant_test(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"tenant test", "[CUSTOMER|CONNECTOR/TENANT]",
		"Proves each credential of the configuration with the vendor. "
		"Prints no secret. Exit status 1 when one fails."
	};
	const struct ep_opt table[] = { EP_APP_OPTIONS(app) };
	const struct ep_connection *connection = NULL;
	const struct ep_spec *spec;
	struct ep_http *http = NULL;
	struct tally tally = { 0 };
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

int ep_cmd_tenant(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_cmd subs[] = {
		{ "list", tenant_list, "tenancies and whose they are" },
		{ "map", tenant_map, "those that nobody claims" },
		{ "test", tenant_test, "prove the credentials" },
		{ NULL, NULL, NULL },
	};

	return ep_cmd_sub(app, subs, argc, argv);
}
