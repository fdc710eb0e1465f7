/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to libyaml: a file becomes a tree of mappings, sequences and
 * scalars with line and column.  One document, UTF-8; anchors, aliases, tags,
 * merge keys and repeated keys are errors.  Scalars stay text: a reader asks
 * for the type it wants, so `on`, `0x10` or `1_000` are never guessed.
 */
#ifndef EP_YAML_H
#define EP_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

enum ep_yaml_type { EP_YAML_SCALAR, EP_YAML_MAP, EP_YAML_LIST };

struct ep_yaml {
	enum ep_yaml_type type;
	int line;
	int col;
	bool quoted;	/* scalar written in quotes or as a block */
	char *text;	/* scalar: value.  NULL for `key:` without a value */
	char *key;	/* in a mapping: this member's name */
	int key_line;
	int key_col;
	struct ep_yaml *child;	/* first member or element */
	struct ep_yaml *next;
	size_t n;	/* members or elements */
};

/* NULL when the file cannot be read or parsed; each complaint is in diag.
 * A document with complaints that still has a shape is returned, so that the
 * reader can add its own. */
struct ep_yaml *ep_yaml_file(const char *path, struct ep_diag *diag);
struct ep_yaml *ep_yaml_text(const char *name, const char *s, size_t n,
			     struct ep_diag *diag);
void ep_yaml_free(struct ep_yaml *yaml);

struct ep_yaml *ep_yaml_get(const struct ep_yaml *map, const char *key);

/* Typed readers: complain to diag (with the file name) when the member is of
 * the wrong kind, return false then or when it is absent. */
bool ep_yaml_str(const struct ep_yaml *map, const char *key, const char *file,
		 struct ep_diag *diag, const char **ret);
bool ep_yaml_int(const struct ep_yaml *map, const char *key, const char *file,
		 struct ep_diag *diag, int64_t min, int64_t max, int64_t *ret);
bool ep_yaml_bool(const struct ep_yaml *map, const char *key, const char *file,
		  struct ep_diag *diag, bool *ret);
/* Complains about each member whose key is not in the NULL-ended list, and
 * names the nearest known one. */
void ep_yaml_known(const struct ep_yaml *map, const char *const *keys,
		   const char *what, const char *file, struct ep_diag *diag);

#endif
