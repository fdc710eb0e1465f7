/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the engine needs of a network: send, wait, count, and a clock that
 * runs with it.  In the program it is the HTTP door; tests put a script and
 * a clock of their own behind it.
 */
#ifndef EP_TRANSPORT_H
#define EP_TRANSPORT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "ext/http.h"

struct ep_transport {
	void *to;
	/* As ep_http_submit: refusals come back, done is called otherwise. */
	int (*submit)(void *to, const struct ep_http_request *request,
		      struct ep_err *err);
	size_t (*running)(void *to);
	/* Drives transfers; waits at most timeout_ms, also when none runs. */
	int (*poll)(void *to, int timeout_ms, struct ep_err *err);
	/* Case-insensitive; NULL when absent. */
	const char *(*header)(const struct ep_http_answer *answer,
			      const char *name);
	int64_t (*now_ms)(void *to);	/* never jumps */
};

void ep_transport_http(struct ep_transport *ret, struct ep_http *http);

#endif
