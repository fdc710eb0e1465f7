/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proves each credential of one connection: it is there, the vendor takes
 * it, and it answers for the tenancy that is meant.
 */
#include "collect/engine.h"

#include <stdio.h>

#include "base/str.h"

static struct ep_use *use_of(struct ep_site *site,
			     const struct ep_spec_credential *credential)
{
	for (size_t i = 0; i < site->uses.n; i++) {
		if (site->uses.v[i].spec == credential)
			return &site->uses.v[i];
	}
	return NULL;
}

static bool takes(const struct ep_spec_endpoint *endpoint, const char *name)
{
	for (size_t i = 0; i < endpoint->credentials.n; i++) {
		if (ep_str_eq(endpoint->credentials.v[i], name))
			return true;
	}
	return false;
}

/* Where to try a credential: the identity if it may read it, else the first
 * listing that stands alone. */
static const struct ep_spec_endpoint *
choose(const struct ep_spec *spec, const char *name, bool *ret_identity)
{
	const struct ep_spec_endpoint *endpoint =
		spec->identity.endpoint ?
			ep_spec_endpoint(spec, spec->identity.endpoint) :
			NULL;

	*ret_identity = endpoint && takes(endpoint, name);
	if (*ret_identity)
		return endpoint;
	for (size_t i = 0; i < spec->endpoints.n; i++) {
		endpoint = &spec->endpoints.v[i];
		if (endpoint->for_each_index < 0 && takes(endpoint, name))
			return endpoint;
	}
	return NULL;
}

static void say(struct ep_collect_proof *proof, const char *reason,
		const char *advice)
{
	snprintf(proof->reason, sizeof(proof->reason), "%s", reason);
	snprintf(proof->advice, sizeof(proof->advice), "%s", advice);
}

static void ask_identity(struct ep_site *site, struct ep_use *use,
			 const struct ep_spec_endpoint *endpoint,
			 struct ep_collect_proof *proof)
{
	/* Another credential of the wrong tenancy condemned them all. */
	ep_coverage_release(&use->refusal);
	ep_coverage_init(&use->refusal);
	use->proof = EP_PROOF_OPEN;
	site->identities = 2;	/* nothing is started when it ends */
	ep_listing_queue(ep_listing_new(site->engine, EP_FOR_IDENTITY,
					site->home, endpoint, use));
	ep_engine_loop(site->engine);
	proof->proven = use->proof == EP_PROOF_GIVEN;
	if (!proof->proven)
		say(proof, use->refusal.reason, use->refusal.advice);
}

static void prove(struct ep_site *site, struct ep_use *use,
		  struct ep_collect_proof *proof, struct ep_err *err)
{
	const struct ep_spec_endpoint *endpoint;
	struct ep_buf said;
	bool identity;

	if (use->auth->state == EP_AUTH_BROKEN) {
		say(proof, use->auth->broken.reason, use->auth->broken.advice);
		return;
	}
	if (ep_locate_now(site, err) < 0) {
		say(proof, err->msg, site->none.refusal.advice);
		return;
	}
	endpoint = choose(site->spec, use->spec->name, &identity);
	if (!endpoint) {
		say(proof, "no endpoint that stands alone takes it", "");
		return;
	}
	if (!identity) {
		ep_buf_init(&said, 4096);
		proof->proven =
			ep_try_endpoint(site, use, endpoint, &said, err) == 0;
		if (!proof->proven)
			say(proof, said.s ? said.s : err->msg, "");
		ep_buf_release(&said);
		return;
	}
	if (!site->find && site->spec->identity.find &&
	    ep_regex_compile(site->spec->identity.find, false, &site->find,
			     err) < 0) {
		say(proof, err->msg, "Correct the connector");
		return;
	}
	ask_identity(site, use, endpoint, proof);
}

static int prove_all(struct ep_site *site,
		     void (*tell)(void *to,
				  const struct ep_collect_proof *proof),
		     void *to, struct ep_err *err)
{
	for (size_t i = 0; i < site->spec->credentials.n; i++) {
		const struct ep_spec_credential *credential =
			&site->spec->credentials.v[i];
		struct ep_use *use = use_of(site, credential);
		struct ep_err why = EP_ERR_INIT;
		struct ep_collect_proof proof = {
			.credential = credential->name,
			.doc = credential->doc,
			.hint = credential->hint,
			.configured = use != NULL,
		};

		if (use)
			prove(site, use, &proof, &why);
		else if (!site->connection->enabled)
			say(&proof, "the connection is switched off", "");
		else
			say(&proof, "not configured",
			    credential->hint ? credential->hint : "");
		tell(to, &proof);
		if (site->engine->failed)
			return ep_err_set(err, site->engine->err.code, "%s",
					  site->engine->err.msg);
	}
	return 0;
}

int ep_collect_test(const struct ep_config *config,
		    const struct ep_specs *specs,
		    const struct ep_connection *connection,
		    struct ep_http *http,
		    void (*tell)(void *to, const struct ep_collect_proof *proof),
		    void *to, struct ep_err *err)
{
	struct ep_transport transport;

	ep_transport_http(&transport, http);
	return ep_collect_test_over(config, specs, connection, &transport,
				    tell, to, err);
}

int ep_collect_test_over(const struct ep_config *config,
			 const struct ep_specs *specs,
			 const struct ep_connection *connection,
			 const struct ep_transport *transport,
			 void (*tell)(void *to,
				      const struct ep_collect_proof *proof),
			 void *to, struct ep_err *err)
{
	const struct ep_spec *spec =
		ep_specs_find(specs, connection->connector);
	struct ep_collect_totals totals;
	struct ep_engine engine;
	int rc;

	if (!spec)
		return ep_err_set(err, EP_ECONFIG,
				  "there is no connector '%s'",
				  connection->connector);
	ep_engine_init(&engine, config, specs, NULL, transport, &totals);
	rc = prove_all(ep_site_new(&engine, connection, spec), tell, to, err);
	ep_engine_release(&engine);
	return rc;
}
