/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading waivers and matching them with violations.
 */
#include "check/waiver.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "base/str.h"

#define DAY 86400

#define TEXT_OF(number) #number
#define TEXT(macro) TEXT_OF(macro)
#define DAYS_MAX TEXT(EP_WAIVER_DAYS_MAX)

static void read_place(struct ep_decision_reader *rd, struct ep_waiver *waiver)
{
	char *tenant = ep_decision_text(rd, "tenant", false);
	char *unit = ep_decision_text(rd, "unit", false);
	char *customer = ep_decision_text(rd, "customer", false);

	if (!!tenant + !!unit + !!customer != 1) {
		ep_decision_object(rd, rd->node, "a waiver needs one of "
				   "\"tenant\", \"customer\" and \"unit\"");
		ep_free(tenant);
		ep_free(unit);
		ep_free(customer);
		return;
	}
	waiver->customer = customer != NULL;
	waiver->scope = tenant ? "tenant" : unit ? "unit" : "customer";
	waiver->place = tenant ? tenant : unit ? unit : customer;
}

static void waiver_clear(struct ep_waiver *waiver)
{
	ep_free(waiver->rule);
	ep_free(waiver->place);
	ep_free(waiver->subject);
	ep_decision_release(&waiver->said);
}

static void take(struct ep_decision_reader *rd, void *into)
{
	struct ep_waivers *waivers = into;
	struct ep_waiver waiver = { .hits = 0 };

	waiver.rule = ep_decision_text(rd, "rule", true);
	waiver.subject = ep_decision_text(rd, "subject", false);
	read_place(rd, &waiver);
	ep_decision_read(rd, true, &waiver.said);
	if (!rd->bad && waiver.said.expires - waiver.said.approved >
				(EP_WAIVER_DAYS_MAX + 1) * DAY)
		ep_decision_object(rd, rd->node, "is for longer than "
				   DAYS_MAX " days (EP_WAIVER_DAYS_MAX)");
	if (rd->bad)
		waiver_clear(&waiver);
	else
		EP_VEC_ADD(waivers) = waiver;
}

static const char *const members[] = {
	"rule", "tenant", "customer", "unit", "subject", "reason", "approver",
	"approved", "expires", "ended", "ended_by", NULL
};

static const struct ep_decision_kind waiver_kind = {
	.noun = "waiver", .known = members, .take = take,
};

void ep_waivers_text(struct ep_waivers *waivers, const char *file,
		     const char *s, size_t n, struct ep_diag *diag)
{
	ep_decisions_text(&waiver_kind, waivers, file, s, n, diag);
}

void ep_waivers_load(struct ep_waivers *waivers, const char *folder,
		     struct ep_diag *diag)
{
	ep_decisions_load(&waiver_kind, waivers, folder, diag);
}

void ep_waivers_release(struct ep_waivers *waivers)
{
	for (size_t i = 0; i < waivers->n; i++)
		waiver_clear(&waivers->v[i]);
	ep_vec_release(waivers);
}

/* --- matching ----------------------------------------------------------- */

bool ep_waiver_glob(const char *pattern, const char *s)
{
	const char *star = NULL;
	const char *from = s;

	while (*s) {
		if (*pattern == '*') {
			star = pattern++;
			from = s;
		} else if (*pattern && (*pattern == '?' || *pattern == *s)) {
			pattern++;
			s++;
		} else if (star) {
			pattern = star + 1;
			s = ++from;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

bool ep_waiver_in_force(const struct ep_waiver *waiver, int64_t now)
{
	return waiver->said.approved <= now && now < waiver->said.expires &&
	       (!waiver->said.ended || now < waiver->said.ended);
}

bool ep_waiver_covers(const struct ep_waiver *waiver, const char *rule,
		      const struct ep_unit *unit, const char *subject,
		      const char *fingerprint)
{
	if (!ep_str_eq(waiver->rule, rule))
		return false;
	if (!ep_str_eq(waiver->place,
		       waiver->customer ? unit->customer : unit->uid))
		return false;
	return !waiver->subject || ep_str_eq(waiver->subject, fingerprint) ||
	       ep_waiver_glob(waiver->subject, subject);
}

struct ep_waiver *ep_waivers_match(struct ep_waivers *waivers,
				   const char *rule,
				   const struct ep_unit *unit,
				   const char *subject,
				   const char *fingerprint, int64_t now)
{
	struct ep_waiver *found = NULL;

	for (size_t i = 0; i < waivers->n; i++) {
		struct ep_waiver *it = &waivers->v[i];

		if (!ep_waiver_covers(it, rule, unit, subject, fingerprint))
			continue;
		it->hits++;
		if (!found || (ep_waiver_in_force(it, now) &&
			       !ep_waiver_in_force(found, now)))
			found = it;
	}
	return found;
}
