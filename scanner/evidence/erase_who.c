/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gathers what a person was ever called: in the registers, by whatever is
 * linked for certain, today and in the history.
 */
#include "evidence/erase_priv.h"

#include "base/alloc.h"
#include "ext/db.h"
#include "model/entity.h"
#include "store/layout.h"

/* Every version of a kind's rows that is kept: what is there, what is gone,
 * what was changed.  A kind's id is its number. */
#define VERSIONS(name, kind)                                                 \
	"CREATE TEMP TABLE " name " AS "                                     \
	"SELECT v.rid, t.uid, v.key, v.email, v.login, v.name, v.external, " \
	"v.person, v.address FROM (SELECT rid, dataset, key, " kind         \
	" FROM main.now_"

#define OF_HISTORY(kind)                                                     \
	" UNION ALL SELECT h.rid, h.dataset, coalesce(h.key, (SELECT c.key " \
	"FROM main.history c WHERE c.op = 3 AND c.kind = h.kind AND "        \
	"c.rid = h.rid)), h.old ->> '$.email', h.old ->> '$.login', "        \
	"h.old ->> '$.name', h.old ->> '$.external_id', "                    \
	"h.old ->> '$.person', h.old ->> '$.address' FROM main.history h "   \
	"WHERE h.op <> 1 AND h.kind = (SELECT id FROM main.kind WHERE "      \
	"name = '" kind "')) v JOIN main.dataset d ON d.id = v.dataset "     \
	"JOIN main.tenancy t ON t.id = d.tenancy;"

static const char gather_sql[] =
	"DROP TABLE IF EXISTS temp.erase_account;"
	"DROP TABLE IF EXISTS temp.erase_person;"
	"DROP TABLE IF EXISTS temp.erase_alias;"
	"DROP TABLE IF EXISTS temp.erase_id;"
	"DROP TABLE IF EXISTS temp.erase_address;"
	"DROP TABLE IF EXISTS temp.erase_own;"
	VERSIONS("erase_account", EP_ADDRESS_SQL("", "email") " AS email, "
		 EP_ADDRESS_SQL("", "login") " AS login, name, "
		 "external_id AS external, NULL AS person, NULL AS address")
	"account"
	OF_HISTORY("account")
	VERSIONS("erase_person", "NULL AS email, NULL AS login, name, "
		 "NULL AS external, NULL AS person, NULL AS address") "person"
	OF_HISTORY("person")
	VERSIONS("erase_alias", "NULL AS email, NULL AS login, NULL AS name, "
		 "NULL AS external, person, " EP_ADDRESS_SQL("", "address")
		 " AS address") "alias"
	OF_HISTORY("alias")
	"UPDATE temp.erase_alias SET "
	"person = coalesce(person, substr(key, 1, instr(key, char(31)) - 1)), "
	"address = coalesce(address, substr(key, instr(key, char(31)) + 1));"
	"UPDATE temp.erase_account SET key = (SELECT n.key FROM "
	"main.now_account n WHERE n.rid = erase_account.rid) WHERE "
	"key IS NULL;"
	"UPDATE temp.erase_person SET key = (SELECT n.key FROM "
	"main.now_person n WHERE n.rid = erase_person.rid) WHERE key IS NULL;"
	"CREATE TEMP TABLE erase_id(id TEXT PRIMARY KEY);"
	"CREATE TEMP TABLE erase_address(address TEXT PRIMARY KEY);"
	"CREATE TEMP TABLE erase_own(rid INTEGER PRIMARY KEY);";

/* ?1: what was asked for, in lower case. */
static const char *const steps[] = {
	"INSERT OR IGNORE INTO temp.erase_id SELECT person FROM "
	"temp.erase_alias WHERE address = ?1 AND person IS NOT NULL",
	"INSERT OR IGNORE INTO temp.erase_id SELECT key FROM "
	"temp.erase_person WHERE lower(key) = ?1",
	"INSERT OR IGNORE INTO temp.erase_address SELECT ?1 WHERE "
	"instr(?1, '@') AND (EXISTS(SELECT 1 FROM temp.erase_account WHERE "
	"email = ?1 OR login = ?1) OR EXISTS(SELECT 1 FROM temp.erase_alias "
	"WHERE address = ?1))",
	"INSERT OR IGNORE INTO temp.erase_address SELECT address FROM "
	"temp.erase_alias WHERE person IN (SELECT id FROM temp.erase_id) "
	"AND instr(address, '@')",
	/* Accounts of one address, and those that were linked for certain. */
	"INSERT OR IGNORE INTO temp.erase_own SELECT rid FROM "
	"temp.erase_account WHERE email IN (SELECT address FROM "
	"temp.erase_address) OR login IN (SELECT address FROM "
	"temp.erase_address)",
	"INSERT OR IGNORE INTO temp.erase_own SELECT a.rid FROM "
	"main.person_link l JOIN temp.erase_account a ON a.uid = l.tenant AND "
	"a.key = l.account WHERE l.certain AND l.person IN (SELECT id FROM "
	"temp.erase_id)",
	"INSERT OR IGNORE INTO temp.erase_own SELECT a.rid FROM "
	"main.evidence_kept k JOIN temp.erase_account a ON "
	"a.uid = k.leaf ->> '$.tenant' AND a.key = k.leaf ->> '$.account' "
	"WHERE k.grp GLOB 'context/*/person_link' AND k.leaf <> '' AND "
	"k.leaf ->> '$.certain' = 1 AND k.leaf ->> '$.person' IN "
	"(SELECT id FROM temp.erase_id)",
};

/* kind, text, scope; of a name whether somebody else has it, of an address
 * whether its domain is a customer's. */
static const char words_sql[] =
	"WITH own AS (SELECT * FROM temp.erase_account WHERE rid IN "
	"(SELECT rid FROM temp.erase_own)), "
	"word(kind, text, scope) AS ("
	"SELECT 0, address, NULL FROM temp.erase_address "
	"UNION SELECT 0, email, NULL FROM own WHERE instr(email, '@') "
	"UNION SELECT 0, login, NULL FROM own WHERE instr(login, '@') "
	"UNION SELECT 1, id, NULL FROM temp.erase_id "
	"UNION SELECT 1, address, NULL FROM temp.erase_alias WHERE person IN "
	"(SELECT id FROM temp.erase_id) AND NOT instr(address, '@') "
	"UNION SELECT 1, key, uid FROM own "
	"UNION SELECT 1, login, uid FROM own WHERE NOT instr(login, '@') "
	"UNION SELECT 1, external, uid FROM own "
	"UNION SELECT 2, name, NULL FROM own "
	"UNION SELECT 2, name, NULL FROM temp.erase_person WHERE key IN "
	"(SELECT id FROM temp.erase_id)) "
	"SELECT kind, text, scope, CASE kind WHEN 2 THEN "
	"EXISTS(SELECT 1 FROM temp.erase_account a WHERE a.name = text AND "
	"a.rid NOT IN (SELECT rid FROM temp.erase_own)) OR "
	"EXISTS(SELECT 1 FROM temp.erase_person p WHERE p.name = text AND "
	"p.key NOT IN (SELECT id FROM temp.erase_id)) "
	"ELSE 0 END, CASE kind WHEN 0 THEN EXISTS(SELECT 1 FROM main.domain m "
	"WHERE m.domain = substr(text, instr(text, '@') + 1)) ELSE 0 END "
	"FROM word WHERE text <> '' ORDER BY kind, length(text) DESC, text, "
	"scope";

static int run_steps(struct ep_db *db, const char *person, struct ep_err *err)
{
	int rc = ep_db_exec(db, gather_sql, err);

	for (size_t i = 0; rc == 0 && i < sizeof(steps) / sizeof(steps[0]);
	     i++) {
		struct ep_stmt *stmt = NULL;

		rc = ep_db_prepare(db, steps[i], &stmt, err);
		if (rc < 0)
			break;
		if (ep_db_param_count(stmt))
			ep_db_text(stmt, 1, person);
		rc = ep_db_run(stmt, err);
	}
	return rc;
}

static int take_words(struct ep_db *db, struct ep_called_all *ret,
		      struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(db, words_sql, &stmt, err);

	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row)
		ep_called_add(ret, (enum ep_called_kind)ep_db_col_int(stmt, 0),
			      ep_db_col_text(stmt, 1), ep_db_col_text(stmt, 2),
			      ep_db_col_int(stmt, 3) != 0,
			      ep_db_col_int(stmt, 4) != 0);
	return rc;
}

/* The fingerprint of a finding follows from its subject. */
static int take_fingerprints(struct ep_db *db, struct ep_called_all *ret,
			     struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	struct ep_words found = { 0 };
	bool row = false;
	int rc = ep_db_prepare(db, "SELECT fingerprint FROM main.finding WHERE "
			       "rewrite(subject, unit) IS NOT subject", &stmt,
			       err);

	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row)
		EP_VEC_ADD(&found) = ep_strdup(ep_db_col_text(stmt, 0));
	ep_db_done(ep_take(&stmt));
	for (size_t i = 0; rc == 0 && i < found.n; i++)
		ep_called_add(ret, EP_CALLED_ID, found.v[i], NULL, false,
			      false);
	ep_words_release(&found);
	return rc;
}

int ep_erase_who(struct ep_db *db, const char *person,
		 struct ep_called_all *ret, struct ep_err *err)
{
	int rc = run_steps(db, person, err);

	if (rc == 0)
		rc = take_words(db, ret, err);
	if (rc == 0 && ret->v.n == 0)
		rc = ep_err_set(err, EP_ENOENT, "nobody called '%.200s' was "
				"ever listed; give an address, or the id that "
				"the register has", person);
	if (rc == 0)
		rc = take_fingerprints(db, ret, err);
	return rc;
}
