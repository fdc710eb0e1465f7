/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads listings, their reads, and the lives of role rows out of the tables
 * and the undo log.
 */
#include "store/who.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/map.h"
#include "base/str.h"
#include "ext/db.h"
#include "model/entity.h"
#include "store/history.h"
#include "store/layout.h"

/* Words named when a role was never seen: enough to find the slip. */
#define OTHER_ROLES 12

struct load {
	struct ep_db *db;
	const struct ep_who_query *query;
	struct ep_who *who;
	struct ep_map accounts;	/* "tenancy U+001F account" of the person */
	struct ep_map lives;	/* rid -> life */
};

/* --- words ------------------------------------------------------------------ */

static const char *skip(const char *s)
{
	while (*s == '_' || *s == '-' || *s == ' ')
		s++;
	return s;
}

/* "System manager", SYSTEM_MANAGER and system-manager are one role. */
bool ep_who_same_role(const char *a, const char *b)
{
	for (;; a++, b++) {
		a = skip(a);
		b = skip(b);
		if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
			return false;
		if (!*a)
			return true;
	}
}

static void other_role(struct ep_who *who, const char *word)
{
	if (who->other_roles.n >= OTHER_ROLES)
		return;
	for (size_t i = 0; i < who->other_roles.n; i++)
		if (ep_str_eq(who->other_roles.v[i], word))
			return;
	EP_VEC_ADD(&who->other_roles) = ep_strdup(word);
}

/* --- listings and their reads ---------------------------------------------- */

static const char listings_sql[] =
	"SELECT d.id, d.tenancy, t.customer, t.uid, coalesce(t.name, c.name,"
	" t.tenant), d.name, d.kinds, d.max_age, d.imported FROM main.dataset d"
	" JOIN main.tenancy t ON t.id = d.tenancy"
	" LEFT JOIN main.customer c ON c.id = t.customer"
	" WHERE (?1 IS NULL OR t.uid = ?1 OR t.tenant = ?1)"
	" AND (?2 IS NULL OR t.system = ?2)"
	" AND (?3 IS NULL OR t.customer = ?3)"
	" ORDER BY t.customer IS NULL, t.customer, t.uid, d.name";

/* Without a word on when, the run's own time is the nearest there is.  A read
 * of changes that does not tell removals shows no absence, as a partial one. */
static const char reads_sql[] =
	"SELECT c.run, coalesce(c.captured_at, c.started_at, c.ended_at,"
	" r.started_at), coalesce(c.captured_at, c.ended_at, c.started_at,"
	" r.started_at), CASE WHEN c.status = 'complete' AND c.confirmed_at"
	" IS NOT NULL THEN 'partial' ELSE c.status END, CASE WHEN c.status ="
	" 'complete' AND c.confirmed_at IS NOT NULL THEN 'only changes were"
	" read, and those do not tell removals' ELSE c.reason END,"
	" c.captured_at IS NOT NULL FROM main.coverage c"
	" JOIN main.run r ON r.id = c.run WHERE c.dataset = ?1";

static char *column(struct ep_stmt *stmt, int i)
{
	const char *text = ep_db_col_text(stmt, i);

	return text ? ep_strdup(text) : NULL;
}

static int by_time(const void *a, const void *b)
{
	const struct ep_who_read *x = a, *y = b;

	if (x->to != y->to)
		return x->to < y->to ? -1 : 1;
	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return (x->run > y->run) - (x->run < y->run);
}

static int load_reads(struct load *load, struct ep_who_listing *listing,
		      struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(load->db, reads_sql, &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, listing->id);
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		const char *status = ep_db_col_text(stmt, 3);

		EP_VEC_ADD(&listing->read) = (struct ep_who_read){
			.run = ep_db_col_int(stmt, 0),
			.from = ep_db_col_int(stmt, 1),
			.to = ep_db_col_int(stmt, 2),
			.captured = ep_db_col_int(stmt, 5) != 0,
			.complete = ep_str_eq(status, "complete"),
			.status = column(stmt, 3),
			.reason = column(stmt, 4),
		};
	}
	if (listing->read.n)
		qsort(listing->read.v, listing->read.n,
		      sizeof(*listing->read.v), by_time);
	return rc;
}

static void add_listing(struct load *load, struct ep_stmt *stmt,
			unsigned wanted)
{
	const char *words = ep_db_col_text(stmt, 6);
	unsigned kinds = words ? ep_kinds_of_text(words) : 0;
	struct ep_who_listing *listing;

	if (!(kinds & wanted))
		return;
	listing = ep_calloc(1, sizeof(*listing));
	listing->id = ep_db_col_int(stmt, 0);
	listing->tenancy = ep_db_col_int(stmt, 1);
	listing->customer = column(stmt, 2);
	listing->tenant = column(stmt, 3);
	listing->tenant_name = column(stmt, 4);
	listing->name = column(stmt, 5);
	listing->kinds = kinds;
	listing->max_age = ep_db_col_int(stmt, 7);
	listing->imported = ep_db_col_int(stmt, 8) != 0;
	EP_VEC_ADD(&load->who->listing) = listing;
}

static int load_listings(struct load *load, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	unsigned wanted = 1u << EP_KIND_role;
	bool row = false, roles = false;
	int rc = ep_db_prepare(load->db, listings_sql, &stmt, err);

	if (rc < 0)
		return rc;
	if (load->query->person)
		wanted |= 1u << EP_KIND_account;
	ep_db_text(stmt, 1, load->query->tenant);
	ep_db_text(stmt, 2, load->query->system);
	ep_db_text(stmt, 3, load->query->customer);
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row)
		add_listing(load, stmt, wanted);
	for (size_t i = 0; rc == 0 && i < load->who->listing.n; i++) {
		struct ep_who_listing *it = load->who->listing.v[i];

		roles = roles || (it->kinds & 1u << EP_KIND_role);
		rc = load_reads(load, it, err);
	}
	if (rc == 0 && !roles)
		return ep_err_set(err, EP_ENOENT, "no listing of roles of "
				  "that tenancy, system or customer was ever "
				  "expected, so nothing is known about it; "
				  "'exitproof tenant list' has the names");
	return rc;
}

/* --- the person's accounts -------------------------------------------------- */

/* Every account that ever had one of the person's addresses: what is there,
 * what is gone, what had it before a change, and what was linked. */
static const char accounts_sql[] =
	"WITH who(person) AS (SELECT person FROM temp.alias WHERE address = ?1"
	" UNION SELECT id FROM temp.person WHERE lower(id) = ?1),"
	" addr(a) AS (SELECT ?1 UNION SELECT address FROM temp.alias WHERE"
	" person IN who),"
	" his(dataset, account) AS (SELECT dataset, key FROM main.now_account"
	" WHERE " EP_ADDRESS_SQL("", "email") " IN addr OR "
	EP_ADDRESS_SQL("", "login") " IN addr OR lower(key) IN addr"
	" UNION SELECT dataset, key FROM main.history WHERE op = 3 AND"
	" kind = ?2 AND (json_extract(old, '$.email') IN addr OR"
	" json_extract(old, '$.login') IN addr OR lower(key) IN addr)"
	" UNION SELECT h.dataset, coalesce((SELECT n.key FROM main.now_account"
	" n WHERE n.rid = h.rid), (SELECT c.key FROM main.history c WHERE"
	" c.op = 3 AND c.kind = ?2 AND c.rid = h.rid)) FROM main.history h"
	" WHERE h.op = 2 AND h.kind = ?2 AND (json_extract(h.old, '$.email')"
	" IN addr OR json_extract(h.old, '$.login') IN addr))"
	" SELECT d.tenancy, his.account, 1 FROM his JOIN main.dataset d ON"
	" d.id = his.dataset WHERE his.account IS NOT NULL"
	" UNION SELECT t.id, l.account, l.certain FROM main.person_link l"
	" JOIN main.tenancy t ON t.uid = l.tenant WHERE l.email = ?1 OR"
	" l.person IN who OR l.person = ?1";

static void account_key(struct ep_buf *out, int64_t tenancy,
			const char *account)
{
	ep_buf_clear(out);
	ep_buf_addf(out, "%lld\x1f%s", (long long)tenancy,
		    account ? account : "");
}

static int load_accounts(struct load *load, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	EP_AUTO(ep_buf_release) struct ep_buf key =
		EP_BUF_INIT(2 * EP_TEXT_BYTES_MAX);
	bool row = false;
	int rc = ep_db_prepare(load->db, accounts_sql, &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, load->query->person);
	ep_db_int(stmt, 2, EP_KIND_account);
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		account_key(&key, ep_db_col_int(stmt, 0),
			    ep_db_col_text(stmt, 1));
		if (!ep_db_col_int(stmt, 2)) {
			load->who->uncertain++;
			continue;
		}
		if (!ep_map_set(&load->accounts, key.s, load))
			load->who->accounts++;
	}
	return rc;
}

/* --- lives ------------------------------------------------------------------ */

static const char lives_sql[] =
	"SELECT rid, account, role, coalesce(scope, ''), privileged,"
	" first_run, 0, key AS k FROM main.now_role WHERE dataset = ?1"
	" UNION ALL SELECT rid, json_extract(old, '$.account'),"
	" json_extract(old, '$.role'), coalesce(json_extract(old, '$.scope'),"
	" ''), json_extract(old, '$.privileged'), json_extract(old,"
	" '$." EP_OLD_FIRST "'), run, key FROM main.history WHERE op = 3 AND"
	" kind = ?2 AND dataset = ?1 ORDER BY k, 6, 1";

static bool asked_for(struct load *load, const struct ep_who_listing *listing,
		      struct ep_stmt *stmt)
{
	EP_AUTO(ep_buf_release) struct ep_buf key =
		EP_BUF_INIT(2 * EP_TEXT_BYTES_MAX);
	const char *role = ep_db_col_text(stmt, 2);

	if (load->query->role &&
	    !(role && ep_who_same_role(role, load->query->role))) {
		if (role)
			other_role(load->who, role);
		return false;
	}
	if (!load->query->person)
		return true;
	account_key(&key, listing->tenancy, ep_db_col_text(stmt, 1));
	return ep_map_get(&load->accounts, key.s) != NULL;
}

static bool same_holding(const struct ep_who *who,
			 const struct ep_who_listing *listing,
			 struct ep_stmt *stmt)
{
	const struct ep_who_holding *last =
		who->holding.n ? who->holding.v[who->holding.n - 1] : NULL;

	return last && last->listing == listing &&
	       ep_str_eq(last->account, ep_db_col_text(stmt, 1)) &&
	       ep_str_eq(last->role, ep_db_col_text(stmt, 2)) &&
	       ep_str_eq(last->scope, ep_db_col_text(stmt, 3));
}

static void add_life(struct load *load, const struct ep_who_listing *listing,
		     struct ep_stmt *stmt)
{
	struct ep_who *who = load->who;
	struct ep_who_holding *holding;

	if (!same_holding(who, listing, stmt)) {
		holding = ep_calloc(1, sizeof(*holding));
		holding->listing = listing;
		holding->account = column(stmt, 1);
		holding->role = column(stmt, 2);
		holding->scope = column(stmt, 3);
		EP_VEC_ADD(&who->holding) = holding;
	}
	holding = who->holding.v[who->holding.n - 1];
	ep_free(holding->privileged);
	holding->privileged = column(stmt, 4);
	EP_VEC_ADD(&holding->life) = (struct ep_who_life){
		.rid = ep_db_col_int(stmt, 0),
		.first_run = ep_db_col_int(stmt, 5),
		.close_run = ep_db_col_int(stmt, 6),
		.quiet = true,
	};
}

static int load_lives(struct load *load, const struct ep_who_listing *listing,
		      struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(load->db, lives_sql, &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, listing->id);
	ep_db_int(stmt, 2, EP_KIND_role);
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		if (!ep_db_col_text(stmt, 1) || !ep_db_col_text(stmt, 2))
			return ep_err_set(err, EP_EDATA, "the history of the "
					  "database is damaged; restore it "
					  "from a backup");
		if (asked_for(load, listing, stmt))
			add_life(load, listing, stmt);
	}
	return rc;
}

static void index_lives(struct load *load)
{
	for (size_t i = 0; i < load->who->holding.n; i++) {
		struct ep_who_holding *holding = load->who->holding.v[i];

		for (size_t j = 0; j < holding->life.n; j++)
			ep_map_setn(&load->lives, &holding->life.v[j].rid,
				    sizeof(holding->life.v[j].rid),
				    &holding->life.v[j]);
	}
}

/* An epoch opens rows without an entry in the log. */
static int load_touches(struct load *load, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc;

	index_lives(load);
	rc = ep_db_prepare(load->db, "SELECT rid, run, op FROM main.history "
			   "WHERE kind = ?1 AND op <> 3", &stmt, err);
	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, EP_KIND_role);
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		int64_t rid = ep_db_col_int(stmt, 0);
		struct ep_who_life *life =
			ep_map_getn(&load->lives, &rid, sizeof(rid));

		if (!life)
			continue;
		if (ep_db_col_int(stmt, 2) == EP_HISTORY_OPEN)
			life->quiet = false;
		else
			EP_VEC_ADD(&life->touched) = ep_db_col_int(stmt, 1);
	}
	return rc;
}

/* --- names ------------------------------------------------------------------ */

static const char name_sql[] =
	"SELECT coalesce((SELECT coalesce(" EP_ADDRESS_SQL("n.", "email") ", "
	EP_ADDRESS_SQL("n.", "login") ", n.name) FROM"
	" main.dataset d JOIN main.now_account n ON n.dataset = d.id AND"
	" n.key = ?2 WHERE d.tenancy = ?1 LIMIT 1), (SELECT coalesce("
	"json_extract(h.old, '$.email'), json_extract(h.old, '$.login'),"
	" json_extract(h.old, '$.name')) FROM main.dataset d JOIN"
	" main.history h ON h.op = 3 AND h.kind = ?3 AND h.dataset = d.id AND"
	" h.key = ?2 WHERE d.tenancy = ?1 ORDER BY h.id DESC LIMIT 1))";

static int load_name(struct load *load, struct ep_who_holding *holding,
		     struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(load->db, name_sql, &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, holding->listing->tenancy);
	ep_db_text(stmt, 2, holding->account);
	ep_db_int(stmt, 3, EP_KIND_account);
	rc = ep_db_step(stmt, &row, err);
	if (rc == 0 && row)
		holding->account_name = column(stmt, 0);
	return rc;
}

/* --- all of it -------------------------------------------------------------- */

static int load_all(struct load *load, struct ep_err *err)
{
	struct ep_who *who = load->who;
	int rc = load_listings(load, err);

	if (rc == 0 && load->query->person)
		rc = load_accounts(load, err);
	for (size_t i = 0; rc == 0 && i < who->listing.n; i++)
		if (who->listing.v[i]->kinds & 1u << EP_KIND_role)
			rc = load_lives(load, who->listing.v[i], err);
	if (rc == 0)
		rc = load_touches(load, err);
	for (size_t i = 0; rc == 0 && i < who->holding.n; i++)
		rc = load_name(load, who->holding.v[i], err);
	return rc;
}

int ep_who_load(struct ep_db *db, const struct ep_who_query *query,
		struct ep_who *ret, struct ep_err *err)
{
	struct load load = { .db = db, .query = query, .who = ret };
	int rc;

	*ret = (struct ep_who){ .accounts = 0 };
	ep_map_init(&load.accounts);
	ep_map_init(&load.lives);
	rc = load_all(&load, err);
	ep_map_release(&load.accounts, NULL);
	ep_map_release(&load.lives, NULL);
	if (rc < 0)
		ep_who_release(ret);
	return rc;
}

static void listing_free(struct ep_who_listing *listing)
{
	for (size_t i = 0; i < listing->read.n; i++) {
		ep_free(listing->read.v[i].status);
		ep_free(listing->read.v[i].reason);
	}
	ep_vec_release(&listing->read);
	ep_free(listing->customer);
	ep_free(listing->tenant);
	ep_free(listing->tenant_name);
	ep_free(listing->name);
	ep_free(listing);
}

static void holding_free(struct ep_who_holding *holding)
{
	for (size_t i = 0; i < holding->life.n; i++)
		ep_vec_release(&holding->life.v[i].touched);
	ep_vec_release(&holding->life);
	ep_free(holding->account);
	ep_free(holding->account_name);
	ep_free(holding->role);
	ep_free(holding->scope);
	ep_free(holding->privileged);
	ep_free(holding);
}

void ep_who_release(struct ep_who *who)
{
	for (size_t i = 0; i < who->listing.n; i++)
		listing_free(who->listing.v[i]);
	for (size_t i = 0; i < who->holding.n; i++)
		holding_free(who->holding.v[i]);
	ep_vec_release(&who->listing);
	ep_vec_release(&who->holding);
	ep_words_release(&who->other_roles);
}
