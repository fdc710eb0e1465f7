/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Google's Admin SDK, Licensing and Reseller API: from a request to the list
 * that answers it, with the token's scopes, the rights of the administrator
 * that it acts for, the budgets and the errors.
 */
#include "google.h"

#include <stdlib.h>
#include <string.h>

#include "util/text.h"

void es_go_fail(struct es_answer *ans, int status, const char *domain,
		const char *reason, const char *text)
{
	cJSON *o = cJSON_CreateObject(), *error, *list, *one;

	error = cJSON_AddObjectToObject(o, "error");
	cJSON_AddNumberToObject(error, "code", status);
	cJSON_AddStringToObject(error, "message", text);
	list = cJSON_AddArrayToObject(error, "errors");
	one = cJSON_CreateObject();
	cJSON_AddStringToObject(one, "message", text);
	cJSON_AddStringToObject(one, "domain", domain);
	cJSON_AddStringToObject(one, "reason", reason);
	cJSON_AddItemToArray(list, one);
	if (status == 403)
		cJSON_AddStringToObject(error, "status", "PERMISSION_DENIED");
	es_answer_json(ans, status, o);
}

static const char *reason_of(int status)
{
	switch (status) {
	case 400:
		return "invalid";
	case 401:
		return "authError";
	case 403:
		return "forbidden";
	case 404:
		return "notFound";
	case 429:
		return "rateLimitExceeded";
	default:
		return "backendError";
	}
}

void es_go_error(struct es_answer *ans, int status, const char *text)
{
	es_go_fail(ans, status, "global", reason_of(status),
		   text ? text : "Resource Not Found");
}

/* Too many requests of a project are a 403, those of a customer a 429; no
 * header tells how long to wait. */
void es_go_throttle(struct es_answer *ans, const struct es_req *req,
		    int seconds, bool date)
{
	(void)req;
	(void)seconds;
	if (date)
		es_go_fail(ans, 429, "usageLimits", "rateLimitExceeded",
			   "Rate Limit Exceeded");
	else
		es_go_fail(ans, 403, "usageLimits", "userRateLimitExceeded",
			   "User Rate Limit Exceeded");
}

static bool may(const struct es_go_call *c, const char *scopes)
{
	while (*scopes) {
		size_t n = strcspn(scopes, "|");

		if (c->may & es_go_scope(scopes, n))
			return true;
		scopes += n + (scopes[n] == '|');
	}
	es_go_fail(c->ans, 403, "global", "insufficientPermissions",
		   "Request had insufficient authentication scopes.");
	return false;
}

static bool is_admin(const struct es_go_call *c, bool super)
{
	if (es_true(c->subject, "isAdmin", false) ||
	    (!super && es_true(c->subject, "isDelegatedAdmin", false)))
		return true;
	es_go_fail(c->ans, 403, "global", "forbidden",
		   "Not Authorized to access this resource/api");
	return false;
}

static bool admit(struct es_go_call *c)
{
	const cJSON *rate = es_at(c->req->world->doc, "google/rate");
	const char *bearer = c->req->authorization;
	int64_t left, wait;
	struct es_token t;

	bearer = strncmp(bearer, "Bearer ", 7) ? "" : bearer + 7;
	if (c->req->twist & ES_TWIST_KILL_TOKEN)
		es_state_revoke(c->req->state, bearer);
	if (!es_state_token(c->req->state, bearer, &t) ||
	    strcmp(t.kind, "google")) {
		es_go_error(c->ans, 401, "Request had invalid authentication "
			    "credentials.");
		return false;
	}
	snprintf(c->req->who, sizeof(c->req->who), "%s", t.client);
	c->may = (unsigned int)strtoul(t.tenant, NULL, 16);
	c->subject = es_go_subject(c->req->world, t.client, &c->own);
	c->tenant = c->own;
	if (!c->subject || es_true(c->subject, "suspended", false)) {
		es_go_error(c->ans, 401, "Invalid Credentials");
		return false;
	}
	if (es_state_spend(c->req->state, "google", es_int(rate, "size", 2400),
			   es_int(rate, "window", 60), &left, &wait))
		return true;
	es_go_throttle(c->ans, c->req, (int)wait, false);
	return false;
}

/* Whether the path fits; the parts under the stars in room. */
static bool path_fits(const char *pattern, const char *const *parts, int n,
		      const char **star)
{
	int i = 0;

	while (*pattern) {
		size_t len = strcspn(++pattern, "/");

		if (i == n)
			return false;
		if (len == 1 && *pattern == '*')
			*star = parts[i];
		else if (strlen(parts[i]) != len ||
			 strncmp(parts[i], pattern, len))
			return false;
		pattern += len;
		i++;
	}
	return i == n;
}

static bool is_own(const struct es_go_call *c, const char *customer)
{
	return customer && (!strcmp(customer, "my_customer") ||
			    !strcmp(customer, es_str(c->own, "id", "")));
}

/* Users go by id or address, groups too. */
static const cJSON *one_of(const struct es_go_call *c, const char *member,
			   const char *key)
{
	const cJSON *i;

	cJSON_ArrayForEach(i, es_get(c->tenant, member))
		if (!strcmp(es_str(i, "id", ""), key) ||
		    !strcmp(es_str(i, "primaryEmail", "?"), key) ||
		    !strcmp(es_str(i, "email", "?"), key))
			return i;
	return NULL;
}

static bool licence_fits(const struct es_go_call *c, const cJSON *rec,
			 const char *product)
{
	const char *of = es_req_arg(c->req, "customerId");

	return !strcmp(es_str(rec, "productId", ""), product) && of &&
	       (is_own(c, of) || !strcmp(of, es_str(c->own, "domain", "")));
}

/* What the query leaves of a list. */
static bool fits(const struct es_go_call *c, const struct es_go_set *set,
		 const cJSON *rec, const char *star)
{
	const char *wanted;

	if (!strcmp(set->member, "licences"))
		return licence_fits(c, rec, star);
	if (!strcmp(set->member, "role_assignments")) {
		wanted = es_req_arg(c->req, "roleId");
		if (wanted && strcmp(es_str(rec, "roleId", ""), wanted))
			return false;
		wanted = es_req_arg(c->req, "userKey");
		return !wanted || !strcmp(es_str(rec, "assignedTo", ""),
					  wanted);
	}
	if (!strcmp(set->member, "subscriptions")) {
		wanted = es_req_arg(c->req, "customerId");
		return !wanted || !strcmp(es_str(rec, "customerId", ""),
					  wanted);
	}
	return true;
}

/* Whose records these are; NULL with an error in the answer. */
static const cJSON *owner_of(struct es_go_call *c, const struct es_go_set *set,
			     const char *star)
{
	const cJSON *from = c->tenant;

	if (!strcmp(set->member, "subscriptions")) {
		from = es_get(c->req->world->doc, "google-reseller");
		if (!strcmp(es_str(from, "id", ""),
			    es_str(c->tenant, "id", "?")))
			return from;
		es_go_error(c->ans, 403, "Not Authorized to access this "
			    "resource/api");
		return NULL;
	}
	if (strstr(set->path, "/customer/*") && !is_own(c, star))
		from = NULL;
	else if (set->customer && !is_own(c, es_req_arg(c->req, "customer")))
		from = NULL;
	else if (strstr(set->path, "/groups/*"))
		from = one_of(c, "groups", star);
	else if (strstr(set->path, "/users/*"))
		from = one_of(c, "users", star);
	if (!from && set->customer)
		es_go_fail(c->ans, 400, "global", "badRequest",
			   "Bad Request");
	else if (!from)
		es_go_error(c->ans, 404, "Resource Not Found: userKey");
	return from;
}

static void answer_set(struct es_go_call *c, const struct es_go_set *set,
		       const char *star)
{
	const char *deleted = es_req_arg(c->req, "showDeleted");
	const char *member = set->member;
	struct es_list list = ES_LIST_INIT;
	const cJSON *from, *i;

	if (!may(c, set->scopes) || !is_admin(c, set->super))
		return;
	from = owner_of(c, set, star);
	if (!from)
		return;
	if (!strcmp(member, "users") && deleted && !strcmp(deleted, "true"))
		member = "deleted_users";
	cJSON_ArrayForEach(i, es_get(from, member))
		if (fits(c, set, i, star))
			es_list_add(&list, i, from);
	es_go_list(c, set, &list);
	es_list_release(&list);
}

static void answer_customer(struct es_go_call *c, const char *key)
{
	cJSON *o, *address;

	if (!may(c, "admin.directory.customer.readonly") ||
	    !is_admin(c, false))
		return;
	if (!is_own(c, key)) {
		es_go_error(c->ans, 404, "Resource Not Found: customerKey");
		return;
	}
	o = cJSON_CreateObject();
	cJSON_AddStringToObject(o, "kind", "admin#directory#customer");
	cJSON_AddStringToObject(o, "id", es_str(c->tenant, "id", ""));
	cJSON_AddStringToObject(o, "etag", "\"e1\"");
	cJSON_AddStringToObject(o, "customerDomain",
				es_str(c->tenant, "domain", ""));
	cJSON_AddStringToObject(o, "alternateEmail",
				es_str(c->tenant, "alternateEmail", ""));
	cJSON_AddStringToObject(o, "customerCreationTime",
				"2019-01-15T09:00:00.000Z");
	cJSON_AddStringToObject(o, "language", "en");
	cJSON_AddStringToObject(o, "phoneNumber", "CANARY-phone");
	address = cJSON_AddObjectToObject(o, "postalAddress");
	cJSON_AddStringToObject(address, "contactName", "CANARY-contact");
	cJSON_AddStringToObject(address, "organizationName",
				es_str(c->tenant, "name", ""));
	cJSON_AddStringToObject(address, "countryCode", "IE");
	c->ans->rows = 1;
	es_answer_json(c->ans, 200, o);
}

static void route(struct es_go_call *c, const char *const *parts, int n)
{
	const struct es_go_set *s;
	const char *star = "";

	if (path_fits("/admin/directory/v1/customers/*", parts, n, &star)) {
		answer_customer(c, star);
		return;
	}
	for (s = es_go_sets; s->path; s++) {
		if (path_fits(s->path, parts, n, &star)) {
			answer_set(c, s, star);
			return;
		}
	}
	if (n && !strcmp(parts[n - 1], "verificationCodes"))
		c->req->forbidden = "backup-codes";
	es_go_error(c->ans, 404, NULL);
}

static const cJSON *neighbour(const struct es_go_call *c)
{
	const cJSON *t;

	cJSON_ArrayForEach(t, es_go_customers(c->req->world))
		if (t != c->tenant)
			return t;
	return c->tenant;
}

void es_go_handle(struct es_req *req, struct es_answer *ans)
{
	struct es_go_call c = { .req = req, .ans = ans };
	struct es_buf room = ES_BUF_INIT;
	const char *parts[12];
	int n;

	if (!admit(&c))
		return;
	if (req->twist & ES_TWIST_FOREIGN)
		c.tenant = neighbour(&c);
	n = es_req_parts(req->path, &room, parts, 12);
	route(&c, parts, n < 0 ? 0 : n);
	es_buf_release(&room);
}
