/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a unit test finds the files of tests/fixtures: below the source tree
 * that EP_SRC names, or the folder it is started in.
 */
#ifndef EP_TEST_FIXTURE_H
#define EP_TEST_FIXTURE_H

#include <stdlib.h>

#include "base/alloc.h"
#include "base/file.h"

/* "hostile/names.json" -> its path, owned. */
static inline char *fixture(const char *name)
{
	const char *src = getenv("EP_SRC");
	EP_AUTO_FREE char *folder = ep_file_join(src ? src : ".",
						 "tests/fixtures");

	return ep_file_join(folder, name);
}

#endif
