/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens and rate windows; see the header. */
#include "state.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "desk.h"
#include "util/alloc.h"
#include "util/text.h"

/* Hash chains: a fleet of 10,000 tenants holds some 30,000 tokens. */
#define CHAINS 4096

struct token_node {
	struct es_token t;
	bool revoked;
	struct token_node *next;
};

struct budget {
	char name[ES_NAME_MAX];
	int64_t start_ms;
	int64_t used;
	struct budget *next;
};

struct es_state {
	struct es_desk *desk;
	pthread_mutex_t lock;
	struct token_node *tokens[CHAINS];
	struct budget *budgets[CHAINS];
};

static size_t chain(const char *s)
{
	return (size_t)(es_hash_str("chain", s) % CHAINS);
}

struct es_state *es_state_new(void)
{
	struct es_state *s = es_alloc(sizeof(*s));

	pthread_mutex_init(&s->lock, NULL);
	s->desk = es_desk_new();
	return s;
}

static void empty(struct es_state *s)
{
	size_t i;

	for (i = 0; i < CHAINS; i++) {
		struct token_node *t;
		struct budget *b;

		while ((t = s->tokens[i])) {
			s->tokens[i] = t->next;
			es_free(t);
		}
		while ((b = s->budgets[i])) {
			s->budgets[i] = b->next;
			es_free(b);
		}
	}
}

void es_state_reset(struct es_state *s)
{
	pthread_mutex_lock(&s->lock);
	empty(s);
	pthread_mutex_unlock(&s->lock);
	es_desk_reset(s->desk);
}

struct es_desk *es_state_desk(struct es_state *s)
{
	return s->desk;
}

void es_state_free(struct es_state *s)
{
	empty(s);
	es_desk_free(s->desk);
	pthread_mutex_destroy(&s->lock);
	es_free(s);
}

static struct token_node *find(struct es_state *s, const char *text)
{
	struct token_node *n = s->tokens[chain(text)];

	while (n && strcmp(n->t.text, text))
		n = n->next;
	return n;
}

static struct token_node *insert(struct es_state *s, const struct es_token *t)
{
	struct token_node *n = es_alloc(sizeof(*n));
	size_t c = chain(t->text);

	n->t = *t;
	n->next = s->tokens[c];
	s->tokens[c] = n;
	return n;
}

void es_state_issue(struct es_state *s, struct es_token *t, int seconds)
{
	char uuid[ES_UUID_TEXT];

	es_uuid_random(uuid);
	snprintf(t->text, sizeof(t->text), "CANARY-%s", uuid);
	t->ends_ms = es_mono_ms() + (int64_t)seconds * 1000;
	pthread_mutex_lock(&s->lock);
	insert(s, t);
	pthread_mutex_unlock(&s->lock);
}

bool es_state_token(struct es_state *s, const char *text,
		    struct es_token *ret)
{
	struct token_node *n;
	bool ok;

	pthread_mutex_lock(&s->lock);
	n = find(s, text);
	ok = n && !n->revoked && n->t.ends_ms > es_mono_ms();
	if (ok)
		*ret = n->t;
	pthread_mutex_unlock(&s->lock);
	return ok;
}

void es_state_revoke(struct es_state *s, const char *text)
{
	struct es_token t = { .text = "" };
	struct token_node *n;

	pthread_mutex_lock(&s->lock);
	n = find(s, text);
	if (!n) {
		snprintf(t.text, sizeof(t.text), "%s", text);
		n = insert(s, &t);
	}
	n->revoked = true;
	pthread_mutex_unlock(&s->lock);
}

bool es_state_is_revoked(struct es_state *s, const char *text)
{
	struct token_node *n;
	bool yes;

	pthread_mutex_lock(&s->lock);
	n = find(s, text);
	yes = n && n->revoked;
	pthread_mutex_unlock(&s->lock);
	return yes;
}

static struct budget *budget_of(struct es_state *s, const char *name)
{
	size_t c = chain(name);
	struct budget *b = s->budgets[c];

	while (b && strcmp(b->name, name))
		b = b->next;
	if (b)
		return b;
	b = es_alloc(sizeof(*b));
	snprintf(b->name, sizeof(b->name), "%s", name);
	b->start_ms = es_mono_ms();
	b->next = s->budgets[c];
	s->budgets[c] = b;
	return b;
}

bool es_state_spend(struct es_state *s, const char *name, int64_t size,
		    int64_t window, int64_t *ret_left, int64_t *ret_wait)
{
	int64_t now = es_mono_ms();
	struct budget *b;
	bool ok = true;

	*ret_left = *ret_wait = 0;
	if (!size)
		return true;
	pthread_mutex_lock(&s->lock);
	b = budget_of(s, name);
	if (now - b->start_ms >= window * 1000) {
		b->start_ms = now;
		b->used = 0;
	}
	if (b->used < size) {
		*ret_left = size - ++b->used;
	} else {
		*ret_wait = (b->start_ms + window * 1000 - now + 999) / 1000;
		ok = false;
	}
	pthread_mutex_unlock(&s->lock);
	return ok;
}
