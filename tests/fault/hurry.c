/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded by tests/fault/load.sh: a peer counts as silent after two seconds
 * instead of thirty, so that a test need not wait for it.  Nothing else is
 * touched.
 */
#include <curl/curl.h>
#include <dlfcn.h>
#include <stdarg.h>
#include <string.h>

#define SILENT_SECONDS 2L

#undef curl_easy_setopt
CURLcode curl_easy_setopt(CURL *easy, CURLoption option, ...)
{
	CURLcode (*real)(CURL *, CURLoption, ...);
	void *found = dlsym(RTLD_NEXT, "curl_easy_setopt");
	va_list ap;
	void *value;

	memcpy(&real, &found, sizeof(real));
	va_start(ap, option);
	value = va_arg(ap, void *);
	va_end(ap);
	if (option == CURLOPT_LOW_SPEED_TIME)
		return real(easy, option, SILENT_SECONDS);
	return real(easy, option, value);
}
