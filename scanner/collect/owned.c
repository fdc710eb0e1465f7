/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose the records of a page are: those of another tenancy must not get into
 * this one.
 */
#include "collect/engine.h"

#include <string.h>

#include "base/str.h"

enum owner { OURS, NOBODY, ANOTHER };

/* Two members of that name, and what is no text, are no silence. */
static bool is_silent(const struct ep_json *record, const char *path)
{
	const struct ep_json *value;

	switch (ep_json_path(record, path, &value)) {
	case EP_JSON_ABSENT:
		return true;
	case EP_JSON_PRESENT:
		return ep_json_type(value) == EP_JSON_NULL;
	default:
		return false;
	}
}

/* What names another one is added to other, if that is a text. */
static enum owner owner_of(const struct ep_listing *listing,
			   const struct ep_json *record, struct ep_buf *other)
{
	const struct ep_spec_endpoint *endpoint = listing->endpoint;

	if (is_silent(record, endpoint->tenant_path))
		return endpoint->tenant_optional ? OURS : NOBODY;
	ep_buf_clear(other);
	return ep_mapper_value(record, endpoint->tenant_path, EP_AS_TEXT,
			       NULL, other) &&
			       ep_str_eqcase(other->s ? other->s : "",
					     listing->tenancy->id) ?
		       OURS :
		       ANOTHER;
}

static void refuse(struct ep_listing *listing, enum owner owner,
		   const struct ep_buf *other)
{
	EP_AUTO(ep_buf_release) struct ep_buf shown = EP_BUF_INIT(128);
	char page[64];

	if (owner == NOBODY) {
		ep_listing_end(listing, ep_listing_cut(listing),
			       "Look at the answer with `exitproof connector "
			       "try`: the vendor has to say of each record "
			       "whose it is",
			       "%s has a record without '%.100s', so that it "
			       "may be of any tenancy, and was refused",
			       ep_listing_page(listing, page),
			       listing->endpoint->tenant_path);
		return;
	}
	if (other->len)
		ep_str_printable(&shown, other->s, strnlen(other->s, 64));
	else
		ep_buf_adds(&shown, "no id");
	ep_listing_end(listing, ep_listing_cut(listing),
		       "Do not use these data: the credential or the vendor "
		       "mixes tenancies up; check the credential, then tell "
		       "the vendor",
		       "%s holds records of another tenancy (%s in place of "
		       "%s) and was refused",
		       ep_listing_page(listing, page), shown.s ? shown.s : "",
		       listing->tenancy->id);
}

bool ep_listing_owns(struct ep_listing *listing,
		     const struct ep_json *records, bool one)
{
	EP_AUTO(ep_buf_release) struct ep_buf other =
		EP_BUF_INIT(EP_TEXT_BYTES_MAX);
	const struct ep_json *record = one ? records : ep_json_first(records);
	enum owner owner = OURS;

	if (!listing->endpoint->tenant_path)
		return true;
	for (; record && owner == OURS;
	     record = one ? NULL : ep_json_next(record))
		owner = owner_of(listing, record, &other);
	if (owner != OURS)
		refuse(listing, owner, &other);
	return owner == OURS;
}
