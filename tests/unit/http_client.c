/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client's side of tests of the HTTP door.
 */
#include "http_client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

const struct server_route *client_routes;
struct server *server;
struct ep_http *http;
struct ep_err err;
struct client_got got;

static void keep(char *to, size_t n, const char *value)
{
	snprintf(to, n, "%s", value ? value : "(none)");
}

static void done(void *to, struct ep_http_answer *answer)
{
	(void)to;
	got.calls++;
	got.end = answer->end;
	got.status = answer->status;
	keep(got.why, sizeof(got.why), answer->why);
	keep(got.body, sizeof(got.body), answer->body.s);
	got.body_len = answer->body.len;
	keep(got.link, sizeof(got.link), ep_http_header(answer, "LINK"));
	keep(got.twice, sizeof(got.twice), ep_http_header(answer, "X-Twice"));
	keep(got.late, sizeof(got.late), ep_http_header(answer, "X-Trailer"));
	keep(got.early, sizeof(got.early), ep_http_header(answer, "X-Early"));
	got.wire_bytes = answer->wire_bytes;
	got.ms = answer->ms;
	got.date = answer->server_date;
}

int client_set_up(void **state)
{
	const struct ep_http_options options = {
		.allow_loopback = true,
		.user_agent = "exitproof-test/1",
	};

	(void)state;
	memset(&got, 0, sizeof(got));
	server = server_start(client_routes);
	return ep_http_open(&options, &http, &err);
}

int client_tear_down(void **state)
{
	(void)state;
	ep_http_close(http);
	http = NULL;
	server_stop(server);
	return 0;
}

void client_reopen(const struct ep_http_options *options)
{
	ep_http_close(http);
	http = NULL;
	if (ep_http_open(options, &http, &err) < 0)
		fail_msg("%s", err.msg);
}

const char *url_of(const char *path)
{
	static char url[200];

	snprintf(url, sizeof(url), "http://127.0.0.1:%d%s",
		 server_port(server), path);
	return url;
}

void finish_all(void)
{
	for (int i = 0; i < 1000 && ep_http_running(http); i++)
		if (ep_http_poll(http, 100, &err) < 0)
			fail_msg("%s", err.msg);
	assert_int_equal(ep_http_running(http), 0);
}

void send_request(struct ep_http_request request)
{
	request.done = done;
	if (ep_http_submit(http, &request, &err) < 0)
		fail_msg("%s", err.msg);
}

void get_limited(const char *path, size_t max_bytes, long seconds)
{
	int before = got.calls;

	send_request((struct ep_http_request){
		.url = url_of(path),
		.max_bytes = max_bytes,
		.total_seconds = seconds,
	});
	finish_all();
	assert_int_equal(got.calls, before + 1);
}

void get(const char *path)
{
	get_limited(path, 0, 0);
}

void ended(enum ep_http_end end, const char *why)
{
	if (got.end != end || !strstr(got.why, why))
		fail_msg("end %d, status %ld, '%s'; wanted %d and '%s'",
			 (int)got.end, got.status, got.why, (int)end, why);
	if (end != EP_HTTP_OK && got.body_len)
		fail_msg("half a body was handed out: %s", got.body);
}

void refused(struct ep_http *door, struct ep_http_request request, int code,
	     const char *why)
{
	int rc;

	request.done = done;
	err.msg[0] = '\0';
	rc = ep_http_submit(door, &request, &err);
	if (rc != code || !strstr(err.msg, why))
		fail_msg("%s: %d '%s'; wanted %d and '%s'", request.url, rc,
			 err.msg, code, why);
	assert_int_equal(ep_http_running(door), 0);
}

bool log_has(const char *text)
{
	char *log = server_log(server);
	bool found = strcasestr(log, text) != NULL;

	free(log);
	return found;
}
