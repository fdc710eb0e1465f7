/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ada comes, Bea is renamed and Cid goes; who manages changes hands, and the
 * last night is read in part.
 */
#include "nights.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/vec.h"
#include "ext/db.h"
#include "model/config.h"

#define FIRST_NIGHT 1790000000
#define DAY 86400

struct pen {
	struct ep_store *store;
	struct ep_sink sink;
	struct ep_err err;
};

static void set(struct ep_row *row, const char *column, const char *text)
{
	int i = ep_entity_column(ep_entity(row->kind), column);

	must(i >= 0);
	row->cell[i].state = EP_CELL_VALUE;
	row->cell[i].text = text;
}

static void *start(struct pen *pen, const char *name, enum ep_kind kind)
{
	struct ep_dataset_ref ref = { .system = "printix",
				      .tenant = "t1",
				      .name = name,
				      .connector = "printix",
				      .connector_version = 1,
				      .kinds = 1u << kind,
				      .max_age = 93600 };
	void *dataset = NULL;

	must(pen->sink.begin(pen->sink.to, &ref, &dataset, &pen->err) == 0);
	return dataset;
}

static void put(struct pen *pen, void *dataset, const struct ep_row *row)
{
	bool repeat = false;

	must(pen->sink.row(pen->sink.to, dataset, row, &repeat, &pen->err) ==
	     0);
}

static void finish(struct pen *pen, void *dataset,
		   enum ep_coverage_status status)
{
	struct ep_coverage coverage;

	ep_coverage_init(&coverage);
	if (status != EP_COVERAGE_COMPLETE)
		ep_coverage_spoil(&coverage, status, "Run again",
				  "page 2 was cut off");
	coverage.started_at = coverage.ended_at = ep_clock_now();
	must(pen->sink.end(pen->sink.to, dataset, &coverage, &pen->err) == 0);
	ep_coverage_release(&coverage);
}

static void write_people(struct pen *pen, const char *names,
			 enum ep_coverage_status status)
{
	void *dataset = start(pen, "printix.users", EP_KIND_account);

	for (int i = 0; names[i]; i++) {
		struct ep_row row = { .kind = EP_KIND_account };
		char id[2] = { names[i] & ~0x20, '\0' };
		char mail[32];
		int seen = ep_entity_column(ep_entity(row.kind),
					    "last_seen_at");

		/* Who is renamed is written small. */
		snprintf(mail, sizeof(mail), "%c@acme.example", names[i]);
		set(&row, "id", id);
		set(&row, "email", mail);
		set(&row, "name", names[i] & 0x20 ? "Beatrix" : id);
		set(&row, "state", "active");
		row.cell[seen].state = EP_CELL_VALUE;
		row.cell[seen].number = ep_clock_now() - 100 * i - 1;
		put(pen, dataset, &row);
	}
	finish(pen, dataset, status);
}

static void write_manager(struct pen *pen, const char *who)
{
	void *dataset = start(pen, "printix.roles", EP_KIND_role);
	struct ep_row row = { .kind = EP_KIND_role };

	set(&row, "account", who);
	set(&row, "role", "System manager");
	set(&row, "scope", "");
	set(&row, "privileged", "yes");
	put(pen, dataset, &row);
	finish(pen, dataset, EP_COVERAGE_COMPLETE);
}

static void write_night(struct pen *pen, const char *people, const char *who,
			enum ep_coverage_status status)
{
	static struct ep_config config;
	struct ep_run_info info = { .kind = "night", .program = "fuzz" };
	int64_t run;

	must(ep_store_run_begin(pen->store, &info, &config, &run,
				&pen->err) == 0);
	write_people(pen, people, status);
	write_manager(pen, who);
	must(ep_store_run_end(pen->store, true, 1, 1, 100, &pen->err) == 0);
	ep_clock_fix(ep_clock_now() + DAY);
}

void nights_make(const char *path, struct nights *ret)
{
	static const struct ep_evidence_role known[] = {
		{ "printix.roles", "Site manager" },
	};
	struct pen pen = { .store = NULL };
	struct ep_buf text;

	ep_clock_fix(FIRST_NIGHT);
	must(ep_store_open(path, true, &pen.store, &pen.err) == 0);
	ep_store_sink(pen.store, &pen.sink);
	write_night(&pen, "BC", "B", EP_COVERAGE_COMPLETE);
	write_night(&pen, "bCA", "C", EP_COVERAGE_COMPLETE);
	write_night(&pen, "b", "C", EP_COVERAGE_PARTIAL);
	must(ep_evidence_seal(pen.store, NULL, known, 1, NULL, NULL, &pen.err) == 0);
	ep_buf_init(&text, NIGHTS_BYTES_MAX);
	must(ep_evidence_checkpoint(ep_store_db(pen.store), &text, &pen.err) ==
	     0);
	must(ep_checkpoint_parse(text.s, text.len, &ret->checkpoint,
				 &pen.err) == 0);
	must(ret->checkpoint.size == NIGHTS);
	ep_buf_clear(&text);
	must(nights_say(pen.store, &text, &pen.err) == 0);
	ret->said = ep_buf_take(&text);
	ep_store_close(pen.store);
}

/* --- what it says --------------------------------------------------------- */

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int add_lines(struct ep_db *db, const char *view,
		     struct ep_words *lines, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	struct ep_buf text;
	bool more = false;
	int rc;

	ep_buf_init(&text, NIGHTS_BYTES_MAX);
	ep_buf_addf(&text, "SELECT * FROM \"%s\"", view);
	rc = ep_db_prepare(db, text.s, &stmt, err);
	while (rc == 0) {
		rc = ep_db_step(stmt, &more, err);
		if (rc < 0 || !more)
			break;
		ep_buf_clear(&text);
		for (int i = 0; i < ep_db_cols(stmt); i++) {
			const char *cell = ep_db_col_text(stmt, i);

			ep_buf_addf(&text, "%s|", cell ? cell : "-");
		}
		EP_VEC_ADD(lines) = ep_strdup(text.s);
	}
	ep_buf_release(&text);
	return rc;
}

static int say_view(struct ep_db *db, const char *view, struct ep_buf *out,
		    struct ep_err *err)
{
	struct ep_words lines = { .n = 0 };
	int rc = add_lines(db, view, &lines, err);

	if (lines.n)
		qsort(lines.v, lines.n, sizeof(*lines.v), by_text);
	for (size_t i = 0; i < lines.n; i++)
		ep_buf_addf(out, "%s %s\n", view, lines.v[i]);
	ep_words_release(&lines);
	return rc;
}

int nights_say(struct ep_store *store, struct ep_buf *out, struct ep_err *err)
{
	int rc = 0;

	for (int64_t run = 1; run <= NIGHTS && rc == 0; run++) {
		ep_buf_addf(out, "night %" PRId64 "\n", run);
		rc = ep_store_as_of(store, run, err);
		for (int k = 0; k < EP_KINDS && rc == 0; k++)
			rc = say_view(ep_store_db(store),
				      ep_entity((enum ep_kind)k)->name, out,
				      err);
		if (rc == 0)
			rc = say_view(ep_store_db(store), "coverage", out, err);
	}
	return rc;
}
