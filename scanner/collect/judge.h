/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one answer means for its listing, decided in one place: take it, ask
 * again, ask with a new token, or end with this status for this reason.
 */
#ifndef EP_JUDGE_H
#define EP_JUDGE_H

#include <stdbool.h>

#include "base/buf.h"
#include "collect/spec.h"
#include "ext/http.h"
#include "ext/json.h"
#include "ext/ldap.h"
#include "model/coverage.h"

enum ep_verdict {
	EP_VERDICT_TAKE,	/* a 2xx with a body; not yet looked at */
	EP_VERDICT_ABSENT,	/* a status that means "none of it" */
	EP_VERDICT_AGAIN,	/* worth another try */
	EP_VERDICT_THROTTLED,	/* the vendor asks for silence */
	EP_VERDICT_RENEW,	/* 401: one new token may help */
	EP_VERDICT_END
};

struct ep_judgement {
	enum ep_verdict verdict;
	enum ep_coverage_status status;	/* if it ends here; PARTIAL stands for
					 * FAILED while nothing was read */
	char what[256];		/* "answered HTTP 502" */
	char advice[512];	/* as that of coverage */
};

/* credential: the connector's, for the advice; NULL for none. */
void ep_judge_answer(const struct ep_spec_endpoint *endpoint,
		     const struct ep_spec_credential *credential,
		     const struct ep_http_answer *answer,
		     struct ep_judgement *ret);

/* The same for the answer of a directory. */
void ep_judge_ldap(const struct ep_spec_endpoint *endpoint,
		   const struct ep_ldap_answer *answer,
		   struct ep_judgement *ret);

/* A refusal (403) that is none, by the words of limits.throttled: the
 * judgement becomes that of a throttled request. */
void ep_judge_throttled(const struct ep_spec_limits *limits,
			const struct ep_http_answer *answer,
			struct ep_judgement *judged);

/* An error of the server (500) that is a refusal, by the words of
 * limits.denied: the judgement becomes that of a denied request. */
void ep_judge_denied(const struct ep_spec_limits *limits,
		     const struct ep_spec_credential *credential,
		     const struct ep_http_answer *answer,
		     struct ep_judgement *judged);

/* True when the document vouches, as records_absent says, for its missing
 * array being an empty one. */
bool ep_judge_empty(const struct ep_spec_endpoint *endpoint,
		    const struct ep_json *doc);

/* The document of a 2xx: does it say itself that it is no good?  False and
 * what is wrong. */
bool ep_judge_document(const struct ep_spec_endpoint *endpoint,
		       const struct ep_json *doc, char what[256]);

/* Does the answer to a question for rights grant the whole listing?  False
 * and what it says in place of that. */
bool ep_judge_granted(const struct ep_spec_endpoint *endpoint,
		      const struct ep_json *doc, char what[256]);

/* Appends what an error answer says about itself, printable and short, in
 * quotes; nothing when it says nothing. */
void ep_judge_error_text(const struct ep_json *doc, struct ep_buf *out);

#endif
