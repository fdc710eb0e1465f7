/* SPDX-License-Identifier: Apache-2.0 */
/* A very small HTTP client for the control port; see the header. */
#include "ctl.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/buf.h"

static int dial(const char *url)
{
	static const char start[] = "http://127.0.0.1:";
	struct sockaddr_in at = { .sin_family = AF_INET };
	int fd;

	if (strncmp(url, start, sizeof(start) - 1))
		return -1;
	at.sin_port = htons((uint16_t)strtol(url + sizeof(start) - 1, NULL,
					     10));
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof(at))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static bool send_all(int fd, const struct es_buf *b)
{
	size_t done = 0;

	while (done < b->len) {
		ssize_t n = write(fd, b->p + done, b->len - done);

		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

static int talk(const char *url, const char *method, const char *target)
{
	struct es_buf out = ES_BUF_INIT, in = ES_BUF_INIT;
	int fd = dial(url), status = 0;
	char part[65536];
	const char *body;
	ssize_t n;

	if (fd < 0) {
		fprintf(stderr, "estate: no control port at %s\n", url);
		return 1;
	}
	es_buf_fmt(&out, "%s %s HTTP/1.0\r\nHost: 127.0.0.1\r\n"
		   "Content-Length: 0\r\n\r\n", method, target);
	if (send_all(fd, &out))
		while ((n = read(fd, part, sizeof(part))) > 0)
			es_buf_add(&in, part, (size_t)n);
	close(fd);
	body = strstr(es_buf_text(&in), "\r\n\r\n");
	if (in.len > 12)
		status = (int)strtol(in.p + 9, NULL, 10);
	if (body)
		fputs(body + 4, status == 200 ? stdout : stderr);
	es_buf_release(&out);
	es_buf_release(&in);
	return status == 200 ? 0 : 1;
}

static void add_pairs(struct es_buf *target, int argc, char **argv)
{
	int i;

	for (i = 0; i < argc; i++) {
		size_t n = strcspn(argv[i], "=");

		es_buf_fmt(target, "%s%.*s=", i ? "&" : "?", (int)n, argv[i]);
		es_buf_url(target, argv[i] + n + (argv[i][n] == '='));
	}
}

int es_ctl(int argc, char **argv)
{
	static const char *const gets[] = { "counts", "journal", "truth",
					    "desk", "writes", NULL };
	struct es_buf target = ES_BUF_INIT;
	const char *verb = argc > 1 ? argv[1] : "", *method = "POST";
	int i, rc;

	for (i = 0; gets[i]; i++)
		if (!strcmp(gets[i], verb))
			method = "GET";
	if (argc < 2 || (!strcmp(verb, "night") && argc != 3)) {
		fputs("usage: estate ctl URL night N | fault KEY=VALUE... | "
		      "clear | reset | counts | journal | truth | desk | writes | "
		      "edit id=N member=NAME value=JSON\n", stderr);
		return 64;
	}
	if (!strcmp(verb, "night"))
		es_buf_fmt(&target, "/night?n=%d", (int)strtol(argv[2], NULL, 10));
	else if (!strcmp(verb, "clear"))
		es_buf_str(&target, "/faults/clear");
	else
		es_buf_fmt(&target, "/%s", verb);
	if (!strcmp(verb, "fault") || !strcmp(verb, "edit"))
		add_pairs(&target, argc - 2, argv + 2);
	rc = talk(argv[0], method, target.p);
	es_buf_release(&target);
	return rc;
}
