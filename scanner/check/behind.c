/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking for the listings behind one row of a rule.
 */
#include "check/behind.h"

#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "ext/json.h"

static void tell_bad(void *to, const struct ep_fleet_tenancy *tenancy,
		     const struct ep_fleet_dataset *set)
{
	bool *bad = to;

	(void)tenancy;
	*bad = *bad || !ep_fleet_good(set);
}

void ep_behind_init(struct ep_behind *behind, const struct ep_gate *gate,
		    const struct ep_unit *unit)
{
	struct ep_gate_teller teller = { .tell = tell_bad };

	*behind = (struct ep_behind){ .gate = gate, .unit = unit };
	for (size_t i = 0; i < gate->rule->need.n; i++) {
		bool *bad = &EP_VEC_ADD(&behind->bad);

		*bad = false;
		teller.to = bad;
		ep_gate_need(gate, &gate->rule->need.v[i], unit, &teller);
	}
	teller.to = &behind->register_bad;
	ep_gate_register(gate, &teller);
}

void ep_behind_release(struct ep_behind *behind)
{
	ep_vec_release(&behind->bad);
}

/* --- the row's own tenancy ---------------------------------------------- */

static const struct ep_fleet_tenancy *
first_word(const struct ep_fleet *fleet, const char *subject)
{
	EP_AUTO_FREE char *uid = ep_strndup(subject, strcspn(subject, " "));

	return ep_map_get(&fleet->tenancies, uid);
}

static const char *member(const struct ep_json *evidence, const char *name)
{
	const struct ep_json *value;

	if (ep_json_get(evidence, name, &value) != EP_JSON_PRESENT)
		return NULL;
	return ep_json_text(value);
}

/* NULL: any of the unit's. */
static const struct ep_fleet_tenancy *
own_tenancy(const struct ep_behind *behind, const char *subject,
	    const struct ep_json *evidence)
{
	const struct ep_fleet *fleet = behind->gate->fleet;
	const char *uid = member(evidence, "tenant");

	if (behind->unit->tenancy)
		return behind->unit->tenancy;
	return uid ? ep_map_get(&fleet->tenancies, uid) :
		     first_word(fleet, subject);
}

/* --- needs -------------------------------------------------------------- */

/* What one tenancy has of a need. */
struct own {
	const struct ep_fleet_tenancy *tenancy;
	const char *dataset;	/* NULL: the row names none */
	bool any, any_bad;
	bool named, named_bad;
};

static void tell_own(void *to, const struct ep_fleet_tenancy *tenancy,
		     const struct ep_fleet_dataset *set)
{
	struct own *own = to;
	bool bad = !ep_fleet_good(set);

	(void)tenancy;
	own->any = true;
	own->any_bad = own->any_bad || bad;
	if (!ep_str_eq(set->name, own->dataset))
		return;
	own->named = true;
	own->named_bad = own->named_bad || bad;
}

static bool need_read(const struct ep_behind *behind, size_t i,
		      const struct ep_fleet_tenancy *tenancy,
		      const char *dataset)
{
	const struct ep_need *need = &behind->gate->rule->need.v[i];
	struct own own = { .dataset = dataset };
	struct ep_gate_teller teller = { .to = &own, .tell = tell_own };

	if (!behind->bad.v[i])
		return true;
	if (tenancy)
		ep_gate_need_of(behind->gate, need, behind->unit, tenancy,
				&teller);
	if (own.named)
		return !own.named_bad;
	return own.any && !own.any_bad;
}

bool ep_behind_read(const struct ep_behind *behind, const char *subject,
		    const char *evidence)
{
	const struct ep_fleet_tenancy *tenancy;
	struct ep_err ignored = EP_ERR_INIT;
	struct ep_json *doc = NULL;
	bool read = !behind->register_bad;

	/* What cannot be parsed names nothing. */
	if (ep_json_parse(evidence, strlen(evidence), &doc, NULL, &ignored) < 0)
		return false;
	tenancy = own_tenancy(behind, subject, doc);
	for (size_t i = 0; read && i < behind->bad.n; i++)
		read = need_read(behind, i, tenancy, member(doc, "dataset"));
	ep_json_free(doc);
	return read;
}
