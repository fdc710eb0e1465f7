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

static bool has_tenancy(const struct ep_collect_filter *filter,
			const struct ep_tenancy *tenancy)
{
	const struct ep_spec *spec = tenancy->site->spec;

	if (filter->n_tenants == 0)
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

static bool has_system(const struct ep_collect_filter *filter,
		       const char *system, const struct ep_spec *spec)
{
	if (filter->n_tenants == 0)
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

static bool has_dataset(const struct ep_collect_filter *filter,
			const struct ep_spec *spec,
			const struct ep_spec_endpoint *endpoint)
{
	size_t n = strlen(spec->id);

	if (filter->n_datasets == 0)
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

/* --- a filter and those besides it ------------------------------------------ */

bool ep_filter_tenancy(const struct ep_collect_filter *filter,
		       const struct ep_tenancy *tenancy)
{
	const struct ep_collect_filter *it = filter;

	while (it && !has_tenancy(it, tenancy))
		it = it->also;
	return !filter || it;
}

bool ep_filter_system(const struct ep_collect_filter *filter,
		      const char *system, const struct ep_spec *spec)
{
	const struct ep_collect_filter *it = filter;

	while (it && !has_system(it, system, spec))
		it = it->also;
	return !filter || it;
}

bool ep_filter_dataset(const struct ep_collect_filter *filter,
		       const struct ep_spec *spec,
		       const struct ep_spec_endpoint *endpoint)
{
	const struct ep_collect_filter *it = filter;

	while (it && !has_dataset(it, spec, endpoint))
		it = it->also;
	return !filter || it;
}

bool ep_filter_listing(const struct ep_collect_filter *filter,
		       const struct ep_tenancy *tenancy,
		       const struct ep_spec_endpoint *endpoint)
{
	const struct ep_spec *spec = tenancy->site->spec;
	const struct ep_collect_filter *it = filter;

	while (it && !(has_tenancy(it, tenancy) &&
		       has_dataset(it, spec, endpoint)))
		it = it->also;
	return !filter || it;
}
