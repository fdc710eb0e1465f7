/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far a dataset was read.  There is no way to hand rows to the store
 * without saying, at the end, one of these words; and only COMPLETE ever lets
 * a rule pass.
 */
#ifndef EP_COVERAGE_H
#define EP_COVERAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum ep_coverage_status {
	EP_COVERAGE_COMPLETE,
	EP_COVERAGE_PARTIAL,	/* some of it was read */
	EP_COVERAGE_DENIED,	/* credential, scope or licence refuses */
	EP_COVERAGE_FAILED,	/* nothing usable was read */
	EP_COVERAGE_SKIPPED,	/* never asked: no credential, switched off */
	EP_COVERAGE_HELD	/* read, but empty where it was not: unbelieved */
};

const char *ep_coverage_word(enum ep_coverage_status status);
int ep_coverage_from_word(const char *word);	/* -1 unknown */

struct ep_coverage {
	enum ep_coverage_status status;
	char reason[512];	/* what happened; empty when complete */
	char advice[512];	/* what to do about it */
	long http_status;	/* of the answer that decided, 0 none */
	int64_t pages;
	int64_t rows;		/* records mapped and handed over */
	int64_t total;		/* the source's own count, -1 when unstated */
	int64_t wire_bytes;
	int64_t ms;		/* wire time */
	int64_t waited_ms;	/* budget and server-asked waits */
	int64_t retries;
	int64_t altered;	/* values changed on the way in (J04, J19) */
	int64_t unmapped;	/* enum words not in our lists */
	char unmapped_words[256];	/* the first few, "state=FROZEN" */
	/* A read by changes: what it did not mention is as the reads before
	 * it left it.  The sink sets the last three. */
	bool changes;
	bool bounded;		/* and nobody would have told of a removal */
	int64_t removed;	/* records that the source says are gone */
	int64_t since_run;	/* the read that it goes on from */
	int64_t full_run;	/* the last one that read everything ... */
	int64_t full_at;	/* ... and when that began */
	int64_t captured_at;	/* evidence import: when somebody looked */
	char captured_by[128];
	int64_t started_at;
	int64_t ended_at;
	struct ep_buf page_sha256;	/* 32 bytes a page, in order */
};

void ep_coverage_init(struct ep_coverage *coverage);
void ep_coverage_release(struct ep_coverage *coverage);
/* Sets status, reason and advice unless a worse status is already there
 * (COMPLETE < HELD < PARTIAL < SKIPPED < DENIED < FAILED): the first cause of
 * the worst word is kept. */
void ep_coverage_spoil(struct ep_coverage *coverage,
		       enum ep_coverage_status status, const char *advice,
		       const char *fmt, ...) EP_PRINTF(4, 5);

#endif
