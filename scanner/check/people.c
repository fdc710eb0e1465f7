/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Linking accounts with the people of the register.
 */
#include "check/people.h"

#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/str.h"
#include "check/people_current.h"
#include "check/people_priv.h"
#include "ext/db.h"

static char yes;
static char no;

void ep_matches_add(struct ep_matches *list, const struct ep_person *person,
		    const char *how, bool certain)
{
	for (size_t i = 0; i < list->n; i++) {
		if (list->v[i].person != person)
			continue;
		/* The first reason stays unless a better one comes. */
		if (certain && !list->v[i].certain)
			list->v[i] = (struct ep_match){ person, how, true };
		return;
	}
	EP_VEC_ADD(list) = (struct ep_match){ person, how, certain };
}

bool ep_linked_at_home(const struct ep_linked_account *acc,
		       const struct ep_person *person)
{
	return acc->customer && ep_str_eq(acc->customer, person->employer);
}

/* --- the ways to match -------------------------------------------------- */

static void match_id(const struct ep_linker *ln,
			const struct ep_linked_account *acc,
		     struct ep_matches *list)
{
	const struct ep_person_list *found =
		ep_register_address(&ln->reg, acc->external_id);

	for (size_t i = 0; found && i < found->n; i++)
		ep_matches_add(list, found->v[i], "id",
			  ep_linked_at_home(acc, found->v[i]) ||
			  strchr(acc->external_id, '@') ||
			  strlen(acc->external_id) >= EP_UNIQUE_ID_BYTES);
}

static void match_address(const struct ep_linker *ln,
			const struct ep_linked_account *acc,
			  const char *address, struct ep_matches *list)
{
	const struct ep_person_list *found =
		ep_register_address(&ln->reg, address);

	for (size_t i = 0; found && i < found->n; i++) {
		bool certain = strchr(address, '@') ||
			       ep_linked_at_home(acc, found->v[i]);

		ep_matches_add(list, found->v[i],
			  certain ? "address" : "login in another tenancy",
			  certain);
	}
}

static void match_pattern(const struct ep_linker *ln,
			const struct ep_linked_account *acc,
			  const struct ep_alias_regex *pattern, const char *address,
			  struct ep_matches *list)
{
	const struct ep_person_list *found;
	struct ep_err err = EP_ERR_INIT;
	struct ep_buf to;
	bool match = false;

	ep_buf_init(&to, EP_TEXT_BYTES_MAX);
	if (ep_regex_replace(pattern->regex, address, strlen(address),
			     pattern->with, &to, &match, &err) < 0)
		ep_matches_add(list, NULL, "alias pattern failed", false);
	else if (match && (found = ep_register_address(&ln->reg, to.s)))
		for (size_t i = 0; i < found->n; i++)
			if (!found->v[i]->employer ||
			    ep_str_eq(found->v[i]->employer,
				      pattern->customer))
				ep_matches_add(list, found->v[i], "pattern",
					  strchr(to.s, '@') ||
					  ep_linked_at_home(acc, found->v[i]));
	ep_buf_release(&to);
}

static void match_patterns(const struct ep_linker *ln,
			const struct ep_linked_account *acc,
			   const char *address, struct ep_matches *list)
{
	if (!address || !*address)
		return;
	for (size_t i = 0; i < ln->pattern.n; i++) {
		const struct ep_alias_regex *it = &ln->pattern.v[i];

		if (it->msp || ep_str_eq(it->customer, acc->customer))
			match_pattern(ln, acc, it, address, list);
	}
}

/* ana+print@acme.example may be ana@acme.example's. */
static void match_plus(const struct ep_linker *ln, const char *address,
		       struct ep_matches *list)
{
	const struct ep_person_list *found;
	const char *plus = address ? strchr(address, '+') : NULL;
	const char *at = address ? strrchr(address, '@') : NULL;
	struct ep_buf base;

	if (!plus || !at || plus > at || plus == address)
		return;
	ep_buf_init(&base, EP_TEXT_BYTES_MAX);
	ep_buf_add(&base, address, (size_t)(plus - address));
	ep_buf_adds(&base, at);
	found = ep_register_address(&ln->reg, base.s);
	for (size_t i = 0; found && i < found->n; i++)
		ep_matches_add(list, found->v[i], "plus address", false);
	ep_buf_release(&base);
}

static void match_name(const struct ep_linker *ln,
			const struct ep_linked_account *acc,
		       struct ep_matches *list)
{
	const struct ep_person_list *found =
		ep_register_name(&ln->reg, acc->name);

	for (size_t i = 0; found && i < found->n; i++)
		if (found->v[i]->msp || ep_linked_at_home(acc, found->v[i]))
			ep_matches_add(list, found->v[i], "name", false);
}

bool ep_linked_declared(const struct ep_linker *ln,
			const struct ep_linked_account *acc)
{
	struct ep_buf uid;
	bool found;

	if (ep_str_eq(acc->class, "shared") ||
	    ep_str_eq(acc->class, "service") ||
	    ep_str_eq(acc->class, "breakglass"))
		return true;
	if ((acc->email && ep_map_get(&ln->declared, acc->email)) ||
	    (acc->login && ep_map_get(&ln->declared, acc->login)))
		return true;
	ep_buf_init(&uid, EP_TEXT_BYTES_MAX);
	ep_buf_addf(&uid, "%s/%s", acc->tenant, acc->id);
	found = ep_map_get(&ln->declared, uid.s) != NULL;
	ep_buf_release(&uid);
	return found;
}

static size_t count_certain(const struct ep_matches *list)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++)
		n += list->v[i].certain;
	return n;
}

static void find_matches(const struct ep_linker *ln,
			const struct ep_linked_account *acc,
			 struct ep_matches *list)
{
	match_id(ln, acc, list);
	if (acc->email)
		match_address(ln, acc, acc->email, list);
	if (acc->login)
		match_address(ln, acc, acc->login, list);
	if (count_certain(list) == 0)
		ep_people_match_heard(ln, acc, list);
	if (count_certain(list) == 0 && !ep_linked_declared(ln, acc)) {
		match_patterns(ln, acc, acc->email, list);
		match_patterns(ln, acc, acc->login, list);
		if (list->n == 0) {
			match_plus(ln, acc->email, list);
			match_plus(ln, acc->login, list);
		}
		if (list->n == 0)
			match_name(ln, acc, list);
	}
}

/* --- decisions ---------------------------------------------------------- */

static void decision_key(struct ep_buf *key, const char *tenant,
			 const char *account, const char *person)
{
	ep_buf_init(key, 4 * EP_TEXT_BYTES_MAX);
	ep_buf_addf(key, "%s\x1f%s\x1f%s", tenant, account, person);
}

static const void *decision(const struct ep_linker *ln,
			    const struct ep_linked_account *acc,
			    const struct ep_person *person)
{
	struct ep_buf key;
	const void *word;

	if (!person)
		return NULL;
	decision_key(&key, acc->tenant, acc->id, person->id);
	word = ep_map_get(&ln->decided, key.s);
	ep_buf_release(&key);
	return word;
}

/* What somebody decided beats what we found; then two people behind one
 * account make both uncertain. */
static void settle(const struct ep_linker *ln,
			const struct ep_linked_account *acc,
		   struct ep_matches *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->n; i++) {
		const void *word = decision(ln, acc, list->v[i].person);

		if (word == &yes) {
			list->v[0] = (struct ep_match){ list->v[i].person,
						     "confirmed", true };
			list->n = 1;
			return;
		}
		if (word != &no)
			list->v[kept++] = list->v[i];
	}
	list->n = kept;
	if (count_certain(list) > 1)
		for (size_t i = 0; i < list->n; i++)
			list->v[i] = (struct ep_match){ list->v[i].person,
				"address of two people", false };
}

static int write_match(const struct ep_linker *ln,
			const struct ep_linked_account *acc,
		       const struct ep_match *match, struct ep_err *err)
{
	const struct ep_person *person = match->person;
	struct ep_stmt *stmt;
	int rc = ep_db_prepare(ln->db, "INSERT INTO main.person_link("
			       "customer, tenant, dataset, account, email, "
			       "person, person_name, left_at, how, certain) "
			       "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, "
			       "?10)", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, acc->customer);
	ep_db_text(stmt, 2, acc->tenant);
	ep_db_text(stmt, 3, acc->dataset);
	ep_db_text(stmt, 4, acc->id);
	ep_db_text(stmt, 5, acc->email);
	ep_db_text(stmt, 6, person ? person->id : NULL);
	ep_db_text(stmt, 7, person ? person->name : NULL);
	if (person && person->left)
		ep_db_int(stmt, 8, person->left_at);
	ep_db_text(stmt, 9, match->how);
	ep_db_int(stmt, 10, match->certain);
	return ep_db_run(stmt, err);
}

static int link_account(const struct ep_linker *ln,
			const struct ep_linked_account *acc,
			struct ep_err *err)
{
	struct ep_matches list = { 0 };
	bool certain;
	int rc = 0;

	find_matches(ln, acc, &list);
	settle(ln, acc, &list);
	certain = count_certain(&list) > 0;
	for (size_t i = 0; rc == 0 && i < list.n; i++)
		if (list.v[i].certain || !certain)
			rc = write_match(ln, acc, &list.v[i], err);
	ep_vec_release(&list);
	return rc;
}

/* Whose account it is, when that is certain; NULL else. */
static const struct ep_person *owner_of(const struct ep_linker *ln,
					const struct ep_linked_account *acc)
{
	const struct ep_person *person = NULL;
	struct ep_matches list = { 0 };

	find_matches(ln, acc, &list);
	settle(ln, acc, &list);
	for (size_t i = 0; i < list.n; i++)
		if (list.v[i].certain)
			person = list.v[i].person;
	if (count_certain(&list) != 1)
		person = NULL;
	ep_vec_release(&list);
	return person;
}

/* The accounts of one listing, in order. */
static int link_listing(struct ep_linker *ln, struct ep_linker *heard,
			const char *tenant, const char *dataset,
			struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row;
	int rc = ep_db_prepare(ln->db, "SELECT customer, tenant, dataset, id, "
			       "email, login, external_id, name, class, attr "
			       "FROM account WHERE tenant = ?1 AND "
			       "dataset = ?2 ORDER BY id", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, tenant);
	ep_db_text(stmt, 2, dataset);
	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		struct ep_linked_account acc = {
			.customer = ep_db_col_text(stmt, 0),
			.tenant = ep_db_col_text(stmt, 1),
			.dataset = ep_db_col_text(stmt, 2),
			.id = ep_db_col_text(stmt, 3),
			.email = ep_db_col_text(stmt, 4),
			.login = ep_db_col_text(stmt, 5),
			.external_id = ep_db_col_text(stmt, 6),
			.name = ep_db_col_text(stmt, 7),
			.class = ep_db_col_text(stmt, 8),
			.attr = ep_db_col_text(stmt, 9),
		};
		const struct ep_person *person =
			heard ? owner_of(ln, &acc) : NULL;

		if (person)
			ep_people_hear(heard, &acc, person);
		if (!heard)
			rc = link_account(ln, &acc, err);
	}
	return rc;
}

/* First what the directories say of the people they know for certain, then
 * the links.  Listing by listing, each in the order of its index: a million
 * accounts need not be sorted.  Of every listing, also of one that is no
 * longer said to hold accounts: what it left behind is there. */
static int link_accounts(struct ep_linker *ln, struct ep_linker *heard,
			 struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row;
	int rc = ep_db_prepare(ln->db, "SELECT t.uid, d.name FROM "
			       "main.tenancy t JOIN main.dataset d ON "
			       "d.tenancy = t.id ORDER BY t.uid, d.name",
			       &stmt, err);

	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row)
		rc = link_listing(ln, heard, ep_db_col_text(stmt, 0),
				  ep_db_col_text(stmt, 1), err);
	return rc;
}

/* What is heard counts once all was heard, so that the order of the accounts
 * decides nothing. */
static int link_in_two(struct ep_linker *ln, struct ep_err *err)
{
	struct ep_linker heard = *ln;
	int rc;

	ep_map_init(&heard.spoken_address);
	ep_map_init(&heard.spoken_id);
	rc = link_accounts(ln, &heard, err);
	ln->spoken_address = heard.spoken_address;
	ln->spoken_id = heard.spoken_id;
	return rc < 0 ? rc : link_accounts(ln, NULL, err);
}

/* --- set-up ------------------------------------------------------------- */

static int load_declared(struct ep_linker *ln, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row;
	int rc = ep_db_prepare(ln->db, "SELECT address FROM declared", &stmt,
			       err);

	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row)
		if (ep_db_col_text(stmt, 0))
			ep_map_set(&ln->declared, ep_db_col_text(stmt, 0),
				   ln);
	return rc;
}

static int load_decided(struct ep_linker *ln, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row;
	int rc = ep_db_prepare(ln->db, "SELECT tenant, account, person, same "
			       "FROM person_match", &stmt, err);

	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		struct ep_buf key;

		decision_key(&key, ep_db_col_text(stmt, 0),
			     ep_db_col_text(stmt, 1), ep_db_col_text(stmt, 2));
		ep_map_set(&ln->decided, key.s,
			   ep_db_col_int(stmt, 3) ? &yes : &no);
		ep_buf_release(&key);
	}
	return rc;
}

static int compile_patterns(struct ep_linker *ln, const struct ep_config *config,
			    struct ep_err *err)
{
	for (size_t i = 0; i < config->customers.n; i++) {
		const struct ep_customer *customer = &config->customers.v[i];

		for (size_t j = 0; j < customer->aliases.n; j++) {
			struct ep_alias_regex it = {
				.customer = customer->id,
				.msp = customer->msp,
				.with = customer->aliases.v[j].address,
			};
			int rc = ep_regex_compile(
				customer->aliases.v[j].pattern, true,
				&it.regex, err);

			if (rc < 0)
				return ep_err_context(err, "alias pattern of "
						      "%s", customer->id);
			EP_VEC_ADD(&ln->pattern) = it;
		}
	}
	return 0;
}

static int link_all(struct ep_linker *ln, const struct ep_config *config,
		    struct ep_err *err)
{
	int rc = compile_patterns(ln, config, err);

	if (rc == 0)
		rc = load_declared(ln, err);
	if (rc == 0)
		rc = load_decided(ln, err);
	if (rc == 0)
		rc = ep_people_current_forget(ln->db, err);
	if (rc == 0)
		rc = ep_db_exec(ln->db, "DELETE FROM main.person_link", err);
	return rc < 0 ? rc : link_in_two(ln, err);
}

int ep_people_link(struct ep_db *db, const struct ep_config *config,
		   struct ep_err *err)
{
	struct ep_linker ln = { .db = db, .config = config };
	int rc = ep_register_load(db, &ln.reg, err);

	if (rc < 0)
		return rc;
	ep_map_init(&ln.spoken_address);
	ep_map_init(&ln.spoken_id);
	ep_map_init(&ln.declared);
	ep_map_init(&ln.decided);
	rc = link_all(&ln, config, err);
	for (size_t i = 0; i < ln.pattern.n; i++)
		ep_regex_free(ln.pattern.v[i].regex);
	ep_vec_release(&ln.pattern);
	ep_people_heard_release(&ln);
	ep_map_release(&ln.declared, NULL);
	ep_map_release(&ln.decided, NULL);
	ep_register_release(&ln.reg);
	return rc;
}

int ep_people_decide(struct ep_db *db, const char *tenant,
		     const char *account, const char *person, bool same,
		     const char *by_user, int64_t at, struct ep_err *err)
{
	struct ep_stmt *stmt = NULL;
	int rc = ep_people_current_forget(db, err);

	if (rc == 0)
		rc = ep_db_prepare(db, "INSERT OR REPLACE INTO person_match("
				   "tenant, account, person, same, by_user, "
				   "at) VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
				   &stmt, err);
	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, tenant);
	ep_db_text(stmt, 2, account);
	ep_db_text(stmt, 3, person);
	ep_db_int(stmt, 4, same);
	ep_db_text(stmt, 5, by_user);
	ep_db_int(stmt, 6, at);
	return ep_db_run(stmt, err);
}
