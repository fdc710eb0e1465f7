/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listings that look whole to who may see a part of them: such a one is
 * complete only when the vendor says that all of it is shown.
 */
#include "collect/engine.h"

#include <stdio.h>

#include "base/str.h"

/* What tells it about this source; NULL when it has no such question. */
static const struct ep_source *told_by(const struct ep_source *source)
{
	const struct ep_site *site = source->tenancy->site;
	const struct ep_tenancy *home = site->home;

	for (size_t i = 0; source->endpoint->rights && i < home->sources.n;
	     i++) {
		if (home->sources.v[i] &&
		    ep_str_eq(home->sources.v[i]->endpoint->name,
			      source->endpoint->rights))
			return home->sources.v[i];
	}
	return NULL;
}

bool ep_rights_open(const struct ep_source *source)
{
	const struct ep_source *rights = told_by(source);

	return rights && !rights->ended;
}

void ep_rights_heed(struct ep_source *source)
{
	const struct ep_source *rights = told_by(source);

	if (!source->endpoint->rights)
		return;
	if (!rights)
		ep_coverage_spoil(&source->coverage, EP_COVERAGE_PARTIAL, NULL,
				  "whether all of it is shown was not asked");
	else if (rights->coverage.status != EP_COVERAGE_COMPLETE)
		ep_coverage_spoil(&source->coverage, EP_COVERAGE_PARTIAL,
				  rights->coverage.advice,
				  "that all of it is shown is not sure: %s",
				  rights->coverage.reason);
}

void ep_rights_told(struct ep_source *source)
{
	struct ep_site *site = source->tenancy->site;
	struct ep_engine *engine = site->engine;

	if (!source->endpoint->granted_path)
		return;
	/* Ending one may make others known. */
	for (size_t i = 0; i < engine->sources.n; i++) {
		struct ep_source *other = engine->sources.v[i];

		if (other->tenancy->site == site &&
		    ep_str_eq(other->endpoint->rights, source->endpoint->name))
			ep_source_settle(other);
	}
}
