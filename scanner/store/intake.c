/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes the rows of datasets in.
 */
#include "store/intake.h"

#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/str.h"
#include "ext/db.h"
#include "store/bookmark.h"
#include "store/changes.h"
#include "store/hold.h"
#include "store/preload.h"
#include "store/recall.h"
#include "store/rowload.h"
#include "store/tenancy.h"

#define SCRATCH_BYTES_MAX (2 * EP_KEY_BYTES_MAX + EP_ATTR_BYTES_MAX)

static void intake_free(struct ep_intake *intake)
{
	for (size_t i = 0; i < intake->listed.n; i++) {
		struct ep_listed_tenancy *t = &intake->listed.v[i];

		ep_free(t->system);
		ep_free(t->tenant);
		ep_free(t->name);
		ep_free(t->domain);
	}
	ep_vec_release(&intake->listed);
	ep_apply_free(intake->apply);
	ep_vec_release(&intake->made);
	ep_changes_release(intake);
	ep_buf_release(&intake->key);
	ep_buf_release(&intake->scratch);
	ep_free(intake);
}

static void unlink_intake(struct ep_store *store, struct ep_intake *intake)
{
	struct ep_intake **at = &store->intakes;

	while (*at != intake)
		at = &(*at)->next;
	*at = intake->next;
}

static int fault_of(const struct ep_intake *intake, struct ep_err *err)
{
	if (intake->fault.code != EP_OK)
		return ep_err_set(err, intake->fault.code, "%s",
				  intake->fault.msg);
	return 0;
}

int ep_intake_drop_all(struct ep_store *store, struct ep_err *err)
{
	int rc = 0;

	while (store->intakes) {
		struct ep_intake *intake = store->intakes;

		if (rc == 0)
			rc = fault_of(intake, err);
		if (rc == 0)
			rc = ep_err_set(err, EP_EBUG, "%s was begun and never "
					"ended", intake->dataset->name);
		store->intakes = intake->next;
		intake_free(intake);
	}
	return rc;
}

/* --- begin -------------------------------------------------------------- */

/* Of every kind while an epoch begins: a new version of a connector may have
 * dropped one, and its rows must go with it. */
static unsigned indexed_kinds(const struct ep_dataset *dataset,
			      int connector_version)
{
	if (dataset->settled && dataset->connector_version == connector_version)
		return dataset->kinds;
	return (1u << EP_KINDS) - 1;
}

static int index_rows(struct ep_intake *intake, struct ep_err *err)
{
	struct ep_store *store = intake->apply->store;
	struct ep_dataset *dataset = intake->dataset;
	struct ep_rowindex *index = &intake->apply->index;
	unsigned kinds = indexed_kinds(dataset, intake->connector_version);
	int rc = 0;

	/* What this run itself has changed about it must be readable. */
	if (dataset->touched)
		rc = ep_writer_flush(store->writer, err);
	else if (ep_preload_take(store->preload, dataset->id, kinds, index))
		return 0;
	return rc == 0 ? ep_rowload(store->reader, store->secret, dataset->id,
				    kinds, index, err) : rc;
}

static int check_run(const struct ep_store *store, struct ep_err *err)
{
	if (store->run)
		return 0;
	return ep_err_set(err, EP_EBUG, "the store has no run to write to");
}

static int expect(void *to, const struct ep_dataset_ref *ref,
		  struct ep_err *err)
{
	struct ep_store *store = to;
	struct ep_dataset *dataset;
	int rc = check_run(store, err);

	return rc == 0 ? ep_registry_dataset(store, ref, &dataset, err) : rc;
}

/* Whatever does not go well here is done, and told, when it is begun. */
static void prepare(void *to, const struct ep_dataset_ref *ref)
{
	struct ep_err err = EP_ERR_INIT;
	struct ep_store *store = to;
	struct ep_dataset *dataset;

	if (!store->run || ep_registry_dataset(store, ref, &dataset, &err) < 0 ||
	    dataset->fresh || dataset->busy || dataset->touched)
		return;
	if (!store->preload && !store->no_preload)
		store->preload = ep_preload_new(store->path, store->secret);
	store->no_preload = !store->preload;
	ep_preload_ask(store->preload, dataset->id,
		       indexed_kinds(dataset, ref->connector_version));
}

static struct ep_intake *intake_new(struct ep_store *store,
				    const struct ep_dataset_ref *ref,
				    struct ep_dataset *dataset)
{
	struct ep_intake *intake = ep_calloc(1, sizeof(*intake));

	intake->dataset = dataset;
	intake->connector_version = ref->connector_version;
	intake->transient = ref->transient;
	intake->held_ok = ref->held_ok;
	intake->imported = ref->imported;
	ep_map_init(&intake->told);
	ep_buf_init(&intake->key, EP_KEY_BYTES_MAX);
	ep_buf_init(&intake->scratch, SCRATCH_BYTES_MAX);
	intake->apply = ep_calloc(1, sizeof(*intake->apply));
	intake->apply->store = store;
	intake->apply->run = store->run;
	intake->apply->dataset = dataset->id;
	intake->apply->changes = ref->changes;
	ep_rowindex_init(&intake->apply->index);
	ep_stage_init(&intake->apply->stage, store->folder);
	ep_coverage_init(&intake->apply->coverage);
	return intake;
}

static int begin(void *to, const struct ep_dataset_ref *ref,
		 void **ret_dataset, struct ep_err *err)
{
	struct ep_store *store = to;
	struct ep_dataset *dataset;
	struct ep_intake *intake;
	int rc = check_run(store, err);

	if (rc == 0)
		rc = ep_registry_dataset(store, ref, &dataset, err);
	if (rc < 0)
		return rc;
	if (dataset->busy)
		return ep_err_set(err, EP_EBUG, "%s of %s/%s is being read "
				  "already", ref->name, ref->system,
				  ref->tenant);
	if (ref->changes && (!dataset->settled ||
			     dataset->connector_version !=
				     ref->connector_version))
		return ep_err_set(err, EP_EBUG, "%s of %s/%s has nothing that "
				  "changes could be added to", ref->name,
				  ref->system, ref->tenant);
	intake = intake_new(store, ref, dataset);
	rc = dataset->fresh ? 0 : index_rows(intake, err);
	intake->before = intake->apply->index.n;
	/* Rows that nothing is listed of: somebody who wrote them took it. */
	intake->apply->relist = intake->before &&
				!intake->apply->index.appended;
	if (rc < 0) {
		intake_free(intake);
		return ep_err_context(err, "%s of %s/%s", ref->name,
				      ref->system, ref->tenant);
	}
	ep_recall_begin(intake, ref->basis);
	dataset->busy = true;
	intake->next = store->intakes;
	store->intakes = intake;
	*ret_dataset = intake;
	return 0;
}

/* --- row ---------------------------------------------------------------- */

/* Addresses are compared without case everywhere, so they are stored in
 * lower case; what the mapper folded already stays as it is. */
static const struct ep_row *fold(const struct ep_row *row,
				 struct ep_row *copy, char **ret_texts)
{
	const struct ep_entity *entity = ep_entity(row->kind);
	struct ep_buf texts;
	size_t at[EP_COLUMNS_MAX];
	bool any = false;

	ep_buf_init(&texts, EP_KEY_BYTES_MAX);
	for (int i = 0; i < entity->columns; i++) {
		const char *text = row->cell[i].text;

		at[i] = SIZE_MAX;
		if (entity->column[i].type != EP_TYPE_ADDRESS ||
		    row->cell[i].state != EP_CELL_VALUE || !text ||
		    !text[strcspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")])
			continue;
		at[i] = texts.len;
		ep_buf_add(&texts, text, strlen(text) + 1);
		any = true;
	}
	*ret_texts = NULL;
	if (!any)
		return row;
	*copy = *row;
	*ret_texts = ep_buf_take(&texts);
	for (int i = 0; i < entity->columns; i++) {
		if (at[i] == SIZE_MAX)
			continue;
		ep_str_lower(*ret_texts + at[i]);
		copy->cell[i].text = *ret_texts + at[i];
	}
	return copy;
}

static int stage_row(struct ep_intake *intake, const struct ep_row *row,
		     struct ep_entry *entry, enum ep_staged_op op,
		     const struct ep_print *print, struct ep_err *err)
{
	struct ep_apply *apply = intake->apply;
	struct ep_staged staged = {
		.op = op,
		.kind = row->kind,
		.entry = (uint32_t)(entry - apply->index.v),
		.print = *print,
		.key = intake->key.s,
		.key_len = intake->key.len,
	};
	int rc;

	ep_tuple_of_row(ep_layout(row->kind), row, &intake->scratch,
			&staged.tuple);
	if (intake->scratch.overflow)
		return ep_err_set(err, EP_ELIMIT, "addresses of a record "
				  "above %d bytes (EP_TEXT_BYTES_MAX)",
				  SCRATCH_BYTES_MAX);
	rc = ep_stage_add(&apply->stage, &staged, &intake->fault);
	entry->staged = staged.number;
	return rc == 0 ? 0 : fault_of(intake, err);
}

static void list_tenancy(struct ep_intake *intake, const struct ep_row *row)
{
	const struct ep_entity *entity = ep_entity(row->kind);
	static const char *const names[] = { "of_system", "id", "name",
					     "domain" };
	const char *text[4];
	struct ep_listed_tenancy *t;

	for (size_t i = 0; i < 4; i++) {
		const struct ep_cell *cell =
			&row->cell[ep_entity_column(entity, names[i])];

		text[i] = cell->state == EP_CELL_VALUE ? cell->text : NULL;
	}
	t = &EP_VEC_ADD(&intake->listed);
	t->system = ep_strdup(text[0]);
	t->tenant = ep_strdup(text[1]);
	t->name = ep_strdup(text[2]);
	t->domain = ep_strdup(text[3]);
}

static int compare_row(struct ep_intake *intake, const struct ep_row *row,
		       struct ep_entry *entry, struct ep_err *err)
{
	struct ep_print print = ep_print_row(intake->apply->store->secret, row,
					     &intake->scratch);
	enum ep_staged_op op = EP_STAGED_CHANGED;

	if (intake->scratch.overflow)
		return ep_err_set(err, EP_ELIMIT, "a record above %d bytes "
				  "(EP_TEXT_BYTES_MAX, EP_ATTR_BYTES_MAX)",
				  SCRATCH_BYTES_MAX);
	if (intake->apply->changes)
		ep_changes_row(intake, &entry->key, &print);
	if (!entry->rid) {
		op = EP_STAGED_NEW;
	} else if (print.fixed == entry->print.fixed) {
		/* Also when an earlier row of this key said otherwise. */
		entry->staged = 0;
		if (print.moving == entry->print.moving)
			return 0;
		op = EP_STAGED_MOVED;
	}
	return stage_row(intake, row, entry, op, &print, err);
}

int ep_intake_move(struct ep_intake *intake, const struct ep_row *row,
		   struct ep_entry *entry, struct ep_err *err)
{
	struct ep_print print = entry->print;

	print.moving = ep_print_moving(intake->apply->store->secret, row,
				       &intake->scratch);
	/* Also when an earlier record of this text said otherwise. */
	entry->staged = 0;
	if (print.moving == entry->print.moving)
		return 0;
	return stage_row(intake, row, entry, EP_STAGED_MOVED, &print, err);
}

bool ep_intake_see(struct ep_intake *intake, struct ep_entry *entry)
{
	bool before = entry->seen;

	if (!before) {
		intake->seen++;
		intake->known += entry->rid != 0;
	}
	entry->seen = true;
	return before;
}

int ep_intake_find(struct ep_intake *intake, enum ep_kind kind,
		   const struct ep_hash128 *hash, struct ep_entry **ret,
		   struct ep_err *err)
{
	struct ep_store *store = intake->apply->store;
	struct ep_rowkey key = { .kind = kind, .text = intake->key.s,
				 .len = intake->key.len, .hash = *hash };

	return ep_rowload_find(store->reader, store->secret,
			       intake->dataset->id, &key,
			       &intake->apply->index, ret, err);
}

static int take_row(struct ep_intake *intake, const struct ep_row *row,
		    bool *ret_repeat, struct ep_err *err)
{
	struct ep_rowindex *index = &intake->apply->index;
	struct ep_hash128 hash;
	struct ep_entry *entry;
	int rc;

	ep_buf_clear(&intake->key);
	rc = ep_row_key(row, &intake->key, err);
	if (rc < 0)
		return rc;
	hash = ep_print_key(intake->apply->store->secret, row->kind,
			    intake->key.s, intake->key.len, &intake->scratch);
	rc = ep_intake_find(intake, row->kind, &hash, &entry, err);
	if (rc < 0) {
		intake->fault = *err;
		return rc;
	}
	if (!entry) {
		entry = ep_rowindex_add(index, &hash);
		entry->kind = (uint8_t)row->kind;
	}
	*ret_repeat = ep_intake_see(intake, entry);
	ep_recall_row(intake, entry);
	return compare_row(intake, row, entry, err);
}

static int row(void *to, void *dataset, const struct ep_row *given,
	       bool *ret_repeat, struct ep_err *err)
{
	struct ep_intake *intake = dataset;
	EP_AUTO_FREE char *texts = NULL;
	const struct ep_row *folded;
	struct ep_row copy;
	int rc;

	(void)to;
	if (!(intake->dataset->kinds & 1u << given->kind))
		return ep_err_set(err, EP_EBUG, "%s does not emit %s",
				  intake->dataset->name,
				  ep_entity(given->kind)->name);
	folded = fold(given, &copy, &texts);
	rc = take_row(intake, folded, ret_repeat, err);
	if (rc < 0 && intake->refused.code == EP_OK)
		intake->refused = *err;
	if (rc == 0 && given->kind == EP_KIND_tenant)
		list_tenancy(intake, folded);
	return rc;
}

/* --- end ---------------------------------------------------------------- */

static void copy_coverage(struct ep_coverage *to,
			  const struct ep_coverage *from)
{
	ep_coverage_release(to);
	*to = *from;
	ep_buf_init(&to->page_sha256, from->page_sha256.max);
	ep_buf_add(&to->page_sha256, from->page_sha256.s,
		   from->page_sha256.len);
}

/* A record that was not taken may be one that is stored: nothing is gone. */
static void miss(struct ep_intake *intake, struct ep_coverage *coverage)
{
	if (intake->refused.code == EP_OK)
		return;
	ep_coverage_spoil(coverage, EP_COVERAGE_PARTIAL,
			  "exitproof connector lint shows whether its "
			  "connector maps the key of this listing",
			  "a record was refused: %s", intake->refused.msg);
}

/* Which words change rows, and what that means for the dataset's epoch. */
static void decide(struct ep_intake *intake,
		   const struct ep_coverage *coverage)
{
	struct ep_dataset *dataset = intake->dataset;
	struct ep_apply *apply = intake->apply;
	bool complete = coverage->status == EP_COVERAGE_COMPLETE;

	apply->connector_version = intake->connector_version;
	apply->rows = complete || coverage->status == EP_COVERAGE_PARTIAL;
	apply->close = complete;
	apply->forget = !apply->changes &&
			(apply->rows || coverage->status == EP_COVERAGE_HELD);
	if (!apply->rows)
		return;
	if (!dataset->begun ||
	    dataset->connector_version != intake->connector_version) {
		apply->epoch = true;
		dataset->settled = false;
	}
	apply->quiet = !dataset->settled;
	apply->settles = complete && !dataset->settled;
	dataset->settled = dataset->settled || complete;
	dataset->connector_version = intake->connector_version;
	dataset->begun = true;
	dataset->fresh = false;
}

static int register_listed(struct ep_store *store, struct ep_intake *intake,
			   struct ep_err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < intake->listed.n; i++) {
		const struct ep_listed_tenancy *t = &intake->listed.v[i];

		rc = ep_registry_seen(store, t->system, t->tenant, t->name,
				      t->domain, err);
	}
	return rc;
}

/* Which reads it adds to, and how many rows there are with what it adds. */
static int add_up(struct ep_store *store, struct ep_intake *intake,
		  struct ep_coverage *coverage, struct ep_err *err)
{
	const char *why;

	coverage->changes = intake->apply->changes;
	if (!coverage->changes)
		return 0;
	why = ep_changes_doubt(store, intake);
	if (why)
		ep_coverage_spoil(coverage, EP_COVERAGE_FAILED,
				  "Read all of it: exitproof run --full",
				  "what changed cannot be believed: %s", why);
	coverage->rows = ep_changes_rows(intake);
	coverage->removed = (int64_t)intake->removed;
	return ep_bookmark_runs(store, intake->dataset->id, coverage, err);
}

static int mark(void *to, void *handle, const char *basis, const char *token,
		struct ep_err *err)
{
	struct ep_apply *apply = ((struct ep_intake *)handle)->apply;

	(void)to;
	(void)err;
	ep_free(apply->basis);
	ep_free(apply->token);
	apply->basis = ep_strdup(basis);
	apply->token = ep_strdup(token);
	return 0;
}

static void drop(void *to, void *handle)
{
	struct ep_intake *intake = handle;

	unlink_intake(to, intake);
	intake->dataset->busy = false;
	intake_free(intake);
}

static int end(void *to, void *handle, struct ep_coverage *coverage,
	       struct ep_err *err)
{
	struct ep_store *store = to;
	struct ep_intake *intake = handle;
	int rc = fault_of(intake, err);

	unlink_intake(store, intake);
	intake->dataset->busy = false;
	if (rc < 0) {
		intake_free(intake);
		return rc;
	}
	rc = ep_hold(intake, coverage, err);
	miss(intake, coverage);
	if (rc == 0)
		rc = add_up(store, intake, coverage, err);
	copy_coverage(&intake->apply->coverage, coverage);
	decide(intake, coverage);
	if (rc == 0 && intake->apply->rows)
		rc = register_listed(store, intake, err);
	if (rc == 0) {
		intake->dataset->touched = true;
		rc = ep_apply_put(ep_take(&intake->apply), err);
	}
	intake_free(intake);
	return rc;
}

void ep_intake_sink(struct ep_store *store, struct ep_sink *ret)
{
	ret->to = store;
	ret->expect = expect;
	ret->prepare = prepare;
	ret->begin = begin;
	ret->row = row;
	ret->bookmark = ep_bookmark_get;
	ret->print = ep_recall_print;
	ret->known = ep_recall_known;
	ret->same = ep_recall_same;
	ret->moved = ep_recall_moved;
	ret->made = ep_recall_made;
	ret->gone = ep_changes_gone;
	ret->doubt = ep_changes_doubt;
	ret->drop = drop;
	ret->mark = mark;
	ret->end = end;
}
