/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EP_GOOD_H
#define EP_GOOD_H

#include <stddef.h>

size_t ep_good(void);

#endif
