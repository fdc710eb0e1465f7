/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exitproof notify: tells those who have to know what changed.
 */
#include "cli/cmd.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/str.h"
#include "cli/connect.h"
#include "exit/notice.h"
#include "ext/db.h"
#include "ext/mail.h"
#include "store/store.h"

#define POLL_MS 1000

struct telling {
	struct ep_app *app;
	struct ep_http *http; /* opened when a webhook needs it */
	const char *only;
	bool dry;
	size_t told;
	size_t quiet; /* nothing changed */
	int status;   /* of the first that failed */
};

/* --- ways ---------------------------------------------------------------------- */

static int send_mail(struct telling *t, const struct ep_notify *n,
		     const char *recipient, const struct ep_notice *notice,
		     struct ep_err *err)
{
	const struct ep_config *config = t->app->config;
	struct ep_mail mail = {
		.server = n->server,
		.user = n->user,
		.from = n->mail_from,
		.to = (const char *const *)n->to.v,
		.n_to = n->to.n,
		.subject = notice->subject.s,
		.text = notice->text.s,
		.id = notice->id,
		.date = ep_clock_now(),
		.allow_loopback = config->testing.allow_loopback,
		.ca_file = config->testing.ca_file,
	};
	size_t len;
	int rc = 0;

	if (n->to_managers) {
		mail.to = &recipient;
		mail.n_to = 1;
	}
	if (n->password)
		rc = ep_secret_get(n->password, false, &mail.password, &len,
				   err);
	return rc < 0 ? rc : ep_mail_send(&mail, err);
}

struct posted {
	bool over;
	enum ep_http_end end;
	long status;
	char why[300];
};

static void answered(void *to, struct ep_http_answer *answer)
{
	struct posted *posted = to;

	posted->over = true;
	posted->end = answer->end;
	posted->status = answer->status;
	snprintf(posted->why, sizeof(posted->why), "%.290s", answer->why);
}

static int post(struct telling *t, const char *url, const struct ep_buf *body,
		struct ep_err *err)
{
	struct posted posted = { .over = false };
	const struct ep_http_request request = {
		.kind = EP_HTTP_NOTICE,
		.url = url,
		.body = body->s,
		.body_len = body->len,
		.content_type = "application/json",
		.max_bytes = 65536,
		.done = answered,
		.to = &posted,
	};
	int rc = 0;

	if (!t->http)
		rc = ep_connect_http_notice(t->app, &t->http, err);
	if (rc == 0)
		rc = ep_http_submit(t->http, &request, err);
	while (rc == 0 && !posted.over)
		rc = ep_http_poll(t->http, POLL_MS, err);
	if (rc < 0)
		return rc;
	if (posted.end != EP_HTTP_OK)
		return ep_err_set(err, EP_EUNAVAIL, "no answer: %s",
				  posted.why);
	if (posted.status < 200 || posted.status > 299)
		return ep_err_set(
			err, posted.status < 500 ? EP_EDENIED : EP_EUNAVAIL,
			"it answered HTTP %ld", posted.status);
	return 0;
}

static int send_webhook(struct telling *t, const struct ep_notify *n,
			const struct ep_notice *notice, struct ep_err *err)
{
	struct ep_buf body;
	const char *url;
	size_t len;
	int rc = ep_secret_get(n->url, false, &url, &len, err);

	if (rc < 0)
		return rc;
	ep_buf_init(&body, EP_IMPORT_BYTES_MAX);
	if (n->kind == EP_NOTIFY_SLACK)
		ep_notice_slack(notice, &body);
	else if (n->kind == EP_NOTIFY_TEAMS)
		ep_notice_teams(notice, &body);
	else
		ep_buf_add(&body, notice->json.s, notice->json.len);
	if (body.overflow)
		rc = ep_err_set(err, EP_ELIMIT, "the notice is too large");
	if (rc == 0)
		rc = post(t, url, &body, err);
	ep_buf_release(&body);
	return rc;
}

/* --- one digest -------------------------------------------------------------- */

static void show(const struct ep_notice_ask *ask,
		 const struct ep_notice *notice)
{
	ep_app_printf("%s%s%s: %s\n%s\n", ask->channel,
		      *ask->recipient ? " to " : "", ask->recipient,
		      notice->subject.s, notice->text.s);
}

static void failed(struct telling *t, const struct ep_notice_ask *ask,
		   const struct ep_err *err)
{
	ep_err_set(&t->app->err, err->code, "notice %s%s%s: %s", ask->channel,
		   *ask->recipient ? " to " : "", ask->recipient, err->msg);
	if (t->status == 0)
		t->status = ep_err_exit_status(err->code);
	(void)ep_app_fail(t->app);
}

static void tell(struct telling *t, const struct ep_notify *n,
		 const struct ep_notice_ask *ask)
{
	struct ep_db *db = ep_store_db(t->app->store);
	struct ep_err err = EP_ERR_INIT;
	struct ep_notice notice;
	int rc = ep_notice_make(db, ask, &notice, &err);

	if (rc == 0 && !notice.due) {
		t->quiet++;
	} else if (rc == 0 && t->dry) {
		show(ask, &notice);
		t->told++;
	} else if (rc == 0) {
		rc = n->kind == EP_NOTIFY_MAIL
			     ? send_mail(t, n, ask->recipient, &notice, &err)
			     : send_webhook(t, n, &notice, &err);
		if (rc == 0)
			rc = ep_notice_sent(db, ask, &notice, ep_clock_now(),
					    &err);
		t->told += rc == 0;
	}
	if (rc < 0)
		failed(t, ask, &err);
	ep_notice_release(&notice);
}

/* --- who ----------------------------------------------------------------------- */

static bool wanted(const struct ep_notify *n, const char *customer)
{
	for (size_t i = 0; i < n->customers.n; i++)
		if (ep_str_eq(n->customers.v[i], customer))
			return true;
	return n->customers.n == 0;
}

/* What nobody owns is the MSP's. */
static void add_customer(struct ep_words *words,
			 const struct ep_customer *customer)
{
	EP_VEC_ADD(words) = ep_strdup(customer->id);
	if (customer->msp)
		EP_VEC_ADD(words) = ep_strdup("");
}

static void free_words(void *p)
{
	ep_words_release(p);
	ep_free(p);
}

static void tell_managers(struct telling *t, const struct ep_notify *n)
{
	const struct ep_config *config = t->app->config;
	struct ep_map by;
	struct ep_map_entry *e;
	size_t pos = 0;

	ep_map_init(&by);
	for (size_t i = 0; i < config->customers.n; i++) {
		const struct ep_customer *customer = &config->customers.v[i];
		const char *who = customer->manager
					  ? customer->manager
					  : config->customers.v[0].manager;
		struct ep_words *words = ep_map_get(&by, who);

		if (!wanted(n, customer->id))
			continue;
		if (!words) {
			words = ep_calloc(1, sizeof(*words));
			ep_map_set(&by, who, words);
		}
		add_customer(words, customer);
	}
	while ((e = ep_map_next(&by, &pos))) {
		const struct ep_notice_ask ask = { .channel = n->id,
						   .recipient = e->key,
						   .customers = e->value,
						   .from = n->from };

		tell(t, n, &ask);
	}
	ep_map_release(&by, free_words);
}

static void tell_one(struct telling *t, const struct ep_notify *n)
{
	const struct ep_config *config = t->app->config;
	struct ep_words words = { 0 };
	struct ep_notice_ask ask = { .channel = n->id,
				     .recipient = "",
				     .customers = &words,
				     .from = n->from,
				     .all = n->customers.n == 0 };

	for (size_t i = 0; i < config->customers.n; i++)
		if (wanted(n, config->customers.v[i].id))
			add_customer(&words, &config->customers.v[i]);
	tell(t, n, &ask);
	ep_words_release(&words);
}

static int tell_all(struct telling *t)
{
	const struct ep_config *config = t->app->config;
	size_t known = 0;

	for (size_t i = 0; i < config->notify.n; i++) {
		const struct ep_notify *n = &config->notify.v[i];

		if (t->only && !ep_str_eq(t->only, n->id))
			continue;
		known++;
		if (n->to_managers)
			tell_managers(t, n);
		else
			tell_one(t, n);
	}
	if (t->only && known == 0)
		return ep_app_usage("notify", "there is no notice '%s'",
				    t->only);
	if (!t->app->quiet)
		ep_app_printf("%zu told%s, %zu to whom nothing is new\n",
			      t->told, t->dry ? " (nothing was sent)" : "",
			      t->quiet);
	if (ep_app_finish())
		return ep_err_exit_status(EP_EIO);
	return t->status;
}

int ep_cmd_notify(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"notify", "",
		"Sends what changed in the findings since the last notice, by "
		"mail or to a chat, as notify: in the configuration says; "
		"nothing when nothing changed."
	};
	struct telling t = { .app = app };
	const struct ep_opt table[] = {
		{ EP_OPT_TEXT, 0, "only", "ID", &t.only, "only this notice" },
		{ EP_OPT_FLAG, 'n', "dry-run", NULL, &t.dry,
		  "print what would be sent, and send nothing" },
		EP_APP_OPTIONS(app)
	};
	int operands, status;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	if (operands)
		return ep_app_usage("notify", "takes no operand");
	status = ep_app_config(app);
	if (status)
		return status;
	if (app->config->notify.n == 0) {
		ep_err_set(&app->err, EP_ECONFIG,
			   "nobody is to be told; see "
			   "notify: in exitproof.yaml(5)");
		return ep_app_fail(app);
	}
	status = ep_app_store(app, true);
	if (status == 0)
		status = tell_all(&t);
	ep_http_close(t.http);
	return status;
}
