/* SPDX-License-Identifier: Apache-2.0 */
/* The tree of the current night and access to it; see the header. */
#include "world/world.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/text.h"
#include "world/patch.h"

const cJSON *es_get(const cJSON *o, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(o, key);
}

const char *es_str(const cJSON *o, const char *key, const char *otherwise)
{
	const cJSON *v = es_get(o, key);

	return cJSON_IsString(v) ? v->valuestring : otherwise;
}

int64_t es_int(const cJSON *o, const char *key, int64_t otherwise)
{
	const cJSON *v = es_get(o, key);

	return cJSON_IsNumber(v) ? (int64_t)v->valuedouble : otherwise;
}

bool es_true(const cJSON *o, const char *key, bool otherwise)
{
	const cJSON *v = es_get(o, key);

	return cJSON_IsBool(v) ? cJSON_IsTrue(v) : otherwise;
}

static bool identifies(const cJSON *record, const char *part)
{
	static const char *const keys[] = { "key",	"id",	  "domain",
					    "email",	"name",	  "hostname",
					    "client_id" };
	char number[32];
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const cJSON *v = es_get(record, keys[i]);

		if (cJSON_IsString(v) && !strcmp(v->valuestring, part))
			return true;
		snprintf(number, sizeof(number), "%.0f",
			 cJSON_IsNumber(v) ? v->valuedouble : -1.0);
		if (cJSON_IsNumber(v) && !strcmp(number, part))
			return true;
	}
	return false;
}

static cJSON *step(const cJSON *from, const char *part)
{
	cJSON *i;

	if (cJSON_IsObject(from))
		return cJSON_GetObjectItemCaseSensitive(from, part);
	cJSON_ArrayForEach(i, from) {
		if (cJSON_IsObject(i) && identifies(i, part))
			return i;
		if (cJSON_IsString(i) && !strcmp(i->valuestring, part))
			return i;
	}
	if (*part && strspn(part, "0123456789") == strlen(part))
		return cJSON_GetArrayItem(from, (int)strtol(part, NULL, 10));
	return NULL;
}

cJSON *es_at(const cJSON *from, const char *path)
{
	char part[256];
	cJSON *at = *path ? NULL : (cJSON *)from;

	while (from && *path) {
		size_t n = strcspn(path, "/");

		if (n >= sizeof(part))
			return NULL;
		memcpy(part, path, n);
		part[n] = '\0';
		path += path[n] ? n + 1 : n;
		at = step(from, part);
		from = at;
	}
	return at;
}

/* "now-95d" in any text of the tree becomes the instant it means tonight. */
static void settle_times(cJSON *o, int64_t now_ms)
{
	char iso[ES_TIME_TEXT];
	int64_t ms;
	cJSON *i;

	cJSON_ArrayForEach(i, o) {
		if (cJSON_IsString(i) &&
		    es_time_relative(i->valuestring, now_ms, &ms)) {
			es_time_iso(iso, ms);
			cJSON_SetValuestring(i, iso);
		} else {
			settle_times(i, now_ms);
		}
	}
}

static int night_date(const cJSON *night, int64_t *ret_ms)
{
	const char *date = es_str(night, "date", NULL);

	return date && es_time_parse(date, ret_ms) ? 0 : -1;
}

int es_world_set_night(struct es_world *w, int n, char msg[ES_MSG_MAX])
{
	const cJSON *nights = es_get(w->file, "nights"), *night;
	int i, written = cJSON_GetArraySize(nights);
	cJSON *doc;

	if (n < 1 || (n > written && !w->gen.customers)) {
		snprintf(msg, ES_MSG_MAX, "there is no night %d, the world "
			 "has %d", n, written);
		return -1;
	}
	doc = cJSON_Duplicate(w->file, 1);
	for (i = 1; i <= n && i <= written; i++) {
		night = cJSON_GetArrayItem(nights, i - 1);
		if (es_patch(doc, es_get(night, "changes"), i, msg) ||
		    night_date(night, &w->now_ms)) {
			cJSON_Delete(doc);
			return -1;
		}
	}
	if (n > written)
		w->now_ms += (int64_t)(n - written) * 86400000;
	settle_times(doc, w->now_ms);
	cJSON_Delete(w->doc);
	w->doc = doc;
	w->night = n;
	return 0;
}

static int check_keys(const cJSON *o, const char *const *allowed,
		      const char *where, char msg[ES_MSG_MAX])
{
	const cJSON *i;
	int k;

	cJSON_ArrayForEach(i, o) {
		for (k = 0; allowed[k] && strcmp(allowed[k], i->string); k++)
			;
		if (!allowed[k]) {
			snprintf(msg, ES_MSG_MAX, "%s: unknown key \"%s\"",
				 where, i->string);
			return -1;
		}
	}
	return 0;
}

static int check(struct es_world *w, char msg[ES_MSG_MAX])
{
	static const char *const top[] = { "msp", "customers", "people",
					   "printix", "dnsfilter", "entra",
					   "connectwise-psa",
					   "google", "google-reseller",
					   "halopsa", "autotask",
					   "ninjaone", "okta", "onelogin", "nights",
					   "faults", "generate", "server",
					   NULL };
	static const char *const night[] = { "date", "about", "changes",
					     NULL };
	static const char *const gen[] = { "seed", "customers",
					   "users_per_tenant",
					   "guests_per_tenant",
					   "workstations_per_tenant",
					   "agents_per_org",
					   "local_users_per_org",
					   "churn_permille", NULL };
	const cJSON *nights = es_get(w->file, "nights"), *i;
	int64_t ms;

	if (check_keys(w->file, top, "world", msg) ||
	    check_keys(es_get(w->file, "generate"), gen, "generate", msg))
		return -1;
	if (!cJSON_GetArraySize(nights)) {
		snprintf(msg, ES_MSG_MAX, "world: at least one night is "
			 "needed, with a date");
		return -1;
	}
	cJSON_ArrayForEach(i, nights) {
		if (check_keys(i, night, "nights", msg))
			return -1;
		if (night_date(i, &ms)) {
			snprintf(msg, ES_MSG_MAX, "nights: every night has "
				 "a date such as \"2026-11-17T02:00:00Z\"");
			return -1;
		}
	}
	return 0;
}

static void read_gen(struct es_world *w)
{
	const cJSON *g = es_get(w->file, "generate");

	w->gen.seed = (uint64_t)es_int(g, "seed", 1);
	w->gen.customers = es_int(g, "customers", 0);
	w->gen.users_per_tenant = es_int(g, "users_per_tenant", 0);
	w->gen.guests_per_tenant = es_int(g, "guests_per_tenant", 0);
	w->gen.workstations_per_tenant = es_int(g, "workstations_per_tenant",
						0);
	w->gen.agents_per_org = es_int(g, "agents_per_org", 0);
	w->gen.local_users_per_org = es_int(g, "local_users_per_org", 0);
	w->gen.churn_permille = es_int(g, "churn_permille", 0);
}

int es_world_load(struct es_world *w, const char *path, char msg[ES_MSG_MAX])
{
	memset(w, 0, sizeof(*w));
	w->file = es_yaml_file(path, msg);
	if (!w->file)
		return -1;
	read_gen(w);
	if (check(w, msg) || es_world_set_night(w, 1, msg)) {
		es_world_release(w);
		return -1;
	}
	return 0;
}

void es_world_release(struct es_world *w)
{
	cJSON_Delete(w->file);
	cJSON_Delete(w->doc);
	memset(w, 0, sizeof(*w));
}
