/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which exit is meant by a ticket, a person, a device or a customer.
 */
#include "exit/find.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "ext/db.h"
#include "store/store.h"

void ep_exit_object(struct ep_exit *exit, const char *id,
		    enum ep_exit_state state, const char *advice,
		    const char *fmt, ...)
{
	char text[EP_ERR_MSG_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	EP_VEC_ADD(&exit->problem) = (struct ep_exit_problem){
		.id = ep_strdup(id),
		.state = state,
		.text = ep_strdup(text),
		.advice = ep_strdup(advice),
	};
}

static void ticket_release(struct ep_exit_ticket *ticket)
{
	ep_free(ticket->tenant);
	ep_free(ticket->system);
	ep_free(ticket->id);
	ep_free(ticket->subject);
	ep_free(ticket->state);
	ep_free(ticket->customer);
	ep_free(ticket->owner);
}

void ep_exit_free(struct ep_exit *exit)
{
	if (!exit)
		return;
	for (size_t i = 0; i < exit->ticket.n; i++)
		ticket_release(&exit->ticket.v[i]);
	ep_vec_release(&exit->ticket);
	for (size_t i = 0; i < exit->problem.n; i++) {
		ep_free(exit->problem.v[i].id);
		ep_free(exit->problem.v[i].text);
		ep_free(exit->problem.v[i].advice);
	}
	ep_vec_release(&exit->problem);
	ep_words_release(&exit->address);
	ep_free(exit->key);
	ep_free(exit->id);
	ep_free(exit->name);
	ep_free(exit->hardware);
	ep_free(exit->customer);
	ep_free(exit->customer_name);
	ep_free(exit->source);
	ep_free(exit->approver);
	ep_free(exit);
}

/* --- the profile -------------------------------------------------------- */

/* What the person holds, and what went around the leave date: an exit does
 * not become an easier one by being worked through.  Who manages printing
 * anywhere, who is a guest somewhere, who is more than that somewhere.  From
 * the person's few accounts to their roles, or all roles would be read. */
static const char employee_sql[] =
	"WITH here(tenant, id, class) AS MATERIALIZED (SELECT a.tenant, a.id,"
	" a.class FROM person_link AS l CROSS JOIN temp.account AS a ON"
	" a.tenant = l.tenant AND a.dataset = l.dataset AND a.id = l.account"
	" WHERE l.person = ?1),"
	" went(tenant, id, class) AS MATERIALIZED (SELECT a.tenant, a.id,"
	" a.class FROM temp.person AS p JOIN temp.alias AS m ON"
	" m.person = p.id JOIN temp.gone_account AS a ON a.email = m.address"
	" AND a.closed_at >= p.left_at - 30 * 86400 WHERE p.id = ?1),"
	" held(role) AS (SELECT r.role FROM here AS h CROSS JOIN temp.role AS"
	" r ON r.tenant = h.tenant AND r.account = h.id UNION ALL"
	" SELECT r.role FROM went AS h CROSS JOIN temp.gone_role AS r ON"
	" r.tenant = h.tenant AND r.account = h.id),"
	" been(class) AS (SELECT class FROM here UNION ALL"
	" SELECT class FROM went)"
	" SELECT EXISTS (SELECT 1 FROM held WHERE role IN"
	" ('SYSTEM_MANAGER', 'SITE_MANAGER')), EXISTS (SELECT 1 FROM been"
	" WHERE class IN ('guest', 'kiosk')), EXISTS (SELECT 1 FROM been"
	" WHERE coalesce(class, '') NOT IN ('guest', 'kiosk'))";

/* Who manages printing anywhere leaves as a manager; who is a guest
 * everywhere leaves as a guest. */
static int choose_employee(struct ep_finder *fd, const char **ret,
			   struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(ep_store_db(fd->ctx->store), employee_sql,
			       &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, fd->exit->id);
	rc = ep_db_step(stmt, &row, err);
	if (rc < 0)
		return rc;
	if (ep_db_col_int(stmt, 0))
		*ret = "print-admin";
	else if (ep_db_col_int(stmt, 1) && !ep_db_col_int(stmt, 2))
		*ret = "guest-or-kiosk";
	else
		*ret = "customer-employee";
	return 0;
}

static bool is_msp(const struct ep_finder *fd)
{
	const struct ep_customer *customer =
		fd->exit->customer ? ep_config_customer(fd->ctx->config,
							fd->exit->customer)
				   : NULL;

	return customer && customer->msp;
}

static int choose_profile(struct ep_finder *fd, struct ep_err *err)
{
	const char *id = fd->ask->profile;
	int rc = 0;

	if (!id && fd->exit->subject == EP_EXIT_DEVICE)
		id = "device";
	else if (!id && fd->exit->subject == EP_EXIT_CUSTOMER)
		id = "customer-exit";
	else if (!id && is_msp(fd))
		id = "msp-technician";
	else if (!id)
		rc = choose_employee(fd, &id, err);
	if (rc < 0)
		return rc;
	fd->exit->profile = ep_profiles_find(fd->ctx->profiles, id);
	if (!fd->exit->profile)
		return ep_err_set(err, EP_ENOENT, "there is no exit profile "
				  "\"%s\"; see exitproof exit profile list",
				  id);
	if (fd->exit->profile->subject == fd->exit->subject)
		return 0;
	return ep_err_set(err, EP_EDATA, "profile %s is for a %s, and what "
			  "leaves is a %s", id,
			  ep_exit_subject_word(fd->exit->profile->subject),
			  ep_exit_subject_word(fd->exit->subject));
}

/* --- the subject -------------------------------------------------------- */

int ep_find_employer(struct ep_finder *fd, const char *id, struct ep_err *err)
{
	const struct ep_customer *customer =
		ep_config_customer(fd->ctx->config, id);

	if (!customer)
		return ep_err_set(err, EP_ENOENT, "there is no customer "
				  "\"%s\" in the configuration", id);
	ep_free(fd->exit->customer);
	ep_free(fd->exit->customer_name);
	fd->exit->customer = ep_strdup(id);
	fd->exit->customer_name =
		ep_strdup(customer->name ? customer->name : id);
	return 0;
}

int ep_find_customer(struct ep_finder *fd, const char *id, struct ep_err *err)
{
	const struct ep_customer *customer;
	int rc = ep_find_employer(fd, id, err);

	if (rc < 0)
		return rc;
	customer = ep_config_customer(fd->ctx->config, id);
	if (customer->msp)
		return ep_err_set(err, EP_EDATA, "%s is the MSP itself and "
				  "does not leave", id);
	fd->exit->subject = EP_EXIT_CUSTOMER;
	fd->exit->id = ep_strdup(id);
	fd->exit->name = ep_strdup(fd->exit->customer_name);
	fd->exit->leave_at = customer->exit_at;
	if (customer->exit_at)
		fd->exit->source = ep_strdup("exit: in the customer's file");
	return 0;
}

static int find_subject(struct ep_finder *fd, struct ep_err *err)
{
	const struct ep_exit_ask *ask = fd->ask;

	if (ask->person)
		return ep_find_person(fd, ask->person, err);
	if (ask->device)
		return ep_find_device(fd, ask->device, err);
	if (ask->ticket)
		return ep_find_from_tickets(fd, err);
	return ep_find_customer(fd, ask->customer, err);
}

static int check_agrees(const struct ep_finder *fd, struct ep_err *err)
{
	const char *want = fd->ask->customer;

	if (!want)
		return 0;
	if (!ep_config_customer(fd->ctx->config, want))
		return ep_err_set(err, EP_ENOENT, "there is no customer "
				  "\"%s\" in the configuration", want);
	if (!fd->exit->customer || ep_str_eq(fd->exit->customer, want))
		return 0;
	return ep_err_set(err, EP_EDATA, "%s%s%s is of the customer %s, not "
			  "of %s", fd->ask->ticket ? "ticket " : "",
			  fd->ask->ticket ? fd->ask->ticket : fd->exit->id,
			  fd->ask->ticket ? "" : " ", fd->exit->customer,
			  want);
}

static int set_approver(struct ep_finder *fd, struct ep_err *err)
{
	struct ep_exit_said said;
	int rc = ep_exit_attested(fd->ctx, fd->exit, "approval", &said, err);

	if (rc < 0)
		return rc;
	fd->exit->approver = ep_take(&said.by);
	fd->exit->approved_at = said.at;
	ep_exit_said_release(&said);
	return 0;
}

static void set_key(struct ep_exit *exit)
{
	struct ep_buf key;

	ep_buf_init(&key, 4 * EP_TEXT_BYTES_MAX);
	ep_buf_addf(&key, "%s:", ep_exit_subject_word(exit->subject));
	/* One host name at two customers is two devices. */
	if (exit->subject == EP_EXIT_DEVICE && exit->customer)
		ep_buf_addf(&key, "%s/", exit->customer);
	ep_buf_adds(&key, exit->subject == EP_EXIT_DEVICE && exit->hardware
				  ? exit->hardware : exit->id);
	exit->key = ep_buf_take(&key);
}

static int check_ask(const struct ep_exit_ask *ask, struct ep_err *err)
{
	if (ask->person && ask->device)
		return ep_err_set(err, EP_EUSAGE, "a person and a device leave "
				  "in two exits");
	if (ask->ticket || ask->person || ask->device || ask->customer)
		return 0;
	return ep_err_set(err, EP_EUSAGE, "say which exit: --ticket ID, "
			  "--person ADDRESS, --device NAME or --customer ID");
}

static int find_all(struct ep_finder *fd, struct ep_err *err)
{
	int rc = check_ask(fd->ask, err);

	if (rc == 0 && fd->ask->ticket)
		rc = ep_find_tickets(fd, fd->ask->ticket, err);
	if (rc == 0)
		rc = find_subject(fd, err);
	if (rc == 0)
		rc = check_agrees(fd, err);
	if (rc == 0)
		rc = ep_find_match_tickets(fd, err);
	if (rc < 0)
		return rc;
	set_key(fd->exit);
	rc = choose_profile(fd, err);
	if (rc == 0)
		rc = set_approver(fd, err);
	if (rc == 0)
		ep_find_problems(fd);
	return rc;
}

int ep_exit_find(const struct ep_exit_context *ctx,
		 const struct ep_exit_ask *ask, struct ep_exit **ret,
		 struct ep_err *err)
{
	struct ep_finder fd = { .ctx = ctx, .ask = ask };
	int rc;

	fd.exit = ep_calloc(1, sizeof(*fd.exit));
	rc = find_all(&fd, err);
	if (rc < 0)
		ep_exit_free(fd.exit);
	else
		*ret = fd.exit;
	return rc;
}
