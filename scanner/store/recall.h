/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records that are known by their text: a row carries the keyed fingerprint of
 * the record it was made of, and how many rows that record made.  While all
 * of these rows are there as they were, the same text says the same, and
 * needs no parsing.  Whatever writes a row otherwise takes that away from it.
 */
#ifndef EP_RECALL_H
#define EP_RECALL_H

#include "model/sink.h"
#include "store/intake_priv.h"

/* After the dataset's rows were indexed. */
void ep_recall_begin(struct ep_intake *intake, const char *basis);
/* A row that was handed over belongs to the record at hand. */
void ep_recall_row(struct ep_intake *intake, struct ep_entry *entry);

/* Of the sink; see model/sink.h. */
void ep_recall_print(void *to, void *dataset, const char *text, size_t n,
		     struct ep_text_print *ret);
void ep_recall_known(void *to, void *dataset,
		     const struct ep_text_print *print, size_t n,
		     bool *ret_known);
bool ep_recall_same(void *to, void *dataset, const struct ep_text_print *print,
		    bool *ret_repeat);
int ep_recall_moved(void *to, void *dataset, const struct ep_text_print *print,
		    const struct ep_row *row, bool *ret_same,
		    bool *ret_repeat, struct ep_err *err) EP_MUST_CHECK;
void ep_recall_made(void *to, void *dataset,
		    const struct ep_text_print *print);

#endif
