/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small worlds in YAML, on which rules are tried: customers, tenancies and
 * what was read of them in one or more nights, stored through the real store.
 */
#ifndef EP_WORLD_H
#define EP_WORLD_H

#include <stdint.h>

#include "base/diag.h"
#include "ext/yaml.h"
#include "model/config.h"

struct ep_store;

struct ep_world {
	const char *file;
	const struct ep_yaml *base;	/* NULL: none */
	const struct ep_yaml *world;	/* the case */
	int64_t now;
	struct ep_diag *diag;
	struct ep_config *config;	/* made by _config */
};

/* The configuration that the world implies; complaints go to diag, then
 * NULL. */
struct ep_config *ep_world_config(const struct ep_world *world,
				  const char *rule);
/* Plays the earlier nights and the last one.  The clock is left fixed at the
 * last night. */
int ep_world_play(const struct ep_world *world, struct ep_store *store,
		  struct ep_err *err) EP_MUST_CHECK;

/* world_row.c: hands one "{entity: {column: value}}" to the dataset. */
struct ep_sink;
int ep_world_row(const struct ep_world *world, const struct ep_yaml *row,
		 const struct ep_sink *sink, void *dataset,
		 struct ep_err *err) EP_MUST_CHECK;

#endif
