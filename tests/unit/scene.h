/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stage for tests of the collection: a connector as text, a configuration
 * made by hand, a sink that remembers, and one run.
 */
#ifndef SCENE_H
#define SCENE_H

#include <stdbool.h>

#include "collect/collect.h"
#include "fake_net.h"

struct scene_dataset {
	char *name;	/* "system/tenant connector.endpoint" */
	char *customer;	/* or NULL */
	unsigned kinds;
	int expected;
	int begun;
	int ended;
	size_t rows;
	struct ep_buf keys;	/* "kind:key;" of each row, '|' between cells */
	struct ep_coverage coverage;
};

struct scene {
	struct ep_config config;
	struct ep_specs specs;
	struct ep_sink sink;
	struct fake_net net;
	struct ep_collect_filter filter;
	struct ep_collect_totals totals;
	struct ep_err err;
	EP_VEC(struct scene_dataset *) datasets;
	char *folder;	/* of secrets and connectors */
	int events[4];	/* by step */
	char wait_why[128];
	int64_t row_fails;	/* the n-th row ends in an error; 0 none */
	int rc;
};

/* The clock is fixed until scene_release. */
void scene_init(struct scene *scene, const struct fake_reply *script);
void scene_release(struct scene *scene);
/* The connector must load without a complaint. */
struct ep_spec *scene_connector(struct scene *scene, const char *yaml);
struct ep_customer *scene_customer(struct scene *scene, const char *id);
struct ep_connection *scene_connect(struct scene *scene, const char *customer,
				    const char *connector,
				    const char *tenant);
/* Credential with one secret (made a file) and, if not NULL, client_id. */
void scene_credential(struct scene *scene, struct ep_connection *connection,
		      const char *name, const char *client_id,
		      const char *secret_name, const char *secret);
void scene_claim(struct scene *scene, const char *customer,
		 const char *system, const char *tenant);
void scene_run(struct scene *scene);

/* NULL when it was never expected. */
struct scene_dataset *scene_find(const struct scene *scene, const char *name);
/* Fails the test unless the dataset was expected, begun and ended exactly
 * once, with that status, and reason (or advice) holds `part` (NULL: any). */
void scene_is(const struct scene *scene, const char *name,
	      enum ep_coverage_status status, const char *part);
/* Each expected dataset of the run was ended exactly once. */
void scene_all_ended(const struct scene *scene);

#endif
