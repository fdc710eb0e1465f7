/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a rule may do: the authorizer with its closed lists, the trace of
 * what is read, and the limit on work.
 */
#include "ext/db_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"

/* How many virtual-machine steps pass between two looks at the limits. */
#define STEPS_PER_LOOK 1000

/* Same input, same output, and no way out of the database: nothing that
 * reads a clock, a random source, a file or the connection's state.  Sorted
 * by bytes for bsearch. */
static const char *const allowed[] = {
	"->", "->>", "abs", "address_of", "avg", "ceil", "ceiling", "char",
	"coalesce", "count", "counted", "cume_dist", "dense_rank",
	"first_value", "floor", "format",
	"glob", "group_concat", "hex", "ifnull", "iif", "instr", "iso",
	"json", "json_array", "json_array_length", "json_each",
	"json_extract", "json_group_array", "json_group_object",
	"json_insert", "json_object", "json_patch", "json_quote",
	"json_remove", "json_replace", "json_set", "json_tree", "json_type",
	"json_valid", "lag", "last_value", "lead", "length", "like",
	"likelihood", "likely", "lower", "ltrim", "max", "min",
	"nth_value", "ntile", "nullif", "percent_rank", "printf", "quote",
	"rank", "regexp", "regexpi", "replace", "round", "row_number", "rtrim",
	"sign", "substr", "substring", "sum", "total", "trim", "typeof",
	"unicode", "unlikely", "upper",
};

static int compare_name(const void *key, const void *item)
{
	return strcmp(key, *(const char *const *)item);
}

static bool function_allowed(const char *name)
{
	return name && bsearch(name, allowed,
			       sizeof(allowed) / sizeof(allowed[0]),
			       sizeof(allowed[0]), compare_name);
}

/* The schema itself and SQLite's windows into files and settings. */
static bool object_allowed(const char *name)
{
	return name && strncasecmp(name, "sqlite_", 7) != 0 &&
	       strncasecmp(name, "pragma_", 7) != 0 &&
	       strcasecmp(name, "dbstat") != 0;
}

static int deny(struct ep_db *db, const char *what, const char *name)
{
	if (!db->denied[0])
		snprintf(db->denied, sizeof(db->denied), "%s %.100s", what,
			 name ? name : "");
	return SQLITE_DENY;
}

static int note_read(struct ep_db *db, const char *object, const char *column,
		     const char *via_view)
{
	const struct ep_db_guard *guard = db->guard;

	if (!object_allowed(object))
		return deny(db, "reading", object);
	if (guard->note)
		guard->note(guard->to, object, column ? column : "", via_view);
	return SQLITE_OK;
}

static int authorize(void *to, int action, const char *a, const char *b,
		     const char *schema, const char *via_view)
{
	struct ep_db *db = to;

	(void)schema;
	if (db->guard_paused)
		return SQLITE_OK;
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_RECURSIVE:
		return SQLITE_OK;
	case SQLITE_READ:
		return note_read(db, a, b, via_view);
	case SQLITE_FUNCTION:
		return function_allowed(b) ? SQLITE_OK
					   : deny(db, "function", b);
	case SQLITE_PRAGMA:
		return deny(db, "PRAGMA", a);
	case SQLITE_ATTACH:
	case SQLITE_DETACH:
		return deny(db, "ATTACH or DETACH", NULL);
	case SQLITE_TRANSACTION:
	case SQLITE_SAVEPOINT:
		return deny(db, "transaction control", NULL);
	default:
		return deny(db, "a change of", a);
	}
}

void ep_db_guard_set(struct ep_db *db, const struct ep_db_guard *guard)
{
	db->guard = guard;
	db->guard_paused = false;
	db->denied[0] = '\0';
	sqlite3_set_authorizer(db->h, guard ? authorize : NULL, db);
}

void ep_db_guard_pause(struct ep_db *db, bool pause)
{
	db->guard_paused = pause;
}

/* Nonzero interrupts the statement. */
static int look(void *to)
{
	struct ep_db_work *work = to;

	work->kilosteps += STEPS_PER_LOOK / 1000;
	if (work->kilosteps_max && work->kilosteps > work->kilosteps_max)
		work->steps_over = true;
	if (work->until_ms && ep_clock_mono_ms() >= work->until_ms)
		work->time_over = true;
	return work->steps_over || work->time_over;
}

void ep_db_work_limit(struct ep_db *db, int64_t kilosteps, int seconds)
{
	struct ep_db_work *work = &db->work;

	*work = (struct ep_db_work){
		.kilosteps_max = kilosteps,
		.seconds = seconds,
	};
	if (seconds > 0)
		work->until_ms = ep_clock_mono_ms() + seconds * INT64_C(1000);
	if (kilosteps > 0 || seconds > 0)
		sqlite3_progress_handler(db->h, STEPS_PER_LOOK, look, work);
	else
		sqlite3_progress_handler(db->h, 0, NULL, NULL);
}
