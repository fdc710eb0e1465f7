/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one configuration file cannot know alone: ids used twice, tenancies
 * claimed by two customers; then the release of it all.
 */
#include <string.h>

#include "base/map.h"
#include "model/config_read.h"

const struct ep_connection *ep_config_connection(const struct ep_config *config,
						 const char *word)
{
	for (size_t c = 0; c < config->customers.n; c++) {
		const struct ep_customer *customer = &config->customers.v[c];

		for (size_t i = 0; i < customer->connections.n; i++) {
			const struct ep_connection *connection =
				&customer->connections.v[i];
			size_t n = strlen(connection->connector);

			if (strncmp(word, connection->connector, n) == 0 &&
			    word[n] == '/' &&
			    strcmp(word + n + 1, connection->tenant) == 0)
				return connection;
		}
	}
	return NULL;
}

/* What a manager is to be told has to have one. */
static void check_notify(const struct ep_config *config,
			 const struct ep_notify *n, struct ep_diag *diag)
{
	for (size_t i = 0; i < n->customers.n; i++)
		if (!ep_config_customer(config, n->customers.v[i]))
			ep_diag_add(diag, config->path, n->line, 0,
				    "notify: there is no customer '%s'",
				    n->customers.v[i]);
	if (n->to_managers && config->customers.n &&
	    !config->customers.v[0].manager)
		ep_diag_add(diag, config->path, n->line, 0,
			    "notify: msp: needs 'manager', for customers "
			    "without one");
}

static void claim_once(struct ep_map *seen, const struct ep_customer *customer,
		       const char *system, const char *tenant, int line,
		       struct ep_diag *diag)
{
	struct ep_buf key;
	const char *other;

	ep_buf_init(&key, EP_URL_BYTES_MAX);
	ep_buf_addf(&key, "%s/%s", system, tenant);
	other = ep_map_set(seen, key.s, customer->id);
	if (other)
		ep_diag_add(diag, customer->file, line, 0,
			    "tenancy %s is claimed by '%s' already", key.s,
			    other);
	ep_buf_release(&key);
}

static void check_claims(const struct ep_customer *customer,
			 struct ep_map *seen, struct ep_diag *diag)
{
	for (size_t i = 0; i < customer->connections.n; i++)
		claim_once(seen, customer, customer->connections.v[i].connector,
			   customer->connections.v[i].tenant,
			   customer->connections.v[i].line, diag);
	for (size_t i = 0; i < customer->claims.n; i++)
		claim_once(seen, customer, customer->claims.v[i].system,
			   customer->claims.v[i].tenant, 0, diag);
}

void ep_config_check(const struct ep_config *config, struct ep_diag *diag)
{
	struct ep_map ids, seen;

	ep_map_init(&ids);
	ep_map_init(&seen);
	for (size_t i = 0; i < config->customers.n; i++) {
		const struct ep_customer *customer = &config->customers.v[i];
		const struct ep_customer *other =
			ep_map_set(&ids, customer->id,
				   (void *)&config->customers.v[i]);

		if (other)
			ep_diag_add(diag, customer->file, 0, 0,
				    "customer id '%s' is used in %s already",
				    customer->id, other->file);
		check_claims(customer, &seen, diag);
		if (customer->tickets.through &&
		    !ep_config_connection(config, customer->tickets.through))
			ep_diag_add(diag, customer->file, 0, 0,
				    "tickets: there is no connection '%s'; "
				    "write CONNECTOR/TENANT",
				    customer->tickets.through);
	}
	for (size_t i = 0; i < config->notify.n; i++)
		check_notify(config, &config->notify.v[i], diag);
	ep_map_release(&ids, NULL);
	ep_map_release(&seen, NULL);
}

static void rules_clear(struct ep_config *config)
{
	for (size_t i = 0; i < config->rules.n; i++) {
		ep_free(config->rules.v[i].rule);
		ep_free(config->rules.v[i].reason);
		ep_free(config->rules.v[i].severity);
		ep_config_settings_release(&config->rules.v[i].params);
	}
	ep_vec_release(&config->rules);
	for (size_t i = 0; i < config->vendors.n; i++) {
		ep_free(config->vendors.v[i].connector);
		ep_config_settings_release(&config->vendors.v[i].bases);
	}
	ep_vec_release(&config->vendors);
}

void ep_config_free(struct ep_config *config)
{
	if (!config)
		return;
	for (size_t i = 0; i < config->customers.n; i++)
		ep_config_customer_clear(&config->customers.v[i]);
	ep_vec_release(&config->customers);
	for (size_t i = 0; i < config->notify.n; i++)
		ep_config_notify_clear(&config->notify.v[i]);
	ep_vec_release(&config->notify);
	ep_config_retention_clear(config);
	rules_clear(config);
	ep_words_release(&config->connector_folders);
	ep_words_release(&config->rule_folders);
	ep_words_release(&config->report_folders);
	ep_free(config->path);
	ep_free(config->folder);
	ep_free(config->customers_folder);
	ep_free(config->database);
	ep_free(config->budgets);
	ep_free(config->waivers);
	ep_free(config->baselines);
	ep_free(config->leavers);
	ep_free(config->imports);
	ep_free(config->threshold);
	ep_secret_free(config->redact_key);
	ep_free(config->brand.name);
	ep_free(config->brand.logo);
	ep_free(config->brand.colour);
	ep_free(config->testing.ca_file);
	ep_free(config->sha256);
	ep_free(config->main_sha256);
	ep_free(config->basis);
	ep_free(config);
}
