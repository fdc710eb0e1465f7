/* SPDX-License-Identifier: Apache-2.0 */
int early(int n)
{
	EP_AUTO_FREE char *s, *t;

	t = ep_strdup("x");
	if (n == 3)
		return 1;
	s = ep_strdup("x");
	return 0;
}
