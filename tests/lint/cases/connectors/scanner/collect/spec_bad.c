/* SPDX-License-Identifier: Apache-2.0 */
static const char *const page_keys[] = {
	"connector", "frobnicate", 0
};
