/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading one rule file: what each key of its header means, and its two
 * queries.
 */
#include "check/rule.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/str.h"
#include "check/rule_header.h"
#include "check/sql_scan.h"
#include "ext/crypto.h"

struct reader {
	const char *file;
	struct ep_rule *rule;
	struct ep_diag *diag;
	const struct ep_header_item *item;	/* being read */
	bool bad;
};

static void EP_PRINTF(2, 3) complain(struct reader *rd, const char *fmt, ...)
{
	char msg[EP_ERR_MSG_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	ep_diag_add(rd->diag, rd->file, rd->item->line, rd->item->col,
		    "%s: %s", rd->item->key, msg);
	rd->bad = true;
}

/* --- the keys ----------------------------------------------------------- */

static bool is_name(const char *s, const char *more)
{
	if (!(*s >= 'a' && *s <= 'z'))
		return false;
	for (; *s; s++)
		if (!((*s >= 'a' && *s <= 'z') || (*s >= '0' && *s <= '9') ||
		      strchr(more, *s)))
			return false;
	return true;
}

static void read_id(struct reader *rd, const char *value)
{
	if (!is_name(value, "-"))
		complain(rd, "only a-z, 0-9 and -, a letter first");
	rd->rule->id = ep_strdup(value);
}

static void read_revision(struct reader *rd, const char *value)
{
	if (!ep_str_int(value, &rd->rule->revision) || rd->rule->revision < 1)
		complain(rd, "expected a whole number from 1");
}

static void read_title(struct reader *rd, const char *value)
{
	rd->rule->title = ep_strdup(value);
}

static void read_why(struct reader *rd, const char *value)
{
	rd->rule->why = ep_strdup(value);
}

static void read_severity(struct reader *rd, const char *value)
{
	int severity = ep_severity_from_word(value);

	if (severity < 0) {
		complain(rd, "expected info, low, medium, high or critical");
		return;
	}
	rd->rule->severity = (enum ep_severity)severity;
}

static const char *const per_words[] = { "tenant", "customer", "fleet", NULL };

const char *ep_rule_per_word(enum ep_rule_per per)
{
	return per_words[per];
}

static void read_per(struct reader *rd, const char *value)
{
	for (int i = 0; per_words[i]; i++) {
		if (ep_str_eq(value, per_words[i])) {
			rd->rule->per = (enum ep_rule_per)i;
			return;
		}
	}
	complain(rd, "expected tenant, customer or fleet");
}

static void read_systems(struct reader *rd, const char *value)
{
	struct ep_str rest = ep_str(value);
	struct ep_str part;

	while (ep_str_cut(&rest, ',', &part)) {
		struct ep_str one = ep_str_trim(part);
		char *name = ep_strndup(one.n ? one.p : "", one.n);

		EP_VEC_ADD(&rd->rule->systems) = name;
		if (!is_name(name, "-"))
			complain(rd, "\"%s\" is no name of a system", name);
	}
}

static void read_needs(struct reader *rd, const char *value)
{
	rd->rule->needs_text = ep_strdup(value);
}

static void read_param(struct reader *rd, const char *value)
{
	struct ep_rule_param param;
	const char *at = value;

	param.name = ep_header_word(&at);
	param.value = ep_header_word(&at);
	param.doc = ep_header_word(&at);
	EP_VEC_ADD(&rd->rule->param) = param;
	if (!param.name || !param.value || !param.doc ||
	    at[strspn(at, " ")]) {
		complain(rd, "expected: name default \"documentation\"");
		return;
	}
	if (!is_name(param.name, "_") || ep_str_eq(param.name, "now") ||
	    ep_str_eq(param.name, "run") ||
	    ep_str_eq(param.name, "previous"))
		complain(rd, "\"%s\" cannot be a name", param.name);
	for (size_t i = 0; i + 1 < rd->rule->param.n; i++)
		if (ep_str_eq(rd->rule->param.v[i].name, param.name))
			complain(rd, "\"%s\" again", param.name);
}

static void read_fix(struct reader *rd, const char *value)
{
	rd->rule->fix = ep_strdup(value);
}

static void read_map(struct reader *rd, const char *value)
{
	struct ep_rule_map map = { .line = rd->item->line };
	const char *at = value;
	EP_AUTO_FREE char *relation = NULL;

	map.framework = ep_header_word(&at);
	map.control = ep_header_word(&at);
	relation = ep_header_word(&at);
	map.sentence = ep_header_word(&at);
	map.direct = ep_str_eq(relation, "direct");
	EP_VEC_ADD(&rd->rule->map) = map;
	if (!map.framework || !map.control || !map.sentence ||
	    at[strspn(at, " ")] ||
	    (!map.direct && !ep_str_eq(relation, "supporting")))
		complain(rd, "expected: framework control "
			 "direct|supporting \"sentence\"");
}

static void read_refs(struct reader *rd, const char *value)
{
	EP_VEC_ADD(&rd->rule->refs) = ep_strdup(value);
}

#define REPEAT 1u
#define OPTIONAL 2u

static const struct key {
	const char *name;
	unsigned flags;
	void (*read)(struct reader *rd, const char *value);
} keys[] = {
	{ "id", 0, read_id },
	{ "revision", 0, read_revision },
	{ "title", 0, read_title },
	{ "why", 0, read_why },
	{ "severity", 0, read_severity },
	{ "per", 0, read_per },
	{ "systems", OPTIONAL, read_systems },
	{ "needs", 0, read_needs },
	{ "param", OPTIONAL | REPEAT, read_param },
	{ "fix", 0, read_fix },
	{ "maps", OPTIONAL | REPEAT, read_map },
	{ "refs", OPTIONAL | REPEAT, read_refs },
};
#define KEYS (sizeof(keys) / sizeof(keys[0]))

static const struct key *find_key(const char *name)
{
	for (size_t i = 0; i < KEYS; i++)
		if (ep_str_eq(keys[i].name, name))
			return &keys[i];
	return NULL;
}

static void unknown_key(struct reader *rd)
{
	const char *names[KEYS + 1] = { NULL };
	const char *near;

	for (size_t i = 0; i < KEYS; i++)
		names[i] = keys[i].name;
	near = ep_str_nearest(rd->item->key, names);
	ep_diag_add(rd->diag, rd->file, rd->item->line, 4,
		    "unknown key \"%s\"%s%s%s", rd->item->key,
		    near ? "; did you mean \"" : "", near ? near : "",
		    near ? "\"?" : "");
	rd->bad = true;
}

static void read_items(struct reader *rd, const struct ep_header *header)
{
	bool had[KEYS] = { false };

	for (size_t i = 0; i < header->item.n; i++) {
		const struct key *key = find_key(header->item.v[i].key);

		rd->item = &header->item.v[i];
		if (!key) {
			unknown_key(rd);
			continue;
		}
		if (had[key - keys] && !(key->flags & REPEAT)) {
			complain(rd, "given twice");
			continue;
		}
		had[key - keys] = true;
		if (!rd->item->value[0])
			complain(rd, "has no value");
		else
			key->read(rd, rd->item->value);
	}
	for (size_t i = 0; i < KEYS; i++) {
		if (had[i] || (keys[i].flags & OPTIONAL))
			continue;
		ep_diag_add(rd->diag, rd->file, header->body_line - 1, 1,
			    "the header has no \"%s\"", keys[i].name);
		rd->bad = true;
	}
}

/* Only once the unit is known: it decides the default scope. */
static void read_need_items(struct reader *rd, const struct ep_header *header)
{
	size_t before = rd->diag->n + rd->diag->dropped;

	for (size_t i = 0; i < header->item.n; i++) {
		const struct ep_header_item *item = &header->item.v[i];

		if (ep_str_eq(item->key, "needs") && item->value[0])
			ep_need_parse(rd->rule, rd->file, item->line,
				      item->col, item->value, rd->diag);
	}
	if (rd->diag->n + rd->diag->dropped != before)
		rd->bad = true;
}

/* --- the queries -------------------------------------------------------- */

static int count_lines(const char *from, const char *to)
{
	int n = 0;

	for (; from < to; from++)
		n += *from == '\n';
	return n;
}

static void read_queries(struct reader *rd, const struct ep_header *header)
{
	static const char mark[] = "\n-- violations:";
	struct ep_rule *rule = rd->rule;
	const char *cut = strstr(header->body, mark);
	const char *tail;

	/* The population may be empty, then the mark has no line end
	 * before it within the body. */
	if (!cut || strstr(cut + 1, mark)) {
		ep_diag_add(rd->diag, rd->file, header->body_line, 1,
			    cut ? "two lines \"-- violations:\""
				: "no line \"-- violations:\"");
		rd->bad = true;
		return;
	}
	tail = cut + sizeof(mark) - 1;
	tail += strspn(tail, " \t\r");
	if (*tail != '\n') {
		ep_diag_add(rd->diag, rd->file, header->body_line +
			    count_lines(header->body, tail), 1,
			    "the query begins on the next line");
		rd->bad = true;
		return;
	}
	tail++;
	rule->population = ep_strndup(header->body,
				      (size_t)(cut - header->body));
	rule->violations = ep_strdup(tail);
	rule->population_line = header->body_line;
	rule->violations_line = header->body_line +
				count_lines(header->body, tail);
}

static void lint_query(struct reader *rd, const char *sql, int line)
{
	struct ep_sql_token tok = { .at = sql, .line = line };
	struct ep_sql_lint lint = { 0 };

	while (ep_sql_next(&tok)) {
		const char *msg = ep_sql_lint(&lint, &tok);

		if (!msg)
			continue;
		ep_diag_add(rd->diag, rd->file, tok.line, tok.col, "%s", msg);
		rd->bad = true;
	}
}

/* --- whole rules -------------------------------------------------------- */

static void check_whole(struct reader *rd)
{
	struct ep_rule *rule = rd->rule;
	const char *slash = strrchr(rd->file, '/');
	const char *base = slash ? slash + 1 : rd->file;
	size_t n = strlen(rule->id);

	if (strncmp(base, rule->id, n) != 0 || strcmp(base + n, ".sql") != 0) {
		ep_diag_add(rd->diag, rd->file, 0, 0,
			    "holds the rule \"%s\"; the file must be called "
			    "%s.sql", rule->id, rule->id);
		rd->bad = true;
	}
	lint_query(rd, rule->population, rule->population_line);
	lint_query(rd, rule->violations, rule->violations_line);
}

static void hash_text(struct ep_rule *rule, const char *text, size_t n)
{
	uint8_t sum[EP_SHA256_BYTES];
	struct ep_buf hex;

	ep_sha256_of(text, n, sum);
	ep_buf_init(&hex, sizeof(rule->sha256));
	ep_str_hex(&hex, sum, sizeof(sum));
	memcpy(rule->sha256, hex.s, sizeof(rule->sha256) - 1);
	ep_buf_release(&hex);
}

static char *group_of(const char *file)
{
	EP_AUTO_FREE char *folder = ep_file_folder(file);
	const char *slash = strrchr(folder, '/');

	return ep_strdup(slash ? slash + 1 : folder);
}

struct ep_rule *ep_rule_text(const char *file, const char *text, size_t n,
			     struct ep_diag *diag)
{
	struct ep_rule *rule = ep_calloc(1, sizeof(*rule));
	struct reader rd = { .file = file, .rule = rule, .diag = diag };
	struct ep_header header = { 0 };

	rule->file = ep_strdup(file);
	rule->group = group_of(file);
	hash_text(rule, text, n);
	if (memchr(text, '\0', n) || !ep_utf8_valid(text, n)) {
		ep_diag_add(diag, file, 0, 0, "is not UTF-8 text");
		rd.bad = true;
	} else {
		rd.bad = !ep_header_parse(file, text, n, "population", diag,
					  &header);
		read_items(&rd, &header);
		read_need_items(&rd, &header);
		if (header.body)
			read_queries(&rd, &header);
	}
	ep_header_release(&header);
	if (!rd.bad)
		check_whole(&rd);
	if (!rd.bad)
		return rule;
	ep_rule_free(rule);
	return NULL;
}

struct ep_rule *ep_rule_file(const char *path, struct ep_diag *diag)
{
	struct ep_err err = EP_ERR_INIT;
	struct ep_rule *rule = NULL;
	struct ep_buf text;

	ep_buf_init(&text, EP_FILE_BYTES_MAX);
	if (ep_file_read(path, EP_FILE_BYTES_MAX, &text, &err) < 0)
		ep_diag_add(diag, path, 0, 0, "%s", err.msg);
	else
		rule = ep_rule_text(path, text.s, text.len, diag);
	ep_buf_release(&text);
	return rule;
}

bool ep_words_has(const struct ep_words *words, const char *word)
{
	for (size_t i = 0; i < words->n; i++)
		if (ep_str_eq(words->v[i], word))
			return true;
	return false;
}

static void free_lists(struct ep_rule *rule)
{
	for (size_t i = 0; i < rule->need.n; i++) {
		struct ep_need *need = &rule->need.v[i];

		for (size_t j = 0; j < need->group.n; j++)
			ep_words_release(&need->group.v[j].dataset);
		ep_vec_release(&need->group);
		ep_free(need->setting);
		ep_words_release(&need->value);
		ep_free(need->view);
	}
	ep_vec_release(&rule->need);
	for (size_t i = 0; i < rule->param.n; i++) {
		ep_free(rule->param.v[i].name);
		ep_free(rule->param.v[i].value);
		ep_free(rule->param.v[i].doc);
	}
	ep_vec_release(&rule->param);
	for (size_t i = 0; i < rule->map.n; i++) {
		ep_free(rule->map.v[i].framework);
		ep_free(rule->map.v[i].control);
		ep_free(rule->map.v[i].sentence);
	}
	ep_vec_release(&rule->map);
}

void ep_rule_free(struct ep_rule *rule)
{
	if (!rule)
		return;
	free_lists(rule);
	ep_words_release(&rule->systems);
	ep_words_release(&rule->refs);
	ep_free(rule->id);
	ep_free(rule->title);
	ep_free(rule->why);
	ep_free(rule->fix);
	ep_free(rule->population);
	ep_free(rule->violations);
	ep_free(rule->needs_text);
	ep_free(rule->file);
	ep_free(rule->group);
	ep_free(rule);
}
