/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Playing a test world through the store.
 */
#include "check/world.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "model/sink.h"
#include "store/store.h"

#define API_MAX_AGE (26 * 3600)

struct player {
	const struct ep_world *world;
	struct ep_store *store;
	struct ep_sink sink;
	const struct ep_yaml *node;	/* the dataset */
};

static int wrong(const struct player *pl, const char *msg, struct ep_err *err)
{
	return ep_err_set(err, EP_EDATA, "%s:%d:%d: %s", pl->world->file,
			  pl->node->line, pl->node->col, msg);
}

static const char *member(const struct ep_yaml *map, const char *key)
{
	const struct ep_yaml *node = map ? ep_yaml_get(map, key) : NULL;

	return node && node->type == EP_YAML_SCALAR ? node->text : NULL;
}

/* --- one dataset -------------------------------------------------------- */

static int read_kinds(const struct player *pl, unsigned *ret,
		      struct ep_err *err)
{
	const struct ep_yaml *kinds = ep_yaml_get(pl->node, "kinds");

	*ret = 0;
	if (!kinds || kinds->type != EP_YAML_LIST)
		return wrong(pl, "kinds: expected a list of entities", err);
	for (const struct ep_yaml *it = kinds->child; it; it = it->next) {
		int kind = it->text ? ep_entity_kind(it->text) : -1;

		if (kind < 0)
			return wrong(pl, "kinds: no such entity", err);
		*ret |= 1u << kind;
	}
	return 0;
}

static int read_version(const struct player *pl, int *ret, struct ep_err *err)
{
	const char *version = member(pl->node, "version");
	int64_t number = 1;

	if (version && (!ep_str_int(version, &number) || number < 1 ||
			number > INT32_MAX))
		return wrong(pl, "version: expected a number", err);
	*ret = (int)number;
	return 0;
}

static int read_ref(const struct player *pl, char *system, size_t size,
		    struct ep_dataset_ref *ret, struct ep_err *err)
{
	const char *uid = member(pl->node, "tenant");
	const char *slash = uid ? strchr(uid, '/') : NULL;
	const char *age = member(pl->node, "max_age");
	const char *imported = member(pl->node, "imported");

	if (!slash || (size_t)(slash - uid) >= size)
		return wrong(pl, "tenant: expected system/id", err);
	memcpy(system, uid, (size_t)(slash - uid));
	system[slash - uid] = '\0';
	*ret = (struct ep_dataset_ref){
		.system = system, .tenant = slash + 1,
		.name = member(pl->node, "dataset"), .connector = "world",
		.max_age = API_MAX_AGE,
		/* A world may go from full to empty in a night. */
		.transient = true, .held_ok = true,
	};
	if (!ret->name || !strchr(ret->name, '.'))
		return wrong(pl, "dataset: expected connector.listing", err);
	if (read_version(pl, &ret->connector_version, err) < 0)
		return err->code;
	if (age && !ep_str_int(age, &ret->max_age))
		return wrong(pl, "max_age: expected seconds", err);
	if (imported && !ep_str_bool(imported, &ret->imported))
		return wrong(pl, "imported: expected true or false", err);
	return read_kinds(pl, &ret->kinds, err);
}

static int read_coverage(const struct player *pl, struct ep_coverage *cover,
			 struct ep_err *err)
{
	const char *word = member(pl->node, "status");
	const char *reason = member(pl->node, "reason");
	const char *advice = member(pl->node, "advice");
	const char *captured = member(pl->node, "captured_at");
	int status = word ? ep_coverage_from_word(word)
			  : EP_COVERAGE_COMPLETE;

	if (status < 0)
		return wrong(pl, "status: no such word", err);
	cover->status = (enum ep_coverage_status)status;
	cover->started_at = ep_clock_now();
	cover->ended_at = ep_clock_now();
	cover->total = -1;
	snprintf(cover->reason, sizeof(cover->reason), "%s",
		 reason ? reason : "");
	snprintf(cover->advice, sizeof(cover->advice), "%s",
		 advice ? advice : "");
	if (captured && !ep_time_iso(captured, false, &cover->captured_at))
		return wrong(pl, "captured_at: expected a time", err);
	return 0;
}

static int play_rows(const struct player *pl, void *dataset,
		     struct ep_coverage *cover, struct ep_err *err)
{
	const struct ep_yaml *rows = ep_yaml_get(pl->node, "rows");
	int rc = 0;

	if (rows && rows->type != EP_YAML_LIST)
		return wrong(pl, "rows: expected a list", err);
	for (const struct ep_yaml *it = rows ? rows->child : NULL;
	     rc == 0 && it; it = it->next) {
		rc = ep_world_row(pl->world, it, &pl->sink, dataset, err);
		cover->rows++;
	}
	return rc;
}

static int play_dataset(struct player *pl, struct ep_err *err)
{
	static const char *const known[] = {
		"tenant", "dataset", "kinds", "status", "reason", "advice",
		"imported", "captured_at", "max_age", "version", "rows", NULL
	};
	struct ep_dataset_ref ref;
	struct ep_coverage cover;
	struct ep_err wrong_row = EP_ERR_INIT;
	char system[64];
	void *dataset;
	int rc;
	int ended;

	ep_yaml_known(pl->node, known, "dataset", pl->world->file,
		      pl->world->diag);
	rc = read_ref(pl, system, sizeof(system), &ref, err);
	if (rc == 0)
		rc = pl->sink.expect(pl->sink.to, &ref, err);
	if (rc < 0 || ep_str_eq(member(pl->node, "status"), "missing"))
		return rc;
	ep_coverage_init(&cover);
	rc = read_coverage(pl, &cover, err);
	if (rc == 0)
		rc = pl->sink.begin(pl->sink.to, &ref, &dataset, err);
	if (rc == 0) {
		rc = play_rows(pl, dataset, &cover, &wrong_row);
		if (rc < 0)
			*err = wrong_row;
		ended = pl->sink.end(pl->sink.to, dataset, &cover,
				     rc < 0 ? &wrong_row : err);
		rc = rc < 0 ? rc : ended;
	}
	ep_coverage_release(&cover);
	return rc;
}

/* --- nights ------------------------------------------------------------- */

static const struct ep_yaml *datasets_of(const struct ep_yaml *part)
{
	const struct ep_yaml *list = part ? ep_yaml_get(part, "datasets")
					  : NULL;

	return list && list->type == EP_YAML_LIST ? list->child : NULL;
}

static bool same_dataset(const struct ep_yaml *a, const struct ep_yaml *b)
{
	return ep_str_eq(member(a, "tenant"), member(b, "tenant")) &&
	       ep_str_eq(member(a, "dataset"), member(b, "dataset"));
}

/* A dataset of the base is left out when the case names it under without or
 * has its own. */
static bool left_out(const struct ep_world *world, const struct ep_yaml *set)
{
	const struct ep_yaml *without = ep_yaml_get(world->world, "without");

	for (const struct ep_yaml *it = without ? without->child : NULL; it;
	     it = it->next)
		if (ep_str_eq(it->text, member(set, "dataset")))
			return true;
	for (const struct ep_yaml *it = datasets_of(world->world); it;
	     it = it->next)
		if (same_dataset(it, set))
			return true;
	return false;
}

static int play_list(struct player *pl, const struct ep_yaml *first,
		     bool base, struct ep_err *err)
{
	int rc = 0;

	for (pl->node = first; rc == 0 && pl->node; pl->node = pl->node->next)
		if (!base || !left_out(pl->world, pl->node))
			rc = play_dataset(pl, err);
	return rc;
}

static int play_night(struct player *pl, int64_t at,
		      const struct ep_yaml *base,
		      const struct ep_yaml *own, struct ep_err *err)
{
	struct ep_run_info info = { .kind = "night", .program = "world",
				    .config_sha256 = "", .rules_sha256 = "" };
	int64_t run;
	int rc;

	ep_clock_fix(at);
	rc = ep_store_run_begin(pl->store, &info, pl->world->config, &run,
				err);
	if (rc < 0)
		return rc;
	ep_store_sink(pl->store, &pl->sink);
	rc = play_list(pl, base, true, err);
	if (rc == 0)
		rc = play_list(pl, own, false, err);
	if (rc == 0)
		rc = ep_store_flush(pl->store, err);
	if (rc == 0)
		rc = ep_store_run_end(pl->store, true, 0, 0, 0, err);
	return rc;
}

static int play_earlier(struct player *pl, struct ep_err *err)
{
	const struct ep_yaml *nights = ep_yaml_get(pl->world->world,
						   "earlier");
	int rc = 0;

	for (const struct ep_yaml *it = nights ? nights->child : NULL;
	     rc == 0 && it; it = it->next) {
		const char *at = member(it, "at");
		int64_t t = 0;

		pl->node = it;
		if (!at || !ep_time_iso(at, false, &t) ||
		    t >= pl->world->now)
			return wrong(pl, "at: expected a time before now",
				     err);
		rc = play_night(pl, t, NULL, datasets_of(it), err);
	}
	return rc;
}

int ep_world_play(const struct ep_world *world, struct ep_store *store,
		  struct ep_err *err)
{
	struct player pl = { .world = world, .store = store };
	int rc = play_earlier(&pl, err);

	if (rc == 0)
		rc = play_night(&pl, world->now, datasets_of(world->base),
				datasets_of(world->world), err);
	if (rc == 0)
		rc = ep_store_as_of(store, 0, err);
	return rc;
}
