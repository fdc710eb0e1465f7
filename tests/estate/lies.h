/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lies: how a fault changes a request, replaces an answer, or alters the
 * body of a finished one.  Bodies are taken apart and put together again by
 * the shape the vendor gave, so every lie works for every vendor.
 */
#ifndef ES_LIES_H
#define ES_LIES_H

#include "faults.h"
#include "vendor.h"

void es_lie_before(const struct es_hits *hits, struct es_req *req);
/* True: the answer is made and the handler must not run. */
bool es_lie_instead(const struct es_hits *hits, const struct es_vendor *v,
		    const struct es_req *req, struct es_answer *ans);
void es_lie_after(const struct es_hits *hits, struct es_answer *ans);

#endif
