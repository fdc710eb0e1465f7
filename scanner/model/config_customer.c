/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads one customer: the msp: section or a file of the customers folder.
 */
#include "model/config_read.h"

#include <string.h>

#include "base/str.h"
#include "ext/mail.h"

/* The id names report files and is part of keys. */
static bool id_valid(const char *id)
{
	size_t n = strlen(id);

	return n > 0 && n <= 64 && id[0] != '-' &&
	       strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

static void read_aliases(const struct ep_config_reader *rd,
			 const struct ep_yaml *map,
			 struct ep_customer *customer)
{
	static const char *const keys[] = { "pattern", "address", NULL };
	const struct ep_yaml *node;

	for (node = ep_config_list(rd, map, "aliases"); node;
	     node = node->next) {
		ep_yaml_known(node, keys, "an alias", rd->file, rd->diag);
		EP_VEC_ADD(&customer->aliases) = (struct ep_alias_pattern){
			.pattern = ep_config_must(rd, node, "pattern",
						  "an alias"),
			.address = ep_config_must(rd, node, "address",
						  "an alias"),
		};
	}
}

static void read_claims(const struct ep_config_reader *rd,
			const struct ep_yaml *map,
			struct ep_customer *customer)
{
	static const char *const keys[] = { "system", "tenant", "settings",
					    NULL };
	const struct ep_yaml *node;
	struct ep_claim *claim;

	for (node = ep_config_list(rd, map, "claims"); node;
	     node = node->next) {
		ep_yaml_known(node, keys, "a claim", rd->file, rd->diag);
		claim = &EP_VEC_ADD(&customer->claims);
		*claim = (struct ep_claim){
			.system = ep_config_must(rd, node, "system", "a claim"),
			.tenant = ep_config_must(rd, node, "tenant", "a claim"),
		};
		ep_config_settings(rd, node, "settings", &claim->settings);
	}
}

static void check_declared(const struct ep_config_reader *rd,
			   const struct ep_yaml *node,
			   const struct ep_declared *declared)
{
	static const char *const classes[] = { "shared", "service",
					       "breakglass", "support", NULL };

	if (!declared->review_by && !ep_yaml_get(node, "review_by"))
		ep_config_complain(rd, node, "a declared account needs "
					     "'review_by', a date");
	for (int i = 0; classes[i]; i++)
		if (ep_str_eq(declared->class, classes[i]))
			return;
	if (*declared->class)
		ep_config_complain(rd, ep_yaml_get(node, "class"),
				   "'class' is shared, service, breakglass or "
				   "support");
}

static void read_declared(const struct ep_config_reader *rd,
			  const struct ep_yaml *map,
			  struct ep_customer *customer)
{
	static const char *const keys[] = { "address", "class", "owner",
					    "review_by", "reason", NULL };
	static const char what[] = "a declared account";
	const struct ep_yaml *node;
	struct ep_declared *declared;

	for (node = ep_config_list(rd, map, "declared"); node;
	     node = node->next) {
		ep_yaml_known(node, keys, what, rd->file, rd->diag);
		declared = &EP_VEC_ADD(&customer->declared);
		*declared = (struct ep_declared){
			.address = ep_config_must(rd, node, "address", what),
			.class = ep_config_must(rd, node, "class", what),
			.owner = ep_config_must(rd, node, "owner", what),
			.reason = ep_config_must(rd, node, "reason", what),
			.review_by = ep_config_time(rd, node, "review_by"),
		};
		ep_str_lower(declared->address);
		ep_str_lower(declared->owner);
		check_declared(rd, node, declared);
	}
}

static void read_exit(const struct ep_config_reader *rd,
		      const struct ep_yaml *map, struct ep_customer *customer)
{
	static const char *const keys[] = { "at", "ticket", NULL };
	const struct ep_yaml *node = ep_yaml_get(map, "exit");

	if (!node)
		return;
	ep_yaml_known(node, keys, "'exit'", rd->file, rd->diag);
	customer->exit_at = ep_config_time(rd, node, "at");
	customer->exit_ticket = ep_config_text(rd, node, "ticket");
	if (!ep_yaml_get(node, "at"))
		ep_config_complain(rd, node, "'exit' needs 'at', a date");
}

static void read_tickets(const struct ep_config_reader *rd,
			 const struct ep_yaml *map,
			 struct ep_customer *customer)
{
	static const char *const keys[] = { "through", "company", "from",
					    NULL };
	static const char *const severities[] = { "info", "low", "medium",
						  "high", "critical", NULL };
	const struct ep_yaml *node = ep_yaml_get(map, "tickets");
	struct ep_ticketing *tickets = &customer->tickets;

	if (!node)
		return;
	ep_yaml_known(node, keys, "'tickets'", rd->file, rd->diag);
	tickets->through = ep_config_must(rd, node, "through", "'tickets'");
	tickets->company = ep_config_text(rd, node, "company");
	tickets->from = ep_config_text(rd, node, "from");
	for (int i = 0; tickets->from && severities[i]; i++)
		if (ep_str_eq(tickets->from, severities[i]))
			return;
	if (tickets->from)
		ep_config_complain(rd, ep_yaml_get(node, "from"),
				   "'from' is info, low, medium, high or "
				   "critical");
}

static void take_words(const struct ep_config_reader *rd,
		       const struct ep_yaml *map, const char *key,
		       struct ep_words *words)
{
	ep_config_words(rd, map, key, words);
	for (size_t i = 0; i < words->n; i++)
		ep_str_lower(words->v[i]);
}

static const char *const *customer_keys(bool msp)
{
	static const char *const msp_keys[] = {
		"id",	    "name",   "domains",  "connections", "claims",
		"declared", "owners", "aliases",  "tickets",
		"leave_sources", "manager",
		"revoke_within_hours", NULL
	};
	static const char *const keys[] = { "customer", "name",	   "domains",
					    "connections", "claims", "declared",
					    "owners", "aliases",  "exit",
					    "tickets", "leave_sources", "manager",
					    "revoke_within_hours", NULL };

	return msp ? msp_keys : keys;
}

void ep_config_read_customer(struct ep_config_reader *rd,
			     const struct ep_yaml *map, bool msp)
{
	const char *what = msp ? "'msp'" : "a customer file";
	struct ep_customer customer = { .msp = msp };
	const struct ep_yaml *node;

	if (map->type != EP_YAML_MAP) {
		ep_config_complain(rd, map, "%s must be a mapping", what);
		return;
	}
	ep_yaml_known(map, customer_keys(msp), what, rd->file, rd->diag);
	customer.file = ep_strdup(rd->file);
	customer.id = ep_config_must(rd, map, msp ? "id" : "customer", what);
	customer.name = ep_config_must(rd, map, "name", what);
	if (*customer.id && !id_valid(customer.id))
		ep_config_complain(rd, map, "the id '%s' may hold a-z, 0-9 and "
					    "'-' only, at most 64",
				   customer.id);
	take_words(rd, map, "domains", &customer.domains);
	take_words(rd, map, "owners", &customer.authorised_owners);
	read_aliases(rd, map, &customer);
	read_claims(rd, map, &customer);
	read_declared(rd, map, &customer);
	read_tickets(rd, map, &customer);
	customer.manager = ep_config_text(rd, map, "manager");
	if (customer.manager && !ep_mail_address_valid(customer.manager))
		ep_config_complain(rd, ep_yaml_get(map, "manager"),
				   "'manager' is no mail address");
	(void)ep_yaml_int(map, "revoke_within_hours", rd->file, rd->diag, 1,
			  24 * 366, &customer.revoke_hours);
	if (!msp)
		read_exit(rd, map, &customer);
	ep_config_read_leave(rd, map, &customer.leave);
	for (node = ep_config_list(rd, map, "connections"); node;
	     node = node->next)
		ep_config_read_connection(rd, node, &customer);
	EP_VEC_ADD(&rd->config->customers) = customer;
}

void ep_config_customer_clear(struct ep_customer *customer)
{
	for (size_t i = 0; i < customer->connections.n; i++)
		ep_config_connection_clear(&customer->connections.v[i]);
	ep_vec_release(&customer->connections);
	for (size_t i = 0; i < customer->claims.n; i++) {
		ep_free(customer->claims.v[i].system);
		ep_free(customer->claims.v[i].tenant);
		ep_config_settings_release(&customer->claims.v[i].settings);
	}
	ep_vec_release(&customer->claims);
	for (size_t i = 0; i < customer->aliases.n; i++) {
		ep_free(customer->aliases.v[i].pattern);
		ep_free(customer->aliases.v[i].address);
	}
	ep_vec_release(&customer->aliases);
	for (size_t i = 0; i < customer->declared.n; i++) {
		ep_free(customer->declared.v[i].address);
		ep_free(customer->declared.v[i].class);
		ep_free(customer->declared.v[i].owner);
		ep_free(customer->declared.v[i].reason);
	}
	ep_vec_release(&customer->declared);
	ep_config_leave_clear(&customer->leave);
	ep_words_release(&customer->domains);
	ep_words_release(&customer->authorised_owners);
	ep_free(customer->id);
	ep_free(customer->name);
	ep_free(customer->file);
	ep_free(customer->exit_ticket);
	ep_free(customer->manager);
	ep_free(customer->tickets.through);
	ep_free(customer->tickets.company);
	ep_free(customer->tickets.from);
}
