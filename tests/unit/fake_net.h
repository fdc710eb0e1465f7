/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A network of paper for tests of the collection: a script says what is
 * answered to which request, and time passes only where the engine waits.
 */
#ifndef FAKE_NET_H
#define FAKE_NET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "collect/transport.h"

struct fake_reply {
	/* Path and query of the request; with '*' as last character, its
	 * start.  The first reply that fits and is not used up is taken. */
	const char *to;
	long status;	/* 0: 200 */
	const char *body;
	const char *headers;	/* "Name: value\n..." or NULL */
	enum ep_http_end end;
	int times;	/* 0: as often as asked */
	int64_t ms;	/* until it is there; 0: 10 */
	int64_t date;	/* the server's clock; 0: it does not say */
	const char *needs;	/* value of Authorization that it wants, else
				 * it does not fit */
};

struct fake_net {
	const struct fake_reply *script;	/* ends with to NULL */
	/* In place of the script: what is answered to this path and query;
	 * body, when there is one, is of ep_alloc and goes over. */
	void (*answer)(void *to, const char *path, struct fake_reply *ret);
	void *answer_to;
	int used[64];
	int64_t now;	/* ms */
	struct fake_flight *first;
	size_t running;
	size_t most;	/* that were ever under way at once */
	size_t requests;
	/* "12000 GET /path?query\n", time of sending in front. */
	struct ep_buf log;
	struct ep_buf bodies;
	int submit_fails;	/* refuse this many */
	bool refuse_tickets;	/* as a door that is not open for them */
	int poll_fails;
};

void fake_net_init(struct fake_net *net, const struct fake_reply *script);
void fake_net_release(struct fake_net *net);
void fake_net_transport(struct fake_net *net, struct ep_transport *ret);
/* How many requests went to exactly that path and query. */
int fake_net_count(const struct fake_net *net, const char *to);

#endif
