/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing waiver files. One is taken back with ep_decision_end().
 */
#ifndef EP_WAIVER_WRITE_H
#define EP_WAIVER_WRITE_H

#include <stdint.h>

#include "base/err.h"
#include "check/waiver.h"

/* A file of its own in the folder, which is made when it is not there.
 * Refused: an expiry before now or too far ahead, an empty text, the like of
 * it in force already (of `known`). */
int ep_waiver_add(const char *folder, const struct ep_waivers *known,
		  const struct ep_waiver *waiver, int64_t now,
		  char **ret_path, struct ep_err *err) EP_MUST_CHECK;

#endif
