/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Microsoft Graph: what the parts of its dialect share.  A token belongs to
 * one tenancy and one application; every path is the same for all tenancies.
 */
#ifndef ES_ENTRA_H
#define ES_ENTRA_H

#include "vendor.h"
#include "world/list.h"

/* One collection: where it is, what a record has that says nothing. */
struct es_en_set {
	const char *path;	/* below /v1.0 */
	const char *member;	/* of the tenant in the world, or of entra */
	const char *type;	/* @odata.type, sent where objects mix */
	const char *defaults;	/* JSON: all members and their quiet values */
	const char *always;	/* sent without $select; NULL: all */
	const char *rare;	/* may be selected, absent in most records */
	const char *expand;	/* the one member that $expand takes */
	const char *permission;	/* any of these, with | between */
	int size;		/* of a page without $top; 0: not paged */
	int size_max;
	const char *plan;	/* NULL, or what has to be bought: "p1" "p2"
				 * "intune" */
	bool global;		/* in the world's entra, not in a tenant */
	bool report;		/* five requests in ten seconds */
};

struct es_en_call {
	struct es_req *req;
	struct es_answer *ans;
	const cJSON *tenant;	/* whose data is served */
	const cJSON *app;	/* the application that asks */
	const struct es_en_set *set;
	char client[ES_NAME_MAX];
};

extern const struct es_en_set es_en_sets[];	/* ends with path NULL */
const struct es_en_set *es_en_set_of(const char *member);

void es_en_login_handle(struct es_req *req, struct es_answer *ans);
bool es_en_login_may_post(const char *path);
void es_en_handle(struct es_req *req, struct es_answer *ans);
void es_en_error(struct es_answer *ans, int status, const char *text);
void es_en_fail(struct es_answer *ans, int status, const char *code,
		const char *text);
void es_en_throttle(struct es_answer *ans, const struct es_req *req,
		    int seconds, bool date);

/* Whether the application has one of the permissions, and the tenancy the
 * plan. */
bool es_en_may(const struct es_en_call *c, const char *permissions);
bool es_en_has_plan(const cJSON *tenant, const char *plan);

/* What changed in c->set since a link was given. */
void es_en_delta(struct es_en_call *c);
/* One answer of a listing; put writes a record. */
void es_en_list(struct es_en_call *c, const struct es_list *list,
		es_put_fn *put);
/* Answers 400 and returns false when $select or $expand name something that
 * records of the set do not have. */
bool es_en_query_fits(struct es_en_call *c, const struct es_en_set *set);
/* Whether the comma separated names have this one. */
bool es_en_names(const char *names, const char *name);

/* A record of the set as $select and $expand want it. */
cJSON *es_en_object(struct es_en_call *c, const struct es_en_set *set,
		    const cJSON *rec, const char *select);
/* The directory object with that id as one among others; NULL: there is
 * none.  *ret_rec is its record. */
cJSON *es_en_reference(struct es_en_call *c, const char *id,
		       const char *select, const cJSON **ret_rec);
/* /groups/{id}/members and the like; false when the path is not of them. */
bool es_en_nested(struct es_en_call *c, const char **parts, int nparts);

/* A token as it is handed out, and the part of it that the state knows. */
void es_en_token_text(struct es_buf *out, const cJSON *tenant,
		      const cJSON *app, const char *opaque);
const char *es_en_token_opaque(const char *token);

const cJSON *es_en_tenants(const struct es_world *w);
void es_en_truth(const struct es_world *w, cJSON *into);
void es_en_credentials(const struct es_world *w, FILE *out);

#endif
