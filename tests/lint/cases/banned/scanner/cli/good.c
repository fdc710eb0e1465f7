/* SPDX-License-Identifier: Apache-2.0 */
void good(void)
{
	printf("%s", getenv("HOME"));
	exit(0);
}
