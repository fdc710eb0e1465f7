/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attaching; see the header.
 */
#include "cli/exit_attach.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "cli/desk.h"
#include "exit/posted.h"
#include "store/store.h"

/* --- where to -------------------------------------------------------------- */

static bool is_meant(const struct ep_exit_ticket *ticket, const char *word)
{
	size_t n = strlen(ticket->system);

	if (ep_str_eq(ticket->id, word))
		return true;
	return strncmp(word, ticket->system, n) == 0 && word[n] == '/' &&
	       ep_str_eq(word + n + 1, ticket->id);
}

static const struct ep_exit_ticket *choose(const struct ep_exit *exit,
					   const char *word, struct ep_err *err)
{
	if (!word && exit->ticket.n == 1)
		return &exit->ticket.v[0];
	for (size_t i = 0; word && i < exit->ticket.n; i++)
		if (is_meant(&exit->ticket.v[i], word))
			return &exit->ticket.v[i];
	if (exit->ticket.n == 0)
		ep_err_set(err, EP_ENOENT,
			   "no ticket of this exit is known "
			   "to attach to");
	else if (!word)
		ep_err_set(err, EP_EUSAGE,
			   "this exit has %zu tickets; say "
			   "which with --ticket",
			   exit->ticket.n);
	else
		ep_err_set(err, EP_EBUG,
			   "ticket %s is not among those of the "
			   "exit",
			   word);
	return NULL;
}

/* The connection that writes to a PSA: the one of that system, or where there
 * are several the one of that very tenancy. */
static const struct ep_connection *
find_connection(struct ep_app *app, const struct ep_exit_ticket *ticket,
		size_t *ret_n)
{
	const struct ep_connection *only = NULL;

	*ret_n = 0;
	for (size_t c = 0; c < app->config->customers.n; c++) {
		const struct ep_customer *customer =
			&app->config->customers.v[c];

		for (size_t i = 0; i < customer->connections.n; i++) {
			const struct ep_connection *it =
				&customer->connections.v[i];
			const struct ep_spec *spec =
				ep_specs_find(&app->specs, it->connector);
			size_t n = strlen(ticket->system);

			if (!spec || spec->writes.n == 0 ||
			    !ep_str_eq(spec->system, ticket->system))
				continue;
			if (strlen(ticket->tenant) > n &&
			    ep_str_eq(ticket->tenant + n + 1, it->tenant)) {
				*ret_n = 1;
				return it;
			}
			only = it;
			++*ret_n;
		}
	}
	return *ret_n == 1 ? only : NULL;
}

static int open_writer(struct ep_app *app, struct ep_desk *desk,
		       const struct ep_exit_ticket *ticket,
		       struct ep_writer **ret, struct ep_err *err)
{
	struct ep_buf through;
	const struct ep_connection *connection;
	size_t n;
	int rc;

	connection = find_connection(app, ticket, &n);
	if (!connection && n)
		return ep_err_set(err, EP_ECONFIG,
				  "%zu connections could "
				  "write to a ticket of %s",
				  n, ticket->system);
	if (!connection || !ep_desk_number_valid(ticket->id))
		return ep_err_set(err, EP_ECONFIG,
				  "no connection can write to "
				  "ticket %s of %s",
				  ticket->id, ticket->system);
	ep_buf_init(&through, EP_TEXT_BYTES_MAX);
	ep_buf_addf(&through, "%s/%s", connection->connector,
		    connection->tenant);
	rc = ep_desk_writer(desk, through.s, ret, err);
	ep_buf_release(&through);
	if (rc == 0 && !ep_writer_can(*ret, EP_WRITE_NOTE))
		rc = ep_err_set(err, EP_ECONFIG,
				"connection %s/%s has no "
				"credential ticket_writer, which writes",
				connection->connector, connection->tenant);
	return rc;
}

int ep_exit_attach_check(struct ep_app *app, const struct ep_exit *exit,
			 const char *word)
{
	const struct ep_exit_ticket *ticket = choose(exit, word, &app->err);
	struct ep_desk *desk = NULL;
	struct ep_writer *writer;
	int rc;

	if (!ticket)
		return ep_app_fail(app);
	rc = ep_desk_open(app, &desk, &app->err);
	if (rc == 0)
		rc = open_writer(app, desk, ticket, &writer, &app->err);
	ep_desk_close(desk);
	return rc ? ep_app_fail(app) : 0;
}

/* --- posting --------------------------------------------------------------- */

struct posting {
	struct ep_app *app;
	struct ep_writer *writer;
	const struct ep_exit_ticket *ticket;
	const char *digest;
};

static void tell(const struct posting *p, const char *kind, const char *what)
{
	if (!p->app->quiet)
		fprintf(stderr, "exitproof: %s %s of ticket %s/%s\n", kind,
			what, p->ticket->system, p->ticket->id);
}

static int judge(struct posting *p, const char *mark, const char *kind,
		 const struct ep_write_result *result)
{
	struct ep_app *app = p->app;
	struct ep_db *db = ep_store_db(app->store);

	switch (result->end) {
	case EP_WRITE_DONE:
	case EP_WRITE_THERE:
		tell(p, kind,
		     result->end == EP_WRITE_DONE ? "posted" : "was there");
		return ep_post_done(db, mark, ep_clock_now(), &app->err);
	case EP_WRITE_REFUSED:
		return ep_err_set(&app->err, EP_EDENIED,
				  "the %s was not posted: %s", kind,
				  result->why);
	case EP_WRITE_ABSENT:
	case EP_WRITE_UNSEEN:
		break;
	}
	return ep_err_set(&app->err, EP_EUNAVAIL,
			  "the %s was sent and is not seen (%s); verify again: "
			  "it is looked for before it is sent again",
			  kind, result->why);
}

static int post(struct posting *p, struct ep_write *write, const char *kind)
{
	struct ep_app *app = p->app;
	const struct ep_post what = { .tenant = p->ticket->tenant,
				      .ticket = p->ticket->id,
				      .kind = kind,
				      .digest = p->digest };
	char mark[EP_POST_MARK];
	struct ep_write_result result;
	bool done = false;
	int rc = ep_post_begin(ep_store_db(app->store), &what, ep_clock_now(),
			       mark, &done, &app->err);

	if (rc < 0)
		return rc;
	if (done) {
		tell(p, kind, "is the last word");
		return 0;
	}
	write->ticket = p->ticket->id;
	write->mark = mark;
	rc = ep_writer_write(p->writer, write, &result, &app->err);
	return rc < 0 ? rc : judge(p, mark, kind, &result);
}

static int post_all(struct posting *p, const struct ep_verdict *verdict)
{
	struct ep_write note = { .kind = EP_WRITE_NOTE };
	struct ep_write page = { .kind = EP_WRITE_ATTACHMENT };
	struct ep_buf text, html;
	int rc;

	ep_buf_init(&text, EP_TEXT_BYTES_MAX);
	/* Some vendors want it in base64 within JSON. */
	ep_buf_init(&html, EP_FILE_BYTES_MAX / 2);
	ep_verdict_text(verdict, &text);
	note.text = text.s;
	rc = post(p, &note, "note");
	if (rc == 0 && ep_writer_can(p->writer, EP_WRITE_ATTACHMENT)) {
		rc = ep_verdict_html(verdict, &html, &p->app->err);
		page.file = html.s;
		page.file_len = html.len;
		if (rc == 0)
			rc = post(p, &page, "attachment");
	}
	ep_buf_release(&text);
	ep_buf_release(&html);
	return rc;
}

int ep_exit_attach(struct ep_app *app, const struct ep_verdict *verdict,
		   const char *word)
{
	struct posting p = { .app = app };
	struct ep_desk *desk = NULL;
	char digest[65];
	int rc;

	p.ticket = choose(verdict->exit, word, &app->err);
	if (!p.ticket)
		return ep_app_fail(app);
	ep_verdict_digest(verdict, digest);
	p.digest = digest;
	rc = ep_desk_open(app, &desk, &app->err);
	if (rc == 0)
		rc = open_writer(app, desk, p.ticket, &p.writer, &app->err);
	if (rc == 0)
		rc = post_all(&p, verdict);
	ep_desk_close(desk);
	return rc ? ep_app_fail(app) : 0;
}
