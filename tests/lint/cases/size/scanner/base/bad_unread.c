/* SPDX-License-Identifier: Apache-2.0 */
int unread(void)
{
	if (1) {
		return 1;
}
