/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SQL functions of exitproof: address_of for addresses that are kept in
 * their look-up key, counted for a number with its noun, regexp and regexpi
 * on PCRE2, iso for times, sha256 for samples.  An error inside fails the
 * statement, so that "could not be matched" can never be taken for "does not
 * match".
 */
#include "ext/db_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/str.h"
#include "ext/crypto.h"
#include "ext/regex.h"

/* 9999-12-31T23:59:59Z, the last time with a four-digit year. */
#define TIME_LAST INT64_C(253402300799)

static void free_regex(void *regex)
{
	ep_regex_free(regex);
}

static void fail(sqlite3_context *ctx, const struct ep_err *err)
{
	struct ep_db *db = sqlite3_user_data(ctx);

	db->func_code = err->code;
	sqlite3_result_error(ctx, err->msg, -1);
}

/* Patterns may come from a column (alias patterns), so they are kept by
 * text, not by place in the statement. */
static const struct ep_regex *compiled(struct ep_db *db, const char *pattern,
				       size_t n, bool ignore_case,
				       struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf key;
	struct ep_regex *regex;

	ep_buf_init(&key, EP_REGEX_PATTERN_BYTES_MAX + 1);
	ep_buf_addc(&key, ignore_case ? 'i' : 'c');
	ep_buf_add(&key, pattern, n);
	if (key.overflow) {
		ep_err_set(err, EP_ELIMIT, "regular expression above %d bytes "
			   "(EP_REGEX_PATTERN_BYTES_MAX)",
			   EP_REGEX_PATTERN_BYTES_MAX);
		return NULL;
	}
	if (memchr(pattern, '\0', n)) {
		ep_err_set(err, EP_EDATA, "regular expression with a NUL "
			   "character");
		return NULL;
	}
	regex = ep_map_getn(&db->regex, key.s, key.len);
	if (regex)
		return regex;
	if (ep_regex_compile(key.s + 1, ignore_case, &regex, err) < 0)
		return NULL;
	if (db->regex.live >= EP_DB_REGEXES_MAX) {
		ep_map_release(&db->regex, free_regex);
		ep_map_init(&db->regex);
	}
	ep_map_setn(&db->regex, key.s, key.len, regex);
	return regex;
}

static void match(sqlite3_context *ctx, sqlite3_value **arg, bool ignore_case)
{
	struct ep_err err = EP_ERR_INIT;
	const struct ep_regex *regex;
	const char *subject;
	bool found = false;

	if (sqlite3_value_type(arg[0]) == SQLITE_NULL ||
	    sqlite3_value_type(arg[1]) == SQLITE_NULL)
		return;
	regex = compiled(sqlite3_user_data(ctx),
			 (const char *)sqlite3_value_text(arg[0]),
			 (size_t)sqlite3_value_bytes(arg[0]), ignore_case,
			 &err);
	subject = (const char *)sqlite3_value_text(arg[1]);
	if (!regex ||
	    ep_regex_match(regex, subject ? subject : "",
			   (size_t)sqlite3_value_bytes(arg[1]), &found,
			   &err) < 0) {
		fail(ctx, &err);
		return;
	}
	sqlite3_result_int(ctx, found);
}

static void func_regexp(sqlite3_context *ctx, int n, sqlite3_value **arg)
{
	(void)n;
	match(ctx, arg, false);
}

static void func_regexpi(sqlite3_context *ctx, int n, sqlite3_value **arg)
{
	(void)n;
	match(ctx, arg, true);
}

static void func_iso(sqlite3_context *ctx, int n, sqlite3_value **arg)
{
	struct ep_err err = EP_ERR_INIT;
	char text[EP_TIME_TEXT];
	int64_t t;

	(void)n;
	if (sqlite3_value_type(arg[0]) == SQLITE_NULL)
		return;
	if (sqlite3_value_type(arg[0]) != SQLITE_INTEGER) {
		ep_err_set(&err, EP_ECONFIG, "iso() takes whole seconds since "
			   "1970");
		fail(ctx, &err);
		return;
	}
	t = sqlite3_value_int64(arg[0]);
	if (t < 0 || t > TIME_LAST)
		snprintf(text, sizeof(text), "@%" PRId64, t);
	else
		ep_time_format(t, text);
	sqlite3_result_text(ctx, text, -1, SQLITE_TRANSIENT);
}

/* An address, or what its look-up key (domain, 0x1f, local part) tells of it:
 * one call in place of seven, since rules read a million of them. */
static void func_address_of(sqlite3_context *ctx, int n, sqlite3_value **arg)
{
	const char *key, *end;
	size_t len, domain;
	char *text;

	(void)n;
	if (sqlite3_value_type(arg[0]) != SQLITE_NULL) {
		sqlite3_result_value(ctx, arg[0]);
		return;
	}
	key = (const char *)sqlite3_value_text(arg[1]);
	len = (size_t)sqlite3_value_bytes(arg[1]);
	end = key ? memchr(key, '\x1f', len) : NULL;
	if (!end)
		return;
	domain = (size_t)(end - key);
	text = sqlite3_malloc64(len);
	if (!text) {
		sqlite3_result_error_nomem(ctx);
		return;
	}
	memcpy(text, end + 1, len - domain - 1);
	text[len - domain - 1] = '@';
	memcpy(text + len - domain, key, domain);
	sqlite3_result_text64(ctx, text, len, sqlite3_free, SQLITE_UTF8);
}

/* "1 rule", "2 rules", "2 tenancies". */
static void func_counted(sqlite3_context *ctx, int n, sqlite3_value **arg)
{
	const char *noun = (const char *)sqlite3_value_text(arg[1]);
	int64_t number = sqlite3_value_int64(arg[0]);
	size_t len = noun ? strlen(noun) : 0;
	char text[128];
	bool ies;

	(void)n;
	if (sqlite3_value_type(arg[0]) == SQLITE_NULL || len == 0)
		return;
	ies = number != 1 && len > 1 && noun[len - 1] == 'y' &&
	      !strchr("aeiou", noun[len - 2]);
	snprintf(text, sizeof(text), "%" PRId64 " %.*s%s", number,
		 (int)(ies ? len - 1 : len), noun,
		 ies ? "ies" : EP_S(number));
	sqlite3_result_text(ctx, text, -1, SQLITE_TRANSIENT);
}

/* For samples and hashes that anybody can make again with sha256sum. */
static void func_sha256(sqlite3_context *ctx, int n, sqlite3_value **arg)
{
	uint8_t digest[EP_SHA256_BYTES];
	char hex[2 * EP_SHA256_BYTES + 1];
	const char *text;

	(void)n;
	if (sqlite3_value_type(arg[0]) == SQLITE_NULL)
		return;
	text = (const char *)sqlite3_value_text(arg[0]);
	ep_sha256_of(text ? text : "", (size_t)sqlite3_value_bytes(arg[0]),
		     digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	sqlite3_result_text(ctx, hex, -1, SQLITE_TRANSIENT);
}

void ep_db_rewriter_set(struct ep_db *db,
			const struct ep_db_rewriter *rewriter)
{
	db->rewriter = rewriter;
}

static void func_rewrite(sqlite3_context *ctx, int n, sqlite3_value **arg)
{
	struct ep_db *db = sqlite3_user_data(ctx);
	struct ep_buf out;
	const char *text;
	size_t len;

	(void)n;
	if (!db->rewriter) {
		sqlite3_result_error(ctx, "nothing is rewritten now", -1);
		return;
	}
	text = sqlite3_value_type(arg[0]) == SQLITE_TEXT ?
		       (const char *)sqlite3_value_text(arg[0]) : NULL;
	if (!text) {
		sqlite3_result_value(ctx, arg[0]);
		return;
	}
	len = (size_t)sqlite3_value_bytes(arg[0]);
	ep_buf_init(&out, db->rewriter->bytes_max);
	if (!db->rewriter->rewrite(db->rewriter->to, text, len,
				   (const char *)sqlite3_value_text(arg[1]),
				   &out))
		sqlite3_result_value(ctx, arg[0]);
	else if (out.overflow)
		sqlite3_result_error_toobig(ctx);
	else
		sqlite3_result_text64(ctx, out.s ? out.s : "", out.len,
				      SQLITE_TRANSIENT, SQLITE_UTF8);
	ep_buf_release(&out);
}

int ep_db_func_register(struct ep_db *db)
{
	static const struct {
		const char *name;
		int args;
		void (*func)(sqlite3_context *, int, sqlite3_value **);
	} table[] = {
		{ "regexp", 2, func_regexp },
		{ "regexpi", 2, func_regexpi },
		{ "iso", 1, func_iso },
		{ "address_of", 2, func_address_of },
		{ "counted", 2, func_counted },
		{ "sha256", 1, func_sha256 },
	};
	int rc = sqlite3_create_function_v2(db->h, "rewrite", 2,
					    SQLITE_UTF8 | SQLITE_DIRECTONLY,
					    db, func_rewrite, NULL, NULL, NULL);

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (rc == SQLITE_OK)
			rc = sqlite3_create_function_v2(
				db->h, table[i].name, table[i].args,
				SQLITE_UTF8 | SQLITE_DETERMINISTIC |
					SQLITE_INNOCUOUS,
				db, table[i].func, NULL, NULL, NULL);
	}
	return rc;
}

void ep_db_func_release(struct ep_db *db)
{
	ep_map_release(&db->regex, free_regex);
}
