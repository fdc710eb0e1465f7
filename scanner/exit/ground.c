/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading what looks at exits share.
 */
#include "exit/ground.h"

#include "base/alloc.h"
#include "store/store.h"

static void eval_free(void *p)
{
	ep_eval_release(p);
	ep_free(p);
}

void ep_exit_ground_free(struct ep_exit_ground *ground)
{
	if (!ground)
		return;
	ep_map_release(&ground->eval, eval_free);
	ep_fresh_release(&ground->fresh);
	ep_fleet_release(&ground->fleet);
	ep_free(ground);
}

int ep_exit_ground_load(const struct ep_exit_context *ctx,
			struct ep_exit_ground **ret, struct ep_err *err)
{
	struct ep_exit_ground *ground = ep_calloc(1, sizeof(*ground));
	int rc = ep_fleet_load(ep_store_db(ctx->store), &ground->fleet, err);

	if (rc < 0) {
		ep_free(ground);
		return rc;
	}
	ep_map_init(&ground->eval);
	rc = ep_fresh_load(ctx, &ground->fleet, &ground->fresh, err);
	if (rc < 0) {
		ep_map_release(&ground->eval, NULL);
		ep_fleet_release(&ground->fleet);
		ep_free(ground);
		return rc;
	}
	*ret = ground;
	return 0;
}
