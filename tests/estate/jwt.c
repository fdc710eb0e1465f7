/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JWTs that prove who asks for a token: their parts, signature and times.
 */
#include <stdlib.h>
#include <string.h>

#include "key.h"
#include "util/text.h"

#define SKEW_SECONDS 300

static int digit(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz"
				     "0123456789-_";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

static bool decode(const char *s, size_t n, struct es_buf *out)
{
	uint32_t bits = 0;
	int have = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		int d = digit(s[i]);
		char byte;

		if (d < 0)
			return false;
		bits = (bits << 6) | (uint32_t)d;
		have += 6;
		if (have < 8)
			continue;
		have -= 8;
		byte = (char)(bits >> have);
		es_buf_add(out, &byte, 1);
	}
	return true;
}

bool es_jwt_split(const char *text, struct es_jwt *j)
{
	const char *first = strchr(text, '.'), *second;

	second = first ? strchr(first + 1, '.') : NULL;
	if (!second)
		return false;
	j->text = text;
	j->signed_len = (size_t)(second - text);
	if (!decode(text, (size_t)(first - text), &j->head) ||
	    !decode(first + 1, (size_t)(second - first - 1), &j->claims) ||
	    !decode(second + 1, strlen(second + 1), &j->signature))
		return false;
	j->h = cJSON_Parse(es_buf_text(&j->head));
	j->c = cJSON_Parse(es_buf_text(&j->claims));
	return j->h && j->c;
}

void es_jwt_release(struct es_jwt *j)
{
	es_buf_release(&j->head);
	es_buf_release(&j->claims);
	es_buf_release(&j->signature);
	cJSON_Delete(j->h);
	cJSON_Delete(j->c);
}

bool es_jwt_signed(const struct es_jwt *j, const char *name)
{
	return !strcmp(es_str(j->h, "alg", ""), "RS256") &&
	       es_key_verifies(name, j->text, j->signed_len,
			       es_buf_text(&j->signature), j->signature.len);
}

bool es_jwt_timely(const struct es_jwt *j, const struct es_req *req,
		   int64_t seconds_most)
{
	int64_t iat = es_int(j->c, "iat", 0), exp = es_int(j->c, "exp", 0);
	int64_t night = req->world->now_ms / 1000, day = es_clock_ms() / 1000;

	if (exp <= iat || exp > iat + seconds_most)
		return false;
	return llabs(iat - night) <= SKEW_SECONDS ||
	       llabs(iat - day) <= SKEW_SECONDS;
}

bool es_jwt_once(const struct es_jwt *j, struct es_req *req)
{
	char mark[ES_NAME_MAX];

	snprintf(mark, sizeof(mark), "jti:%.40s:%.40s",
		 es_str(j->c, "iss", ""), es_str(j->c, "jti", ""));
	if (!*es_str(j->c, "jti", "") ||
	    es_state_is_revoked(req->state, mark))
		return false;
	es_state_revoke(req->state, mark);
	return true;
}
