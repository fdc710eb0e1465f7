/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connections that one host gets.  Requests for a token count like all
 * others, and a host that is slow holds back only what is meant for it.
 */
#include "collect/engine.h"

#include <string.h>

#include "base/alloc.h"
#include "collect/auth.h"

#define CONNECTIONS_PER_HOST 8

struct ep_str ep_host_origin(const char *base)
{
	const char *host = strstr(base, "://");
	struct ep_str s;

	host = host ? host + 3 : base;
	s.p = base;
	s.n = (size_t)(host - base) + strcspn(host, "/?#");
	return s;
}

struct ep_host *ep_host_of(struct ep_engine *engine, const char *base)
{
	struct ep_str s = ep_host_origin(base);
	struct ep_host *host = ep_map_getn(&engine->hosts, s.p, s.n);

	if (!host) {
		host = ep_calloc(1, sizeof(*host));
		ep_map_setn(&engine->hosts, s.p, s.n, host);
	}
	return host;
}

bool ep_host_full(const struct ep_engine *engine, const struct ep_host *host)
{
	int64_t max = engine->config->connections_per_host;

	return host->under_way >= (max > 0 ? max : CONNECTIONS_PER_HOST);
}

void ep_host_wait(struct ep_host *host, struct ep_auth *auth)
{
	auth->next = NULL;
	if (host->auth_last)
		host->auth_last->next = auth;
	else
		host->auth_first = auth;
	host->auth_last = auth;
}

static struct ep_auth *take_auth(struct ep_host *host)
{
	struct ep_auth *auth = host->auth_first;

	host->auth_first = auth->next;
	if (!host->auth_first)
		host->auth_last = NULL;
	auth->next = NULL;
	return auth;
}

void ep_host_next(struct ep_engine *engine, struct ep_host *host)
{
	struct ep_lane *lane;

	while (host->auth_first && !ep_host_full(engine, host))
		ep_auth_ask(take_auth(host));
	lane = host->first;
	if (!lane || ep_host_full(engine, host))
		return;
	host->first = lane->next;
	if (!host->first)
		host->last = NULL;
	lane->next = NULL;
	lane->armed = false;
	ep_lane_arm(engine, lane);
}
