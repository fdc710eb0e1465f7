/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading remedies.
 */
#include "check/remedy.h"

#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/str.h"
#include "ext/json.h"
#include "ext/yaml.h"

static void remedy_free(struct ep_remedy *remedy)
{
	for (size_t i = 0; i < remedy->step.n; i++) {
		ep_free(remedy->step.v[i].act);
		ep_free(remedy->step.v[i].system);
		ep_free(remedy->step.v[i].only_after);
	}
	ep_vec_release(&remedy->step);
	ep_free(remedy->id);
	ep_free(remedy->title);
	ep_free(remedy->file);
	ep_free(remedy);
}

void ep_remedies_release(struct ep_remedies *remedies)
{
	for (size_t i = 0; i < remedies->n; i++)
		remedy_free(remedies->v[i]);
	ep_vec_release(remedies);
}

const struct ep_remedy *ep_remedies_find(const struct ep_remedies *remedies,
					 const char *id)
{
	for (size_t i = 0; i < remedies->n; i++)
		if (ep_str_eq(remedies->v[i]->id, id))
			return remedies->v[i];
	return NULL;
}

/* Owned copy; complains when a mandatory member is not there. */
static char *text(const struct ep_yaml *map, const char *key, bool must,
		  const char *file, struct ep_diag *diag)
{
	const char *s = NULL;

	if (ep_yaml_str(map, key, file, diag, &s) && s && *s)
		return ep_strdup(s);
	if (must)
		ep_diag_add(diag, file, map->line, map->col, "no \"%s\"",
			    key);
	return NULL;
}

static void read_step(struct ep_remedy *remedy, const struct ep_yaml *node,
		      struct ep_diag *diag)
{
	static const char *const known[] = { "do", "system", "only_after",
					     NULL };
	struct ep_remedy_step step;

	if (node->type != EP_YAML_MAP) {
		ep_diag_add(diag, remedy->file, node->line, node->col,
			    "a step is a mapping with \"do\"");
		return;
	}
	ep_yaml_known(node, known, "step", remedy->file, diag);
	step.act = text(node, "do", true, remedy->file, diag);
	step.system = text(node, "system", false, remedy->file, diag);
	step.only_after = text(node, "only_after", false, remedy->file, diag);
	EP_VEC_ADD(&remedy->step) = step;
}

static void read_steps(struct ep_remedy *remedy, const struct ep_yaml *root,
		       struct ep_diag *diag)
{
	const struct ep_yaml *steps = ep_yaml_get(root, "steps");

	if (!steps || steps->type != EP_YAML_LIST || !steps->child) {
		ep_diag_add(diag, remedy->file, root->line, root->col,
			    "\"steps\" must be a list with a step at least");
		return;
	}
	for (const struct ep_yaml *it = steps->child; it; it = it->next)
		read_step(remedy, it, diag);
}

static struct ep_remedy *read_file(const char *path, const char *name,
				   struct ep_diag *diag)
{
	static const char *const known[] = { "remedy", "title", "steps",
					     NULL };
	struct ep_yaml *root = ep_yaml_file(path, diag);
	struct ep_remedy *remedy;

	if (!root)
		return NULL;
	if (root->type != EP_YAML_MAP) {
		ep_diag_add(diag, path, 1, 1, "expected a mapping");
		ep_yaml_free(root);
		return NULL;
	}
	remedy = ep_calloc(1, sizeof(*remedy));
	remedy->file = ep_strdup(path);
	ep_yaml_known(root, known, "remedy", path, diag);
	remedy->id = text(root, "remedy", true, path, diag);
	remedy->title = text(root, "title", true, path, diag);
	read_steps(remedy, root, diag);
	if (remedy->id && (!ep_str_starts(name, remedy->id) ||
			   !ep_str_eq(name + strlen(remedy->id), ".yaml")))
		ep_diag_add(diag, path, 1, 1, "holds \"%s\"; the file must "
			    "be called %s.yaml", remedy->id, remedy->id);
	ep_yaml_free(root);
	return remedy;
}

void ep_remedies_load(struct ep_remedies *remedies, const char *folder,
		      struct ep_diag *diag)
{
	struct ep_err err = EP_ERR_INIT;
	char **names;
	size_t n;

	if (ep_file_list(folder, ".yaml", &names, &n, &err) < 0) {
		ep_diag_add(diag, folder, 0, 0, "%s", err.msg);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		EP_AUTO_FREE char *path = ep_file_join(folder, names[i]);
		struct ep_remedy *remedy = read_file(path, names[i], diag);

		if (!remedy)
			continue;
		if (remedy->id && !ep_remedies_find(remedies, remedy->id))
			EP_VEC_ADD(remedies) = remedy;
		else
			remedy_free(remedy);
	}
	ep_file_list_free(names, n);
}

static void add_member(struct ep_buf *out, const char *name, const char *value)
{
	if (!value)
		return;
	ep_buf_addf(out, ",\"%s\":", name);
	ep_json_quote(out, value);
}

void ep_remedy_json(const struct ep_remedy *remedy, struct ep_buf *out)
{
	ep_buf_addc(out, '[');
	for (size_t i = 0; i < remedy->step.n; i++) {
		const struct ep_remedy_step *step = &remedy->step.v[i];

		ep_buf_adds(out, i ? ",{\"do\":" : "{\"do\":");
		ep_json_quote(out, step->act ? step->act : "");
		add_member(out, "system", step->system);
		add_member(out, "only_after", step->only_after);
		ep_buf_addc(out, '}');
	}
	ep_buf_addc(out, ']');
}
