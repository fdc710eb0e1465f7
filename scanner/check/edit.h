/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changing files that people keep under version control: whole new ones, and
 * lines added to one whose every other byte stays.
 */
#ifndef EP_EDIT_H
#define EP_EDIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* NULL, empty or nothing but white space. */
bool ep_edit_blank(const char *s);

/* "  key: " and the value as YAML takes it, on a line of its own. */
void ep_edit_text(struct ep_buf *out, const char *key, const char *value);
/* The same with the date of a time. */
void ep_edit_day(struct ep_buf *out, const char *key, int64_t t);

/* Replaces the file in one step. */
int ep_edit_write(const char *path, const struct ep_buf *text,
		  struct ep_err *err) EP_MUST_CHECK;
/* A new one in a folder that is made when it is not there.  One that exists
 * is left alone: EP_EUSAGE. */
int ep_edit_create(const char *folder, const char *name,
		   const struct ep_buf *text, char **ret_path,
		   struct ep_err *err) EP_MUST_CHECK;

#endif
