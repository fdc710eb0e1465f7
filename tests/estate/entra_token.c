/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shape of Microsoft's access tokens: a JWT whose claim `roles` names the
 * permissions that an administrator consented to.  What stands in place of
 * the signature is the opaque text that the state remembers.
 */
#include <stdio.h>
#include <string.h>

#include "entra.h"
#include "util/text.h"

static void add_base64url(struct es_buf *out, const char *s)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmno"
				     "pqrstuvwxyz0123456789-_";
	size_t n = strlen(s), i;

	for (i = 0; i < n; i += 3) {
		size_t have = n - i < 3 ? n - i : 3, k;
		unsigned int bits = 0;

		for (k = 0; k < 3; k++)
			bits = bits << 8 |
			       (k < have ? (unsigned char)s[i + k] : 0);
		for (k = 0; k <= have; k++)
			es_buf_fmt(out, "%c", digits[bits >> (18 - 6 * k) & 63]);
	}
}

static void add_role(cJSON *list, const char *names)
{
	size_t n = strcspn(names, "|");
	const cJSON *r;
	char name[128];

	snprintf(name, sizeof(name), "%.*s", (int)n, names);
	cJSON_ArrayForEach(r, list)
		if (!strcmp(r->valuestring, name))
			return;
	cJSON_AddItemToArray(list, cJSON_CreateString(name));
}

/* Without a list an application has the smallest permission of everything
 * that is simulated.  Only a partner has relationships to read. */
static cJSON *roles_of(const cJSON *tenant, const cJSON *app)
{
	const cJSON *given = es_get(app, "permissions");
	bool partner = es_get(tenant, "gdap_relationships") != NULL;
	cJSON *list;

	if (given)
		return cJSON_Duplicate(given, true);
	list = cJSON_CreateArray();
	for (int i = 0; es_en_sets[i].path; i++) {
		const char *names = es_en_sets[i].permission;

		if (names &&
		    (partner || strncmp(names, "DelegatedAdmin", 14) != 0))
			add_role(list, names);
	}
	/* Of a user's settings, which are no set of their own. */
	add_role(list, "MailboxSettings.Read");
	return list;
}

void es_en_token_text(struct es_buf *out, const cJSON *tenant,
		      const cJSON *app, const char *opaque)
{
	cJSON *o = cJSON_CreateObject(), *roles = roles_of(tenant, app);
	char *text;

	cJSON_AddStringToObject(o, "aud", "https://graph.microsoft.com");
	cJSON_AddStringToObject(o, "appid", es_str(app, "client_id", ""));
	cJSON_AddStringToObject(o, "idtyp", "app");
	cJSON_AddStringToObject(o, "tid", es_str(tenant, "id", ""));
	/* Who was granted nothing has no such claim. */
	if (cJSON_GetArraySize(roles))
		cJSON_AddItemToObject(o, "roles", roles);
	else
		cJSON_Delete(roles);
	text = cJSON_PrintUnformatted(o);
	add_base64url(out, "{\"typ\":\"JWT\",\"alg\":\"RS256\"}");
	es_buf_fmt(out, ".");
	add_base64url(out, text);
	es_buf_fmt(out, ".%s", opaque);
	cJSON_free(text);
	cJSON_Delete(o);
}

const char *es_en_token_opaque(const char *token)
{
	const char *dot = strrchr(token, '.');

	return dot ? dot + 1 : token;
}
