/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tenancies that a partner's listing shows and no connection reads.  Nobody
 * configured them, so nobody would miss them: what the connectors of their
 * system could read there is made expected, and skipped with the reason.
 */
#include "collect/engine.h"

#include <string.h>

#include "base/str.h"

static bool connected(const struct ep_config *config, const char *connector,
		      const char *id)
{
	for (size_t i = 0; i < config->customers.n; i++) {
		const struct ep_customer *customer = &config->customers.v[i];

		for (size_t k = 0; k < customer->connections.n; k++) {
			const struct ep_connection *connection =
				&customer->connections.v[k];

			if (ep_str_eq(connection->connector, connector) &&
			    ep_str_eqcase(connection->tenant, id))
				return true;
		}
	}
	return false;
}

void ep_adopted_free(struct ep_connection *connection)
{
	ep_free(connection->connector);
	ep_free(connection->customer);
	ep_free(connection->tenant);
	ep_free(connection);
}

static void adopt(struct ep_source *listing, const struct ep_spec *spec,
		  const char *id)
{
	struct ep_engine *engine = listing->tenancy->site->engine;
	const struct ep_customer *customer =
		ep_config_claimant(engine->config, spec->system, id);
	struct ep_connection *connection = ep_calloc(1, sizeof(*connection));
	struct ep_site *site;

	connection->connector = ep_strdup(spec->id);
	connection->customer = ep_strdup(customer ? customer->id : NULL);
	connection->tenant = ep_strdup(id);
	connection->enabled = true;
	EP_VEC_ADD(&engine->adopted) = connection;
	site = ep_site_new(engine, connection, spec);
	site->listed_by = listing->name;
	ep_site_start(site);
}

void ep_adopt(struct ep_source *listing, const char *system, const char *id)
{
	struct ep_engine *engine = listing->tenancy->site->engine;
	const struct ep_specs *specs = engine->specs;

	for (size_t i = 0; i < specs->n; i++) {
		const struct ep_spec *spec = specs->v[i];

		if (!spec->msp && ep_str_eq(spec->system, system) &&
		    !connected(engine->config, spec->id, id))
			adopt(listing, spec, id);
	}
}
