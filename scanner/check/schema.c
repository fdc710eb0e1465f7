/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables that check keeps in the store's database.
 */
#include "check/check.h"

#include "check/baseline.h"
#include "check/people_current.h"
#include "check/review.h"
#include "ext/db.h"
#include "store/caller.h"

static const char tables[] =
	"CREATE TABLE IF NOT EXISTS check_run("
	" run INTEGER PRIMARY KEY, at INTEGER NOT NULL, rules_sha256 TEXT,"
	" rules INTEGER, units INTEGER, threshold TEXT, pass INTEGER,"
	" fail INTEGER, undecided INTEGER, empty INTEGER, waived INTEGER,"
	" not_applicable INTEGER, datasets INTEGER, datasets_bad INTEGER,"
	" status INTEGER NOT NULL);"

	"CREATE TABLE IF NOT EXISTS rule_text("
	" sha256 TEXT PRIMARY KEY, id TEXT NOT NULL, revision INTEGER,"
	" title TEXT, why TEXT, severity TEXT, per TEXT, systems TEXT,"
	" needs TEXT, fix TEXT, fix_title TEXT, remedy TEXT, maps TEXT,"
	" refs TEXT, params TEXT, grp TEXT, population TEXT,"
	" violations TEXT) WITHOUT ROWID;"

	"CREATE TABLE IF NOT EXISTS rule_run("
	" run INTEGER NOT NULL, rule TEXT NOT NULL, sha256 TEXT,"
	" state TEXT NOT NULL, severity TEXT NOT NULL, reason TEXT,"
	" units INTEGER, population INTEGER, violations INTEGER, ms INTEGER,"
	" PRIMARY KEY(run, rule)) WITHOUT ROWID;"

	"CREATE TABLE IF NOT EXISTS result_log("
	" id INTEGER PRIMARY KEY, rule TEXT NOT NULL, unit TEXT NOT NULL,"
	" unit_name TEXT, customer TEXT, first_run INTEGER NOT NULL,"
	" end_run INTEGER, result TEXT NOT NULL, population INTEGER,"
	" violations INTEGER, waived INTEGER, reason TEXT, advice TEXT);"
	"CREATE UNIQUE INDEX IF NOT EXISTS result_log_open"
	" ON result_log(rule, unit) WHERE end_run IS NULL;"
	"CREATE INDEX IF NOT EXISTS result_log_customer"
	" ON result_log(customer);"
	"CREATE INDEX IF NOT EXISTS result_log_runs"
	" ON result_log(end_run, first_run);"

	"CREATE VIEW IF NOT EXISTS result AS"
	" SELECT rule, unit, unit_name, customer, first_run, result,"
	" population, violations, waived, reason, advice"
	" FROM result_log WHERE end_run IS NULL;"

	"CREATE TABLE IF NOT EXISTS finding("
	" fingerprint TEXT PRIMARY KEY, rule TEXT NOT NULL,"
	" unit TEXT NOT NULL, unit_name TEXT, customer TEXT,"
	" subject TEXT NOT NULL, name TEXT, severity TEXT NOT NULL,"
	" state TEXT NOT NULL, rechecked INTEGER NOT NULL,"
	" first_run INTEGER NOT NULL, first_seen INTEGER NOT NULL,"
	" last_run INTEGER NOT NULL, last_seen INTEGER NOT NULL,"
	" fixed_run INTEGER, fixed_at INTEGER, times INTEGER NOT NULL,"
	" seen TEXT, wanted TEXT, evidence TEXT,"
	" waived INTEGER NOT NULL, waiver_reason TEXT,"
	" waiver_approver TEXT, waiver_until INTEGER, waiver_note TEXT)"
	" WITHOUT ROWID;"
	"CREATE INDEX IF NOT EXISTS finding_rule ON finding(rule, unit);"
	"CREATE INDEX IF NOT EXISTS finding_customer ON finding(customer);"
	"CREATE INDEX IF NOT EXISTS finding_state ON finding(state);"

	"CREATE TABLE IF NOT EXISTS finding_event("
	" run INTEGER NOT NULL, fingerprint TEXT NOT NULL,"
	" event TEXT NOT NULL, at INTEGER NOT NULL,"
	" PRIMARY KEY(run, fingerprint, event)) WITHOUT ROWID;"
	"CREATE INDEX IF NOT EXISTS finding_event_of"
	" ON finding_event(fingerprint, run);"

	"CREATE TABLE IF NOT EXISTS finding_look("
	" run INTEGER NOT NULL, fingerprint TEXT NOT NULL,"
	" rechecked INTEGER NOT NULL,"
	" PRIMARY KEY(fingerprint, run)) WITHOUT ROWID;"

	"CREATE TABLE IF NOT EXISTS person_match("
	" tenant TEXT NOT NULL, account TEXT NOT NULL, person TEXT NOT NULL,"
	" same INTEGER NOT NULL, by_user TEXT NOT NULL, at INTEGER NOT NULL,"
	" PRIMARY KEY(tenant, account, person)) WITHOUT ROWID;"

	"CREATE TABLE IF NOT EXISTS check_note("
	" run INTEGER NOT NULL, kind TEXT NOT NULL, rule TEXT, unit TEXT,"
	" text TEXT NOT NULL);"
	"CREATE INDEX IF NOT EXISTS check_note_run ON check_note(run);";

int ep_check_schema(struct ep_db *db, struct ep_err *err)
{
	int rc = ep_db_exec(db, tables, err);

	if (rc == 0)
		rc = ep_people_current_schema(db, err);
	if (rc == 0)
		rc = ep_review_schema(db, err);
	if (rc == 0)
		rc = ep_caller_schema(db, err);
	return rc < 0 ? rc : ep_baseline_schema(db, err);
}

/* Texts of rules stay: they are what they are, whoever asked.  So do people's
 * decisions about matches. */
int ep_check_forget(struct ep_db *db, struct ep_err *err)
{
	int rc = ep_check_schema(db, err);

	return rc < 0 ? rc : ep_db_exec(db, "DELETE FROM main.check_run;"
					"DELETE FROM main.rule_run;"
					"DELETE FROM main.result_log;"
					"DELETE FROM main.finding;"
					"DELETE FROM main.finding_event;"
					"DELETE FROM main.finding_look;"
					"DELETE FROM main.check_note;", err);
}
