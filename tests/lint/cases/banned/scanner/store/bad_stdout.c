/* SPDX-License-Identifier: Apache-2.0 */
void f(void)
{
	fputs("x", stdout);
}
