/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An input of fuzz_import made of a connector: a file with one record that
 * says something in every column.
 */
#ifndef EP_FUZZ_IMPORT_SEED_H
#define EP_FUZZ_IMPORT_SEED_H

#include "collect/spec.h"

/* number: of the import, for the first byte. */
void import_seed_write(const char *folder, size_t number,
		       const struct ep_spec_import *import);

#endif
