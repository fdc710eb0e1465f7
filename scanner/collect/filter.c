/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which part of the collection is wanted.
 */
#include "collect/engine.h"

#include <string.h>

#include "base/str.h"

/* "system/id" or "connector/id" with this id? */
static bool is_pair(const char *word, const char *first, const char *id)
{
	size_t n = strlen(first);

	return strncmp(word, first, n) == 0 && word[n] == '/' &&
	       ep_str_eqcase(word + n + 1, id);
}

bool ep_filter_tenancy(const struct ep_collect_filter *filter,
		       const struct ep_tenancy *tenancy)
{
	const struct ep_spec *spec = tenancy->site->spec;

	if (!filter || filter->n_tenants == 0)
		return true;
	for (size_t i = 0; i < filter->n_tenants; i++) {
		const char *word = filter->tenants[i];

		if (ep_str_eq(word, tenancy->system) ||
		    ep_str_eq(word, spec->id) ||
		    ep_str_eq(word, tenancy->customer) ||
		    is_pair(word, tenancy->system, tenancy->id) ||
		    is_pair(word, spec->id, tenancy->id))
			return true;
	}
	return false;
}

bool ep_filter_system(const struct ep_collect_filter *filter,
		      const char *system, const struct ep_spec *spec)
{
	if (!filter || filter->n_tenants == 0)
		return true;
	for (size_t i = 0; i < filter->n_tenants; i++) {
		const char *word = filter->tenants[i];
		size_t n = strcspn(word, "/");

		/* A customer's id may lead anywhere. */
		if (!word[n])
			return true;
		if ((strlen(system) == n && memcmp(word, system, n) == 0) ||
		    (strlen(spec->id) == n && memcmp(word, spec->id, n) == 0))
			return true;
	}
	return false;
}

bool ep_filter_dataset(const struct ep_collect_filter *filter,
		       const struct ep_spec *spec,
		       const struct ep_spec_endpoint *endpoint)
{
	size_t n = strlen(spec->id);

	if (!filter || filter->n_datasets == 0)
		return true;
	for (size_t i = 0; i < filter->n_datasets; i++) {
		const char *word = filter->datasets[i];

		if (ep_str_eq(word, spec->id))
			return true;
		if (strncmp(word, spec->id, n) == 0 && word[n] == '.' &&
		    ep_str_eq(word + n + 1, endpoint->name))
			return true;
	}
	return false;
}
