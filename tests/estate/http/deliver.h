/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sending an answer as its plan says: whole, compressed, cut, dripped,
 * without end, or broken off.
 */
#ifndef ES_DELIVER_H
#define ES_DELIVER_H

#include "estate.h"

struct MHD_Connection;

/* Takes the body over.  Returns what libmicrohttpd wants back. */
int es_deliver(struct MHD_Connection *connection, struct es_answer *ans,
	       const struct es_plan *plan, const volatile int *stopping);

#endif
