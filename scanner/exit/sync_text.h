/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tickets and notes say about a finding.
 */
#ifndef EP_EXIT_SYNC_TEXT_H
#define EP_EXIT_SYNC_TEXT_H

#include <stdint.h>

#include "base/buf.h"

struct ep_db;

/* round above 1: it came back after its ticket was closed. */
int ep_sync_text_ticket(struct ep_db *db, const char *fingerprint,
			int64_t round, struct ep_buf *title,
			struct ep_buf *text, struct ep_err *err) EP_MUST_CHECK;
/* event: fixed withdrawn came_back waived waiver_ended. */
int ep_sync_text_note(struct ep_db *db, const char *fingerprint, int64_t run,
		      const char *event, struct ep_buf *text,
		      struct ep_err *err) EP_MUST_CHECK;

#endif
