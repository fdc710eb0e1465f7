/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding one value in a record, and reading it as what its column holds.
 */
#include "collect/mapper_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/winid.h"
#include "ext/crypto.h"

/* 9999-12-31T23:59:59Z: a "second" past it is a millisecond. */
#define TIME_MAX INT64_C(253402300799)

static void set_json(struct ep_mapper_value *ret, const struct ep_json *json)
{
	ret->json = json;
	ret->text = ep_json_text(json);
	ret->state = ep_json_type(json) == EP_JSON_NULL ? EP_CELL_NULL :
							  EP_CELL_VALUE;
}

static void set_text(struct ep_mapper_value *ret, const char *text)
{
	ret->json = NULL;
	ret->text = text;
	ret->state = text ? EP_CELL_VALUE : EP_CELL_ABSENT;
}

static enum ep_json_found find_path(const struct ep_mapper *mapper,
				    const struct ep_mapper_scope *scope,
				    const char *path,
				    const struct ep_json **ret)
{
	const struct ep_json *from =
		scope->element ? scope->element : scope->record;

	if (mapper && mapper->values)
		return ep_moving_find(mapper->values, path, ret);
	if (mapper && mapper->flat)
		return ep_json_get(scope->record, path, ret);
	if (ep_str_starts(path, "^."))
		return ep_json_path(scope->record, path + 2, ret);
	return ep_json_path(from, path, ret);
}

enum ep_json_found ep_mapper_path(const struct ep_mapper *mapper,
				  const struct ep_mapper_scope *scope,
				  const char *path,
				  struct ep_mapper_value *ret)
{
	const struct ep_json *from =
		scope->element ? scope->element : scope->record;
	const struct ep_json *json = NULL;
	enum ep_json_found found;

	*ret = (struct ep_mapper_value){ .state = EP_CELL_ABSENT };
	if (ep_str_eq(path, "^name")) {
		set_text(ret, scope->name);
		return scope->name ? EP_JSON_PRESENT : EP_JSON_ABSENT;
	}
	if (ep_str_eq(path, ".")) {
		if (scope->part)
			set_text(ret, scope->part);
		else
			set_json(ret, from);
		return EP_JSON_PRESENT;
	}
	found = find_path(mapper, scope, path, &json);
	if (found == EP_JSON_PRESENT)
		set_json(ret, json);
	return found;
}

bool ep_mapper_empty(const struct ep_mapper_value *value)
{
	return value->state != EP_CELL_VALUE ||
	       (value->text && !*value->text);
}

/* The first that says something; else null when any was there at all. */
static bool find_first(const struct ep_mapper *mapper,
		       const struct ep_mapper_scope *scope,
		       const struct ep_words *paths,
		       struct ep_mapper_value *ret)
{
	struct ep_mapper_value best = { .state = EP_CELL_ABSENT };
	bool ambiguous = false;

	for (size_t i = 0; i < paths->n; i++) {
		struct ep_mapper_value value;

		if (ep_mapper_path(mapper, scope, paths->v[i], &value) ==
		    EP_JSON_AMBIGUOUS)
			ambiguous = true;
		if (value.state == EP_CELL_ABSENT)
			continue;
		best = value;
		if (!ep_mapper_empty(&value))
			break;
	}
	*ret = best;
	return ambiguous;
}

/* A literal part says nothing of the record, wherever its text is from. */
static int join_literal(struct ep_mapper *mapper, const char *text,
			struct ep_err *err)
{
	struct ep_buf *to = &mapper->scratch;

	if (to->len)
		ep_buf_addc(to, ' ');
	if (strpbrk(text, "{}"))
		return ep_spec_expand(text, false, mapper->lookup, mapper->to,
				      to, err);
	ep_buf_adds(to, text);
	return 0;
}

static bool join_part(struct ep_mapper *mapper,
		      const struct ep_mapper_scope *scope, const char *path,
		      struct ep_mapper_value *ret)
{
	bool ambiguous = ep_mapper_path(mapper, scope, path, ret) ==
			 EP_JSON_AMBIGUOUS;

	if (ambiguous || ep_mapper_empty(ret))
		return !ambiguous;
	if (mapper->scratch.len)
		ep_buf_addc(&mapper->scratch, ' ');
	return ep_mapper_as_text(ret, EP_AS_TEXT, NULL, NULL,
				 &mapper->scratch);
}

/* Nothing is joined when none of the members says something: literal parts
 * alone name no record. */
static int find_joined(struct ep_mapper *mapper,
		       const struct ep_mapper_scope *scope,
		       const struct ep_words *paths,
		       struct ep_mapper_value *ret, bool *ret_ambiguous,
		       struct ep_err *err)
{
	bool present = false;
	bool says = false;
	int rc = 0;

	ep_buf_clear(&mapper->scratch);
	for (size_t i = 0; rc == 0 && i < paths->n; i++) {
		struct ep_mapper_value value;

		if (paths->v[i][0] == '=') {
			rc = join_literal(mapper, paths->v[i] + 1, err);
			continue;
		}
		if (!join_part(mapper, scope, paths->v[i], &value))
			*ret_ambiguous = true;
		present |= value.state != EP_CELL_ABSENT;
		says |= !ep_mapper_empty(&value);
	}
	set_text(ret, says ? mapper->scratch.s : NULL);
	if (present && !says)
		ret->state = EP_CELL_NULL;
	return rc;
}

static int find_constant(struct ep_mapper *mapper, const char *constant,
			 struct ep_mapper_value *ret, struct ep_err *err)
{
	int rc;

	if (!strpbrk(constant, "{}")) {
		set_text(ret, constant);
		return 0;
	}
	ep_buf_clear(&mapper->scratch);
	rc = ep_spec_expand(constant, false, mapper->lookup, mapper->to,
			    &mapper->scratch, err);
	set_text(ret, mapper->scratch.s ? mapper->scratch.s : "");
	return rc;
}

/* A record of changes leaves out what never had a value. */
static bool may_lack(const struct ep_mapper *mapper,
		     const struct ep_words *paths)
{
	const struct ep_words *unset = mapper->unset;

	for (size_t i = 0; unset && i < unset->n; i++) {
		for (size_t k = 0; k < paths->n; k++) {
			if (ep_str_eq(unset->v[i], paths->v[k]))
				return true;
		}
	}
	return false;
}

int ep_mapper_find(struct ep_mapper *mapper,
		   const struct ep_mapper_scope *scope,
		   const struct ep_spec_field *field,
		   struct ep_mapper_value *ret, bool *ret_ambiguous,
		   struct ep_err *err)
{
	int rc = 0;

	*ret = (struct ep_mapper_value){ .state = EP_CELL_ABSENT };
	*ret_ambiguous = false;
	if (field->constant)
		return find_constant(mapper, field->constant, ret, err);
	if (field->parent) {
		struct ep_mapper_scope parent = { .record = scope->parent };

		if (scope->parent)
			*ret_ambiguous =
				ep_mapper_path(NULL, &parent, field->parent,
					       ret) == EP_JSON_AMBIGUOUS;
		return 0;
	}
	if (field->join.n)
		rc = find_joined(mapper, scope, &field->join, ret,
				 ret_ambiguous, err);
	else
		*ret_ambiguous = find_first(mapper, scope, &field->path, ret);
	if (ret->state == EP_CELL_ABSENT && !*ret_ambiguous &&
	    may_lack(mapper, &field->path))
		ret->state = EP_CELL_NULL;
	return rc;
}

static bool as_bool(const struct ep_mapper_value *value, bool *ret)
{
	if (value->json && ep_json_type(value->json) == EP_JSON_BOOL) {
		*ret = ep_json_true(value->json);
		return true;
	}
	return value->text && ep_str_bool(value->text, ret);
}

/* The path of a URL ends at its query, and a HAL template is one too. */
static struct ep_str url_path(const char *url)
{
	struct ep_str path = { url, strcspn(url, "?#{") };

	while (path.n && path.p[path.n - 1] == '/')
		path.n--;
	return path;
}

static bool add_segment(const char *url, const char *mark, struct ep_buf *out)
{
	struct ep_str path = url_path(url);
	struct ep_str last = { NULL, 0 };
	struct ep_str part;
	bool take = false;

	while (ep_str_cut(&path, '/', &part)) {
		if (mark ? take : true)
			last = part;
		if (mark && take)
			break;
		take = mark && ep_str_eqn(part, mark);
	}
	if (last.n == 0)
		return false;
	ep_buf_add(out, last.p, last.n);
	return true;
}

static int compare_texts(const void *pa, const void *pb)
{
	return strcmp(*(char *const *)pa, *(char *const *)pb);
}

/* An element of a list: itself, or its picked members. */
static bool list_element(const struct ep_json *element,
			 const struct ep_words *pick, struct ep_words *to)
{
	struct ep_buf text;
	bool ok = true;

	ep_buf_init(&text, EP_TEXT_BYTES_MAX);
	if (ep_json_type(element) != EP_JSON_OBJECT) {
		ok = ep_json_scalar(element, &text);
	} else {
		for (size_t i = 0; pick && i < pick->n; i++) {
			const struct ep_json *m;

			if (ep_json_get(element, pick->v[i], &m) !=
			    EP_JSON_PRESENT)
				continue;
			if (text.len)
				ep_buf_addc(&text, ':');
			ok = ep_json_scalar(m, &text) && ok;
		}
	}
	ok = ok && !text.overflow;
	if (ok && text.len)
		EP_VEC_ADD(to) = ep_buf_take(&text);
	ep_buf_release(&text);
	return ok;
}

/* Sorted, since vendors do not keep the order from one night to the next. */
static bool add_list(const struct ep_json *json, const struct ep_words *pick,
		     struct ep_buf *out)
{
	struct ep_words list = { 0 };
	bool ok = true;

	for (const struct ep_json *e = ep_json_first(json); e;
	     e = ep_json_next(e))
		ok = list_element(e, pick, &list) && ok;
	if (list.n)
		qsort(list.v, list.n, sizeof(list.v[0]), compare_texts);
	for (size_t i = 0; i < list.n; i++) {
		if (i)
			ep_buf_addc(out, ' ');
		ep_buf_adds(out, list.v[i]);
		ep_free(list.v[i]);
	}
	ep_vec_release(&list);
	return ok;
}

static bool add_scalar(const struct ep_mapper_value *value, struct ep_buf *out)
{
	if (value->json)
		return ep_json_scalar(value->json, out);
	ep_buf_adds(out, value->text);
	return true;
}

static bool add_answer(const struct ep_mapper_value *value, bool not,
		       struct ep_buf *out)
{
	bool answer;

	if (!as_bool(value, &answer))
		return false;
	ep_buf_adds(out, answer != not ? "yes" : "no");
	return true;
}

static bool as_int(const struct ep_mapper_value *value, int64_t *ret)
{
	if (value->json)
		return ep_json_int(value->json, ret);
	return value->text && ep_str_int(value->text, ret);
}

/* As Entra names an account that comes from a directory. */
static bool add_immutable_id(const struct ep_mapper_value *value,
			     struct ep_buf *out)
{
	uint8_t bytes[16];

	if (!value->text || !ep_winid_guid_bytes(value->text, bytes))
		return false;
	ep_base64(out, bytes, sizeof(bytes));
	return true;
}

/* A directory writes 32 bits as a signed number. */
static bool add_bit(const struct ep_mapper_value *value, const char *mark,
		    struct ep_buf *out)
{
	int64_t number;
	int64_t bit;

	if (!as_int(value, &number) || !ep_str_int(mark, &bit))
		return false;
	ep_buf_adds(out, number & bit ? "yes" : "no");
	return true;
}

bool ep_mapper_as_text(const struct ep_mapper_value *value,
		       enum ep_convert as, const char *mark,
		       const struct ep_words *pick, struct ep_buf *out)
{
	size_t before = out->len;

	switch (as) {
	case EP_AS_BOOL:
	case EP_AS_NOT:
		return add_answer(value, as == EP_AS_NOT, out);
	case EP_AS_IMMUTABLE_ID:
		return add_immutable_id(value, out);
	case EP_AS_BIT:
		return add_bit(value, mark, out);
	case EP_AS_PRESENT:
		ep_buf_adds(out, ep_mapper_empty(value) ? "no" : "yes");
		return true;
	case EP_AS_SEGMENT:
		return value->text && add_segment(value->text, mark, out);
	case EP_AS_LIST:
		if (value->json && ep_json_type(value->json) == EP_JSON_ARRAY)
			return add_list(value->json, pick, out);
		return add_scalar(value, out);
	case EP_AS_BEFORE:
		if (!value->text)
			return false;
		ep_buf_add(out, value->text, strcspn(value->text, mark));
		return true;
	default:
		break;
	}
	if (!add_scalar(value, out))
		return false;
	if (as == EP_AS_LOWER && out->len > before)
		ep_str_lower(out->s + before);
	return true;
}

bool ep_mapper_is_number(enum ep_convert as)
{
	return as == EP_AS_INT || as == EP_AS_ISO8601 || as == EP_AS_DATE ||
	       as == EP_AS_EPOCH || as == EP_AS_EPOCH_MS ||
	       as == EP_AS_FILETIME || as == EP_AS_GENERALIZED ||
	       as == EP_AS_SPAN;
}

/* Seconds, or some unit of them, with whatever fraction and exponent. */
static bool as_epoch(const struct ep_mapper_value *value, int64_t unit,
		     int64_t *ret)
{
	double d;
	int64_t whole;

	if (value->json && ep_json_double(value->json, &d)) {
		d /= (double)unit;
		if (!(d >= 0 && d <= (double)TIME_MAX))
			return false;
		*ret = (int64_t)d;
		return true;
	}
	if (!value->text || !ep_str_int(value->text, &whole) || whole < 0 ||
	    whole / unit > TIME_MAX)
		return false;
	*ret = whole / unit;
	return true;
}

/* A date, or date and time, as people and portals write them: Printix puts
 * dots between and leaves the seconds out. */
static bool as_date(const char *s, int64_t *ret)
{
	char text[EP_TIME_TEXT + 4];
	size_t n = strlen(s);

	if (n < 10 || n >= EP_TIME_TEXT)
		return ep_time_iso(s, false, ret);
	memcpy(text, s, n + 1);
	if (text[4] == '.' && text[7] == '.') {
		text[4] = '-';
		text[7] = '-';
	}
	if (n == strlen("2026-12-31 09:30"))
		memcpy(text + n, ":00", 4);
	return ep_time_iso(text, false, ret);
}

/* Those that mean "never" have no number: the connector lists them as
 * none. */
static bool as_ticks(const struct ep_mapper_value *value, bool span,
		     int64_t *ret)
{
	int64_t ticks;
	bool never;

	if (!as_int(value, &ticks))
		return false;
	return (span ? ep_winid_span(ticks, ret, &never) :
		       ep_winid_filetime(ticks, ret, &never)) &&
	       !never;
}

bool ep_mapper_as_number(const struct ep_mapper_value *value,
			 enum ep_convert as, int64_t *ret)
{
	switch (as) {
	case EP_AS_INT:
		return as_int(value, ret);
	case EP_AS_FILETIME:
	case EP_AS_SPAN:
		return as_ticks(value, as == EP_AS_SPAN, ret);
	case EP_AS_GENERALIZED:
		return value->text && ep_winid_generalized(value->text, ret);
	case EP_AS_ISO8601:
		return value->text && ep_time_iso(value->text, true, ret);
	case EP_AS_DATE:
		return value->text && as_date(value->text, ret);
	case EP_AS_EPOCH:
		return as_epoch(value, 1, ret);
	case EP_AS_EPOCH_MS:
		return as_epoch(value, 1000, ret);
	default:
		return false;
	}
}

bool ep_mapper_value(const struct ep_json *record, const char *path,
		     enum ep_convert as, const char *mark, struct ep_buf *out)
{
	struct ep_mapper_scope scope = { .record = record };
	struct ep_mapper_value value;

	if (ep_mapper_path(NULL, &scope, path, &value) != EP_JSON_PRESENT ||
	    value.state != EP_CELL_VALUE)
		return false;
	return ep_mapper_as_text(&value, as, mark, NULL, out);
}
