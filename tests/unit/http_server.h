/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server for tests that sends exactly the bytes a case wants, however
 * broken: one thread for each connection, a handler for each path.
 */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>

struct server;
struct peer;

/* Answers one request whose head (and body, when it has a Content-Length) is
 * in `request`; returns whether the connection stays open. */
typedef bool (*server_handler)(struct peer *peer, const char *request);

struct server_route {
	const char *path;	/* exact, without the query */
	server_handler handler;
};

/* Listens on a free port of 127.0.0.1; routes end with a NULL path. */
struct server *server_start(const struct server_route *routes);
void server_stop(struct server *server);
int server_port(const struct server *server);
/* Everything received so far, requests one after the other; a copy that the
 * caller frees with free(). */
char *server_log(struct server *server);
/* How many connections were accepted, requests were read. */
int server_connections(struct server *server);
int server_requests(struct server *server);

/* False when the peer has gone. */
bool peer_send(struct peer *peer, const void *p, size_t n);
bool peer_puts(struct peer *peer, const char *s);
void peer_wait_ms(int ms);

#endif
