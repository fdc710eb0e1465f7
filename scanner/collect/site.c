/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection in use: which credentials it has, whether they answer for
 * the pinned tenancy, and when its listings may start.  Nothing of a
 * tenancy is stored before it is proven to be the one that was meant.
 */
#include "collect/engine.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"

static const struct ep_config_credential *
configured(const struct ep_connection *connection, const char *name)
{
	for (size_t i = 0; i < connection->credentials.n; i++) {
		if (ep_str_eq(connection->credentials.v[i].name, name))
			return &connection->credentials.v[i];
	}
	return NULL;
}

static void init_use(struct ep_use *use)
{
	memset(use, 0, sizeof(*use));
	ep_coverage_init(&use->refusal);
	use->proof = EP_PROOF_GIVEN;
}

struct ep_site *ep_site_new(struct ep_engine *engine,
			    const struct ep_connection *connection,
			    const struct ep_spec *spec)
{
	struct ep_site *site = ep_calloc(1, sizeof(*site));
	const struct ep_config_credential *config;

	site->engine = engine;
	site->connection = connection;
	site->spec = spec;
	ep_map_init(&site->by_tenancy);
	init_use(&site->none);
	for (size_t i = 0; i < spec->credentials.n; i++) {
		struct ep_use *use;

		config = configured(connection, spec->credentials.v[i].name);
		if (!config || !connection->enabled)
			continue;
		use = &EP_VEC_ADD(&site->uses);
		init_use(use);
		use->spec = &spec->credentials.v[i];
		use->config = config;
		use->auth = ep_auth_of(engine, spec, use->spec, connection,
				       config);
	}
	site->home = ep_tenancy_new(site, connection->customer, spec->system,
				    connection->tenant);
	EP_VEC_ADD(&engine->sites) = site;
	return site;
}

void ep_site_free(struct ep_site *site)
{
	for (size_t i = 0; i < site->uses.n; i++)
		ep_coverage_release(&site->uses.v[i].refusal);
	ep_vec_release(&site->uses);
	ep_coverage_release(&site->none.refusal);
	for (size_t i = 0; i < site->tenancies.n; i++)
		ep_tenancy_free(site->tenancies.v[i]);
	ep_vec_release(&site->tenancies);
	ep_map_release(&site->by_tenancy, NULL);
	ep_regex_free(site->find);
	ep_free(site->located);
	ep_free(site);
}

struct ep_use *ep_site_use(struct ep_site *site,
			   const struct ep_spec_endpoint *endpoint)
{
	if (endpoint->credentials.n == 0)
		return &site->none;
	for (size_t i = 0; i < endpoint->credentials.n; i++) {
		for (size_t k = 0; k < site->uses.n; k++) {
			if (ep_str_eq(site->uses.v[k].spec->name,
				      endpoint->credentials.v[i]))
				return &site->uses.v[k];
		}
	}
	return NULL;
}

void ep_site_no_credential(struct ep_source *source)
{
	const struct ep_site *site = source->tenancy->site;
	const struct ep_words *names = &source->endpoint->credentials;
	const struct ep_spec_credential *first = NULL;
	struct ep_buf list;

	if (!site->connection->enabled) {
		ep_source_refuse(source, EP_COVERAGE_SKIPPED,
				 "Set enabled: true to read it again",
				 "the connection is switched off (%s line %d)",
				 site->connection->file ?
					 site->connection->file :
					 "configuration",
				 site->connection->line);
		return;
	}
	if (site->listed_by) {
		ep_source_refuse(source, EP_COVERAGE_SKIPPED,
				 "Add a connection with this tenant to the "
				 "file of the customer it belongs to",
				 "%s lists this tenancy, and no connection "
				 "for it is configured",
				 site->listed_by);
		return;
	}
	ep_buf_init(&list, 256);
	for (size_t i = 0; i < names->n; i++)
		ep_buf_addf(&list, "%s%s", i ? ", " : "", names->v[i]);
	for (size_t i = 0; i < site->spec->credentials.n; i++) {
		if (ep_str_eq(site->spec->credentials.v[i].name, names->v[0]))
			first = &site->spec->credentials.v[i];
	}
	ep_source_refuse(source, EP_COVERAGE_SKIPPED,
			 first && first->hint ?
				 first->hint :
				 "Add one to the customer's file",
			 "no credential for it is configured (%s%s)",
			 names->n > 1 ? "one of " : "", list.s ? list.s : "");
	ep_buf_release(&list);
}

void ep_site_unlisted(struct ep_source *parent, struct ep_tenancy *tenancy)
{
	const struct ep_coverage *listing = &parent->coverage;

	for (size_t i = 0; tenancy && i < tenancy->sources.n; i++) {
		struct ep_source *source = tenancy->sources.v[i];

		if (!source)
			continue;
		if (listing->status == EP_COVERAGE_COMPLETE)
			ep_source_refuse(
				source, EP_COVERAGE_FAILED,
				"If the tenancy was deleted, remove the claim "
				"from the customer's file; else give the "
				"credential access to it",
				"%s does not list this tenancy",
				parent->name);
		else
			ep_source_refuse(
				source,
				listing->status == EP_COVERAGE_SKIPPED ||
						listing->status ==
							EP_COVERAGE_DENIED ?
					listing->status :
					EP_COVERAGE_FAILED,
				listing->advice,
				"%s, which lists the tenancies, was not read "
				"to its end: %s",
				parent->name, listing->reason);
	}
}

static void refuse(struct ep_use *use, enum ep_coverage_status status,
		   const char *advice, const char *fmt, ...) EP_PRINTF(4, 5);

static void refuse(struct ep_use *use, enum ep_coverage_status status,
		   const char *advice, const char *fmt, ...)
{
	char reason[512];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(reason, sizeof(reason), fmt, ap) < 0)
		reason[0] = '\0';
	va_end(ap);
	use->proof = EP_PROOF_REFUSED;
	ep_coverage_spoil(&use->refusal, status, advice, "%s", reason);
}

void ep_site_refuse(struct ep_site *site, enum ep_coverage_status status,
		    const char *advice, const char *fmt, ...)
{
	char reason[512];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(reason, sizeof(reason), fmt, ap) < 0)
		reason[0] = '\0';
	va_end(ap);
	for (size_t i = 0; i <= site->uses.n; i++)
		refuse(i < site->uses.n ? &site->uses.v[i] : &site->none,
		       status, advice, "%s", reason);
}

/* --- identity ---------------------------------------------------------- */

static bool reads_identity(const struct ep_spec_endpoint *endpoint,
			   const struct ep_use *use)
{
	for (size_t i = 0; i < endpoint->credentials.n; i++) {
		if (ep_str_eq(endpoint->credentials.v[i], use->spec->name))
			return true;
	}
	return false;
}

/* A credential that cannot read the identity is as good as the tenancy's id
 * in its requests: the vendor compares. */
static bool names_tenant(const struct ep_spec_endpoint *endpoint)
{
	if (strstr(endpoint->path, "{tenant}"))
		return true;
	for (size_t i = 0; i < endpoint->query.n; i++) {
		if (strstr(endpoint->query.v[i].value, "{tenant}"))
			return true;
	}
	return false;
}

static void start_source(struct ep_source *source,
			 const struct ep_spec_endpoint *identity)
{
	if (source->parent || source->ended)
		return;
	source->fed = true;
	if (!ep_source_may_ask(source))
		return;
	if (identity && source->use->spec &&
	    !reads_identity(identity, source->use) &&
	    !names_tenant(source->endpoint)) {
		ep_source_refuse(source, EP_COVERAGE_FAILED,
				 "Configure a credential that can tell whose "
				 "data it reads",
				 "nothing proves that credential '%s' belongs "
				 "to this tenancy",
				 source->use->spec->name);
		return;
	}
	ep_source_call(source, NULL, NULL);
}

static void start_sources(struct ep_site *site,
			  const struct ep_spec_endpoint *identity)
{
	for (size_t i = 0; i < site->home->sources.n; i++) {
		if (site->home->sources.v[i])
			start_source(site->home->sources.v[i], identity);
	}
}

/* The credential of another tenancy is a mistake in the configuration:
 * nothing of this connection is believed before it is corrected. */
static void wrong_tenancy(struct ep_site *site,
			  const struct ep_listing *listing)
{
	struct ep_buf id;

	ep_buf_init(&id, sizeof(listing->id) * 8);
	ep_str_printable(&id, listing->id, strlen(listing->id));
	ep_site_refuse(site, EP_COVERAGE_DENIED,
		       "Correct the tenant id or the credential in the "
		       "customer's file; nothing was stored",
		       "credential '%s' answers for tenancy %s%s, not for the "
		       "configured %s",
		       listing->use->spec ? listing->use->spec->name : "none",
		       id.s ? id.s : "",
		       listing->ids > 1 ? " and others" : "",
		       site->connection->tenant);
	ep_buf_release(&id);
}

static void judge_proof(struct ep_site *site, struct ep_listing *listing)
{
	struct ep_use *use = listing->use;
	const struct ep_coverage *said = &listing->said;

	if (listing->found) {
		if (use->proof == EP_PROOF_OPEN)
			use->proof = EP_PROOF_GIVEN;
		return;
	}
	if (said->status != EP_COVERAGE_COMPLETE)
		refuse(use,
		       said->status == EP_COVERAGE_DENIED ?
			       EP_COVERAGE_DENIED :
			       EP_COVERAGE_FAILED,
		       said->advice,
		       "whose data these are could not be read: %s",
		       said->reason);
	else if (listing->ids == 0)
		refuse(use, EP_COVERAGE_FAILED,
		       "Check the credential's rights; look at the answer with "
		       "`exitproof connector try`",
		       "the vendor does not say whose data these are");
	else
		wrong_tenancy(site, listing);
}

void ep_site_proven(struct ep_site *site, struct ep_listing *listing)
{
	judge_proof(site, listing);
	if (--site->identities == 0)
		start_sources(site, listing->endpoint);
}

static void ask_identity(struct ep_site *site,
			 const struct ep_spec_endpoint *endpoint)
{
	/* All are counted before the first one can end. */
	for (size_t i = 0; i < site->uses.n; i++) {
		if (!reads_identity(endpoint, &site->uses.v[i]))
			continue;
		site->uses.v[i].proof = EP_PROOF_OPEN;
		site->identities++;
	}
	if (site->identities == 0) {
		start_sources(site, endpoint);
		return;
	}
	for (size_t i = 0; i < site->uses.n; i++) {
		if (!reads_identity(endpoint, &site->uses.v[i]))
			continue;
		ep_listing_queue(ep_listing_new(site->engine, EP_FOR_IDENTITY,
						site->home, endpoint,
						&site->uses.v[i]));
	}
}

static void find_identity(struct ep_site *site)
{
	const struct ep_spec_identity *identity = &site->spec->identity;
	const struct ep_spec_endpoint *endpoint;
	struct ep_err err = EP_ERR_INIT;

	endpoint = identity->endpoint ?
			   ep_spec_endpoint(site->spec, identity->endpoint) :
			   NULL;
	if (identity->find && !site->find &&
	    ep_regex_compile(identity->find, false, &site->find, &err) < 0) {
		for (size_t i = 0; i < site->uses.n; i++)
			refuse(&site->uses.v[i], EP_COVERAGE_FAILED,
			       "Correct the connector",
			       "identity.find of the connector: %s", err.msg);
		endpoint = NULL;
	}
	if (endpoint)
		ask_identity(site, endpoint);
	else
		start_sources(site, NULL);
}

void ep_site_located(struct ep_site *site)
{
	if (site->none.proof == EP_PROOF_REFUSED)
		start_sources(site, NULL);
	else
		find_identity(site);
}

void ep_site_start(struct ep_site *site)
{
	bool any = false;

	ep_tenancy_expect(site->home, NULL, NULL);
	for (size_t i = 0; i < site->home->sources.n; i++)
		any |= site->home->sources.v[i] != NULL;
	if (!any)
		return;
	site->started = true;
	if (!ep_locate_begin(site))
		find_identity(site);
}
