/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looks for words of a person, ASCII case aside, where they begin and end.
 */
#include "evidence/erase_text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/str.h"
#include "ext/crypto.h"
#include "ext/json.h"

/* Shorter words stand in too many texts by chance. */
#define NAME_BYTES_MIN 4
#define ID_BYTES_MIN 4
/* Longer ones are nobody else's, in whatever tenancy. */
#define ID_BYTES_UNIQUE 12

void ep_called_init(struct ep_called_all *all)
{
	struct ep_buf hex = EP_BUF_INIT(32);
	uint8_t random[6];

	memset(all, 0, sizeof(*all));
	ep_random(random, sizeof(random));
	ep_str_hex(&hex, random, sizeof(random));
	snprintf(all->word, sizeof(all->word), "erased-%s-", hex.s);
	ep_buf_release(&hex);
}

static void wipe(char *text)
{
	if (text)
		ep_wipe(text, strlen(text));
	ep_free(text);
}

void ep_called_release(struct ep_called_all *all)
{
	for (size_t i = 0; i < all->v.n; i++) {
		wipe(all->v.v[i].text);
		ep_free(all->v.v[i].scope);
		ep_free(all->v.v[i].instead);
	}
	ep_vec_release(&all->v);
}

/* --- the words ------------------------------------------------------------ */

static bool is_there(const struct ep_called_all *all, const char *text,
		     const char *scope)
{
	for (size_t i = 0; i < all->v.n; i++)
		if (ep_str_eqcase(all->v.v[i].text, text) &&
		    (!all->v.v[i].scope ||
		     ep_str_eq(all->v.v[i].scope, scope)))
			return true;
	return false;
}

/* JSON says some letters otherwise. */
static char *quoted(const char *text)
{
	struct ep_buf out = EP_BUF_INIT(8 * EP_TEXT_BYTES_MAX);
	char *inner;

	ep_json_quote(&out, text);
	inner = ep_strndup(out.s + 1, out.len - 2);
	ep_buf_release(&out);
	return inner;
}

static void push(struct ep_called_all *all, enum ep_called_kind kind,
		 char *text, const char *scope, bool shared, char *instead)
{
	uint8_t c = (uint8_t)text[0];

	all->first[c] = true;
	if ((c | 32) >= 'a' && (c | 32) <= 'z')
		all->first[c ^ 32] = true;
	EP_VEC_ADD(&all->v) = (struct ep_called){
		.text = text,
		.scope = ep_strdup(scope),
		.instead = instead,
		.kind = kind,
		.shared = shared,
	};
}

/* local@domain stands in look-up keys as domain U+001F local. */
static void push_lookup(struct ep_called_all *all, const char *text,
			const char *instead)
{
	const char *at = strrchr(text, '@');
	const char *to = strrchr(instead, '@');
	struct ep_buf key = EP_BUF_INIT(4 * EP_TEXT_BYTES_MAX);
	struct ep_buf then = EP_BUF_INIT(4 * EP_TEXT_BYTES_MAX);

	if (at && to) {
		ep_buf_addf(&key, "%s\x1f%.*s", at + 1, (int)(at - text), text);
		ep_buf_addf(&then, "%s\x1f%.*s", to + 1, (int)(to - instead),
			    instead);
		push(all, EP_CALLED_ADDRESS, ep_buf_take(&key), NULL, false,
		     ep_buf_take(&then));
	}
	ep_buf_release(&key);
	ep_buf_release(&then);
}

void ep_called_add(struct ep_called_all *all, enum ep_called_kind kind,
		   const char *text, const char *scope, bool shared,
		   bool domain_stays)
{
	struct ep_buf instead = EP_BUF_INIT(2 * EP_TEXT_BYTES_MAX);
	const char *at;
	char *json;

	if (text && strlen(text) >= ID_BYTES_UNIQUE)
		scope = NULL;
	if (!text || !*text || is_there(all, text, scope) ||
	    (kind == EP_CALLED_NAME && strlen(text) < NAME_BYTES_MIN))
		return;
	at = strrchr(text, '@');
	ep_buf_addf(&instead, "%s%zu", all->word, all->v.n + 1);
	if (at)
		ep_buf_addf(&instead, "@%s", domain_stays ? at + 1 :
							    "erased.invalid");
	push(all, kind, ep_strdup(text), scope, shared, ep_strdup(instead.s));
	json = quoted(text);
	if (!ep_str_eq(json, text))
		push(all, kind, ep_strdup(json), scope, shared,
		     ep_strdup(instead.s));
	wipe(json);
	if (at)
		push_lookup(all, text, instead.s);
	ep_buf_release(&instead);
}

/* --- where they stand --------------------------------------------------------- */

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || (uint8_t)c >= 0x80;
}

/* The letter of an escape of JSON is none of the text. */
static bool ends_escape(const char *text, size_t i)
{
	return (i >= 2 && text[i - 2] == '\\') ||
	       (i >= 6 && text[i - 6] == '\\' && text[i - 5] == 'u');
}

static bool begins_here(const struct ep_called *called, const char *text,
			size_t i)
{
	char c;

	if (i == 0 || ends_escape(text, i))
		return true;
	c = text[i - 1];
	if (called->kind == EP_CALLED_ADDRESS && strchr(".+-", c))
		return false;
	return !is_word(c) || !is_word(called->text[0]);
}

static bool ends_here(const struct ep_called *called, const char *text,
		      size_t n, size_t end)
{
	size_t len = strlen(called->text);

	if (end == n)
		return true;
	if (called->kind == EP_CALLED_ADDRESS && strchr(".-", text[end]) &&
	    end + 1 < n && is_word(text[end + 1]))
		return false;
	return !is_word(text[end]) || !is_word(called->text[len - 1]);
}

/* A short id is nobody's but where it is all of a value or of a key's part. */
static bool stands_alone(const char *text, size_t n, size_t i, size_t end)
{
	bool before = i == 0 || strchr("\"\x1f/", text[i - 1]) ||
		      ends_escape(text, i);
	bool after = end == n || strchr("\"\x1f/\\", text[end]);

	return before && after;
}

static bool matches(const struct ep_called *called, const char *text, size_t n,
		    size_t i)
{
	size_t len = strlen(called->text);

	if (n - i < len || strncasecmp(text + i, called->text, len) != 0 ||
	    !begins_here(called, text, i) ||
	    !ends_here(called, text, n, i + len))
		return false;
	return called->kind != EP_CALLED_ID || len >= ID_BYTES_MIN ||
	       stands_alone(text, n, i, i + len);
}

static bool in_scope(const struct ep_called *called, const char *scope)
{
	return !called->scope || ep_str_eq(called->scope, scope);
}

/* The longest word that begins here. */
static const struct ep_called *find(const struct ep_called_all *all,
				    const char *text, size_t n, size_t i,
				    const char *scope, bool with_shared)
{
	const struct ep_called *best = NULL;

	if (!all->first[(uint8_t)text[i]])
		return NULL;
	for (size_t k = 0; k < all->v.n; k++) {
		const struct ep_called *called = &all->v.v[k];

		if (in_scope(called, scope) && (with_shared || !called->shared) &&
		    matches(called, text, n, i) &&
		    (!best || strlen(called->text) > strlen(best->text)))
			best = called;
	}
	return best;
}

static bool has_any(const struct ep_called_all *all, const char *text,
		    size_t n, const char *scope)
{
	for (size_t i = 0; i < n; i++)
		if (find(all, text, n, i, scope, false))
			return true;
	return false;
}

bool ep_called_rewrite(void *to, const char *text, size_t n, const char *scope,
		       struct ep_buf *out)
{
	const struct ep_called_all *all = to;
	bool own = has_any(all, text, n, scope), changed = false;
	size_t i = 0;

	if (!own)
		return false;
	while (i < n) {
		const struct ep_called *called =
			find(all, text, n, i, scope, own);

		if (!called) {
			ep_buf_addc(out, text[i++]);
			continue;
		}
		ep_buf_adds(out, called->instead);
		i += strlen(called->text);
		changed = true;
	}
	return changed;
}
