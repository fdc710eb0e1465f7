/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which members of a record are read, and which of them feed nothing but
 * volatile columns: a record in which only those are another than last night,
 * or such as nobody reads, says the same as then but for those columns.
 */
#ifndef EP_MOVING_H
#define EP_MOVING_H

#include "collect/spec.h"
#include "ext/json.h"

struct ep_mapper;

struct ep_moving {
	struct ep_json_reads reads;
	size_t n;	/* paths that are read apart */
	const char *path[EP_JSON_APART_MAX];	/* of the connector */
	const struct ep_spec_emit *emit;	/* whose rows move; NULL none */
};

/* NULL when all of a record is read.  The connector outlives it. */
struct ep_moving *ep_moving_new(const struct ep_spec_endpoint *endpoint);

/* Of one record: what is at each path, NULL nothing. */
struct ep_moving_values {
	const struct ep_moving *moving;
	const struct ep_json *value[EP_JSON_APART_MAX];
	bool whole[EP_JSON_APART_MAX];	/* else the path ends early there */
};

/* As ep_json_path for one of the paths in the whole record. */
enum ep_json_found ep_moving_find(const struct ep_moving_values *values,
				  const char *path,
				  const struct ep_json **ret);

#endif
