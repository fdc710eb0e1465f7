/* SPDX-License-Identifier: Apache-2.0 */
/* Listings as ranges; see the header. */
#include "world/list.h"

#include "util/alloc.h"

static struct es_seg *more(struct es_list *l)
{
	if ((l->n & (l->n - 1)) == 0)
		l->segs = es_grow(l->segs, (size_t)(l->n ? l->n * 2 : 1),
				  sizeof(*l->segs));
	return &l->segs[l->n++];
}

void es_list_add(struct es_list *l, const cJSON *rec, const cJSON *owner)
{
	*more(l) = (struct es_seg){ .rec = rec, .owner = owner, .count = 1 };
	l->total++;
}

void es_list_add_range(struct es_list *l, int64_t tenant, int64_t first,
		       int64_t count)
{
	if (count <= 0)
		return;
	*more(l) = (struct es_seg){ .tenant = tenant, .first = first,
				    .count = count };
	l->total += count;
}

int64_t es_list_write(const struct es_list *l, int64_t from, int64_t max,
		      es_put_fn *put, void *ctx, struct es_buf *out)
{
	int64_t done = 0, skip = from, k;
	int i;

	for (i = 0; i < l->n && done < max; i++) {
		const struct es_seg *s = &l->segs[i];

		if (skip >= s->count) {
			skip -= s->count;
			continue;
		}
		for (k = skip; k < s->count && done < max; k++, done++) {
			if (done)
				es_buf_add(out, ",", 1);
			put(out, ctx, s, s->first + k);
		}
		skip = 0;
	}
	return done;
}

void es_list_release(struct es_list *l)
{
	es_free(l->segs);
	*l = (struct es_list)ES_LIST_INIT;
}
