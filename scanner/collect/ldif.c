/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The LDIF reader.
 */
#include "collect/ldif.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/str.h"
#include "collect/utf16.h"
#include "ext/crypto.h"

static void complain(struct ep_ldif *ldif, const char *fmt, ...)
	EP_PRINTF(2, 3);

static void complain(struct ep_ldif *ldif, const char *fmt, ...)
{
	char msg[256];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(msg, sizeof(msg), fmt, ap) < 0)
		msg[0] = '\0';
	va_end(ap);
	ldif->bad = true;
	ep_diag_add(ldif->diag, ldif->file, ldif->logical_line, 1, "%s", msg);
}

bool ep_ldif_init(struct ep_ldif *ldif, const char *file, const char *s,
		  size_t n, struct ep_diag *diag)
{
	memset(ldif, 0, sizeof(*ldif));
	ldif->file = file;
	ldif->diag = diag;
	ldif->at_line = 1;
	ldif->logical_line = 1;
	ep_buf_init(&ldif->text, EP_LDIF_RECORD_BYTES_MAX);
	ep_buf_init(&ldif->logical, EP_LDIF_RECORD_BYTES_MAX);
	ep_buf_init(&ldif->utf8, EP_IMPORT_BYTES_MAX * (size_t)2);
	if (n >= 2 && (memcmp(s, "\xff\xfe", 2) == 0)) {
		if (!ep_utf16_read(s + 2, n - 2, &ldif->utf8)) {
			complain(ldif, "this is no text in UTF-16");
			return false;
		}
		s = ldif->utf8.s;
		n = ldif->utf8.len;
	} else if (n >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0) {
		s += 3;
		n -= 3;
	}
	ldif->p = s;
	ldif->end = s + n;
	if (n && s[n - 1] != '\n') {
		complain(ldif, "the file ends in the middle of a line: it was "
			       "cut off");
		return false;
	}
	return true;
}

void ep_ldif_release(struct ep_ldif *ldif)
{
	ep_buf_release(&ldif->text);
	ep_buf_release(&ldif->logical);
	ep_buf_release(&ldif->utf8);
	ep_vec_release(&ldif->values);
}

/* --- lines ----------------------------------------------------------------- */

static struct ep_str physical_line(struct ep_ldif *ldif)
{
	const char *nl = memchr(ldif->p, '\n', (size_t)(ldif->end - ldif->p));
	struct ep_str line = { ldif->p, (size_t)(nl - ldif->p) };

	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	ldif->p = nl + 1;
	ldif->at_line++;
	return line;
}

/* The next line with what is folded onto it; false at the end. */
static bool next_line(struct ep_ldif *ldif)
{
	struct ep_str line;

	if (ldif->p >= ldif->end)
		return false;
	ep_buf_clear(&ldif->logical);
	ldif->logical.overflow = false;
	ldif->logical_line = ldif->at_line;
	line = physical_line(ldif);
	ep_buf_add(&ldif->logical, line.p, line.n);
	while (line.n && ldif->p < ldif->end && *ldif->p == ' ') {
		line = physical_line(ldif);
		ep_buf_add(&ldif->logical, line.p + 1, line.n - 1);
	}
	if (ldif->logical.overflow)
		complain(ldif, "a line of more than %d bytes "
			       "(EP_LDIF_RECORD_BYTES_MAX)",
			 EP_LDIF_RECORD_BYTES_MAX);
	return true;
}

/* "# captured_at: 2026-11-21" */
static void take_comment(struct ep_ldif *ldif)
{
	static const char at[] = "captured_at:";
	static const char by[] = "captured_by:";
	struct ep_str text = ep_str_trim(ep_str(ldif->logical.s + 1));
	bool is_at = text.n > strlen(at) && memcmp(text.p, at, strlen(at)) == 0;
	bool is_by = text.n > strlen(by) && memcmp(text.p, by, strlen(by)) == 0;
	char *to = is_at ? ldif->captured_at : ldif->captured_by;
	size_t room = is_at ? sizeof(ldif->captured_at) :
			      sizeof(ldif->captured_by);

	if (ldif->begun || (!is_at && !is_by))
		return;
	text.p += strlen(at);
	text.n -= strlen(at);
	text = ep_str_trim(text);
	if (text.n >= room || !ep_utf8_valid(text.p, text.n)) {
		complain(ldif, "who captured it, or when, is too long");
		return;
	}
	memcpy(to, text.p, text.n);
	to[text.n] = '\0';
}

/* --- records ----------------------------------------------------------------- */

static bool name_valid(const char *s, size_t n)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-.;=*";

	for (size_t i = 0; i < n; i++) {
		if (!s[i] || !strchr(allowed, s[i]))
			return false;
	}
	return n > 0 && *s != ';';
}

/* Appends with a NUL behind it, where it starts. */
static size_t put(struct ep_ldif *ldif, const void *p, size_t n)
{
	size_t at = ldif->text.len;

	ep_buf_add(&ldif->text, p, n);
	ep_buf_addc(&ldif->text, '\0');
	return at;
}

static bool put_base64(struct ep_ldif *ldif, struct ep_str text,
		       struct ep_ldif_value *value)
{
	struct ep_buf bytes = EP_BUF_INIT(EP_LDIF_RECORD_BYTES_MAX);
	struct ep_err err = EP_ERR_INIT;
	bool ok = ep_base64_decode(text.p, text.n, &bytes, &err) == 0;

	if (ok) {
		value->len = bytes.len;
		value->at = put(ldif, bytes.s, bytes.len);
	} else {
		complain(ldif, "the value is no base64");
	}
	ep_buf_release(&bytes);
	return ok;
}

/* What follows the first colon. */
static bool read_value(struct ep_ldif *ldif, struct ep_str rest,
		       struct ep_ldif_value *value)
{
	bool base64 = rest.n && *rest.p == ':';

	if (rest.n && *rest.p == '<') {
		complain(ldif, "a value that lies in another file is not read");
		return false;
	}
	if (base64) {
		rest.p++;
		rest.n--;
	}
	while (rest.n && *rest.p == ' ') {
		rest.p++;
		rest.n--;
	}
	if (base64)
		return put_base64(ldif, rest, value);
	if (!ep_utf8_valid(rest.p, rest.n) || memchr(rest.p, '\0', rest.n)) {
		complain(ldif, "the value is no text in UTF-8");
		return false;
	}
	value->len = rest.n;
	value->at = put(ldif, rest.p, rest.n);
	return true;
}

static bool read_pair(struct ep_ldif *ldif, struct ep_ldif_value *ret)
{
	const char *s = ldif->logical.s;
	const char *colon = memchr(s, ':', ldif->logical.len);
	size_t n = colon ? (size_t)(colon - s) : 0;
	struct ep_str rest;

	if (!colon || !name_valid(s, n)) {
		complain(ldif, "a line is \"name: value\"");
		return false;
	}
	rest = (struct ep_str){ colon + 1, ldif->logical.len - n - 1 };
	*ret = (struct ep_ldif_value){ .line = ldif->logical_line };
	ret->name_at = put(ldif, s, strcspn(s, ";:"));
	return read_value(ldif, rest, ret);
}

/* Contents only; ldifde calls everything an addition. */
static void take_changetype(struct ep_ldif *ldif,
			    const struct ep_ldif_value *value)
{
	if (!ep_str_eq(ldif->text.s + value->at, "add"))
		complain(ldif, "this file holds changes, not what is there: "
			       "changetype %.40s", ldif->text.s + value->at);
}

static void take_line(struct ep_ldif *ldif)
{
	struct ep_ldif_value value;
	const char *name;

	if (!read_pair(ldif, &value))
		return;
	name = ldif->text.s + value.name_at;
	if (ep_str_eqcase(name, "changetype")) {
		take_changetype(ldif, &value);
		return;
	}
	if (ldif->values.n >= EP_LDAP_VALUES_MAX) {
		complain(ldif, "a record of more than %d values "
			       "(EP_LDAP_VALUES_MAX)", EP_LDAP_VALUES_MAX);
		return;
	}
	EP_VEC_ADD(&ldif->values) = value;
}

/* The first line of a record that is none of its attributes. */
static bool take_dn(struct ep_ldif *ldif)
{
	struct ep_ldif_value value;

	if (!read_pair(ldif, &value))
		return false;
	if (!ep_str_eqcase(ldif->text.s + value.name_at, "dn")) {
		complain(ldif, "a record starts with dn:");
		return false;
	}
	ldif->dn_at = value.at;
	return true;
}

static bool is_version(const struct ep_ldif *ldif)
{
	return !ldif->begun && ep_str_starts(ldif->logical.s, "version:");
}

/* To the first line of a record; false at the end. */
static bool find_record(struct ep_ldif *ldif)
{
	while (next_line(ldif)) {
		if (ldif->logical.len == 0)
			continue;
		if (ldif->logical.s[0] == '#') {
			take_comment(ldif);
			continue;
		}
		if (!is_version(ldif))
			return true;
		if (!ep_str_eqn(ep_str_trim(ep_str(ldif->logical.s +
						   strlen("version:"))),
				"1"))
			complain(ldif, "only version 1 of LDIF is known");
	}
	return false;
}

static void read_record(struct ep_ldif *ldif)
{
	ldif->line = ldif->logical_line;
	ldif->bad = false;
	ldif->values.n = 0;
	ep_buf_clear(&ldif->text);
	ldif->text.overflow = false;
	take_dn(ldif);
	while (next_line(ldif) && ldif->logical.len > 0) {
		if (ldif->logical.s[0] != '#' && !ldif->bad)
			take_line(ldif);
	}
	if (ldif->text.overflow && !ldif->bad)
		complain(ldif, "a record of more than %d bytes "
			       "(EP_LDIF_RECORD_BYTES_MAX)",
			 EP_LDIF_RECORD_BYTES_MAX);
	ldif->begun = true;
}

bool ep_ldif_next(struct ep_ldif *ldif)
{
	do {
		if (!find_record(ldif))
			return false;
		read_record(ldif);
	} while (ldif->bad);
	return true;
}

const char *ep_ldif_dn(const struct ep_ldif *ldif)
{
	return ldif->text.s + ldif->dn_at;
}

const char *ep_ldif_name(const struct ep_ldif *ldif, size_t i)
{
	return ldif->text.s + ldif->values.v[i].name_at;
}

const char *ep_ldif_bytes(const struct ep_ldif *ldif, size_t i)
{
	return ldif->text.s + ldif->values.v[i].at;
}
