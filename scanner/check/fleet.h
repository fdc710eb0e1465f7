/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tenancies, customers and datasets as the store's views show them, loaded
 * once per check so that gating is done in memory.
 */
#ifndef EP_FLEET_H
#define EP_FLEET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/map.h"
#include "base/vec.h"

struct ep_db;

struct ep_fleet_dataset {
	char *name;
	unsigned kinds;
	char *status;
	char *reason;
	char *advice;
	int64_t age;	/* seconds, -1 never read */
	int64_t rows;
	int64_t uncertain;	/* accounts that may be a leaver's */
	bool stale;
};

EP_VEC_TYPE(ep_fleet_tenancies, struct ep_fleet_tenancy *);

struct ep_fleet_customer {
	char *id;	/* "-" for tenancies that nobody claims */
	char *name;
	bool msp;
	struct ep_fleet_tenancies tenancy;
};

struct ep_fleet_tenancy {
	char *uid;
	char *name;
	char *system;
	struct ep_fleet_customer *customer;
	EP_VEC(struct ep_fleet_setting {
		char *name;
		char *value;
	}) setting;
	EP_VEC(struct ep_fleet_dataset) dataset;
	/* What is accepted and could not be compared: "role owner: ...". */
	struct ep_words baseline_unread;
};

struct ep_fleet {
	struct ep_fleet_tenancies tenancy;	/* by uid */
	EP_VEC(struct ep_fleet_customer *) customer;	/* by id, "-" first */
	struct ep_map tenancies;
	struct ep_map customers;
	int64_t datasets;
	int64_t bad;	/* not complete or stale */
	int64_t lost;	/* of these, not merely skipped */
};

#define EP_FLEET_NOBODY "-"

int ep_fleet_load(struct ep_db *db, struct ep_fleet *ret, struct ep_err *err)
	EP_MUST_CHECK;
void ep_fleet_release(struct ep_fleet *fleet);
/* Complete and fresh. */
bool ep_fleet_good(const struct ep_fleet_dataset *dataset);

#endif
