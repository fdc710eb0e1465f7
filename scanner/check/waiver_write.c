/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes waivers in YAML.
 */
#include "check/waiver_write.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/str.h"
#include "check/edit.h"
#include "check/eval.h"

#define DAY 86400

static bool alike(const struct ep_waiver *a, const struct ep_waiver *b)
{
	return ep_str_eq(a->rule, b->rule) && ep_str_eq(a->place, b->place) &&
	       a->customer == b->customer &&
	       ep_str_eq(a->subject, b->subject);
}

static int judge(const struct ep_waivers *known, const struct ep_waiver *waiver,
		 int64_t now, struct ep_err *err)
{
	char day[EP_TIME_TEXT];

	if (ep_edit_blank(waiver->rule) || ep_edit_blank(waiver->place) ||
	    ep_edit_blank(waiver->subject) || ep_edit_blank(waiver->said.reason) ||
	    ep_edit_blank(waiver->said.approver))
		return ep_err_set(err, EP_EUSAGE, "a waiver needs a rule, a "
				  "place, a subject, a reason and an "
				  "approver");
	if (waiver->said.expires <= now)
		return ep_err_set(err, EP_EUSAGE, "%s is over already; a "
				  "waiver ends on a day to come",
				  ep_time_date(waiver->said.expires - 1, day));
	if (waiver->said.expires - waiver->said.approved > (EP_WAIVER_DAYS_MAX + 1) * DAY)
		return ep_err_set(err, EP_EUSAGE, "a waiver is for at most %d "
				  "days (EP_WAIVER_DAYS_MAX)",
				  EP_WAIVER_DAYS_MAX);
	for (size_t i = 0; i < known->n; i++) {
		const struct ep_waiver *it = &known->v[i];

		if (alike(it, waiver) && ep_waiver_in_force(it, now))
			return ep_err_set(err, EP_EUSAGE, "%s:%d waives it "
					  "until %s already", it->said.file,
					  it->said.line,
					  ep_time_date(it->said.expires - 1, day));
	}
	return 0;
}

static void make_text(struct ep_buf *out, const struct ep_waiver *waiver)
{
	ep_buf_addf(out, "- rule: %s\n", waiver->rule);
	ep_edit_text(out, waiver->scope, waiver->place);
	ep_edit_text(out, "subject", waiver->subject);
	ep_edit_text(out, "reason", waiver->said.reason);
	ep_edit_text(out, "approver", waiver->said.approver);
	ep_edit_day(out, "approved", waiver->said.approved);
	ep_edit_day(out, "expires", waiver->said.expires - 1);
}

int ep_waiver_add(const char *folder, const struct ep_waivers *known,
		  const struct ep_waiver *waiver, int64_t now,
		  char **ret_path, struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf text =
		EP_BUF_INIT(EP_FILE_BYTES_MAX);
	EP_AUTO(ep_buf_release) struct ep_buf name = EP_BUF_INIT(512);
	char print[33], day[EP_TIME_TEXT];
	int rc = judge(known, waiver, now, err);

	if (rc < 0)
		return rc;
	make_text(&text, waiver);
	/* Named by what it waives and when that was approved, so that two
	 * people who do the same meet. */
	ep_fingerprint(waiver->rule, waiver->place, waiver->subject, print);
	ep_buf_addf(&name, "%.100s-%s-%.8s.yaml", waiver->rule,
		    ep_time_date(waiver->said.approved, day), print);
	return ep_edit_create(folder, name.s, &text, ret_path, err);
}
