/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exitproof tenant list and map.
 */
#include "cli/cmd.h"

#include "cli/table.h"
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

int ep_cmd_tenant(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_cmd subs[] = {
		{ "list", tenant_list, "tenancies and whose they are" },
		{ "map", tenant_map, "those that nobody claims" },
		{ "retire", ep_cmd_tenant_retire, "read one no more" },
		{ "test", ep_cmd_tenant_test, "prove the credentials" },
		{ NULL, NULL, NULL },
	};

	return ep_cmd_sub(app, subs, argc, argv);
}
