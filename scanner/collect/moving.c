/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds which members of a record a connector reads, and what for.
 */
#include "collect/moving.h"

#include <string.h>

#include "base/alloc.h"
#include "base/str.h"

static bool moves(const struct ep_spec_emit *emit,
		  const struct ep_spec_field *field)
{
	return field->column >= 0 &&
	       (ep_entity(emit->kind)->column[field->column].flags &
		EP_COLUMN_VOLATILE);
}

static bool any_moves(const struct ep_spec_emit *emit)
{
	for (size_t i = 0; i < emit->fields.n; i++)
		if (moves(emit, &emit->fields.v[i]))
			return true;
	return false;
}

/* The only one with volatile columns: one row of a kind that no other makes,
 * so that it is found among a record's rows by its kind. */
static const struct ep_spec_emit *moving_emit(const struct ep_spec_emits *emits)
{
	const struct ep_spec_emit *found = NULL;

	for (size_t i = 0; i < emits->n; i++) {
		if (!any_moves(&emits->v[i]))
			continue;
		if (found)
			return NULL;
		found = &emits->v[i];
	}
	if (!found || found->each)
		return NULL;
	for (size_t i = 0; i < emits->n; i++)
		if (&emits->v[i] != found && emits->v[i].kind == found->kind)
			return NULL;
	return found;
}

/* --- what is read as it is ----------------------------------------------- */

static bool add_plain(struct ep_moving *moving, const char *path)
{
	if (!path || ep_str_eq(path, "^name"))
		return true;
	if (ep_str_starts(path, "^."))
		path += 2;
	return !ep_str_eq(path, ".") &&
	       ep_json_reads_add(&moving->reads, path, 0);
}

/* Below `each`, which is read as a whole, are paths that lead up too. */
static bool add_words(struct ep_moving *moving, const struct ep_words *paths,
		      bool below)
{
	for (size_t i = 0; i < paths->n; i++) {
		const char *path = paths->v[i];

		if (*path == '=' || (below && *path != '^'))
			continue;
		if (!add_plain(moving, path))
			return false;
	}
	return true;
}

static bool add_emit(struct ep_moving *moving, const struct ep_spec_emit *emit)
{
	bool below = emit->each;

	if (!add_plain(moving, emit->each))
		return false;
	if (emit->when && (!below || *emit->when == '^') &&
	    !add_plain(moving, emit->when))
		return false;
	for (size_t i = 0; i < emit->fields.n; i++) {
		const struct ep_spec_field *field = &emit->fields.v[i];

		if (emit == moving->emit && moves(emit, field))
			continue;
		if (!add_words(moving, &field->path, below) ||
		    !add_words(moving, &field->join, below))
			return false;
	}
	return true;
}

/* --- what is read apart -------------------------------------------------- */

static bool is_there(const struct ep_moving *moving, const char *path)
{
	for (size_t i = 0; i < moving->n; i++)
		if (ep_str_eq(moving->path[i], path))
			return true;
	return false;
}

static bool add_apart(struct ep_moving *moving, const char *path)
{
	if (is_there(moving, path))
		return true;
	if (*path == '^' || ep_str_eq(path, ".") ||
	    moving->n == EP_JSON_APART_MAX ||
	    !ep_json_reads_add(&moving->reads, path,
			       (uint8_t)(1u << moving->n)))
		return false;
	moving->path[moving->n++] = path;
	return true;
}

/* Only scalars can be read apart from their record. */
static bool add_moving(struct ep_moving *moving,
		       const struct ep_spec_field *field)
{
	if (!field->path.n || field->as == EP_AS_LIST)
		return false;
	for (size_t i = 0; i < field->path.n; i++)
		if (!add_apart(moving, field->path.v[i]))
			return false;
	return true;
}

/* --- all of it ----------------------------------------------------------- */

static bool add_all(struct ep_moving *moving,
		    const struct ep_spec_endpoint *endpoint,
		    const struct ep_spec_emit *emit)
{
	ep_json_reads_init(&moving->reads);
	moving->n = 0;
	moving->emit = emit;
	if (!add_plain(moving, endpoint->tenant_path))
		return false;
	for (size_t i = 0; i < endpoint->emits.n; i++)
		if (!add_emit(moving, &endpoint->emits.v[i]))
			return false;
	for (size_t i = 0; emit && i < emit->fields.n; i++)
		if (moves(emit, &emit->fields.v[i]) &&
		    !add_moving(moving, &emit->fields.v[i]))
			return false;
	return true;
}

struct ep_moving *ep_moving_new(const struct ep_spec_endpoint *endpoint)
{
	const struct ep_spec_emit *emit = moving_emit(&endpoint->emits);
	struct ep_moving *moving = ep_calloc(1, sizeof(*moving));

	if ((emit && add_all(moving, endpoint, emit)) ||
	    add_all(moving, endpoint, NULL))
		return moving;
	ep_free(moving);
	return NULL;
}

enum ep_json_found ep_moving_find(const struct ep_moving_values *values,
				  const char *path, const struct ep_json **ret)
{
	const struct ep_moving *moving = values->moving;

	for (size_t i = 0; i < moving->n; i++) {
		if (!ep_str_eq(moving->path[i], path))
			continue;
		/* A null on the way is as good as one at the end. */
		if (!values->value[i] ||
		    (!values->whole[i] &&
		     ep_json_type(values->value[i]) != EP_JSON_NULL))
			return EP_JSON_ABSENT;
		*ret = values->value[i];
		return EP_JSON_PRESENT;
	}
	return EP_JSON_ABSENT;
}
