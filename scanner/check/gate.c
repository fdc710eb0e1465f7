/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judging what was read against what a rule needs.
 */
#include "check/gate.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/str.h"
#include "model/entity.h"

#define REGISTER "register"

/* --- verdicts ----------------------------------------------------------- */

static void verdict_init(struct ep_gate_verdict *verdict)
{
	verdict->bad = 0;
	verdict->named = 0;
	ep_buf_init(&verdict->reason, EP_GATE_TEXT_MAX);
	ep_buf_init(&verdict->advice, EP_GATE_TEXT_MAX);
}

void ep_gate_verdict_release(struct ep_gate_verdict *verdict)
{
	ep_buf_release(&verdict->reason);
	ep_buf_release(&verdict->advice);
}

static void add_part(struct ep_buf *out, const char *text)
{
	/* The same advice for five datasets is said once. */
	if (!text || !text[0] || (out->s && strstr(out->s, text)))
		return;
	if (out->len)
		ep_buf_adds(out, "; ");
	ep_buf_adds(out, text);
}

void ep_gate_object(struct ep_gate_verdict *verdict, const char *advice,
		    const char *fmt, ...)
{
	struct ep_buf text;
	va_list ap;

	verdict->bad++;
	if (verdict->named >= EP_GATE_NAMED_MAX)
		return;
	verdict->named++;
	ep_buf_init(&text, EP_GATE_TEXT_MAX);
	va_start(ap, fmt);
	ep_buf_vaddf(&text, fmt, ap);
	va_end(ap);
	add_part(&verdict->reason, text.s);
	add_part(&verdict->advice, advice);
	ep_buf_release(&text);
}

void ep_gate_finish(struct ep_gate_verdict *verdict)
{
	if (verdict->bad > verdict->named)
		ep_buf_addf(&verdict->reason, "; and %lld more",
			    (long long)(verdict->bad - verdict->named));
}

static void merge(struct ep_gate_verdict *to,
		  const struct ep_gate_verdict *from)
{
	to->bad += from->bad;
	if (from->bad == 0 || to->named >= EP_GATE_NAMED_MAX)
		return;
	to->named += from->named;
	add_part(&to->reason, from->reason.s);
	add_part(&to->advice, from->advice.s);
}

/* --- datasets ----------------------------------------------------------- */

static void age_text(int64_t age, char *out, size_t n)
{
	if (age < 0)
		snprintf(out, n, "never read");
	else if (age < 2 * 86400)
		snprintf(out, n, "%lld hours old", (long long)(age / 3600));
	else
		snprintf(out, n, "%lld days old", (long long)(age / 86400));
}

static void object_to(struct ep_gate_verdict *verdict,
		      const struct ep_fleet_tenancy *tenancy,
		      const struct ep_fleet_dataset *set)
{
	const char *status = set->status ? set->status : "unknown";
	const char *advice = set->advice;
	char age[40];

	if (ep_str_eq(status, "complete")) {
		age_text(set->age, age, sizeof(age));
		ep_gate_object(verdict, advice && *advice ? advice :
			       "read it again: exitproof collect, or import "
			       "a newer file",
			       "%s of %s (%s) is stale: %s", set->name,
			       tenancy->name, tenancy->uid, age);
		return;
	}
	ep_gate_object(verdict, advice, "%s of %s (%s) is %s%s%s", set->name,
		       tenancy->name, tenancy->uid, status,
		       set->reason && *set->reason ? ": " : "",
		       set->reason ? set->reason : "");
}

/* Which part of the need a dataset answers: its group, 0 without groups, -1
 * none. */
static int group_of(const struct ep_need *need,
		    const struct ep_fleet_dataset *set)
{
	if (!(set->kinds & need->kinds))
		return -1;
	if (need->group.n == 0)
		return 0;
	for (size_t i = 0; i < need->group.n; i++)
		if (ep_words_has(&need->group.v[i].dataset, set->name))
			return (int)i;
	return -1;
}

/* One need over the tenancies of its scope. */
struct scan {
	const struct ep_rule *rule;
	const struct ep_need *need;
	struct ep_gate_verdict *verdict;	/* NULL: only told */
	const struct ep_gate_teller *teller;	/* NULL: only judged */
	bool found[EP_NEED_GROUPS_MAX];
};

static void scan_set(struct scan *scan, const struct ep_fleet_tenancy *tenancy,
		     const struct ep_fleet_dataset *set)
{
	if (scan->teller)
		scan->teller->tell(scan->teller->to, tenancy, set);
	if (!scan->verdict)
		return;
	if (!ep_fleet_good(set))
		object_to(scan->verdict, tenancy, set);
	if (scan->need->links && set->uncertain > 0)
		ep_gate_object(scan->verdict, "confirm or refuse each "
			       "match: exitproof person match",
			       "%s of %s (%s): %lld accounts may "
			       "belong to people who left",
			       set->name, tenancy->name, tenancy->uid,
			       (long long)set->uncertain);
}

static void scan_tenancy(struct scan *scan,
			 const struct ep_fleet_tenancy *tenancy)
{
	const struct ep_need *need = scan->need;

	if (need->group.n == 0 && scan->rule->systems.n &&
	    !ep_words_has(&scan->rule->systems, tenancy->system))
		return;
	for (size_t i = 0; i < tenancy->dataset.n; i++) {
		const struct ep_fleet_dataset *set = &tenancy->dataset.v[i];
		int group = group_of(need, set);

		if (group < 0)
			continue;
		scan->found[group] = true;
		scan_set(scan, tenancy, set);
	}
}

static void scan_list(struct scan *scan, const struct ep_fleet_tenancies *list)
{
	for (size_t i = 0; i < list->n; i++)
		scan_tenancy(scan, list->v[i]);
}

static void group_name(const struct ep_need *need, size_t i,
		       struct ep_buf *out)
{
	if (need->group.n == 0) {
		ep_buf_adds(out, need->view);
		return;
	}
	for (size_t j = 0; j < need->group.v[i].dataset.n; j++) {
		if (j)
			ep_buf_adds(out, " or ");
		ep_buf_adds(out, need->group.v[i].dataset.v[j]);
	}
}

static void object_missing(struct scan *scan, const char *where)
{
	size_t n = scan->need->group.n ? scan->need->group.n : 1;

	for (size_t i = 0; i < n; i++) {
		struct ep_buf name;

		if (scan->found[i])
			continue;
		ep_buf_init(&name, EP_GATE_TEXT_MAX);
		group_name(scan->need, i, &name);
		ep_gate_object(scan->verdict, "configure a connection or "
			       "import that provides it (exitproof connector "
			       "list)", "nothing configured provides %s for "
			       "%s", name.s, where);
		ep_buf_release(&name);
	}
}

/* --- the leaver register ------------------------------------------------ */

static void judge_register(const struct ep_gate *gate,
			   struct ep_gate_verdict *verdict)
{
	int64_t limit = gate->leavers_max_age;
	int64_t sets = 0;
	int64_t rows = 0;

	for (size_t i = 0; i < gate->fleet->tenancy.n; i++) {
		const struct ep_fleet_tenancy *it = gate->fleet->tenancy.v[i];

		if (!ep_str_eq(it->system, REGISTER))
			continue;
		for (size_t j = 0; j < it->dataset.n; j++) {
			const struct ep_fleet_dataset *set =
				&it->dataset.v[j];

			if (!(set->kinds & 1u << EP_KIND_person))
				continue;
			sets++;
			rows += set->rows;
			if (!ep_fleet_good(set))
				object_to(verdict, it, set);
			else if (limit > 0 && set->age > limit)
				ep_gate_object(verdict, "export the leaver "
					       "register again", "the leaver "
					       "register is %lld days old, at "
					       "most %lld are allowed",
					       (long long)(set->age / 86400),
					       (long long)(limit / 86400));
		}
	}
	if (sets == 0)
		ep_gate_object(verdict, "name a CSV under leavers: in "
			       "exitproof.yaml", "no leaver register is "
			       "configured");
	else if (rows == 0)
		ep_gate_object(verdict, "export the leaver register with its "
			       "people", "the leaver register is empty");
}

/* --- judging ------------------------------------------------------------ */

static void scan_need(struct scan *scan, const struct ep_gate *gate,
		      const struct ep_unit *unit, const char **ret_place)
{
	switch (scan->need->scope) {
	case EP_SCOPE_TENANT:
		scan_tenancy(scan, unit->tenancy);
		*ret_place = unit->uid;
		break;
	case EP_SCOPE_CUSTOMER:
		scan_list(scan, &unit->owner->tenancy);
		*ret_place = unit->owner->name;
		break;
	case EP_SCOPE_MSP:
		for (size_t i = 0; i < gate->fleet->customer.n; i++)
			if (gate->fleet->customer.v[i]->msp)
				scan_list(scan, &gate->fleet->customer.v[i]
						->tenancy);
		*ret_place = "the MSP";
		break;
	case EP_SCOPE_FLEET:
	default:
		scan_list(scan, &gate->fleet->tenancy);
		*ret_place = "the fleet";
		break;
	}
}

static void judge_need(const struct ep_gate *gate, const struct ep_need *need,
		       const struct ep_unit *unit,
		       struct ep_gate_verdict *verdict)
{
	struct scan scan = { .rule = gate->rule, .need = need,
			     .verdict = verdict };
	const char *place;

	scan_need(&scan, gate, unit, &place);
	object_missing(&scan, place);
}

static void object_to_unread(struct ep_gate_verdict *verdict,
			     const struct ep_fleet_tenancy *tenancy)
{
	for (size_t i = 0; i < tenancy->baseline_unread.n; i++)
		ep_gate_object(verdict, "what was accepted cannot be compared "
			       "until it is read again", "%s (%s), %s",
			       tenancy->name, tenancy->uid,
			       tenancy->baseline_unread.v[i]);
}

/* The listings that the unit's baselines are about, whichever these are. */
static void judge_baselines(const struct ep_gate *gate,
			    const struct ep_unit *unit,
			    struct ep_gate_verdict *verdict)
{
	const struct ep_fleet_tenancies *list =
		unit->owner ? &unit->owner->tenancy : &gate->fleet->tenancy;

	if (unit->tenancy) {
		object_to_unread(verdict, unit->tenancy);
		return;
	}
	for (size_t i = 0; i < list->n; i++)
		object_to_unread(verdict, list->v[i]);
}

static bool shared_need(const struct ep_need *need)
{
	return need->scope == EP_SCOPE_MSP || need->scope == EP_SCOPE_FLEET;
}

/* person and alias come from the register alone. */
static bool register_only(const struct ep_need *need)
{
	return need->people && !need->links;
}

static void judge_shared(struct ep_gate *gate)
{
	const struct ep_rule *rule = gate->rule;
	bool people = false;

	gate->shared = ep_calloc(1, sizeof(*gate->shared));
	verdict_init(gate->shared);
	for (size_t i = 0; i < rule->need.n; i++) {
		const struct ep_need *need = &rule->need.v[i];

		people = people || need->people;
		if (need->kinds && shared_need(need) && !register_only(need))
			judge_need(gate, need, NULL, gate->shared);
	}
	if (people)
		judge_register(gate, gate->shared);
}

void ep_gate_judge(struct ep_gate *gate, const struct ep_unit *unit,
		   struct ep_gate_verdict *ret)
{
	verdict_init(ret);
	if (!gate->shared)
		judge_shared(gate);
	for (size_t i = 0; i < gate->rule->need.n; i++) {
		const struct ep_need *need = &gate->rule->need.v[i];

		if (need->kinds && !shared_need(need) && !register_only(need))
			judge_need(gate, need, unit, ret);
		if (need->baselines)
			judge_baselines(gate, unit, ret);
		if (need->setting)
			ep_gate_setting(need, unit->tenancy, ret);
	}
	merge(ret, gate->shared);
}

void ep_gate_register(const struct ep_gate *gate,
		      const struct ep_gate_teller *teller)
{
	const struct ep_fleet *fleet = gate->fleet;
	bool people = false;

	for (size_t i = 0; i < gate->rule->need.n; i++)
		people = people || gate->rule->need.v[i].people;
	for (size_t i = 0; people && i < fleet->tenancy.n; i++) {
		const struct ep_fleet_tenancy *it = fleet->tenancy.v[i];

		if (!ep_str_eq(it->system, REGISTER))
			continue;
		for (size_t j = 0; j < it->dataset.n; j++)
			if (it->dataset.v[j].kinds & 1u << EP_KIND_person)
				teller->tell(teller->to, it,
					     &it->dataset.v[j]);
	}
}

void ep_gate_need(const struct ep_gate *gate, const struct ep_need *need,
		  const struct ep_unit *unit,
		  const struct ep_gate_teller *teller)
{
	struct scan scan = { .rule = gate->rule, .need = need,
			     .teller = teller };
	const char *place;

	if (need->kinds && !register_only(need))
		scan_need(&scan, gate, unit, &place);
}

static bool in_scope(const struct ep_need *need, const struct ep_unit *unit,
		     const struct ep_fleet_tenancy *tenancy)
{
	switch (need->scope) {
	case EP_SCOPE_TENANT:
		return tenancy == unit->tenancy;
	case EP_SCOPE_CUSTOMER:
		return tenancy->customer == unit->owner;
	case EP_SCOPE_MSP:
		return tenancy->customer->msp;
	case EP_SCOPE_FLEET:
	default:
		return true;
	}
}

void ep_gate_need_of(const struct ep_gate *gate, const struct ep_need *need,
		     const struct ep_unit *unit,
		     const struct ep_fleet_tenancy *tenancy,
		     const struct ep_gate_teller *teller)
{
	struct scan scan = { .rule = gate->rule, .need = need,
			     .teller = teller };

	if (need->kinds && !register_only(need) &&
	    in_scope(need, unit, tenancy))
		scan_tenancy(&scan, tenancy);
}

void ep_gate_datasets(const struct ep_gate *gate, const struct ep_unit *unit,
		      const struct ep_gate_teller *teller)
{
	for (size_t i = 0; i < gate->rule->need.n; i++)
		ep_gate_need(gate, &gate->rule->need.v[i], unit, teller);
	ep_gate_register(gate, teller);
}

void ep_gate_init(struct ep_gate *gate, const struct ep_fleet *fleet,
		  const struct ep_rule *rule, int64_t leavers_max_age)
{
	*gate = (struct ep_gate){ .fleet = fleet, .rule = rule,
				  .leavers_max_age = leavers_max_age };
}

void ep_gate_release(struct ep_gate *gate)
{
	if (gate->shared)
		ep_gate_verdict_release(gate->shared);
	ep_free(gate->shared);
}

/* --- units -------------------------------------------------------------- */

static bool of_systems(const struct ep_rule *rule,
		       const struct ep_fleet_tenancy *tenancy)
{
	if (rule->systems.n)
		return ep_words_has(&rule->systems, tenancy->system);
	return !ep_str_eq(tenancy->system, REGISTER);
}

static bool has_system(const struct ep_rule *rule,
		       const struct ep_fleet_tenancies *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (of_systems(rule, list->v[i]))
			return true;
	return false;
}

static void add_fleet(const struct ep_fleet *fleet,
		      const struct ep_rule *rule, bool applies,
		      struct ep_rule_units *ret)
{
	EP_VEC_ADD(ret) = (struct ep_rule_unit){
		.unit = { .uid = "fleet", .name = "fleet" },
		.applies = applies && has_system(rule, &fleet->tenancy),
	};
}

static void add_customers(const struct ep_fleet *fleet,
			  const struct ep_rule *rule,
			  struct ep_rule_units *ret)
{
	for (size_t i = 0; i < fleet->customer.n; i++) {
		const struct ep_fleet_customer *it = fleet->customer.v[i];
		bool nobody = ep_str_eq(it->id, EP_FLEET_NOBODY);
		bool has = has_system(rule, &it->tenancy);

		if (nobody && !has)
			continue;
		EP_VEC_ADD(ret) = (struct ep_rule_unit){
			.unit = { .uid = it->id, .name = it->name,
				  .customer = nobody ? NULL : it->id,
				  .owner = it },
			.applies = has || rule->systems.n == 0,
		};
	}
}

static void add_tenancies(const struct ep_fleet *fleet,
			  const struct ep_rule *rule,
			  struct ep_rule_units *ret)
{
	for (size_t i = 0; i < fleet->tenancy.n; i++) {
		const struct ep_fleet_tenancy *it = fleet->tenancy.v[i];
		bool nobody = ep_str_eq(it->customer->id, EP_FLEET_NOBODY);

		if (!of_systems(rule, it))
			continue;
		EP_VEC_ADD(ret) = (struct ep_rule_unit){
			.unit = { .uid = it->uid, .name = it->name,
				  .customer = nobody ? NULL : it->customer->id,
				  .tenancy = it, .owner = it->customer },
			.applies = ep_gate_setting_applies(rule, it),
		};
	}
	if (ret->n == 0)
		add_fleet(fleet, rule, false, ret);
}

void ep_gate_units(const struct ep_fleet *fleet, const struct ep_rule *rule,
		   struct ep_rule_units *ret)
{
	switch (rule->per) {
	case EP_PER_TENANT:
		add_tenancies(fleet, rule, ret);
		break;
	case EP_PER_CUSTOMER:
		add_customers(fleet, rule, ret);
		break;
	case EP_PER_FLEET:
	default:
		add_fleet(fleet, rule, true, ret);
		break;
	}
}
