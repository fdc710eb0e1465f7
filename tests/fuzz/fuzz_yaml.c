/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML from bytes: a text without complaints has a tree whose counts, keys
 * and positions are sound; no tree comes without a complaint.
 */
#include "base/limits.h"
#include "ext/yaml.h"
#include "fuzz.h"

static void check_node(const struct ep_yaml *node, int depth);

static void check_children(const struct ep_yaml *node, int depth)
{
	size_t n = 0;

	for (const struct ep_yaml *c = node->child; c; c = c->next) {
		must((c->key != NULL) == (node->type == EP_YAML_MAP));
		if (c->key)
			must(c->key_line > 0 && c->key_col > 0 &&
			     ep_yaml_get(node, c->key) == c);
		check_node(c, depth + 1);
		n++;
	}
	must(n == node->n);
}

static void check_node(const struct ep_yaml *node, int depth)
{
	must(depth <= EP_YAML_DEPTH_MAX && node->line > 0 && node->col > 0);
	if (node->type == EP_YAML_SCALAR)
		must(!node->child && node->n == 0);
	else
		check_children(node, depth);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct ep_diag diag;
	struct ep_yaml *yaml;

	ep_diag_init(&diag);
	yaml = ep_yaml_text("fuzz", (const char *)data, n, &diag);
	must(yaml || diag.n > 0);
	if (yaml && diag.n == 0)
		check_node(yaml, 0);
	ep_yaml_free(yaml);
	ep_diag_release(&diag);
	return 0;
}
