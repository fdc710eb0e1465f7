/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan of an exit as text, JSON or a Mermaid graph.
 */
#ifndef EP_EXIT_PLAN_H
#define EP_EXIT_PLAN_H

#include "base/buf.h"
#include "exit/exit.h"

struct ep_exit_plan {
	const struct ep_exit *exit;
	const struct ep_exit_look *look;
	int64_t run;
	int64_t run_at;
};

void ep_exit_plan_text(const struct ep_exit_plan *plan, struct ep_buf *out);
void ep_exit_plan_json(const struct ep_exit_plan *plan, struct ep_buf *out);
void ep_exit_plan_mermaid(const struct ep_exit_plan *plan, struct ep_buf *out);

/* Numbers of steps: 1 for the first item that is not done; 0 for done. */
size_t *ep_exit_plan_numbers(const struct ep_exit_look *look);

#endif
