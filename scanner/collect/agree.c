/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the configuration wants of a connector, held against what it can: a
 * name that means nothing would be passed over in silence.
 */
#include "collect/collect.h"

#include "base/alloc.h"
#include "base/str.h"

static void check_name(const struct ep_connection *connection,
		       const struct ep_spec *spec, const char *name,
		       struct ep_diag *diag)
{
	const struct ep_spec_endpoint *endpoint = ep_spec_endpoint(spec, name);

	if (endpoint && endpoint->changes.kind != EP_CHANGES_NONE)
		return;
	ep_diag_add(diag, connection->file, connection->line, 1,
		    endpoint ? "incremental: connector %s has no way to read "
			       "only changes of '%.64s'" :
			       "incremental: connector %s has no endpoint "
			       "'%.64s'",
		    spec->id, name);
}

int ep_collect_agree(const struct ep_config *config,
		     const struct ep_specs *specs, struct ep_diag *diag)
{
	size_t before = diag->n;

	for (size_t c = 0; c < config->customers.n; c++) {
		const struct ep_customer *customer = &config->customers.v[c];

		for (size_t i = 0; i < customer->connections.n; i++) {
			const struct ep_connection *connection =
				&customer->connections.v[i];
			const struct ep_spec *spec =
				ep_specs_find(specs, connection->connector);

			for (size_t k = 0;
			     spec && k < connection->incremental.n; k++)
				check_name(connection, spec,
					   connection->incremental.v[k], diag);
		}
	}
	return diag->n > before ? EP_ECONFIG : 0;
}
