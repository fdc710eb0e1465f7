/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The driver: requests wait here, not inside libcurl, until their host and
 * the whole have room (libcurl would count the waiting into their time), run
 * on one multi handle, and end in their callback.
 */
#include "ext/http.h"

#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/map.h"
#include "ext/http_priv.h"

struct ep_http_host {
	size_t active;
	struct ep_http_transfer *first;	/* waiting, in order */
	struct ep_http_transfer *last;
};

struct ep_http {
	CURLM *multi;
	struct ep_http_settings settings;
	char *ca_file;			/* what settings point to */
	char *user_agent;
	struct ep_map hosts;		/* "name:port" -> struct ep_http_host */
	struct ep_http_transfer *active_list;
	size_t active;
	size_t waiting;
	size_t at_once;
	size_t per_host;
	EP_VEC(CURL *) idle;		/* handles for the next transfers */
	bool in_callback;
	int watched;			/* see ep_http_watch */
	struct ep_http_totals totals;
};

/* --- open and close --------------------------------------------------------- */

static int check_library(struct ep_err *err)
{
	const int needed = CURL_VERSION_SSL | CURL_VERSION_LIBZ |
			   CURL_VERSION_ASYNCHDNS;
	const curl_version_info_data *info =
		curl_version_info(CURLVERSION_NOW);

	if ((info->features & needed) == needed)
		return 0;
	return ep_err_set(err, EP_ECONFIG, "this libcurl (%s) lacks TLS, gzip "
			  "or asynchronous name resolution; install the "
			  "distribution's libcurl4", info->version);
}

static int check_options(const struct ep_http_options *options,
			 struct ep_err *err)
{
	const char *agent = options->user_agent ? options->user_agent : "";

	for (const char *p = agent; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return ep_err_set(err, EP_ECONFIG, "the user agent "
					  "holds a control byte");
	if (options->ca_file && access(options->ca_file, R_OK) < 0)
		return ep_err_errno(err, EP_ECONFIG,
				    "%s: cannot read the CA file",
				    options->ca_file);
	return 0;
}

static int start_multi(struct ep_http *http, struct ep_err *err)
{
	CURLMcode rc = CURLM_OK;

	http->multi = curl_multi_init();
	http->settings.share = curl_share_init();
	if (!http->multi || !http->settings.share)
		return ep_err_set(err, EP_EBUG, "libcurl cannot start");
	curl_share_setopt(http->settings.share, CURLSHOPT_SHARE,
			  CURL_LOCK_DATA_SSL_SESSION);
	rc = curl_multi_setopt(http->multi, CURLMOPT_PIPELINING,
			       (long)CURLPIPE_MULTIPLEX);
	if (rc == CURLM_OK)
		rc = curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS,
				       (long)http->at_once);
	if (rc != CURLM_OK)
		return ep_err_set(err, EP_EBUG, "libcurl: %s",
				  curl_multi_strerror(rc));
	return 0;
}

int ep_http_open(const struct ep_http_options *options, struct ep_http **ret,
		 struct ep_err *err)
{
	struct ep_http *http;
	int rc;

	ep_http_clean_environment();
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return ep_err_set(err, EP_EBUG, "libcurl cannot start");
	http = ep_calloc(1, sizeof(*http));
	ep_map_init(&http->hosts);
	http->watched = -1;
	http->settings.options = *options;
	http->ca_file = ep_strdup(options->ca_file);
	http->user_agent = ep_strdup(options->user_agent);
	http->settings.options.ca_file = http->ca_file;
	http->settings.options.user_agent = http->user_agent;
	http->at_once = options->connections > 0
				? (size_t)options->connections
				: EP_HTTP_AT_ONCE;
	http->per_host = options->connections_per_host > 0
				 ? (size_t)options->connections_per_host
				 : EP_HTTP_PER_HOST;
	rc = check_library(err);
	if (rc == 0)
		rc = check_options(options, err);
	if (rc == 0)
		rc = start_multi(http, err);
	if (rc < 0) {
		ep_http_close(http);
		return rc;
	}
	*ret = http;
	return 0;
}

static void drop_waiting(struct ep_http_host *host)
{
	struct ep_http_transfer *next;

	for (struct ep_http_transfer *t = host->first; t; t = next) {
		next = t->next;
		ep_http_transfer_free(t);
	}
}

static void free_host(void *host)
{
	drop_waiting(host);
	ep_free(host);
}

static void drop_active(struct ep_http *http)
{
	struct ep_http_transfer *next;

	for (struct ep_http_transfer *t = http->active_list; t; t = next) {
		next = t->next;
		curl_multi_remove_handle(http->multi, t->easy);
		curl_easy_cleanup(t->easy);
		ep_http_transfer_free(t);
	}
}

void ep_http_close(struct ep_http *http)
{
	if (!http)
		return;
	drop_active(http);
	ep_map_release(&http->hosts, free_host);
	for (size_t i = 0; i < http->idle.n; i++)
		curl_easy_cleanup(http->idle.v[i]);
	ep_vec_release(&http->idle);
	curl_multi_cleanup(http->multi);
	curl_share_cleanup(http->settings.share);
	ep_free(http->ca_file);
	ep_free(http->user_agent);
	ep_free(http);
	curl_global_cleanup();
}

/* --- submit ------------------------------------------------------------------ */

static struct ep_http_host *host_of(struct ep_http *http, const char *name)
{
	struct ep_http_host *host = ep_map_get(&http->hosts, name);

	if (!host) {
		host = ep_calloc(1, sizeof(*host));
		ep_map_set(&http->hosts, name, host);
	}
	return host;
}

static void enqueue(struct ep_http *http, struct ep_http_transfer *t)
{
	struct ep_http_host *host = t->host;

	if (host->last)
		host->last->next = t;
	else
		host->first = t;
	host->last = t;
	http->waiting++;
}

int ep_http_submit(struct ep_http *http, const struct ep_http_request *request,
		   struct ep_err *err)
{
	EP_AUTO_FREE char *host = NULL;
	struct ep_http_transfer *t;
	bool https = true;
	int rc;

	rc = ep_http_request_check(request, &http->settings.options, err);
	if (rc == 0)
		rc = ep_http_url_check(request->url,
				       http->settings.options.allow_loopback,
				       &https, &host, err);
	if (rc < 0)
		return rc;
	t = ep_http_transfer_new(&http->settings, request);
	if (!t)
		return ep_err_set(err, EP_EBUG, "libcurl is out of memory");
	t->https = https;
	t->host = host_of(http, host);
	enqueue(http, t);
	return 0;
}

/* --- start ------------------------------------------------------------------- */

static void give_answer(struct ep_http *http, struct ep_http_transfer *t)
{
	http->in_callback = true;
	t->done(t->to, &t->answer);
	http->in_callback = false;
	ep_http_transfer_free(t);
}

static struct ep_http_transfer *dequeue(struct ep_http *http,
					struct ep_http_host *host)
{
	struct ep_http_transfer *t = host->first;

	host->first = t->next;
	if (!host->first)
		host->last = NULL;
	t->next = NULL;
	http->waiting--;
	return t;
}

static void link_active(struct ep_http *http, struct ep_http_transfer *t)
{
	t->next = http->active_list;
	if (t->next)
		t->next->prev = t;
	http->active_list = t;
	http->active++;
	t->host->active++;
}

static void unlink_active(struct ep_http *http, struct ep_http_transfer *t)
{
	if (t->prev)
		t->prev->next = t->next;
	else
		http->active_list = t->next;
	if (t->next)
		t->next->prev = t->prev;
	http->active--;
	t->host->active--;
}

static CURL *take_easy(struct ep_http *http)
{
	return http->idle.n ? http->idle.v[--http->idle.n] : curl_easy_init();
}

/* Forgets the credential in the handle's options with the rest. */
static void give_easy(struct ep_http *http, CURL *easy)
{
	curl_easy_reset(easy);
	if (http->idle.n < http->at_once)
		EP_VEC_ADD(&http->idle) = easy;
	else
		curl_easy_cleanup(easy);
}

static int begin(struct ep_http *http, struct ep_http_transfer *t,
		 struct ep_err *err)
{
	CURLMcode rc;
	int failed;

	t->easy = take_easy(http);
	if (!t->easy)
		return ep_err_set(err, EP_EBUG, "libcurl is out of memory");
	failed = ep_http_transfer_prepare(t, err);
	if (failed == 0) {
		rc = curl_multi_add_handle(http->multi, t->easy);
		if (rc != CURLM_OK)
			failed = ep_err_set(err, EP_EBUG, "libcurl: %s",
					    curl_multi_strerror(rc));
	}
	if (failed < 0) {
		curl_easy_cleanup(t->easy);
		t->easy = NULL;
	}
	return failed;
}

static void start(struct ep_http *http, struct ep_http_host *host)
{
	struct ep_http_transfer *t = dequeue(http, host);
	struct ep_err err = EP_ERR_INIT;

	if (begin(http, t, &err) < 0) {
		ep_http_transfer_fail(t, &err);
		give_answer(http, t);
		return;
	}
	link_active(http, t);
	http->totals.requests++;
}

static bool has_room(const struct ep_http *http,
		     const struct ep_http_host *host)
{
	return http->active < http->at_once && host->first &&
	       host->active < http->per_host;
}

/* One for each host in turn, as long as there is room. */
static void start_waiting(struct ep_http *http)
{
	bool started = http->waiting > 0;

	while (started) {
		struct ep_map_entry *e;
		size_t pos = 0;

		started = false;
		while ((e = ep_map_next(&http->hosts, &pos))) {
			if (!has_room(http, e->value))
				continue;
			start(http, e->value);
			started = true;
		}
	}
}

/* --- poll -------------------------------------------------------------------- */

static void end_one(struct ep_http *http, CURL *easy, CURLcode result)
{
	struct ep_http_transfer *t = NULL;
	long connects = 0;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&t);
	curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connects);
	curl_multi_remove_handle(http->multi, easy);
	ep_http_transfer_finish(t, result);
	t->easy = NULL;
	unlink_active(http, t);
	give_easy(http, easy);
	http->totals.connections += connects;
	http->totals.wire_bytes += t->answer.wire_bytes;
	give_answer(http, t);
}

static size_t reap(struct ep_http *http)
{
	const CURLMsg *msg;
	size_t ended = 0;
	int left;

	while ((msg = curl_multi_info_read(http->multi, &left))) {
		if (msg->msg != CURLMSG_DONE)
			continue;
		end_one(http, msg->easy_handle, msg->data.result);
		ended++;
	}
	return ended;
}

static int perform(struct ep_http *http, size_t *ret_ended,
		   struct ep_err *err)
{
	CURLMcode rc;
	int running;

	start_waiting(http);
	rc = curl_multi_perform(http->multi, &running);
	if (rc != CURLM_OK)
		return ep_err_set(err, EP_EBUG, "libcurl: %s",
				  curl_multi_strerror(rc));
	*ret_ended = reap(http);
	return 0;
}

int ep_http_poll(struct ep_http *http, int timeout_ms, struct ep_err *err)
{
	struct curl_waitfd watched = { .fd = http->watched,
				       .events = CURL_WAIT_POLLIN };
	size_t ended = 0;
	CURLMcode rc;
	int failed;

	if (http->in_callback)
		return ep_err_set(err, EP_EBUG,
				  "ep_http_poll from inside a callback");
	failed = perform(http, &ended, err);
	if (failed < 0 || ended > 0)
		return failed;
	rc = curl_multi_poll(http->multi, &watched, http->watched >= 0,
			     timeout_ms, NULL);
	if (rc != CURLM_OK)
		return ep_err_set(err, EP_EBUG, "libcurl: %s",
				  curl_multi_strerror(rc));
	return perform(http, &ended, err);
}

void ep_http_watch(struct ep_http *http, int fd)
{
	http->watched = fd;
}

size_t ep_http_running(const struct ep_http *http)
{
	return http->active + http->waiting;
}

void ep_http_totals(const struct ep_http *http, struct ep_http_totals *ret)
{
	*ret = http->totals;
}

const char *ep_http_version(void)
{
	return curl_version_info(CURLVERSION_NOW)->version;
}
