/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking at an exit: each end state of its profile, in every place where it
 * has to be reached.
 */
#include "exit/look.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "exit/order.h"
#include "ext/db.h"
#include "store/store.h"

const char *ep_exit_state_word(enum ep_exit_state state)
{
	static const char *const words[EP_EXIT_STATES] = {
		[EP_EXIT_DONE] = "done",
		[EP_EXIT_OPEN] = "open",
		[EP_EXIT_PENDING] = "pending",
		[EP_EXIT_UNKNOWN] = "cannot tell",
	};

	return words[state];
}

/* --- items -------------------------------------------------------------- */

struct ep_exit_item *ep_look_add(struct ep_looker *lk,
				 const struct ep_end *end,
				 enum ep_exit_state state)
{
	struct ep_exit_item *item = &EP_VEC_ADD(&lk->look->item);

	*item = (struct ep_exit_item){ .end = end, .state = state };
	return item;
}

static void add_step(struct ep_exit_item *item, const char *act,
		     const char *only_after)
{
	EP_VEC_ADD(&item->step) = (struct ep_exit_step){
		.act = ep_strdup(act),
		.only_after = ep_strdup(only_after),
	};
}

static void attest_step(const struct ep_looker *lk, struct ep_exit_item *item)
{
	struct ep_buf text;

	ep_buf_init(&text, EP_TEXT_BYTES_MAX);
	ep_buf_addf(&text, "exitproof exit attest --%s %s --what %s --by NAME "
		    "--note TEXT",
		    ep_exit_subject_word(lk->exit->subject), lk->exit->id,
		    item->end->id);
	add_step(item, text.s, NULL);
	ep_buf_release(&text);
}

void ep_look_steps(struct ep_looker *lk, struct ep_exit_item *item)
{
	const struct ep_remedy *fix =
		item->end->fix ? ep_remedies_find(&lk->ctx->rules->remedies,
						  item->end->fix) : NULL;

	if (item->state == EP_EXIT_DONE)
		return;
	if (item->state == EP_EXIT_UNKNOWN) {
		add_step(item, item->advice && *item->advice
				       ? item->advice
				       : "read it again: exitproof run", NULL);
		return;
	}
	for (size_t i = 0; fix && i < fix->step.n; i++) {
		const struct ep_remedy_step *step = &fix->step.v[i];

		if (!step->system || !item->system ||
		    ep_str_eq(step->system, item->system))
			add_step(item, step->act, step->only_after);
	}
	if (item->end->attest)
		attest_step(lk, item);
}

void ep_exit_item_release(struct ep_exit_item *item)
{
	for (size_t i = 0; i < item->step.n; i++) {
		ep_free(item->step.v[i].act);
		ep_free(item->step.v[i].only_after);
	}
	ep_vec_release(&item->step);
	ep_vec_release(&item->blocked_by);
	ep_free(item->customer);
	ep_free(item->tenant);
	ep_free(item->tenant_name);
	ep_free(item->system);
	ep_free(item->object);
	ep_free(item->subject);
	ep_free(item->name);
	ep_free(item->needed);
	ep_free(item->seen);
	ep_free(item->dataset);
	ep_free(item->reason);
	ep_free(item->advice);
}

static void dataset_release(struct ep_exit_dataset *set)
{
	ep_free(set->customer);
	ep_free(set->tenant);
	ep_free(set->system);
	ep_free(set->dataset);
	ep_free(set->status);
	ep_free(set->reason);
	ep_free(set->advice);
}

void ep_exit_look_release(struct ep_exit_look *look)
{
	for (size_t i = 0; i < look->item.n; i++)
		ep_exit_item_release(&look->item.v[i]);
	ep_vec_release(&look->item);
	for (size_t i = 0; i < look->dataset.n; i++)
		dataset_release(&look->dataset.v[i]);
	ep_vec_release(&look->dataset);
}

/* --- the whole ---------------------------------------------------------- */

static int compare_datasets(const void *a, const void *b)
{
	const struct ep_exit_dataset *x = a;
	const struct ep_exit_dataset *y = b;
	int d = strcmp(x->tenant, y->tenant);

	return d ? d : strcmp(x->dataset, y->dataset);
}

static void count(struct ep_looker *lk)
{
	struct ep_exit_look *look = lk->look;

	for (size_t i = 0; i < look->item.n; i++)
		look->count[look->item.v[i].state]++;
	for (size_t i = 0; i < lk->exit->problem.n; i++)
		look->count[lk->exit->problem.v[i].state]++;
}

/* Something of the customer was there to be looked at, read or not. */
static bool was_asked(const struct ep_looker *lk, const struct ep_end *end)
{
	for (size_t i = 0; i < lk->look->item.n; i++) {
		const struct ep_exit_item *it = &lk->look->item.v[i];

		if (ep_words_has(&end->unless, it->end->id) && it->customer &&
		    ep_str_eq(it->customer, lk->exit->customer))
			return true;
	}
	return false;
}

/* After all the others: some are wanted only where nothing is connected. */
static int look_attested(struct ep_looker *lk, struct ep_err *err)
{
	const struct ep_profile *profile = lk->exit->profile;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < profile->end.n; i++) {
		const struct ep_end *end = profile->end.v[i];

		if (end->attest && !(end->unless.n && was_asked(lk, end)))
			rc = ep_look_attested(lk, end, err);
	}
	return rc;
}

/* Items stand as their end states do in the profile, whenever they came. */
static void arrange(struct ep_looker *lk)
{
	const struct ep_profile *profile = lk->exit->profile;
	struct ep_exit_look *look = lk->look;
	struct ep_exit_item *to = ep_calloc(look->item.n + 1, sizeof(*to));
	size_t n = 0;

	for (size_t e = 0; e < profile->end.n; e++)
		for (size_t i = 0; i < look->item.n; i++)
			if (look->item.v[i].end == profile->end.v[e])
				to[n++] = look->item.v[i];
	if (n)
		memcpy(look->item.v, to, n * sizeof(*to));
	ep_free(to);
}

static int look_queries(struct ep_looker *lk, struct ep_err *err)
{
	const struct ep_profile *profile = lk->exit->profile;

	for (size_t i = 0; i < profile->end.n; i++) {
		const struct ep_end *end = profile->end.v[i];

		if (!end->attest && ep_look_query(lk, end, err) < 0)
			return ep_err_context(err, "%s/%s", profile->id,
					      end->id);
	}
	/* Nothing that was looked at is nothing that is gone. */
	if (lk->look->item.n)
		return 0;
	return ep_err_set(err, EP_ENOENT, "profile %s finds no tenancy to "
			  "look at for %s: is it the right profile, and is "
			  "anything of %s connected?", profile->id,
			  lk->exit->key,
			  lk->exit->customer ? lk->exit->customer
					     : "the customer");
}

static int look_all(struct ep_looker *lk, struct ep_err *err)
{
	int rc = look_queries(lk, err);

	if (rc == 0)
		rc = look_attested(lk, err);
	if (rc < 0)
		return rc;
	arrange(lk);
	return ep_exit_order(lk->look, err);
}

static int look_on(struct ep_looker *lk, struct ep_err *err)
{
	int rc;

	ep_map_init(&lk->dataset);
	rc = look_all(lk, err);
	ep_map_release(&lk->dataset, NULL);
	return rc;
}

int ep_exit_look(const struct ep_exit_context *ctx, const struct ep_exit *exit,
		 struct ep_exit_look *ret, struct ep_err *err)
{
	struct ep_looker lk = { .ctx = ctx,
				.exit = exit,
				.look = ret,
				.ground = ctx->ground };
	int rc = 0;

	*ret = (struct ep_exit_look){ 0 };
	if (!ctx->ground)
		rc = ep_exit_ground_load(ctx, &lk.ground, err);
	if (rc < 0)
		return rc;
	rc = look_on(&lk, err);
	if (!ctx->ground)
		ep_exit_ground_free(lk.ground);
	if (rc < 0) {
		ep_exit_look_release(ret);
		return rc;
	}
	if (ret->dataset.n)
		qsort(ret->dataset.v, ret->dataset.n,
		      sizeof(*ret->dataset.v), compare_datasets);
	count(&lk);
	return 0;
}
