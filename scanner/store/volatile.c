/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packs old volatile values: numbers as the difference to the record before,
 * in as few bytes as they need, then zstd over all.
 */
#include "store/volatile.h"

#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "ext/db.h"
#include "ext/pack.h"

#define FORMAT 1

/* One record on top of a full buffer. */
#define BUF_MAX \
	(EP_VOLATILE_BYTES_MAX + EP_SLOTS_MAX * (EP_TEXT_BYTES_MAX + 16))

/* --- writing ------------------------------------------------------------ */

static void start(struct ep_volatile *undo)
{
	ep_buf_clear(&undo->buf);
	undo->rid = 0;
	memset(undo->number, 0, sizeof(undo->number));
}

void ep_volatile_init(struct ep_volatile *undo, struct ep_db *db, int64_t run,
		      int64_t dataset, enum ep_kind kind)
{
	undo->db = db;
	undo->run = run;
	undo->dataset = dataset;
	undo->kind = kind;
	undo->layout = ep_layout(kind);
	ep_buf_init(&undo->buf, BUF_MAX);
	start(undo);
}

void ep_volatile_release(struct ep_volatile *undo)
{
	ep_buf_release(&undo->buf);
}

static void put_unsigned(struct ep_buf *out, uint64_t v)
{
	while (v >= 0x80) {
		ep_buf_addc(out, (char)(uint8_t)(v | 0x80));
		v >>= 7;
	}
	ep_buf_addc(out, (char)(uint8_t)v);
}

/* Small differences of either sign become small numbers.  The difference
 * wraps, and wraps back when it is read. */
static void put_difference(struct ep_buf *out, int64_t v, int64_t before)
{
	uint64_t d = (uint64_t)v - (uint64_t)before;

	put_unsigned(out, d << 1 ^ (d >> 63 ? UINT64_MAX : 0));
}

static void put_value(struct ep_volatile *undo, int slot,
		      const struct ep_value *value)
{
	ep_buf_addc(&undo->buf, (char)value->type);
	if (value->type == EP_VALUE_INT) {
		put_difference(&undo->buf, value->number, undo->number[slot]);
		undo->number[slot] = value->number;
	} else if (value->type == EP_VALUE_TEXT) {
		put_unsigned(&undo->buf, value->len);
		ep_buf_add(&undo->buf, value->text, value->len);
	}
}

int ep_volatile_add(struct ep_volatile *undo, int64_t rid,
		    const struct ep_tuple *old, struct ep_err *err)
{
	const struct ep_layout *layout = undo->layout;

	if (undo->buf.len == 0)
		ep_buf_addc(&undo->buf, FORMAT);
	put_difference(&undo->buf, rid, undo->rid);
	undo->rid = rid;
	put_unsigned(&undo->buf, old->absent & ep_layout_moving_bits(layout));
	for (int i = 0; i < layout->slots; i++)
		if (layout->slot[i].moving)
			put_value(undo, i, &old->value[i]);
	if (undo->buf.overflow)
		return ep_err_set(err, EP_ELIMIT, "volatile values above %d "
				  "bytes (EP_VOLATILE_BYTES_MAX)", BUF_MAX);
	if (undo->buf.len >= EP_VOLATILE_BYTES_MAX)
		return ep_volatile_end(undo, err);
	return 0;
}

int ep_volatile_end(struct ep_volatile *undo, struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf packed =
		EP_BUF_INIT(2 * BUF_MAX);
	struct ep_stmt *stmt;
	int rc;

	if (undo->buf.len == 0)
		return 0;
	ep_pack(&packed, undo->buf.s, undo->buf.len);
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
	start(undo);
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

int ep_volatile_read(const void *p, size_t n, enum ep_kind kind,
		     int (*take)(void *to, int64_t rid,
				 const struct ep_tuple *old,
				 struct ep_err *err),
		     void *to, struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf plain;
	struct cursor c;
	int rc;

	ep_buf_init(&plain, BUF_MAX);
	rc = ep_unpack(p, n, BUF_MAX, &plain, err);
	if (rc < 0)
		return ep_err_context(err, "history of volatile values");
	c.p = (const uint8_t *)plain.s;
	c.n = plain.len;
	c.bad = false;
	if (!c.n || *c.p != FORMAT)
		return ep_err_set(err, EP_EDATA, "the history of volatile "
				  "values has a format that is not known");
	c.p++;
	c.n--;
	return read_all(&c, ep_layout(kind), take, to, err);
}
