/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the JSON door share and the rest of the program does not
 * see.
 */
#ifndef EP_JSON_PRIV_H
#define EP_JSON_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "ext/json.h"

/* What the check learns on its way. */
struct ep_json_scan {
	size_t start;	/* first byte after a byte-order mark */
	bool rewrite;	/* something has to be rewritten before cJSON */
};

int ep_json_scan(const char *s, size_t n, struct ep_json_scan *ret,
		 struct ep_err *err) EP_MUST_CHECK;

/* Does the double that a literal of valid grammar stands for print as these
 * very digits again? */
bool ep_json_number_exact(const char *s, size_t n);

/* Copies a document that passed the scan, rewriting what json.h promises;
 * returns the number of altered names and values. */
size_t ep_json_rewrite(const char *s, size_t n, struct ep_buf *out);

/* The code unit of the four hex digits at s; they were checked before. */
unsigned int ep_json_hex4(const char *s);

static inline bool ep_json_high_surrogate(unsigned int unit)
{
	return unit >= 0xd800 && unit <= 0xdbff;
}

static inline bool ep_json_low_surrogate(unsigned int unit)
{
	return unit >= 0xdc00 && unit <= 0xdfff;
}

/* ep_json_get for a name that is not NUL terminated. */
enum ep_json_found ep_json_getn(const struct ep_json *object,
				struct ep_str name, const struct ep_json **ret);

#endif
