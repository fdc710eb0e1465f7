/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An input of fuzz_page made of a connector: for a dataset and all that stands
 * above it, one answer with one record in which every member that the
 * connector speaks of has a value that fits.
 */
#ifndef EP_FUZZ_PAGE_SEED_H
#define EP_FUZZ_PAGE_SEED_H

#include "collect/spec.h"

/* number: of the dataset, for the first two bytes and the file's name. */
void page_seed_write(const char *folder, size_t number,
		     const struct ep_spec *spec,
		     const struct ep_spec_endpoint *endpoint);
/* A document with one record at a path, from which these rows are made. */
void page_seed_record(const char *records, const struct ep_spec_emits *emits,
		      struct ep_buf *out);
/* A value, as JSON, that a field takes; what had to be made is kept. */
const char *page_seed_word(const struct ep_spec_field *field,
			   struct ep_words *kept);

#endif
