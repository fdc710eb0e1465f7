/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tickets of an exit, and whom they are about.
 */
#include "exit/find.h"

#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "exit/ground.h"
#include "ext/db.h"
#include "store/store.h"

/* A ticket of an instance belongs to a customer by the id of the company's
 * tenancy, or by its name where only that is told. */
#define TICKETS(tickets, tenancies)                                          \
	"SELECT t.tenant, t.system, t.id, t.subject, t.state, t.closed_at,"  \
	" coalesce((SELECT y.customer FROM " tenancies " AS y WHERE"          \
	" y.system = t.system AND y.id = CAST(coalesce("                      \
	"t.attr ->> '$.of_tenant', t.for_customer) AS TEXT)),"                \
	" (SELECT max(y.customer) FROM " tenancies " AS y WHERE"              \
	" y.system = t.system AND y.name = t.for_customer HAVING"             \
	" count(DISTINCT y.customer) = 1)) AS customer,"                      \
	" coalesce((SELECT max(coalesce(a.email, a.name)) FROM temp.account"  \
	" AS a WHERE a.tenant = t.tenant AND a.id = t.owner), t.owner)"       \
	" AS owner, t.person, CAST(coalesce(t.attr ->> '$.of_tenant',"         \
	" t.for_customer) AS TEXT) AS company FROM " tickets " AS t"

/* About a person: the address it states, his name in its title, or its
 * number in the register.  About a customer: its title names it. */
#define ABOUT(folded)                                                         \
	" WHERE (?1 = 'person' AND"                                            \
	" (instr(" folded ", lower(?2)) OR t.person IN"                         \
	" (SELECT address FROM temp.alias WHERE person = ?3)))"                \
	" OR (?1 = 'customer' AND"                                             \
	" (t.id = ?4 OR instr(" folded ", lower(?2))))"                         \
	" ORDER BY t.tenant, t.id"

#define SHARED TICKETS("temp.exit_ticket", "temp.exit_tenancy")

/* What one exit asks, and what is asked for each of many: see
 * ep_exit_ground_tickets. */
static const struct {
	const char *by_id;
	const char *about;
} queries[] = {
	{ TICKETS("temp.ticket", "temp.tenancy")
	  " WHERE t.id = ?1 OR t.system || '/' || t.id = ?1"
	  " OR t.tenant || '/' || t.id = ?1"
	  " OR t.attr ->> '$.reference' = ?1"
	  " OR t.attr ->> '$.ticketNumber' = ?1 ORDER BY t.tenant, t.id",
	  TICKETS("temp.ticket", "temp.tenancy") ABOUT("lower(t.subject)") },
	{ SHARED " WHERE t.n IN (SELECT w.ticket FROM temp.exit_ticket_word"
	  " AS w WHERE w.word = ?1) ORDER BY t.tenant, t.id",
	  SHARED ABOUT("t.folded") },
};

static const char shared_sql[] =
	"DROP TABLE IF EXISTS temp.exit_ticket;"
	"CREATE TEMP TABLE exit_ticket(n INTEGER PRIMARY KEY, tenant, system,"
	" id, subject, state, closed_at, for_customer, owner, person, attr,"
	" folded);"
	"INSERT INTO temp.exit_ticket SELECT NULL, tenant, system, id,"
	" subject, state, closed_at, for_customer, owner, person, attr,"
	" lower(subject) FROM temp.ticket;"
	"DROP TABLE IF EXISTS temp.exit_ticket_word;"
	"CREATE TEMP TABLE exit_ticket_word(word, ticket);"
	"INSERT INTO temp.exit_ticket_word"
	" SELECT id, n FROM temp.exit_ticket"
	" UNION ALL SELECT system || '/' || id, n FROM temp.exit_ticket"
	" UNION ALL SELECT tenant || '/' || id, n FROM temp.exit_ticket"
	" UNION ALL SELECT attr ->> '$.reference', n FROM temp.exit_ticket"
	" UNION ALL SELECT attr ->> '$.ticketNumber', n FROM temp.exit_ticket;"
	"CREATE INDEX temp.exit_ticket_words ON exit_ticket_word(word);"
	"DROP TABLE IF EXISTS temp.exit_tenancy;"
	"CREATE TEMP TABLE exit_tenancy AS SELECT system, id, name, customer"
	" FROM temp.tenancy;"
	"CREATE INDEX temp.exit_tenancy_id ON exit_tenancy(system, id);"
	"CREATE INDEX temp.exit_tenancy_name ON exit_tenancy(system, name);";

int ep_exit_ground_tickets(const struct ep_exit_context *ctx,
			   struct ep_exit_ground *ground, struct ep_err *err)
{
	int rc = ep_store_temp(ctx->store, shared_sql, err);

	ground->tickets = rc == 0;
	return rc;
}

static bool is_shared(const struct ep_finder *fd)
{
	return fd->ctx->ground && fd->ctx->ground->tickets;
}

/* A company that no listing shows is the customer's who claims it. */
static const char *customer_of(const struct ep_finder *fd,
			       struct ep_stmt *stmt)
{
	const char *customer = ep_db_col_text(stmt, 6);
	const char *company = ep_db_col_text(stmt, 9);
	const struct ep_customer *claimant;

	if (customer || !company)
		return customer;
	claimant = ep_config_claimant(fd->ctx->config,
				      ep_db_col_text(stmt, 1), company);
	return claimant ? claimant->id : NULL;
}

static void take_ticket(struct ep_finder *fd, struct ep_stmt *stmt)
{
	EP_VEC_ADD(&fd->exit->ticket) = (struct ep_exit_ticket){
		.tenant = ep_strdup(ep_db_col_text(stmt, 0)),
		.system = ep_strdup(ep_db_col_text(stmt, 1)),
		.id = ep_strdup(ep_db_col_text(stmt, 2)),
		.subject = ep_strdup(ep_db_col_text(stmt, 3)),
		.state = ep_strdup(ep_db_col_null(stmt, 4)
					   ? "unknown"
					   : ep_db_col_text(stmt, 4)),
		.closed_at = ep_db_col_int(stmt, 5),
		.customer = ep_strdup(customer_of(fd, stmt)),
		.owner = ep_strdup(ep_db_col_text(stmt, 7)),
	};
}

static const struct ep_customer *customer_of_ticket(const struct ep_finder *fd,
						    const char *id)
{
	const struct ep_config *config = fd->ctx->config;

	for (size_t i = 0; i < config->customers.n; i++)
		if (ep_str_eq(config->customers.v[i].exit_ticket, id))
			return &config->customers.v[i];
	return NULL;
}

/* A list that was cut short may hold the ticket. */
static int say_missing(struct ep_finder *fd, const char *word,
		       struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(ep_store_db(fd->ctx->store),
			       "SELECT dataset, status FROM temp.coverage"
			       " WHERE instr(kinds, 'ticket') AND"
			       " (status <> 'complete' OR stale)"
			       " ORDER BY dataset LIMIT 1", &stmt, err);

	if (rc == 0)
		rc = ep_db_step(stmt, &row, err);
	if (rc < 0)
		return rc;
	if (row)
		return ep_err_set(err, EP_ENOENT, "no ticket \"%s\" was read, "
				  "and not every list of tickets was read "
				  "completely (%s is %s)", word,
				  ep_db_col_text(stmt, 0),
				  ep_db_col_text(stmt, 1));
	return ep_err_set(err, EP_ENOENT, "there is no exit ticket \"%s\" in "
			  "the PSAs that were read, and no customer's file "
			  "names it", word);
}

int ep_find_tickets(struct ep_finder *fd, const char *word, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row;
	int rc = ep_db_prepare(ep_store_db(fd->ctx->store),
			       queries[is_shared(fd)].by_id, &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, word);
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row)
		take_ticket(fd, stmt);
	if (rc == 0 && fd->exit->ticket.n == 0) {
		if (!customer_of_ticket(fd, word))
			return say_missing(fd, word, err);
		ep_exit_object(fd->exit, "ticket-not-read", EP_EXIT_UNKNOWN,
			       "connect the PSA, or see that its list of exit "
			       "tickets holds the ticket",
			       "ticket %s is named in a customer's file, and "
			       "no PSA that was read has it", word);
	}
	return rc;
}

/* --- whom they are about ------------------------------------------------ */

/* Its number in the register, or the whole name of somebody of that customer
 * in the title. */
static const char person_sql[] =
	"SELECT p.id FROM temp.person AS p WHERE p.employer IS ?1 AND"
	" (p.source REGEXP '(^|[^0-9A-Za-z])\\Q' || ?2 ||"
	" '\\E($|[^0-9A-Za-z])' OR (length(p.name) > 4 AND"
	" instr(lower(?3), lower(p.name)))) ORDER BY p.id";

static int add_person(struct ep_finder *fd, const struct ep_exit_ticket *of,
		      struct ep_words *to, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row;
	int rc;

	if (strstr(of->id, "\\E"))
		return 0;
	rc = ep_db_prepare(ep_store_db(fd->ctx->store), person_sql, &stmt,
			   err);
	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, of->customer);
	ep_db_text(stmt, 2, of->id);
	ep_db_text(stmt, 3, of->subject ? of->subject : "");
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row)
		if (!ep_words_has(to, ep_db_col_text(stmt, 0)))
			EP_VEC_ADD(to) = ep_strdup(ep_db_col_text(stmt, 0));
	return rc;
}

static int about_person(struct ep_finder *fd, struct ep_words *to,
			struct ep_err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < fd->exit->ticket.n; i++)
		if (fd->exit->ticket.v[i].customer)
			rc = add_person(fd, &fd->exit->ticket.v[i], to, err);
	return rc;
}

static int choose_person(struct ep_finder *fd, const struct ep_words *people,
			 struct ep_err *err)
{
	const struct ep_exit_ticket *first = fd->exit->ticket.v;

	if (people->n == 1)
		return ep_find_person(fd, people->v[0], err);
	if (people->n > 1)
		return ep_err_set(err, EP_EDATA, "ticket \"%s\" fits %s and "
				  "%s: give system/number, or --person",
				  fd->ask->ticket, people->v[0],
				  people->v[1]);
	return ep_err_set(err, EP_EDATA, "ticket %s/%s (\"%.200s\") does not "
			  "say who leaves: give --person, --device or "
			  "--customer too, or write the number into the "
			  "leaver register", first->system, first->id,
			  first->subject ? first->subject : "");
}

/* A customer with an exit date whom the title of a ticket of his names. */
static const struct ep_customer *about_customer(const struct ep_finder *fd)
{
	for (size_t i = 0; i < fd->exit->ticket.n; i++) {
		const struct ep_exit_ticket *it = &fd->exit->ticket.v[i];
		const struct ep_customer *customer =
			it->customer ? ep_config_customer(fd->ctx->config,
							  it->customer)
				     : NULL;

		if (customer && customer->exit_at && customer->name &&
		    it->subject && strcasestr(it->subject, customer->name))
			return customer;
	}
	return NULL;
}

/* The customer whose file names the ticket, if the tickets are his. */
static const struct ep_customer *named_customer(const struct ep_finder *fd)
{
	const char *word = strrchr(fd->ask->ticket, '/');
	const struct ep_customer *customer =
		customer_of_ticket(fd, word ? word + 1 : fd->ask->ticket);

	for (size_t i = 0; customer && i < fd->exit->ticket.n; i++)
		if (!ep_str_eq(fd->exit->ticket.v[i].customer, customer->id))
			return NULL;
	return customer;
}

/* Nobody is named: a customer who is, or the one that was asked for too. */
static const char *whole_customer(const struct ep_finder *fd)
{
	const struct ep_customer *customer = about_customer(fd);

	if (customer)
		return customer->id;
	return fd->exit->ticket.n ? fd->ask->customer : NULL;
}

int ep_find_from_tickets(struct ep_finder *fd, struct ep_err *err)
{
	const struct ep_customer *customer = named_customer(fd);
	struct ep_words people = { 0 };
	const char *whole;
	int rc;

	if (customer)
		return ep_find_customer(fd, customer->id, err);
	rc = about_person(fd, &people, err);
	whole = people.n ? NULL : whole_customer(fd);
	if (rc == 0 && whole)
		rc = ep_find_customer(fd, whole, err);
	else if (rc == 0)
		rc = choose_person(fd, &people, err);
	ep_words_release(&people);
	return rc;
}

/* --- tickets of what is known ------------------------------------------- */

static int check_named(const struct ep_finder *fd, struct ep_err *err)
{
	const struct ep_exit *exit = fd->exit;

	for (size_t i = 0; i < exit->ticket.n; i++) {
		const struct ep_exit_ticket *it = &exit->ticket.v[i];
		const char *want = fd->ask->customer ? fd->ask->customer
						     : exit->customer;

		if (it->customer && want && !ep_str_eq(it->customer, want))
			return ep_err_set(err, EP_EDATA, "ticket %s/%s "
					  "(\"%.200s\") is of the customer "
					  "%s, not of %s", it->system, it->id,
					  it->subject ? it->subject : "",
					  it->customer, want);
	}
	return 0;
}

/* Named together with a person: it has to be about that person. */
static int check_person(struct ep_finder *fd, struct ep_err *err)
{
	struct ep_words people = { 0 };
	int rc = about_person(fd, &people, err);

	if (rc == 0 && people.n && !ep_words_has(&people, fd->exit->id))
		rc = ep_err_set(err, EP_EDATA, "ticket \"%s\" is about %s, "
				"not about %s", fd->ask->ticket, people.v[0],
				fd->exit->id);
	ep_words_release(&people);
	return rc;
}

int ep_find_match_tickets(struct ep_finder *fd, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	const struct ep_customer *customer;
	bool row;
	int rc;

	if (fd->ask->ticket) {
		rc = check_named(fd, err);
		if (rc == 0 && fd->ask->person)
			rc = check_person(fd, err);
		return rc;
	}
	rc = ep_db_prepare(ep_store_db(fd->ctx->store),
			   queries[is_shared(fd)].about, &stmt, err);
	if (rc < 0)
		return rc;
	customer = fd->exit->customer
			   ? ep_config_customer(fd->ctx->config,
						fd->exit->customer) : NULL;
	ep_db_text(stmt, 1, ep_exit_subject_word(fd->exit->subject));
	ep_db_text(stmt, 2, fd->exit->name);
	ep_db_text(stmt, 3, fd->exit->id);
	ep_db_text(stmt, 4, customer ? customer->exit_ticket : NULL);
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row)
		if (ep_str_eq(customer_of(fd, stmt), fd->exit->customer))
			take_ticket(fd, stmt);
	return rc;
}
