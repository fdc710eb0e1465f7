/* SPDX-License-Identifier: Apache-2.0 */
void good(void)
{
	free(malloc(1));
}
