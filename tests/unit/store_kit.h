/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of the store share: a folder of their own, runs, rows made
 * of a few words, and one value of one query.
 */
#ifndef EP_STORE_KIT_H
#define EP_STORE_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "ext/db.h"
#include "model/config.h"
#include "store/store.h"

#define KIT_NIGHT 86400
#define KIT_FIRST 1790000000

struct kit {
	char folder[64];
	char path[96];
	struct ep_store *store;
	struct ep_sink sink;
	struct ep_config config;
	int64_t run;
	struct ep_err err;
};

#define kit_ok(kit, call)                                        \
	do {                                                     \
		int kit_rc_ = (call);                            \
		if (kit_rc_ < 0)                                 \
			fail_msg("%s: %s", #call, (kit)->err.msg); \
	} while (0)

static inline void kit_init(struct kit *kit)
{
	memset(kit, 0, sizeof(*kit));
	snprintf(kit->folder, sizeof(kit->folder), "%s", "t_store-XXXXXX");
	assert_non_null(mkdtemp(kit->folder));
	snprintf(kit->path, sizeof(kit->path), "%s/x.db", kit->folder);
	ep_clock_fix(KIT_FIRST);
}

static inline void kit_open(struct kit *kit, bool write)
{
	kit_ok(kit, ep_store_open(kit->path, write, &kit->store, &kit->err));
	ep_store_sink(kit->store, &kit->sink);
}

static inline void kit_close(struct kit *kit)
{
	ep_store_close(kit->store);
	kit->store = NULL;
}

static inline void kit_release(struct kit *kit)
{
	static const char *const suffix[] = { "", "-wal", "-shm", ".lock",
					      ".new", ".new-wal", ".new-shm" };

	kit_close(kit);
	for (size_t i = 0; i < sizeof(suffix) / sizeof(suffix[0]); i++) {
		char path[128];

		snprintf(path, sizeof(path), "%s%s", kit->path, suffix[i]);
		unlink(path);
	}
	if (rmdir(kit->folder) < 0)
		fail_msg("%s: something was left behind", kit->folder);
	ep_clock_fix(0);
}

/* Around a test whose state is a kit with an open store. */
static inline int kit_setup(void **state)
{
	struct kit *kit = calloc(1, sizeof(*kit));

	kit_init(kit);
	kit_open(kit, true);
	*state = kit;
	return 0;
}

static inline int kit_teardown(void **state)
{
	kit_release(*state);
	free(*state);
	return 0;
}

static inline void kit_begin(struct kit *kit)
{
	struct ep_run_info info = { .kind = "night", .program = "test" };

	kit_ok(kit, ep_store_run_begin(kit->store, &info, &kit->config,
				       &kit->run, &kit->err));
}

/* The next night is a day later. */
static inline void kit_end(struct kit *kit)
{
	kit_ok(kit, ep_store_run_end(kit->store, true, 1, 1, 100, &kit->err));
	ep_clock_fix(ep_clock_now() + KIT_NIGHT);
}

static inline struct ep_dataset_ref kit_ref(const char *name, unsigned kinds)
{
	struct ep_dataset_ref ref = {
		.system = "printix",
		.tenant = "t1",
		.name = name,
		.connector = "printix",
		.connector_version = 1,
		.kinds = kinds,
		.max_age = 26 * 3600,
	};

	return ref;
}

#define KIT_ACCOUNTS (1u << EP_KIND_account)

static inline void kit_set(struct ep_row *row, const char *column,
			   const char *text)
{
	int i = ep_entity_column(ep_entity(row->kind), column);

	assert_true(i >= 0);
	row->cell[i].state = text ? EP_CELL_VALUE : EP_CELL_NULL;
	row->cell[i].text = text;
}

static inline void kit_set_int(struct ep_row *row, const char *column,
			       int64_t number)
{
	int i = ep_entity_column(ep_entity(row->kind), column);

	assert_true(i >= 0);
	row->cell[i].state = EP_CELL_VALUE;
	row->cell[i].number = number;
}

static inline struct ep_row kit_account(const char *id, const char *email,
					const char *name, int64_t seen)
{
	struct ep_row row = { .kind = EP_KIND_account };

	kit_set(&row, "id", id);
	kit_set(&row, "email", email);
	kit_set(&row, "name", name);
	kit_set(&row, "state", "active");
	if (seen)
		kit_set_int(&row, "last_seen_at", seen);
	return row;
}

static inline void *kit_start(struct kit *kit, const struct ep_dataset_ref *ref)
{
	void *dataset = NULL;

	kit_ok(kit, kit->sink.begin(kit->sink.to, ref, &dataset, &kit->err));
	return dataset;
}

static inline bool kit_row(struct kit *kit, void *dataset,
			   const struct ep_row *row)
{
	bool repeat = false;

	kit_ok(kit, kit->sink.row(kit->sink.to, dataset, row, &repeat,
				  &kit->err));
	return repeat;
}

static inline enum ep_coverage_status
kit_finish(struct kit *kit, void *dataset, enum ep_coverage_status status)
{
	struct ep_coverage coverage;

	ep_coverage_init(&coverage);
	coverage.status = status;
	coverage.started_at = coverage.ended_at = ep_clock_now();
	kit_ok(kit, kit->sink.end(kit->sink.to, dataset, &coverage,
				  &kit->err));
	status = coverage.status;
	ep_coverage_release(&coverage);
	return status;
}

/* One number of one row; fails the test when there is none. */
static inline int64_t kit_int(struct kit *kit, const char *sql)
{
	int64_t n = 0;

	kit_ok(kit, ep_store_flush(kit->store, &kit->err));
	kit_ok(kit, ep_db_one_int(ep_store_db(kit->store), sql, &n,
				  &kit->err));
	return n;
}

/* All columns of all rows, '|' and '\n' between them; the caller frees. */
static inline char *kit_dump(struct kit *kit, const char *sql)
{
	struct ep_stmt *stmt = NULL;
	struct ep_buf out;
	bool more = false;

	ep_buf_init(&out, 64 * 1024 * 1024);
	kit_ok(kit, ep_store_flush(kit->store, &kit->err));
	kit_ok(kit, ep_db_prepare(ep_store_db(kit->store), sql, &stmt,
				  &kit->err));
	for (;;) {
		kit_ok(kit, ep_db_step(stmt, &more, &kit->err));
		if (!more)
			break;
		for (int i = 0; i < ep_db_cols(stmt); i++) {
			const char *text = ep_db_col_text(stmt, i);

			ep_buf_addf(&out, "%s%s", i ? "|" : "",
				    text ? text : "-");
		}
		ep_buf_addc(&out, '\n');
	}
	ep_db_done(stmt);
	return ep_buf_take(&out);
}

static inline void kit_assert_dump(struct kit *kit, const char *sql,
				   const char *want)
{
	char *got = kit_dump(kit, sql);

	assert_string_equal(got, want);
	ep_free(got);
}

#endif
