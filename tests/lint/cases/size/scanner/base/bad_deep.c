/* SPDX-License-Identifier: Apache-2.0 */
int bad(int a)
{
	for (int i = 0; i < a; i++) {
		while (a) {
			if (a == 2) {
				do {
					if (a == 3) {
						a = 0;
					}
				} while (a);
			}
		}
	}
	return a;
}
