/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to PCRE2.  Subjects come from vendors and patterns from users, so
 * each match has limits, and an error stays an error.
 */
#include "ext/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <string.h>

#include "base/alloc.h"

struct ep_regex {
	pcre2_general_context *general;
	pcre2_code *code;
	pcre2_match_context *limits;
	pcre2_match_data *match;
};

static void *take_memory(size_t size, void *unused)
{
	(void)unused;
	return ep_alloc(size);
}

static void give_memory(void *p, void *unused)
{
	(void)unused;
	ep_free(p);
}

static const unsigned char *bytes_of(const char *s)
{
	return (const unsigned char *)s;
}

static const char *reason(int number, char *text, size_t size)
{
	if (pcre2_get_error_message(number, (unsigned char *)text, size) < 0)
		return "unknown error";
	return text;
}

static pcre2_code *compile(const char *pattern, uint32_t options,
			   pcre2_general_context *general, struct ep_err *err)
{
	pcre2_compile_context *context = pcre2_compile_context_create(general);
	PCRE2_SIZE at = 0;
	char text[160];
	int number = 0;
	pcre2_code *code;

	pcre2_set_max_pattern_length(context, EP_REGEX_BYTES_MAX);
	code = pcre2_compile(bytes_of(pattern), PCRE2_ZERO_TERMINATED, options,
			     &number, &at, context);
	pcre2_compile_context_free(context);
	if (!code)
		ep_err_set(err, EP_EDATA,
			   "regular expression, character %zu: %s", at,
			   reason(number, text, sizeof(text)));
	return code;
}

int ep_regex_compile(const char *pattern, bool ignore_case,
		     struct ep_regex **ret, struct ep_err *err)
{
	uint32_t options = PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C |
			   (ignore_case ? PCRE2_CASELESS : 0);
	struct ep_regex *regex = ep_calloc(1, sizeof(*regex));

	regex->general = pcre2_general_context_create(take_memory, give_memory,
						      NULL);
	regex->code = compile(pattern, options, regex->general, err);
	if (!regex->code) {
		ep_regex_free(regex);
		return EP_EDATA;
	}
	regex->limits = pcre2_match_context_create(regex->general);
	regex->match = pcre2_match_data_create_from_pattern(regex->code,
							    regex->general);
	pcre2_set_match_limit(regex->limits, EP_REGEX_MATCH_LIMIT);
	pcre2_set_depth_limit(regex->limits, EP_REGEX_DEPTH_LIMIT);
	pcre2_set_heap_limit(regex->limits, EP_REGEX_HEAP_KIB_MAX);
	/* Where there is no JIT the interpreter gives the same answers. */
	(void)pcre2_jit_compile(regex->code, PCRE2_JIT_COMPLETE);
	*ret = regex;
	return EP_OK;
}

void ep_regex_free(struct ep_regex *regex)
{
	if (!regex)
		return;
	pcre2_match_data_free(regex->match);
	pcre2_match_context_free(regex->limits);
	pcre2_code_free(regex->code);
	pcre2_general_context_free(regex->general);
	ep_free(regex);
}

static int match_failed(int number, struct ep_err *err)
{
	char text[160];

	switch (number) {
	case PCRE2_ERROR_MATCHLIMIT:
	case PCRE2_ERROR_DEPTHLIMIT:
	case PCRE2_ERROR_HEAPLIMIT:
	case PCRE2_ERROR_JIT_STACKLIMIT:
		return ep_err_set(err, EP_ELIMIT,
				  "regular expression gave up: %s; make the "
				  "pattern simpler",
				  reason(number, text, sizeof(text)));
	default:
		return ep_err_set(err, EP_EDATA, "regular expression: %s",
				  reason(number, text, sizeof(text)));
	}
}

int ep_regex_match(const struct ep_regex *regex, const char *s, size_t n,
		   bool *ret_match, struct ep_err *err)
{
	int rc = pcre2_match(regex->code, bytes_of(s), n, 0, 0, regex->match,
			     regex->limits);

	if (rc < 0 && rc != PCRE2_ERROR_NOMATCH)
		return match_failed(rc, err);
	*ret_match = rc != PCRE2_ERROR_NOMATCH;
	return EP_OK;
}

/* One try with size bytes; *ret_n is the length, or the size needed when
 * PCRE2_ERROR_NOMEMORY comes back. */
static int substitute(const struct ep_regex *regex, const char *s, size_t n,
		      const char *with, char *text, size_t *ret_n)
{
	const uint32_t options = PCRE2_SUBSTITUTE_REPLACEMENT_ONLY |
				 PCRE2_SUBSTITUTE_OVERFLOW_LENGTH |
				 PCRE2_SUBSTITUTE_UNSET_EMPTY;

	return pcre2_substitute(regex->code, bytes_of(s), n, 0, options,
				regex->match, regex->limits, bytes_of(with),
				PCRE2_ZERO_TERMINATED, (unsigned char *)text,
				ret_n);
}

int ep_regex_replace(const struct ep_regex *regex, const char *s, size_t n,
		     const char *with, struct ep_buf *out, bool *ret_match,
		     struct ep_err *err)
{
	EP_AUTO_FREE char *longer = NULL;
	char text[512];
	size_t size = sizeof(text);
	const char *result = text;
	int rc = substitute(regex, s, n, with, text, &size);

	if (rc == PCRE2_ERROR_NOMEMORY) {
		if (size > EP_TEXT_BYTES_MAX)
			return ep_err_set(err, EP_ELIMIT,
					  "replacement '%.60s' gives %zu "
					  "bytes, more than EP_TEXT_BYTES_MAX",
					  with, size);
		result = longer = ep_alloc(size);
		rc = substitute(regex, s, n, with, longer, &size);
	}
	if (rc < 0)
		return match_failed(rc, err);
	if (rc > 0)
		ep_buf_add(out, result, size);
	*ret_match = rc > 0;
	return EP_OK;
}
