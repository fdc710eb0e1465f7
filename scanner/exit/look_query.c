/* SPDX-License-Identifier: Apache-2.0 */
/*
 * End states that a query finds: run it for this exit, and note which
 * datasets its answer hangs on.
 */
#include "exit/look.h"

#include <string.h>

#include "base/alloc.h"
#include "base/str.h"

/* --- the subject's values ----------------------------------------------- */

static char *marked(const char *value)
{
	struct ep_buf text;

	ep_buf_init(&text, EP_TEXT_BYTES_MAX + 2);
	ep_buf_addf(&text, "=%s", value ? value : "");
	return ep_buf_take(&text);
}

/* As the store makes its index of addresses: domain, U+001F, the rest. */
static char *marked_key(const char *address)
{
	const char *at = address ? strrchr(address, '@') : NULL;
	struct ep_buf text;

	if (!at)
		return marked(address);
	ep_buf_init(&text, EP_TEXT_BYTES_MAX + 3);
	ep_buf_addf(&text, "=%s\x1f%.*s", at + 1, (int)(at - address),
		    address);
	return ep_buf_take(&text);
}

static char *value_of(const struct ep_exit *exit, const char *name)
{
	int64_t at = exit->leave_at;
	struct ep_buf number;
	char *text;

	if (ep_str_eq(name, "person"))
		return marked(exit->id);
	if (ep_str_eq(name, "address"))
		return marked(exit->address.n ? exit->address.v[0] : NULL);
	if (ep_str_eq(name, "address_key"))
		return marked_key(exit->address.n ? exit->address.v[0] : NULL);
	if (ep_str_eq(name, "customer"))
		return marked(exit->customer);
	if (ep_str_eq(name, "hardware"))
		return marked(exit->hardware);
	if (ep_str_eq(name, "device")) {
		text = marked(exit->id);
		ep_str_lower(text);
		return text;
	}
	if (ep_str_eq(name, "freeze_at"))
		at = exit->leave_at && exit->profile->freeze_days
			     ? at - exit->profile->freeze_days * 86400 : 0;
	ep_buf_init(&number, 32);
	ep_buf_addf(&number, "=%lld", (long long)at);
	return ep_buf_take(&number);
}

/* A copy of the rule that knows who leaves; shares all but the values. */
static void fit_rule(const struct ep_exit *exit, const struct ep_end *end,
		     struct ep_rule *ret)
{
	const struct ep_rule *from = end->rule;

	*ret = *from;
	if (end->shipped)
		return;
	memset(&ret->param, 0, sizeof(ret->param));
	for (size_t i = 0; i < from->param.n; i++) {
		struct ep_rule_param param = from->param.v[i];

		param.value = value_of(exit, param.name);
		EP_VEC_ADD(&ret->param) = param;
	}
}

static void unfit_rule(const struct ep_end *end, struct ep_rule *rule)
{
	if (end->shipped)
		return;
	for (size_t i = 0; i < rule->param.n; i++)
		ep_free(rule->param.v[i].value);
	ep_vec_release(&rule->param);
}

/* --- datasets ----------------------------------------------------------- */

static void note_dataset(void *to, const struct ep_fleet_tenancy *tenancy,
			 const struct ep_fleet_dataset *set)
{
	struct ep_looker *lk = to;
	const struct ep_fresh_set *fresh =
		ep_fresh_get(&lk->ground->fresh, tenancy->uid, set->name);
	struct ep_buf key;

	ep_buf_init(&key, 4 * EP_TEXT_BYTES_MAX);
	ep_buf_addf(&key, "%s\x1f%s", tenancy->uid, set->name);
	if (!ep_map_set(&lk->dataset, key.s, lk))
		EP_VEC_ADD(&lk->look->dataset) = (struct ep_exit_dataset){
			.customer = ep_strdup(fresh->customer),
			.tenant = ep_strdup(tenancy->uid),
			.system = ep_strdup(tenancy->system),
			.dataset = ep_strdup(set->name),
			.status = ep_strdup(set->status ? set->status
							: "missing"),
			.reason = ep_strdup(set->reason),
			.advice = ep_strdup(set->advice),
			.imported = fresh->imported,
			.good = ep_fleet_good(set),
			.age = set->age,
			.run = fresh->run,
			.read_at = fresh->read_at,
		};
	ep_buf_release(&key);
}

static bool has_dataset(const struct ep_fleet_tenancy *tenancy,
			const char *name)
{
	for (size_t i = 0; i < tenancy->dataset.n; i++)
		if (ep_str_eq(tenancy->dataset.v[i].name, name))
			return true;
	return false;
}

/* One of the lists that a query asks for is, or ought to be, read of this
 * tenancy; a list of other tenancies says nothing about it. */
static bool is_asked(const struct ep_fleet_tenancy *tenancy,
		     const struct ep_rule *rule)
{
	for (size_t i = 0; i < rule->need.n; i++) {
		const struct ep_need *need = &rule->need.v[i];

		for (size_t j = 0; j < need->group.n; j++) {
			const struct ep_words *names =
				&need->group.v[j].dataset;

			for (size_t k = 0; k < names->n; k++)
				if (has_dataset(tenancy, names->v[k]))
					return true;
		}
	}
	return false;
}

/* The MSP's systems have accounts of its customers' people: a list of theirs
 * that was not read may hold one.  And what a customer costs and where it is
 * managed stands in lists of the MSP. */
static bool is_of_msp(const struct ep_looker *lk, const struct ep_end *end,
		      const struct ep_eval *eval, const struct ep_outcome *out)
{
	enum ep_exit_subject subject = lk->exit->subject;

	if (end->shipped ? subject != EP_EXIT_CUSTOMER :
			   subject != EP_EXIT_PERSON)
		return false;
	return out->unit.owner && out->unit.owner->msp && out->unit.tenancy &&
	       is_asked(out->unit.tenancy, eval->rule);
}

bool ep_look_concerns(const struct ep_looker *lk, const struct ep_end *end,
		      const struct ep_eval *eval, const struct ep_outcome *out)
{
	if (!out->applies)
		return false;
	return is_of_msp(lk, end, eval, out) || lk->exit->profile->fleet ||
	       eval->rule->per == EP_PER_FLEET ||
	       (lk->exit->customer &&
		ep_str_eq(out->unit.customer, lk->exit->customer));
}

static void note_datasets(struct ep_looker *lk, const struct ep_end *end,
			  const struct ep_eval *eval)
{
	struct ep_gate_teller teller = { .to = lk, .tell = note_dataset };
	struct ep_gate gate;

	ep_gate_init(&gate, &lk->ground->fleet, eval->rule, 0);
	for (size_t i = 0; i < eval->outcome.n; i++)
		if (ep_look_concerns(lk, end, eval, &eval->outcome.v[i]))
			ep_gate_datasets(&gate, &eval->outcome.v[i].unit,
					 &teller);
	ep_gate_release(&gate);
}

/* --- running ------------------------------------------------------------ */

/* Of the end state that is being looked at. */
struct wish {
	const struct ep_looker *lk;
	const struct ep_end *end;
};

static bool wants(void *to, const struct ep_eval *eval,
		  const struct ep_outcome *out)
{
	const struct wish *wish = to;

	return ep_look_concerns(wish->lk, wish->end, eval, out);
}

static bool wants_all(void *to, const struct ep_eval *eval,
		      const struct ep_outcome *out)
{
	(void)to;
	(void)eval;
	(void)out;
	return true;
}

static int evaluate(const struct ep_looker *lk, const struct ep_rule *rule,
		    int64_t now, const struct ep_eval_wish *wish,
		    struct ep_eval *ret, struct ep_err *err)
{
	/* What is waived stays left over: an exit has no exceptions. */
	struct ep_waivers none = { 0 };
	const struct ep_eval_context ctx = {
		.store = lk->ctx->store,
		.fleet = &lk->ground->fleet,
		.config = lk->ctx->config,
		.waivers = &none,
		.now = now,
		.wish = wish,
	};

	return ep_eval_rule(&ctx, rule, ret, err);
}

static int take(struct ep_looker *lk, const struct ep_end *end,
		const struct ep_eval *eval, struct ep_err *err)
{
	note_datasets(lk, end, eval);
	return ep_look_items(lk, end, eval, err);
}

/* What a shipped rule finds today is the same whoever leaves. */
static int look_shared(struct ep_looker *lk, const struct ep_end *end,
		       struct ep_err *err)
{
	const struct ep_eval_wish wish = { .wants = wants_all };
	struct ep_eval *eval = ep_map_get(&lk->ground->eval, end->rule->id);
	int rc;

	if (eval)
		return take(lk, end, eval, err);
	eval = ep_calloc(1, sizeof(*eval));
	rc = evaluate(lk, end->rule, lk->ctx->now, &wish, eval, err);
	if (rc < 0) {
		ep_free(eval);
		return rc;
	}
	ep_map_set(&lk->ground->eval, end->rule->id, eval);
	return take(lk, end, eval, err);
}

int ep_look_query(struct ep_looker *lk, const struct ep_end *end,
		  struct ep_err *err)
{
	struct wish of = { .lk = lk, .end = end };
	const struct ep_eval_wish wish = { .to = &of, .wants = wants };
	int64_t now = lk->ctx->now;
	struct ep_eval eval;
	struct ep_rule rule;
	int rc;

	/* A shipped rule looks at who has left: before the date it is asked
	 * about the date. */
	if (end->shipped && now <= lk->exit->leave_at)
		now = lk->exit->leave_at + 1;
	if (end->shipped && lk->ctx->ground && now == lk->ctx->now)
		return look_shared(lk, end, err);
	fit_rule(lk->exit, end, &rule);
	rc = evaluate(lk, &rule, now, &wish, &eval, err);
	if (rc == 0) {
		rc = take(lk, end, &eval, err);
		ep_eval_release(&eval);
	}
	unfit_rule(end, &rule);
	return rc;
}
