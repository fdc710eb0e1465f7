/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the vendors remember between requests: tokens they issued and rate
 * windows.  Safe to use from several connections at once.  It is emptied by
 * a reset, not by a change of night.
 */
#ifndef ES_STATE_H
#define ES_STATE_H

#include <stdbool.h>
#include <stdint.h>

#define ES_NAME_MAX 96

struct es_token {
	char text[ES_NAME_MAX];
	char kind[32];		/* application: "cloudprint", "partner" */
	char tenant[64];
	char client[ES_NAME_MAX];
	bool refresh;		/* good for the token request only */
	int64_t ends_ms;	/* monotonic */
};

struct es_state;
struct es_desk;

struct es_state *es_state_new(void);
void es_state_free(struct es_state *s);
void es_state_reset(struct es_state *s);

/* What has been written; as old as the state. */
struct es_desk *es_state_desk(struct es_state *s);

/* Remembers t under a fresh opaque text, which is written into t. */
void es_state_issue(struct es_state *s, struct es_token *t, int seconds);
/* A live token; false when unknown, expired or revoked. */
bool es_state_token(struct es_state *s, const char *text,
		    struct es_token *ret);
void es_state_revoke(struct es_state *s, const char *text);
bool es_state_is_revoked(struct es_state *s, const char *text);

/* Takes one request out of the budget `name` of size requests in window
 * seconds.  False when none is left; *ret_wait then is the seconds to wait.
 * size 0 means no limit. */
bool es_state_spend(struct es_state *s, const char *name, int64_t size,
		    int64_t window, int64_t *ret_left, int64_t *ret_wait);

#endif
