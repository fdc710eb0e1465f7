/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small database of three sealed nights, the same bytes each time it is
 * made, and what it says of each of them.
 */
#ifndef EP_FUZZ_NIGHTS_H
#define EP_FUZZ_NIGHTS_H

#include "evidence/evidence.h"
#include "fuzz.h"
#include "store/store.h"

#define NIGHTS 3
#define NIGHTS_BYTES_MAX (16 * 1024 * 1024)

struct nights {
	struct ep_checkpoint checkpoint;
	char *said;
};

void nights_make(const char *path, struct nights *ret);
/* Every row of every kind and all coverage, night by night, as text. */
int nights_say(struct ep_store *store, struct ep_buf *out,
	       struct ep_err *err) EP_MUST_CHECK;

#endif
