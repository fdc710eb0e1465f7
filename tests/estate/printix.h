/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Printix: what its token service, its Cloud Print API and its Partner API
 * share.  A tenant is either written in the world or the n-th generated one.
 */
#ifndef ES_PRINTIX_H
#define ES_PRINTIX_H

#include "vendor.h"
#include "world/list.h"

struct es_px_tenant {
	const cJSON *rec;	/* NULL for a generated tenant */
	int64_t number;		/* of a generated tenant, else -1 */
	char id[40];
	char domain[96];
	char name[96];
};

/* The customer number under which a written tenant's bulk is generated. */
#define ES_PX_BULK_GEN 5000000

/* Applications a tenant can make credentials for; the value is what the
 * token remembers. */
#define ES_PX_CLOUDPRINT "cloudprint"
#define ES_PX_USERS "user_manager"
#define ES_PX_CARDS "card_manager"
#define ES_PX_WORKSTATION "workstation"
#define ES_PX_PARTNER "partner"

/* Everything that answers below /cloudprint/tenants/{id}. */
struct es_px_call {
	struct es_req *req;
	struct es_answer *ans;
	struct es_px_tenant tenant;	/* the one asked for */
	struct es_px_tenant shown;	/* the one served: a fault may swap */
	struct es_token token;
	const char **parts;		/* after the tenant id */
	int nparts;
};

bool es_px_tenant_at(const struct es_world *w, int64_t index,
		     struct es_px_tenant *ret);
int64_t es_px_tenants(const struct es_world *w);
bool es_px_tenant_find(const struct es_world *w, const char *id,
		       struct es_px_tenant *ret);

/* The credential of one application: false when the tenant has none. */
bool es_px_app(const struct es_world *w, const struct es_px_tenant *t,
	       const char *app, char id[ES_NAME_MAX], char secret[ES_NAME_MAX]);

void es_px_api_handle(struct es_req *req, struct es_answer *ans);
void es_px_auth_handle(struct es_req *req, struct es_answer *ans);
bool es_px_auth_may_post(const char *path);

/* Checks the bearer token and the rate budget and adds the headers every
 * answer carries; false: ans holds the refusal. */
bool es_px_admit(struct es_req *req, struct es_answer *ans,
		 struct es_token *ret);
void es_px_error(struct es_answer *ans, int status, const char *text);
void es_px_throttle(struct es_answer *ans, const struct es_req *req,
		    int seconds, bool date);

void es_px_partner_handle(struct es_req *req, struct es_answer *ans,
			  const char **parts, int nparts);
/* The billing counters of a tenant; a fresh object. */
cJSON *es_px_billing(const struct es_world *w, const struct es_px_tenant *t);

/* The datasets; each answers one list or object. */
void es_px_users(struct es_px_call *c);
void es_px_dataset(struct es_px_call *c);
/* A list answer: envelope, records, page object and links. */
void es_px_list(struct es_px_call *c, const char *name,
		const struct es_list *list, es_put_fn *put);
/* {"href": base + path}, path formed like printf. */
cJSON *es_px_link(const struct es_px_call *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

void es_px_truth(const struct es_world *w, cJSON *into);
void es_px_credentials(const struct es_world *w, FILE *out);

#endif
