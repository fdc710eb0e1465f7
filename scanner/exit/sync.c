/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the PSA ought to have, and bringing it there; see the header.  Every
 * step is on disk before the door is asked, so a killed process forgets
 * nothing that it may have written.
 */
#include "exit/sync.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/str.h"
#include "check/check.h"
#include "exit/sync_priv.h"
#include "exit/sync_text.h"
#include "ext/crypto.h"
#include "ext/db.h"

int ep_sync_schema(struct ep_db *db, struct ep_err *err)
{
	return ep_db_exec(
		db,
		"CREATE TABLE IF NOT EXISTS psa_ticket("
		" fingerprint TEXT NOT NULL, through TEXT NOT NULL,"
		" round INTEGER NOT NULL, mark TEXT NOT NULL,"
		" state TEXT NOT NULL, ticket TEXT, company TEXT,"
		" seen_run INTEGER NOT NULL, made_at INTEGER,"
		" PRIMARY KEY(fingerprint, through, round)) WITHOUT ROWID;"
		"CREATE TABLE IF NOT EXISTS psa_note("
		" mark TEXT PRIMARY KEY, fingerprint TEXT NOT NULL,"
		" through TEXT NOT NULL, round INTEGER NOT NULL,"
		" run INTEGER NOT NULL, event TEXT NOT NULL,"
		" text TEXT NOT NULL, done_at INTEGER) WITHOUT ROWID;",
		err);
}

void ep_sync_mark(const char *fingerprint, const char *what, int64_t n,
		  char out[EP_SYNC_MARK])
{
	uint8_t hash[EP_SHA256_BYTES];
	struct ep_buf text, hex;

	ep_buf_init(&text, EP_TEXT_BYTES_MAX);
	ep_buf_init(&hex, 80);
	ep_buf_addf(&text, "%s\n%s\n%" PRId64, fingerprint, what, n);
	ep_sha256_of(text.s, text.len, hash);
	ep_str_hex(&hex, hash, 12);
	snprintf(out, EP_SYNC_MARK, "exitproof-%s", hex.s);
	ep_buf_release(&text);
	ep_buf_release(&hex);
}

/* --- what ought to be there ------------------------------------------------ */

int ep_sync_add_ticket(struct ep_sync *s, const char *fingerprint,
		       const char *through, int64_t round, int64_t seen_run,
		       const char *company, struct ep_err *err)
{
	struct ep_stmt *stmt;
	char mark[EP_SYNC_MARK];
	int rc = ep_db_prepare(s->db,
			       "INSERT OR IGNORE INTO psa_ticket(fingerprint,"
			       " through, round, mark, state, company,"
			       " seen_run) VALUES(?1, ?2, ?3, ?4, 'wanted',"
			       " ?5, ?6)",
			       &stmt, err);

	if (rc < 0)
		return rc;
	ep_sync_mark(fingerprint, "ticket", round, mark);
	ep_db_text(stmt, 1, fingerprint);
	ep_db_text(stmt, 2, through);
	ep_db_int(stmt, 3, round);
	ep_db_text(stmt, 4, mark);
	ep_db_text(stmt, 5, company);
	ep_db_int(stmt, 6, seen_run);
	return ep_db_run(stmt, err);
}

static const char *company_of(const struct ep_config *config,
			      const struct ep_customer *customer)
{
	const struct ep_connection *connection =
		ep_config_connection(config, customer->tickets.through);

	if (customer->tickets.company || !connection)
		return customer->tickets.company;
	for (size_t i = 0; i < customer->claims.n; i++)
		if (ep_str_eq(customer->claims.v[i].system,
			      connection->connector))
			return customer->claims.v[i].tenant;
	return NULL;
}

/* Findings that nobody owns are the MSP's.  What could not be read is a matter
 * of one night, and reports say it; a ticket would come and go with it. */
static const char new_sql[] =
	"SELECT fingerprint FROM finding f WHERE (customer = ?1 OR"
	" (?2 AND customer IS NULL)) AND state <> 'fixed' AND NOT waived"
	" AND instr('critical high medium low info', severity) <="
	" instr('critical high medium low info', ?3)"
	" AND NOT EXISTS (SELECT 1 FROM rule_text t WHERE t.id = f.rule"
	" AND t.grp = 'coverage')"
	" AND NOT EXISTS (SELECT 1 FROM psa_ticket p"
	" WHERE p.fingerprint = f.fingerprint AND p.through = ?4)"
	" ORDER BY fingerprint";

static int want_tickets(struct ep_sync *s, const struct ep_config *config,
			const struct ep_customer *customer, struct ep_err *err)
{
	const struct ep_ticketing *tickets = &customer->tickets;
	const char *company = company_of(config, customer);
	struct ep_words found = { 0 };
	struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(s->db, new_sql, &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, customer->id);
	ep_db_int(stmt, 2, customer->msp);
	ep_db_text(stmt, 3, tickets->from ? tickets->from : "high");
	ep_db_text(stmt, 4, tickets->through);
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row)
		EP_VEC_ADD(&found) = ep_strdup(ep_db_col_text(stmt, 0));
	ep_db_done(stmt);
	if (rc == 0 && found.n && !company)
		rc = ep_err_set(err, EP_ECONFIG,
				"customer '%s' has no number in %s: claim its "
				"tenancy there, or write tickets: company:",
				customer->id, tickets->through);
	for (size_t i = 0; rc == 0 && i < found.n; i++)
		rc = ep_sync_add_ticket(s, found.v[i], tickets->through, 1,
					s->run, company, err);
	ep_words_release(&found);
	return rc;
}

/* --- the table in memory ----------------------------------------------------- */

static void tickets_release(struct ep_sync_tickets *list)
{
	for (size_t i = 0; i < list->n; i++) {
		ep_free(list->v[i].fingerprint);
		ep_free(list->v[i].through);
		ep_free(list->v[i].mark);
		ep_free(list->v[i].state);
		ep_free(list->v[i].number);
		ep_free(list->v[i].company);
	}
	ep_vec_release(list);
}

/* The worst first, since a first sync may not reach them all. */
static int load(struct ep_sync *s, const char *states,
		struct ep_sync_tickets *list, struct ep_err *err)
{
	struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(
		s->db,
		"SELECT p.fingerprint, through, round, mark, p.state, ticket,"
		" company, seen_run FROM psa_ticket p JOIN finding f"
		" USING (fingerprint) WHERE instr(?1, p.state)"
		" ORDER BY instr('critical high medium low info', severity),"
		" p.fingerprint, through, round",
		&stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, states);
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row)
		EP_VEC_ADD(list) = (struct ep_sync_ticket){
			.fingerprint = ep_strdup(ep_db_col_text(stmt, 0)),
			.through = ep_strdup(ep_db_col_text(stmt, 1)),
			.round = ep_db_col_int(stmt, 2),
			.mark = ep_strdup(ep_db_col_text(stmt, 3)),
			.state = ep_strdup(ep_db_col_text(stmt, 4)),
			.number = ep_strdup(ep_db_col_text(stmt, 5)),
			.company = ep_strdup(ep_db_col_text(stmt, 6)),
			.seen_run = ep_db_col_int(stmt, 7),
		};
	ep_db_done(stmt);
	return rc;
}

int ep_sync_set_state(struct ep_sync *s, const struct ep_sync_ticket *t,
		      const char *state, const char *number, int64_t seen_run,
		      struct ep_err *err)
{
	struct ep_stmt *stmt;
	int rc = ep_db_prepare(s->db,
			       "UPDATE psa_ticket SET state = ?4,"
			       " ticket = coalesce(?5, ticket), seen_run = ?6,"
			       " made_at = coalesce(made_at, ?7)"
			       " WHERE fingerprint = ?1 AND through = ?2"
			       " AND round = ?3",
			       &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, t->fingerprint);
	ep_db_text(stmt, 2, t->through);
	ep_db_int(stmt, 3, t->round);
	ep_db_text(stmt, 4, state);
	ep_db_text(stmt, 5, number);
	ep_db_int(stmt, 6, seen_run);
	ep_db_int(stmt, 7, s->now);
	return ep_db_run(stmt, err);
}

static int change_round(struct ep_sync *s, const char *sql,
			const struct ep_sync_ticket *t, int64_t round,
			struct ep_err *err)
{
	struct ep_stmt *stmt;
	int rc = ep_db_prepare(s->db, sql, &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, t->fingerprint);
	ep_db_text(stmt, 2, t->through);
	ep_db_int(stmt, 3, round);
	if (ep_db_param_count(stmt) > 3)
		ep_db_int(stmt, 4, t->seen_run);
	return ep_db_run(stmt, err);
}

/* The round before is the one to follow again. */
static int drop(struct ep_sync *s, const struct ep_sync_ticket *t,
		struct ep_err *err)
{
	int rc = ep_db_begin(s->db, err);

	if (rc < 0)
		return rc;
	rc = change_round(s,
			  "DELETE FROM psa_ticket WHERE fingerprint = ?1"
			  " AND through = ?2 AND round = ?3",
			  t, t->round, err);
	if (rc == 0)
		rc = change_round(s,
				  "UPDATE psa_ticket SET state = 'resolved',"
				  " seen_run = ?4 WHERE fingerprint = ?1"
				  " AND through = ?2 AND round = ?3",
				  t, t->round - 1, err);
	if (rc == 0)
		rc = ep_db_commit(s->db, err);
	else
		ep_db_rollback(s->db);
	return rc;
}

static int is_over(struct ep_sync *s, const struct ep_sync_ticket *t, bool *ret,
		   struct ep_err *err)
{
	struct ep_stmt *stmt;
	bool row = false;
	int rc = ep_db_prepare(s->db,
			       "SELECT state = 'fixed' OR waived"
			       " FROM finding WHERE fingerprint = ?1",
			       &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, t->fingerprint);
	rc = ep_db_step(stmt, &row, err);
	*ret = rc == 0 && row && ep_db_col_int(stmt, 0);
	ep_db_done(stmt);
	return rc;
}

/* --- through the door ------------------------------------------------------- */

static void note_wait(struct ep_sync *s, const char *why)
{
	if (s->totals->waiting++ == 0)
		snprintf(s->totals->why, sizeof(s->totals->why), "%.500s", why);
}

static bool is_down(const struct ep_sync *s, const char *through)
{
	for (size_t i = 0; i < s->down.n; i++)
		if (ep_str_eq(s->down.v[i], through))
			return true;
	return false;
}

static void went_down(struct ep_sync *s, const char *through, const char *why)
{
	note_wait(s, why);
	EP_VEC_ADD(&s->down) = ep_strdup(through);
}

/* An error of the door is one of this connection and this moment. */
void ep_sync_pass(struct ep_sync *s, const struct ep_sync_item *item,
		  struct ep_sync_answer *answer)
{
	struct ep_err err = EP_ERR_INIT;

	memset(answer, 0, sizeof(*answer));
	if (is_down(s, item->through)) {
		s->totals->waiting++;
		return;
	}
	if (s->written >= EP_SYNC_MOST) {
		s->totals->left++;
		return;
	}
	if (s->door->write(s->door->to, item, answer, &err) < 0) {
		answer->there = false;
		went_down(s, item->through, err.msg);
	} else if (!answer->there) {
		note_wait(s, answer->why);
	} else if (!answer->written) {
		s->totals->found++;
	}
	s->written++;
}

/* False, and the change waits, when the PSA cannot be asked now. */
bool ep_sync_ask(struct ep_sync *s, const struct ep_sync_ticket *t,
		 struct ep_sync_answer *answer)
{
	struct ep_sync_item item = { .through = t->through,
				     .company = t->company,
				     .mark = t->mark };
	struct ep_err err = EP_ERR_INIT;

	memset(answer, 0, sizeof(*answer));
	if (is_down(s, t->through)) {
		s->totals->waiting++;
		return false;
	}
	if (s->door->look(s->door->to, &item, answer, &err) == 0)
		return true;
	went_down(s, t->through, err.msg);
	return false;
}

/* What is over before its ticket was seen needs none, unless one is there:
 * the answer may have been lost, or the process killed. */
static int forget_ticket(struct ep_sync *s, const struct ep_sync_ticket *t,
			 struct ep_err *err)
{
	struct ep_sync_answer answer;

	if (!ep_sync_ask(s, t, &answer))
		return 0;
	if (!answer.there)
		return drop(s, t, err);
	s->totals->found++;
	return ep_sync_set_state(s, t, "open", answer.ticket, t->seen_run, err);
}

static int bring_ticket(struct ep_sync *s, const struct ep_sync_ticket *t,
			struct ep_err *err)
{
	struct ep_sync_answer answer;
	struct ep_sync_item item = { .through = t->through,
				     .company = t->company,
				     .mark = t->mark };
	struct ep_buf title, text;
	bool over;
	int rc = is_over(s, t, &over, err);

	if (rc < 0)
		return rc;
	if (over)
		return forget_ticket(s, t, err);
	ep_buf_init(&title, EP_TEXT_BYTES_MAX);
	ep_buf_init(&text, EP_TEXT_BYTES_MAX);
	rc = ep_sync_text_ticket(s->db, t->fingerprint, t->round, &title, &text,
				 err);
	item.title = title.s;
	item.text = text.s;
	if (rc == 0) {
		ep_sync_pass(s, &item, &answer);
		if (answer.there) {
			s->totals->tickets += answer.written;
			rc = ep_sync_set_state(s, t, "open", answer.ticket,
					       t->seen_run, err);
		}
	}
	ep_buf_release(&title);
	ep_buf_release(&text);
	return rc;
}

/* --- all of it ------------------------------------------------------------------- */

static int bring_tickets(struct ep_sync *s, struct ep_err *err)
{
	struct ep_sync_tickets list = { 0 };
	int rc = load(s, "wanted", &list, err);

	for (size_t i = 0; rc == 0 && i < list.n; i++)
		rc = bring_ticket(s, &list.v[i], err);
	tickets_release(&list);
	return rc;
}

static int follow(struct ep_sync *s, struct ep_err *err)
{
	struct ep_sync_tickets list = { 0 };
	int rc = load(s, "open resolved", &list, err);

	for (size_t i = 0; rc == 0 && i < list.n; i++)
		rc = ep_sync_take_events(s, &list.v[i], err);
	tickets_release(&list);
	return rc;
}

int ep_sync_run(struct ep_db *db, const struct ep_config *config, int64_t now,
		const struct ep_sync_door *door, struct ep_sync_totals *ret,
		struct ep_err *err)
{
	struct ep_sync s = {
		.db = db, .door = door, .totals = ret, .now = now
	};
	int rc = ep_check_schema(db, err);

	memset(ret, 0, sizeof(*ret));
	if (rc == 0)
		rc = ep_sync_schema(db, err);
	if (rc == 0)
		rc = ep_db_one_int(db,
				   "SELECT coalesce(max(run), 0)"
				   " FROM check_run",
				   &s.run, err);
	if (rc == 0)
		rc = follow(&s, err);
	for (size_t c = 0; rc == 0 && c < config->customers.n; c++)
		if (config->customers.v[c].tickets.through)
			rc = want_tickets(&s, config, &config->customers.v[c],
					  err);
	if (rc == 0)
		rc = bring_tickets(&s, err);
	/* Changes since a ticket was wanted and could not be written. */
	if (rc == 0)
		rc = follow(&s, err);
	if (rc == 0)
		rc = ep_sync_bring_notes(&s, err);
	ep_words_release(&s.down);
	return rc;
}
