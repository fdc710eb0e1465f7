/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Members are gathered in a tree, which is then written as JSON.
 */
#include "page_seed.h"

#include "base/file.h"
#include "base/str.h"
#include "ext/json.h"
#include "office.h"

struct node {
	char *name;		/* member; NULL: root or an array's element */
	const char *text;	/* of a leaf: JSON */
	bool list;		/* its only child is its element */
	EP_VEC(struct node *) child;
};

static struct node *add(struct node *at, const char *name, size_t n)
{
	struct node *child;

	for (size_t i = 0; i < at->child.n; i++) {
		child = at->child.v[i];
		if (child->name && strlen(child->name) == n &&
		    strncmp(child->name, name, n) == 0)
			return child;
	}
	child = ep_calloc(1, sizeof(*child));
	child->name = ep_strndup(name, n);
	EP_VEC_ADD(&at->child) = child;
	return child;
}

static struct node *element(struct node *at)
{
	at->list = true;
	if (at->child.n == 0)
		EP_VEC_ADD(&at->child) = ep_calloc(1, sizeof(*at));
	return at->child.v[0];
}

/* The node at a path of ep_json_path, made where it is not there. */
static struct node *reach(struct node *at, const char *path)
{
	while (*path) {
		size_t n;

		if (*path == '.') {
			path++;
			continue;
		}
		if (*path == '[') {
			at = element(at);
			path += strcspn(path, "]") + 1;
			continue;
		}
		if (*path == '"') {
			n = strcspn(++path, "\"");
			at = add(at, path, n);
			path += n + 1;
			continue;
		}
		n = strcspn(path, ".[");
		at = add(at, path, n);
		path += n;
	}
	return at;
}

/* A leaf where nothing was said yet. */
static void put(struct node *at, const char *path, const char *text)
{
	if (!path)
		return;
	at = reach(at, path);
	if (at->child.n == 0 && !at->text)
		at->text = text;
}

static void release(struct node *node)
{
	for (size_t i = 0; i < node->child.n; i++) {
		release(node->child.v[i]);
		ep_free(node->child.v[i]);
	}
	ep_vec_release(&node->child);
	ep_free(node->name);
}

static void write_node(const struct node *node, struct ep_buf *out)
{
	if (node->child.n == 0) {
		ep_buf_adds(out, node->text ? node->text :
				 node->list ? "[]" :
					      "\"v\"");
		return;
	}
	ep_buf_addc(out, node->list ? '[' : '{');
	for (size_t i = 0; i < (node->list ? 1 : node->child.n); i++) {
		const struct node *child = node->child.v[i];

		ep_buf_adds(out, i ? "," : "");
		if (!node->list) {
			ep_json_quote(out, child->name ? child->name : "k");
			ep_buf_addc(out, ':');
		}
		write_node(child, out);
	}
	ep_buf_addc(out, node->list ? ']' : '}');
}

/* --- what a connector says ------------------------------------------------ */

static const char *sample(const struct ep_spec_field *field)
{
	static const char *const by[] = {
		[EP_AS_ISO8601] = "\"2026-01-02T03:04:05Z\"",
		[EP_AS_DATE] = "\"2026-01-02\"",
		[EP_AS_EPOCH] = "1767323045",
		[EP_AS_EPOCH_MS] = "1767323045000",
		[EP_AS_FILETIME] = "\"133800000000000000\"",
		[EP_AS_GENERALIZED] = "\"20260102030405.0Z\"",
		[EP_AS_SPAN] = "\"-36000000000\"",
		[EP_AS_INT] = "7",
		[EP_AS_BOOL] = "true",
		[EP_AS_NOT] = "false",
		[EP_AS_SEGMENT] = "\"https://api.vendor.example/v1/a/b\"",
		[EP_AS_IMMUTABLE_ID] =
			"\"2d4caec1-4d77-4190-b771-0fa0579a4181\"",
		[EP_AS_BIT] = "512",
		[EP_AS_LIST] = "[\"b\",\"a\"]",
	};
	const char *text = (size_t)field->as < sizeof(by) / sizeof(by[0]) ?
				   by[field->as] :
				   NULL;

	return text ? text : "\"v1\"";
}

/* The record or, for an emit of each, its element. */
static void put_path(struct node *record, struct node *from, const char *path,
		     const char *text)
{
	if (ep_str_starts(path, "^."))
		put(record, path + 2, text);
	else if (path[0] != '^' && path[0] != '=')
		put(from, path, text);
}

const char *page_seed_word(const struct ep_spec_field *field,
			   struct ep_words *kept)
{
	struct ep_buf text;

	if (field->map.n == 0 || field->as == EP_AS_BOOL ||
	    field->as == EP_AS_NOT || field->as == EP_AS_BIT)
		return sample(field);
	ep_buf_init(&text, 4096);
	ep_json_quote(&text, field->map.v[0].word);
	EP_VEC_ADD(kept) = ep_buf_take(&text);
	return kept->v[kept->n - 1];
}

static void put_emit(struct node *record, const struct ep_spec_emit *emit,
		     struct ep_words *kept)
{
	struct node *from = record;

	if (emit->each && !emit->split) {
		from = ep_str_starts(emit->each, "^.") ?
			       reach(record, emit->each + 2) :
			       reach(record, emit->each);
		from = element(from);
	} else if (emit->each) {
		put(record, emit->each, "\"a\"");
	}
	if (emit->when)
		put_path(record, from, emit->when, "true");
	for (size_t i = 0; i < emit->fields.n; i++) {
		const struct ep_spec_field *field = &emit->fields.v[i];
		const char *text = page_seed_word(field, kept);

		for (size_t k = 0; k < field->path.n; k++)
			put_path(record, from, field->path.v[k], text);
		for (size_t k = 0; k < field->join.n; k++)
			put_path(record, from, field->join.v[k], text);
	}
}

void page_seed_record(const char *records, const struct ep_spec_emits *emits,
		      struct ep_buf *out)
{
	struct ep_words kept = { .n = 0 };
	struct node doc = { .name = NULL };
	struct node *record =
		reach(&doc, ep_str_eq(records, ".") ? "" : records);

	record = element(record);
	for (size_t i = 0; i < emits->n; i++)
		put_emit(record, &emits->v[i], &kept);
	write_node(&doc, out);
	release(&doc);
	ep_words_release(&kept);
}

static void put_endpoint(struct node *doc, const struct ep_spec_endpoint *e,
			 struct ep_words *kept)
{
	struct node *record = doc;

	if (e->records)
		record = reach(doc, ep_str_eq(e->records, ".") ? "" :
								 e->records);
	if (e->records && e->records_map)
		record = add(record, "k1", 2);
	else if (e->records)
		record = element(record);
	put(record, e->tenant_path, "\"" OFFICE_TENANT "\"");
	for (size_t i = 0; i < e->emits.n; i++)
		put_emit(record, &e->emits.v[i], kept);
	if (ep_str_eq(e->records, "."))
		return;
	put(doc, e->success_path, "true");
	put(doc, e->total, "1");
	put(doc, e->page.pages, "1");
	put(doc, e->page.more, "false");
	put(doc, e->page.next, "null");
}

/* Parents first, since they are asked first. */
static void write_answers(const struct ep_spec *spec,
			  const struct ep_spec_endpoint *e, struct ep_buf *out)
{
	struct ep_words kept = { .n = 0 };
	struct node doc = { .name = NULL };

	if (e->for_each) {
		write_answers(spec, ep_spec_endpoint(spec, e->for_each), out);
		ep_buf_addc(out, '\0');
	}
	put_endpoint(&doc, e, &kept);
	write_node(&doc, out);
	release(&doc);
	ep_words_release(&kept);
}

void page_seed_write(const char *folder, size_t number,
		     const struct ep_spec *spec,
		     const struct ep_spec_endpoint *endpoint)
{
	struct ep_err err = EP_ERR_INIT;
	EP_AUTO_FREE char *path = NULL;
	struct ep_buf out;
	char name[256];

	snprintf(name, sizeof(name), "%s.%s", spec->id, endpoint->name);
	path = ep_file_join(folder, name);
	ep_buf_init(&out, 1024 * 1024);
	ep_buf_addc(&out, (char)(number >> 8));
	ep_buf_addc(&out, (char)(number & 0xff));
	write_answers(spec, endpoint, &out);
	must(ep_file_put(path, 0644, out.s, out.len, &err) == 0);
	ep_buf_release(&out);
}
