/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was sent, told at the end of a collection: listing by listing, then
 * what each connection needed besides.
 */
#include "collect/engine.h"

#include <inttypes.h>
#include <stdio.h>

#include "collect/ledger.h"

static void tell(const struct ep_engine *engine, struct ep_tally *tally,
		 const struct ep_lane *lane)
{
	if (lane && lane->budget.allowed > 0)
		snprintf(tally->budget, sizeof(tally->budget),
			 "%016" PRIx64, (uint64_t)ep_ledger_id(lane->key));
	engine->progress->tally(engine->progress->tally_to, tally);
}

static void tell_source(const struct ep_engine *engine,
			const struct ep_source *source)
{
	const struct ep_site *site = source->tenancy->site;
	bool whole = source->coverage.status == EP_COVERAGE_COMPLETE ||
		     source->coverage.status == EP_COVERAGE_HELD;
	struct ep_tally tally = {
		.connector = site->spec->id,
		.home = site->connection->tenant,
		.customer = source->tenancy->customer,
		.system = source->tenancy->system,
		.tenant = source->tenancy->id,
		.dataset = source->name,
		.requests = source->requests,
		.ms = source->coverage.ms,
		.whole = whole,
	};

	if (whole || source->requests > 0)
		tell(engine, &tally, source->lane);
}

static void tell_site(const struct ep_engine *engine,
		      const struct ep_site *site)
{
	struct ep_tally tally = {
		.connector = site->spec->id,
		.home = site->connection->tenant,
		.customer = site->connection->customer,
		.system = site->home->system,
		.tenant = site->home->id,
		.dataset = EP_TALLY_PROOF,
		.requests = site->asides,
		.whole = true,
	};

	if (site->asides > 0)
		tell(engine, &tally, site->lane);
}

static void tell_auth(const struct ep_engine *engine,
		      const struct ep_auth *auth)
{
	struct ep_tally tally = {
		.connector = auth->spec->id,
		.home = auth->connection->tenant,
		.customer = auth->connection->customer,
		.system = auth->spec->system,
		.tenant = auth->connection->tenant,
		.requests = auth->asked,
		.whole = true,
	};
	EP_AUTO(ep_buf_release) struct ep_buf name = EP_BUF_INIT(512);

	if (auth->asked == 0)
		return;
	ep_buf_addf(&name, EP_TALLY_TOKEN " %s", auth->credential->name);
	tally.dataset = name.s;
	tell(engine, &tally, NULL);
}

void ep_tally_tell(const struct ep_engine *engine)
{
	struct ep_map_entry *entry;
	size_t pos = 0;

	if (!engine->progress || !engine->progress->tally)
		return;
	for (size_t i = 0; i < engine->sources.n; i++)
		tell_source(engine, engine->sources.v[i]);
	for (size_t i = 0; i < engine->sites.n; i++)
		tell_site(engine, engine->sites.v[i]);
	while ((entry = ep_map_next(&engine->auths, &pos)))
		tell_auth(engine, entry->value);
}
