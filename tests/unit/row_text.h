/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A row as one line of text, so that a test can say what it wants to see:
 *	account id=7 email=ana@acme.example last_seen_at=null {"a":1}
 * Cells in the order of entity.def, absent ones left out, times as UTC, an
 * enum with the vendor's word behind it: state=active(ACTIVE).
 */
#ifndef EP_ROW_TEXT_H
#define EP_ROW_TEXT_H

#include "base/buf.h"
#include "base/clock.h"
#include "model/entity.h"

static inline void row_cell(struct ep_buf *out, const struct ep_column *column,
			    const struct ep_cell *cell)
{
	char time[EP_TIME_TEXT];

	if (cell->state == EP_CELL_ABSENT)
		return;
	ep_buf_addf(out, " %s=", column->name);
	if (cell->state == EP_CELL_NULL)
		ep_buf_adds(out, "null");
	else if (column->type == EP_TYPE_TIME)
		ep_buf_adds(out, ep_time_format(cell->number, time));
	else if (column->type == EP_TYPE_INT)
		ep_buf_addf(out, "%lld", (long long)cell->number);
	else
		ep_buf_adds(out, cell->text);
	if (cell->word)
		ep_buf_addf(out, "(%s)", cell->word);
}

static inline void row_text(struct ep_buf *out, const struct ep_row *row)
{
	const struct ep_entity *entity = ep_entity(row->kind);

	ep_buf_adds(out, entity->name);
	for (int c = 0; c < entity->columns; c++)
		row_cell(out, &entity->column[c], &row->cell[c]);
	if (row->attr)
		ep_buf_addf(out, " %s", row->attr);
	ep_buf_addc(out, '\n');
}

#endif
