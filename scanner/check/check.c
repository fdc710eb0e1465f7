/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One check of one run: people linked, rules evaluated, findings matched,
 * everything kept in one transaction.
 */
#include "check/check.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "check/baseline.h"
#include "check/eval.h"
#include "check/finding.h"
#include "check/people_current.h"
#include "check/record.h"
#include "ext/db.h"
#include "store/store.h"

struct check {
	struct ep_eval_context ctx;
	const struct ep_rules *rules;
	const struct ep_check_options *options;
	struct ep_check_summary *sum;
	struct ep_fleet fleet;
	struct ep_waivers waivers;
	struct ep_baselines baselines;
	struct ep_record rec;
	bool keep;	/* the newest run: results and findings are stored */
};

static bool wanted(const struct check *chk, const struct ep_rule *rule)
{
	return !chk->options->only ||
	       ep_words_has(chk->options->only, rule->id);
}

static const char *disabled(const struct check *chk,
			    const struct ep_rule *rule)
{
	const struct ep_rule_setting *set =
		ep_rule_setting(chk->ctx.config, rule->id);

	if (!set || set->enabled)
		return NULL;
	return set->reason ? set->reason : "disabled in the configuration";
}

/* --- summary ------------------------------------------------------------ */

static void count_eval(struct check *chk, const struct ep_eval *eval)
{
	chk->sum->rules++;
	chk->sum->rules_error += eval->error;
	for (size_t i = 0; i < eval->outcome.n; i++) {
		const struct ep_outcome *out = &eval->outcome.v[i];

		chk->sum->result[out->result]++;
		if (!chk->keep)
			chk->sum->open[eval->severity] += out->violations;
	}
}

static const char *threshold_of(const struct check *chk)
{
	if (chk->options->threshold)
		return chk->options->threshold;
	return chk->ctx.config->threshold ? chk->ctx.config->threshold : "low";
}

/* Undecided beats findings: a night that could not look is no better for
 * having found something too. */
static int set_status(struct check *chk, struct ep_err *err)
{
	int from = ep_severity_from_word(threshold_of(chk));
	struct ep_check_summary *sum = chk->sum;

	if (from < 0)
		return ep_err_set(err, EP_ECONFIG, "threshold: \"%s\" is none "
				  "of info low medium high critical",
				  threshold_of(chk));
	sum->status = 0;
	for (int i = from; i < EP_SEVERITIES; i++)
		if (sum->open[i])
			sum->status = 1;
	if (sum->result[EP_RESULT_UNDECIDED] || sum->rules_error ||
	    sum->datasets_lost)
		sum->status = 2;
	return 0;
}

/* --- rules -------------------------------------------------------------- */

static int keep_eval(struct check *chk, const struct ep_eval *eval,
		     struct ep_err *err)
{
	struct ep_finding_run fr = { .db = chk->rec.db, .run = chk->rec.run,
				     .now = chk->rec.now,
				     .summary = chk->sum };
	int rc = ep_record_rule_text(&chk->rec, chk->rules, eval->rule, err);

	if (rc == 0)
		rc = ep_record_eval(&chk->rec, eval, err);
	if (rc == 0)
		rc = ep_findings_apply(&fr, eval, err);
	return rc;
}

static int check_rule(struct check *chk, const struct ep_rule *rule,
		      struct ep_err *err)
{
	const char *why_not = disabled(chk, rule);
	struct ep_eval eval;
	int rc;

	if (why_not) {
		chk->sum->rules_disabled++;
		if (!chk->keep)
			return 0;
		rc = ep_record_rule_text(&chk->rec, chk->rules, rule, err);
		return rc < 0 ? rc : ep_record_disabled(&chk->rec, rule,
							why_not, err);
	}
	rc = ep_eval_rule(&chk->ctx, rule, &eval, err);
	if (rc < 0)
		return ep_err_context(err, "rule %s", rule->id);
	count_eval(chk, &eval);
	if (chk->keep)
		rc = keep_eval(chk, &eval, err);
	ep_eval_release(&eval);
	return rc;
}

static int check_rules(struct check *chk, struct ep_err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < chk->rules->rule.n; i++)
		if (wanted(chk, chk->rules->rule.v[i]))
			rc = check_rule(chk, chk->rules->rule.v[i], err);
	if (rc == 0 && chk->sum->rules == 0)
		rc = ep_err_set(err, EP_ECONFIG, "no rule was checked: %s",
				chk->sum->rules_disabled
					? "all are disabled"
					: "there is none of that name");
	return rc;
}

/* --- waivers ------------------------------------------------------------ */

static int note_waiver(struct check *chk, const struct ep_waiver *waiver,
		       struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf text;
	char day[EP_TIME_TEXT];
	bool ended = waiver->said.ended && chk->ctx.now >= waiver->said.ended;
	bool expired = ended || chk->ctx.now >= waiver->said.expires;

	ep_buf_init(&text, EP_ERR_MSG_MAX);
	if (!expired && waiver->hits)
		return 0;
	/* Somebody took it back and what it was about is gone: a record. */
	if (waiver->said.ended && !waiver->hits)
		return 0;
	ep_buf_addf(&text, "%s:%d: waiver by %s for %s", waiver->said.file,
		    waiver->said.line, waiver->said.approver, waiver->place);
	if (ended)
		ep_buf_addf(&text, " was ended by %s on %s", waiver->said.ended_by,
			    ep_time_date(waiver->said.ended, day));
	else if (expired)
		ep_buf_addf(&text, " expired on %s",
			    ep_time_date(waiver->said.expires - 1, day));
	if (!waiver->hits)
		ep_buf_adds(&text, expired ? " and matches nothing"
					   : " matches nothing");
	return ep_record_note(&chk->rec,
			      waiver->hits ? "waiver_expired"
					   : "waiver_unused",
			      waiver->rule, waiver->place, text.s, err);
}

static int note_waivers(struct check *chk, struct ep_err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < chk->waivers.n; i++)
		rc = note_waiver(chk, &chk->waivers.v[i], err);
	return rc;
}

/* --- the whole ---------------------------------------------------------- */

static int finish(struct check *chk, struct ep_err *err)
{
	struct ep_finding_run fr = { .db = chk->rec.db, .run = chk->rec.run,
				     .now = chk->rec.now,
				     .summary = chk->sum };
	bool whole = chk->options->only == NULL;
	int rc = 0;

	if (!chk->keep)
		return set_status(chk, err);
	if (whole)
		rc = note_waivers(chk, err);
	if (rc == 0 && whole)
		rc = ep_findings_leave(&fr, err);
	if (rc == 0 && whole)
		rc = ep_record_close_others(&chk->rec, err);
	if (rc == 0)
		rc = ep_findings_count(&fr, err);
	if (rc == 0)
		rc = set_status(chk, err);
	if (rc == 0)
		rc = ep_record_summary(&chk->rec, chk->rules,
				       threshold_of(chk), chk->sum, err);
	return rc;
}

/* Who has left is no place where something could be left. */
static bool has_place(const struct ep_fleet *fleet)
{
	for (size_t i = 0; i < fleet->tenancy.n; i++)
		if (!ep_str_eq(fleet->tenancy.v[i]->system, "register"))
			return true;
	return false;
}

static int check_all(struct check *chk, struct ep_err *err)
{
	const struct ep_baselines *given = chk->options->baselines;
	int rc = ep_people_refresh(chk->ctx.store, chk->ctx.config, err);

	if (rc == 0)
		rc = ep_baseline_fill(chk->rec.db,
				      given ? given : &chk->baselines,
				      chk->ctx.now, err);
	if (rc == 0)
		rc = ep_fleet_load(chk->rec.db, &chk->fleet, err);
	if (rc < 0)
		return rc;
	chk->sum->units = (int64_t)chk->fleet.tenancy.n;
	chk->sum->datasets = chk->fleet.datasets;
	chk->sum->datasets_bad = chk->fleet.bad;
	chk->sum->datasets_lost = chk->fleet.lost;
	if (!has_place(&chk->fleet))
		return ep_err_set(err, EP_ECONFIG, "no tenancy is known, so "
				  "nothing was checked: configure a "
				  "connection and collect");
	if (chk->keep)
		rc = ep_record_begin(&chk->rec, err);
	if (rc == 0)
		rc = check_rules(chk, err);
	return rc < 0 ? rc : finish(chk, err);
}

static int newest_checked(struct ep_db *db, int64_t *ret, struct ep_err *err)
{
	return ep_db_one_int(db, "SELECT coalesce(max(run), 0) FROM "
			     "check_run", ret, err);
}

static int check_inside(struct check *chk, struct ep_err *err)
{
	int64_t newest = 0;
	int rc = ep_db_begin(chk->rec.db, err);

	if (rc < 0)
		return rc;
	rc = ep_check_schema(chk->rec.db, err);
	if (rc == 0)
		rc = newest_checked(chk->rec.db, &newest, err);
	if (rc == 0) {
		chk->keep = chk->rec.run >= newest;
		rc = check_all(chk, err);
	}
	if (rc == 0 && chk->keep)
		rc = ep_db_commit(chk->rec.db, err);
	/* Also what was only computed: the links of an older night are not
	 * tonight's. */
	if (rc < 0 || !chk->keep)
		ep_db_rollback(chk->rec.db);
	ep_fleet_release(&chk->fleet);
	return rc;
}

static void load_decisions(struct check *chk, const struct ep_config *config,
			   struct ep_diag *diag)
{
	ep_baselines_load(&chk->baselines, config->baselines, diag);
	ep_waivers_load(&chk->waivers, config->waivers, diag);
	for (size_t i = 0; i < chk->waivers.n; i++)
		if (!ep_rules_find(chk->rules, chk->waivers.v[i].rule))
			ep_diag_add(diag, chk->waivers.v[i].said.file,
				    chk->waivers.v[i].said.line, 1, "there is no "
				    "rule \"%s\"", chk->waivers.v[i].rule);
}

int ep_check_run(struct ep_store *store, const struct ep_config *config,
		 const struct ep_rules *rules,
		 const struct ep_check_options *options,
		 struct ep_check_summary *ret, struct ep_diag *diag,
		 struct ep_err *err)
{
	struct check chk = {
		.ctx = { .store = store, .config = config,
			 .now = options->now, .run = ep_store_run(store) },
		.rules = rules, .options = options, .sum = ret,
		.rec = { .db = ep_store_db(store),
			 .run = ep_store_run(store), .now = options->now },
	};
	size_t before = diag->n + diag->dropped;
	int rc = ep_store_round_before(store, chk.rec.run, &chk.ctx.previous,
				       err);

	*ret = (struct ep_check_summary){ .run = chk.rec.run };
	if (rc < 0)
		return rc;
	if (rules->rule.n == 0)
		return ep_err_set(err, EP_ECONFIG, "no rule at all; nothing "
				  "would be checked");
	chk.ctx.fleet = &chk.fleet;
	chk.ctx.waivers = &chk.waivers;
	load_decisions(&chk, config, diag);
	if (diag->n + diag->dropped != before)
		rc = ep_err_set(err, EP_ECONFIG, "the waivers or baselines "
				"are wrong");
	else
		rc = check_inside(&chk, err);
	ep_waivers_release(&chk.waivers);
	ep_baselines_release(&chk.baselines);
	return rc;
}

int ep_check_lint(struct ep_store *store, const struct ep_rules *rules,
		  struct ep_diag *diag, struct ep_err *err)
{
	static const struct ep_config none;
	struct ep_eval_context ctx = { .store = store, .config = &none };
	int rc = ep_baseline_schema(ep_store_db(store), err);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < rules->rule.n; i++) {
		const struct ep_rule *rule = rules->rule.v[i];
		struct ep_err wrong = EP_ERR_INIT;

		if (ep_eval_compile(&ctx, rule, &wrong) < 0)
			ep_diag_add(diag, rule->file, rule->population_line,
				    1, "%s", wrong.msg);
	}
	return 0;
}
