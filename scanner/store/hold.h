/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a whole listing that came without any complaint is believed.
 */
#ifndef EP_HOLD_H
#define EP_HOLD_H

#include "store/intake_priv.h"

/* Turns COMPLETE into HELD where nothing is left of what was there. */
int ep_hold(struct ep_intake *intake, struct ep_coverage *coverage,
	    struct ep_err *err) EP_MUST_CHECK;

#endif
