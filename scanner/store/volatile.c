/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packs old volatile values by column, with zstd over all; reads those, and
 * what programs before this one wrote row by row: numbers as the difference
 * to the record before.
 */
#include "store/volatile.h"

#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "ext/db.h"
#include "ext/pack.h"

/* What was written before there were columns. */
#define FORMAT_ROWS 1

/* One record on top of a full buffer. */
#define BUF_MAX \
	(EP_VOLATILE_BYTES_MAX + EP_SLOTS_MAX * (EP_TEXT_BYTES_MAX + 16))

static int moving_slots(const struct ep_layout *layout)
{
	int n = 0;

	for (int i = 0; i < layout->slots; i++)
		n += layout->slot[i].moving;
	return n;
}

/* --- writing ------------------------------------------------------------ */

void ep_volatile_init(struct ep_volatile *undo, struct ep_db *db, int64_t run,
		      int64_t dataset, enum ep_kind kind)
{
	undo->db = db;
	undo->run = run;
	undo->dataset = dataset;
	undo->kind = kind;
	undo->layout = ep_layout(kind);
	ep_columns_init(&undo->columns, moving_slots(undo->layout), BUF_MAX);
}

void ep_volatile_release(struct ep_volatile *undo)
{
	ep_columns_release(&undo->columns);
}

/* Half of the room is for texts.  In the other half a value has 32 bytes, of
 * which its number, or the length of its text, and its part of what each row
 * needs take 28 at the most. */
static bool is_full(const struct ep_columns *columns)
{
	return columns->texts.len >= EP_VOLATILE_BYTES_MAX / 2 ||
	       columns->cell.n >= EP_VOLATILE_BYTES_MAX / 2 / 32 ||
	       columns->rid.n >= EP_COLUMNS_ROWS_MAX;
}

int ep_volatile_add(struct ep_volatile *undo, int64_t rid,
		    const struct ep_tuple *old, struct ep_err *err)
{
	const struct ep_layout *layout = undo->layout;

	ep_columns_row(&undo->columns, rid,
		       old->absent & ep_layout_moving_bits(layout));
	for (int i = 0; i < layout->slots; i++)
		if (layout->slot[i].moving)
			ep_columns_value(&undo->columns, &old->value[i]);
	if (undo->columns.texts.overflow)
		return ep_err_set(err, EP_ELIMIT, "volatile values above %d "
				  "bytes (EP_VOLATILE_BYTES_MAX)", BUF_MAX);
	return is_full(&undo->columns) ? ep_volatile_end(undo, err) : 0;
}

int ep_volatile_end(struct ep_volatile *undo, struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf plain = EP_BUF_INIT(BUF_MAX);
	EP_AUTO(ep_buf_release) struct ep_buf packed =
		EP_BUF_INIT(2 * BUF_MAX);
	struct ep_stmt *stmt;
	int rc;

	if (undo->columns.rid.n == 0)
		return 0;
	ep_columns_pack(&undo->columns, &plain);
	if (plain.overflow)
		return ep_err_set(err, EP_EBUG, "volatile values were not "
				  "packed into %d bytes", BUF_MAX);
	ep_pack(&packed, plain.s, plain.len);
	rc = ep_db_prepare(undo->db, "INSERT INTO main.volatile_history(run, "
			   "dataset, kind, undo) VALUES(?1, ?2, ?3, ?4)",
			   &stmt, err);
	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, undo->run);
	ep_db_int(stmt, 2, undo->dataset);
	ep_db_int(stmt, 3, undo->kind);
	ep_db_blob(stmt, 4, packed.s, packed.len);
	rc = ep_db_run(stmt, err);
	ep_columns_clear(&undo->columns);
	return rc;
}

/* --- reading ------------------------------------------------------------ */

/* The database may be damaged or hostile: every step is checked. */
struct cursor {
	const uint8_t *p;
	size_t n;
	bool bad;
};

static uint64_t get_unsigned(struct cursor *c)
{
	uint64_t v = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		if (!c->n)
			break;
		v |= (uint64_t)(*c->p & 0x7f) << shift;
		c->n--;
		if (!(*c->p++ & 0x80))
			return v;
	}
	c->bad = true;
	return 0;
}

static int64_t get_difference(struct cursor *c, int64_t before)
{
	uint64_t d = get_unsigned(c);
	uint64_t v = d >> 1 ^ (d & 1 ? UINT64_MAX : 0);

	return (int64_t)(v + (uint64_t)before);
}

static void get_value(struct cursor *c, int64_t *number,
		      struct ep_value *value)
{
	memset(value, 0, sizeof(*value));
	if (!c->n) {
		c->bad = true;
		return;
	}
	value->type = (enum ep_value_type)*c->p++;
	c->n--;
	if (value->type == EP_VALUE_INT) {
		value->number = get_difference(c, *number);
		*number = value->number;
	} else if (value->type == EP_VALUE_TEXT) {
		uint64_t len = get_unsigned(c);

		if (len > c->n) {
			c->bad = true;
			return;
		}
		value->len = (size_t)len;
		value->text = (const char *)c->p;
		c->p += len;
		c->n -= (size_t)len;
	} else if (value->type != EP_VALUE_NULL) {
		c->bad = true;
	}
}

static int read_all(struct cursor *c, const struct ep_layout *layout,
		    int (*take)(void *to, int64_t rid,
				const struct ep_tuple *old,
				struct ep_err *err),
		    void *to, struct ep_err *err)
{
	int64_t number[EP_SLOTS_MAX] = { 0 };
	int64_t rid = 0;
	int rc = 0;

	while (rc == 0 && c->n) {
		struct ep_tuple old;

		rid = get_difference(c, rid);
		old.absent = (uint32_t)get_unsigned(c);
		old.attr = NULL;
		for (int i = 0; i < layout->slots; i++)
			if (layout->slot[i].moving)
				get_value(c, &number[i], &old.value[i]);
		if (c->bad)
			return ep_err_set(err, EP_EDATA, "the history of "
					  "volatile values is damaged; restore "
					  "the database from a backup");
		rc = take(to, rid, &old, err);
	}
	return rc;
}

/* Values of the moving slots alone, to their places in a tuple. */
struct spread {
	const struct ep_layout *layout;
	int (*take)(void *to, int64_t rid, const struct ep_tuple *old,
		    struct ep_err *err);
	void *to;
};

static int spread_row(void *to, int64_t rid, uint32_t absent,
		      const struct ep_value *value, struct ep_err *err)
{
	const struct spread *spread = to;
	struct ep_tuple old = { .absent = absent };

	for (int i = 0; i < spread->layout->slots; i++)
		if (spread->layout->slot[i].moving)
			old.value[i] = *value++;
	return spread->take(spread->to, rid, &old, err);
}

static int read_plain(const struct ep_buf *plain,
		      const struct ep_layout *layout,
		      int (*take)(void *to, int64_t rid,
				  const struct ep_tuple *old,
				  struct ep_err *err),
		      void *to, struct ep_err *err)
{
	struct cursor c = { .p = (const uint8_t *)plain->s, .n = plain->len };
	struct spread spread = { .layout = layout, .take = take, .to = to };

	if (c.n && *c.p == EP_COLUMNS_FORMAT)
		return ep_columns_read(c.p, c.n, moving_slots(layout),
				       spread_row, &spread, err);
	if (!c.n || *c.p != FORMAT_ROWS)
		return ep_err_set(err, EP_EDATA, "the history of volatile "
				  "values has a format that is not known");
	c.p++;
	c.n--;
	return read_all(&c, layout, take, to, err);
}

int ep_volatile_read(const void *p, size_t n, enum ep_kind kind,
		     int (*take)(void *to, int64_t rid,
				 const struct ep_tuple *old,
				 struct ep_err *err),
		     void *to, struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf plain;
	int rc;

	ep_buf_init(&plain, BUF_MAX);
	rc = ep_unpack(p, n, BUF_MAX, &plain, err);
	if (rc == 0)
		return read_plain(&plain, ep_layout(kind), take, to, err);
	return ep_err_context(err, "history of volatile values");
}
