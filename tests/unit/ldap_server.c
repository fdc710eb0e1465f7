/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One thread, one connection after the other.
 */
#include "ldap_server.h"

#include <arpa/inet.h>
#include <assert.h>
#include <lber.h>
#include <ldap.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"

struct ldap_server {
	const struct ldap_reply *next;
	int bind_result;
	const char *bind_text;
	int listener;
	char url[64];
	pthread_t thread;
	atomic_bool stop;
	struct ep_buf log;
	Sockbuf *sb;
	char clock[32];
};

static void flush(struct ldap_server *server, BerElement *ber)
{
	ber_flush2(server->sb, ber, LBER_FLUSH_FREE_ALWAYS);
}

static void send_bind(struct ldap_server *server, ber_int_t id)
{
	BerElement *ber = ber_alloc_t(LBER_USE_DER);

	ber_printf(ber, "{it{ess}}", id, LDAP_RES_BIND, server->bind_result,
		   "", server->bind_text ? server->bind_text : "");
	flush(server, ber);
}

static void send_entry(struct ldap_server *server, ber_int_t id,
		       const char *dn, const char *const *attribute)
{
	BerElement *ber = ber_alloc_t(LBER_USE_DER);

	ber_printf(ber, "{it{s{", id, LDAP_RES_SEARCH_ENTRY, dn);
	while (attribute && *attribute) {
		ber_printf(ber, "{s[", *attribute++);
		while (*attribute)
			ber_printf(ber, "s", *attribute++);
		ber_printf(ber, "]}");
		attribute++;
	}
	ber_printf(ber, "}}}");
	flush(server, ber);
}

static void send_reference(struct ldap_server *server, ber_int_t id,
			   const char *url)
{
	BerElement *ber = ber_alloc_t(LBER_USE_DER);

	ber_printf(ber, "{it{s}}", id, LDAP_RES_SEARCH_REFERENCE, url);
	flush(server, ber);
}

static void send_result(struct ldap_server *server, ber_int_t id, int result,
			const char *text, const char *cookie)
{
	BerElement *ber = ber_alloc_t(LBER_USE_DER);
	BerElement *value = ber_alloc_t(LBER_USE_DER);
	struct berval control;

	ber_printf(ber, "{it{ess}", id, LDAP_RES_SEARCH_RESULT, result, "",
		   text ? text : "");
	if (cookie) {
		ber_printf(value, "{is}", 0, cookie);
		ber_flatten2(value, &control, 0);
		ber_printf(ber, "t{{sO}}", LDAP_TAG_CONTROLS,
			   LDAP_CONTROL_PAGEDRESULTS, &control);
	}
	ber_printf(ber, "}");
	ber_free(value, 1);
	flush(server, ber);
}

/* The cookie of the paged control, if there is one. */
static void log_controls(struct ldap_server *server, BerElement *ber)
{
	struct berval oid;
	struct berval value;
	ber_len_t len;
	char *last;
	ber_tag_t tag;

	if (ber_peek_tag(ber, &len) != LDAP_TAG_CONTROLS)
		return;
	for (tag = ber_first_element(ber, &len, &last); tag != LBER_DEFAULT;
	     tag = ber_next_element(ber, &len, last)) {
		ber_int_t critical;

		ber_scanf(ber, "{m", &oid);
		if (ber_peek_tag(ber, &len) == LBER_BOOLEAN)
			ber_scanf(ber, "b", &critical);
		value.bv_len = 0;
		if (ber_peek_tag(ber, &len) == LBER_OCTETSTRING)
			ber_scanf(ber, "m", &value);
		ber_scanf(ber, "}");
		ep_buf_addf(&server->log, " control %.*s", (int)oid.bv_len,
			    oid.bv_val);
		/* SEQUENCE, INTEGER of one or two bytes, OCTET STRING. */
		if (strncmp(oid.bv_val, LDAP_CONTROL_PAGEDRESULTS,
			    oid.bv_len) == 0 &&
		    value.bv_len > 4) {
			size_t at = 4 + (size_t)value.bv_val[3];

			ep_buf_addf(&server->log, " cookie \"%.*s\"",
				    (int)value.bv_val[at + 1],
				    value.bv_val + at + 2);
		}
	}
}

static bool log_search(struct ldap_server *server, BerElement *ber)
{
	struct berval base;
	struct berval attribute;
	ber_int_t scope;
	ber_int_t deref;
	ber_int_t size;
	ber_int_t time;
	ber_int_t types;
	ber_len_t len;
	char *last;

	ber_scanf(ber, "{meeiibx", &base, &scope, &deref, &size, &time, &types);
	if (base.bv_len == 0)
		return false;
	ep_buf_addf(&server->log, "search \"%.*s\"", (int)base.bv_len,
		    base.bv_val);
	for (ber_tag_t tag = ber_first_element(ber, &len, &last);
	     tag != LBER_DEFAULT; tag = ber_next_element(ber, &len, last)) {
		ber_scanf(ber, "m", &attribute);
		ep_buf_addf(&server->log, " %.*s", (int)attribute.bv_len,
			    attribute.bv_val);
	}
	ber_scanf(ber, "}");
	log_controls(server, ber);
	ep_buf_addc(&server->log, '\n');
	return true;
}

static bool answer_search(struct ldap_server *server, ber_int_t id)
{
	for (;;) {
		const struct ldap_reply *reply = server->next;

		if (reply->kind != LDAP_SAYS_END)
			server->next++;
		switch (reply->kind) {
		case LDAP_SAYS_END:
			send_result(server, id, LDAP_SUCCESS, "", "");
			return true;
		case LDAP_SAYS_ENTRY:
			send_entry(server, id, reply->dn, reply->attribute);
			break;
		case LDAP_SAYS_REFERENCE:
			send_reference(server, id, reply->dn);
			break;
		case LDAP_SAYS_RESULT:
			send_result(server, id, reply->result, reply->text,
				    reply->cookie);
			return true;
		case LDAP_SAYS_CLOSE:
			return false;
		case LDAP_SAYS_NOTHING:
			return true;
		}
	}
}

/* False when the connection is to end. */
static bool serve(struct ldap_server *server, BerElement *ber)
{
	const char *const clock[] = { "currentTime", server->clock, NULL,
				      NULL };
	ber_int_t id;
	ber_len_t len;

	ber_scanf(ber, "i", &id);
	switch (ber_peek_tag(ber, &len)) {
	case LDAP_REQ_BIND:
		ep_buf_adds(&server->log, "bind\n");
		send_bind(server, id);
		return true;
	case LDAP_REQ_SEARCH:
		if (log_search(server, ber))
			return answer_search(server, id);
		send_entry(server, id, "", clock);
		send_result(server, id, LDAP_SUCCESS, "", NULL);
		return true;
	case LDAP_REQ_ABANDON:
		ep_buf_adds(&server->log, "abandon\n");
		return true;
	default:
		return false;
	}
}

static bool readable(struct ldap_server *server, int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	while (!atomic_load(&server->stop)) {
		if (poll(&p, 1, 20) > 0)
			return true;
	}
	return false;
}

static void talk(struct ldap_server *server, int fd)
{
	bool on = true;

	server->sb = ber_sockbuf_alloc();
	ber_sockbuf_add_io(server->sb, &ber_sockbuf_io_tcp,
			   LBER_SBIOD_LEVEL_PROVIDER, &fd);
	while (on && readable(server, fd)) {
		BerElement *ber = ber_alloc_t(LBER_USE_DER);
		ber_len_t len;

		on = ber_get_next(server->sb, &len, ber) == LDAP_TAG_MESSAGE &&
		     serve(server, ber);
		ber_free(ber, 1);
	}
	ber_sockbuf_free(server->sb);
}

static void *server_main(void *to)
{
	struct ldap_server *server = to;

	while (readable(server, server->listener)) {
		int fd = accept(server->listener, NULL, NULL);

		if (fd >= 0)
			talk(server, fd);
	}
	return NULL;
}

static void tell_truth(struct ldap_server *server)
{
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(server->clock, sizeof(server->clock), "%Y%m%d%H%M%S.0Z", &tm);
}

void ldap_server_clock(struct ldap_server *server, const char *text)
{
	snprintf(server->clock, sizeof(server->clock), "%s", text);
}

struct ldap_server *ldap_server_start(const struct ldap_reply *script,
				      int bind_result, const char *bind_text)
{
	struct ldap_server *server = ep_calloc(1, sizeof(*server));
	struct sockaddr_in in = { .sin_family = AF_INET };
	socklen_t n = sizeof(in);

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	server->next = script;
	server->bind_result = bind_result;
	tell_truth(server);
	server->bind_text = bind_text;
	ep_buf_init(&server->log, 65536);
	server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert(server->listener >= 0);
	if (bind(server->listener, (struct sockaddr *)&in, sizeof(in)) < 0 ||
	    listen(server->listener, 8) < 0 ||
	    getsockname(server->listener, (struct sockaddr *)&in, &n) < 0)
		ep_die("no port for the directory of the tests");
	snprintf(server->url, sizeof(server->url), "ldap://127.0.0.1:%u",
		 (unsigned)ntohs(in.sin_port));
	if (pthread_create(&server->thread, NULL, server_main, server) != 0)
		ep_die("no thread for the directory of the tests");
	return server;
}

const char *ldap_server_url(const struct ldap_server *server)
{
	return server->url;
}

void ldap_server_stop(struct ldap_server *server, struct ep_buf *log)
{
	atomic_store(&server->stop, true);
	pthread_join(server->thread, NULL);
	close(server->listener);
	if (log)
		ep_buf_adds(log, server->log.s ? server->log.s : "");
	ep_buf_release(&server->log);
	ep_free(server);
}
