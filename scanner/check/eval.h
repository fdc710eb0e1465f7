/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One rule over the whole fleet: its two queries run once, their rows are
 * grouped by unit, and each unit gets its result.
 */
#ifndef EP_EVAL_H
#define EP_EVAL_H

#include <stdbool.h>
#include <stdint.h>

#include "check/gate.h"
#include "check/rule.h"
#include "check/waiver.h"

struct ep_store;

struct ep_violation {
	char fingerprint[33];
	size_t unit;	/* index */
	char *subject;
	char *name;
	char *seen;
	char *wanted;
	char *evidence;	/* JSON object */
	const struct ep_waiver *waiver;	/* in force, or expired */
	bool waived;
	bool read;	/* all that it hangs on, just now */
	size_t twin;	/* index of the first further row of the subject */
	size_t twins;
};

struct ep_outcome {
	struct ep_unit unit;
	bool applies;
	bool decided;	/* what was not seen is not there */
	enum ep_result result;
	int64_t population;
	int64_t violations;	/* not waived */
	int64_t waived;
	int64_t expired;	/* violations whose waiver ran out */
	char *reason;	/* NULL: none */
	char *advice;
};

struct ep_eval {
	const struct ep_rule *rule;
	enum ep_severity severity;
	bool error;		/* the rule itself failed */
	char *message;
	int64_t population;
	int64_t ms;
	EP_VEC(struct ep_outcome) outcome;
	EP_VEC(struct ep_violation) violation;	/* by unit and subject */
	/* What else was returned about a subject: no finding of its own, but
	 * it may tell of another person. */
	EP_VEC(struct ep_violation) twin;
};

struct ep_eval_context {
	struct ep_store *store;
	const struct ep_fleet *fleet;
	const struct ep_config *config;
	struct ep_waivers *waivers;
	int64_t now;
	int64_t run;
	int64_t previous;	/* the round before it, 0 none */
	/* Who wants violations and the gates of some units: nothing is counted,
	 * and a unit that is not wanted is UNDECIDED.  NULL: all of it. */
	const struct ep_eval_wish *wish;
};

struct ep_eval_wish {
	void *to;
	bool (*wants)(void *to, const struct ep_eval *eval,
		      const struct ep_outcome *out);
};

/* Fails only when the store does; whatever is wrong with the rule makes its
 * units UNDECIDED. */
int ep_eval_rule(const struct ep_eval_context *ctx, const struct ep_rule *rule,
		 struct ep_eval *ret, struct ep_err *err) EP_MUST_CHECK;
void ep_eval_release(struct ep_eval *eval);

/* Compiles the two queries under the guard and compares what they read and
 * return with the header; for load-time checks. */
int ep_eval_compile(const struct ep_eval_context *ctx,
		    const struct ep_rule *rule, struct ep_err *err)
	EP_MUST_CHECK;

/* First 16 bytes of SHA-256 over rule, unit and subject, in hex. */
void ep_fingerprint(const char *rule, const char *unit, const char *subject,
		    char ret[33]);

#endif
