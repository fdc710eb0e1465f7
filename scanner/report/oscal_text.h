/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kinds of text that OSCAL knows: markup, plain strings, tokens and
 * UUIDs.  Whatever a tenant wrote passes through one of these.
 */
#ifndef EP_REPORT_OSCAL_TEXT_H
#define EP_REPORT_OSCAL_TEXT_H

#include <stdint.h>

#include "report/json_out.h"

/* CommonMark without effect, on one line; "-" when there is nothing. */
void ep_oscal_markup(struct ep_json_out *js, const char *name,
		     const char *text);
/* {name, value} in an array of props; nothing for an empty value. */
void ep_oscal_prop(struct ep_json_out *js, const char *name,
		   const char *value);
void ep_oscal_prop_int(struct ep_json_out *js, const char *name,
		       int64_t value);
void ep_oscal_time(struct ep_json_out *js, const char *name, int64_t at);

/* A pseudo-random UUID (version 4) made of the words, so that equal input
 * gives equal documents. */
#define EP_UUID_TEXT 37
const char *ep_oscal_uuid(const char *kind, const char *a, const char *b,
			  char out[EP_UUID_TEXT]);

/* "ac-2.1" for AC-2(1) of NIST SP 800-53, as NIST's own catalogue has it;
 * "soc2_CC6.2" for others, which have none. */
void ep_oscal_control(struct ep_buf *out, const char *framework,
		      const char *control);

#endif
