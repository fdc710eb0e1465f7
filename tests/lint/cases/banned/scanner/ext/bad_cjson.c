/* SPDX-License-Identifier: Apache-2.0 */
void f(cJSON *a)
{
	cJSON_GetObjectItem(a, "id");
}
