/* SPDX-License-Identifier: Apache-2.0 */
int good(int a)
{
	for (int i = 0; i < a; i++) {
		while (a) {
			if (a == 2) {
				do {
					a--;
				} while (a);
			}
		}
	}
	return a;
}
