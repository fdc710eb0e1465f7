/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EP_TWICE_BAD_H
#define EP_TWICE_BAD_H
#endif
