/* SPDX-License-Identifier: Apache-2.0 */
void *p(void)
{
	return malloc(1);
}
