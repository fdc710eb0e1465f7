/* SPDX-License-Identifier: Apache-2.0 */
int early(int n)
{
	EP_AUTO(ep_buf_release) struct ep_buf out;

	if (n)
		return 1;
	ep_buf_init(&out, 10);
	return 0;
}
