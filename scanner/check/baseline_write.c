/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes baselines, and ends those that they take the place of.
 */
#include "check/baseline.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/str.h"
#include "check/edit.h"
#include "check/eval.h"
#include "ext/json.h"

static void make_text(struct ep_buf *out, const struct ep_baseline *baseline)
{
	static const char *const words[] = { "role", "team", "setting",
					     "row" };

	ep_buf_adds(out, "- tenant: ");
	ep_json_quote(out, baseline->tenant);
	ep_buf_addc(out, '\n');
	ep_edit_text(out, words[baseline->what], baseline->name);
	if (baseline->column)
		ep_edit_text(out, "column", baseline->column);
	if (baseline->dataset)
		ep_edit_text(out, "dataset", baseline->dataset);
	ep_buf_adds(out, baseline->value.n ? "  value:\n" : "  value: []\n");
	for (size_t i = 0; i < baseline->value.n; i++) {
		ep_buf_adds(out, "  - ");
		ep_json_quote(out, baseline->value.v[i]);
		ep_buf_addc(out, '\n');
	}
	ep_edit_text(out, "reason", baseline->said.reason);
	ep_edit_text(out, "approver", baseline->said.approver);
	ep_edit_day(out, "approved", baseline->said.approved);
	if (baseline->said.expires)
		ep_edit_day(out, "expires", baseline->said.expires - 1);
}

static int judge(const struct ep_baseline *baseline, int64_t now,
		 struct ep_err *err)
{
	const char *wrong = ep_baseline_wrong(baseline);

	if (wrong)
		return ep_err_set(err, EP_EUSAGE, "%s", wrong);
	if (ep_edit_blank(baseline->tenant) || ep_edit_blank(baseline->name) ||
	    ep_edit_blank(baseline->said.reason) ||
	    ep_edit_blank(baseline->said.approver))
		return ep_err_set(err, EP_EUSAGE, "a baseline needs a "
				  "tenancy, what it is about, a reason and an "
				  "approver");
	if (baseline->said.expires && baseline->said.expires <= now)
		return ep_err_set(err, EP_EUSAGE, "the day on which it "
				  "expires is over already");
	return 0;
}

/* The like of it that is in force; one of them can be the value. */
static int end_others(const struct ep_baselines *known,
		      const struct ep_baseline *baseline, int64_t now,
		      struct ep_err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < known->n; i++)
		if (!known->v[i].said.ended &&
		    ep_baseline_alike(&known->v[i], baseline))
			rc = ep_decision_end(&known->v[i].said, "baseline", now,
					     baseline->said.approver, err);
	return rc;
}

int ep_baseline_approve(const char *folder, const struct ep_baselines *known,
			const struct ep_baseline *baseline, int64_t now,
			char **ret_path, struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf text =
		EP_BUF_INIT(EP_FILE_BYTES_MAX);
	EP_AUTO(ep_buf_release) struct ep_buf label =
		EP_BUF_INIT(4 * EP_TEXT_BYTES_MAX);
	EP_AUTO(ep_buf_release) struct ep_buf name = EP_BUF_INIT(512);
	EP_AUTO_FREE char *path = NULL;
	char print[33], day[EP_TIME_TEXT];
	int rc = judge(baseline, now, err);

	if (rc < 0)
		return rc;
	make_text(&text, baseline);
	ep_baseline_label(baseline, &label);
	ep_fingerprint(baseline->tenant, label.s, text.s, print);
	ep_buf_addf(&name, "%s-%.16s.yaml",
		    ep_time_date(baseline->said.approved, day), print);
	/* First the new one: without either nothing would be watched. */
	rc = ep_edit_create(folder, name.s, &text, &path, err);
	if (rc == 0)
		rc = end_others(known, baseline, now, err);
	if (rc == 0)
		*ret_path = ep_take(&path);
	return rc;
}
