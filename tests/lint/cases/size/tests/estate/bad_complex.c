/* SPDX-License-Identifier: Apache-2.0 */
int bad(int a)
{
	if (a == 1)
		return a + 1;
	if (a == 2)
		return a + 2;
	if (a == 3)
		return a + 3;
	if (a == 4)
		return a + 4;
	if (a == 5)
		return a + 5;
	if (a == 6)
		return a + 6;
	if (a == 7)
		return a + 7;
	if (a == 8)
		return a + 8;
	if (a == 9)
		return a + 9;
	if (a == 10)
		return a + 10;
	if (a == 11)
		return a + 11;
	if (a == 12)
		return a + 12;
	return a;
}
