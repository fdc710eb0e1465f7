/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Credentials in use.  What is the same secret towards the same vendor is
 * one object, however many connections name it: one token, one budget.
 * Tokens live in memory only.
 */
#ifndef EP_AUTH_H
#define EP_AUTH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"
#include "collect/spec.h"
#include "collect/vars.h"
#include "model/config.h"
#include "model/coverage.h"

struct ep_engine;
struct ep_listing;

enum ep_auth_state {
	EP_AUTH_IDLE,	/* no token, or one that is about to end */
	EP_AUTH_ASKING,
	EP_AUTH_READY,
	EP_AUTH_BROKEN
};

struct ep_auth {
	struct ep_engine *engine;
	const struct ep_spec *spec;
	const struct ep_spec_credential *credential;
	const struct ep_connection *connection;	/* of the first user */
	const struct ep_config_credential *config;
	char key[65];	/* fingerprint; "" when it cannot even be read */
	enum ep_auth_state state;
	char *token;
	unsigned serial;	/* rises with each token */
	int64_t renew_ms;	/* when the token is too old to be used */
	int64_t asked;
	int64_t tries;
	struct ep_listing *first, *last;	/* wait for the token */
	struct ep_host *host;	/* of the URL that gives them */
	struct ep_auth *next;	/* where it waits for a connection */
	struct ep_coverage broken;	/* status, reason and advice */
	/* What the vendor said with the token about what it may do. */
	struct ep_words granted;
	bool granted_told;
	char *said;	/* who the vendor says that we are, or NULL */
	char *ask;	/* in place of what the connector asks for (granted.ask) */
};

/* The object of a configured credential; one that cannot even be read
 * (secret missing, parameter missing) is BROKEN from the start. */
struct ep_auth *ep_auth_of(struct ep_engine *engine,
			   const struct ep_spec *spec,
			   const struct ep_spec_credential *credential,
			   const struct ep_connection *connection,
			   const struct ep_config_credential *config);
void ep_auth_free(void *p);
/* One of the same credential that asks for these words and is nobody's but
 * the caller's, to free. */
struct ep_auth *ep_auth_like(const struct ep_auth *model, const char *ask);
/* READY: go on.  ASKING: the listing was kept and comes back by itself.
 * BROKEN: end it with auth->broken. */
enum ep_auth_state ep_auth_ready(struct ep_auth *auth,
				 struct ep_listing *listing);
/* The token of that serial was refused: the next one will be asked for. */
void ep_auth_refused(struct ep_auth *auth, unsigned serial);
/* Asks (again) for a token; due from the agenda. */
void ep_auth_ask(struct ep_auth *auth);

/* Name and value of the header that carries it; *ret_name NULL when there
 * is none (kind none, or query: see below).  value is to be wiped. */
int ep_auth_header(const struct ep_auth *auth, struct ep_vars *vars,
		   const char **ret_name, struct ep_buf *value,
		   struct ep_err *err) EP_MUST_CHECK;
/* Appends the query parameter of kind query. */
int ep_auth_query(const struct ep_auth *auth, struct ep_vars *vars,
		  struct ep_buf *url, struct ep_err *err) EP_MUST_CHECK;
/* Blots the token and the secrets out of a text that came from outside. */
void ep_auth_blot(const struct ep_auth *auth, char *text);

/* Fingerprint of what is sent, for the identity of the credential; wipes
 * what it needed. */
int ep_auth_key(const struct ep_spec *spec,
		const struct ep_spec_credential *credential,
		const struct ep_connection *connection,
		const struct ep_config_credential *config, char ret_hex[65],
		struct ep_err *err) EP_MUST_CHECK;
/* Adds the words that the credential asks for (granted.ask). */
int ep_auth_asked(const struct ep_auth *auth, struct ep_words *ret,
		  struct ep_err *err) EP_MUST_CHECK;
/* The body of a token request, to be wiped. */
int ep_auth_body(const struct ep_auth *auth, struct ep_buf *body,
		 struct ep_err *err) EP_MUST_CHECK;

#endif
