/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding people in text.  Values are compared in a plain form: ASCII letters
 * in lower case, and blanks, dots, hyphens, underscores and commas between
 * words as one blank, so that "Kim Vale", "kim.vale" and "KIM-VALE" are one.
 * The dictionary is sorted into chains by the first two words of a value.
 */
#include "report/redact.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/str.h"
#include "base/vec.h"
#include "ext/crypto.h"
#include "ext/json.h"

/* Shorter values are replaced only where they are the whole text: inside
 * other words they would be found everywhere. */
#define INSIDE_BYTES_MIN 3

/* Digits of a pseudonym: 48 bits keep a million people apart. */
#define DIGITS 12

/* The part of an address before the @: a mail server takes 64 bytes, guests
 * of a directory have another address in theirs. */
#define LOCAL_BYTES_MAX 320

/* A fingerprint of a finding. */
#define FINGERPRINT 32

/* A value that begins with the same words as others: the longest first. */
struct entry {
	char *plain;
	size_t n;
	bool single;		/* one word */
	struct entry *next;
};

EP_VEC_TYPE(entries, struct entry *);

struct ep_redact {
	uint8_t key[EP_SHA256_BYTES];
	struct ep_map kept;	/* plain words that stay */
	struct ep_map domains;
	struct ep_map whole;	/* plain value -> entry */
	struct ep_map chains;	/* its first words -> entry */
	struct entries all;
};

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

static bool is_gap(char c)
{
	return c && strchr(" \t\r\n.,_-", c) != NULL;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* From the first word to the last one. */
static void make_plain(struct ep_buf *out, const char *s, size_t n)
{
	bool gap = false;

	while (n && !is_word(s[n - 1]))
		n--;
	for (size_t i = 0; i < n; i++) {
		if (out->len == 0 && !is_word(s[i]))
			continue;
		if (is_gap(s[i])) {
			gap = true;
			continue;
		}
		if (gap)
			ep_buf_addc(out, ' ');
		gap = false;
		ep_buf_addc(out, lower(s[i]));
	}
}

/* --- the dictionary ---------------------------------------------------------- */

struct ep_redact *ep_redact_new(const void *key, size_t n)
{
	struct ep_redact *redact = ep_calloc(1, sizeof(*redact));

	ep_sha256_of(key, n, redact->key);
	ep_map_init(&redact->kept);
	ep_map_init(&redact->domains);
	ep_map_init(&redact->whole);
	ep_map_init(&redact->chains);
	return redact;
}

void ep_redact_free(struct ep_redact *redact)
{
	if (!redact)
		return;
	for (size_t i = 0; i < redact->all.n; i++) {
		ep_free(redact->all.v[i]->plain);
		ep_free(redact->all.v[i]);
	}
	ep_vec_release(&redact->all);
	ep_map_release(&redact->kept, NULL);
	ep_map_release(&redact->domains, NULL);
	ep_map_release(&redact->whole, NULL);
	ep_map_release(&redact->chains, NULL);
	ep_free(redact);
}

void ep_redact_keep(struct ep_redact *redact, const char *word)
{
	EP_AUTO(ep_buf_release) struct ep_buf plain =
		EP_BUF_INIT(EP_TEXT_BYTES_MAX);

	make_plain(&plain, word, strlen(word));
	if (plain.len)
		ep_map_set(&redact->kept, plain.s, redact);
}

void ep_redact_domain(struct ep_redact *redact, const char *domain)
{
	EP_AUTO_FREE char *text = ep_strdup(domain);

	ep_str_lower(text);
	ep_map_set(&redact->domains, text, redact);
}

static void add_entry(struct ep_redact *redact, const char *value, size_t n)
{
	EP_AUTO(ep_buf_release) struct ep_buf plain =
		EP_BUF_INIT(2 * EP_TEXT_BYTES_MAX);
	struct entry *entry;

	make_plain(&plain, value, n);
	if (plain.len == 0 || plain.overflow ||
	    ep_map_get(&redact->whole, plain.s) ||
	    ep_map_get(&redact->kept, plain.s))
		return;
	entry = ep_calloc(1, sizeof(*entry));
	entry->n = plain.len;
	entry->single = strchr(plain.s, ' ') == NULL;
	entry->plain = ep_buf_take(&plain);
	ep_map_set(&redact->whole, entry->plain, entry);
	EP_VEC_ADD(&redact->all) = entry;
}

/* "Kim Vale" as "Vale, Kim". */
static void add_turned(struct ep_redact *redact, const char *value)
{
	EP_AUTO(ep_buf_release) struct ep_buf turned =
		EP_BUF_INIT(2 * EP_TEXT_BYTES_MAX);
	const char *gap = strrchr(value, ' ');

	if (!gap || gap == value || !gap[1])
		return;
	ep_buf_addf(&turned, "%s %.*s", gap + 1, (int)(gap - value), value);
	add_entry(redact, turned.s, turned.len);
}

/* As it stands inside JSON text. */
static void add_quoted(struct ep_redact *redact, const char *value)
{
	EP_AUTO(ep_buf_release) struct ep_buf quoted =
		EP_BUF_INIT(8 * EP_TEXT_BYTES_MAX);

	ep_json_quote(&quoted, value);
	if (!quoted.overflow && quoted.len != strlen(value) + 2)
		add_entry(redact, quoted.s + 1, quoted.len - 2);
}

static bool only_digits(const char *s)
{
	return s[strspn(s, "0123456789 .-+/")] == '\0';
}

/* Of an address, the part before the @ stands elsewhere by itself when it
 * has two words; one word may be any word of a text. */
static void add_local(struct ep_redact *redact, const char *value)
{
	const char *at = strchr(value, '@');
	size_t n = at ? (size_t)(at - value) : 0;

	if (n > INSIDE_BYTES_MIN && strcspn(value, "._-") < n)
		add_entry(redact, value, n);
}

void ep_redact_person(struct ep_redact *redact, const char *value)
{
	if (!value || only_digits(value))
		return;
	add_local(redact, value);
	if (strchr(value, '@'))
		return;	/* found by its form */
	add_entry(redact, value, strlen(value));
	add_turned(redact, value);
	add_quoted(redact, value);
}

/* The first word of a plain text, and where the second one ends (0: none). */
static size_t first_words(const char *s, size_t n, size_t *ret_second)
{
	size_t one = 0, two;

	while (one < n && is_word(s[one]))
		one++;
	two = one + 1;
	while (two < n && s[one] == ' ' && is_word(s[two]))
		two++;
	*ret_second = one < n && s[one] == ' ' && two > one + 1 ? two : 0;
	return one;
}

static void chain(struct ep_redact *redact, struct entry *entry)
{
	size_t second, n = first_words(entry->plain, entry->n, &second);
	struct entry *first, *at;

	if (second)
		n = second;
	first = ep_map_getn(&redact->chains, entry->plain, n);
	if (!first || first->n < entry->n) {
		entry->next = first;
		ep_map_setn(&redact->chains, entry->plain, n, entry);
		return;
	}
	for (at = first; at->next && at->next->n >= entry->n;)
		at = at->next;
	entry->next = at->next;
	at->next = entry;
}

void ep_redact_ready(struct ep_redact *redact)
{
	for (size_t i = 0; i < redact->all.n; i++)
		if (redact->all.v[i]->n >= INSIDE_BYTES_MIN)
			chain(redact, redact->all.v[i]);
}

/* --- pseudonyms --------------------------------------------------------------- */

static void add_digits(const struct ep_redact *redact, struct ep_buf *out,
		       const char *plain, size_t n, int digits)
{
	char hex[2 * EP_SHA256_BYTES + 1];
	uint8_t mac[EP_SHA256_BYTES];

	ep_hmac_sha256(redact->key, sizeof(redact->key), plain, n, mac);
	for (size_t i = 0; i < sizeof(mac); i++)
		snprintf(hex + 2 * i, 3, "%02x", mac[i]);
	ep_buf_add(out, hex, (size_t)digits);
}

static void add_person(const struct ep_redact *redact, struct ep_buf *out,
		       const char *plain, size_t n)
{
	ep_buf_adds(out, "person-");
	add_digits(redact, out, plain, n, DIGITS);
}

/* The part before the @ in its plain form gives what a name of these words
 * gives, so that name and address join. */
static void add_address(const struct ep_redact *redact, struct ep_buf *out,
			const char *s, size_t local, const char *domain,
			size_t n)
{
	EP_AUTO(ep_buf_release) struct ep_buf text =
		EP_BUF_INIT(EP_TEXT_BYTES_MAX * 2);

	make_plain(&text, s, local);
	add_person(redact, out, text.s, text.len);
	ep_buf_clear(&text);
	ep_buf_add(&text, domain, n);
	ep_str_lower(text.s);
	ep_buf_addc(out, '@');
	if (ep_map_get(&redact->domains, text.s)) {
		ep_buf_adds(out, text.s);
		return;
	}
	ep_buf_adds(out, "domain-");
	add_digits(redact, out, text.s, text.len, DIGITS);
	ep_buf_adds(out, ".invalid");
}

/* --- finding ------------------------------------------------------------------- */

static bool is_local(char c)
{
	return is_word(c) || (c && strchr("._%+'-#", c));
}

static bool is_domain(char c)
{
	return is_word(c) || c == '.' || c == '-';
}

/* Bytes of an @ at s, also of one that was percent-encoded. */
static size_t at_sign(const char *s, size_t n)
{
	if (n && *s == '@')
		return 1;
	return n > 2 && memcmp(s, "%40", 3) == 0 ? 3 : 0;
}

/* An address that begins at s: the end of it, or 0. */
static size_t find_address(const char *s, size_t n, size_t *ret_local,
			   size_t *ret_domain)
{
	size_t i = 0, sign, end;

	while (i < n && i < LOCAL_BYTES_MAX && is_local(s[i]) &&
	       !at_sign(s + i, n - i))
		i++;
	sign = i ? at_sign(s + i, n - i) : 0;
	if (!sign)
		return 0;
	end = i + sign;
	while (end < n && is_domain(s[end]))
		end++;
	while (end > i + sign && !is_word(s[end - 1]))
		end--;
	if (end == i + sign)
		return 0;
	*ret_local = i;
	*ret_domain = i + sign;
	return end;
}

/* Does the plain value stand at s?  Its length there, or 0. */
static size_t match(const char *s, size_t n, const struct entry *entry)
{
	size_t i = 0;

	for (size_t k = 0; k < entry->n; k++) {
		size_t from = i;

		if (entry->plain[k] == ' ') {
			while (i < n && is_gap(s[i]))
				i++;
			if (i == from)
				return 0;
		} else if (i >= n || lower(s[i++]) != entry->plain[k]) {
			return 0;
		}
	}
	return i < n && is_word(s[i]) ? 0 : i;
}

/* A single word inside an id, a path or a file name is part of that. */
static bool joined(const char *text, size_t at, size_t n, size_t all)
{
	static const char *const joins = "-_./\\:";

	return (at > 0 && strchr(joins, text[at - 1])) ||
	       (at + n < all && strchr(joins, text[at + n]) &&
		at + n + 1 < all && is_word(text[at + n + 1]));
}

static size_t search(const struct ep_redact *redact, const char *text,
		     size_t at, size_t all, const char *key, size_t key_n,
		     const struct entry **ret)
{
	const struct entry *entry = ep_map_getn(&redact->chains, key, key_n);

	for (; entry; entry = entry->next) {
		size_t n = match(text + at, all - at, entry);

		if (n && !(entry->single && joined(text, at, n, all))) {
			*ret = entry;
			return n;
		}
	}
	return 0;
}

/* The longest value that begins with the word at this place, or 0. */
static size_t find_value(const struct ep_redact *redact, const char *text,
			 size_t at, size_t all, const struct entry **ret)
{
	EP_AUTO(ep_buf_release) struct ep_buf key =
		EP_BUF_INIT(2 * EP_TEXT_BYTES_MAX);
	size_t i = at, one, n = 0;

	while (i < all && is_word(text[i]))
		ep_buf_addc(&key, lower(text[i++]));
	one = key.len;
	if (i < all && is_gap(text[i])) {
		while (i < all && is_gap(text[i]))
			i++;
		ep_buf_addc(&key, ' ');
		while (i < all && is_word(text[i]))
			ep_buf_addc(&key, lower(text[i++]));
		n = search(redact, text, at, all, key.s, key.len, ret);
	}
	return n ? n : search(redact, text, at, all, key.s, one, ret);
}

static bool is_fingerprint(const char *text, size_t n)
{
	return n == FINGERPRINT && strspn(text, "0123456789abcdef") == n;
}

static bool replace_whole(const struct ep_redact *redact, const char *text,
			  size_t n, struct ep_buf *out)
{
	EP_AUTO(ep_buf_release) struct ep_buf plain =
		EP_BUF_INIT(2 * EP_TEXT_BYTES_MAX);

	if (is_fingerprint(text, n)) {
		add_digits(redact, out, text, n, FINGERPRINT);
		return true;
	}
	if (n > EP_TEXT_BYTES_MAX)
		return false;
	make_plain(&plain, text, n);
	if (plain.len == 0 || !ep_map_get(&redact->whole, plain.s))
		return false;
	add_person(redact, out, plain.s, plain.len);
	return true;
}

/* What stands at this place is replaced; its length, or 0. */
static size_t replace_at(const struct ep_redact *redact, const char *text,
			 size_t at, size_t all, struct ep_buf *out)
{
	size_t local, domain, n;
	const struct entry *entry;

	n = find_address(text + at, all - at, &local, &domain);
	if (n) {
		add_address(redact, out, text + at, local, text + at + domain,
			    n - domain);
		return n;
	}
	n = find_value(redact, text, at, all, &entry);
	if (n)
		add_person(redact, out, entry->plain, entry->n);
	return n;
}

bool ep_redact_text(void *to, const char *text, struct ep_buf *out)
{
	const struct ep_redact *redact = to;
	size_t all = strlen(text), done = 0, at = 0;

	if (replace_whole(redact, text, all, out))
		return true;
	while (at < all) {
		size_t begun = out->len, n;

		/* Only where a word begins. */
		if (!is_word(text[at]) || (at > 0 && is_word(text[at - 1]))) {
			at++;
			continue;
		}
		ep_buf_add(out, text + done, at - done);
		n = replace_at(redact, text, at, all, out);
		if (n == 0) {
			ep_buf_cut(out, begun);
			at++;
			continue;
		}
		at += n;
		done = at;
	}
	if (done)
		ep_buf_add(out, text + done, all - done);
	return done > 0;
}
