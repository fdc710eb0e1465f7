/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to cJSON.  cJSON alone accepts 17 invalid documents of the JSON
 * test suite, cuts names at \u0000, loses integers above 2^53 and finds
 * members without regard to case; so every document passes a strict check
 * of our own first, and this header is all the rest of the program sees.
 *
 * A document is checked against RFC 8259 and for UTF-8, nesting
 * (EP_JSON_DEPTH_MAX) and number of values (EP_JSON_VALUES_MAX).  Then, on a
 * copy and only where needed, number literals that a double cannot hold
 * exactly (all whole ones beyond +-2^53 are taken as such) become strings of
 * the same digits, \u0000 becomes U+2400, and a lone surrogate escape becomes
 * U+FFFD; the last two are counted as altered, once per name or value.
 */
#ifndef EP_JSON_H
#define EP_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "base/vec.h"

struct ep_json;	/* a value; opaque */

enum ep_json_type {
	EP_JSON_NULL,
	EP_JSON_BOOL,
	EP_JSON_NUMBER,
	EP_JSON_STRING,
	EP_JSON_ARRAY,
	EP_JSON_OBJECT
};

/* Strict check only.  EP_EDATA or EP_ELIMIT with the byte offset.  A
 * byte-order mark at the start is skipped. */
int ep_json_check(const char *s, size_t n, struct ep_err *err) EP_MUST_CHECK;

/* Check, rewrite where needed, parse.  *ret_altered (may be NULL) counts
 * values changed as above.  Equal keys in one object are not refused here
 * (the grammar allows them) but ep_json_get refuses to choose. */
int ep_json_parse(const char *s, size_t n, struct ep_json **ret,
		  size_t *ret_altered, struct ep_err *err) EP_MUST_CHECK;
void ep_json_free(struct ep_json *json);

/* Which members of an element are read at all, and which of them apart from
 * the rest: a tree of paths. */
#define EP_JSON_READS_MAX 96	/* nodes; a connector reads some 20 members */
#define EP_JSON_READS_LEVELS 8
#define EP_JSON_APART_MAX 8
struct ep_json_reads {
	size_t n;
	struct ep_json_read {
		struct ep_str name;
		uint8_t first;	/* of the nodes below, 0 none */
		uint8_t next;	/* beside it */
		uint8_t level;
		uint8_t bits;	/* of the paths apart that end in or below */
		bool plain;	/* another path does */
		bool whole;	/* a path ends here */
	} node[EP_JSON_READS_MAX];	/* the first is the element */
};
void ep_json_reads_init(struct ep_json_reads *reads);
/* bit: one of EP_JSON_APART_MAX for a path that is read apart, else 0; those
 * come last.  False when there is no room or, for one apart, when it is no
 * path of names or another one leads to it or through it.  The text must
 * outlive the tree. */
bool ep_json_reads_add(struct ep_json_reads *reads, const char *path,
		       uint8_t bit);

/* What is no part of an element's text: a value that nobody reads, or a
 * scalar on a path that is read apart. */
struct ep_json_hole {
	size_t at;
	size_t n;
	uint8_t bits;	/* of these paths; 0: nobody reads it */
	bool whole;	/* it is at the end of its path, not on the way */
};

/* Where the elements of one array lie in the bytes of a document. */
struct ep_json_part {
	size_t at;
	size_t n;
	size_t hole;	/* the first of its holes */
	uint32_t holes;
	bool apart;	/* one of them is read */
	bool odd;	/* what is read apart has no plain place: the element
			 * is to be taken as a whole */
};
struct ep_json_parts {
	EP_VEC(struct ep_json_part) list;
	EP_VEC(struct ep_json_hole) holes;
	bool found;
	/* False: the array is not there or there twice, something in it is no
	 * object, or the document has to be rewritten before it is parsed.
	 * Then only ep_json_parse will do. */
	bool usable;
};
/* The strict check, and the elements of the array that is the document's
 * member of that name, or the document itself (NULL).  They have no holes
 * when reads is NULL: all is read. */
int ep_json_split(const char *s, size_t n, const char *array,
		  const struct ep_json_reads *reads, struct ep_json_parts *ret,
		  struct ep_err *err) EP_MUST_CHECK;
void ep_json_parts_release(struct ep_json_parts *parts);
/* Parses a document that ep_json_split found usable without those elements
 * for which out is true; the others keep their order. */
int ep_json_parse_rest(const char *s, size_t n,
		       const struct ep_json_parts *parts, const bool *out,
		       struct ep_json **ret, struct ep_err *err) EP_MUST_CHECK;
/* An array without elements, which is nobody's to free. */
const struct ep_json *ep_json_empty_array(void);

enum ep_json_type ep_json_type(const struct ep_json *json);

/* What a member look-up may find.  Absent, null and present stay apart. */
enum ep_json_found {
	EP_JSON_ABSENT,
	EP_JSON_PRESENT,
	EP_JSON_AMBIGUOUS	/* two members of that very name */
};
/* Member by exact name; *ret set only when PRESENT (may be a JSON null). */
enum ep_json_found ep_json_get(const struct ep_json *object, const char *name,
			       const struct ep_json **ret);
/* Walks a path of names separated by '.', where a name in double quotes may
 * hold dots ("profile.email", "\"@odata.nextLink\"", "_links.\"px:tenants\"",
 * no escapes inside the quotes) and [N] picks an array element.  ABSENT when
 * any step is missing or is not the needed type; a null on the way is reported
 * as PRESENT null. */
enum ep_json_found ep_json_path(const struct ep_json *json, const char *path,
				const struct ep_json **ret);
/* True when path is well formed (for connector checks). */
bool ep_json_path_valid(const char *path);

size_t ep_json_count(const struct ep_json *container);
/* First element of an array or member of an object, then its followers. */
const struct ep_json *ep_json_first(const struct ep_json *container);
const struct ep_json *ep_json_next(const struct ep_json *value);
/* The member's name; NULL for array elements. */
const char *ep_json_name(const struct ep_json *value);

const char *ep_json_text(const struct ep_json *json);	/* STRING or NULL */
bool ep_json_true(const struct ep_json *json);		/* BOOL */
/* NUMBER that is a whole number within +-2^53, or STRING of decimal digits
 * within int64: true.  1.0 and 1e3 count as whole numbers. */
bool ep_json_int(const struct ep_json *json, int64_t *ret);
/* NUMBER (finite) only. */
bool ep_json_double(const struct ep_json *json, double *ret);
/* Scalar as text: string as is, whole number in decimal, other number as
 * shortest form, "true"/"false"; false for null, arrays and objects. */
bool ep_json_scalar(const struct ep_json *json, struct ep_buf *out);

/* --- writing ---------------------------------------------------------- */

/* Appends a quoted JSON string; invalid UTF-8 is scrubbed.  All of U+0000 to
 * U+001F, DEL and U+2028/2029 are escaped. */
void ep_json_quote(struct ep_buf *out, const char *s);
/* The same for what somebody may look at: whatever could act on a screen
 * (ep_utf8_acts) is escaped too.  A reader of JSON sees the same text. */
void ep_json_quote_shown(struct ep_buf *out, const char *s);
/* Appends JSON text with such characters escaped: outside of strings it has
 * none. */
void ep_json_shown(struct ep_buf *out, const char *json);
/* Appends a member of an object that the caller opened with '{': name (which
 * needs no escape) and text to be looked at, or null for NULL. */
void ep_json_member(struct ep_buf *out, const char *name, const char *value);
/* Appends the value in compact form with members in byte order of their
 * names (RFC 8785 order for ASCII names), so equal values give equal bytes. */
void ep_json_canon(struct ep_buf *out, const struct ep_json *json);

#endif
