/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Autotask: what the parts of its dialect share.  One database holds all
 * companies; everything is a query with a filter, and three headers prove
 * who asks.
 */
#ifndef ES_AUTOTASK_H
#define ES_AUTOTASK_H

#include "vendor.h"

void es_at_handle(struct es_req *req, struct es_answer *ans);
void es_at_error(struct es_answer *ans, int status, const char *text);
void es_at_throttle(struct es_answer *ans, const struct es_req *req,
		    int seconds, bool date);

/* All records of an entity, those of companies with their companyID; NULL
 * when there is no such entity. */
cJSON *es_at_records(const cJSON *world, const char *entity);
/* Notes, attachments and tickets that were written, appended to the records
 * of an entity; *records may be NULL. */
void es_at_written(struct es_req *req, const char *entity, cJSON **records);
/* What may be written, and the picklists that are read for it; false when
 * the path is not theirs. */
bool es_at_desk(struct es_req *req, struct es_answer *ans, const cJSON *user,
		const char **parts, int n);
bool es_at_may_post(const char *path);
/* Whether the record passes the filter; false in *ret_known when the filter
 * names a field that is in no record, or an operator that is not known. */
bool es_at_matches(const cJSON *filter, const cJSON *record, bool *ret_known);

void es_at_truth(const struct es_world *w, cJSON *into);
void es_at_credentials(const struct es_world *w, FILE *out);

#endif
