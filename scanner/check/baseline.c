/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads baselines.
 */
#include "check/baseline.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/str.h"
#include "ext/yaml.h"
#include "model/entity.h"
#include "store/who.h"

/* --- what it is about ------------------------------------------------------ */

static int key_columns(const struct ep_entity *entity)
{
	int n = 0;

	for (int i = 0; i < entity->columns; i++)
		n += (entity->column[i].flags & EP_COLUMN_KEY) != 0;
	return n;
}

/* "resource:policy:12": the kind, then as many parts as its key has; the
 * last takes the rest, since ids hold colons. */
int ep_baseline_key(const struct ep_baseline *baseline, struct ep_buf *key)
{
	EP_AUTO_FREE char *kind_word = NULL;
	const char *rest = strchr(baseline->name, ':');
	int kind, parts;

	if (!rest)
		return -1;
	kind_word = ep_strndup(baseline->name,
			       (size_t)(rest - baseline->name));
	kind = ep_entity_kind(kind_word);
	if (kind < 0)
		return -1;
	rest++;
	parts = key_columns(ep_entity((enum ep_kind)kind));
	while (--parts > 0) {
		const char *colon = strchr(rest, ':');

		if (!colon)
			return -1;
		ep_buf_add(key, rest, (size_t)(colon - rest));
		ep_buf_addc(key, '\x1f');
		rest = colon + 1;
	}
	ep_buf_adds(key, rest);
	return kind;
}

static bool attr_path(const char *column)
{
	if (!ep_str_starts(column, "attr."))
		return false;
	for (const char *s = column + 5; *s; s++)
		if (*s == '"' || *s == '\\' || (unsigned char)*s < ' ')
			return false;
	return column[5] != '\0';
}

const char *ep_baseline_wrong(const struct ep_baseline *baseline)
{
	EP_AUTO(ep_buf_release) struct ep_buf key =
		EP_BUF_INIT(4 * EP_TEXT_BYTES_MAX);
	const struct ep_entity *entity;
	int kind, column;

	if (baseline->what != EP_BASELINE_ROW)
		return baseline->column ? "\"column\" goes with \"row\" only"
					: NULL;
	kind = ep_baseline_key(baseline, &key);
	if (kind < 0)
		return "\"row\" is KIND:KEY, such as account:17 or "
		       "resource:policy:12";
	if (!baseline->column)
		return "\"row\" needs \"column\"";
	if (attr_path(baseline->column))
		return NULL;
	entity = ep_entity((enum ep_kind)kind);
	column = ep_entity_column(entity, baseline->column);
	if (column < 0)
		return "\"column\" is none of exitproof-schema(5), nor "
		       "attr.NAME";
	if (entity->column[column].flags & EP_COLUMN_VOLATILE)
		return "\"column\" moves every night; it cannot be accepted";
	return NULL;
}

void ep_baseline_label(const struct ep_baseline *baseline, struct ep_buf *out)
{
	static const char *const words[] = { "role ", "team ", "setting ",
					     "" };

	ep_buf_addf(out, "%s%s%s%s", words[baseline->what], baseline->name,
		    baseline->column ? " " : "",
		    baseline->column ? baseline->column : "");
	if (baseline->dataset)
		ep_buf_addf(out, " of %s", baseline->dataset);
}

bool ep_baseline_alike(const struct ep_baseline *a,
		       const struct ep_baseline *b)
{
	bool same_name = a->what == EP_BASELINE_ROLE
				 ? ep_who_same_role(a->name, b->name)
				 : ep_str_eq(a->name, b->name);

	return a->what == b->what && same_name &&
	       ep_str_eq(a->tenant, b->tenant) &&
	       ep_str_eq(a->column, b->column) &&
	       ep_str_eq(a->dataset, b->dataset);
}

bool ep_baseline_in_force(const struct ep_baseline *baseline, int64_t now)
{
	return baseline->said.approved <= now &&
	       (!baseline->said.ended || now < baseline->said.ended);
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void ep_baseline_tidy(struct ep_words *value)
{
	size_t kept = 0;

	if (value->n == 0)
		return;
	qsort(value->v, value->n, sizeof(*value->v), by_bytes);
	for (size_t i = 0; i < value->n; i++) {
		if (kept && ep_str_eq(value->v[kept - 1], value->v[i]))
			ep_free(value->v[i]);
		else
			value->v[kept++] = value->v[i];
	}
	value->n = kept;
}

/* --- reading --------------------------------------------------------------- */

static void read_what(struct ep_decision_reader *rd,
		      struct ep_baseline *baseline)
{
	static const char *const words[] = { "role", "team", "setting",
					     "row" };
	int found = 0;

	for (int i = 0; i < 4; i++) {
		char *name = ep_decision_text(rd, words[i], false);

		if (!name)
			continue;
		ep_free(baseline->name);
		baseline->name = name;
		baseline->what = (enum ep_baseline_what)i;
		found++;
	}
	if (found != 1)
		ep_decision_object(rd, rd->node, "a baseline needs one of "
				   "\"role\", \"team\", \"setting\" and "
				   "\"row\"");
	else if (ep_baseline_wrong(baseline))
		ep_decision_object(rd, rd->node, ep_baseline_wrong(baseline));
}

static void read_value(struct ep_decision_reader *rd,
		       struct ep_baseline *baseline)
{
	const struct ep_yaml *list = ep_yaml_get(rd->node, "value");

	if (!list || list->type != EP_YAML_LIST) {
		ep_decision_object(rd, list ? list : rd->node,
				   "a baseline needs \"value\", a list");
		return;
	}
	for (const struct ep_yaml *it = list->child; it; it = it->next) {
		if (it->type != EP_YAML_SCALAR || !it->text)
			ep_decision_object(rd, it, "value: expected a text");
		else
			EP_VEC_ADD(&baseline->value) = ep_strdup(it->text);
	}
	ep_baseline_tidy(&baseline->value);
}

static void take(struct ep_decision_reader *rd, void *into)
{
	struct ep_baselines *baselines = into;
	struct ep_baseline baseline = { .what = EP_BASELINE_ROLE };

	baseline.tenant = ep_decision_text(rd, "tenant", true);
	baseline.column = ep_decision_text(rd, "column", false);
	baseline.dataset = ep_decision_text(rd, "dataset", false);
	read_what(rd, &baseline);
	read_value(rd, &baseline);
	ep_decision_read(rd, false, &baseline.said);
	if (rd->bad)
		ep_baseline_release(&baseline);
	else
		EP_VEC_ADD(baselines) = baseline;
}

static const char *const members[] = {
	"tenant", "role", "team", "setting", "row", "column", "dataset",
	"value", "reason", "approver", "approved", "expires", "ended",
	"ended_by", NULL
};

static const struct ep_decision_kind baseline_kind = {
	.noun = "baseline", .known = members, .take = take,
};

void ep_baselines_text(struct ep_baselines *baselines, const char *file,
		       const char *s, size_t n, struct ep_diag *diag)
{
	ep_decisions_text(&baseline_kind, baselines, file, s, n, diag);
}

void ep_baselines_list(struct ep_baselines *baselines, const char *file,
		       const struct ep_yaml *list, struct ep_diag *diag)
{
	ep_decisions_list(&baseline_kind, baselines, file, list, diag);
}

void ep_baselines_load(struct ep_baselines *baselines, const char *folder,
		       struct ep_diag *diag)
{
	ep_decisions_load(&baseline_kind, baselines, folder, diag);
}

void ep_baseline_release(struct ep_baseline *baseline)
{
	ep_free(baseline->tenant);
	ep_free(baseline->name);
	ep_free(baseline->column);
	ep_free(baseline->dataset);
	ep_words_release(&baseline->value);
	ep_decision_release(&baseline->said);
}

void ep_baselines_release(struct ep_baselines *baselines)
{
	for (size_t i = 0; i < baselines->n; i++)
		ep_baseline_release(&baselines->v[i]);
	ep_vec_release(baselines);
}
