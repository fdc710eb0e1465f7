/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to the write: what its parts share.
 */
#ifndef EP_WRITE_PRIV_H
#define EP_WRITE_PRIV_H

#include "collect/engine.h"
#include "collect/write.h"

struct ep_writer {
	struct ep_engine engine;
	struct ep_collect_totals totals;
	struct ep_transport transport;
	struct ep_site *site;
	const struct ep_use *proven;	/* answers for the tenancy meant */
};

/* One write under way. */
struct ep_writing {
	struct ep_writer *writer;
	const struct ep_spec_write *spec;
	const struct ep_write *write;
	struct ep_use *use;
	struct ep_settings names;	/* for {ticket} and the others */
};

/* Adds a name; takes value. */
void ep_writing_name(struct ep_writing *writing, const char *name,
		     char *value);
/* Reads all pages of a listing and hands its records over; an error when it
 * was not read to its end. */
int ep_writing_read(struct ep_writing *writing,
		    const struct ep_spec_endpoint *read,
		    void (*record)(void *to, const struct ep_json *record),
		    void *to, struct ep_err *err) EP_MUST_CHECK;
void ep_writing_vars(const struct ep_writing *writing, struct ep_vars *vars);

/* --- write_choose.c: {choose.NAME} ---------------------------------------- */
int ep_write_choose(struct ep_writing *writing, struct ep_err *err)
	EP_MUST_CHECK;

/* --- write_body.c --------------------------------------------------------- */
/* The body, and its content type. */
int ep_write_body(const struct ep_writing *writing, struct ep_buf *body,
		  struct ep_buf *type, struct ep_err *err) EP_MUST_CHECK;

#endif
