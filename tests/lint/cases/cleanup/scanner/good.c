/* SPDX-License-Identifier: Apache-2.0 */
int late(int n)
{
	EP_AUTO(ep_buf_release) struct ep_buf out;
	EP_AUTO_FREE char *s = NULL;
	EP_AUTO_FREE char *t;

	ep_buf_init(&out, 10);
	t = ep_strdup("x");
	if (n)
		return 1;
	return 0;
}
