/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading frameworks.
 */
#include "check/framework.h"

#include "base/alloc.h"
#include "base/file.h"
#include "base/str.h"
#include "ext/yaml.h"

static void framework_free(struct ep_framework *fw)
{
	for (size_t i = 0; i < fw->control.n; i++) {
		ep_free(fw->control.v[i].id);
		ep_free(fw->control.v[i].title);
	}
	ep_vec_release(&fw->control);
	ep_free(fw->id);
	ep_free(fw->title);
	ep_free(fw);
}

void ep_frameworks_release(struct ep_frameworks *frameworks)
{
	for (size_t i = 0; i < frameworks->n; i++)
		framework_free(frameworks->v[i]);
	ep_vec_release(frameworks);
}

const struct ep_framework *
ep_frameworks_find(const struct ep_frameworks *frameworks, const char *id)
{
	for (size_t i = 0; i < frameworks->n; i++)
		if (ep_str_eq(frameworks->v[i]->id, id))
			return frameworks->v[i];
	return NULL;
}

const struct ep_control *ep_framework_control(const struct ep_framework *fw,
					      const char *id)
{
	for (size_t i = 0; i < fw->control.n; i++)
		if (ep_str_eq(fw->control.v[i].id, id))
			return &fw->control.v[i];
	return NULL;
}

static void read_controls(struct ep_framework *fw, const struct ep_yaml *root,
			  const char *path, struct ep_diag *diag)
{
	const struct ep_yaml *controls = ep_yaml_get(root, "controls");

	if (!controls || controls->type != EP_YAML_MAP) {
		ep_diag_add(diag, path, root->line, root->col,
			    "\"controls\" must be a mapping of ids to titles");
		return;
	}
	for (const struct ep_yaml *it = controls->child; it; it = it->next) {
		if (it->type != EP_YAML_SCALAR || !it->text) {
			ep_diag_add(diag, path, it->line, it->col,
				    "\"%s\" has no title", it->key);
			continue;
		}
		EP_VEC_ADD(&fw->control) = (struct ep_control){
			.id = ep_strdup(it->key),
			.title = ep_strdup(it->text),
		};
	}
}

static void read_file(struct ep_frameworks *frameworks, const char *path,
		      struct ep_diag *diag)
{
	static const char *const known[] = { "framework", "title", "controls",
					     NULL };
	struct ep_yaml *root = ep_yaml_file(path, diag);
	const char *id = NULL;
	const char *title = NULL;
	struct ep_framework *fw;

	if (!root)
		return;
	ep_yaml_known(root, known, "framework", path, diag);
	if (!ep_yaml_str(root, "framework", path, diag, &id) ||
	    !ep_yaml_str(root, "title", path, diag, &title)) {
		ep_diag_add(diag, path, root->line, root->col,
			    "\"framework\" and \"title\" are mandatory");
	} else if (!ep_frameworks_find(frameworks, id)) {
		fw = ep_calloc(1, sizeof(*fw));
		fw->id = ep_strdup(id);
		fw->title = ep_strdup(title);
		read_controls(fw, root, path, diag);
		EP_VEC_ADD(frameworks) = fw;
	}
	ep_yaml_free(root);
}

void ep_frameworks_load(struct ep_frameworks *frameworks, const char *folder,
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

		read_file(frameworks, path, diag);
	}
	ep_file_list_free(names, n);
}
