/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tenancies and what is expected of them: their own endpoints at once, the
 * calls for each record of a parent as the records come.
 */
#include "collect/engine.h"

#include <string.h>

#include "base/clock.h"
#include "base/str.h"

struct ep_tenancy *ep_tenancy_new(struct ep_site *site, const char *customer,
				  const char *system, const char *id)
{
	struct ep_tenancy *tenancy = ep_calloc(1, sizeof(*tenancy));

	tenancy->site = site;
	tenancy->customer = customer;
	tenancy->system = ep_strdup(system);
	tenancy->id = ep_strdup(id);
	EP_VEC_ADD(&site->tenancies) = tenancy;
	return tenancy;
}

void ep_tenancy_free(struct ep_tenancy *tenancy)
{
	ep_vec_release(&tenancy->sources);
	ep_free(tenancy->system);
	ep_free(tenancy->id);
	ep_free(tenancy);
}

static const struct ep_spec_endpoint *
parent_of(const struct ep_spec *spec, const struct ep_spec_endpoint *endpoint)
{
	return endpoint->for_each_index < 0 ?
		       NULL :
		       &spec->endpoints.v[endpoint->for_each_index];
}

/* The nearest listing of tenancies above an endpoint; NULL: it belongs to
 * the site's own tenancy. */
static const struct ep_spec_endpoint *
level_of(const struct ep_spec *spec, const struct ep_spec_endpoint *endpoint)
{
	endpoint = parent_of(spec, endpoint);
	while (endpoint && !endpoint->tenants)
		endpoint = parent_of(spec, endpoint);
	return endpoint;
}

/* The system whose tenancies a listing shows, where the connector says it. */
static const char *listed_system(const struct ep_spec *spec,
				 const struct ep_spec_endpoint *endpoint)
{
	int column = ep_entity_column(ep_entity(EP_KIND_tenant), "of_system");

	for (size_t i = 0; i < endpoint->emits.n; i++) {
		const struct ep_spec_emit *emit = &endpoint->emits.v[i];

		for (size_t k = 0; k < emit->fields.n; k++) {
			if (emit->kind == EP_KIND_tenant &&
			    emit->fields.v[k].column == column &&
			    emit->fields.v[k].constant)
				return emit->fields.v[k].constant;
		}
	}
	return spec->system;
}

static bool stored(const struct ep_tenancy *tenancy,
		   const struct ep_spec_endpoint *endpoint)
{
	const struct ep_site *site = tenancy->site;
	const struct ep_collect_filter *filter = site->engine->filter;

	return ep_spec_endpoint_kinds(endpoint) != 0 &&
	       ep_filter_listing(filter, tenancy, endpoint);
}

/* Is it, or something below it, wanted of any tenancy? */
static bool named(const struct ep_spec *spec,
		  const struct ep_collect_filter *filter,
		  const struct ep_spec_endpoint *endpoint)
{
	if (ep_filter_dataset(filter, spec, endpoint))
		return true;
	for (size_t i = 0; i < spec->endpoints.n; i++) {
		const struct ep_spec_endpoint *child = &spec->endpoints.v[i];

		if (parent_of(spec, child) == endpoint &&
		    named(spec, filter, child))
			return true;
	}
	return false;
}

/* Is it, or something below it, wanted? */
static bool wanted(const struct ep_tenancy *tenancy,
		   const struct ep_spec_endpoint *endpoint)
{
	const struct ep_spec *spec = tenancy->site->spec;
	const struct ep_collect_filter *filter = tenancy->site->engine->filter;

	if (stored(tenancy, endpoint))
		return true;
	for (size_t i = 0; i < spec->endpoints.n; i++) {
		const struct ep_spec_endpoint *child = &spec->endpoints.v[i];

		if (ep_str_eq(child->rights, endpoint->name) &&
		    named(spec, filter, child))
			return true;
		if (parent_of(spec, child) != endpoint)
			continue;
		if (!endpoint->tenants && wanted(tenancy, child))
			return true;
		/* Of tenancies that are not known yet. */
		if (endpoint->tenants && named(spec, filter, child) &&
		    ep_filter_system(filter, listed_system(spec, endpoint),
				     spec))
			return true;
	}
	return false;
}

void ep_tenancy_expect(struct ep_tenancy *tenancy,
		       const struct ep_spec_endpoint *level,
		       struct ep_source *parent)
{
	const struct ep_spec *spec = tenancy->site->spec;

	for (size_t i = 0; i < spec->endpoints.n; i++) {
		const struct ep_spec_endpoint *endpoint =
			&spec->endpoints.v[i];
		const struct ep_spec_endpoint *above =
			parent_of(spec, endpoint);
		struct ep_source *source = NULL;

		if (level_of(spec, endpoint) == level &&
		    wanted(tenancy, endpoint)) {
			source = ep_source_new(tenancy, endpoint,
					       stored(tenancy, endpoint));
			source->use = ep_site_use(tenancy->site, endpoint);
			if (above)
				source->parent =
					above == level ?
						parent :
						tenancy->sources
							.v[endpoint->for_each_index];
		}
		EP_VEC_ADD(&tenancy->sources) = source;
	}
}

bool ep_source_may_ask(struct ep_source *source)
{
	const struct ep_use *use = source->use;

	if (source->ended)
		return false;
	if (!use) {
		ep_site_no_credential(source);
		return false;
	}
	if (use->proof == EP_PROOF_REFUSED) {
		ep_source_refuse(source, use->refusal.status,
				 use->refusal.advice, "%s",
				 use->refusal.reason);
		return false;
	}
	return true;
}

static struct ep_listing *new_listing(struct ep_source *source,
				      enum ep_listing_for what)
{
	struct ep_listing *listing =
		ep_listing_new(source->tenancy->site->engine, what,
			       source->tenancy, source->endpoint, source->use);

	listing->source = source;
	if (!source->coverage.started_at)
		source->coverage.started_at = ep_clock_now();
	source->open++;
	return listing;
}

void ep_source_list(struct ep_source *source, enum ep_listing_for what,
		    enum ep_part part)
{
	struct ep_listing *listing = new_listing(source, what);

	listing->part = part;
	if (what == EP_FOR_SOURCE)
		source->calls++;
	ep_listing_queue(listing);
}

void ep_source_call(struct ep_source *source, struct ep_doc *doc,
		    const struct ep_json *record)
{
	struct ep_listing *listing;

	if (!ep_source_may_ask(source) ||
	    (!record && ep_onward_begin(source)))
		return;
	listing = new_listing(source, EP_FOR_SOURCE);
	if (record)
		ep_listing_parent(listing, doc, record);
	source->calls++;
	ep_listing_queue(listing);
}

static void map_key(struct ep_buf *key, const char *endpoint,
		    const char *system, const char *id)
{
	ep_buf_init(key, EP_TEXT_BYTES_MAX * 3);
	ep_buf_addf(key, "%s/%s/%s", endpoint, system, id);
}

/* A tenancy that is new to this listing, with what is expected of it. */
static struct ep_tenancy *add_tenancy(struct ep_source *parent,
				      const char *system, const char *id)
{
	struct ep_site *site = parent->tenancy->site;
	const struct ep_customer *customer =
		ep_config_claimant(site->engine->config, system, id);
	struct ep_tenancy *tenancy = NULL;
	struct ep_buf key;

	map_key(&key, parent->endpoint->name, system, id);
	if (!ep_map_getn(&site->by_tenancy, key.s, key.len)) {
		tenancy = ep_tenancy_new(site, customer ? customer->id : NULL,
					 system, id);
		ep_map_setn(&site->by_tenancy, key.s, key.len, tenancy);
		ep_tenancy_expect(tenancy, parent->endpoint, parent);
	}
	ep_buf_release(&key);
	return tenancy;
}

void ep_tenancy_feed(struct ep_source *parent, struct ep_doc *doc,
		     const struct ep_json *record, const char *system,
		     const char *id)
{
	const struct ep_spec *spec = parent->tenancy->site->spec;
	struct ep_tenancy *tenancy = parent->tenancy;

	if (parent->endpoint->tenants) {
		tenancy = system && id ? add_tenancy(parent, system, id) :
					 NULL;
		if (!tenancy)
			return;
		ep_adopt(parent, system, id);
	}
	for (size_t i = 0; i < spec->endpoints.n; i++) {
		struct ep_source *source = tenancy->sources.v[i];

		if (!source ||
		    parent_of(spec, source->endpoint) != parent->endpoint)
			continue;
		/* One call is all that a tenancy of its own gets. */
		if (parent->endpoint->tenants)
			source->fed = true;
		ep_source_call(source, doc, record);
	}
}

/* Tenancies that the configuration knows and the listing did not show. */
static void expect_claims(struct ep_source *parent)
{
	struct ep_site *site = parent->tenancy->site;
	const struct ep_config *config = site->engine->config;
	const char *system = listed_system(site->spec, parent->endpoint);

	for (size_t i = 0; i < config->customers.n; i++) {
		const struct ep_customer *customer = &config->customers.v[i];

		for (size_t k = 0; k < customer->claims.n; k++) {
			const struct ep_claim *claim = &customer->claims.v[k];

			if (ep_str_eq(claim->system, system))
				ep_site_unlisted(parent,
						 add_tenancy(parent, system,
							     claim->tenant));
		}
	}
}

void ep_tenancy_fed(struct ep_source *parent)
{
	const struct ep_spec *spec = parent->tenancy->site->spec;
	struct ep_tenancy *tenancy = parent->tenancy;

	if (parent->endpoint->tenants) {
		expect_claims(parent);
		return;
	}
	for (size_t i = 0; i < spec->endpoints.n; i++) {
		struct ep_source *source = i < tenancy->sources.n ?
						   tenancy->sources.v[i] :
						   NULL;

		if (!source ||
		    parent_of(spec, source->endpoint) != parent->endpoint)
			continue;
		/* Without a credential nothing was looked at, also when there
		 * was nothing to ask for. */
		if (!ep_source_may_ask(source))
			continue;
		source->fed = true;
		ep_source_settle(source);
	}
}
