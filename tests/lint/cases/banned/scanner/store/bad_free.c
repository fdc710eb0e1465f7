/* SPDX-License-Identifier: Apache-2.0 */
void f(char *a)
{
	free(a);
}
