/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which evidence ought to be there: each import that says `expected`, for
 * each configured tenancy of its system.
 */
#include "collect/import.h"

#include <stdio.h>

#include "base/str.h"

struct expectation {
	const struct ep_spec *spec;
	const struct ep_spec_import *import;
	const struct ep_config *config;
	struct ep_sink *sink;
	char name[160];
	char advice[512];
};

static int expect_one(const struct expectation *x, const char *customer,
		      const char *tenant, struct ep_err *err)
{
	const struct ep_spec_import *im = x->import;
	unsigned kinds = 0;

	for (size_t i = 0; i < im->emits.n; i++)
		kinds |= 1u << im->emits.v[i].kind;
	struct ep_dataset_ref ref = {
		.customer = customer,
		.system = im->of_system,
		.tenant = tenant,
		.name = x->name,
		.connector = x->spec->id,
		.connector_version = x->spec->version,
		.kinds = kinds,
		.max_age = im->max_age ? im->max_age :
					 x->config->import_max_age,
		.advice = x->advice,
		.imported = true,
		.held_ok = im->may_be_empty,
	};
	return x->sink->expect(x->sink->to, &ref, err);
}

static int expect_customer(const struct expectation *x,
			   const struct ep_specs *specs,
			   const struct ep_customer *customer,
			   struct ep_err *err)
{
	const char *system = x->import->of_system;
	int rc = 0;

	for (size_t i = 0; i < customer->connections.n && rc == 0; i++) {
		const struct ep_connection *c = &customer->connections.v[i];
		const struct ep_spec *spec = ep_specs_find(specs, c->connector);

		if (spec && c->tenant && ep_str_eq(spec->system, system))
			rc = expect_one(x, customer->id, c->tenant, err);
	}
	/* A file about one tenancy is about the one that is connected. */
	if (x->import->one_tenant)
		return rc;
	for (size_t i = 0; i < customer->claims.n && rc == 0; i++) {
		const struct ep_claim *c = &customer->claims.v[i];

		if (ep_str_eq(c->system, system))
			rc = expect_one(x, customer->id, c->tenant, err);
	}
	return rc;
}

static int expect_import(struct expectation *x, const struct ep_specs *specs,
			 struct ep_err *err)
{
	int n = snprintf(x->name, sizeof(x->name), "%s.%s", x->spec->id,
			 x->import->name);
	int rc = 0;

	if (n < 0 || (size_t)n >= sizeof(x->name))
		return ep_err_set(err, EP_ELIMIT, "%s.%s is too long a name",
				  x->spec->id, x->import->name);
	n = snprintf(x->advice, sizeof(x->advice), "provide %s (exitproof "
		     "import): %s", x->import->file, x->import->doc);
	if (n < 0 || (size_t)n >= sizeof(x->advice))
		x->advice[ep_utf8_cut(x->advice, sizeof(x->advice) - 1)] = '\0';
	for (size_t i = 0; i < x->config->customers.n && rc == 0; i++)
		rc = expect_customer(x, specs, &x->config->customers.v[i], err);
	return rc;
}

int ep_import_expect(const struct ep_specs *specs,
		     const struct ep_config *config, struct ep_sink *sink,
		     struct ep_err *err)
{
	for (size_t i = 0; i < specs->n; i++) {
		const struct ep_spec *spec = specs->v[i];

		for (size_t k = 0; k < spec->imports.n; k++) {
			struct expectation x = { .spec = spec,
						 .import = &spec->imports.v[k],
						 .config = config,
						 .sink = sink };
			int rc;

			if (!x.import->expected)
				continue;
			rc = expect_import(&x, specs, err);
			if (rc < 0)
				return rc;
		}
	}
	return 0;
}
