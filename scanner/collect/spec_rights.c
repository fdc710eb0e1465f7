/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rights: of an endpoint: the vendor shows a listing in part to who may see
 * a part, without a word; elsewhere it tells whether that is so.  It becomes
 * an endpoint that is read beside the listing.
 */
#include "collect/spec_read.h"

#include <string.h>

#include "base/str.h"

static const char *const rights_keys[] = { "ask", "path", "words", NULL };

static char *joined(const char *before, const char *name, const char *after)
{
	struct ep_buf text;

	ep_buf_init(&text, EP_TEXT_BYTES_MAX);
	ep_buf_addf(&text, "%s%s%s", before, name, after);
	return ep_buf_take(&text);
}

/* Asked once for all tenancies that the listing is about. */
static void read_question(struct ep_spec_reader *rd, const struct ep_yaml *at,
			  const struct ep_spec_endpoint *about,
			  struct ep_spec_endpoint *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->name = ep_strdup(about->rights);
	ret->title = joined("Whether all of ", about->name, " is shown");
	ret->doc = joined("Nothing of it is stored; without it ", about->name,
			  " is partial");
	ret->line = about->line;
	ret->base = ep_strdup(about->base);
	ret->path = ep_spec_must(rd, at, "ask", "rights");
	ret->granted_path = ep_spec_json_path(rd, at, "path");
	ep_spec_words(rd, at, "words", &ret->granted_words);
	ret->for_each_index = -1;
	for (size_t i = 0; i < about->credentials.n; i++)
		EP_VEC_ADD(&ret->credentials) =
			ep_strdup(about->credentials.v[i]);
	if (!ret->granted_path || ret->granted_words.n == 0)
		ep_spec_complain(rd, at, "rights needs path: and words:");
	if (ret->path && (*ret->path != '/' || strpbrk(ret->path, "?#\\ ")))
		ep_spec_complain(rd, at, "rights: ask: is a path that starts "
				 "with a slash");
}

void ep_spec_read_rights(struct ep_spec_reader *rd, const struct ep_yaml *map,
			 size_t index)
{
	const struct ep_yaml *at = ep_spec_map(rd, map, "rights");
	struct ep_spec_endpoint *about = &rd->spec->endpoints.v[index];
	struct ep_spec_endpoint question;

	if (!at)
		return;
	ep_yaml_known(at, rights_keys, "rights", rd->file, rd->diag);
	about->rights = joined("", about->name, "_rights");
	read_question(rd, at, about, &question);
	EP_VEC_ADD(&rd->spec->endpoints) = question;
}
