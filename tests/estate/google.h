/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Google Workspace: what the parts of its dialect share.  One token service
 * and three hosts; who asks decides which customer answers.
 */
#ifndef ES_GOOGLE_H
#define ES_GOOGLE_H

#include "vendor.h"
#include "world/list.h"

/* One list: where it is, what it needs, what a quiet record has. */
struct es_go_set {
	const char *path;	/* '*' for one part */
	const char *member;	/* of the customer (or of what the path
				 * names) in the world */
	const char *array;	/* member of the answer */
	struct es_shape shape;	/* says the same */
	const char *kind;	/* of the answer */
	const char *record;	/* kind of a record */
	const char *etag;	/* name of a record's etag; NULL: has none */
	const char *scopes;	/* any of these, with | between */
	const char *defaults;	/* JSON: members and their quiet values */
	const char *const *skip;	/* members of the world alone */
	int size;		/* without maxResults; 0: not paged */
	int size_max;
	bool super;		/* needs a super administrator */
	bool customer;		/* needs the parameter customer */
};

struct es_go_call {
	struct es_req *req;
	struct es_answer *ans;
	const cJSON *own;	/* the customer that the subject belongs to */
	const cJSON *tenant;	/* whose data is served */
	const cJSON *subject;	/* the administrator acted for */
	unsigned int may;	/* scopes of the token */
};

extern const struct es_go_set es_go_sets[];	/* ends with path NULL */

/* oauth2.googleapis.com */
void es_go_token_handle(struct es_req *req, struct es_answer *ans);
bool es_go_token_may_post(const char *path);
void es_go_token_error(struct es_answer *ans, int status, const char *text);
/* The bit of a scope without its prefix; 0: none that we know. */
unsigned int es_go_scope(const char *name, size_t n);
/* The user of any customer with this address; *ret_tenant is the customer. */
const cJSON *es_go_subject(const struct es_world *w, const char *address,
			   const cJSON **ret_tenant);

/* The APIs */
void es_go_handle(struct es_req *req, struct es_answer *ans);
void es_go_error(struct es_answer *ans, int status, const char *text);
void es_go_fail(struct es_answer *ans, int status, const char *domain,
		const char *reason, const char *text);
void es_go_throttle(struct es_answer *ans, const struct es_req *req,
		    int seconds, bool date);

/* One answer of a list. */
void es_go_list(struct es_go_call *c, const struct es_go_set *set,
		const struct es_list *list);
/* Cuts the answer down to the parameter fields; false and 400 when that names
 * something wrong. */
bool es_go_fields(struct es_go_call *c, cJSON *answer);

const cJSON *es_go_customers(const struct es_world *w);
void es_go_truth(const struct es_world *w, cJSON *into);
void es_go_reseller_truth(const struct es_world *w, cJSON *into);
void es_go_credentials(const struct es_world *w, FILE *out);

#endif
