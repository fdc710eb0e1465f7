/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attr: the allow-listed members of a record that have no column.  Only
 * scalars, lists of scalars and picked members of objects are ever written,
 * so that a member which a vendor adds tomorrow stays outside.
 */
#include "collect/mapper_priv.h"

#include "base/limits.h"
#include "base/str.h"

static bool is_scalar(const struct ep_json *json)
{
	enum ep_json_type type = ep_json_type(json);

	return type != EP_JSON_ARRAY && type != EP_JSON_OBJECT;
}

/* A list of scalars is written as one; anything deeper is not. */
static bool add_plain(const struct ep_json *json, struct ep_buf *out)
{
	if (ep_json_type(json) == EP_JSON_OBJECT)
		return false;
	for (const struct ep_json *e = is_scalar(json) ? NULL :
							 ep_json_first(json);
	     e; e = ep_json_next(e)) {
		if (!is_scalar(e))
			return false;
	}
	ep_json_canon(out, json);
	return true;
}

/* The picked members of an object, in the order of the connector, which the
 * loader sorted. */
static bool add_picked(const struct ep_json *object,
		       const struct ep_words *pick, struct ep_buf *out)
{
	const char *sep = "{";
	bool ok = true;

	for (size_t i = 0; i < pick->n; i++) {
		const struct ep_json *m;
		size_t before = out->len;

		if (ep_json_get(object, pick->v[i], &m) != EP_JSON_PRESENT)
			continue;
		ep_buf_adds(out, sep);
		ep_json_quote(out, pick->v[i]);
		ep_buf_addc(out, ':');
		if (!add_plain(m, out)) {
			ep_buf_cut(out, before);
			ok = false;
			continue;
		}
		sep = ",";
	}
	ep_buf_adds(out, *sep == '{' ? "{}" : "}");
	return ok;
}

static bool add_list(const struct ep_json *array, const struct ep_words *pick,
		     struct ep_buf *out)
{
	const char *sep = "";
	bool ok = true;

	ep_buf_addc(out, '[');
	for (const struct ep_json *e = ep_json_first(array); e;
	     e = ep_json_next(e)) {
		size_t before = out->len;

		ep_buf_adds(out, sep);
		if (ep_json_type(e) == EP_JSON_OBJECT) {
			ok = add_picked(e, pick, out) && ok;
		} else if (!add_plain(e, out)) {
			ep_buf_cut(out, before);
			ok = false;
			continue;
		}
		sep = ",";
	}
	ep_buf_addc(out, ']');
	return ok;
}

static bool add_raw(const struct ep_mapper_value *value,
		    const struct ep_words *pick, struct ep_buf *out)
{
	if (!value->json) {
		ep_json_quote(out, value->text);
		return true;
	}
	if (pick->n && ep_json_type(value->json) == EP_JSON_OBJECT)
		return add_picked(value->json, pick, out);
	if (pick->n && ep_json_type(value->json) == EP_JSON_ARRAY)
		return add_list(value->json, pick, out);
	return add_plain(value->json, out);
}

static bool add_converted(const struct ep_mapper_value *value,
			  const struct ep_spec_field *field,
			  struct ep_buf *out)
{
	struct ep_buf text;
	int64_t number;
	bool ok;

	if (ep_mapper_is_number(field->as)) {
		ok = ep_mapper_as_number(value, field->as, &number);
		if (ok)
			ep_buf_addf(out, "%lld", (long long)number);
		return ok;
	}
	ep_buf_init(&text, EP_TEXT_BYTES_MAX);
	ok = ep_mapper_as_text(value, field->as, field->mark, &field->pick,
			       &text) && !text.overflow;
	if (ok && (field->as == EP_AS_BOOL || field->as == EP_AS_NOT ||
		   field->as == EP_AS_PRESENT || field->as == EP_AS_BIT))
		ep_buf_adds(out, ep_str_eq(text.s, "yes") ? "true" : "false");
	else if (ok)
		ep_json_quote(out, text.s ? text.s : "");
	ep_buf_release(&text);
	return ok;
}

static bool add_value(const struct ep_mapper_value *value,
		      const struct ep_spec_field *field, struct ep_buf *out)
{
	if (field->as != EP_AS_PRESENT &&
	    (value->state == EP_CELL_NULL || ep_mapper_is_none(field, value))) {
		ep_buf_adds(out, "null");
		return true;
	}
	if (field->as == EP_AS_TEXT)
		return add_raw(value, &field->pick, out);
	return add_converted(value, field, out);
}

int ep_mapper_attr(struct ep_mapper *mapper,
		   const struct ep_mapper_scope *scope,
		   const struct ep_spec_field *field, struct ep_err *err)
{
	struct ep_mapper_value value;
	struct ep_buf *out = &mapper->attr;
	size_t before = out->len;
	bool ambiguous;
	int rc = ep_mapper_find(mapper, scope, field, &value, &ambiguous, err);

	if (rc < 0)
		return rc;
	if (value.state == EP_CELL_ABSENT && !ambiguous) {
		if (!field->optional)
			ep_mapper_count(mapper, EP_MAPPER_MISSING,
					ep_mapper_field_name(field),
					"is missing");
		return 0;
	}
	ep_buf_adds(out, before ? "," : "{");
	ep_json_quote(out, field->attr);
	ep_buf_addc(out, ':');
	if (!ambiguous && add_value(&value, field, out) && !out->overflow)
		return 0;
	ep_buf_cut(out, before);
	out->overflow = false;
	mapper->altered++;
	ep_mapper_count(mapper, EP_MAPPER_BAD, ep_mapper_field_name(field),
			"cannot be kept: it is not of the shape that the "
			"connector expects, or too large");
	return 0;
}
