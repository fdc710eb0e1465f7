/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ConnectWise PSA callers: HTTP basic with company, plus sign and public key
 * as the user, and the GUID of the integration in a header of its own.
 */
#include <string.h>

#include "connectwise.h"

static void base64(struct es_buf *out, const char *text)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = (const unsigned char *)text;
	size_t n = strlen(text), i;

	for (i = 0; i < n; i += 3) {
		unsigned int v = (unsigned int)p[i] << 16;

		if (i + 1 < n)
			v |= (unsigned int)p[i + 1] << 8;
		if (i + 2 < n)
			v |= p[i + 2];
		es_buf_fmt(out, "%c%c%c%c", letters[v >> 18],
			   letters[v >> 12 & 63],
			   i + 1 < n ? letters[v >> 6 & 63] : '=',
			   i + 2 < n ? letters[v & 63] : '=');
	}
}

static bool key_fits(const struct es_cw_call *c, const cJSON *key)
{
	struct es_buf plain = ES_BUF_INIT, want = ES_BUF_INIT;
	bool fits;

	es_buf_fmt(&plain, "%s+%s:%s", es_str(c->psa, "company_id", ""),
		   es_str(key, "public_key", ""),
		   es_str(key, "private_key", ""));
	es_buf_str(&want, "Basic ");
	base64(&want, plain.p);
	fits = !strcmp(want.p, c->req->authorization);
	es_buf_release(&plain);
	es_buf_release(&want);
	return fits;
}

static const cJSON *holder_in(const struct es_cw_call *c, const char *list)
{
	const cJSON *m, *k;

	cJSON_ArrayForEach(m, es_get(c->psa, list))
		cJSON_ArrayForEach(k, es_get(m, "keys"))
			if (key_fits(c, k))
				return m;
	return NULL;
}

static bool client_is_known(const struct es_cw_call *c)
{
	const char *sent = es_req_header(c->req, "clientId");
	const cJSON *id;

	cJSON_ArrayForEach(id, es_get(c->psa, "client_ids"))
		if (cJSON_IsString(id) && !strcmp(id->valuestring, sent))
			return true;
	return false;
}

static const cJSON *role_of(const struct es_cw_call *c, const cJSON *holder)
{
	const cJSON *r;

	cJSON_ArrayForEach(r, es_get(c->psa, "security_roles"))
		if (es_int(r, "id", -1) == es_int(holder, "securityRole", -2))
			return r;
	return NULL;
}

bool es_cw_identify(struct es_cw_call *c)
{
	const char *sent = c->req->authorization;
	const cJSON *holder = holder_in(c, "api_members");

	if (!holder)
		holder = holder_in(c, "members");
	snprintf(c->req->who, sizeof(c->req->who), "key:%s",
		 es_str(holder, "identifier", "?"));
	if (c->req->twist & ES_TWIST_KILL_TOKEN)
		es_state_revoke(c->req->state, sent);
	if (!holder || !client_is_known(c) ||
	    es_true(holder, "inactiveFlag", false) ||
	    es_state_is_revoked(c->req->state, sent)) {
		es_cw_error(c->ans, 401, "Unauthorized. Check the company, "
					 "the keys and the clientId.");
		return false;
	}
	c->role = role_of(c, holder);
	return true;
}
