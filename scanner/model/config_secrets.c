/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every secret that the configuration names, in one list.
 */
#include "model/config.h"

static void add(struct ep_secrets *list, struct ep_secret *secret)
{
	if (secret)
		EP_VEC_ADD(list) = secret;
}

static void add_connection(struct ep_secrets *list,
			   const struct ep_connection *connection)
{
	for (size_t i = 0; i < connection->credentials.n; i++) {
		const struct ep_config_credential *credential =
			&connection->credentials.v[i];

		for (size_t k = 0; k < credential->secrets.n; k++)
			add(list, credential->secrets.v[k].secret);
	}
}

void ep_config_secrets(const struct ep_config *config,
		       struct ep_secrets *ret)
{
	add(ret, config->redact_key);
	for (size_t i = 0; i < config->notify.n; i++) {
		add(ret, config->notify.v[i].password);
		add(ret, config->notify.v[i].url);
	}
	for (size_t c = 0; c < config->customers.n; c++) {
		const struct ep_customer *customer = &config->customers.v[c];

		for (size_t i = 0; i < customer->connections.n; i++)
			add_connection(ret, &customer->connections.v[i]);
	}
}
