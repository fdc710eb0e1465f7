/* SPDX-License-Identifier: Apache-2.0 */
struct good {
	int a;
	EP_VEC(struct other) list;
};

int good_vec(void)
{
	return 1;
}
