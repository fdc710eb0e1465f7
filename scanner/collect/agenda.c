/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The heap behind the agenda.
 */
#include "collect/agenda.h"

void ep_agenda_release(struct ep_agenda *agenda)
{
	ep_vec_release(&agenda->heap);
}

static bool before(const struct ep_agenda_entry *a,
		   const struct ep_agenda_entry *b)
{
	if (a->due_ms != b->due_ms)
		return a->due_ms < b->due_ms;
	return a->order < b->order;
}

static void swap(struct ep_agenda_entry *a, struct ep_agenda_entry *b)
{
	struct ep_agenda_entry other = *a;

	*a = *b;
	*b = other;
}

void ep_agenda_add(struct ep_agenda *agenda, int64_t due_ms, int kind,
		   void *what)
{
	struct ep_agenda_entry *v;
	size_t i = agenda->heap.n;

	EP_VEC_ADD(&agenda->heap) = (struct ep_agenda_entry){
		.due_ms = due_ms,
		.order = agenda->order++,
		.kind = kind,
		.what = what,
	};
	v = agenda->heap.v;
	for (; i > 0 && before(&v[i], &v[(i - 1) / 2]); i = (i - 1) / 2)
		swap(&v[i], &v[(i - 1) / 2]);
}

bool ep_agenda_pop(struct ep_agenda *agenda, int64_t now_ms,
		   struct ep_agenda_entry *ret)
{
	struct ep_agenda_entry *v = agenda->heap.v;
	size_t i = 0;
	size_t child;
	size_t n;

	if (agenda->heap.n == 0 || v[0].due_ms > now_ms)
		return false;
	*ret = v[0];
	n = --agenda->heap.n;
	v[0] = v[n];
	while ((child = 2 * i + 1) < n) {
		if (child + 1 < n && before(&v[child + 1], &v[child]))
			child++;
		if (!before(&v[child], &v[i]))
			break;
		swap(&v[child], &v[i]);
		i = child;
	}
	return true;
}

bool ep_agenda_next(const struct ep_agenda *agenda, int64_t *ret_due_ms)
{
	if (agenda->heap.n == 0)
		return false;
	*ret_due_ms = agenda->heap.v[0].due_ms;
	return true;
}
