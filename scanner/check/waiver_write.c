/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes and ends waivers in YAML.
 */
#include "check/waiver_write.h"

#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "check/eval.h"
#include "ext/json.h"

#define DAY 86400

/* Readable by the group, as the rest of the configuration. */
#define FILE_MODE 0640
#define FOLDER_MODE 0750

static int write_file(const char *path, const struct ep_buf *text,
		      struct ep_err *err)
{
	struct ep_file_out *out = NULL;
	int rc;

	if (text->overflow)
		return ep_err_set(err, EP_ELIMIT, "%s would be above %d bytes "
				  "(EP_FILE_BYTES_MAX)", path,
				  EP_FILE_BYTES_MAX);
	rc = ep_file_out_open(path, FILE_MODE, &out, err);
	if (rc == 0)
		rc = ep_file_out_write(out, text->s, text->len, err);
	if (rc < 0) {
		ep_file_out_abort(out);
		return rc;
	}
	return ep_file_out_commit(out, err);
}

/* --- add ------------------------------------------------------------------ */

static bool alike(const struct ep_waiver *a, const struct ep_waiver *b)
{
	return ep_str_eq(a->rule, b->rule) && ep_str_eq(a->place, b->place) &&
	       a->customer == b->customer &&
	       ep_str_eq(a->subject, b->subject);
}

static bool blank(const char *s)
{
	return !s || ep_str_trim(ep_str(s)).n == 0;
}

static int judge(const struct ep_waivers *known, const struct ep_waiver *waiver,
		 int64_t now, struct ep_err *err)
{
	char day[EP_TIME_TEXT];

	if (blank(waiver->rule) || blank(waiver->place) ||
	    blank(waiver->subject) || blank(waiver->reason) ||
	    blank(waiver->approver))
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

static void add_text(struct ep_buf *out, const char *key, const char *value)
{
	ep_buf_addf(out, "  %s: ", key);
	ep_json_quote(out, value);
	ep_buf_addc(out, '\n');
}

static void add_day(struct ep_buf *out, const char *key, int64_t t)
{
	char day[EP_TIME_TEXT];

	ep_buf_addf(out, "  %s: %s\n", key, ep_time_date(t, day));
}

static void make_text(struct ep_buf *out, const struct ep_waiver *waiver)
{
	ep_buf_addf(out, "- rule: %s\n", waiver->rule);
	add_text(out, waiver->scope, waiver->place);
	add_text(out, "subject", waiver->subject);
	add_text(out, "reason", waiver->reason);
	add_text(out, "approver", waiver->approver);
	add_day(out, "approved", waiver->approved);
	add_day(out, "expires", waiver->expires - 1);
}

/* Named by what it waives and when that was approved, so that two people who
 * do the same meet. */
static char *make_path(const char *folder, const struct ep_waiver *waiver)
{
	EP_AUTO(ep_buf_release) struct ep_buf name = EP_BUF_INIT(512);
	char print[33], day[EP_TIME_TEXT];

	ep_fingerprint(waiver->rule, waiver->place, waiver->subject, print);
	ep_buf_addf(&name, "%.100s-%s-%.8s.yaml", waiver->rule,
		    ep_time_date(waiver->approved, day), print);
	return ep_file_join(folder, name.s);
}

int ep_waiver_add(const char *folder, const struct ep_waivers *known,
		  const struct ep_waiver *waiver, int64_t now,
		  char **ret_path, struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf text =
		EP_BUF_INIT(EP_FILE_BYTES_MAX);
	EP_AUTO_FREE char *path = NULL;
	int rc = judge(known, waiver, now, err);

	if (rc == 0)
		rc = ep_file_mkdirs(folder, FOLDER_MODE, err);
	if (rc < 0)
		return rc;
	path = make_path(folder, waiver);
	if (access(path, F_OK) == 0)
		return ep_err_set(err, EP_EUSAGE, "%s is there already; take "
				  "back what it says by hand", path);
	make_text(&text, waiver);
	rc = write_file(path, &text, err);
	if (rc == 0)
		*ret_path = ep_take(&path);
	return rc;
}

/* --- end ------------------------------------------------------------------ */

/* The first byte after line n, or NULL. */
static const char *after_line(const char *s, int n)
{
	while (n-- > 0) {
		s = strchr(s, '\n');
		if (!s)
			return NULL;
		s++;
	}
	return s;
}

static void add_end(struct ep_buf *out, const struct ep_waiver *waiver,
		    int64_t now, const char *by_user)
{
	char day[EP_TIME_TEXT];
	int indent = waiver->expires_col - 1;

	ep_buf_addf(out, "%*sended: %s\n%*sended_by: ", indent, "",
		    ep_time_date(now, day), indent, "");
	ep_json_quote(out, by_user);
	ep_buf_addc(out, '\n');
}

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
	const char *at;
	int rc;

	if (waiver->ended)
		return ep_err_set(err, EP_EUSAGE, "%s:%d was ended by %s "
				  "already", waiver->file, waiver->line,
				  waiver->ended_by);
	if (blank(by_user))
		return ep_err_set(err, EP_EUSAGE, "say who ends it");
	rc = ep_file_read(waiver->file, EP_FILE_BYTES_MAX, &before, err);
	if (rc < 0)
		return rc;
	/* A last line without its end gets one. */
	if (before.len && before.s[before.len - 1] != '\n')
		ep_buf_addc(&before, '\n');
	at = after_line(before.s, waiver->expires_line);
	if (!at)
		return ep_err_set(err, EP_EDATA, "%s changed while it was "
				  "read", waiver->file);
	ep_buf_add(&after, before.s, (size_t)(at - before.s));
	add_end(&after, waiver, now, by_user);
	ep_buf_adds(&after, at);
	rc = prove(waiver, &before, &after, now, err);
	return rc < 0 ? rc : write_file(waiver->file, &after, err);
}
