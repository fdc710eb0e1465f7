/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What makes an exit unsafe whatever is left over: no date, a ticket that is
 * closed or in the leaver's hands, exitproof's own identity.
 */
#include "exit/find.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"

static void check_date(struct ep_finder *fd)
{
	char day[EP_TIME_TEXT];
	struct ep_exit *exit = fd->exit;

	/* A device is retired when somebody says so. */
	if (exit->subject == EP_EXIT_DEVICE)
		return;
	if (exit->leave_at == 0)
		ep_exit_object(exit, "no-leave-date", EP_EXIT_UNKNOWN,
			       exit->subject == EP_EXIT_CUSTOMER
				       ? "write exit: {at: DATE, ticket: ID} "
					 "into the customer's file"
				       : "put the leave date into the leaver "
					 "register",
			       "no leave date of %s is on record, so nothing "
			       "says that anybody leaves", exit->name);
	else if (exit->leave_at > fd->ctx->now)
		ep_exit_object(exit, "not-yet", EP_EXIT_UNKNOWN,
			       "look again after that",
			       "%s leaves on %s only: until then access may "
			       "come back", exit->name,
			       ep_time_format(exit->leave_at, day));
}

static bool is_his(const struct ep_exit *exit, const char *word)
{
	if (exit->subject != EP_EXIT_PERSON || !word)
		return false;
	for (size_t i = 0; i < exit->address.n; i++)
		if (ep_str_eqcase(word, exit->address.v[i]))
			return true;
	return ep_str_eqcase(word, exit->name);
}

static void check_tickets(struct ep_finder *fd)
{
	struct ep_exit *exit = fd->exit;

	for (size_t i = 0; i < exit->ticket.n; i++) {
		const struct ep_exit_ticket *it = &exit->ticket.v[i];
		bool closed = ep_str_eq(it->state, "closed");
		char day[EP_TIME_TEXT];

		if (closed && fd->ask->ticket)
			ep_exit_object(exit, "ticket-closed", EP_EXIT_OPEN,
				       "open it again, and close it when "
				       "exitproof exit verify says so",
				       "ticket %s/%s is closed already%s%s",
				       it->system, it->id,
				       it->closed_at ? ", since " : "",
				       it->closed_at
					       ? ep_time_format(it->closed_at,
								day) : "");
		if (!closed && is_his(exit, it->owner))
			ep_exit_object(exit, "ticket-of-leaver", EP_EXIT_OPEN,
				       "give it to somebody who is here",
				       "ticket %s/%s belongs to %s, who "
				       "leaves", it->system, it->id,
				       exit->name);
	}
}

/* --- exitproof itself --------------------------------------------------- */

static bool in_settings(const struct ep_exit *exit,
			const struct ep_settings *settings)
{
	for (size_t i = 0; i < settings->n; i++)
		if (is_his(exit, settings->v[i].value))
			return true;
	return false;
}

static bool in_connection(const struct ep_exit *exit,
			  const struct ep_connection *connection)
{
	if (in_settings(exit, &connection->params))
		return true;
	for (size_t i = 0; i < connection->credentials.n; i++)
		if (in_settings(exit, &connection->credentials.v[i].params))
			return true;
	return false;
}

static void check_connections(struct ep_finder *fd,
			      const struct ep_customer *customer)
{
	for (size_t i = 0; i < customer->connections.n; i++) {
		const struct ep_connection *it = &customer->connections.v[i];

		if (in_connection(fd->exit, it))
			ep_exit_object(fd->exit, "scanner-identity",
				       EP_EXIT_OPEN,
				       "give exitproof a service account "
				       "there first: without it nothing can "
				       "be read any more",
				       "exitproof signs in to %s/%s as %s "
				       "(%s:%d)", it->connector,
				       it->tenant ? it->tenant : "",
				       fd->exit->name, it->file, it->line);
	}
}

/* Who answers for special accounts, and who may own tenancies. */
static void check_duties(struct ep_finder *fd,
			 const struct ep_customer *customer)
{
	for (size_t i = 0; i < customer->declared.n; i++)
		if (is_his(fd->exit, customer->declared.v[i].owner))
			ep_exit_object(fd->exit, "answers-for-account",
				       EP_EXIT_OPEN,
				       "name somebody else as its owner under "
				       "declared: in the customer's file",
				       "%s answers for the account %s of %s",
				       fd->exit->name,
				       customer->declared.v[i].address,
				       customer->id);
	for (size_t i = 0; i < customer->authorised_owners.n; i++)
		if (is_his(fd->exit, customer->authorised_owners.v[i]))
			ep_exit_object(fd->exit, "authorised-owner",
				       EP_EXIT_OPEN,
				       "take the address from owners: in the "
				       "customer's file, and name another",
				       "%s may own tenancies of %s",
				       fd->exit->name, customer->id);
}

static void check_approver(struct ep_finder *fd)
{
	if (is_his(fd->exit, fd->exit->approver))
		ep_exit_object(fd->exit, "own-approver", EP_EXIT_OPEN,
			       "let somebody else approve it: exitproof exit "
			       "attest", "%s has approved the own exit",
			       fd->exit->name);
}

void ep_find_problems(struct ep_finder *fd)
{
	const struct ep_config *config = fd->ctx->config;

	check_date(fd);
	check_tickets(fd);
	check_approver(fd);
	if (fd->exit->subject != EP_EXIT_PERSON)
		return;
	for (size_t i = 0; i < config->customers.n; i++) {
		check_connections(fd, &config->customers.v[i]);
		check_duties(fd, &config->customers.v[i]);
	}
}
