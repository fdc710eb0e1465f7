/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Not looked at is never clean: whether everything a rule needs was read for
 * a unit, and what to do where it was not.
 */
#ifndef EP_GATE_H
#define EP_GATE_H

#include "base/buf.h"
#include "check/fleet.h"
#include "check/rule.h"

/* One thing that a result is about. */
struct ep_unit {
	const char *uid;
	const char *name;
	const char *customer;	/* NULL for the fleet and nobody's */
	const struct ep_fleet_tenancy *tenancy;		/* per tenant */
	const struct ep_fleet_customer *owner;		/* NULL for the fleet */
};

struct ep_gate {
	const struct ep_fleet *fleet;
	const struct ep_rule *rule;
	int64_t leavers_max_age;	/* 0: no limit */
	/* Verdicts that are the same for all units; made on first use. */
	struct ep_gate_verdict *shared;
};

struct ep_gate_verdict {
	int64_t bad;		/* things that stand in the way */
	int64_t named;		/* of these, in reason */
	struct ep_buf reason;	/* the first few, then "and N more" */
	struct ep_buf advice;
};

void ep_gate_init(struct ep_gate *gate, const struct ep_fleet *fleet,
		  const struct ep_rule *rule, int64_t leavers_max_age);
void ep_gate_release(struct ep_gate *gate);

/* bad 0: everything the rule needs for this unit was read completely and is
 * fresh. */
void ep_gate_judge(struct ep_gate *gate, const struct ep_unit *unit,
		   struct ep_gate_verdict *ret);
/* Tells every dataset that the verdict on a unit hangs on, the register's
 * too; one that several needs ask for is told for each. */
struct ep_gate_teller {
	void *to;
	void (*tell)(void *to, const struct ep_fleet_tenancy *tenancy,
		     const struct ep_fleet_dataset *set);
};
void ep_gate_datasets(const struct ep_gate *gate, const struct ep_unit *unit,
		      const struct ep_gate_teller *teller);
/* Of these, those of one need, and of one tenancy among them; the register's
 * apart, when the rule asks for people. */
void ep_gate_need(const struct ep_gate *gate, const struct ep_need *need,
		  const struct ep_unit *unit,
		  const struct ep_gate_teller *teller);
void ep_gate_need_of(const struct ep_gate *gate, const struct ep_need *need,
		     const struct ep_unit *unit,
		     const struct ep_fleet_tenancy *tenancy,
		     const struct ep_gate_teller *teller);
void ep_gate_register(const struct ep_gate *gate,
		      const struct ep_gate_teller *teller);
void ep_gate_verdict_release(struct ep_gate_verdict *verdict);
/* Adds one more cause. */
void ep_gate_object(struct ep_gate_verdict *verdict, const char *advice,
		    const char *fmt, ...) EP_PRINTF(3, 4);
/* Ends the texts; nothing is added after it. */
void ep_gate_finish(struct ep_gate_verdict *verdict);

/* The setting that a need names: stated, and a word that the rule knows?
 * False, for a rule that its value switches off: see exitproof-rule(5). */
void ep_gate_setting(const struct ep_need *need,
		     const struct ep_fleet_tenancy *tenancy,
		     struct ep_gate_verdict *verdict);
bool ep_gate_setting_applies(const struct ep_rule *rule,
			     const struct ep_fleet_tenancy *tenancy);

/* The units of a rule: tenancies of its systems, customers with one, or the
 * fleet.  applies false: the rule has nothing to do with this unit. */
struct ep_rule_unit {
	struct ep_unit unit;
	bool applies;
};
EP_VEC_TYPE(ep_rule_units, struct ep_rule_unit);
void ep_gate_units(const struct ep_fleet *fleet, const struct ep_rule *rule,
		   struct ep_rule_units *ret);

#endif
