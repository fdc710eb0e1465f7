/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a {name} in a connector stands for in one request: parameters of the
 * connection and the credential, secrets where they are allowed, the
 * tenancy, the parent record, base URLs, the token.
 */
#ifndef EP_VARS_H
#define EP_VARS_H

#include <stdbool.h>

#include "base/buf.h"
#include "collect/page.h"
#include "collect/spec.h"
#include "ext/json.h"
#include "model/config.h"

struct ep_vars {
	const struct ep_spec *spec;
	const struct ep_connection *connection;	/* NULL: none is meant */
	const struct ep_config_credential *credential;	/* may be NULL */
	const char *tenant;
	const char *located;	/* where the vendor keeps the data, or NULL */
	const struct ep_json *parent;	/* record of for_each, or NULL */
	const struct ep_settings *names;	/* of a write, or NULL */
	const struct ep_pager *pager;	/* for bodies of searches, or NULL */
	const char *since;	/* of a read by changes, or NULL */
	const char *token;
	const char *assertion;
	bool secrets;	/* only texts that are sent may name them */
	bool as_written;	/* an unknown {name} stands for itself */
	struct ep_err err;	/* why a look-up had to fail, if it says */
	struct ep_buf value;	/* what the last look-up returned */
};

void ep_vars_init(struct ep_vars *vars, const struct ep_spec *spec,
		  const struct ep_connection *connection);
void ep_vars_release(struct ep_vars *vars);
/* For ep_spec_expand and struct ep_mapper. */
const char *ep_vars_lookup(void *to, const char *name);
/* ep_spec_expand over these, with the better of the two reasons. */
int ep_vars_expand(struct ep_vars *vars, const char *text, bool percent,
		   struct ep_buf *out, struct ep_err *err) EP_MUST_CHECK;
/* The URL of a base: the configuration's or the connector's; NULL name is
 * the first.  No slash at its end. */
int ep_vars_base(struct ep_vars *vars, const char *name, struct ep_buf *out,
		 struct ep_err *err) EP_MUST_CHECK;

/* Does a base that this connection uses lie where the vendor says? */
bool ep_vars_wants_located(const struct ep_spec *spec,
			   const struct ep_connection *connection);

#endif
