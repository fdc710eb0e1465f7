/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of a write: a JSON document, or a form with a file in it
 * (RFC 7578).
 */
#include "collect/write_priv.h"

#include <string.h>

#include "base/str.h"
#include "ext/crypto.h"

static void add_boundary(struct ep_buf *out)
{
	uint8_t random[16];

	ep_buf_adds(out, "exitproof-");
	ep_random(random, sizeof(random));
	ep_str_hex(out, random, sizeof(random));
}

static int add_part(const struct ep_writing *writing, struct ep_vars *vars,
		    const struct ep_spec_part *part, struct ep_buf *body,
		    struct ep_err *err)
{
	const struct ep_write *write = writing->write;
	int rc = 0;

	ep_buf_addf(body, "Content-Disposition: form-data; name=\"%s\"",
		    part->name);
	if (!part->value)
		ep_buf_addf(body,
			    "; filename=\"%s\"\r\n"
			    "Content-Type: text/html; charset=utf-8",
			    ep_settings_get(&writing->names, "file_name"));
	else if (part->type)
		ep_buf_addf(body, "\r\nContent-Type: %s", part->type);
	ep_buf_adds(body, "\r\n\r\n");
	if (!part->value)
		ep_buf_add(body, write->file, write->file_len);
	else if (part->type)
		rc = ep_spec_expand_json(part->value, ep_vars_lookup, vars,
					 body, err);
	else
		rc = ep_vars_expand(vars, part->value, false, body, err);
	ep_buf_adds(body, "\r\n");
	return rc;
}

static int add_form(const struct ep_writing *writing, struct ep_vars *vars,
		    struct ep_buf *body, struct ep_buf *type,
		    struct ep_err *err)
{
	struct ep_buf boundary;
	int rc = 0;

	ep_buf_init(&boundary, 80);
	add_boundary(&boundary);
	for (size_t i = 0; rc == 0 && i < writing->spec->form.n; i++) {
		ep_buf_addf(body, "--%s\r\n", boundary.s);
		rc = add_part(writing, vars, &writing->spec->form.v[i], body,
			      err);
	}
	ep_buf_addf(body, "--%s--\r\n", boundary.s);
	ep_buf_addf(type, "multipart/form-data; boundary=%s", boundary.s);
	ep_buf_release(&boundary);
	return rc;
}

int ep_write_body(const struct ep_writing *writing, struct ep_buf *body,
		  struct ep_buf *type, struct ep_err *err)
{
	struct ep_vars vars;
	int rc;

	ep_writing_vars(writing, &vars);
	if (writing->spec->body) {
		ep_buf_adds(type, "application/json");
		rc = ep_spec_expand_json(writing->spec->body, ep_vars_lookup,
					 &vars, body, err);
	} else {
		rc = add_form(writing, &vars, body, type, err);
	}
	ep_vars_release(&vars);
	if (rc == 0 && body->overflow)
		rc = ep_err_set(err, EP_ELIMIT,
				"what is to be written is longer than %d bytes "
				"(EP_FILE_BYTES_MAX)",
				EP_FILE_BYTES_MAX);
	return rc;
}
