/* SPDX-License-Identifier: Apache-2.0 */
/*
 * May the ticket of an exit be closed?  One word, why, and what is left in
 * which order, short enough for the ticket; and the same in full as a page
 * and as JUnit.
 */
#ifndef EP_EXIT_VERDICT_H
#define EP_EXIT_VERDICT_H

#include "base/buf.h"
#include "exit/exit.h"

/* Lines of the text, whatever is left. */
#define EP_VERDICT_LINES 39

struct ep_verdict {
	const struct ep_exit *exit;
	const struct ep_exit_look *look;
	int64_t run;		/* that read it; 0: one that is not kept */
	int64_t read_at;	/* when it began */
	bool testing;
	/* What the reading itself could not do: a ticket that could not be
	 * asked for, a file with errors.  Each is as good as unknown. */
	struct ep_words unread;
};

/* "Read in run 7 at ", or that no run keeps it. */
void ep_verdict_read_in(const struct ep_verdict *verdict, struct ep_buf *out);

void ep_verdict_release(struct ep_verdict *verdict);

/* 0: safe.  1: not safe.  2: cannot tell, whatever is open besides.  Safe is
 * only what was looked at: an exit without end states is not. */
int ep_verdict_status(const struct ep_verdict *verdict);
/* "SAFE TO CLOSE", "NOT SAFE", "CANNOT TELL", and "NOT SAFE, AND CANNOT TELL
 * ALL". */
const char *ep_verdict_word(const struct ep_verdict *verdict);

/* At most EP_VERDICT_LINES lines. */
void ep_verdict_text(const struct ep_verdict *verdict, struct ep_buf *out);
int ep_verdict_html(const struct ep_verdict *verdict, struct ep_buf *out,
		    struct ep_err *err) EP_MUST_CHECK;
/* One case per end state and place. */
int ep_verdict_junit(const struct ep_verdict *verdict, struct ep_buf *out,
		     struct ep_err *err) EP_MUST_CHECK;

/* Why a listing is not good enough; "" when it is. */
#define EP_VERDICT_REASON 600
void ep_verdict_reason(const struct ep_exit_dataset *set,
		       char ret[EP_VERDICT_REASON]);

/* Equal for equal verdicts, however they were read and when: 64 hexadecimal
 * digits. */
void ep_verdict_digest(const struct ep_verdict *verdict, char ret[65]);

#endif
