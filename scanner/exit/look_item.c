/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From an evaluation to items: what is left, what is done, and what nobody
 * can tell.
 */
#include "exit/look.h"

#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "ext/json.h"
#include "store/store.h"

/* --- which violations are this exit's ----------------------------------- */

static const char *member(const struct ep_json *evidence, const char *name)
{
	const struct ep_json *value;

	if (ep_json_get(evidence, name, &value) != EP_JSON_PRESENT)
		return NULL;
	return ep_json_text(value);
}

static bool has_address(const struct ep_exit *exit, const char *text)
{
	for (size_t i = 0; i < exit->address.n; i++)
		if (ep_str_eqcase(text, exit->address.v[i]))
			return true;
	return false;
}

/* One word with a domain: "desk @ reception" is nobody. */
static bool is_address(const char *text)
{
	const char *at = strrchr(text, '@');

	return at && at > text && strchr(at, '.') && !strpbrk(text, " \t\n");
}

/* A shipped rule tells in its columns whom it is about.  One that does not
 * may be about anybody. */
static bool tells_person(const struct ep_exit *exit,
			 const struct ep_violation *v,
			 const struct ep_json *evidence)
{
	bool told = false;

	if (ep_str_eq(v->subject, exit->id))
		return true;
	for (const struct ep_json *it = ep_json_first(evidence); it;
	     it = ep_json_next(it)) {
		const char *text = ep_json_text(it);
		bool person = ep_str_eq(ep_json_name(it), "person");

		if (!text)
			continue;
		if (has_address(exit, text) ||
		    (person && ep_str_eq(text, exit->id)))
			return true;
		told = told || person || is_address(text);
	}
	return !told;
}

/* So may a row that names no device. */
static bool tells_device(const struct ep_exit *exit,
			 const struct ep_violation *v)
{
	return !v->name || !*v->name || ep_str_eqcase(v->name, exit->id);
}

static bool tells_customer(const struct ep_exit *exit,
			   const struct ep_outcome *out,
			   const struct ep_json *evidence)
{
	const char *customer = member(evidence, "customer");

	if (!customer)
		customer = member(evidence, "of_customer");
	if (customer)
		return ep_str_eq(customer, exit->customer);
	/* A row of the MSP or of the fleet that does not tell either. */
	if (!out->unit.customer || out->unit.owner->msp)
		return true;
	return ep_str_eq(out->unit.customer, exit->customer);
}

static bool is_mine(const struct ep_exit *exit, const struct ep_end *end,
		    const struct ep_outcome *out, const struct ep_violation *v,
		    const struct ep_json *evidence)
{
	if (!end->shipped)
		return true;
	switch (exit->subject) {
	case EP_EXIT_PERSON:
		return tells_person(exit, v, evidence);
	case EP_EXIT_DEVICE:
		return tells_device(exit, v);
	case EP_EXIT_CUSTOMER:
	case EP_EXIT_SUBJECTS:
	default:
		return tells_customer(exit, out, evidence);
	}
}

/* --- places ------------------------------------------------------------- */

static void set_tenancy(struct ep_exit_item *item,
			const struct ep_fleet_tenancy *tenancy)
{
	bool nobody = ep_str_eq(tenancy->customer->id, EP_FLEET_NOBODY);

	item->tenant = ep_strdup(tenancy->uid);
	item->tenant_name = ep_strdup(tenancy->name);
	item->system = ep_strdup(tenancy->system);
	item->customer = nobody ? NULL : ep_strdup(tenancy->customer->id);
}

/* The tenancy of the unit, or the one that the row names. */
static void set_place(struct ep_looker *lk, struct ep_exit_item *item,
		      const struct ep_outcome *out,
		      const struct ep_json *evidence)
{
	const char *uid = evidence ? member(evidence, "tenant") : NULL;
	const struct ep_fleet_tenancy *tenancy = out->unit.tenancy;

	if (!tenancy && uid)
		tenancy = ep_map_get(&lk->ground->fleet.tenancies, uid);
	if (tenancy)
		set_tenancy(item, tenancy);
}

static void set_read(struct ep_looker *lk, struct ep_exit_item *item,
		     const char *dataset)
{
	const struct ep_fresh_set *set;

	item->dataset = ep_strdup(dataset);
	if (!dataset || !item->tenant)
		return;
	set = ep_fresh_get(&lk->ground->fresh, item->tenant, dataset);
	if (!set)
		return;
	item->run = set->run;
	item->read_at = set->read_at;
}

/* The oldest read that an answer hangs on, and its name when there is one
 * only. */
struct oldest {
	struct ep_looker *lk;
	const char *dataset;
	bool several;
	int64_t run;
	int64_t read_at;
};

static void find_oldest(void *to, const struct ep_fleet_tenancy *tenancy,
			const struct ep_fleet_dataset *set)
{
	struct oldest *old = to;
	const struct ep_fresh_set *fresh =
		ep_fresh_get(&old->lk->ground->fresh, tenancy->uid, set->name);

	if (ep_str_eq(tenancy->system, "register"))
		return;
	old->several = old->several ||
		       (old->dataset && !ep_str_eq(old->dataset, set->name));
	old->dataset = set->name;
	if (!fresh->read_at)
		return;
	if (old->read_at && old->read_at <= fresh->read_at)
		return;
	old->run = fresh->run;
	old->read_at = fresh->read_at;
}

static void set_oldest(struct ep_looker *lk, struct ep_exit_item *item,
		       const struct ep_eval *eval,
		       const struct ep_outcome *out)
{
	struct oldest old = { .lk = lk };
	struct ep_gate_teller teller = { .to = &old, .tell = find_oldest };
	struct ep_gate gate;

	ep_gate_init(&gate, &lk->ground->fleet, eval->rule, 0);
	ep_gate_datasets(&gate, &out->unit, &teller);
	ep_gate_release(&gate);
	item->dataset = old.several ? NULL : ep_strdup(old.dataset);
	item->run = old.run;
	item->read_at = old.read_at;
}

/* --- items -------------------------------------------------------------- */

/* Somebody has looked at it since, and said so. */
static int find_settled(struct ep_looker *lk, const struct ep_end *end,
			const struct ep_json *evidence, bool *ret,
			struct ep_err *err)
{
	EP_AUTO(ep_exit_said_release) struct ep_exit_said said = { .at = 0 };
	const struct ep_json *value;
	int64_t at = 0;
	int rc;

	*ret = false;
	if (!end->settled_by ||
	    ep_json_get(evidence, "at", &value) != EP_JSON_PRESENT ||
	    !ep_json_int(value, &at))
		return 0;
	rc = ep_exit_attested(lk->ctx, lk->exit, end->settled_by, &said, err);
	*ret = rc == 0 && said.by && said.at >= at;
	return rc;
}

static int add_item(struct ep_looker *lk, const struct ep_end *end,
		    const struct ep_outcome *out, const struct ep_violation *v,
		    const struct ep_json *evidence, struct ep_err *err)
{
	struct ep_exit_item *item;
	int rc;

	if (lk->look->item.n >= EP_EXIT_ITEMS_MAX)
		return ep_err_set(err, EP_ELIMIT, "more than %d items "
				  "(EP_EXIT_ITEMS_MAX)", EP_EXIT_ITEMS_MAX);
	item = ep_look_add(lk, end, EP_EXIT_OPEN);
	set_place(lk, item, out, evidence);
	set_read(lk, item, member(evidence, "dataset"));
	item->object = ep_strdup(member(evidence, "object"));
	item->subject = ep_strdup(v->subject);
	item->name = ep_strdup(v->name ? v->name : v->subject);
	item->seen = ep_strdup(v->seen);
	item->needed = ep_strdup(v->wanted);
	rc = ep_look_pending(lk, item, err);
	ep_look_steps(lk, item);
	return rc;
}

/* Adds a row unless it is settled or somebody else's. */
static int add_row(struct ep_looker *lk, const struct ep_end *end,
		   const struct ep_outcome *out, const struct ep_violation *v,
		   bool *ret_added, struct ep_err *err)
{
	struct ep_json *evidence = NULL;
	bool settled = false;
	int rc = ep_json_parse(v->evidence, strlen(v->evidence), &evidence,
			       NULL, err);

	*ret_added = false;
	if (rc == 0)
		rc = find_settled(lk, end, evidence, &settled, err);
	if (rc == 0 && !settled && is_mine(lk->exit, end, out, v, evidence)) {
		rc = add_item(lk, end, out, v, evidence, err);
		*ret_added = rc == 0;
	}
	ep_json_free(evidence);
	return rc;
}

/* What one finding stands for may concern several people: the first row that
 * is this exit's is its item. */
static int add_left(struct ep_looker *lk, const struct ep_end *end,
		    const struct ep_eval *eval, const struct ep_outcome *out,
		    const struct ep_violation *v, struct ep_err *err)
{
	bool added;
	int rc = add_row(lk, end, out, v, &added, err);

	for (size_t i = 0; rc == 0 && !added && i < v->twins; i++)
		rc = add_row(lk, end, out, &eval->twin.v[v->twin + i], &added,
			     err);
	return rc;
}

static void add_unknown(struct ep_looker *lk, const struct ep_end *end,
			const struct ep_outcome *out, const char *reason)
{
	struct ep_exit_item *item = ep_look_add(lk, end, EP_EXIT_UNKNOWN);

	set_place(lk, item, out, NULL);
	item->needed = ep_strdup(end->title);
	item->reason = ep_strdup(reason);
	item->advice = ep_strdup(out->advice);
	ep_look_steps(lk, item);
}

static void add_done(struct ep_looker *lk, const struct ep_end *end,
		     const struct ep_eval *eval, const struct ep_outcome *out)
{
	struct ep_exit_item *item = ep_look_add(lk, end, EP_EXIT_DONE);

	set_place(lk, item, out, NULL);
	set_oldest(lk, item, eval, out);
	item->needed = ep_strdup(end->title);
	item->seen = ep_strdup("nothing left");
}

/* A shipped rule that is asked without a leave date finds nobody. */
static const char *why_blind(const struct ep_looker *lk,
			     const struct ep_end *end,
			     const struct ep_outcome *out)
{
	if (!out->decided)
		return out->reason ? out->reason : "not everything was read";
	if (end->shipped && lk->exit->leave_at == 0 &&
	    lk->exit->subject != EP_EXIT_DEVICE)
		return "no leave date is on record";
	return NULL;
}

int ep_look_items(struct ep_looker *lk, const struct ep_end *end,
		  const struct ep_eval *eval, struct ep_err *err)
{
	size_t at = 0;

	for (size_t u = 0; u < eval->outcome.n; u++) {
		const struct ep_outcome *out = &eval->outcome.v[u];
		const char *blind = why_blind(lk, end, out);
		size_t before = lk->look->item.n;
		int rc = 0;

		for (; rc == 0 && at < eval->violation.n &&
		     eval->violation.v[at].unit == u; at++)
			rc = add_left(lk, end, eval, out,
				      &eval->violation.v[at], err);
		if (rc < 0)
			return rc;
		if (!ep_look_concerns(lk, end, eval, out))
			continue;
		if (blind)
			add_unknown(lk, end, out, blind);
		else if (lk->look->item.n == before)
			add_done(lk, end, eval, out);
	}
	return 0;
}
