/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LDIF files of an import: each entry as the object that a search would have
 * brought.  DNs are looked up in the file itself, so that members are known
 * by their ids, and groups through groups are followed.
 */
#include "collect/import_priv.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/winid.h"
#include "collect/ldif.h"
#include "ext/attribute.h"

/* What other entries may refer to. */
struct node {
	char *dn;
	char *guid;
	char *sid;
	char *name;
	EP_VEC(struct node *) above;	/* groups whose member it is */
	size_t mark;	/* of the walk that saw it last */
};

struct tree {
	const struct ep_spec_import *import;
	struct ep_map by_dn;	/* lower case -> node */
	struct ep_map by_sid;	/* -> node */
	EP_VEC(struct node *) found;	/* of one walk */
	size_t walks;
	char now[EP_TIME_TEXT];	/* the server's, of the entry without a DN */
	struct ep_buf object;
};

/* --- the index ------------------------------------------------------------ */

static void node_free(void *p)
{
	struct node *node = p;

	ep_free(node->dn);
	ep_free(node->guid);
	ep_free(node->sid);
	ep_free(node->name);
	ep_vec_release(&node->above);
	ep_free(node);
}

static struct node *node_of(struct tree *tree, const char *dn)
{
	EP_AUTO_FREE char *key = ep_strdup(dn);
	struct node *node;

	ep_str_lower(key);
	node = ep_map_get(&tree->by_dn, key);
	if (!node) {
		node = ep_calloc(1, sizeof(*node));
		node->dn = ep_strdup(dn);
		ep_map_set(&tree->by_dn, key, node);
	}
	return node;
}

/* The text of an identifier, NULL when it is none. */
static char *id_text(const struct ep_ldif *ldif, size_t i)
{
	struct ep_buf text = EP_BUF_INIT(EP_TEXT_BYTES_MAX);
	char *id = NULL;

	if (ep_winid_text(ep_winid_of(ep_ldif_name(ldif, i)),
			  ep_ldif_bytes(ldif, i), ldif->values.v[i].len,
			  &text))
		id = ep_buf_take(&text);
	ep_buf_release(&text);
	return id;
}

static void index_value(struct tree *tree, struct node *node,
			const struct ep_ldif *ldif, size_t i)
{
	const char *name = ep_ldif_name(ldif, i);
	struct node *below;

	if (ep_str_eqcase(name, "objectGUID") && !node->guid) {
		node->guid = id_text(ldif, i);
	} else if (ep_str_eqcase(name, "objectSid") && !node->sid) {
		node->sid = id_text(ldif, i);
		if (node->sid)
			ep_map_set(&tree->by_sid, node->sid, node);
	} else if (ep_str_eqcase(name, "sAMAccountName") && !node->name) {
		node->name = ep_strdup(ep_ldif_bytes(ldif, i));
	} else if (tree->import->through &&
		   ep_str_eqcase(name, "member")) {
		below = node_of(tree, ep_ldif_bytes(ldif, i));
		EP_VEC_ADD(&below->above) = node;
	}
}

/* The entry without a DN is the server's own. */
static void index_server(struct tree *tree, const struct ep_ldif *ldif)
{
	int64_t t;

	for (size_t i = 0; i < ldif->values.n; i++) {
		if (ep_str_eqcase(ep_ldif_name(ldif, i), "currentTime") &&
		    ep_winid_generalized(ep_ldif_bytes(ldif, i), &t))
			ep_time_format(t, tree->now);
	}
}

static void index_file(struct ep_import_run *run, struct tree *tree,
		       const struct ep_buf *text)
{
	struct ep_diag quiet;
	struct ep_ldif ldif;

	/* Complaints come with the second look. */
	ep_diag_init(&quiet);
	if (ep_ldif_init(&ldif, run->file, text->s, text->len, &quiet)) {
		while (ep_ldif_next(&ldif)) {
			struct node *node;

			if (!*ep_ldif_dn(&ldif)) {
				index_server(tree, &ldif);
				continue;
			}
			node = node_of(tree, ep_ldif_dn(&ldif));
			for (size_t i = 0; i < ldif.values.n; i++)
				index_value(tree, node, &ldif, i);
		}
	}
	ep_ldif_release(&ldif);
	ep_diag_release(&quiet);
}

/* --- groups through groups ------------------------------------------------ */

static void see(struct tree *tree, struct node *node)
{
	if (node->mark == tree->walks)
		return;
	node->mark = tree->walks;
	EP_VEC_ADD(&tree->found) = node;
}

/* The primary group is named by the last part of its SID alone. */
static struct node *primary_group(struct tree *tree, const struct node *node,
				  const char *rid)
{
	struct ep_buf sid = EP_BUF_INIT(EP_TEXT_BYTES_MAX);
	const char *dash = node->sid ? strrchr(node->sid, '-') : NULL;
	struct node *group = NULL;

	if (dash && rid) {
		ep_buf_addf(&sid, "%.*s-%s", (int)(dash - node->sid),
			    node->sid, rid);
		group = ep_map_get(&tree->by_sid, sid.s);
	}
	ep_buf_release(&sid);
	return group;
}

/* All groups above an entry, each once, whatever circles there are. */
static void walk(struct tree *tree, struct node *node, const char *rid)
{
	struct node *primary = primary_group(tree, node, rid);

	tree->walks++;
	tree->found.n = 0;
	node->mark = tree->walks;
	for (size_t i = 0; i < node->above.n; i++)
		see(tree, node->above.v[i]);
	if (primary)
		see(tree, primary);
	for (size_t i = 0; i < tree->found.n; i++) {
		struct node *group = tree->found.v[i];

		for (size_t k = 0; k < group->above.n; k++)
			see(tree, group->above.v[k]);
	}
}

/* --- the object ------------------------------------------------------------ */

static void add_member(struct ep_buf *out, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	ep_buf_addc(out, ',');
	ep_json_quote(out, name);
	ep_buf_addc(out, ':');
	ep_json_quote(out, value);
}

static void add_node(struct ep_buf *out, const struct node *node)
{
	ep_buf_adds(out, "{\"dn\":");
	ep_json_quote(out, node->dn);
	add_member(out, "guid", node->guid);
	add_member(out, "sid", node->sid);
	add_member(out, "name", node->name);
	ep_buf_addc(out, '}');
}

static bool in_words(const struct ep_words *words, const char *name)
{
	for (size_t i = 0; i < words->n; i++) {
		if (ep_str_eqcase(words->v[i], name))
			return true;
	}
	return false;
}

static void add_value(struct tree *tree, const struct ep_ldif *ldif, size_t i)
{
	const char *name = ep_ldif_name(ldif, i);

	if (in_words(&tree->import->links, name))
		add_node(&tree->object, node_of(tree, ep_ldif_bytes(ldif, i)));
	else
		ep_attribute_json(name, ep_ldif_bytes(ldif, i),
				  ldif->values.v[i].len, &tree->object);
}

/* All values of one name as one member: of a list always an array. */
static void add_values(struct tree *tree, const struct ep_ldif *ldif,
		       const char *name, bool list)
{
	size_t n = 0;

	for (size_t i = 0; i < ldif->values.n; i++)
		n += ep_str_eqcase(ep_ldif_name(ldif, i), name);
	if (n == 0 && !list)
		return;
	ep_buf_addc(&tree->object, ',');
	ep_json_quote(&tree->object, name);
	ep_buf_adds(&tree->object, list || n > 1 ? ":[" : ":");
	for (size_t i = 0, k = 0; i < ldif->values.n; i++) {
		if (!ep_str_eqcase(ep_ldif_name(ldif, i), name))
			continue;
		if (k++)
			ep_buf_addc(&tree->object, ',');
		add_value(tree, ldif, i);
	}
	if (list || n > 1)
		ep_buf_addc(&tree->object, ']');
}

static const char *text_of(const struct ep_ldif *ldif, const char *name)
{
	for (size_t i = 0; i < ldif->values.n; i++) {
		if (ep_str_eqcase(ep_ldif_name(ldif, i), name))
			return ep_ldif_bytes(ldif, i);
	}
	return NULL;
}

/* Who has no primary group is a group itself, and holds no privilege. */
static void add_groups(struct tree *tree, struct node *node, const char *rid)
{
	tree->found.n = 0;
	if (rid)
		walk(tree, node, rid);
	ep_buf_addc(&tree->object, ',');
	ep_json_quote(&tree->object, tree->import->through);
	ep_buf_adds(&tree->object, ":[");
	for (size_t i = 0; i < tree->found.n; i++) {
		if (i)
			ep_buf_addc(&tree->object, ',');
		add_node(&tree->object, tree->found.v[i]);
	}
	ep_buf_addc(&tree->object, ']');
}

static void build_object(struct tree *tree, const struct ep_ldif *ldif)
{
	const struct ep_spec_import *im = tree->import;
	struct node *node = node_of(tree, ep_ldif_dn(ldif));

	ep_buf_clear(&tree->object);
	tree->object.overflow = false;
	ep_buf_adds(&tree->object, "{\"dn\":");
	ep_json_quote(&tree->object, ep_ldif_dn(ldif));
	add_member(&tree->object, "captured_at",
		   ldif->captured_at[0] ? ldif->captured_at : tree->now);
	add_member(&tree->object, "captured_by", ldif->captured_by);
	for (size_t i = 0; i < im->columns.n; i++)
		add_values(tree, ldif, im->columns.v[i], false);
	for (size_t i = 0; i < im->lists.n; i++)
		add_values(tree, ldif, im->lists.v[i], true);
	if (im->through)
		add_groups(tree, node, text_of(ldif, "primaryGroupID"));
	ep_buf_addc(&tree->object, '}');
}

/* Whose entry it is shows in its SID; those of every Windows are nobody's. */
static bool own_entry(struct ep_import_run *run, const struct tree *tree,
		      const struct node *node)
{
	static const char builtin[] = "S-1-5-32-";
	const struct ep_import_part *part;
	size_t n;

	if (!tree->import->own_sid || !node->sid ||
	    ep_str_starts(node->sid, builtin))
		return true;
	part = ep_import_one(run);
	if (!part->known)
		return true;	/* and that was said */
	n = strlen(part->tenancy.tenant);
	if (strncmp(node->sid, part->tenancy.tenant, n) == 0 &&
	    (node->sid[n] == '-' || !node->sid[n]))
		return true;
	ep_import_complain(run, NULL, "it is of another domain: its SID is %s, "
				      "the tenancy's %s",
			   node->sid, part->tenancy.tenant);
	return false;
}

static int read_entry(struct ep_import_run *run, struct tree *tree,
		      const struct ep_ldif *ldif, struct ep_err *err)
{
	struct ep_json *record = NULL;
	int rc = 0;

	run->line = ldif->line;
	if (!*ep_ldif_dn(ldif) ||
	    !own_entry(run, tree, node_of(tree, ep_ldif_dn(ldif))))
		return 0;
	build_object(tree, ldif);
	if (tree->object.overflow) {
		ep_import_complain(run, NULL, "an entry of more than %d bytes",
				   EP_LDIF_RECORD_BYTES_MAX);
		return 0;
	}
	rc = ep_json_parse(tree->object.s, tree->object.len, &record, NULL,
			   err);
	if (rc == 0 && !run->handing)
		ep_import_whole_note(run, record);
	if (rc == 0)
		rc = ep_import_record(run, record, false, err);
	ep_json_free(record);
	return rc;
}

static int line_only(void *to, const char *name)
{
	(void)to;
	(void)name;
	return 1;
}

int ep_import_ldif(struct ep_import_run *run, const struct ep_buf *text,
		   struct ep_err *err)
{
	struct tree tree = { .import = run->request->import };
	struct ep_ldif ldif;
	int rc = 0;

	ep_map_init(&tree.by_dn);
	ep_map_init(&tree.by_sid);
	ep_buf_init(&tree.object, (size_t)EP_LDIF_RECORD_BYTES_MAX * 2);
	index_file(run, &tree, text);
	run->col_of = line_only;
	if (ep_ldif_init(&ldif, run->file, text->s ? text->s : "", text->len,
			 run->diag)) {
		while (rc == 0 && ep_ldif_next(&ldif))
			rc = read_entry(run, &tree, &ldif, err);
	}
	run->col_of = NULL;
	ep_ldif_release(&ldif);
	ep_map_release(&tree.by_sid, NULL);
	ep_map_release(&tree.by_dn, node_free);
	ep_vec_release(&tree.found);
	ep_buf_release(&tree.object);
	return rc;
}
