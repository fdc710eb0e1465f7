/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to PCRE2: compiled once, matched with step and depth limits
 * (EP_REGEX_MATCH_LIMIT), UTF mode, JIT where available.  A compiled expression
 * holds its own working memory: one thread at a time.
 */
#ifndef EP_REGEX_H
#define EP_REGEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

struct ep_regex;

int ep_regex_compile(const char *pattern, bool ignore_case,
		     struct ep_regex **ret, struct ep_err *err) EP_MUST_CHECK;
void ep_regex_free(struct ep_regex *regex);
/* *ret_match says match or no match; an exceeded limit or invalid subject
 * is an error (EP_ELIMIT, EP_EDATA), never "no match". */
int ep_regex_match(const struct ep_regex *regex, const char *s, size_t n,
		   bool *ret_match, struct ep_err *err) EP_MUST_CHECK;
/* On a match appends the substitution of pattern groups into `with` ($1,
 * ${name}) to out. */
int ep_regex_replace(const struct ep_regex *regex, const char *s, size_t n,
		     const char *with, struct ep_buf *out, bool *ret_match,
		     struct ep_err *err) EP_MUST_CHECK;

#endif
