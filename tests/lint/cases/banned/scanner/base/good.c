/* SPDX-License-Identifier: Apache-2.0 */
/* system("rm") in a comment */
const char *text = "call free(p), atoi(s)";
int good(char *s)
{
	ep_free(s);
	return snprintf(s, 1, "%s", "printf(");
}
