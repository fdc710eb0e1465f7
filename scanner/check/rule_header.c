/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cutting a comment header into items.
 */
#include "check/rule_header.h"

#include <string.h>

#include "base/str.h"

struct reader {
	const char *file;
	const char *at;
	const char *end;
	int line;
	struct ep_diag *diag;
	struct ep_header *header;
	bool good;
};

static void complain(struct reader *rd, int col, const char *msg)
{
	ep_diag_add(rd->diag, rd->file, rd->line, col, "%s", msg);
	rd->good = false;
}

/* The next line without its end; false after the last. */
static bool next_line(struct reader *rd, struct ep_str *ret)
{
	const char *nl;

	if (rd->at >= rd->end)
		return false;
	nl = memchr(rd->at, '\n', (size_t)(rd->end - rd->at));
	*ret = (struct ep_str){ rd->at,
				(size_t)((nl ? nl : rd->end) - rd->at) };
	rd->at = nl ? nl + 1 : rd->end;
	rd->line++;
	if (ret->n && ret->p[ret->n - 1] == '\r')
		ret->n--;
	return true;
}

static void read_more(struct reader *rd, struct ep_str line)
{
	struct ep_str more = ep_str_trim((struct ep_str){ line.p + 2,
							  line.n - 2 });
	struct ep_header_item *item;
	struct ep_buf joined;

	if (rd->header->item.n == 0) {
		complain(rd, 1, "nothing above that this line could continue");
		return;
	}
	item = &rd->header->item.v[rd->header->item.n - 1];
	ep_buf_init(&joined, EP_FILE_BYTES_MAX);
	ep_buf_adds(&joined, item->value);
	if (joined.len)
		ep_buf_addc(&joined, ' ');
	ep_buf_add(&joined, more.p, more.n);
	ep_free(item->value);
	item->value = ep_buf_take(&joined);
}

static size_t key_length(struct ep_str line)
{
	size_t n = 0;

	if (line.n < 4 || line.p[2] != ' ')
		return 0;
	while (3 + n < line.n &&
	       ((line.p[3 + n] >= 'a' && line.p[3 + n] <= 'z') ||
		line.p[3 + n] == '_'))
		n++;
	if (n == 0 || 3 + n >= line.n || line.p[3 + n] != ':')
		return 0;
	return n;
}

static void read_item(struct reader *rd, struct ep_str line)
{
	size_t n = key_length(line);
	struct ep_str value;

	if (n == 0) {
		complain(rd, 1, "expected \"-- key: value\" or, to continue, "
			 "\"--   text\"");
		return;
	}
	value = ep_str_trim((struct ep_str){ line.p + 4 + n,
					     line.n - 4 - n });
	EP_VEC_ADD(&rd->header->item) = (struct ep_header_item){
		.key = ep_strndup(line.p + 3, n),
		.value = ep_strndup(value.n ? value.p : "", value.n),
		.line = rd->line,
		.col = value.n ? (int)(value.p - line.p) + 1 : (int)n + 5,
	};
}

/* True when the line ends the header. */
static bool read_line(struct reader *rd, struct ep_str line, const char *end)
{
	struct ep_str text = line;

	if (line.n < 2 || memcmp(line.p, "--", 2) != 0) {
		complain(rd, 1, "the header has only lines that begin with "
			 "\"--\"");
		return false;
	}
	text.p += 2;
	text.n -= 2;
	if (ep_str_trim(text).n == 0)
		return false;
	if (line.n > 4 && memcmp(line.p, "--   ", 5) == 0) {
		read_more(rd, line);
		return false;
	}
	if (key_length(line) == strlen(end) &&
	    memcmp(line.p + 3, end, strlen(end)) == 0)
		return true;
	read_item(rd, line);
	return false;
}

bool ep_header_parse(const char *file, const char *text, size_t n,
		     const char *end, struct ep_diag *diag,
		     struct ep_header *ret)
{
	static const char licence[] = "-- SPDX-License-Identifier: ";
	struct reader rd = { .file = file, .at = text, .end = text + n,
			     .diag = diag, .header = ret, .good = true };
	struct ep_str line;

	memset(ret, 0, sizeof(*ret));
	if (!next_line(&rd, &line) || line.n <= sizeof(licence) - 1 ||
	    memcmp(line.p, licence, sizeof(licence) - 1) != 0) {
		ep_diag_add(diag, file, 1, 1, "the first line is not "
			    "\"-- SPDX-License-Identifier: ...\"");
		return false;
	}
	while (next_line(&rd, &line)) {
		if (!read_line(&rd, line, end))
			continue;
		if (ep_str_trim((struct ep_str){ line.p + 4 + strlen(end),
				line.n - 4 - strlen(end) }).n) {
			complain(&rd, (int)strlen(end) + 5, "the query begins "
				 "on the next line");
		}
		ret->body = rd.at;
		ret->body_line = rd.line + 1;
		return rd.good;
	}
	ep_diag_add(diag, file, rd.line, 1, "no line \"-- %s:\"", end);
	return false;
}

void ep_header_release(struct ep_header *header)
{
	for (size_t i = 0; i < header->item.n; i++) {
		ep_free(header->item.v[i].key);
		ep_free(header->item.v[i].value);
	}
	ep_vec_release(&header->item);
}

char *ep_header_word(const char **at)
{
	const char *s = *at + strspn(*at, " \t");
	size_t n;

	if (*s == '"') {
		const char *close = strchr(s + 1, '"');

		if (!close)
			return NULL;
		*at = close + 1;
		return ep_strndup(s + 1, (size_t)(close - s) - 1);
	}
	n = strcspn(s, " \t");
	if (n == 0)
		return NULL;
	*at = s + n;
	return ep_strndup(s, n);
}
