/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EP_BAD_ALONE_H
#define EP_BAD_ALONE_H

size_t ep_bad(void);

#endif
