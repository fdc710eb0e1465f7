/* SPDX-License-Identifier: Apache-2.0 */
/*
 * who: of a credential: as whom the vendor knows it.
 */
#include "collect/spec_read.h"

#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"

static const char *const who_keys[] = { "name", "endpoint", "path", NULL };

void ep_spec_read_who(struct ep_spec_reader *rd, const struct ep_yaml *node,
		      struct ep_spec_credential *c)
{
	const struct ep_yaml *map = ep_spec_map(rd, node, "who");
	struct ep_spec_who *who = &c->who;

	if (!map)
		return;
	ep_yaml_known(map, who_keys, "who", rd->file, rd->diag);
	who->name = ep_spec_text(rd, map, "name");
	who->endpoint = ep_spec_text(rd, map, "endpoint");
	who->path = ep_spec_json_path(rd, map, "path");
	if (!who->endpoint != !who->path || !who->name == !who->endpoint)
		ep_spec_complain(rd, map, "who: takes either name:, or "
					  "endpoint: and path:");
}

/* What is kept with each run must not hold what opens the door. */
static void check_open(struct ep_spec_place *at)
{
	const struct ep_words *secrets = &at->credential->secrets;

	for (size_t i = 0; i < secrets->n; i++) {
		EP_AUTO(ep_buf_release) struct ep_buf name = EP_BUF_INIT(256);

		ep_buf_addf(&name, "{%s}", secrets->v[i]);
		if (!name.overflow &&
		    strstr(at->credential->who.name, name.s))
			ep_spec_complain_line(at->rd, at->line,
					      "who: %.100s is a secret",
					      name.s);
	}
}

void ep_spec_check_who(struct ep_spec_reader *rd)
{
	for (size_t i = 0; i < rd->spec->credentials.n; i++) {
		const struct ep_spec_credential *c =
			&rd->spec->credentials.v[i];
		struct ep_spec_place at = {
			.rd = rd, .credential = c, .line = c->line,
			.allowed = EP_SPEC_NAMES_CREDENTIAL |
				   EP_SPEC_NAMES_TENANT,
		};

		ep_spec_check_text(&at, "who", c->who.name);
		if (c->who.name)
			check_open(&at);
		if (c->who.endpoint &&
		    !ep_spec_endpoint(rd->spec, c->who.endpoint))
			ep_spec_complain_line(rd, c->line,
					      "who: there is no endpoint "
					      "\"%.64s\"", c->who.endpoint);
	}
}

void ep_spec_who_release(struct ep_spec_who *who)
{
	ep_free(who->name);
	ep_free(who->endpoint);
	ep_free(who->path);
}
