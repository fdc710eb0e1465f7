/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes and ends waivers in YAML.
 */
#include "check/waiver_write.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/str.h"
#include "check/edit.h"
#include "check/eval.h"

#define DAY 86400

/* --- add ------------------------------------------------------------------ */

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
	    ep_edit_blank(waiver->subject) || ep_edit_blank(waiver->reason) ||
	    ep_edit_blank(waiver->approver))
		return ep_err_set(err, EP_EUSAGE, "a waiver needs a rule, a "
				  "place, a subject, a reason and an "
				  "approver");
	if (waiver->expires <= now)
		return ep_err_set(err, EP_EUSAGE, "%s is over already; a "
				  "waiver ends on a day to come",
				  ep_time_date(waiver->expires - 1, day));
	if (waiver->expires - waiver->approved > (EP_WAIVER_DAYS_MAX + 1) * DAY)
		return ep_err_set(err, EP_EUSAGE, "a waiver is for at most %d "
				  "days (EP_WAIVER_DAYS_MAX)",
				  EP_WAIVER_DAYS_MAX);
	for (size_t i = 0; i < known->n; i++) {
		const struct ep_waiver *it = &known->v[i];

		if (alike(it, waiver) && ep_waiver_in_force(it, now))
			return ep_err_set(err, EP_EUSAGE, "%s:%d waives it "
					  "until %s already", it->file,
					  it->line,
					  ep_time_date(it->expires - 1, day));
	}
	return 0;
}

static void make_text(struct ep_buf *out, const struct ep_waiver *waiver)
{
	ep_buf_addf(out, "- rule: %s\n", waiver->rule);
	ep_edit_text(out, waiver->scope, waiver->place);
	ep_edit_text(out, "subject", waiver->subject);
	ep_edit_text(out, "reason", waiver->reason);
	ep_edit_text(out, "approver", waiver->approver);
	ep_edit_day(out, "approved", waiver->approved);
	ep_edit_day(out, "expires", waiver->expires - 1);
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
		    ep_time_date(waiver->approved, day), print);
	return ep_edit_create(folder, name.s, &text, ret_path, err);
}

/* --- end ------------------------------------------------------------------ */

/* Read again as the loader will: the same waivers, and this one ended. */
static int prove(const struct ep_waiver *waiver, const struct ep_buf *before,
		 const struct ep_buf *after, int64_t now, struct ep_err *err)
{
	struct ep_waivers was = { 0 }, is = { 0 };
	struct ep_diag diag;
	bool good = false;

	ep_diag_init(&diag);
	ep_waivers_text(&was, waiver->file, before->s, before->len, &diag);
	ep_waivers_text(&is, waiver->file, after->s, after->len, &diag);
	if (diag.n == 0 && was.n == is.n)
		for (size_t i = 0; i < is.n; i++)
			good = good || (is.v[i].line == waiver->line &&
					is.v[i].ended && was.v[i].ended == 0 &&
					alike(&is.v[i], waiver) &&
					!ep_waiver_in_force(&is.v[i], now));
	ep_diag_release(&diag);
	ep_waivers_release(&was);
	ep_waivers_release(&is);
	if (good)
		return 0;
	return ep_err_set(err, EP_EDATA, "%s:%d is written in a way that "
			  "cannot be added to; put \"ended\" and "
			  "\"ended_by\" there by hand", waiver->file,
			  waiver->line);
}

int ep_waiver_end(const struct ep_waiver *waiver, int64_t now,
		  const char *by_user, struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf before =
		EP_BUF_INIT(EP_FILE_BYTES_MAX);
	EP_AUTO(ep_buf_release) struct ep_buf after =
		EP_BUF_INIT(EP_FILE_BYTES_MAX);
	int rc;

	if (waiver->ended)
		return ep_err_set(err, EP_EUSAGE, "%s:%d was ended by %s "
				  "already", waiver->file, waiver->line,
				  waiver->ended_by);
	if (ep_edit_blank(by_user))
		return ep_err_set(err, EP_EUSAGE, "say who ends it");
	rc = ep_edit_ended(waiver->file, waiver->expires_line,
			   waiver->expires_col, now, by_user, &before, &after,
			   err);
	if (rc == 0)
		rc = prove(waiver, &before, &after, now, err);
	return rc < 0 ? rc : ep_edit_write(waiver->file, &after, err);
}
