/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one write: a note, a file or a new ticket in the MSP's PSA.  No
 * collection comes here, and a door to the network that was not opened with
 * allow_ticket_write refuses what is sent from here.
 *
 * A write happens once.  What is written carries a mark; the ticket is read
 * before, and nothing is sent when the mark is there or the ticket cannot be
 * read; at most one request is sent; and the ticket is read again after it,
 * whatever the answer was, since an answer may be lost after the write took
 * effect.
 */
#ifndef EP_WRITE_H
#define EP_WRITE_H

#include <stdbool.h>

#include "collect/collect.h"
#include "collect/transport.h"

struct ep_writer;

/* A number of ours, [a-z0-9-], by which a write is found again. */
#define EP_WRITE_MARK 64

struct ep_write {
	enum ep_write_kind kind;
	const char *ticket;	/* the vendor's number; TICKET: NULL */
	const char *company;	/* TICKET: the vendor's number of the customer */
	const char *title;	/* TICKET; the mark is added to it */
	const char *text;	/* NOTE, TICKET; the mark is added to it */
	const char *mark;
	const char *file;	/* ATTACHMENT: an HTML page */
	size_t file_len;
};

enum ep_write_end {
	EP_WRITE_ABSENT,	/* only looked for; it is not there */
	EP_WRITE_THERE,		/* was there before; nothing was sent */
	EP_WRITE_DONE,		/* sent, and seen */
	EP_WRITE_UNSEEN,	/* sent, and not seen: it may show later */
	EP_WRITE_REFUSED	/* the vendor said no; nothing was written */
};

struct ep_write_result {
	enum ep_write_end end;
	char ticket[64];	/* TICKET, when it is there: its number */
	bool closed;		/* ... and somebody closed it */
	char why[512];		/* UNSEEN, REFUSED: what happened */
};

/* Config, specs, connection and transport live as long as the writer.
 * EP_ECONFIG when the connector or the connection cannot write. */
int ep_writer_open(const struct ep_config *config, const struct ep_specs *specs,
		   const struct ep_connection *connection,
		   const struct ep_transport *transport,
		   struct ep_writer **ret, struct ep_err *err) EP_MUST_CHECK;
void ep_writer_close(struct ep_writer *writer);
/* Can it, as connector and configuration stand? */
bool ep_writer_can(const struct ep_writer *writer, enum ep_write_kind kind);

/* An error says that nothing was sent, and why: the tenancy is another one,
 * the ticket could not be read, the request could not be made. */
int ep_writer_write(struct ep_writer *writer, const struct ep_write *write,
		    struct ep_write_result *ret, struct ep_err *err)
	EP_MUST_CHECK;
/* The same without writing: only THERE or ABSENT. */
int ep_writer_look(struct ep_writer *writer, const struct ep_write *write,
		   struct ep_write_result *ret, struct ep_err *err)
	EP_MUST_CHECK;

#endif
