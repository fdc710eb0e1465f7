/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A vendor whose people come, change and go by chance, and who can be asked
 * for all of them, for what changed since a link, or since a time.
 */
#ifndef FAKE_VENDOR_H
#define FAKE_VENDOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "fake_net.h"

#define FAKE_PEOPLE 44
#define FAKE_PAGE 4

struct fake_person {
	bool there;
	bool ever;	/* somebody had this number once */
	bool has_mail;	/* of the vendor's own making: set at least once */
	int version;	/* counts changes, is in the name */
	int64_t at;	/* serial of the last change */
	int64_t gone_at;	/* serial of the last removal, 0 never */
	int64_t changed_time;
};

struct fake_vendor {
	struct fake_person person[FAKE_PEOPLE];
	uint64_t chance;
	int64_t serial;		/* of changes */
	int64_t oldest;		/* links before this one are lost */
	bool restless;		/* changes also while it is read */
	bool moved;		/* and did */
	int fail_after;		/* answers until the wire is cut; -1 never */
	int status_after;	/* answers until 503 for good; -1 never */
	bool lie_twice;		/* tells two things of one record */
	bool lie_removed;	/* removes what never was */
	bool no_link;		/* the last page names no link */
	bool no_clock;
	int fulls, changes, places;	/* first pages asked for */
	int sinces;
};

/* 0 <= n < below. */
unsigned fake_chance(struct fake_vendor *vendor, unsigned below);
void fake_vendor_init(struct fake_vendor *vendor, uint64_t seed);
/* One change of one person. */
void fake_vendor_change(struct fake_vendor *vendor);
void fake_vendor_answer(void *vendor, const char *path,
			struct fake_reply *ret);
/* "id|name|mail|note" of everybody who is there, in order of id. */
char *fake_vendor_people(const struct fake_vendor *vendor);

#endif
