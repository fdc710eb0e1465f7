/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A vendor whose answers are the bytes at hand: parts with NUL between them,
 * handed out in order to whatever is asked.  A part that starts with '!' has a
 * head first: "!503 Retry-After: 7\nLink: <x>; rel=next\n\nbody"; any other
 * is the body of a 200.  When they have run out the wire is torn.
 *
 * What it said is kept in few words, for claims about what may follow.
 */
#ifndef EP_FUZZ_VENDOR_H
#define EP_FUZZ_VENDOR_H

#include "collect/transport.h"
#include "fuzz.h"

#define FUZZ_BASE "https://api.vendor.example/v1"
#define FUZZ_HEAD_MAX 1024

struct fuzz_vendor {
	const uint8_t *data;
	size_t n;
	size_t at;
	int64_t now;	/* ms */
	struct fuzz_flight *first;
	size_t running;
	/* What the addresses of the dataset in question begin with, below
	 * FUZZ_BASE, up to the first name in braces. */
	char own[FUZZ_HEAD_MAX];
	/* Of all that was said: */
	size_t answers;
	size_t broken;	/* 2xx to its own requests, whose body is no whole JSON
			 * document */
	size_t broken_else;	/* ... to those of its parents, or where a
				 * link led to */
	size_t refused;	/* a status that means no, and not "later" */
	size_t torn;
};

/* path: of the dataset's endpoint. */
void fuzz_vendor_init(struct fuzz_vendor *vendor, const char *path,
		      const uint8_t *data, size_t n);
void fuzz_vendor_release(struct fuzz_vendor *vendor);
void fuzz_vendor_transport(struct fuzz_vendor *vendor,
			   struct ep_transport *ret);

#endif
