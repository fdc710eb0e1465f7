/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes the undo log.
 */
#include "store/history.h"

#include <string.h>

#include "ext/db.h"
#include "ext/json.h"

int ep_history_add(struct ep_db *db, const struct ep_history_entry *entry,
		   struct ep_err *err)
{
	struct ep_stmt *stmt;
	int rc = ep_db_prepare(db, "INSERT INTO main.history(run, kind, "
			       "dataset, rid, op, quiet, key, old, "
			       "changed_run) VALUES(?1, ?2, ?3, ?4, ?5, ?6, "
			       "?7, ?8, ?9)", &stmt,
			       err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, entry->run);
	ep_db_int(stmt, 2, entry->kind);
	ep_db_int(stmt, 3, entry->dataset);
	ep_db_int(stmt, 4, entry->rid);
	ep_db_int(stmt, 5, entry->op);
	ep_db_int(stmt, 6, entry->quiet);
	ep_db_text(stmt, 7, entry->key);
	ep_db_text(stmt, 8, entry->old);
	if (entry->changed_run)
		ep_db_int(stmt, 9, entry->changed_run);
	return ep_db_run(stmt, err);
}

static void add_name(struct ep_buf *out, const char *name)
{
	ep_buf_addf(out, "%c\"%s\":", out->len ? ',' : '{', name);
}

static void add_int(struct ep_buf *out, const char *name, int64_t value)
{
	add_name(out, name);
	ep_buf_addf(out, "%lld", (long long)value);
}

static void add_text(struct ep_buf *out, const char *name, const char *text)
{
	add_name(out, name);
	if (text)
		ep_json_quote(out, text);
	else
		ep_buf_adds(out, "null");
}

static void add_value(struct ep_buf *out, const char *name,
		      const struct ep_value *value)
{
	if (value->type == EP_VALUE_INT)
		add_int(out, name, value->number);
	else
		add_text(out, name,
			 value->type == EP_VALUE_TEXT ? value->text : NULL);
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

void ep_history_change(struct ep_buf *out, const struct ep_layout *layout,
		       const struct ep_old_row *old,
		       const struct ep_tuple *now)
{
	uint32_t moving = ep_layout_moving_bits(layout);

	ep_buf_clear(out);
	for (int i = 0; i < layout->slots; i++) {
		const struct ep_slot *slot = &layout->slot[i];

		/* The look-up key follows from the address. */
		if (slot->moving || slot->part == EP_SLOT_LOOKUP ||
		    ep_value_same(&old->tuple.value[i], &now->value[i]))
			continue;
		add_value(out, slot->name, &old->tuple.value[i]);
	}
	if ((old->tuple.absent ^ now->absent) & ~moving)
		add_int(out, EP_OLD_ABSENT, old->tuple.absent & ~moving);
	if (!same_text(old->tuple.attr, now->attr))
		add_text(out, EP_OLD_ATTR, old->tuple.attr);
	if (out->len)
		ep_buf_addc(out, '}');
}

void ep_history_close(struct ep_buf *out, const struct ep_layout *layout,
		      const struct ep_old_row *old)
{
	ep_buf_clear(out);
	for (int i = 0; i < layout->slots; i++) {
		/* What is NULL is left out: it is NULL when it is missing. */
		if (layout->slot[i].part != EP_SLOT_LOOKUP &&
		    old->tuple.value[i].type != EP_VALUE_NULL)
			add_value(out, layout->slot[i].name,
				  &old->tuple.value[i]);
	}
	add_int(out, EP_OLD_ABSENT, old->tuple.absent);
	if (old->tuple.attr)
		add_text(out, EP_OLD_ATTR, old->tuple.attr);
	add_int(out, EP_OLD_FIRST, old->first_run);
	add_int(out, EP_OLD_CHANGED, old->changed_run);
	ep_buf_addc(out, '}');
}
