/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the engine needs of a network: send, wait, count, and a clock that
 * runs with it.  In the program it is the HTTP door and, once a directory is
 * asked, the LDAP door; tests put a script and a clock of their own behind
 * it.
 */
#ifndef EP_TRANSPORT_H
#define EP_TRANSPORT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "ext/http.h"
#include "ext/ldap.h"
#include "model/config.h"

struct ep_ledger;

struct ep_transport {
	void *to;
	/* As ep_http_submit: refusals come back, done is called otherwise. */
	int (*submit)(void *to, const struct ep_http_request *request,
		      struct ep_err *err);
	/* As ep_ldap_submit; NULL: there is no way to a directory. */
	int (*search)(void *to, const struct ep_ldap_search *search,
		      struct ep_err *err);
	size_t (*running)(void *to);
	/* Drives transfers; waits at most timeout_ms, also when none runs. */
	int (*poll)(void *to, int timeout_ms, struct ep_err *err);
	/* Case-insensitive; NULL when absent. */
	const char *(*header)(const struct ep_http_answer *answer,
			      const char *name);
	int64_t (*now_ms)(void *to);	/* never jumps */
	/* What other processes spend counts, too; NULL: nobody else does. */
	struct ep_ledger *ledger;
};

/* The doors behind a transport of the program. */
struct ep_network {
	struct ep_http *http;
	struct ep_ldap *ldap;	/* opened when first needed */
	const struct ep_config *config;
	struct ep_ledger *ledger;	/* NULL: alone says why */
	char alone[EP_ERR_MSG_MAX];
};

/* Joins the ledger of the configuration; without one it counts alone. */
void ep_network_init(struct ep_network *network, struct ep_http *http,
		     const struct ep_config *config);
/* Ends searches that are under way; the HTTP door is the caller's. */
void ep_network_release(struct ep_network *network);
/* Why it counts alone; NULL while others' requests count, too. */
const char *ep_network_alone(const struct ep_network *network);
void ep_network_transport(struct ep_network *network,
			  struct ep_transport *ret);

#endif
