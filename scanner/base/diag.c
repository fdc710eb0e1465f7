/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of complaints of one load.
 */
#include "base/diag.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "base/vec.h"

void ep_diag_init(struct ep_diag *diag)
{
	*diag = (struct ep_diag){ .item = NULL };
}

void ep_diag_release(struct ep_diag *diag)
{
	size_t i;

	for (i = 0; i < diag->n; i++) {
		ep_free(diag->item[i].file);
		ep_free(diag->item[i].msg);
	}
	ep_free(diag->item);
	ep_diag_init(diag);
}

void ep_diag_add(struct ep_diag *diag, const char *file, int line, int col,
		 const char *fmt, ...)
{
	struct ep_buf msg;
	struct ep_diag_item *item;
	va_list ap;

	if (diag->n >= EP_DIAG_MAX) {
		diag->dropped++;
		return;
	}
	if (diag->n == diag->cap)
		diag->cap = ep_vec_grow((void **)&diag->item, diag->n,
					diag->cap, sizeof(*diag->item));
	ep_buf_init(&msg, EP_FILE_BYTES_MAX);
	va_start(ap, fmt);
	ep_buf_vaddf(&msg, fmt, ap);
	va_end(ap);
	item = &diag->item[diag->n++];
	item->file = ep_strdup(file ? file : "");
	item->line = line;
	item->col = col;
	item->msg = ep_buf_take(&msg);
}

static int compare(const void *a, const void *b)
{
	const struct ep_diag_item *x = a, *y = b;
	int order = strcmp(x->file, y->file);

	if (order)
		return order;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	if (x->col != y->col)
		return x->col < y->col ? -1 : 1;
	return strcmp(x->msg, y->msg);
}

static void print_item(const struct ep_diag_item *item, struct ep_buf *out)
{
	ep_str_printable(out, item->file, strlen(item->file));
	if (item->line > 0)
		ep_buf_addf(out, ":%d", item->line);
	if (item->line > 0 && item->col > 0)
		ep_buf_addf(out, ":%d", item->col);
	if (item->file[0])
		ep_buf_adds(out, ": ");
	ep_str_printable(out, item->msg, strlen(item->msg));
	ep_buf_addc(out, '\n');
}

void ep_diag_print(struct ep_diag *diag, struct ep_buf *out)
{
	size_t i;

	if (diag->n)
		qsort(diag->item, diag->n, sizeof(*diag->item), compare);
	for (i = 0; i < diag->n; i++)
		print_item(&diag->item[i], out);
	if (diag->dropped)
		ep_buf_addf(out, "and %zu more\n", diag->dropped);
}
