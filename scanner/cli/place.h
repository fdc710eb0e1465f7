/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An entry of a file, named on the command line.
 */
#ifndef EP_PLACE_H
#define EP_PLACE_H

#include <stdbool.h>

/* Whether word is "w.yaml" or "w.yaml:3", with or without the folder. */
bool ep_place_is(const char *file, int line, const char *word);

#endif
