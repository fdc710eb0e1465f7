/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write: of a connector, the few writes that a PSA's ticket may get.  Each
 * says how it shows when it has happened, since without that it could not be
 * kept from happening twice.
 */
#include "collect/spec_read.h"

#include <string.h>

#include "base/str.h"
#include "ext/json.h"

static const char *const kinds[] = { "note", "attachment", "ticket", NULL };

const char *ep_spec_write_word(enum ep_write_kind kind)
{
	return kinds[kind];
}

const struct ep_spec_write *ep_spec_write(const struct ep_spec *spec,
					  enum ep_write_kind kind)
{
	for (size_t i = 0; i < spec->writes.n; i++) {
		if (spec->writes.v[i].kind == kind)
			return &spec->writes.v[i];
	}
	return NULL;
}

bool ep_spec_write_name(const struct ep_spec_write *write, const char *name)
{
	static const char *const names[] = {
		"ticket", "company", "title", "text", "mark", "file_name",
		"file_base64", NULL
	};

	for (size_t i = 0; names[i]; i++) {
		if (ep_str_eq(names[i], name))
			return true;
	}
	if (!ep_str_starts(name, "choose."))
		return false;
	for (size_t i = 0; i < write->choices.n; i++) {
		if (ep_str_eq(write->choices.v[i].name,
			      name + strlen("choose.")))
			return true;
	}
	return false;
}

/* --- reading ----------------------------------------------------------- */

static void read_one_reading(struct ep_spec_reader *rd,
			     const struct ep_yaml *map,
			     const struct ep_spec_write *write,
			     struct ep_spec_endpoint *e)
{
	const struct ep_yaml *read = ep_spec_map(rd, map, "read");

	memset(e, 0, sizeof(*e));
	e->for_each_index = -1;
	e->name = ep_strdup(kinds[write->kind]);
	if (!read) {
		ep_spec_complain(rd, map, "read: is needed, to see what is "
				 "there");
		return;
	}
	ep_spec_read_reading(rd, read, e);
	for (size_t i = 0; i < write->credentials.n; i++)
		EP_VEC_ADD(&e->credentials) =
			ep_strdup(write->credentials.v[i]);
}

static char *field_path(struct ep_spec_reader *rd, const struct ep_yaml *map,
			const char *key)
{
	char *path = ep_spec_must(rd, map, key, "a write");

	if (path && !ep_spec_field_path_valid(path))
		ep_spec_complain(rd, ep_yaml_get(map, key),
				 "%s: \"%.100s\" is no path", key, path);
	return path;
}

static void read_when(struct ep_spec_reader *rd, const struct ep_yaml *map,
		      struct ep_spec_choice *c)
{
	static const char *const keys[] = { "path", "is", NULL };
	const struct ep_yaml *when = ep_spec_map(rd, map, "when");

	if (!when)
		return;
	ep_yaml_known(when, keys, "when", rd->file, rd->diag);
	c->when = field_path(rd, when, "path");
	c->when_is = ep_spec_must(rd, when, "is", "when");
}

static void read_choices(struct ep_spec_reader *rd, const struct ep_yaml *map,
			 struct ep_spec_write *write)
{
	static const char *const keys[] = { "read",  "when",  "each", "label",
					    "value", "labels", NULL };
	const struct ep_yaml *choose = ep_spec_map(rd, map, "choose");

	for (const struct ep_yaml *m = choose ? choose->child : NULL; m;
	     m = m->next) {
		struct ep_spec_choice *c;

		if (!ep_spec_is_map(rd, m, "a choice"))
			continue;
		ep_yaml_known(m, keys, "a choice", rd->file, rd->diag);
		c = &EP_VEC_ADD(&write->choices);
		memset(c, 0, sizeof(*c));
		c->name = ep_strdup(m->key);
		read_one_reading(rd, m, write, &c->read);
		read_when(rd, m, c);
		c->each = ep_spec_json_path(rd, m, "each");
		c->label = field_path(rd, m, "label");
		c->value = field_path(rd, m, "value");
		ep_spec_words(rd, m, "labels", &c->labels);
		if (c->labels.n == 0)
			ep_spec_complain(rd, m, "labels: name those that may "
					 "be chosen");
	}
}

static void read_part(struct ep_spec_reader *rd, const struct ep_yaml *m,
		      struct ep_spec_write *write)
{
	static const char *const keys[] = { "name", "value", "file", "type",
					    NULL };
	struct ep_spec_part *part;

	if (!ep_spec_is_map(rd, m, "a part"))
		return;
	ep_yaml_known(m, keys, "a part", rd->file, rd->diag);
	part = &EP_VEC_ADD(&write->form);
	memset(part, 0, sizeof(*part));
	part->name = ep_spec_must(rd, m, "name", "a part");
	part->value = ep_spec_text(rd, m, "value");
	part->type = ep_spec_text(rd, m, "type");
	if (ep_spec_bool(rd, m, "file") != !part->value)
		ep_spec_complain(rd, m, "a part has value: or file: true");
	/* It stands in a header of its part. */
	if (part->name && !ep_spec_name_valid(part->name) &&
	    strpbrk(part->name, "\"\\\r\n"))
		ep_spec_complain(rd, m, "name: no quotes or line breaks");
	if (part->type && !ep_str_eq(part->type, "application/json"))
		ep_spec_complain(rd, m, "type: application/json, or nothing");
}

static void read_content(struct ep_spec_reader *rd, const struct ep_yaml *map,
			 struct ep_spec_write *write)
{
	const struct ep_yaml *form = ep_spec_list(rd, map, "form");
	struct ep_err err = EP_ERR_INIT;

	write->body = ep_spec_text(rd, map, "body");
	for (const struct ep_yaml *m = form ? form->child : NULL; m;
	     m = m->next)
		read_part(rd, m, write);
	if (!write->body == !form)
		ep_spec_complain(rd, map, "a write has body: or form:");
	if (write->body &&
	    ep_json_check(write->body, strlen(write->body), &err) < 0)
		ep_spec_complain(rd, ep_yaml_get(map, "body"),
				 "body: is no JSON: %s", err.msg);
}

static void read_ticket(struct ep_spec_reader *rd, const struct ep_yaml *map,
			struct ep_spec_write *write)
{
	static const char *const keys[] = { "path", "is", NULL };
	const struct ep_yaml *closed = ep_spec_map(rd, map, "closed");

	if (write->kind != EP_WRITE_TICKET) {
		if (closed || ep_yaml_get(map, "id"))
			ep_spec_complain(rd, map, "id: and closed: belong to "
					 "ticket:");
		return;
	}
	write->id = field_path(rd, map, "id");
	if (!closed) {
		ep_spec_complain(rd, map, "closed: is needed: {path, is}");
		return;
	}
	ep_yaml_known(closed, keys, "closed", rd->file, rd->diag);
	write->closed = field_path(rd, closed, "path");
	ep_spec_words(rd, closed, "is", &write->closed_words);
	if (write->closed_words.n == 0)
		ep_spec_complain(rd, closed, "is: which words mean closed");
}

static void read_write(struct ep_spec_reader *rd, const struct ep_yaml *map,
		       int kind)
{
	static const char *const keys[] = {
		"doc",	"base",	"path",	"credential", "body", "form",
		"choose", "read", "mark", "id", "closed", NULL
	};
	struct ep_spec_write *write = &EP_VEC_ADD(&rd->spec->writes);

	memset(write, 0, sizeof(*write));
	ep_yaml_known(map, keys, "a write", rd->file, rd->diag);
	write->kind = (enum ep_write_kind)kind;
	write->line = map->key_line;
	write->doc = ep_spec_must(rd, map, "doc", "a write");
	write->base = ep_spec_text(rd, map, "base");
	write->path = ep_spec_must(rd, map, "path", "a write");
	if (write->path &&
	    (*write->path != '/' || strpbrk(write->path, "?#\\ ")))
		ep_spec_complain(rd, ep_yaml_get(map, "path"),
				 "path: starts with a slash and has no query");
	ep_spec_words(rd, map, "credential", &write->credentials);
	if (write->credentials.n == 0)
		ep_spec_complain(rd, map, "a write needs credential:");
	read_content(rd, map, write);
	read_choices(rd, map, write);
	read_one_reading(rd, map, write, &write->read);
	write->mark = field_path(rd, map, "mark");
	read_ticket(rd, map, write);
}

void ep_spec_read_writes(struct ep_spec_reader *rd, const struct ep_yaml *top)
{
	const struct ep_yaml *map = ep_spec_map(rd, top, "write");

	for (const struct ep_yaml *m = map ? map->child : NULL; m;
	     m = m->next) {
		int kind = 0;

		while (kinds[kind] && !ep_str_eq(kinds[kind], m->key))
			kind++;
		if (!kinds[kind])
			ep_spec_complain(rd, m, "\"%.64s\" is nothing that can "
					 "be written; there are note, "
					 "attachment and ticket", m->key);
		else if (ep_spec_is_map(rd, m, "a write"))
			read_write(rd, m, kind);
	}
}

/* --- checking ---------------------------------------------------------- */

/* The key that reads must not be able to write. */
static void check_apart(struct ep_spec_reader *rd,
			const struct ep_spec_write *write, const char *name)
{
	const struct ep_spec *spec = rd->spec;

	for (size_t i = 0; i < spec->endpoints.n; i++) {
		const struct ep_words *used = &spec->endpoints.v[i].credentials;

		for (size_t k = 0; k < used->n; k++) {
			if (!ep_str_eq(used->v[k], name))
				continue;
			ep_spec_complain_line(rd, write->line,
					      "credential \"%.64s\" reads "
					      "datasets; a write has one of "
					      "its own", name);
			return;
		}
	}
}

static void check_write(struct ep_spec_reader *rd,
			const struct ep_spec_write *write)
{
	struct ep_spec_place at = { .rd = rd, .write = write,
				    .line = write->line,
				    .allowed = EP_SPEC_NAMES_TENANT |
					       EP_SPEC_NAMES_ACCESS |
					       EP_SPEC_NAMES_WRITE };
	struct ep_spec_endpoint request = { .base = write->base,
					    .path = write->path };

	ep_spec_check_request(&at, &request);
	ep_spec_check_request(&at, &write->read);
	for (size_t i = 0; i < write->choices.n; i++)
		ep_spec_check_request(&at, &write->choices.v[i].read);
	for (size_t i = 0; i < write->credentials.n; i++)
		check_apart(rd, write, write->credentials.v[i]);
	ep_spec_check_json(&at, "body", write->body);
	for (size_t i = 0; i < write->closed_words.n; i++)
		ep_spec_check_text(&at, "closed", write->closed_words.v[i]);
	for (size_t i = 0; i < write->form.n; i++) {
		if (write->form.v[i].type)
			ep_spec_check_json(&at, "form",
					   write->form.v[i].value);
		else
			ep_spec_check_text(&at, "form",
					   write->form.v[i].value);
	}
}

void ep_spec_check_writes(struct ep_spec_reader *rd)
{
	const struct ep_spec *spec = rd->spec;

	for (size_t i = 0; i < spec->writes.n; i++) {
		for (size_t k = 0; k < i; k++) {
			if (spec->writes.v[k].kind == spec->writes.v[i].kind)
				ep_spec_complain_line(rd,
						      spec->writes.v[i].line,
						      "this write is there "
						      "already");
		}
		check_write(rd, &spec->writes.v[i]);
	}
}

void ep_spec_write_release(struct ep_spec_write *write)
{
	ep_free(write->doc);
	ep_free(write->base);
	ep_free(write->path);
	ep_spec_words_release(&write->credentials);
	ep_free(write->body);
	for (size_t i = 0; i < write->form.n; i++) {
		ep_free(write->form.v[i].name);
		ep_free(write->form.v[i].value);
		ep_free(write->form.v[i].type);
	}
	ep_vec_release(&write->form);
	for (size_t i = 0; i < write->choices.n; i++) {
		struct ep_spec_choice *c = &write->choices.v[i];

		ep_free(c->name);
		ep_spec_endpoint_release(&c->read);
		ep_free(c->when);
		ep_free(c->when_is);
		ep_free(c->each);
		ep_free(c->label);
		ep_free(c->value);
		ep_spec_words_release(&c->labels);
	}
	ep_vec_release(&write->choices);
	ep_spec_endpoint_release(&write->read);
	ep_free(write->mark);
	ep_free(write->id);
	ep_free(write->closed);
	ep_spec_words_release(&write->closed_words);
}
