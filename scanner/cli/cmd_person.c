/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exitproof person ADDRESS: what somebody still holds, everywhere; and
 * person match: the matches that a human has to settle.
 */
#include "cli/cmd.h"

#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "base/whoami.h"
#include "check/check.h"
#include "check/people.h"
#include "check/people_current.h"
#include "cli/table.h"
#include "ext/db.h"
#include "store/store.h"

/* The accounts of an address: its own, and those of the person behind it.
 * Addresses are looked up as the indexes have them, domain first. */
#define HIS_ACCOUNTS                                                         \
	"WITH tail(domain) AS (SELECT CASE WHEN instr(?1, '@') THEN "          \
	"replace(?1, rtrim(?1, replace(?1, '@', '')), '') END), "              \
	"asked(key) AS MATERIALIZED (SELECT coalesce(domain || char(31) || "   \
	"substr(?1, 1, length(?1) - length(domain) - 1), ?1) FROM tail), "     \
	"who(person) AS (SELECT person FROM temp.alias WHERE address = "       \
	"?1 UNION SELECT id FROM temp.person WHERE id = ?1 UNION SELECT "      \
	"person FROM person_link WHERE email = ?1 AND certain), "              \
	"his(tenant, id, dataset, certain, how) AS (SELECT a.tenant, a.id, "   \
	"a.dataset, 1, 'this address' FROM asked s CROSS JOIN temp.account a " \
	"ON a.email_key = s.key UNION SELECT a.tenant, a.id, a.dataset, 1, "   \
	"'this address' FROM asked s CROSS JOIN temp.account a "               \
	"ON a.login_key = s.key UNION SELECT l.tenant, l.account, l.dataset, " \
	"l.certain, l.how FROM person_link l JOIN who USING (person)) "

static const char who_sql[] =
	"SELECT p.name AS person, coalesce(p.employer, '') AS employer,"
	" CASE WHEN p.left_at IS NULL THEN 'stays' ELSE 'left ' ||"
	" substr(iso(p.left_at), 1, 10) END AS state, p.source AS source"
	" FROM temp.person p WHERE p.id = ?1 OR p.id IN"
	" (SELECT person FROM temp.alias WHERE address = ?1)";

/* What tickets and directories say of an address, and what it counts for. */
static const char sources_sql[] =
	"SELECT s.id AS source, coalesce(s.name, '') AS says, coalesce("
	"substr(iso(s.created_at), 1, 10), 'no date') AS left_on, s.state AS"
	" counts, (SELECT iso(max(w.started_at)) FROM main.run w) AS as_of"
	" FROM temp.resource s WHERE s.dataset = 'register.sources' AND"
	" (s.owner = ?1 OR s.owner IN (SELECT b.address FROM temp.alias b"
	" JOIN temp.alias a ON a.person = b.person WHERE a.address = ?1))"
	" ORDER BY s.created_at, s.id";

static const char accounts_sql[] =
	HIS_ACCOUNTS
	"SELECT coalesce(a.customer, '(nobody)') AS customer,"
	" coalesce(a.tenant_name, a.tenant) AS tenancy, a.dataset AS dataset,"
	" coalesce(a.email, a.login, a.name, a.id) AS account, a.state AS"
	" state, coalesce((SELECT group_concat(r.role, ', ') FROM temp.role r"
	" WHERE r.tenant = a.tenant AND r.account = a.id AND r.dataset ="
	" a.dataset), '') AS roles, coalesce(iso(max(a.last_seen_at)), '') AS"
	" last_seen, CASE WHEN max(h.certain) THEN '' ELSE 'uncertain: ' END"
	" || min(h.how) AS match"
	" FROM his h JOIN temp.account a ON a.tenant = h.tenant AND a.id = h.id"
	" AND a.dataset = h.dataset GROUP BY a.tenant, a.dataset, a.id"
	" ORDER BY 1, 2, 3";

static const char keys_sql[] =
	HIS_ACCOUNTS
	"SELECT DISTINCT coalesce(c.customer, '(nobody)') AS customer,"
	" coalesce(c.tenant_name, c.tenant) AS tenancy, c.kind AS key,"
	" coalesce(c.name, c.id) AS name, c.state AS state,"
	" coalesce(iso(c.expires_at), 'no expiry known') AS expires"
	" FROM (SELECT c.tenant, c.dataset, c.key FROM asked s CROSS JOIN"
	" temp.credential c ON c.owner_email_key = s.key UNION"
	" SELECT c.tenant, c.dataset, c.key FROM his h CROSS JOIN"
	" temp.credential c ON c.tenant = h.tenant AND c.owner = h.id UNION"
	" SELECT c.tenant, c.dataset, c.key FROM who CROSS JOIN temp.alias m"
	" USING (person) CROSS JOIN temp.credential c ON c.owner_email_key ="
	" m.address_key) k CROSS JOIN temp.credential c USING (tenant,"
	" dataset, key) ORDER BY 1, 2, 4";

static const char gaps_sql[] =
	"SELECT coalesce(customer, '(nobody)') AS customer, tenant AS tenancy,"
	" dataset, CASE WHEN status = 'complete' THEN 'stale' ELSE status END"
	" AS state, reason FROM temp.coverage WHERE (status <> 'complete' OR"
	" stale) AND (instr(',' || kinds || ',', 'account') OR"
	" instr(',' || kinds || ',', 'role') OR"
	" instr(',' || kinds || ',', 'credential'))"
	/* No gap among no datasets would read as if all had been looked at. */
	" UNION ALL SELECT '(all)', '(all)', '(all)', 'missing',"
	" 'no account listing was ever read: exitproof run'"
	" WHERE NOT EXISTS (SELECT 1 FROM temp.coverage"
	" WHERE instr(',' || kinds || ',', 'account')) ORDER BY 1, 2, 3";

static int section(struct ep_app *app, const char *title, const char *sql,
		   const char *address, const char *none, int64_t *ret_rows)
{
	ep_app_printf("%s\n", title);
	if (ep_table_print(ep_store_db(app->store), sql, address, ret_rows,
			   &app->err))
		return app->err.code;
	ep_app_printf(*ret_rows ? "\n" : "%s\n\n", none);
	return 0;
}

static int print_person(struct ep_app *app, const char *address)
{
	int64_t who, said, accounts, keys, gaps;

	if (section(app, "Leaver register", who_sql, address,
		    "  not in the register", &who) ||
	    section(app, "Exit tickets and directories", sources_sql, address,
		    "  nothing that was read says that this person left",
		    &said) ||
	    section(app, "Accounts and roles", accounts_sql, address,
		    "  none in what was read", &accounts) ||
	    section(app, "Keys and credentials", keys_sql, address,
		    "  none in what was read", &keys) ||
	    section(app, "Not read completely, so there may be more", gaps_sql,
		    NULL, "  nothing: every account, role and key listing is "
			  "complete", &gaps))
		return ep_app_fail(app);
	if (gaps)
		return 2;
	return accounts + keys ? 1 : ep_app_finish();
}

static int link_people(struct ep_app *app)
{
	if (ep_store_as_of(app->store, 0, &app->err) ||
	    ep_check_schema(ep_store_db(app->store), &app->err) ||
	    ep_people_refresh(app->store, app->config, &app->err))
		return ep_app_fail(app);
	return 0;
}

/* --- match ------------------------------------------------------------------------ */

static const char match_sql[] =
	"SELECT coalesce(l.customer, '(nobody)') AS customer, l.tenant AS"
	" tenancy, l.account AS account, coalesce(l.email, '') AS address,"
	" l.person AS person, coalesce(l.person_name, '') AS name, l.how AS why"
	" FROM person_link l WHERE NOT l.certain"
	" ORDER BY l.customer, l.tenant, l.account";

static int decide(struct ep_app *app, char **argv, bool same)
{
	if (ep_people_decide(ep_store_db(app->store), argv[0], argv[1],
			     argv[2], same, ep_whoami_user(),
			     ep_clock_now(), &app->err))
		return ep_app_fail(app);
	return link_people(app);
}

/* Statements that only a human can settle, in the register. */
static const char statements_sql[] =
	"SELECT coalesce(s.parent, '(nobody)') AS customer, s.id AS source,"
	" coalesce(s.owner, '(nobody found)') AS address, coalesce(s.name, '')"
	" AS says, coalesce(substr(iso(s.created_at), 1, 10), 'no date') AS"
	" left_on, CASE s.state WHEN 'contradicts' THEN 'the register keeps"
	" this person' ELSE 'not in the register' END AS why"
	" FROM temp.resource s WHERE s.dataset = 'register.sources' AND"
	" coalesce(s.state, 'review') NOT IN ('agrees', 'certain')"
	" ORDER BY s.parent, s.id";

static int list_open(struct ep_app *app)
{
	struct ep_db *db = ep_store_db(app->store);
	int64_t links = 0, said = 0;

	if (ep_table_print(db, match_sql, NULL, &links, &app->err))
		return ep_app_fail(app);
	if (links)
		ep_app_printf("\n");
	if (ep_table_print(db, statements_sql, NULL, &said, &app->err))
		return ep_app_fail(app);
	if (links + said == 0)
		ep_app_printf("nothing to settle\n");
	return links + said ? 2 : ep_app_finish();
}

static int person_match(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"person match", "[TENANCY ACCOUNT PERSON]",
		"Lists accounts that may be a leaver's and that a human has to "
		"settle, and people whom a ticket or a directory calls departed "
		"and the register does not; or settles one account with --same "
		"or --other."
	};
	bool same = false, other = false;
	const struct ep_opt table[] = {
		{ EP_OPT_FLAG, 0, "same", NULL, &same,
		  "the account is that person's" },
		{ EP_OPT_FLAG, 0, "other", NULL, &other, "it is not" },
		EP_APP_OPTIONS(app)
	};
	int operands, status;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	if (operands != (same || other ? 3 : 0) || (same && other))
		return ep_app_usage("person match",
				    "give TENANCY ACCOUNT PERSON with --same or "
				    "--other, or nothing");
	status = ep_app_store(app, true);
	if (status == 0)
		status = link_people(app);
	if (status == 0 && operands)
		status = decide(app, argv, same);
	if (status)
		return status;
	return list_open(app);
}

/* Links that a check has made of what is there are read, also while a night
 * is running; others are made, which takes the database. */
static int open_linked(struct ep_app *app)
{
	bool current = false;
	int status = ep_app_main_file(app);

	if (status)
		return status;
	if (access(app->main_file->database, F_OK) == 0) {
		status = ep_app_store(app, false);
		if (status)
			return status;
		if (ep_people_current(app->store, app->main_file->sha256,
				      &current, &app->err))
			return ep_app_fail(app);
		if (current)
			return 0;
		ep_store_close(app->store);
		app->store = NULL;
	}
	status = ep_app_config(app);
	if (status == 0)
		status = ep_app_store(app, true);
	return status ? status : link_people(app);
}

int ep_cmd_person(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"person", "ADDRESS | match",
		"Lists everything that a person still holds, in every "
		"tenancy. Exit status 1 when there is something, 2 when "
		"something could not be read."
	};
	const struct ep_opt table[] = { EP_APP_OPTIONS(app) };
	EP_AUTO_FREE char *address = NULL;
	int operands, status;

	if (argc > 1 && ep_str_eq(argv[1], "match"))
		return person_match(app, argc - 1, argv + 1);
	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	if (operands != 1)
		return ep_app_usage("person", "give one address");
	address = ep_strdup(argv[0]);
	ep_str_lower(address);
	status = open_linked(app);
	return status ? status : print_person(app, address);
}
