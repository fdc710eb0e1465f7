/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EP_OTHER_H
#define EP_OTHER_H
#endif
