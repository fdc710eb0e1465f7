/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dictionary of people, out of everything that the store holds: tonight,
 * the night in question, and what history keeps of earlier ones.
 */
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/str.h"
#include "ext/crypto.h"
#include "ext/db.h"
#include "model/config.h"
#include "model/entity.h"
#include "model/secret.h"
#include "report/redact.h"
#include "store/layout.h"
#include "store/store.h"

/* Members of attr that name somebody, whatever vendor they are of. */
#define PERSONAL                                                             \
	"'samaccountname', 'sAMAccountName', 'onPremisesSamAccountName',"    \
	" 'member_login', 'user_login', 'user_name', 'loginas_agent_name',"  \
	" 'userPrincipalName', 'displayName', 'givenName', 'surname', 'sn',"  \
	" 'created_by', 'closed_by', 'recent_users', 'owner'"

static const char *const people_sql[] = {
	"SELECT name FROM main.now_account UNION"
	" SELECT " EP_ADDRESS_SQL("", "email") " FROM main.now_account UNION"
	" SELECT " EP_ADDRESS_SQL("", "login") " FROM main.now_account",
	"SELECT name FROM main.now_person UNION SELECT key FROM main.now_person"
	" UNION SELECT person_name FROM main.person_link UNION"
	" SELECT email FROM main.person_link UNION"
	" SELECT person FROM main.person_link",
	"SELECT substr(key, instr(key, char(31)) + 1) FROM main.now_alias",
	"SELECT " EP_ADDRESS_SQL("", "owner_email")
	" FROM main.now_credential UNION"
	" SELECT " EP_ADDRESS_SQL("", "person") " FROM main.now_ticket UNION"
	" SELECT \"user\" FROM main.moving_agent UNION"
	" SELECT \"user\" FROM temp.agent UNION"
	" SELECT name FROM temp.account UNION SELECT login FROM temp.account",
	"SELECT owner FROM main.declared UNION"
	" SELECT address FROM main.declared UNION"
	" SELECT address FROM main.authorised_owner",
	"SELECT by_user FROM main.run UNION"
	" SELECT captured_by FROM main.coverage UNION"
	" SELECT waiver_approver FROM main.finding UNION"
	" SELECT by_user FROM main.person_match",
	"SELECT DISTINCT j.value FROM main.now_account a, json_tree(a.attr) j"
	" WHERE j.key IN (" PERSONAL ") AND j.type = 'text'",
	"SELECT DISTINCT j.value FROM main.now_resource a, json_tree(a.attr) j"
	" WHERE j.key IN (" PERSONAL ") AND j.type = 'text'",
	"SELECT DISTINCT j.value FROM main.now_agent a, json_tree(a.attr) j"
	" WHERE j.key IN (" PERSONAL ") AND j.type = 'text'",
	"SELECT DISTINCT j.value FROM main.history h, json_each(h.old) j"
	" WHERE h.kind IN (SELECT id FROM main.kind"
	" WHERE name IN ('account', 'person'))"
	" AND j.key IN ('name', 'login', 'email') AND j.type = 'text'",
	"SELECT DISTINCT j.value FROM main.history h, json_each(h.old) j"
	" WHERE j.key IN ('user', 'owner_email', 'person')"
	" AND j.type = 'text'",
	"SELECT DISTINCT json_extract(f.evidence, '$.person') FROM main.finding f"
	" UNION SELECT json_extract(j.value, '$.person') FROM main.finding f,"
	" json_each(f.evidence, '$.also') j",
};

/* Tables of features that a database may not have met yet. */
static const struct {
	const char *table, *sql;
} later[] = {
	{ "review", "SELECT started_by FROM main.review UNION"
		    " SELECT closed_by FROM main.review UNION"
		    " SELECT by_user FROM main.review" },
	{ "review_item", "SELECT name FROM main.review_item WHERE kind ="
			 " 'role' UNION"
			 " SELECT address FROM main.review_item" },
	{ "review_decision", "SELECT reviewer FROM main.review_decision UNION"
			     " SELECT by_user FROM main.review_decision" },
	{ "baseline", "SELECT approver FROM main.baseline" },
	{ "exit_attest", "SELECT by_name FROM main.exit_attest UNION"
			 " SELECT by_user FROM main.exit_attest" },
	{ "retirement", "SELECT by_user FROM main.retirement" },
	{ "purge", "SELECT by_user FROM main.purge" },
	/* Most are words and an id of an application, which is nobody. */
	{ "caller", "SELECT name FROM main.caller WHERE instr(name, ' ') = 0"
		    " OR name LIKE 'CN=%' UNION SELECT substr(name, 10)"
		    " FROM main.caller WHERE name LIKE 'API user %'" },
};

/* What stays although a person may be called so. */
static const char *const kept_sql[] = {
	"SELECT id FROM main.customer UNION SELECT name FROM main.customer",
	"SELECT uid FROM main.tenancy UNION SELECT tenant FROM main.tenancy"
	" UNION SELECT name FROM main.tenancy"
	" UNION SELECT domain FROM main.tenancy"
	" UNION SELECT system FROM main.tenancy",
	"SELECT name FROM main.dataset UNION SELECT connector FROM main.dataset",
	"SELECT rule FROM main.rule_run UNION SELECT grp FROM main.rule_text",
	"SELECT role FROM temp.role",
};

static const char *const kept_words[] = {
	"PASS", "FAIL", "UNDECIDED", "EMPTY", "WAIVED", "NOT-APPLICABLE",
	"complete", "partial", "denied", "failed", "skipped", "held",
	"missing", "stale", "critical", "high", "medium", "low", "info",
	"open", "came_back", "fixed", "good", "bad", "warn", "off", "fleet",
	"checked", "disabled", "error", "direct", "supporting", "clean",
	"findings", "night", "verify", "import", "check", "change", "close",
	"running", "aborted", "exitproof", "root", "nobody", "unclaimed",
	"not complete",
};

static const char domains_sql[] =
	"SELECT domain FROM main.domain UNION"
	" SELECT domain FROM main.tenancy WHERE domain IS NOT NULL";

static int take_each(struct ep_db *db, const char *sql,
		     void (*take)(struct ep_redact *redact, const char *s),
		     struct ep_redact *redact, struct ep_err *err)
{
	struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(db, sql, &stmt, err);

	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		const char *s = ep_db_col_text(stmt, 0);

		if (s && *s)
			take(redact, s);
	}
	ep_db_done(stmt);
	return rc;
}

static int take_later(struct ep_db *db, struct ep_redact *redact,
		      struct ep_err *err)
{
	int64_t there;

	for (size_t i = 0; i < sizeof(later) / sizeof(*later); i++) {
		EP_AUTO(ep_buf_release) struct ep_buf sql = EP_BUF_INIT(256);

		ep_buf_addf(&sql, "SELECT count(*) FROM main.sqlite_master"
				  " WHERE name = '%s'", later[i].table);
		if (ep_db_one_int(db, sql.s, &there, err))
			return err->code;
		if (there && take_each(db, later[i].sql, ep_redact_person,
				       redact, err))
			return err->code;
	}
	return 0;
}

static void keep_words(struct ep_redact *redact)
{
	for (size_t i = 0; i < sizeof(kept_words) / sizeof(*kept_words); i++)
		ep_redact_keep(redact, kept_words[i]);
	for (int kind = 0; kind < EP_KINDS; kind++) {
		const struct ep_entity *entity = ep_entity((enum ep_kind)kind);

		ep_redact_keep(redact, entity->name);
		for (int i = 0; i < entity->columns; i++) {
			const struct ep_enum *words =
				entity->column[i].enumeration;

			for (int k = 0; words && words->value[k]; k++)
				ep_redact_keep(redact, words->value[k]);
		}
	}
}

/* --- the key ----------------------------------------------------------------- */

static int write_key(const char *path, struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf text = EP_BUF_INIT(128);
	struct ep_file_out *file;
	uint8_t key[EP_SHA256_BYTES];
	int rc;

	ep_random(key, sizeof(key));
	ep_str_hex(&text, key, sizeof(key));
	ep_buf_addc(&text, '\n');
	rc = ep_file_out_open(path, 0600, &file, err);
	if (rc)
		return rc;
	rc = ep_file_out_write(file, text.s, text.len, err);
	if (rc == 0)
		return ep_file_out_commit(file, err);
	ep_file_out_abort(file);
	return rc;
}

/* Beside the database, so that it is kept and backed up with it. */
static int file_key(const struct ep_config *config, struct ep_secret **ret,
		    struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf path = EP_BUF_INIT(8192);

	ep_buf_addf(&path, "%s.redact-key", config->database);
	if (access(path.s, F_OK) != 0 && write_key(path.s, err))
		return err->code;
	*ret = ep_secret_new(EP_SECRET_FILE, path.s, NULL, NULL);
	return 0;
}

static int new_redact(const struct ep_config *config, struct ep_redact **ret,
		      struct ep_err *err)
{
	struct ep_secret *own = NULL;
	const char *key;
	size_t n;
	int rc = 0;

	if (!config->redact_key)
		rc = file_key(config, &own, err);
	if (rc == 0)
		rc = ep_secret_get(config->redact_key ? config->redact_key :
							own,
				   false, &key, &n, err);
	if (rc == 0 && n < EP_REDACT_KEY_MIN)
		rc = ep_err_set(err, EP_ECONFIG,
				"the key of pseudonyms needs %d characters or "
				"more; a shorter one can be searched",
				EP_REDACT_KEY_MIN);
	if (rc == 0)
		*ret = ep_redact_new(key, n);
	ep_secret_free(own);
	return rc;
}

int ep_redact_load(struct ep_store *store, const struct ep_config *config,
		   struct ep_redact **ret, struct ep_err *err)
{
	struct ep_db *db = ep_store_db(store);
	struct ep_redact *redact = NULL;
	int rc = new_redact(config, &redact, err);

	if (rc)
		return rc;
	keep_words(redact);
	for (size_t i = 0; rc == 0 && i < sizeof(kept_sql) / sizeof(*kept_sql);
	     i++)
		rc = take_each(db, kept_sql[i], ep_redact_keep, redact, err);
	rc = rc ? rc : take_each(db, domains_sql, ep_redact_domain, redact, err);
	for (size_t i = 0;
	     rc == 0 && i < sizeof(people_sql) / sizeof(*people_sql); i++)
		rc = take_each(db, people_sql[i], ep_redact_person, redact,
			       err);
	if (rc == 0)
		rc = take_later(db, redact, err);
	if (rc) {
		ep_redact_free(redact);
		return rc;
	}
	ep_redact_ready(redact);
	*ret = redact;
	return 0;
}
