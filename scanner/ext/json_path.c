/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths into a JSON value, as connectors write them: names, quoted names and
 * array positions.
 */
#include "ext/json_priv.h"

#include <string.h>

/* Positions beyond this are a typing slip. */
#define POSITION_DIGITS 7

/* One step: a name, or the position of an array element. */
struct step {
	struct ep_str name;
	bool by_position;
	size_t position;
};

static bool position_step(const char **path, struct step *ret)
{
	const char *p = *path + 1, *close = strchr(p, ']');
	int64_t position;
	struct ep_str digits;

	if (!close)
		return false;
	digits.p = p;
	digits.n = (size_t)(close - p);
	if (digits.n > POSITION_DIGITS || *p == '-' ||
	    !ep_str_intn(digits, &position))
		return false;
	*ret = (struct step){ .by_position = true,
			      .position = (size_t)position };
	*path = close + 1;
	return true;
}

static bool name_step(const char **path, struct step *ret)
{
	const char *p = *path, *end;

	*ret = (struct step){ .by_position = false };
	if (*p == '"') {
		p++;
		end = strchr(p, '"');
		if (!end)
			return false;
		*path = end + 1;
	} else {
		end = p + strcspn(p, ".[]\"");
		if (end == p)
			return false;
		*path = end;
	}
	ret->name.p = p;
	ret->name.n = (size_t)(end - p);
	return true;
}

/* The step at *path, which moves behind it; first is that of the path. */
static bool next_step(const char **path, bool first, struct step *ret)
{
	if (**path == '[')
		return position_step(path, ret);
	if (!first) {
		if (**path != '.')
			return false;
		(*path)++;
	}
	return name_step(path, ret);
}

bool ep_json_path_valid(const char *path)
{
	struct step step;
	bool first = true;

	if (!path || !*path)
		return false;
	for (; *path; first = false)
		if (!next_step(&path, first, &step))
			return false;
	return true;
}

/* --- trees of paths ------------------------------------------------------ */

void ep_json_reads_init(struct ep_json_reads *reads)
{
	memset(reads, 0, sizeof(*reads));
	reads->n = 1;
}

uint8_t ep_json_reads_find(const struct ep_json_reads *reads, uint8_t at,
			   const char *name, size_t n)
{
	uint8_t i = reads->node[at].first;

	for (; i; i = reads->node[i].next) {
		const struct ep_json_read *node = &reads->node[i];

		if (node->name.n == n && memcmp(node->name.p, name, n) == 0)
			break;
	}
	return i;
}

/* 0: there is no room. */
static uint8_t add_node(struct ep_json_reads *reads, uint8_t at,
			struct ep_str name)
{
	uint8_t *last = &reads->node[at].first;
	struct ep_json_read *node = &reads->node[reads->n];

	if (reads->n == EP_JSON_READS_MAX)
		return 0;
	while (*last)
		last = &reads->node[*last].next;
	*last = (uint8_t)reads->n;
	*node = (struct ep_json_read){ .name = name,
				       .level = reads->node[at].level + 1 };
	return (uint8_t)reads->n++;
}

static void note(struct ep_json_read *node, uint8_t bit)
{
	node->bits |= bit;
	node->plain |= !bit;
}

static bool end_path(struct ep_json_reads *reads, uint8_t at, uint8_t bit,
		     bool added)
{
	/* One that is looked at apart must be nobody else's. */
	if (bit && !added)
		return false;
	note(&reads->node[at], bit);
	reads->node[at].whole = true;
	return true;
}

bool ep_json_reads_add(struct ep_json_reads *reads, const char *path,
		       uint8_t bit)
{
	bool added = false;
	struct step step;
	uint8_t at = 0;

	for (bool first = true; *path; first = false) {
		uint8_t next;

		if (reads->node[at].whole)
			return !bit;
		if (!next_step(&path, first, &step))
			return false;
		/* What is below is read as a whole. */
		if (step.by_position ||
		    reads->node[at].level == EP_JSON_READS_LEVELS - 1)
			return !bit && end_path(reads, at, bit, false);
		note(&reads->node[at], bit);
		next = ep_json_reads_find(reads, at, step.name.p, step.name.n);
		added = !next;
		if (!next)
			next = add_node(reads, at, step.name);
		if (!next)
			return false;
		at = next;
	}
	return end_path(reads, at, bit, added);
}

/* --- walking ------------------------------------------------------------- */

static enum ep_json_found element(const struct ep_json *array, size_t position,
				  const struct ep_json **ret)
{
	const struct ep_json *value;

	if (ep_json_type(array) != EP_JSON_ARRAY)
		return EP_JSON_ABSENT;
	for (value = ep_json_first(array); value && position; position--)
		value = ep_json_next(value);
	if (!value)
		return EP_JSON_ABSENT;
	*ret = value;
	return EP_JSON_PRESENT;
}

enum ep_json_found ep_json_path(const struct ep_json *json, const char *path,
				const struct ep_json **ret)
{
	const struct ep_json *at = json;
	enum ep_json_found found;
	struct step step;
	bool first = true;

	if (!ep_json_path_valid(path))
		return EP_JSON_ABSENT;
	for (; *path; first = false) {
		if (ep_json_type(at) == EP_JSON_NULL)
			break;
		if (!next_step(&path, first, &step))
			return EP_JSON_ABSENT;
		found = step.by_position
				? element(at, step.position, &at)
				: ep_json_getn(at, step.name, &at);
		if (found != EP_JSON_PRESENT)
			return found;
	}
	*ret = at;
	return EP_JSON_PRESENT;
}
