/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements that somebody has left, as tickets, directories and earlier
 * nights make them.
 */
#include "check/leavers_priv.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/str.h"
#include "check/rule.h"
#include "ext/db.h"
#include "ext/regex.h"
#include "ext/text.h"

char ep_leave_left;
char ep_leave_stays;

/* Whose mail domain is it?  Nobody's, when two customers share it. */
static const struct ep_customer *employer(const struct ep_leavers *lv,
					  const char *address)
{
	const struct ep_customer *found = NULL;
	const char *at = strrchr(address, '@');

	for (size_t i = 0; at && i < lv->config->customers.n; i++) {
		const struct ep_customer *it = &lv->config->customers.v[i];

		if (!ep_words_has(&it->domains, at + 1))
			continue;
		if (found)
			return NULL;
		found = it;
	}
	return found;
}

static const char *judge(const struct ep_leavers *lv, const struct ep_leave_statement *st)
{
	const void *word =
		st->address ? ep_map_get(&lv->known, st->address) : NULL;

	if (word == &ep_leave_left)
		return "agrees";
	if (word == &ep_leave_stays)
		return "contradicts";
	return st->counts == EP_LEAVE_CERTAIN && st->left_at && !st->by_name ?
		       "certain" :
		       "review";
}

static void add_statement(struct ep_leavers *lv, struct ep_leave_statement *st)
{
	if (st->address)
		ep_str_lower(st->address);
	st->state = judge(lv, st);
	EP_VEC_ADD(&lv->list) = *st;
}

char *ep_leave_id(const char *what, const char *tenant, const char *id)
{
	struct ep_buf text;

	ep_buf_init(&text, EP_TEXT_BYTES_MAX);
	ep_buf_addf(&text, "%s %s %s", what, tenant, id);
	return ep_buf_take(&text);
}

/* --- tickets ------------------------------------------------------------ */

struct patterns {
	struct ep_regex *subject;
	struct ep_regex *date;
};

static int compile(const char *pattern, struct ep_regex **ret,
		   struct ep_err *err)
{
	*ret = NULL;
	return pattern ? ep_regex_compile(pattern, true, ret, err) : 0;
}

/* Group 1 of a match; NULL when there is none.  A pattern that gives up has
 * not found anybody, and says so in the coverage. */
static char *group_one(struct ep_leavers *lv, const struct ep_regex *regex,
		       const char *text)
{
	struct ep_err err = EP_ERR_INIT;
	bool match = false;
	struct ep_buf out;

	if (!regex || !text)
		return NULL;
	ep_buf_init(&out, EP_TEXT_BYTES_MAX);
	if (ep_regex_replace(regex, text, strlen(text), "$1", &out, &match,
			     &err) < 0) {
		ep_coverage_spoil(&lv->sources, EP_COVERAGE_PARTIAL,
				  "Correct the pattern under leave_sources",
				  "a title could not be searched: %s",
				  err.msg);
		ep_coverage_spoil(&lv->people, EP_COVERAGE_PARTIAL,
				  "Correct the pattern under leave_sources",
				  "a title could not be searched: %s",
				  err.msg);
		match = false;
	}
	if (match && out.len)
		return ep_buf_take(&out);
	ep_buf_release(&out);
	return NULL;
}

static int64_t leave_date(struct ep_leavers *lv, const struct ep_regex *regex,
			  const char *title, int64_t closed_at)
{
	EP_AUTO_FREE char *text = group_one(lv, regex, title);
	int64_t at;

	if (text && ep_time_iso(text, false, &at))
		return at;
	return closed_at;
}

static char *called_key(const struct ep_customer *customer, const char *name)
{
	EP_AUTO_FREE char *folded = ep_text_fold(name);
	struct ep_buf key;

	if (!folded)
		return NULL;
	ep_buf_init(&key, 5 * EP_TEXT_BYTES_MAX);
	ep_buf_addf(&key, "%s\x1f%s", customer->id, folded);
	return ep_buf_take(&key);
}

static void add_called(struct ep_leavers *lv,
		       const struct ep_customer *customer, const char *name,
		       const char *address)
{
	EP_AUTO_FREE char *key = name ? called_key(customer, name) : NULL;
	char *before = key ? ep_map_get(&lv->called, key) : NULL;

	if (!key || !address || (before && ep_str_eq(before, address)))
		return;
	ep_map_set(&lv->called, key, ep_strdup(before ? "" : address));
	ep_free(before);
}

/* The customer's people by name: those of the register first, since they may
 * have several addresses. */
static int load_names(struct ep_leavers *lv,
		      const struct ep_customer *customer, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row;
	int rc = ep_db_prepare(lv->db, "SELECT p.name, min(a.address) FROM "
			       "temp.person AS p JOIN temp.alias AS a ON "
			       "a.tenant = p.tenant AND a.dataset = p.dataset "
			       "AND a.person = p.id WHERE p.employer = ?1 AND "
			       "a.address LIKE '%@%' AND p.dataset <> '"
			       EP_LEAVERS_PEOPLE "' GROUP BY p.id "
			       "UNION ALL SELECT b.name, b.email FROM "
			       "temp.account AS b WHERE b.customer = ?1 AND "
			       "b.email LIKE '%@%' AND NOT EXISTS (SELECT 1 "
			       "FROM temp.alias AS c WHERE c.address = "
			       "b.email)", &stmt, err);

	if (rc == 0)
		ep_db_text(stmt, 1, customer->id);
	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row)
		add_called(lv, customer, ep_db_col_text(stmt, 0),
			   ep_db_col_text(stmt, 1));
	return rc;
}

/* A name alone proves nothing: whoever it leads to has to be looked at. */
static bool take_name(struct ep_leavers *lv, struct ep_stmt *stmt,
		      struct ep_leave_statement *st)
{
	const struct ep_customer *owner =
		ep_config_claimant(lv->config, ep_db_col_text(stmt, 5),
				   ep_db_col_text(stmt, 6) ?
					   ep_db_col_text(stmt, 6) :
					   "");
	EP_AUTO_FREE char *key = NULL;
	const char *address;

	if (owner != st->customer)
		return false;
	key = called_key(st->customer, st->address);
	address = key ? ep_map_get(&lv->called, key) : NULL;
	ep_free(st->address);
	st->address = address && *address ? ep_strdup(address) : NULL;
	st->by_name = true;
	return true;
}

/* Whom a ticket names; false when it is nobody of this customer. */
static bool take_person(struct ep_leavers *lv, const struct patterns *patterns,
			struct ep_stmt *stmt, struct ep_leave_statement *st)
{
	st->address = ep_strdup(ep_db_col_text(stmt, 3));
	if (!st->address)
		st->address = group_one(lv, patterns->subject,
					ep_db_col_text(stmt, 2));
	if (!st->address)
		return false;
	if (!strchr(st->address, '@'))
		return take_name(lv, stmt, st);
	ep_str_lower(st->address);
	return employer(lv, st->address) == st->customer;
}

static void take_ticket(struct ep_leavers *lv,
			const struct ep_customer *customer,
			const struct patterns *patterns, struct ep_stmt *stmt)
{
	const char *title = ep_db_col_text(stmt, 2);
	struct ep_leave_statement st = { .customer = customer,
					 .counts = customer->leave.tickets };

	if (!take_person(lv, patterns, stmt, &st)) {
		ep_free(st.address);
		return;
	}
	st.id = ep_leave_id("ticket", ep_db_col_text(stmt, 0),
			  ep_db_col_text(stmt, 1));
	st.name = ep_strdup(title ? title : "");
	st.left_at = leave_date(lv, patterns->date, title,
				ep_db_col_int(stmt, 4));
	add_statement(lv, &st);
}

int ep_leave_read_tickets(struct ep_leavers *lv, const struct ep_customer *customer,
			struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	struct patterns patterns = { NULL, NULL };
	bool row;
	int rc = compile(customer->leave.subject, &patterns.subject, err);

	if (rc == 0)
		rc = compile(customer->leave.date, &patterns.date, err);
	if (rc == 0)
		rc = load_names(lv, customer, err);
	if (rc == 0)
		rc = ep_db_prepare(lv->db, "SELECT tenant, id, subject, "
				   "person, coalesce(closed_at, 0), system, "
				   "coalesce(attr ->> '$.of_tenant', "
				   "for_customer) FROM temp.ticket WHERE coalesce(kind, 'exit') "
				   "IN ('exit', 'unknown') ORDER BY tenant, "
				   "dataset, id", &stmt, err);
	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		EP_AUTO_FREE char *id =
			ep_leave_id("ticket", ep_db_col_text(stmt, 0),
				  ep_db_col_text(stmt, 1));

		ep_map_set(&lv->listed, id, lv);
		take_ticket(lv, customer, &patterns, stmt);
	}
	ep_regex_free(patterns.subject);
	ep_regex_free(patterns.date);
	return rc;
}

/* --- directories -------------------------------------------------------- */

bool ep_leave_is_directory(const struct ep_customer *customer, const char *uid,
			 const char *system)
{
	static const char *const systems[] = { "active-directory", "entra",
					       "google", "okta", "onelogin",
					       NULL };

	if (customer->leave.tenancies.n)
		return ep_words_has(&customer->leave.tenancies, uid);
	for (int i = 0; systems[i]; i++)
		if (ep_str_eq(systems[i], system))
			return true;
	return false;
}

static bool is_over(const char *state)
{
	return ep_str_eq(state, "disabled") || ep_str_eq(state, "deleted") ||
	       ep_str_eq(state, "expired");
}

/* A guest is somebody else's, and nobody is a mailbox. */
static bool is_staff(const char *class)
{
	return !class || ep_str_eq(class, "member") ||
	       ep_str_eq(class, "unknown") || ep_str_eq(class, "technician");
}

static char *active_key(const struct ep_customer *customer,
			const char *address)
{
	struct ep_buf key;

	ep_buf_init(&key, EP_TEXT_BYTES_MAX);
	ep_buf_addf(&key, "%s\x1f%s", customer->id, address);
	return ep_buf_take(&key);
}

/* The login of a deleted account may begin with the account's own id, to
 * leave its name to others. */
static char *address_of(const char *address, const char *id)
{
	struct ep_buf plain;
	size_t n;

	ep_buf_init(&plain, EP_TEXT_BYTES_MAX);
	for (const char *s = id; s && *s; s++)
		if (*s != '-')
			ep_buf_addc(&plain, *s);
	n = plain.len;
	if (n < 8 || !ep_str_starts(address, plain.s) || address[n] == '@')
		n = 0;
	ep_buf_release(&plain);
	return ep_strdup(address + n);
}

static void take_account(struct ep_leavers *lv,
			 const struct ep_customer *customer,
			 struct ep_stmt *stmt)
{
	struct ep_leave_statement st = {
		.customer = customer,
		.counts = customer->leave.directory,
		.address = address_of(ep_db_col_text(stmt, 3),
				      ep_db_col_text(stmt, 2)),
	};
	EP_AUTO_FREE char *key = active_key(customer, st.address);

	if (ep_map_get(&lv->active, key) ||
	    ep_map_get(&lv->declared, st.address) ||
	    !is_staff(ep_db_col_text(stmt, 6))) {
		ep_free(st.address);
		return;
	}
	st.id = ep_leave_id("directory", ep_db_col_text(stmt, 0),
			  ep_db_col_text(stmt, 2));
	st.name = ep_strdup(ep_db_col_text(stmt, 4));
	if (!st.name)
		st.name = ep_strdup(st.address);
	st.external = ep_strdup(ep_db_col_text(stmt, 7));
	/* Without a date of the vendor the first night that saw it is one. */
	st.left_at = ep_db_col_int(stmt, 8);
	if (!st.left_at)
		st.left_at = ep_db_col_int(stmt, 9);
	if (!st.left_at)
		st.left_at = lv->now;
	add_statement(lv, &st);
}

/* The date of an account that was seen blocked before stays the same. */
static const char accounts_sql[] =
	"SELECT a.tenant, a.system, a.id, coalesce(CASE WHEN a.email LIKE "
	"'%@%' THEN a.email END, CASE WHEN a.login LIKE '%@%' THEN a.login "
	"END), a.name, a.state, a.class, a.external_id, "
	"coalesce((SELECT min(value) FROM json_each(a.attr) WHERE key IN "
	"('deletedDateTime', 'deleted_at', 'suspended_at', 'archived_at', "
	"'status_changed_at') AND type = 'integer'), 0), "
	"coalesce((SELECT s.created_at FROM temp.resource AS s WHERE "
	"s.dataset = '" EP_LEAVERS_SOURCES "' AND s.kind = 'activity' AND "
	"s.id = 'directory ' || a.tenant || ' ' || a.id), 0) "
	"FROM temp.account AS a WHERE a.customer = ?1 "
	"ORDER BY a.tenant, a.dataset, a.id";

static int read_accounts(struct ep_leavers *lv,
			 const struct ep_customer *customer, bool statements,
			 struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row;
	int rc = ep_db_prepare(lv->db, accounts_sql, &stmt, err);

	if (rc == 0)
		ep_db_text(stmt, 1, customer->id);
	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		const char *tenant = ep_db_col_text(stmt, 0);
		const char *address = ep_db_col_text(stmt, 3);
		bool over = is_over(ep_db_col_text(stmt, 5));
		EP_AUTO_FREE char *id = ep_leave_id("directory", tenant,
						  ep_db_col_text(stmt, 2));

		if (!ep_leave_is_directory(customer, tenant, ep_db_col_text(stmt, 1)))
			continue;
		ep_map_set(&lv->listed, id, lv);
		if (!address || employer(lv, address) != customer)
			continue;
		if (statements && over) {
			take_account(lv, customer, stmt);
		} else if (!statements && !over) {
			EP_AUTO_FREE char *key = active_key(customer, address);

			ep_map_set(&lv->active, key, lv);
		}
	}
	return rc;
}

int ep_leave_read_accounts(struct ep_leavers *lv,
			   const struct ep_customer *customer,
			   struct ep_err *err)
{
	int rc = read_accounts(lv, customer, false, err);

	return rc < 0 ? rc : read_accounts(lv, customer, true, err);
}

/* --- statements of earlier nights --------------------------------------- */

static void take_earlier(struct ep_leavers *lv, struct ep_stmt *stmt)
{
	const char *id = ep_db_col_text(stmt, 0);
	const char *address = ep_db_col_text(stmt, 2);
	const struct ep_customer *customer =
		ep_config_customer(lv->config, ep_db_col_text(stmt, 3) ?
						       ep_db_col_text(stmt, 3) :
						       "");
	struct ep_leave_statement st = { .customer = customer };
	EP_AUTO_FREE char *key = NULL;

	if (!customer || ep_map_get(&lv->listed, id))
		return;
	key = active_key(customer, address ? address : "");
	st.counts = ep_str_starts(id, "ticket ") ? customer->leave.tickets :
						   customer->leave.directory;
	/* Who can sign in again has come back, as far as a directory tells. */
	if (st.counts == EP_LEAVE_OFF ||
	    (ep_str_starts(id, "directory ") && ep_map_get(&lv->active, key)))
		return;
	st.id = ep_strdup(id);
	st.name = ep_strdup(ep_db_col_text(stmt, 1));
	st.address = ep_strdup(address);
	st.left_at = ep_db_col_int(stmt, 4);
	st.external = ep_strdup(ep_db_col_text(stmt, 5));
	st.by_name = ep_db_col_int(stmt, 6) != 0;
	add_statement(lv, &st);
}

int ep_leave_read_earlier(struct ep_leavers *lv, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row;
	int rc = ep_db_prepare(lv->db, "SELECT id, name, owner, parent, "
			       "coalesce(created_at, 0), attr ->> "
			       "'$.external_id', coalesce(attr ->> "
			       "'$.by_name', 0) FROM temp.resource WHERE "
			       "dataset = '" EP_LEAVERS_SOURCES "' ORDER BY "
			       "id", &stmt, err);

	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row)
		take_earlier(lv, stmt);
	return rc;
}
