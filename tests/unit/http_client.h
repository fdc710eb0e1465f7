/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client's side of tests of the HTTP door: one door and one test server
 * for each case, and what the last callback saw.
 */
#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ext/http.h"
#include "http_server.h"

/* What a callback saw, kept past it; "(none)" for absent headers. */
struct client_got {
	int calls;
	enum ep_http_end end;
	long status;
	char why[512];
	char body[4096];
	size_t body_len;
	char link[200];
	char twice[20];
	char late[20];
	char early[20];
	int64_t wire_bytes;
	int64_t ms;
	int64_t date;
};

extern const struct server_route *client_routes;
extern struct server *server;
extern struct ep_http *http;
extern struct ep_err err;
extern struct client_got got;

int client_set_up(void **state);
int client_tear_down(void **state);
/* Another door in place of the one set up. */
void client_reopen(const struct ep_http_options *options);

/* The URL of a path of the server, until the next call. */
const char *url_of(const char *path);
/* Submits with a callback that fills got; fails the test when refused. */
void send_request(struct ep_http_request request);
/* Polls until nothing is running. */
void finish_all(void);
/* A GET to its end; 0 for the door's own limits. */
void get_limited(const char *path, size_t max_bytes, long seconds);
void get(const char *path);
/* How the last one ended, and what why says. */
void ended(enum ep_http_end end, const char *why);
/* The door must refuse to send it. */
void refused(struct ep_http *door, struct ep_http_request request, int code,
	     const char *why);
bool log_has(const char *text);

#endif
