/* SPDX-License-Identifier: Apache-2.0 */
/* Requests out of libmicrohttpd and answers back into it; see the header. */
#include "http/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include <microhttpd.h>

#include "http/control.h"
#include "http/deliver.h"
#include "util/alloc.h"
#include "util/text.h"

/* Token requests and faults are small; nothing else has a body. */
#define BODY_MAX (1024 * 1024)

struct call {
	char *uri;		/* raw, with the query */
	struct es_buf body;
	bool ready;		/* the headers were seen */
};

static void *on_uri(void *cls, const char *uri, struct MHD_Connection *c)
{
	struct call *call = es_alloc(sizeof(*call));

	(void)cls;
	(void)c;
	call->uri = es_strdup(uri);
	return call;
}

static void on_end(void *cls, struct MHD_Connection *c, void **state,
		   enum MHD_RequestTerminationCode how)
{
	struct call *call = *state;

	(void)cls;
	(void)c;
	(void)how;
	if (!call)
		return;
	es_free(call->uri);
	es_buf_release(&call->body);
	es_free(call);
	*state = NULL;
}

static const char *header(void *to, const char *name)
{
	struct MHD_Connection *c = to;
	const char *v = MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);

	return v ? v : "";
}

void es_server_base(const struct es_server *s, char out[64])
{
	snprintf(out, 64, "http%s://127.0.0.1:%u", s->cert_pem ? "s" : "",
		 (unsigned int)s->port);
}

/* Links name the host the client asked for, when it is this machine. */
static void origin(const struct es_server *s, struct MHD_Connection *c,
		   char out[64])
{
	char local[32];

	snprintf(local, sizeof(local), "localhost:%u",
		 (unsigned int)s->port);
	if (strcmp(header(c, "Host"), local))
		es_server_base(s, out);
	else
		snprintf(out, 64, "http%s://%s", s->cert_pem ? "s" : "",
			 local);
}

/* Splits the raw URI in place into path and query. */
static void fill(struct call *call, const char *method,
		 struct MHD_Connection *c, struct es_in *in)
{
	char *q = strchr(call->uri, '?');

	if (q)
		*q++ = '\0';
	in->method = method;
	in->path = call->uri;
	in->query = q ? q : "";
	in->authorization = header(c, "Authorization");
	in->content_type = header(c, "Content-Type");
	in->header = header;
	in->to = c;
	in->body = es_buf_text(&call->body);
}

/* True while the request is still coming in. */
static bool incomplete(struct call *call, const char *data, size_t *size)
{
	if (!call->ready) {
		call->ready = true;
		return true;
	}
	if (!*size)
		return false;
	if (call->body.len + *size <= BODY_MAX)
		es_buf_add(&call->body, data, *size);
	*size = 0;
	return true;
}

static enum MHD_Result on_vendor(void *cls, struct MHD_Connection *c,
				 const char *url, const char *method,
				 const char *version, const char *data,
				 size_t *size, void **state)
{
	struct es_server *s = cls;
	struct es_answer ans;
	struct es_plan plan;
	struct es_in in;
	char from[64];
	int rc;

	(void)url;
	(void)version;
	if (incomplete(*state, data, size))
		return MHD_YES;
	fill(*state, method, c, &in);
	origin(s, c, from);
	in.origin = from;
	es_estate_serve(s->estate, &in, &ans, &plan);
	rc = es_deliver(c, &ans, &plan, &s->estate->stopping);
	es_answer_release(&ans);
	return (enum MHD_Result)rc;
}

static enum MHD_Result on_control(void *cls, struct MHD_Connection *c,
				  const char *url, const char *method,
				  const char *version, const char *data,
				  size_t *size, void **state)
{
	struct es_server *s = cls;
	struct es_plan plan = { .keep = 100, .date_ms = es_clock_ms() };
	struct es_answer ans;
	struct es_in in;
	int rc;

	(void)url;
	(void)version;
	if (incomplete(*state, data, size))
		return MHD_YES;
	fill(*state, method, c, &in);
	in.origin = "";
	es_control(s->estate, &in, &ans);
	rc = es_deliver(c, &ans, &plan, &s->estate->stopping);
	es_answer_release(&ans);
	return (enum MHD_Result)rc;
}

static struct MHD_Daemon *listen_on(uint16_t *port, const char *cert,
				    const char *key,
				    MHD_AccessHandlerCallback handler,
				    void *cls)
{
	unsigned int flags = MHD_USE_INTERNAL_POLLING_THREAD |
			     MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL;
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_port = htons(*port) };
	struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)cert },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)key },
		{ MHD_OPTION_END, 0, NULL }
	};
	const union MHD_DaemonInfo *info;
	struct MHD_Daemon *d;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (!cert)
		tls[0].option = MHD_OPTION_END;
	else
		flags |= MHD_USE_TLS;
	d = MHD_start_daemon(flags, *port, NULL, NULL, handler, cls,
			     MHD_OPTION_SOCK_ADDR, &at,
			     MHD_OPTION_URI_LOG_CALLBACK, on_uri, NULL,
			     MHD_OPTION_NOTIFY_COMPLETED, on_end, NULL,
			     MHD_OPTION_CONNECTION_MEMORY_LIMIT,
			     (size_t)131072, MHD_OPTION_ARRAY, tls,
			     MHD_OPTION_END);
	if (!d)
		return NULL;
	info = MHD_get_daemon_info(d, MHD_DAEMON_INFO_BIND_PORT);
	if (info)
		*port = info->port;
	return d;
}

int es_server_start(struct es_server *s, bool with_control,
		    char msg[ES_MSG_MAX])
{
	s->vendors = listen_on(&s->port, s->cert_pem, s->key_pem, on_vendor,
			       s);
	if (s->vendors && with_control)
		s->control = listen_on(&s->control_port, NULL, NULL,
				       on_control, s);
	if (s->vendors && (s->control || !with_control))
		return 0;
	snprintf(msg, ES_MSG_MAX, "cannot listen on 127.0.0.1");
	es_server_stop(s);
	return -1;
}

void es_server_stop(struct es_server *s)
{
	s->estate->stopping = 1;
	if (s->vendors)
		MHD_stop_daemon(s->vendors);
	if (s->control)
		MHD_stop_daemon(s->control);
	s->vendors = s->control = NULL;
}
