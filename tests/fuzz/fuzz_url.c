/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Next links from bytes: whatever is followed stays on the base's origin and
 * below its path, is accepted again as it is, and a Link header never hands
 * out more than it holds.
 */
#include "base/limits.h"
#include "base/str.h"
#include "ext/http.h"
#include "fuzz.h"

#define BASE "https://api.vendor.example/v1"
#define FROM BASE "/users?page=1"

static void check_link(const char *link)
{
	struct ep_err err = EP_ERR_INIT;
	struct ep_buf url;
	struct ep_buf again;

	ep_buf_init(&url, EP_URL_BYTES_MAX);
	ep_buf_init(&again, EP_URL_BYTES_MAX);
	if (ep_http_next(BASE, FROM, link, &url, &err) == 0) {
		must(!url.overflow);
		must(strncasecmp(url.s, BASE, strlen(BASE)) == 0);
		must(strchr("/?", url.s[strlen(BASE)]) != NULL);
		must(ep_http_next(BASE, FROM, url.s, &again, &err) == 0);
		must(strcmp(url.s, again.s) == 0);
	} else {
		must(err.code == EP_EDATA && err.msg[0] && url.len == 0);
	}
	ep_buf_release(&again);
	ep_buf_release(&url);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *text = fuzz_text(data, n);
	struct ep_err err = EP_ERR_INIT;
	struct ep_buf target;

	check_link(text);
	if (ep_http_check_base(text, false, &err) == 0) {
		must(strncasecmp(text, "https://", 8) == 0);
		must(!strpbrk(text, "#? \\"));
		must(!memchr(text + 8, '@', strcspn(text + 8, "/")));
	}
	ep_buf_init(&target, n + 1);
	if (ep_http_link_next(text, &target))
		must(strstr(text, target.s) != NULL);
	ep_buf_release(&target);
	ep_free(text);
	return 0;
}
