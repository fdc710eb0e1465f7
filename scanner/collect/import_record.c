/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One record of an import: whose it is, when it was seen, and what it says.
 */
#include "collect/import_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/str.h"
#include "ext/crypto.h"

#define NEXT_NAME ", "
#define OTHERS "and others"

/* So that the first name leaves room to say that there were others. */
#define NAME_MAX_BYTES                                         \
	(sizeof(((struct ep_import_part *)NULL)->captured_by) - \
	 sizeof(NEXT_NAME OTHERS))

/* Clocks differ and zones are forgotten; past a day it is a wrong date. */
#define FUTURE_MAX 86400

/* One empty cell may be the trouble of several rows. */
static bool said_already(const struct ep_import_run *run, int line, int col,
			 const char *msg)
{
	const struct ep_diag *diag = run->diag;
	const struct ep_diag_item *last;

	if (diag->n == 0)
		return false;
	last = &diag->item[diag->n - 1];
	return last->line == line && last->col == col &&
	       ep_str_eq(last->msg, msg) && ep_str_eq(last->file, run->file);
}

void ep_import_complain(struct ep_import_run *run, const char *name,
			const char *fmt, ...)
{
	char msg[EP_ERR_MSG_MAX];
	int line = 0;
	int col = 0;
	size_t n = 0;
	va_list ap;

	if (run->col_of) {
		line = run->line;
		col = name ? run->col_of(run->col_to, name) : 1;
	} else if (run->record) {
		n = (size_t)snprintf(msg, sizeof(msg), "record %d: ",
				     run->record);
	}
	va_start(ap, fmt);
	if (vsnprintf(msg + n, sizeof(msg) - n, fmt, ap) < 0)
		msg[n] = '\0';
	va_end(ap);
	if (!said_already(run, line, col, msg))
		ep_diag_add(run->diag, run->file, line, col, "%s", msg);
}

void ep_import_trouble(void *to, const char *path, const char *msg)
{
	struct ep_import_run *run = to;

	if (!run->handing)
		ep_import_complain(run, path, "%s %s", path, msg);
}

const char *ep_import_lookup(void *to, const char *name)
{
	struct ep_import_run *run = to;

	if (run->part && ep_str_eq(name, "tenant"))
		return run->part->tenancy.tenant;
	return NULL;
}

static char *value_of(const struct ep_import_run *run,
		      const struct ep_json *record, const char *name)
{
	struct ep_buf text;
	const struct ep_json *m;
	bool found;

	if (!name)
		return NULL;
	ep_buf_init(&text, EP_TEXT_BYTES_MAX);
	if (run->mapper.flat)
		found = ep_json_get(record, name, &m) == EP_JSON_PRESENT &&
			ep_json_scalar(m, &text);
	else
		found = ep_mapper_value(record, name, EP_AS_TEXT, NULL, &text);
	if (!found || text.overflow || text.len == 0) {
		ep_buf_release(&text);
		return NULL;
	}
	return ep_buf_take(&text);
}

static struct ep_import_part *part_new(struct ep_import_run *run,
				       const char *map_key, const char *key,
				       bool by_domain)
{
	const struct ep_import_request *rq = run->request;
	struct ep_import_part *part = ep_calloc(1, sizeof(*part));
	struct ep_err err = EP_ERR_INIT;

	part->key = ep_strdup(map_key);
	ep_map_init(&part->seen);
	EP_VEC_ADD(&run->parts) = part;
	ep_map_set(&run->by_key, map_key, part);
	if (rq->resolve(rq->to, rq->import->of_system, key, by_domain,
			&part->tenancy, &err) < 0)
		ep_import_complain(run, rq->import->tenant_column, "%s",
				   err.msg);
	else
		part->known = true;
	return part;
}

struct ep_import_part *ep_import_one(struct ep_import_run *run)
{
	const struct ep_import_request *rq = run->request;
	struct ep_import_part *part = ep_map_get(&run->by_key, "");

	if (part)
		return part;
	return part_new(run, "", rq->tenant, rq->import->tenant_by_domain);
}

static struct ep_import_part *part_of(struct ep_import_run *run,
				      const struct ep_json *record)
{
	const struct ep_spec_import *im = run->request->import;
	EP_AUTO_FREE char *key = NULL;
	struct ep_import_part *part;

	if (im->one_tenant)
		return ep_import_one(run);
	key = value_of(run, record, im->tenant_column);
	if (!key) {
		ep_import_complain(run, im->tenant_column,
				   "%s is empty: whose record is this?",
				   im->tenant_column);
		return NULL;
	}
	if (im->tenant_by_domain)
		ep_str_lower(key);
	part = ep_map_get(&run->by_key, key);
	if (part)
		return part;
	return part_new(run, key, key, im->tenant_by_domain);
}

static void captured_at(struct ep_import_run *run, struct ep_import_part *part,
			const struct ep_json *record)
{
	const struct ep_spec_import *im = run->request->import;
	EP_AUTO_FREE char *text = value_of(run, record, im->captured_at);
	int64_t at = run->request->captured_at;

	if (text && !ep_time_iso(text, false, &at)) {
		ep_import_complain(run, im->captured_at,
				   "%s cannot be read as a date: %.80s",
				   im->captured_at, text);
		return;
	}
	if (!at) {
		ep_import_complain(run, im->captured_at,
				   "nobody says when this was captured; %s%s%s "
				   "--captured-at",
				   im->captured_at ? "fill in " : "use",
				   im->captured_at ? im->captured_at : "",
				   im->captured_at ? " or use" : "");
		return;
	}
	if (at > run->now + FUTURE_MAX) {
		ep_import_complain(run, im->captured_at,
				   "captured in the future: %.80s",
				   text ? text : "--captured-at");
		return;
	}
	if (!part->captured_at || at < part->captured_at)
		part->captured_at = at;
}

/* Is WHO one of the names in LIST?  A name may hold another: Ann, Joann. */
static bool is_named(const char *list, const char *who)
{
	size_t n = strlen(who), sep = strlen(NEXT_NAME);

	for (const char *p = list; (p = strstr(p, who)); p++) {
		bool begins = p == list ||
			      ((size_t)(p - list) >= sep &&
			       memcmp(p - sep, NEXT_NAME, sep) == 0);

		if (begins && (!p[n] || ep_str_starts(p + n, NEXT_NAME)))
			return true;
	}
	return false;
}

/* Everybody who looked; where there is no room for all, that is said. */
static void add_name(char *list, size_t size, const char *who)
{
	size_t used = strlen(list);
	size_t room = size - used - (used ? strlen(NEXT_NAME) : 0);

	if (is_named(list, who) || is_named(list, OTHERS))
		return;
	if (used && strlen(who) + strlen(NEXT_NAME OTHERS) >= room)
		who = OTHERS;
	snprintf(list + used, size - used, "%s%s", used ? NEXT_NAME : "", who);
}

void ep_import_captured_by(struct ep_import_run *run,
			   struct ep_import_part *part, const char *who)
{
	const char *column = run->request->import->captured_by;

	if (!who || !*who)
		ep_import_complain(run, column,
				   "nobody says who captured this; %s%s%s "
				   "--captured-by",
				   column ? "fill in " : "use",
				   column ? column : "",
				   column ? " or use" : "");
	else if (strlen(who) > NAME_MAX_BYTES)
		ep_import_complain(run, column,
				   "who captured this is a name of %zu bytes; "
				   "at most %zu are kept",
				   strlen(who), NAME_MAX_BYTES);
	else
		add_name(part->captured_by, sizeof(part->captured_by), who);
}

static void captured_by(struct ep_import_run *run, struct ep_import_part *part,
			const struct ep_json *record)
{
	EP_AUTO_FREE char *text =
		value_of(run, record, run->request->import->captured_by);

	ep_import_captured_by(run, part,
			      text ? text : run->request->captured_by);
}

int ep_import_record(struct ep_import_run *run, const struct ep_json *record,
		     bool empty, struct ep_err *err)
{
	run->part = part_of(run, record);
	if (!run->part || !run->part->known)
		return 0;
	if (!run->handing) {
		captured_at(run, run->part, record);
		captured_by(run, run->part, record);
		run->totals->records++;
	}
	run->part->records += run->handing && !empty;
	if (!empty)
		return ep_mapper_record(&run->mapper, record, NULL, NULL, err);
	if (!run->request->import->may_be_empty && !run->handing)
		ep_import_complain(run, NULL, "this record says nothing");
	return 0;
}

/* Two rows of one key that say the same are one; else one of them is wrong,
 * and we cannot know which. */
static void row_sum(const struct ep_row *row, uint8_t ret[EP_SHA256_BYTES])
{
	const struct ep_entity *entity = ep_entity(row->kind);
	struct ep_sha256 *sha = ep_sha256_new();

	for (int c = 0; c < entity->columns; c++) {
		const struct ep_cell *cell = &row->cell[c];

		ep_sha256_add(sha, &cell->state, sizeof(cell->state));
		ep_sha256_add(sha, &cell->number, sizeof(cell->number));
		if (cell->text)
			ep_sha256_add(sha, cell->text, strlen(cell->text) + 1);
		if (cell->word)
			ep_sha256_add(sha, cell->word, strlen(cell->word) + 1);
	}
	if (row->attr)
		ep_sha256_add(sha, row->attr, strlen(row->attr));
	ep_sha256_end(sha, ret);
}

static int check_row(struct ep_import_run *run, const struct ep_row *row,
		     struct ep_err *err)
{
	struct ep_import_seen *seen;
	uint8_t sum[EP_SHA256_BYTES];
	struct ep_buf key;
	int rc;

	ep_buf_init(&key, (size_t)EP_COLUMNS_MAX * (EP_TEXT_BYTES_MAX + 1));
	ep_buf_addf(&key, "%d\x1f", (int)row->kind);
	rc = ep_row_key(row, &key, err);
	if (rc < 0) {
		ep_buf_release(&key);
		return rc;
	}
	row_sum(row, sum);
	seen = ep_map_getn(&run->part->seen, key.s, key.len);
	if (!seen) {
		seen = ep_calloc(1, sizeof(*seen));
		memcpy(seen->sum, sum, sizeof(sum));
		seen->line = run->line ? run->line : run->record;
		seen->file = run->file;
		ep_map_setn(&run->part->seen, key.s, key.len, seen);
	} else if (memcmp(seen->sum, sum, sizeof(sum)) != 0) {
		ep_import_complain(run, NULL,
				   "the same %s as in %s %d%s%s, but with other "
				   "values", ep_entity(row->kind)->name,
				   run->line ? "line" : "record", seen->line,
				   seen->file == run->file ? "" : " of ",
				   seen->file == run->file ? "" : seen->file);
	}
	ep_buf_release(&key);
	return 0;
}

int ep_import_row(void *to, const struct ep_row *row, struct ep_err *err)
{
	struct ep_import_run *run = to;
	bool repeat = false;
	int rc;

	if (!run->handing)
		return check_row(run, row, err);
	rc = run->sink->row(run->sink->to, run->part->dataset, row, &repeat,
			    err);
	if (rc == 0 && !repeat)
		run->part->rows++;
	return rc;
}
