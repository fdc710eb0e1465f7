/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the connectors' maps from role words to "privileged".
 */
#include "cli/known_roles.h"

#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/str.h"
#include "model/entity.h"

#define NAME_BYTES_MAX 512

static const struct ep_spec_field *find_field(const struct ep_spec_emit *emit,
					      const char *column)
{
	int wanted = ep_entity_column(ep_entity(emit->kind), column);

	for (size_t i = 0; i < emit->fields.n; i++)
		if (emit->fields.v[i].column == wanted)
			return &emit->fields.v[i];
	return NULL;
}

/* The map's words are roles only where both columns read the same member. */
static bool same_source(const struct ep_spec_field *a,
			const struct ep_spec_field *b)
{
	return a && b && a->path.n == 1 && b->path.n == 1 &&
	       ep_str_eq(a->path.v[0], b->path.v[0]);
}

/* What the column says for a word of the vendor. */
static const char *stored_word(const struct ep_spec_field *role,
			       const char *word)
{
	for (size_t i = 0; i < role->words.n; i++)
		if (ep_str_eq(role->words.v[i].name, word))
			return role->words.v[i].value;
	return word;
}

static void add_role(const struct ep_spec *spec, const char *dataset,
		     const char *word, struct ep_known_roles *ret)
{
	struct ep_buf name;

	ep_buf_init(&name, NAME_BYTES_MAX);
	ep_buf_addf(&name, "%s.%s", spec->id, dataset);
	EP_VEC_ADD(ret) = (struct ep_evidence_role){
		.dataset = ep_buf_take(&name),
		.word = word,
	};
}

/* A role that the connector itself gives to every row. */
static bool is_given(const struct ep_spec_field *role,
		     const struct ep_spec_field *privileged)
{
	return role && privileged && role->constant &&
	       !strchr(role->constant, '{') && privileged->constant &&
	       !ep_str_eq(privileged->constant, "no");
}

static void gather_emit(const struct ep_spec *spec, const char *dataset,
			const struct ep_spec_emit *emit,
			struct ep_known_roles *ret)
{
	const struct ep_spec_field *role, *privileged;

	if (emit->kind != EP_KIND_role)
		return;
	role = find_field(emit, "role");
	privileged = find_field(emit, "privileged");
	if (is_given(role, privileged))
		add_role(spec, dataset, role->constant, ret);
	if (!same_source(role, privileged))
		return;
	for (size_t i = 0; i < privileged->map.n; i++) {
		const char *const *value =
			ep_entity(EP_KIND_role)
				->column[privileged->column]
				.enumeration->value;

		if (!ep_str_eq(value[privileged->map.v[i].value], "no"))
			add_role(spec, dataset,
				 stored_word(role, privileged->map.v[i].word),
				 ret);
	}
}

static void gather_emits(const struct ep_spec *spec, const char *dataset,
			 const struct ep_spec_emits *emits,
			 struct ep_known_roles *ret)
{
	for (size_t i = 0; i < emits->n; i++)
		gather_emit(spec, dataset, &emits->v[i], ret);
}

void ep_known_roles_gather(const struct ep_specs *specs,
			   struct ep_known_roles *ret)
{
	for (size_t i = 0; i < specs->n; i++) {
		const struct ep_spec *spec = specs->v[i];

		for (size_t j = 0; j < spec->endpoints.n; j++)
			gather_emits(spec, spec->endpoints.v[j].name,
				     &spec->endpoints.v[j].emits, ret);
		for (size_t j = 0; j < spec->imports.n; j++)
			gather_emits(spec, spec->imports.v[j].name,
				     &spec->imports.v[j].emits, ret);
	}
}

void ep_known_roles_release(struct ep_known_roles *roles)
{
	for (size_t i = 0; i < roles->n; i++) {
		char *name = (char *)(uintptr_t)roles->v[i].dataset;

		ep_free(name);
	}
	ep_vec_release(roles);
}
