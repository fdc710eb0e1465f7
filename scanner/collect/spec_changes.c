/* SPDX-License-Identifier: Apache-2.0 */
/*
 * incremental: of an endpoint, and what must be so for a read of changes to
 * be able to stand for a read of everything.
 */
#include "collect/spec_read.h"

#include <string.h>

#include "base/str.h"

#define MINUTE 60
#define HOUR 3600

static const char *const delta_keys[] = { "kind", "path", "query", "start",
					  "link", "removed", "unset",
					  "full_every_hours", NULL };
static const char *const since_keys[] = { "kind", "query", "as",
					  "overlap_minutes",
					  "full_every_hours", NULL };

static void count_since(void *to, const char *name)
{
	*(size_t *)to += ep_str_eq(name, "since");
}

static bool names_since(const struct ep_pairs *pairs)
{
	size_t n = 0;

	for (size_t i = 0; i < pairs->n; i++)
		(void)ep_spec_names(pairs->v[i].value, count_since, &n);
	return n > 0;
}

static void read_since(struct ep_spec_reader *rd, const struct ep_yaml *at,
		       struct ep_spec_changes *c)
{
	static const char *const as_words[] = { "iso8601", "epoch", "epoch_ms",
						NULL };
	static const enum ep_convert as[] = { EP_AS_ISO8601, EP_AS_EPOCH,
					      EP_AS_EPOCH_MS };
	int64_t minutes = 10;

	ep_yaml_known(at, since_keys, "incremental of kind since", rd->file,
		      rd->diag);
	c->as = as[ep_spec_choice(rd, at, "as", as_words, 0)];
	ep_spec_int(rd, at, "overlap_minutes", 1, 1440, &minutes);
	c->overlap = minutes * MINUTE;
	if (!names_since(&c->query))
		ep_spec_complain(rd, at, "incremental: kind since needs query: "
				 "with {since} in it");
}

/* A typing error here would turn a member that the vendor dropped into null. */
static bool is_mapped(const struct ep_spec_emits *emits, const char *path)
{
	for (size_t i = 0; i < emits->n; i++) {
		for (size_t k = 0; k < emits->v[i].fields.n; k++) {
			const struct ep_words *paths =
				&emits->v[i].fields.v[k].path;

			for (size_t p = 0; p < paths->n; p++) {
				if (ep_str_eq(paths->v[p], path))
					return true;
			}
		}
	}
	return false;
}

static void read_delta(struct ep_spec_reader *rd, const struct ep_yaml *at,
		       const struct ep_spec_endpoint *e,
		       struct ep_spec_changes *c)
{
	ep_yaml_known(at, delta_keys, "incremental of kind delta", rd->file,
		      rd->diag);
	c->path = ep_spec_must(rd, at, "path", "incremental of kind delta");
	ep_spec_pairs(rd, at, "start", &c->start);
	c->link = ep_spec_json_path(rd, at, "link");
	c->removed = ep_spec_json_path(rd, at, "removed");
	ep_spec_words(rd, at, "unset", &c->unset);
	if (c->path && (*c->path != '/' || strpbrk(c->path, "?#\\ ")))
		ep_spec_complain(rd, at, "incremental: path starts with a "
				 "slash and holds no query");
	if (!c->link || !c->removed || c->start.n == 0)
		ep_spec_complain(rd, at, "incremental: kind delta needs "
				 "start:, link: and removed:");
	if (e->page.kind != EP_PAGE_NEXT_URL)
		ep_spec_complain(rd, at, "incremental: kind delta goes with "
				 "pages of kind next_url");
	for (size_t i = 0; i < c->unset.n; i++) {
		if (!is_mapped(&e->emits, c->unset.v[i]))
			ep_spec_complain(rd, at, "incremental: unset names "
					 "\"%.100s\", which no field reads",
					 c->unset.v[i]);
	}
}

/* Each record is one row of each emit, for ever: else a row could go without
 * its record being told to be gone. */
static void check_rows(struct ep_spec_reader *rd, const struct ep_yaml *at,
		       const struct ep_spec_endpoint *e)
{
	for (size_t i = 0; i < e->emits.n; i++) {
		if (e->emits.v[i].each || e->emits.v[i].when)
			ep_spec_complain(rd, at, "incremental: goes with "
					 "emits that make one row of each "
					 "record, without each: and when:");
	}
	if (e->for_each || e->tenants || e->search || e->absent.n ||
	    !e->records || e->records_map)
		ep_spec_complain(rd, at, "incremental: goes with a plain "
				 "listing, without for_each:, tenants:, "
				 "search:, absent: and records_map:");
}

void ep_spec_read_changes(struct ep_spec_reader *rd, const struct ep_yaml *map,
			  struct ep_spec_endpoint *e)
{
	static const char *const kinds[] = { "delta", "since", NULL };
	const struct ep_yaml *at = ep_spec_map(rd, map, "incremental");
	struct ep_spec_changes *c = &e->changes;
	int64_t hours = 144;

	if (!at)
		return;
	if (!ep_yaml_get(at, "kind"))
		ep_spec_complain(rd, at, "incremental needs kind:");
	ep_spec_pairs(rd, at, "query", &c->query);
	ep_spec_int(rd, at, "full_every_hours", 1, 8784, &hours);
	c->full_every = hours * HOUR;
	if (ep_spec_choice(rd, at, "kind", kinds, 0) == 0) {
		c->kind = EP_CHANGES_DELTA;
		read_delta(rd, at, e, c);
	} else {
		c->kind = EP_CHANGES_SINCE;
		read_since(rd, at, c);
	}
	check_rows(rd, at, e);
}

void ep_spec_changes_release(struct ep_spec_changes *changes)
{
	ep_free(changes->path);
	ep_spec_pairs_release(&changes->query);
	ep_spec_pairs_release(&changes->start);
	ep_free(changes->link);
	ep_free(changes->removed);
	ep_spec_words_release(&changes->unset);
}
