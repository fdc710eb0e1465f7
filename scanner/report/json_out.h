/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON written member by member to a report: the commas, the quoting and the
 * pieces in which bytes are handed on.
 */
#ifndef EP_REPORT_JSON_OUT_H
#define EP_REPORT_JSON_OUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct ep_report_out;

struct ep_json_out {
	struct ep_buf buf;
	struct ep_report_out *to;
	bool comma;	/* the next value is not the first of its container */
};

void ep_json_out_init(struct ep_json_out *js, struct ep_report_out *to);
/* Hands on what is left. */
void ep_json_out_release(struct ep_json_out *js);

/* name is NULL in an array and for the outermost value. */
void ep_json_out_object(struct ep_json_out *js, const char *name);
void ep_json_out_array(struct ep_json_out *js, const char *name);
void ep_json_out_end(struct ep_json_out *js, char bracket);	/* '}' or ']' */
/* A member whose value is NULL is left out. */
void ep_json_out_text(struct ep_json_out *js, const char *name,
		      const char *value);
void ep_json_out_int(struct ep_json_out *js, const char *name, int64_t value);
/* A value that is JSON already. */
void ep_json_out_raw(struct ep_json_out *js, const char *name,
		     const char *json);
/* A new line in the file: between the elements of a long array. */
void ep_json_out_line(struct ep_json_out *js);

#endif
