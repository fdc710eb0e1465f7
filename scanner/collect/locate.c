/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a vendor keeps the data of a connection, for vendors that spread
 * their customers over hosts.  It is asked before anything else and without
 * a credential, and believed only within the domains that the connector names.
 */
#include "collect/engine.h"

#include <stdio.h>

#include "base/str.h"

static bool unknown(const struct ep_site *site)
{
	return !site->located &&
	       ep_vars_wants_located(site->spec, site->connection);
}

bool ep_locate_begin(struct ep_site *site)
{
	const struct ep_spec_endpoint *endpoint;

	if (!unknown(site))
		return false;
	endpoint = ep_spec_endpoint(site->spec, site->spec->locate.endpoint);
	ep_listing_queue(ep_listing_new(site->engine, EP_FOR_LOCATION,
					site->home, endpoint, &site->none));
	return true;
}

int ep_locate_now(struct ep_site *site, struct ep_err *err)
{
	if (ep_locate_begin(site))
		ep_engine_loop(site->engine);
	if (unknown(site))
		return ep_err_set(err, EP_EUNAVAIL, "%s",
				  site->none.refusal.reason);
	return 0;
}

void ep_locate_take(struct ep_listing *listing, const struct ep_json *record)
{
	struct ep_site *site = listing->tenancy->site;
	const struct ep_spec_locate *locate = &site->spec->locate;
	struct ep_err err = EP_ERR_INIT;
	struct ep_buf url;

	ep_buf_init(&url, EP_URL_BYTES_MAX);
	if (!ep_mapper_value(record, locate->path, EP_AS_TEXT, NULL, &url))
		ep_buf_clear(&url);
	while (url.len > 0 && url.s[url.len - 1] == '/')
		ep_buf_cut(&url, url.len - 1);
	if (ep_http_check_found(
		    url.s ? url.s : "", listing->base, locate->below.v,
		    locate->below.n,
		    site->engine->config->testing.allow_loopback, &err) < 0)
		ep_coverage_spoil(&listing->said, EP_COVERAGE_FAILED,
				  "Look at the answer with `exitproof "
				  "connector try`; if the vendor has a new "
				  "domain, the connector has to name it "
				  "(locate.below)",
				  "the vendor sends us to a place that is not "
				  "believed: %s", err.msg);
	else
		site->located = ep_buf_take(&url);
	ep_buf_release(&url);
}

void ep_locate_end(struct ep_listing *listing)
{
	struct ep_site *site = listing->tenancy->site;
	const struct ep_coverage *said = &listing->said;

	if (!site->located)
		ep_site_refuse(site,
			       said->status == EP_COVERAGE_DENIED ?
				       EP_COVERAGE_DENIED :
				       EP_COVERAGE_FAILED,
			       said->advice,
			       "where the vendor keeps these data could not be "
			       "read: %s",
			       said->reason);
	if (site->started)
		ep_site_located(site);
}
