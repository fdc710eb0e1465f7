/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One record of the measured fleet: the words of fleet.yaml become values.
 *
 * In a text: <i> the row's number within its list, <t> the tenancy's, <c> the
 * customer's (five digits), <e> the customer that a list "each: customer" is
 * at, <rN> a number below N that depends on the row, <v> how often the row has
 * changed until this night.  "active~97|disabled~3" draws one of the words by
 * weight.  A time is "-30d..-1d" (one of these days before the first night),
 * or "seen": the last night on which the row's user came by.  Everything is
 * drawn from a hash of place and night, so that the same night is the same
 * rows, whoever asks and in which order.
 */
#ifndef EP_FILL_ROW_H
#define EP_FILL_ROW_H

#include <stdint.h>

#include "base/buf.h"
#include "ext/yaml.h"
#include "model/entity.h"

/* Of a hundred rows so many change for good each night, and so many users
 * come by. */
#define FILL_CHURN 1
#define FILL_SEEN 57

struct fill_place {
	int64_t first;		/* time of the first night */
	int64_t night;		/* from 0 */
	int64_t tenancy;
	int64_t customer;
	int64_t each;
	int64_t list;		/* tells lists of one tenancy apart */
	int64_t row;
};

/* Texts of row lie in *texts, which is emptied first. */
int fill_row(const struct fill_place *place, enum ep_kind kind,
	     const struct ep_yaml *map, struct ep_buf *texts,
	     struct ep_row *row, struct ep_err *err) EP_MUST_CHECK;

#endif
