/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process that runs the commands of secrets for one that gave up the right
 * to start any.  It is asked by number only: what may run was settled by the
 * configuration before it began.
 */
#ifndef EP_SECRET_HELPER_H
#define EP_SECRET_HELPER_H

#include <stdint.h>

#include "base/buf.h"
#include "model/secret.h"

/* Starts it for those of the secrets that are commands; nothing is started
 * for none.  Before the first thread, and once.  It ends with this process. */
int ep_secret_helper_start(struct ep_secret *const *secrets, size_t n,
			   struct ep_err *err) EP_MUST_CHECK;

/* For secret.c alone: what the command of that number printed. */
int ep_secret_helper_ask(uint32_t number, struct ep_buf *out,
			 const char *where, struct ep_err *err) EP_MUST_CHECK;
/* For the helper alone, answered by secret.c. */
bool ep_secret_registered(struct ep_secret *secret, uint32_t number);
int ep_secret_run(struct ep_secret *secret, struct ep_buf **ret,
		  struct ep_err *err) EP_MUST_CHECK;
void ep_secret_forget(struct ep_secret *secret);

#endif
