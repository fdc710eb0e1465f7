/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connectors and connections without a file, a secret or a network.
 */
#include "office.h"

#include "base/file.h"
#include "base/str.h"

/* What was taken out of connectors, so that it does not count as lost. */
static EP_VEC(void *) aside;

/* What stands between an answer and its listing is other tests' concern. */
static void open_doors(struct ep_spec *spec)
{
	EP_VEC_ADD(&aside) = ep_take(&spec->identity.endpoint);
	EP_VEC_ADD(&aside) = ep_take(&spec->locate.endpoint);
	spec->limits.window = 0;
	for (size_t i = 0; i < spec->endpoints.n; i++) {
		spec->endpoints.v[i].credentials.n = 0;
		/* What a directory answers is JSON by now, too. */
		EP_VEC_ADD(&aside) =
			ep_take(&spec->endpoints.v[i].ldap);
	}
}

void office_load(struct ep_specs *specs)
{
	const char *src = getenv("EP_SRC");
	EP_AUTO_FREE char *folder =
		ep_file_join(src ? src : ".", "scanner/connectors");
	char *folders[] = { folder };
	struct ep_diag diag;

	ep_diag_init(&diag);
	must(ep_specs_load(folders, 1, specs, &diag) == 0 && specs->n > 0);
	ep_diag_release(&diag);
	for (size_t i = 0; i < specs->n; i++)
		open_doors(specs->v[i]);
}

static void set(struct ep_settings *settings, const char *name,
		const char *value)
{
	EP_VEC_ADD(settings) =
		(struct ep_setting){ ep_strdup(name), ep_strdup(value) };
}

void office_config(const struct ep_spec *spec, struct ep_config *ret)
{
	struct ep_connection *connection;
	struct ep_customer *customer;

	memset(ret, 0, sizeof(*ret));
	ret->api_max_age = 93600;
	ret->run_seconds = 21600;
	customer = &EP_VEC_ADD(&ret->customers);
	memset(customer, 0, sizeof(*customer));
	customer->id = ep_strdup("northwind");
	customer->msp = true;
	connection = &EP_VEC_ADD(&customer->connections);
	memset(connection, 0, sizeof(*connection));
	connection->customer = ep_strdup(customer->id);
	connection->connector = ep_strdup(spec->id);
	connection->tenant = ep_strdup(OFFICE_TENANT);
	connection->enabled = true;
	for (size_t i = 0; i < spec->params.n; i++)
		set(&connection->params, spec->params.v[i].name, "p1");
	for (size_t i = 0; i < spec->bases.n; i++)
		set(&connection->bases, spec->bases.v[i].name, OFFICE_BASE);
}
