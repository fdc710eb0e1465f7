/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a request to the network: the headers that all requests of a
 * connection share, and the credential, which is wiped when it is handed on.
 */
#include "collect/engine.h"

#include <string.h>

static int add_headers(const struct ep_pairs *pairs, struct ep_vars *vars,
		       struct ep_http_header *header, size_t *n,
		       struct ep_err *err)
{
	struct ep_buf value;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < pairs->n; i++) {
		ep_buf_init(&value, EP_URL_BYTES_MAX);
		rc = ep_vars_expand(vars, pairs->v[i].value, false, &value,
				    err);
		header[(*n)++] = (struct ep_http_header){
			.name = pairs->v[i].name,
			.value = ep_buf_take(&value),
		};
	}
	return rc;
}

static void wipe(struct ep_buf *buf)
{
	if (buf->cap)
		ep_wipe(buf->s, buf->cap);
	ep_buf_release(buf);
}

int ep_send(struct ep_engine *engine, const struct ep_use *use,
	    struct ep_vars *vars, const struct ep_pairs *own,
	    struct ep_http_request *request, struct ep_err *err)
{
	const struct ep_spec *spec = vars->spec;
	const struct ep_auth *auth = use->auth;
	struct ep_http_header *header =
		ep_calloc(spec->headers.n + own->n + 1, sizeof(*header));
	struct ep_buf value;
	struct ep_buf url;
	const char *name = NULL;
	size_t n = 0;
	int rc;

	ep_buf_init(&value, EP_SECRET_BYTES_MAX * 2);
	ep_buf_init(&url, EP_URL_BYTES_MAX);
	ep_buf_adds(&url, request->url);
	rc = add_headers(&spec->headers, vars, header, &n, err);
	if (rc == 0)
		rc = add_headers(own, vars, header, &n, err);
	if (rc == 0 && auth)
		rc = ep_auth_query(auth, vars, &url, err);
	if (rc == 0 && auth)
		rc = ep_auth_header(auth, vars, &name, &value, err);
	if (rc == 0 && name)
		header[n] = (struct ep_http_header){ name, value.s };
	request->url = url.s;
	request->header = header;
	request->headers = n + (name != NULL);
	if (rc == 0)
		rc = engine->net->submit(engine->net->to, request, err);
	for (size_t i = 0; i < n; i++)
		ep_free((char *)(uintptr_t)header[i].value);
	ep_free(header);
	wipe(&value);
	wipe(&url);
	return rc;
}
