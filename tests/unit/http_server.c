/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The test server's sockets and threads.
 */
#include "http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define REQUEST_MAX 65536
#define LOG_MAX (1024 * 1024)
#define PEERS_MAX 256

struct peer {
	struct server *server;
	int fd;
	pthread_t thread;
};

struct server {
	const struct server_route *routes;
	int fd;
	int port;

	pthread_t thread;
	pthread_mutex_t lock;
	struct peer peer[PEERS_MAX];
	int peers;
	int requests;
	char log[LOG_MAX];
	size_t log_len;
};

bool peer_send(struct peer *peer, const void *p, size_t n)
{
	const char *s = p;

	while (n > 0) {
		ssize_t sent = send(peer->fd, s, n, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		s += sent;
		n -= (size_t)sent;
	}
	return true;
}

bool peer_puts(struct peer *peer, const char *s)
{
	return peer_send(peer, s, strlen(s));
}

void peer_wait_ms(int ms)
{
	struct timespec wait = { ms / 1000, (ms % 1000) * 1000000L };

	nanosleep(&wait, NULL);
}

static void note(struct server *server, const char *request)
{
	size_t n = strlen(request);

	pthread_mutex_lock(&server->lock);
	server->requests++;
	if (server->log_len + n < LOG_MAX) {
		memcpy(server->log + server->log_len, request, n + 1);
		server->log_len += n;
	}
	pthread_mutex_unlock(&server->lock);
}

static size_t body_length(const char *head)
{
	const char *line = strcasestr(head, "\r\ncontent-length:");

	return line ? strtoul(line + 17, NULL, 10) : 0;
}

/* Reads one request into buf; false when the peer closed. */
static bool read_request(struct peer *peer, char *buf)
{
	size_t have = 0;
	char *end = NULL;

	while (have < REQUEST_MAX - 1) {
		ssize_t n = recv(peer->fd, buf + have, REQUEST_MAX - 1 - have,
				 0);

		if (n <= 0)
			return false;
		have += (size_t)n;
		buf[have] = '\0';
		end = strstr(buf, "\r\n\r\n");
		if (end && have >= (size_t)(end - buf) + 4 + body_length(buf))
			return true;
	}
	return false;
}

static server_handler route(const struct server *server, const char *request)
{
	const char *path = strchr(request, ' ');

	for (const struct server_route *r = server->routes; path && r->path;
	     r++) {
		size_t n = strcspn(path + 1, "? ");

		if (strlen(r->path) == n &&
		    strncmp(path + 1, r->path, n) == 0)
			return r->handler;
	}
	return NULL;
}

static void *serve(void *to)
{
	struct peer *peer = to;
	char *request = malloc(REQUEST_MAX);
	bool open = request;

	while (open && read_request(peer, request)) {
		server_handler handler = route(peer->server, request);

		note(peer->server, request);
		open = handler ? handler(peer, request)
			       : peer_puts(peer, "HTTP/1.1 404 Not Found\r\n"
					   "Content-Length: 0\r\n\r\n");
	}
	free(request);
	shutdown(peer->fd, SHUT_WR);
	return NULL;
}

static bool accept_one(struct server *server)
{
	struct peer *peer = &server->peer[server->peers];
	int on = 1;

	if (server->peers == PEERS_MAX)
		return false;
	peer->server = server;
	peer->fd = accept(server->fd, NULL, NULL);
	if (peer->fd < 0)
		return false;
	setsockopt(peer->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	pthread_mutex_lock(&server->lock);
	server->peers++;
	pthread_mutex_unlock(&server->lock);
	return pthread_create(&peer->thread, NULL, serve, peer) == 0;
}

static void *listen_on(void *to)
{
	struct server *server = to;

	while (accept_one(server))
		;
	return NULL;
}

struct server *server_start(const struct server_route *routes)
{
	struct server *server = calloc(1, sizeof(*server));
	struct sockaddr_in in = { .sin_family = AF_INET };
	socklen_t n = sizeof(in);

	if (!server)
		abort();
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	server->routes = routes;
	pthread_mutex_init(&server->lock, NULL);
	server->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(server->fd, (struct sockaddr *)&in, n) < 0 ||
	    listen(server->fd, 64) < 0 ||
	    getsockname(server->fd, (struct sockaddr *)&in, &n) < 0 ||
	    pthread_create(&server->thread, NULL, listen_on, server) != 0)
		abort();
	server->port = ntohs(in.sin_port);
	return server;
}

void server_stop(struct server *server)
{
	shutdown(server->fd, SHUT_RDWR);
	pthread_join(server->thread, NULL);
	close(server->fd);
	for (int i = 0; i < server->peers; i++) {
		shutdown(server->peer[i].fd, SHUT_RDWR);
		pthread_join(server->peer[i].thread, NULL);
		close(server->peer[i].fd);
	}
	pthread_mutex_destroy(&server->lock);
	free(server);
}

int server_port(const struct server *server)
{
	return server->port;
}

char *server_log(struct server *server)
{
	char *copy;

	pthread_mutex_lock(&server->lock);
	copy = strdup(server->log);
	pthread_mutex_unlock(&server->lock);
	return copy;
}

int server_connections(struct server *server)
{
	int n;

	pthread_mutex_lock(&server->lock);
	n = server->peers;
	pthread_mutex_unlock(&server->lock);
	return n;
}

int server_requests(struct server *server)
{
	int n;

	pthread_mutex_lock(&server->lock);
	n = server->requests;
	pthread_mutex_unlock(&server->lock);
	return n;
}
