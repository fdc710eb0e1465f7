/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes one record of the measured fleet.
 */
#include "fill_row.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#define DAY 86400
/* Nobody is looked for further back. */
#define SEEN_NIGHTS_MAX 30

/* A finaliser of a 64-bit hash, as in SplitMix64. */
static uint64_t mix(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

static uint64_t draw(const struct fill_place *place, uint64_t what)
{
	uint64_t x = mix((uint64_t)place->tenancy << 20 ^
			 (uint64_t)place->each);

	x = mix(x ^ (uint64_t)place->list << 40 ^ (uint64_t)place->row);
	return mix(x ^ what);
}

/* Each row changes in one of a hundred nights, in turn. */
static int64_t version(const struct fill_place *place)
{
	int64_t phase = (int64_t)(draw(place, 1) % 100);

	return (place->night * FILL_CHURN + phase) / 100 -
	       phase / 100;
}

static int64_t seen(const struct fill_place *place)
{
	int64_t night = place->night;

	while (night > place->night - SEEN_NIGHTS_MAX &&
	       draw(place, 1000 + (uint64_t)night) % 100 >= FILL_SEEN)
		night--;
	return place->first + night * DAY - 3600 -
	       (int64_t)(draw(place, 2) % 40000);
}

static int wrong(const struct ep_yaml *node, struct ep_err *err)
{
	return ep_err_set(err, EP_EDATA, "fleet: line %d: %s: cannot read "
			  "'%s'", node->line, node->key ? node->key : "-",
			  node->text ? node->text : "");
}

static int number(const struct fill_place *place, struct ep_str word,
		  int64_t *ret)
{
	int64_t below;

	if (ep_str_eqn(word, "i"))
		*ret = place->row;
	else if (ep_str_eqn(word, "t"))
		*ret = place->tenancy;
	else if (ep_str_eqn(word, "v"))
		*ret = version(place);
	else if (word.n > 1 && word.p[0] == 'r' &&
		 ep_str_intn((struct ep_str){ word.p + 1, word.n - 1 },
			     &below) && below > 0)
		*ret = (int64_t)(draw(place, 3) % (uint64_t)below);
	else
		return -1;
	return 0;
}

static int add_word(const struct fill_place *place, struct ep_str word,
		    struct ep_buf *out)
{
	int64_t n;

	if (ep_str_eqn(word, "c"))
		ep_buf_addf(out, "%05lld", (long long)place->customer);
	else if (ep_str_eqn(word, "e"))
		ep_buf_addf(out, "%05lld", (long long)place->each);
	else if (number(place, word, &n) == 0)
		ep_buf_addf(out, "%lld", (long long)n);
	else
		return -1;
	return 0;
}

static int add_text(const struct fill_place *place, struct ep_str s,
		    struct ep_buf *out)
{
	while (s.n) {
		const char *open = memchr(s.p, '<', s.n);
		size_t plain = open ? (size_t)(open - s.p) : s.n;
		const char *close;

		ep_buf_add(out, s.p, plain);
		if (!open)
			break;
		close = memchr(open, '>', s.n - plain);
		if (!close ||
		    add_word(place, (struct ep_str){ open + 1,
				     (size_t)(close - open) - 1 }, out) < 0)
			return -1;
		s.n -= (size_t)(close + 1 - s.p);
		s.p = close + 1;
	}
	ep_buf_addc(out, '\0');
	return 0;
}

/* "yes~98|no~2"; a text without weights stands for itself. */
static int choose(const struct fill_place *place, uint64_t column,
		  struct ep_str *s)
{
	struct ep_str rest = *s, part, word;
	int64_t at = (int64_t)(draw(place, 10 + column) % 100);
	int64_t weight;

	if (!memchr(s->p, '~', s->n))
		return 0;
	while (ep_str_cut(&rest, '|', &part)) {
		if (!ep_str_cut(&part, '~', &word) ||
		    !ep_str_intn(part, &weight))
			return -1;
		*s = word;
		at -= weight;
		if (at < 0)
			return 0;
	}
	return 0;
}

/* "-30d..-1d" */
static int time_of(const struct fill_place *place, const char *text,
		   uint64_t column, int64_t *ret)
{
	char *end;
	long from, to;

	if (ep_str_eq(text, "seen")) {
		*ret = seen(place);
		return 0;
	}
	from = strtol(text, &end, 10);
	if (end == text || !ep_str_starts(end, "d.."))
		return -1;
	text = end + 3;
	to = strtol(text, &end, 10);
	if (end == text || !ep_str_eq(end, "d") || to < from)
		return -1;
	*ret = place->first + from * DAY +
	       (int64_t)(draw(place, 10 + column) %
			 (uint64_t)((to - from + 1) * DAY));
	return 0;
}

static int set_cell(const struct fill_place *place,
		    const struct ep_column *column, uint64_t which,
		    const char *text, struct ep_cell *cell,
		    struct ep_buf *texts, size_t *at)
{
	struct ep_str s = ep_str(text);

	cell->state = EP_CELL_VALUE;
	*at = SIZE_MAX;
	if (column->type == EP_TYPE_TIME)
		return time_of(place, text, which, &cell->number);
	if (column->type == EP_TYPE_INT)
		return ep_str_int(text, &cell->number) ? 0 : -1;
	*at = texts->len;
	if (choose(place, which, &s) < 0)
		return -1;
	return add_text(place, s, texts);
}

int fill_row(const struct fill_place *place, enum ep_kind kind,
	     const struct ep_yaml *map, struct ep_buf *texts,
	     struct ep_row *row, struct ep_err *err)
{
	const struct ep_entity *entity = ep_entity(kind);
	size_t at[EP_COLUMNS_MAX + 1];

	*row = (struct ep_row){ .kind = kind };
	ep_buf_clear(texts);
	for (int i = 0; i <= EP_COLUMNS_MAX; i++)
		at[i] = SIZE_MAX;
	for (int i = 0; i < entity->columns; i++)
		row->cell[i].state = EP_CELL_NULL;
	for (const struct ep_yaml *it = map->child; it; it = it->next) {
		int i = ep_entity_column(entity, it->key);

		if (ep_str_eq(it->key, "attr") && it->text) {
			at[EP_COLUMNS_MAX] = texts->len;
			if (add_text(place, ep_str(it->text), texts) < 0)
				return wrong(it, err);
		} else if (i < 0 || !it->text ||
			   set_cell(place, &entity->column[i], (uint64_t)i,
				    it->text, &row->cell[i], texts,
				    &at[i]) < 0) {
			return wrong(it, err);
		}
	}
	/* Last, since the buffer moves while it grows. */
	for (int i = 0; i < entity->columns; i++) {
		if (at[i] == SIZE_MAX)
			continue;
		row->cell[i].text = texts->s + at[i];
		if (entity->column[i].type == EP_TYPE_ENUM)
			row->cell[i].word = row->cell[i].text;
	}
	if (at[EP_COLUMNS_MAX] != SIZE_MAX)
		row->attr = texts->s + at[EP_COLUMNS_MAX];
	return 0;
}
