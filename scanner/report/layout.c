/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads report definitions.
 */
#include "report/layout.h"

#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"

static const char *const draw_words[] = { "table", "cards", "findings",
					  "bars",  "stack", "facts", "code",
					  NULL };

struct reader {
	struct ep_layout *layout;
	struct ep_diag *diag;
	const char *file;
	int line;
	struct ep_section *section;	/* NULL in the head */
	struct ep_buf sql;
};

static void complain(struct reader *rd, const char *what, struct ep_str word)
{
	ep_diag_add(rd->diag, rd->file, rd->line, 1, "%s '%.*s'", what,
		    (int)word.n, word.p);
}

static void set(struct reader *rd, char **to, struct ep_str key,
		struct ep_str value)
{
	if (*to)
		complain(rd, "a second", key);
	ep_free(*to);
	*to = ep_strndup(value.p, value.n);
}

static void head_key(struct reader *rd, struct ep_str key, struct ep_str value)
{
	if (ep_str_eqn(key, "id"))
		set(rd, &rd->layout->id, key, value);
	else if (ep_str_eqn(key, "title"))
		set(rd, &rd->layout->title, key, value);
	else if (ep_str_eqn(key, "about"))
		set(rd, &rd->layout->about, key, value);
	else if (ep_str_eqn(key, "framework"))
		set(rd, &rd->layout->framework, key, value);
	else if (ep_str_eqn(key, "per") && ep_str_eqn(value, "customer"))
		rd->layout->per_customer = true;
	else if (ep_str_eqn(key, "per") && ep_str_eqn(value, "fleet"))
		rd->layout->per_customer = false;
	else if (!ep_str_eqn(key, "SPDX-License-Identifier"))
		complain(rd, "unknown key or value in the head:", key);
}

static void section_draw(struct reader *rd, struct ep_str value)
{
	for (int i = 0; draw_words[i]; i++)
		if (ep_str_eqn(value, draw_words[i])) {
			rd->section->draw = (enum ep_draw)i;
			rd->section->draw_set = true;
			return;
		}
	complain(rd, "draw is table, cards, findings, bars, stack, facts or "
		     "code, not", value);
}

static void section_key(struct reader *rd, struct ep_str key,
			struct ep_str value)
{
	struct ep_section *section = rd->section;

	if (ep_str_eqn(key, "title"))
		set(rd, &section->title, key, value);
	else if (ep_str_eqn(key, "about"))
		set(rd, &section->about, key, value);
	else if (ep_str_eqn(key, "empty"))
		set(rd, &section->empty, key, value);
	else if (ep_str_eqn(key, "draw"))
		section_draw(rd, value);
	else
		complain(rd, "unknown key in a section:", key);
}

static void end_section(struct reader *rd)
{
	struct ep_section *section = rd->section;

	if (!section)
		return;
	section->sql = ep_strdup(rd->sql.s ? rd->sql.s : "");
	if ((ep_str_trim(ep_str(section->sql)).n == 0) != section->shared)
		ep_diag_add(rd->diag, rd->file, section->line, 1,
			    section->shared ?
				    "section '%s' is used from parts.sql and "
				    "has a query of its own" :
				    "section '%s' has no query",
			    section->id);
	if (!section->title && !section->shared)
		ep_diag_add(rd->diag, rd->file, section->line, 1,
			    "section '%s' has no title", section->id);
	ep_buf_clear(&rd->sql);
}

/* Ids become parts of paths. */
static bool id_valid(struct ep_str id)
{
	size_t i = 0;

	while (i < id.n && (id.p[i] == '-' || id.p[i] == '_' ||
			    (id.p[i] >= 'a' && id.p[i] <= 'z') ||
			    (id.p[i] >= '0' && id.p[i] <= '9')))
		i++;
	return id.n > 0 && id.n < 65 && i == id.n;
}

static void start_section(struct reader *rd, struct ep_str id, bool shared)
{
	end_section(rd);
	if (!id_valid(id))
		complain(rd, "a section's id is of a-z, 0-9, '-' and '_', not",
			 id);
	for (size_t i = 0; i < rd->layout->sections.n; i++)
		if (ep_str_eqn(id, rd->layout->sections.v[i].id))
			complain(rd, "a second section", id);
	rd->section = &EP_VEC_ADD(&rd->layout->sections);
	*rd->section = (struct ep_section){ .id = ep_strndup(id.p, id.n),
					    .shared = shared,
					    .line = rd->line };
}

static void read_sql(struct reader *rd, struct ep_str line)
{
	if (rd->section) {
		ep_buf_add(&rd->sql, line.p, line.n);
		ep_buf_addc(&rd->sql, '\n');
	} else if (ep_str_trim(line).n) {
		complain(rd, "expected '-- key: value', not", line);
	}
}

/* A query ends where the next section starts, and nowhere before. */
static bool inside_query(const struct reader *rd, struct ep_str rest)
{
	struct ep_str text = ep_str(rd->sql.s ? rd->sql.s : "");

	rest = ep_str_trim(rest);
	return rd->section && ep_str_trim(text).n > 0 &&
	       !(rest.n > 8 && memcmp(rest.p, "section:", 8) == 0) &&
	       !(rest.n > 4 && memcmp(rest.p, "use:", 4) == 0);
}

static void read_line(struct reader *rd, struct ep_str line)
{
	struct ep_str key, rest;

	if (line.n < 2 || memcmp(line.p, "--", 2) != 0) {
		read_sql(rd, line);
		return;
	}
	rest = (struct ep_str){ line.p + 2, line.n - 2 };
	if (ep_str_trim(rest).n == 0 || inside_query(rd, rest))
		return;	/* blank, or a comment inside a query */
	if (!memchr(rest.p, ':', rest.n) || !ep_str_cut(&rest, ':', &key)) {
		complain(rd, "expected '-- key: value', not", line);
		return;
	}
	key = ep_str_trim(key);
	rest = ep_str_trim(rest);
	if (ep_str_eqn(key, "section") || ep_str_eqn(key, "use"))
		start_section(rd, rest, ep_str_eqn(key, "use"));
	else if (rd->section)
		section_key(rd, key, rest);
	else
		head_key(rd, key, rest);
}

struct ep_layout *ep_layout_text(const char *file, const char *text, size_t n,
				 struct ep_diag *diag)
{
	struct reader rd = { .diag = diag, .file = file };
	struct ep_str rest = { text, n }, line;
	size_t complaints = diag->n;

	rd.layout = ep_calloc(1, sizeof(*rd.layout));
	rd.layout->file = ep_strdup(file);
	ep_buf_init(&rd.sql, EP_FILE_BYTES_MAX);
	if (!ep_utf8_valid(text, n))
		ep_diag_add(diag, file, 0, 0, "is not UTF-8");
	while (ep_str_cut(&rest, '\n', &line)) {
		rd.line++;
		read_line(&rd, line);
	}
	end_section(&rd);
	ep_buf_release(&rd.sql);
	if (!rd.layout->id || !rd.layout->title)
		ep_diag_add(diag, file, 1, 1, "a report needs id and title");
	if (rd.layout->sections.n == 0)
		ep_diag_add(diag, file, 1, 1, "a report needs a section");
	if (diag->n == complaints)
		return rd.layout;
	ep_layout_free(rd.layout);
	return NULL;
}

struct ep_layout *ep_layout_load(const char *path, struct ep_diag *diag)
{
	EP_AUTO(ep_buf_release) struct ep_buf text;
	struct ep_err err = EP_ERR_INIT;

	ep_buf_init(&text, EP_FILE_BYTES_MAX);
	if (ep_file_read(path, EP_FILE_BYTES_MAX, &text, &err)) {
		ep_diag_add(diag, path, 0, 0, "%s", err.msg);
		return NULL;
	}
	return ep_layout_text(path, text.s ? text.s : "", text.len, diag);
}

void ep_layout_free(struct ep_layout *layout)
{
	if (!layout)
		return;
	for (size_t i = 0; i < layout->sections.n; i++) {
		ep_free(layout->sections.v[i].id);
		ep_free(layout->sections.v[i].title);
		ep_free(layout->sections.v[i].about);
		ep_free(layout->sections.v[i].empty);
		ep_free(layout->sections.v[i].sql);
	}
	ep_vec_release(&layout->sections);
	ep_free(layout->file);
	ep_free(layout->id);
	ep_free(layout->title);
	ep_free(layout->framework);
	ep_free(layout->about);
	ep_free(layout);
}

/* The file of that name in the first folder that has it. */
static int load_first(const struct ep_words *folders, const char *id,
		      struct ep_layout **ret, struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf name = EP_BUF_INIT(128);
	EP_AUTO(ep_buf_release) struct ep_buf text =
		EP_BUF_INIT(EP_ERR_MSG_MAX);
	struct ep_diag diag;

	ep_buf_addf(&name, "%s.sql", id);
	for (size_t i = 0; i < folders->n; i++) {
		EP_AUTO_FREE char *path = ep_file_join(folders->v[i], name.s);

		if (access(path, F_OK) != 0)
			continue;
		ep_diag_init(&diag);
		*ret = ep_layout_load(path, &diag);
		if (!*ret) {
			ep_diag_print(&diag, &text);
			ep_err_set(err, EP_ECONFIG, "%s", text.s);
		}
		ep_diag_release(&diag);
		return *ret ? 0 : err->code;
	}
	return ep_err_set(err, EP_ENOENT, "there is no report '%s'; look into "
					  "the folder reports of the "
					  "installation",
			  id);
}

static const struct ep_section *find_part(const struct ep_layout *parts,
					  const char *id)
{
	for (size_t i = 0; i < parts->sections.n; i++)
		if (strcmp(parts->sections.v[i].id, id) == 0)
			return &parts->sections.v[i];
	return NULL;
}

static void take_text(char **to, const char *from)
{
	if (!*to)
		*to = ep_strdup(from);
}

static int fill_shared(struct ep_layout *layout, const struct ep_layout *parts,
		       struct ep_err *err)
{
	for (size_t i = 0; i < layout->sections.n; i++) {
		struct ep_section *section = &layout->sections.v[i];
		const struct ep_section *part;

		if (!section->shared)
			continue;
		part = find_part(parts, section->id);
		if (!part)
			return ep_err_set(err, EP_ECONFIG,
					  "%s:%d:1: %s has no section '%s'",
					  layout->file, section->line,
					  parts->file, section->id);
		take_text(&section->title, part->title);
		take_text(&section->about, part->about);
		take_text(&section->empty, part->empty);
		if (!section->draw_set)
			section->draw = part->draw;
		ep_free(section->sql);
		section->sql = ep_strdup(part->sql);
	}
	return 0;
}

static bool has_shared(const struct ep_layout *layout)
{
	for (size_t i = 0; i < layout->sections.n; i++)
		if (layout->sections.v[i].shared)
			return true;
	return false;
}

int ep_layout_find(const struct ep_words *folders, const char *id,
		   struct ep_layout **ret, struct ep_err *err)
{
	struct ep_layout *layout = NULL, *parts = NULL;
	int rc;

	if (!id_valid(ep_str(id)))
		return ep_err_set(err, EP_EUSAGE, "'%s' is no report id", id);
	rc = load_first(folders, id, &layout, err);
	if (rc == 0 && has_shared(layout))
		rc = load_first(folders, "parts", &parts, err);
	if (rc == 0 && parts)
		rc = fill_shared(layout, parts, err);
	ep_layout_free(parts);
	if (rc == 0)
		*ret = layout;
	else
		ep_layout_free(layout);
	return rc;
}
