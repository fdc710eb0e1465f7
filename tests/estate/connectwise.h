/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ConnectWise PSA: what the parts of its dialect share.  One instance of the
 * MSP's; a caller is the API member or member whose keys it sends, and may do
 * what the security role of that one may.
 */
#ifndef ES_CONNECTWISE_H
#define ES_CONNECTWISE_H

#include "vendor.h"

struct es_cw_call {
	struct es_req *req;
	struct es_answer *ans;
	const char **parts;	/* after apis/3.0 */
	int nparts;
	const cJSON *psa;	/* "connectwise-psa" of the world */
	const cJSON *role;	/* security role of the caller */
};

void es_cw_handle(struct es_req *req, struct es_answer *ans);
void es_cw_error(struct es_answer *ans, int status, const char *text);
void es_cw_throttle(struct es_answer *ans, const struct es_req *req,
		    int seconds, bool date);
/* Who calls; false with the answer written when nobody may. */
bool es_cw_identify(struct es_cw_call *c);

/* Does the record meet an expression of `conditions`?  *ret_bad is set when
 * it is none that the vendor understands. */
bool es_cw_meets(const cJSON *record, const char *expression, bool *ret_bad);

/* A page of these records, and how many of them there are; the conditions
 * and fields of the request apply.  Take docs. */
void es_cw_list(struct es_cw_call *c, cJSON *docs);
void es_cw_count(struct es_cw_call *c, cJSON *docs);
void es_cw_single(struct es_cw_call *c, cJSON *doc);

/* The resources; false when the path is not theirs. */
bool es_cw_data(struct es_cw_call *c);
/* Writes notes, documents and new tickets; false when the request does not. */
bool es_cw_desk(struct es_cw_call *c);
/* The paths that take a POST. */
bool es_cw_may_post(const char *path);
/* Tickets that were written, beside those of the world. */
void es_cw_written(const struct es_cw_call *c, cJSON *docs);
/* The same for the "notes" or "documents" of a ticket. */
void es_cw_hung(const struct es_cw_call *c, const char *what, int64_t ticket,
		cJSON *docs);
/* Is there such a ticket, of the world or written? */
bool es_cw_ticket(const struct es_cw_call *c, int64_t id);

void es_cw_truth(const struct es_world *w, cJSON *into);
void es_cw_credentials(const struct es_world *w, FILE *out);

#endif
