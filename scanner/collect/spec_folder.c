/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All connectors of some folders: the shipped ones, and those that a user
 * dropped beside the configuration.
 */
#include "collect/spec.h"

#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/str.h"

struct ep_spec *ep_specs_find(const struct ep_specs *specs, const char *id)
{
	for (size_t i = 0; i < specs->n; i++) {
		if (ep_str_eq(specs->v[i]->id, id))
			return specs->v[i];
	}
	return NULL;
}

/* By name, not by id: a user's file that does not load must not let the
 * shipped one of that name slip back in. */
static bool seen(const struct ep_words *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++) {
		if (ep_str_eq(names->v[i], name))
			return true;
	}
	return false;
}

static void load_folder(const char *folder, struct ep_words *names,
			struct ep_specs *ret, struct ep_diag *diag)
{
	struct ep_err err = EP_ERR_INIT;
	char **files = NULL;
	size_t n = 0;

	if (ep_file_list(folder, ".yaml", &files, &n, &err) < 0) {
		ep_diag_add(diag, folder, 0, 0, "%s", err.msg);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		EP_AUTO_FREE char *path = NULL;
		struct ep_spec *spec;

		if (seen(names, files[i]))
			continue;
		EP_VEC_ADD(names) = ep_strdup(files[i]);
		path = ep_file_join(folder, files[i]);
		spec = ep_spec_load(path, diag);
		if (spec)
			EP_VEC_ADD(ret) = spec;
	}
	ep_file_list_free(files, n);
}

int ep_specs_load(char *const *folders, size_t n, struct ep_specs *ret,
		  struct ep_diag *diag)
{
	size_t before = diag->n + diag->dropped;
	struct ep_words names = { 0 };

	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; i < n; i++)
		load_folder(folders[i], &names, ret, diag);
	for (size_t i = 0; i < names.n; i++)
		ep_free(names.v[i]);
	ep_vec_release(&names);
	return diag->n + diag->dropped > before ? EP_ECONFIG : 0;
}

void ep_specs_release(struct ep_specs *specs)
{
	for (size_t i = 0; i < specs->n; i++)
		ep_spec_free(specs->v[i]);
	ep_vec_release(specs);
}
