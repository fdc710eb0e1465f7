/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP door as a transport.
 */
#include "collect/transport.h"

#include <poll.h>

#include "base/clock.h"

static int door_submit(void *to, const struct ep_http_request *request,
		       struct ep_err *err)
{
	return ep_http_submit(to, request, err);
}

static size_t door_running(void *to)
{
	return ep_http_running(to);
}

static int door_poll(void *to, int timeout_ms, struct ep_err *err)
{
	if (ep_http_running(to) == 0) {
		/* Only a wait is left; the door would return at once. */
		poll(NULL, 0, timeout_ms);
		return 0;
	}
	return ep_http_poll(to, timeout_ms, err);
}

static int64_t door_now_ms(void *to)
{
	(void)to;
	return ep_clock_mono_ms();
}

void ep_transport_http(struct ep_transport *ret, struct ep_http *http)
{
	*ret = (struct ep_transport){
		.to = http,
		.submit = door_submit,
		.running = door_running,
		.poll = door_poll,
		.header = ep_http_header,
		.now_ms = door_now_ms,
	};
}
