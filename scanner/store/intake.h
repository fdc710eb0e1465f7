/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sink's side of a dataset: compares each record with what is stored and
 * stages the differences.
 */
#ifndef EP_INTAKE_H
#define EP_INTAKE_H

#include "model/sink.h"

struct ep_store;

void ep_intake_sink(struct ep_store *store, struct ep_sink *ret);
/* Forgets datasets that were begun and never ended; an error when there are
 * any. */
int ep_intake_drop_all(struct ep_store *store, struct ep_err *err);

#endif
