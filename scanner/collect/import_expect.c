/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Datasets of imports, and which of them ought to be there: each import that
 * says `expected`, for each configured tenancy of its system.
 */
#include "collect/import.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "collect/import_priv.h"

/* More than fits beside a file name is for the manual. */
#define ADVICE_DOC_MAX 380

struct expectation {
	const struct ep_spec *spec;
	const struct ep_spec_import *import;
	struct ep_sink *sink;
	struct ep_import_label label;
	struct ep_dataset_ref ref;
};

int ep_import_ref(const struct ep_spec *spec, const struct ep_spec_import *im,
		  int64_t max_age, struct ep_import_label *label,
		  struct ep_dataset_ref *ret, struct ep_err *err)
{
	int n = snprintf(label->name, sizeof(label->name), "%s.%s", spec->id,
			 im->name);
	size_t doc = strlen(im->doc);
	unsigned kinds = 0;

	if (n < 0 || (size_t)n >= sizeof(label->name))
		return ep_err_set(err, EP_ELIMIT, "%s.%s is too long a name",
				  spec->id, im->name);
	if (doc > ADVICE_DOC_MAX)
		doc = ep_utf8_cut(im->doc, ADVICE_DOC_MAX);
	snprintf(label->advice, sizeof(label->advice), "provide %s (%.*s)",
		 im->file, (int)doc, im->doc);
	for (size_t i = 0; i < im->emits.n; i++)
		kinds |= 1u << im->emits.v[i].kind;
	*ret = (struct ep_dataset_ref){
		.system = im->of_system,
		.name = label->name,
		.connector = spec->id,
		.connector_version = spec->version,
		.kinds = kinds,
		.max_age = im->max_age ? im->max_age : max_age,
		.advice = label->advice,
		.imported = true,
		/* A file that may be empty is empty on purpose. */
		.held_ok = im->may_be_empty,
	};
	return 0;
}

static int expect_one(struct expectation *x, const char *customer,
		      const char *tenant, struct ep_err *err)
{
	x->ref.customer = customer;
	x->ref.tenant = tenant;
	return x->sink->expect(x->sink->to, &x->ref, err);
}

static int expect_customer(struct expectation *x, const struct ep_specs *specs,
			   const struct ep_customer *customer,
			   struct ep_err *err)
{
	const char *system = x->import->of_system;
	int rc = 0;

	for (size_t i = 0; i < customer->connections.n && rc == 0; i++) {
		const struct ep_connection *c = &customer->connections.v[i];
		const struct ep_spec *spec = ep_specs_find(specs, c->connector);

		/* A connector for one tenancy has connections of its own. */
		if (spec && c->tenant && ep_str_eq(spec->system, system) &&
		    (x->spec->msp || x->spec == spec))
			rc = expect_one(x, customer->id, c->tenant, err);
	}
	/* A file about one tenancy is about the one that is connected to, not
	 * about each that such a connection shows. */
	if (x->import->one_tenant)
		return rc;
	for (size_t i = 0; i < customer->claims.n && rc == 0; i++) {
		const struct ep_claim *c = &customer->claims.v[i];

		if (ep_str_eq(c->system, system))
			rc = expect_one(x, customer->id, c->tenant, err);
	}
	return rc;
}

static int expect_import(const struct ep_spec *spec,
			 const struct ep_spec_import *im,
			 const struct ep_specs *specs,
			 const struct ep_config *config, struct ep_sink *sink,
			 struct ep_err *err)
{
	struct expectation x = { .spec = spec,
				 .import = im,
				 .sink = sink };
	int rc = ep_import_ref(spec, im, config->import_max_age, &x.label,
			       &x.ref, err);

	for (size_t i = 0; i < config->customers.n && rc == 0; i++)
		rc = expect_customer(&x, specs, &config->customers.v[i], err);
	return rc;
}

int ep_import_expect(const struct ep_specs *specs,
		     const struct ep_config *config, struct ep_sink *sink,
		     struct ep_err *err)
{
	for (size_t i = 0; i < specs->n; i++) {
		const struct ep_spec *spec = specs->v[i];

		for (size_t k = 0; k < spec->imports.n; k++) {
			int rc;

			if (!spec->imports.v[k].expected)
				continue;
			rc = expect_import(spec, &spec->imports.v[k], specs,
					   config, sink, err);
			if (rc < 0)
				return rc;
		}
	}
	return 0;
}
