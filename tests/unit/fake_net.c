/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The paper network.
 */
#include "fake_net.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"

struct fake_flight {
	struct fake_flight *next;
	const struct fake_reply *reply;
	struct fake_reply own;	/* of a vendor that answers by itself */
	char *body;
	int64_t due;
	void (*done)(void *to, struct ep_http_answer *answer);
	void *to;
};

static const struct fake_reply lost = {
	.end = EP_HTTP_CONNECT,
	.to = "",
};

void fake_net_init(struct fake_net *net, const struct fake_reply *script)
{
	memset(net, 0, sizeof(*net));
	net->script = script;
	net->now = 1000000;
	ep_buf_init(&net->log, 16 * 1024 * 1024);
	ep_buf_init(&net->bodies, 1024 * 1024);
}

static void free_flight(struct fake_flight *flight)
{
	ep_free(flight->body);
	ep_free(flight);
}

void fake_net_release(struct fake_net *net)
{
	struct fake_flight *flight;

	while ((flight = net->first)) {
		net->first = flight->next;
		free_flight(flight);
	}
	ep_buf_release(&net->log);
	ep_buf_release(&net->bodies);
}

static const char *path_of(const char *url)
{
	const char *path = strstr(url, "://");

	path = path ? path + 3 : url;
	return path + strcspn(path, "/?");
}

static bool fits(const char *pattern, const char *path)
{
	size_t n = strlen(pattern);

	if (n && pattern[n - 1] == '*')
		return strncmp(pattern, path, n - 1) == 0;
	return strcmp(pattern, path) == 0;
}

static const char *authorization(const struct ep_http_request *request)
{
	for (size_t i = 0; i < request->headers; i++) {
		if (ep_str_eqcase(request->header[i].name, "Authorization"))
			return request->header[i].value;
	}
	return "";
}

static const struct fake_reply *choose(struct fake_net *net,
				       const struct ep_http_request *request)
{
	const char *path = path_of(request->url);

	for (size_t i = 0; net->script[i].to; i++) {
		const struct fake_reply *reply = &net->script[i];

		if (!fits(reply->to, path) ||
		    (reply->times && net->used[i] >= reply->times) ||
		    (reply->needs &&
		     strcmp(reply->needs, authorization(request)) != 0))
			continue;
		net->used[i]++;
		return reply;
	}
	return &lost;
}

static int submit(void *to, const struct ep_http_request *request,
		  struct ep_err *err)
{
	static const char *const verbs[] = { "GET", "TOKEN", "SEARCH",
					     "TICKET" };
	struct fake_net *net = to;
	struct fake_flight *flight;

	if (net->submit_fails > 0) {
		net->submit_fails--;
		return ep_err_set(err, EP_EPERM, "the door does not open");
	}
	if (net->refuse_tickets && request->kind == EP_HTTP_TICKET)
		return ep_err_set(err, EP_EPERM, "the door is not open");
	flight = ep_calloc(1, sizeof(*flight));
	if (net->answer) {
		net->answer(net->answer_to, path_of(request->url),
			    &flight->own);
		flight->body = (char *)(uintptr_t)flight->own.body;
		flight->reply = &flight->own;
	} else {
		flight->reply = choose(net, request);
	}
	flight->due = net->now + (flight->reply->ms ? flight->reply->ms : 10);
	flight->done = request->done;
	flight->to = request->to;
	flight->next = net->first;
	net->first = flight;
	net->requests++;
	if (++net->running > net->most)
		net->most = net->running;
	ep_buf_addf(&net->log, "%" PRId64 " %s %s\n", net->now - 1000000,
		    verbs[request->kind], path_of(request->url));
	if (request->body)
		ep_buf_addf(&net->bodies, "%.*s\n", (int)request->body_len,
			    request->body);
	return 0;
}

static size_t running(void *to)
{
	return ((struct fake_net *)to)->running;
}

static int64_t now_ms(void *to)
{
	return ((struct fake_net *)to)->now;
}

/* The flight that lands next, taken out of the list; the one sent first
 * among equals. */
static struct fake_flight *land(struct fake_net *net, int64_t until)
{
	struct fake_flight **best = NULL;
	struct fake_flight *flight;

	for (struct fake_flight **p = &net->first; *p; p = &(*p)->next) {
		if ((*p)->due <= until && (!best || (*p)->due <= (*best)->due))
			best = p;
	}
	if (!best)
		return NULL;
	flight = *best;
	*best = flight->next;
	net->running--;
	return flight;
}

static void deliver(const struct fake_flight *flight)
{
	const struct fake_reply *reply = flight->reply;
	struct ep_http_answer answer = {
		.end = reply->end,
		.status = reply->end == EP_HTTP_OK ?
				  (reply->status ? reply->status : 200) :
				  0,
		.ms = reply->ms ? reply->ms : 10,
		.server_date = reply->date,
		.headers = (void *)(uintptr_t)reply->headers,
	};

	if (reply->end != EP_HTTP_OK)
		snprintf(answer.why, sizeof(answer.why), "a torn wire");
	ep_buf_init(&answer.body, 64 * 1024 * 1024);
	if (reply->body)
		ep_buf_adds(&answer.body, reply->body);
	answer.wire_bytes = (int64_t)answer.body.len;
	flight->done(flight->to, &answer);
	ep_buf_release(&answer.body);
}

static int poll_net(void *to, int timeout_ms, struct ep_err *err)
{
	struct fake_net *net = to;
	int64_t until = net->now + timeout_ms;
	struct fake_flight *flight;

	if (net->poll_fails > 0) {
		net->poll_fails--;
		return ep_err_set(err, EP_EIO, "the network is gone");
	}
	flight = land(net, until);
	if (!flight) {
		net->now = until;
		return 0;
	}
	if (net->now < flight->due)
		net->now = flight->due;
	deliver(flight);
	free_flight(flight);
	return 0;
}

/* One header of the reply; the last one asked for stays valid. */
static const char *header(const struct ep_http_answer *answer,
			  const char *name)
{
	static char value[512];
	const char *line = answer->headers;
	size_t n = strlen(name);

	for (; line && *line; line += strcspn(line, "\n"), line += *line != 0) {
		if (strncasecmp(line, name, n) == 0 && line[n] == ':') {
			snprintf(value, sizeof(value), "%.*s",
				 (int)strcspn(line + n + 2, "\n"),
				 line + n + 2);
			return value;
		}
	}
	return NULL;
}

void fake_net_transport(struct fake_net *net, struct ep_transport *ret)
{
	*ret = (struct ep_transport){
		.to = net,
		.submit = submit,
		.running = running,
		.poll = poll_net,
		.header = header,
		.now_ms = now_ms,
	};
}

int fake_net_count(const struct fake_net *net, const char *to)
{
	const char *line = net->log.s ? net->log.s : "";
	size_t n = strlen(to);
	int count = 0;

	for (; *line; line += strcspn(line, "\n"), line += *line != 0) {
		const char *path = strchr(line, '/');

		if (path && strncmp(path, to, n) == 0 && path[n] == '\n')
			count++;
	}
	return count;
}
