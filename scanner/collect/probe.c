/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proves each credential of one connection: it is there, the vendor takes
 * it, it answers for the tenancy that is meant, and it may do what its
 * datasets need and no more.
 */
#include "collect/engine.h"

#include <stdio.h>

#include "base/limits.h"
#include "base/str.h"
#include "collect/permit.h"

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

/* What only writes reads the identity before it does. */
static bool writes(const struct ep_spec *spec, const char *name)
{
	for (size_t i = 0; i < spec->writes.n; i++) {
		const struct ep_words *used = &spec->writes.v[i].credentials;

		for (size_t k = 0; k < used->n; k++)
			if (ep_str_eq(used->v[k], name))
				return true;
	}
	return false;
}

/* Where to try a credential: the identity if it may read it, else the first
 * listing that stands alone, else the first of all. */
static const struct ep_spec_endpoint *
choose(const struct ep_spec *spec, const char *name, bool *ret_identity)
{
	const struct ep_spec_endpoint *endpoint =
		spec->identity.endpoint ?
			ep_spec_endpoint(spec, spec->identity.endpoint) :
			NULL;
	const struct ep_spec_endpoint *any = NULL;

	*ret_identity = endpoint &&
			(takes(endpoint, name) || writes(spec, name));
	if (*ret_identity)
		return endpoint;
	for (size_t i = 0; i < spec->endpoints.n; i++) {
		endpoint = &spec->endpoints.v[i];
		if (!takes(endpoint, name))
			continue;
		if (endpoint->for_each_index < 0)
			return endpoint;
		any = any ? any : endpoint;
	}
	return any;
}

static void say(struct ep_collect_proof *proof, const char *reason,
		const char *advice)
{
	snprintf(proof->reason, sizeof(proof->reason), "%s", reason);
	snprintf(proof->advice, sizeof(proof->advice), "%s", advice);
}

int ep_probe_identity(struct ep_site *site, struct ep_use *use,
		      const struct ep_spec_endpoint *endpoint,
		      struct ep_err *err)
{
	int rc = 0;

	if (!site->find && site->spec->identity.find)
		rc = ep_regex_compile(site->spec->identity.find, false,
				      &site->find, err);
	if (rc < 0)
		return rc;
	/* Another credential of the wrong tenancy condemned them all. */
	ep_coverage_release(&use->refusal);
	ep_coverage_init(&use->refusal);
	use->proof = EP_PROOF_OPEN;
	site->identities = 2;	/* nothing is started when it ends */
	ep_listing_queue(ep_listing_new(site->engine, EP_FOR_IDENTITY,
					site->home, endpoint, use));
	ep_engine_loop(site->engine);
	if (use->proof == EP_PROOF_GIVEN)
		return 0;
	return ep_err_set(err, EP_EDENIED, "%s", use->refusal.reason);
}

/* A credential that no listing takes is there to write with, and nothing is
 * written to try it: a token is all that can be asked for. */
static void prove_writer(struct ep_use *use, struct ep_collect_proof *proof)
{
	struct ep_auth *auth = use->auth;

	if (use->spec->kind != EP_AUTH_TOKEN &&
	    use->spec->kind != EP_AUTH_JWT_BEARER) {
		proof->untried = true;
		say(proof, "no listing takes it, and nothing is written to "
			   "try it", "");
		return;
	}
	if (auth->state == EP_AUTH_IDLE) {
		ep_auth_ask(auth);
		ep_engine_loop(auth->engine);
	}
	proof->proven = auth->state == EP_AUTH_READY;
	if (!proof->proven)
		say(proof, auth->broken.reason, auth->broken.advice);
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
		prove_writer(use, proof);
		return;
	}
	if (!identity) {
		ep_buf_init(&said, 4096);
		proof->proven =
			(endpoint->for_each_index < 0 ?
				 ep_try_endpoint(site, use, endpoint, &said,
						 err) :
				 ep_try_chain(site, endpoint->name, &said,
					      err)) == 0;
		if (!proof->proven)
			say(proof, said.s ? said.s : err->msg, "");
		ep_buf_release(&said);
		return;
	}
	proof->proven = ep_probe_identity(site, use, endpoint, err) == 0;
	if (!proof->proven)
		say(proof, err->msg, use->refusal.advice);
}

/* One page of each listing that this credential would read tonight. */
static void try_each(struct ep_site *site, struct ep_use *use,
		     struct ep_collect_proof *proof, struct ep_words *refused)
{
	for (size_t i = 0; i < site->spec->endpoints.n; i++) {
		const struct ep_spec_endpoint *endpoint =
			&site->spec->endpoints.v[i];
		struct ep_err err = EP_ERR_INIT;
		struct ep_buf said;

		if (endpoint->for_each_index >= 0 ||
		    ep_site_use(site, endpoint) != use)
			continue;
		proof->tried++;
		ep_buf_init(&said, EP_TEXT_BYTES_MAX);
		if (ep_try_endpoint(site, use, endpoint, &said, &err) < 0)
			EP_VEC_ADD(refused) = said.s ? ep_buf_take(&said) :
						       ep_strdup(err.msg);
		ep_buf_release(&said);
	}
}

struct telling {
	bool each;
	void (*tell)(void *to, const struct ep_collect_proof *proof);
	void *to;
};

static void prove_one(struct ep_site *site,
		      const struct ep_spec_credential *credential,
		      const struct telling *telling)
{
	struct ep_use *use = use_of(site, credential);
	struct ep_err why = EP_ERR_INIT;
	struct ep_words refused = { 0 };
	struct ep_permit permit = { 0 };
	struct ep_collect_proof proof = {
		.credential = credential->name,
		.doc = credential->doc,
		.hint = credential->hint,
		.configured = use != NULL,
		.refused = &refused,
	};

	if (use) {
		prove(site, use, &proof, &why);
		if (credential->granted.present) {
			ep_permit_judge(site, use, &permit, &why);
			proof.permit = &permit;
		}
		if (telling->each && proof.proven)
			try_each(site, use, &proof, &refused);
	} else if (!site->connection->enabled) {
		say(&proof, "the connection is switched off", "");
	} else {
		say(&proof, "not configured",
		    credential->hint ? credential->hint : "");
	}
	telling->tell(telling->to, &proof);
	ep_permit_release(&permit);
	ep_words_release(&refused);
}

static int prove_all(struct ep_site *site, const struct telling *telling,
		     struct ep_err *err)
{
	for (size_t i = 0; i < site->spec->credentials.n; i++) {
		prove_one(site, &site->spec->credentials.v[i], telling);
		if (site->engine->failed)
			return ep_err_set(err, site->engine->err.code, "%s",
					  site->engine->err.msg);
	}
	return 0;
}

int ep_collect_test(const struct ep_config *config,
		    const struct ep_specs *specs,
		    const struct ep_connection *connection,
		    struct ep_http *http, bool each,
		    void (*tell)(void *to, const struct ep_collect_proof *proof),
		    void *to, struct ep_err *err)
{
	struct ep_transport transport;
	struct ep_network network;
	int rc;

	ep_network_init(&network, http, config);
	ep_network_transport(&network, &transport);
	rc = ep_collect_test_over(config, specs, connection, &transport, each,
				  tell, to, err);
	ep_network_release(&network);
	return rc;
}

int ep_collect_test_over(const struct ep_config *config,
			 const struct ep_specs *specs,
			 const struct ep_connection *connection,
			 const struct ep_transport *transport, bool each,
			 void (*tell)(void *to,
				      const struct ep_collect_proof *proof),
			 void *to, struct ep_err *err)
{
	const struct telling telling = { each, tell, to };
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
	rc = prove_all(ep_site_new(&engine, connection, spec), &telling, err);
	ep_engine_release(&engine);
	return rc;
}
