/* SPDX-License-Identifier: Apache-2.0 */
/*
 * As whom the vendors were asked.
 */
#include "collect/engine.h"

#include "base/str.h"
#include "collect/vars.h"

void ep_caller_hear(const struct ep_listing *listing,
		    const struct ep_json *document)
{
	struct ep_auth *auth = listing->use ? listing->use->auth : NULL;
	EP_AUTO(ep_buf_release) struct ep_buf text =
		EP_BUF_INIT(EP_TEXT_BYTES_MAX);
	const struct ep_json *value = NULL;

	if (!auth || auth->said || !auth->credential->who.endpoint ||
	    !ep_str_eq(auth->credential->who.endpoint,
		       listing->endpoint->name))
		return;
	if (ep_json_path(document, auth->credential->who.path, &value) ==
		    EP_JSON_PRESENT &&
	    ep_json_scalar(value, &text) && text.len && !text.overflow)
		auth->said = ep_strdup(text.s);
}

static void tell(const struct ep_engine *engine, const struct ep_auth *auth)
{
	EP_AUTO(ep_buf_release) struct ep_buf name =
		EP_BUF_INIT(EP_TEXT_BYTES_MAX);
	struct ep_caller caller = {
		.connector = auth->spec->id,
		.home = auth->connection->tenant,
		.customer = auth->connection->customer,
		.credential = auth->credential->name,
		.name = auth->said,
	};
	struct ep_err err = EP_ERR_INIT;
	struct ep_vars vars;

	ep_vars_init(&vars, auth->spec, auth->connection);
	vars.credential = auth->config;
	vars.tenant = auth->connection->tenant;
	if (auth->credential->who.name &&
	    ep_vars_expand(&vars, auth->credential->who.name, false, &name,
			   &err) == 0)
		caller.name = name.s;
	ep_vars_release(&vars);
	engine->progress->caller(engine->progress->tally_to, &caller);
}

void ep_caller_tell(const struct ep_engine *engine)
{
	struct ep_map_entry *entry;
	size_t pos = 0;

	if (!engine->progress || !engine->progress->caller)
		return;
	while ((entry = ep_map_next(&engine->auths, &pos))) {
		const struct ep_auth *auth = entry->value;

		if (auth->state != EP_AUTH_BROKEN)
			tell(engine, auth);
	}
}
