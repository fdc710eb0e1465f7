/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control port's requests: change the night, add a fault, reset, read
 * counts, journal and the truth.
 */
#ifndef ES_CONTROL_H
#define ES_CONTROL_H

#include "estate.h"

/* POST /night?n=2, POST /fault (query parameters, or YAML as the body),
 * POST /faults/clear, POST /reset, GET /night, GET /counts, GET /journal,
 * GET /truth. */
void es_control(struct es_estate *e, const struct es_in *in,
		struct es_answer *ans);

#endif
