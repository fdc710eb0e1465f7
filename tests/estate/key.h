/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RSA keys by name, and JWTs that are signed with them.
 */
#ifndef ES_KEY_H
#define ES_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "util/buf.h"
#include "vendor.h"

/* The private key of that name in PEM. */
bool es_key_pem(const char *name, struct es_buf *out);
bool es_key_verifies(const char *name, const char *data, size_t n,
		     const void *signature, size_t signature_len);
/* A line of `estate credentials` with that key; ends of lines are \n in it. */
void es_key_print(const char *vendor, const char *tenant, const char *app,
		  const char *client, const char *name, FILE *out);

/* A JWT in its parts. */
struct es_jwt {
	struct es_buf head, claims, signature;
	size_t signed_len;
	const char *text;	/* the caller's */
	cJSON *h, *c;
};

#define ES_JWT_INIT { ES_BUF_INIT, ES_BUF_INIT, ES_BUF_INIT, 0, NULL, \
		      NULL, NULL }

bool es_jwt_split(const char *text, struct es_jwt *j);
void es_jwt_release(struct es_jwt *j);
/* Signed with RS256 by the key of that name? */
bool es_jwt_signed(const struct es_jwt *j, const char *name);
/* Made now, at the time of the night or of the day, and good for at most so
 * many seconds? */
bool es_jwt_timely(const struct es_jwt *j, const struct es_req *req,
		   int64_t seconds_most);
/* Its jti is remembered; false when it is missing or came before. */
bool es_jwt_once(const struct es_jwt *j, struct es_req *req);

#endif
