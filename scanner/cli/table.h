/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of a query as an aligned table on standard output.
 */
#ifndef EP_TABLE_H
#define EP_TABLE_H

#include <stdint.h>

#include "base/err.h"

struct ep_db;

/* parameter: bound as ?1 when not NULL.  Nothing is printed for no row. */
int ep_table_print(struct ep_db *db, const char *sql, const char *parameter,
		   int64_t *ret_rows, struct ep_err *err) EP_MUST_CHECK;

#endif
