/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Running a rule and giving each unit its result.
 */
#include "check/eval.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/str.h"
#include "check/behind.h"
#include "check/eval_query.h"
#include "check/eval_row.h"
#include "ext/crypto.h"
#include "ext/db.h"

void ep_fingerprint(const char *rule, const char *unit, const char *subject,
		    char ret[33])
{
	struct ep_sha256 *sha = ep_sha256_new();
	uint8_t sum[EP_SHA256_BYTES];
	struct ep_buf hex;

	/* With their ends, so that no two triples give the same bytes. */
	ep_sha256_add(sha, rule, strlen(rule) + 1);
	ep_sha256_add(sha, unit, strlen(unit) + 1);
	ep_sha256_add(sha, subject, strlen(subject) + 1);
	ep_sha256_end(sha, sum);
	ep_buf_init(&hex, 33);
	ep_str_hex(&hex, sum, 16);
	memcpy(ret, hex.s, 33);
	ep_buf_release(&hex);
}

/* --- running ------------------------------------------------------------ */

static int count_population(struct ep_eval *eval,
			    const struct ep_eval_rows *rows,
			    struct ep_queries *q, struct ep_err *err)
{
	bool row;
	int rc = 0;

	while (rc == 0) {
		rc = ep_db_step(q->population.stmt, &row, err);
		if (rc < 0 || !row)
			break;
		rc = ep_eval_population(eval, rows, &q->population, err);
	}
	return rc < 0 ? ep_err_context(err, "population") : 0;
}

static int find_violations(struct ep_eval *eval,
			   const struct ep_eval_rows *rows,
			   struct ep_queries *q, struct ep_err *err)
{
	bool row;
	int rc = 0;

	while (rc == 0) {
		rc = ep_db_step(q->violations.stmt, &row, err);
		if (rc < 0 || !row)
			break;
		rc = ep_eval_violation(eval, rows, &q->violations, err);
	}
	return rc < 0 ? ep_err_context(err, "violations") : 0;
}

static void set_error(struct ep_eval *eval, const struct ep_err *err)
{
	eval->error = true;
	eval->message = ep_strdup(err->msg);
}

static int run_rule(const struct ep_eval_context *ctx, struct ep_eval *eval,
		    struct ep_err *err)
{
	struct ep_err wrong = EP_ERR_INIT;
	struct ep_eval_rows rows;
	struct ep_queries q;
	int rc = ep_queries_open(ctx, eval->rule, &q, &wrong);

	if (rc == 0) {
		ep_eval_rows_init(&rows, eval);
		if (!ctx->wish)
			rc = count_population(eval, &rows, &q, &wrong);
		if (rc == 0)
			rc = find_violations(eval, &rows, &q, &wrong);
		ep_eval_rows_release(&rows);
	}
	if (rc < 0)
		set_error(eval, &wrong);
	return ep_queries_close(ctx, eval->rule, &q, err);
}

/* --- order -------------------------------------------------------------- */

static int compare_text(const char *a, const char *b)
{
	if (!a || !b)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

static int compare_violations(const void *a, const void *b)
{
	const struct ep_violation *x = a;
	const struct ep_violation *y = b;
	int d = (x->unit > y->unit) - (x->unit < y->unit);

	if (d == 0)
		d = strcmp(x->subject, y->subject);
	if (d == 0)
		d = compare_text(x->seen, y->seen);
	if (d == 0)
		d = compare_text(x->evidence, y->evidence);
	return d;
}

static void violation_clear(struct ep_violation *v)
{
	ep_free(v->subject);
	ep_free(v->name);
	ep_free(v->seen);
	ep_free(v->wanted);
	ep_free(v->evidence);
}

/* A further row of a subject; what says the same once more is dropped. */
static void keep_twin(struct ep_eval *eval, struct ep_violation *first,
		      struct ep_violation *v)
{
	const struct ep_violation *last =
		first->twins ? &eval->twin.v[eval->twin.n - 1] : first;

	if (ep_str_eq(last->seen, v->seen) &&
	    ep_str_eq(last->evidence, v->evidence)) {
		violation_clear(v);
		return;
	}
	if (first->twins++ == 0)
		first->twin = eval->twin.n;
	EP_VEC_ADD(&eval->twin) = *v;
}

/* One finding per subject: the first in the order above stands for all, so
 * that the choice does not depend on SQLite's. */
static void sort_violations(struct ep_eval *eval)
{
	size_t kept = 0;

	if (eval->violation.n == 0)
		return;
	qsort(eval->violation.v, eval->violation.n,
	      sizeof(*eval->violation.v), compare_violations);
	for (size_t i = 0; i < eval->violation.n; i++) {
		struct ep_violation *v = &eval->violation.v[i];
		struct ep_violation *last =
			kept ? &eval->violation.v[kept - 1] : NULL;

		if (last && last->unit == v->unit &&
		    ep_str_eq(last->subject, v->subject))
			keep_twin(eval, last, v);
		else
			eval->violation.v[kept++] = *v;
	}
	eval->violation.n = kept;
}

/* --- results ------------------------------------------------------------ */

static void apply_waivers(const struct ep_eval_context *ctx,
			  struct ep_eval *eval)
{
	for (size_t i = 0; i < eval->violation.n; i++) {
		struct ep_violation *v = &eval->violation.v[i];
		struct ep_outcome *out = &eval->outcome.v[v->unit];

		ep_fingerprint(eval->rule->id, out->unit.uid, v->subject,
			       v->fingerprint);
		v->waiver = ep_waivers_match(ctx->waivers, eval->rule->id,
					     &out->unit, v->subject,
					     v->fingerprint, ctx->now);
		v->waived = v->waiver &&
			    ep_waiver_in_force(v->waiver, ctx->now);
		if (v->waived) {
			out->waived++;
			continue;
		}
		out->violations++;
		out->expired += v->waiver != NULL;
	}
}

static enum ep_result result_of(const struct ep_outcome *out)
{
	if (out->violations)
		return EP_RESULT_FAIL;
	if (!out->decided)
		return EP_RESULT_UNDECIDED;
	if (out->waived)
		return EP_RESULT_WAIVED;
	if (out->population == 0)
		return EP_RESULT_EMPTY;
	return EP_RESULT_PASS;
}

static void say_reason(struct ep_outcome *out,
		       const struct ep_gate_verdict *verdict)
{
	struct ep_buf reason;

	ep_buf_init(&reason, 2 * EP_GATE_TEXT_MAX);
	if (out->expired)
		ep_buf_addf(&reason, "%lld waived until the waiver expired",
			    (long long)out->expired);
	if (!out->decided)
		ep_buf_addf(&reason, "%s%s%s", reason.len ? "; " : "",
			    out->violations || out->waived
				    ? "also not everything could be read: "
				    : "", verdict->reason.s);
	out->reason = reason.len ? ep_buf_take(&reason) : NULL;
	ep_buf_release(&reason);
	if (verdict->advice.len)
		out->advice = ep_strdup(verdict->advice.s);
}

static void add_why_not(const struct ep_eval *eval,
			const struct ep_outcome *out, struct ep_buf *reason)
{
	if (out->unit.tenancy) {
		ep_buf_adds(reason, "its settings say that this does not apply "
				    "to it");
		return;
	}
	ep_buf_adds(reason, "has no tenancy of ");
	for (size_t i = 0; i < eval->rule->systems.n; i++)
		ep_buf_addf(reason, "%s%s", i ? ", " : "",
			    eval->rule->systems.v[i]);
}

static void conclude(struct ep_eval *eval, struct ep_gate *gate,
		     struct ep_outcome *out)
{
	struct ep_gate_verdict verdict;

	if (!out->applies) {
		struct ep_buf reason;

		ep_buf_init(&reason, EP_GATE_TEXT_MAX);
		add_why_not(eval, out, &reason);
		out->reason = ep_buf_take(&reason);
		out->result = EP_RESULT_NOT_APPLICABLE;
		out->decided = true;
		return;
	}
	ep_gate_judge(gate, &out->unit, &verdict);
	if (eval->error)
		ep_gate_object(&verdict, "exitproof rule lint", "the rule "
			       "failed: %s", eval->message);
	ep_gate_finish(&verdict);
	out->decided = verdict.bad == 0;
	say_reason(out, &verdict);
	out->result = result_of(out);
	ep_gate_verdict_release(&verdict);
}

/* Any of its rows keeps a finding there. */
static bool is_read(const struct ep_eval *eval, const struct ep_behind *behind,
		    const struct ep_violation *v)
{
	bool read = ep_behind_read(behind, v->subject, v->evidence);

	for (size_t i = 0; !read && i < v->twins; i++) {
		const struct ep_violation *twin = &eval->twin.v[v->twin + i];

		read = ep_behind_read(behind, twin->subject, twin->evidence);
	}
	return read;
}

/* Rows of what was not read tonight are those of the last night that did. */
static void mark_read(struct ep_eval *eval, const struct ep_gate *gate)
{
	struct ep_behind behind = { 0 };

	for (size_t i = 0; i < eval->violation.n; i++) {
		struct ep_violation *v = &eval->violation.v[i];
		const struct ep_outcome *out = &eval->outcome.v[v->unit];

		v->read = out->decided;
		if (v->read)
			continue;
		if (behind.unit != &out->unit) {
			ep_behind_release(&behind);
			ep_behind_init(&behind, gate, &out->unit);
		}
		v->read = is_read(eval, &behind, v);
	}
	ep_behind_release(&behind);
}

static void conclude_all(const struct ep_eval_context *ctx,
			 struct ep_eval *eval)
{
	const struct ep_eval_wish *wish = ctx->wish;
	struct ep_gate gate;

	ep_gate_init(&gate, ctx->fleet, eval->rule,
		     ctx->config->leavers_max_age);
	for (size_t i = 0; i < eval->outcome.n; i++) {
		struct ep_outcome *out = &eval->outcome.v[i];

		if (!wish || wish->wants(wish->to, eval, out))
			conclude(eval, &gate, out);
		else
			out->result = EP_RESULT_UNDECIDED;
	}
	/* Who wishes for some units alone keeps no findings. */
	if (!wish)
		mark_read(eval, &gate);
	ep_gate_release(&gate);
}

static void add_outcomes(const struct ep_eval_context *ctx,
			 struct ep_eval *eval)
{
	struct ep_rule_units units = { 0 };

	ep_gate_units(ctx->fleet, eval->rule, &units);
	for (size_t i = 0; i < units.n; i++)
		EP_VEC_ADD(&eval->outcome) = (struct ep_outcome){
			.unit = units.v[i].unit,
			.applies = units.v[i].applies,
		};
	ep_vec_release(&units);
}

static enum ep_severity severity_of(const struct ep_eval_context *ctx,
				    const struct ep_rule *rule)
{
	const struct ep_rule_setting *set =
		ep_rule_setting(ctx->config, rule->id);
	int severity = set && set->severity
			       ? ep_severity_from_word(set->severity) : -1;

	return severity < 0 ? rule->severity : (enum ep_severity)severity;
}

int ep_eval_rule(const struct ep_eval_context *ctx, const struct ep_rule *rule,
		 struct ep_eval *ret, struct ep_err *err)
{
	int64_t begin = ep_clock_mono_ms();
	int rc;

	*ret = (struct ep_eval){ .rule = rule,
				 .severity = severity_of(ctx, rule) };
	add_outcomes(ctx, ret);
	rc = run_rule(ctx, ret, err);
	if (rc < 0) {
		ep_eval_release(ret);
		return rc;
	}
	sort_violations(ret);
	apply_waivers(ctx, ret);
	conclude_all(ctx, ret);
	ret->ms = ep_clock_mono_ms() - begin;
	return 0;
}

void ep_eval_release(struct ep_eval *eval)
{
	for (size_t i = 0; i < eval->outcome.n; i++) {
		ep_free(eval->outcome.v[i].reason);
		ep_free(eval->outcome.v[i].advice);
	}
	ep_vec_release(&eval->outcome);
	for (size_t i = 0; i < eval->violation.n; i++)
		violation_clear(&eval->violation.v[i]);
	ep_vec_release(&eval->violation);
	for (size_t i = 0; i < eval->twin.n; i++)
		violation_clear(&eval->twin.v[i]);
	ep_vec_release(&eval->twin);
	ep_free(eval->message);
	eval->message = NULL;
}

int ep_eval_compile(const struct ep_eval_context *ctx,
		    const struct ep_rule *rule, struct ep_err *err)
{
	struct ep_err closing = EP_ERR_INIT;
	struct ep_queries q;
	int rc = ep_queries_open(ctx, rule, &q, err);
	int closed = ep_queries_close(ctx, rule, &q, &closing);

	if (rc == 0 && closed < 0) {
		*err = closing;
		rc = closed;
	}
	return rc;
}
