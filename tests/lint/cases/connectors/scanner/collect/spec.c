/* SPDX-License-Identifier: Apache-2.0 */
static const char *const top_keys[] = { "connector", "endpoints", 0 };
static const char *const words[] = { "nothing", 0 };
