/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The restless vendor.
 *
 *	/v1/people?from=N             everybody, FAKE_PAGE at a time
 *	/v1/people/delta?start=now    a link, nobody
 *	/v1/people/delta?link=S.N     whoever changed after serial S
 *	/v1/people?...since=T&from=N  whoever changed at or after T
 */
#include "fake_vendor.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"

unsigned fake_chance(struct fake_vendor *vendor, unsigned below)
{
	vendor->chance = vendor->chance * 6364136223846793005u +
			 1442695040888963407u;
	return (unsigned)(vendor->chance >> 33) % below;
}

static void add(struct fake_vendor *vendor, int id)
{
	struct fake_person *person = &vendor->person[id];

	person->there = true;
	person->ever = true;
	person->version++;
	person->has_mail = person->has_mail || fake_chance(vendor, 2);
	person->at = ++vendor->serial;
	person->changed_time = ep_clock_now();
}

void fake_vendor_init(struct fake_vendor *vendor, uint64_t seed)
{
	memset(vendor, 0, sizeof(*vendor));
	vendor->chance = seed * 2654435761u + 1;
	vendor->fail_after = -1;
	vendor->status_after = -1;
	for (int i = 0; i < FAKE_PEOPLE / 2; i++)
		add(vendor, i);
	for (int i = 0; i < FAKE_PEOPLE; i++)
		vendor->person[i].changed_time -= 86400;
}

void fake_vendor_change(struct fake_vendor *vendor)
{
	int id = (int)fake_chance(vendor, FAKE_PEOPLE);
	struct fake_person *person = &vendor->person[id];

	if (person->there && fake_chance(vendor, 3) == 0) {
		person->there = false;
		person->gone_at = ++vendor->serial;
	} else {
		add(vendor, id);
	}
}

/* What never had a value is null in a listing and left out of changes. */
static void add_person(const struct fake_vendor *vendor, int id, bool delta,
		       struct ep_buf *out)
{
	const struct fake_person *person = &vendor->person[id];

	ep_buf_addf(out, "%s{\"id\":\"P%02d\",\"name\":\"n%d\"",
		    out->s[out->len - 1] == '[' ? "" : ",", id,
		    person->version);
	if (person->has_mail)
		ep_buf_addf(out, ",\"mail\":\"p%d@x.example\","
			    "\"note\":\"v%d\"", id, person->version);
	else if (!delta)
		ep_buf_adds(out, ",\"mail\":null,\"note\":null");
	ep_buf_addc(out, '}');
}

static void add_removed(int id, struct ep_buf *out)
{
	ep_buf_addf(out, "%s{\"id\":\"P%02d\",\"@removed\":"
		    "{\"reason\":\"changed\"}}",
		    out->s[out->len - 1] == '[' ? "" : ",", id);
}

/* --- everybody ----------------------------------------------------------- */

static int64_t number_of(const char *path, const char *name)
{
	const char *at = strstr(path, name);

	return at ? strtoll(at + strlen(name), NULL, 10) : 0;
}

static void list(struct fake_vendor *vendor, const char *path,
		 struct ep_buf *out)
{
	int64_t from = number_of(path, "from=");
	int64_t since = number_of(path, "since=");
	int shown = 0;
	int id = (int)from;

	ep_buf_adds(out, "{\"value\":[");
	for (; id < FAKE_PEOPLE && shown < FAKE_PAGE; id++) {
		if (!vendor->person[id].there ||
		    vendor->person[id].changed_time < since)
			continue;
		add_person(vendor, id, false, out);
		shown++;
	}
	ep_buf_addc(out, ']');
	if (id < FAKE_PEOPLE)
		ep_buf_addf(out, ",\"next\":\"/v1/people?since=%" PRId64
			    "&from=%d\"", since, id);
	ep_buf_addc(out, '}');
	if (from == 0)
		*(since ? &vendor->sinces : &vendor->fulls) += 1;
}

/* --- changes ------------------------------------------------------------- */

/* Out of order, some twice, and some that were told before. */
static void tell(struct fake_vendor *vendor, int id, int64_t since,
		 struct ep_buf *out)
{
	const struct fake_person *person = &vendor->person[id];
	bool replay = fake_chance(vendor, 12) == 0;
	int times = 1 + (fake_chance(vendor, 6) == 0);

	if (!person->ever)
		return;
	for (; times > 0; times--) {
		if (person->there && (person->at > since || replay))
			add_person(vendor, id, true, out);
		else if (!person->there && (person->gone_at > since || replay))
			add_removed(id, out);
	}
}

/* A link is "serial it begins after . serial it was made at . page".  A round
 * is the state when its first page was asked for: later changes are for the
 * next one. */
static void delta(struct fake_vendor *vendor, const char *path,
		  struct ep_buf *out)
{
	int64_t since = number_of(path, "link=");
	const char *dot = strchr(strstr(path, "link="), '.');
	int64_t until = strtoll(dot + 1, NULL, 10);
	int page = (int)strtoll(strchr(dot + 1, '.') + 1, NULL, 10);
	int first = page * 11;

	if (page == 0) {
		until = vendor->serial;
		vendor->changes++;
	}
	ep_buf_adds(out, "{\"value\":[");
	for (int i = 0; i < 11; i++)
		tell(vendor, first + (i * 7) % 11, since, out);
	if (fake_chance(vendor, 4) == 0)
		tell(vendor, (int)fake_chance(vendor, FAKE_PEOPLE), since,
		     out);
	if (page == 0 && vendor->lie_twice)
		ep_buf_addf(out, "%s{\"id\":\"P00\",\"name\":\"a\"},"
			    "{\"id\":\"P00\",\"name\":\"b\"}",
			    out->s[out->len - 1] == '[' ? "" : ",");
	if (page == 0 && vendor->lie_removed)
		add_removed(99, out);
	ep_buf_addc(out, ']');
	if ((page + 1) * 11 < FAKE_PEOPLE)
		ep_buf_addf(out, ",\"next\":\"/v1/people/delta?link=%" PRId64
			    ".%" PRId64 ".%d\"", since, until, page + 1);
	else if (!vendor->no_link)
		ep_buf_addf(out, ",\"link\":\"/v1/people/delta?link=%" PRId64
			    ".0.0\"", until);
	ep_buf_addc(out, '}');
}

static void place(struct fake_vendor *vendor, struct ep_buf *out)
{
	vendor->places++;
	ep_buf_addf(out, "{\"value\":[],\"link\":\"/v1/people/delta?link=%"
		    PRId64 ".0.0\"}", vendor->serial);
}

/* --- the door ------------------------------------------------------------ */

/* True when this answer does not come about. */
static bool broken(struct fake_vendor *vendor, struct fake_reply *ret)
{
	if (vendor->fail_after == 0) {
		ret->end = EP_HTTP_CONNECT;
		return true;
	}
	if (vendor->status_after == 0) {
		ret->status = 503;
		return true;
	}
	vendor->fail_after -= vendor->fail_after > 0;
	vendor->status_after -= vendor->status_after > 0;
	return false;
}

void fake_vendor_answer(void *to, const char *path, struct fake_reply *ret)
{
	struct fake_vendor *vendor = to;
	struct ep_buf out;

	*ret = (struct fake_reply){ .to = "", .ms = 10,
				    .date = vendor->no_clock ? 0 :
							       ep_clock_now() };
	if (broken(vendor, ret))
		return;
	ep_buf_init(&out, 1 << 20);
	if (strstr(path, "start=now")) {
		place(vendor, &out);
	} else if (strstr(path, "/delta?") &&
		   number_of(path, "link=") < vendor->oldest) {
		ret->status = 410;
		ep_buf_adds(&out, "{\"error\":{\"code\":\"resyncRequired\"}}");
	} else if (strstr(path, "/delta?")) {
		delta(vendor, path, &out);
	} else {
		list(vendor, path, &out);
	}
	ret->body = ep_buf_take(&out);
	if (vendor->restless && fake_chance(vendor, 3) == 0) {
		fake_vendor_change(vendor);
		vendor->moved = true;
	}
}

char *fake_vendor_people(const struct fake_vendor *vendor)
{
	struct ep_buf out;

	ep_buf_init(&out, 1 << 20);
	ep_buf_adds(&out, "");
	for (int i = 0; i < FAKE_PEOPLE; i++) {
		const struct fake_person *person = &vendor->person[i];

		if (!person->there)
			continue;
		ep_buf_addf(&out, "P%02d|n%d|", i, person->version);
		if (person->has_mail)
			ep_buf_addf(&out, "p%d@x.example|{\"note\":\"v%d\"}\n",
				    i, person->version);
		else
			ep_buf_adds(&out, "-|{\"note\":null}\n");
	}
	return ep_buf_take(&out);
}
