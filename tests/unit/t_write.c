/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one write: looked for before and after, sent once at most, and never
 * blindly; and what reads sends none.
 */
#include "scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "collect/write.h"

#define MARK "exitproof-0123456789abcdef01234567"

static const char desk[] =
	"connector: desk\n"
	"version: 1\n"
	"system: desk\n"
	"title: Desk\n"
	"docs: https://desk.example/\n"
	"scope: msp\n"
	"base:\n"
	"  api: https://api.desk.example\n"
	"credentials:\n"
	"  key:\n"
	"    doc: The key that reads\n"
	"    hint: Desk, Keys\n"
	"    kind: header\n"
	"    secrets: [api_key]\n"
	"    header: Authorization\n"
	"    value: \"reads {api_key}\"\n"
	"  ticket_writer:\n"
	"    doc: The key that writes\n"
	"    hint: Desk, Keys\n"
	"    kind: header\n"
	"    secrets: [api_key]\n"
	"    header: Authorization\n"
	"    value: \"writes {api_key}\"\n"
	"limits: {parallel: 2, requests: 1000, window: 60,\n"
	"  per: organisation, share_percent: 50, retries: 1}\n"
	"page: {kind: next_url, next: next}\n"
	"identity: {endpoint: me, path: name, as: lower}\n"
	"endpoints:\n"
	"  me:\n"
	"    title: Me\n"
	"    doc: Me\n"
	"    path: /me\n"
	"    credential: [key]\n"
	"  tickets:\n"
	"    title: Tickets\n"
	"    doc: Tickets\n"
	"    path: /tickets\n"
	"    credential: [key]\n"
	"    records: data\n"
	"    emit:\n"
	"      - kind: ticket\n"
	"        fields: {id: id}\n"
	"write:\n"
	"  note:\n"
	"    doc: A note\n"
	"    path: /add/{ticket}\n"
	"    credential: ticket_writer\n"
	"    choose:\n"
	"      sort:\n"
	"        read: {path: /sorts, records: data}\n"
	"        label: label\n"
	"        value: id\n"
	"        labels: [Internal, Inside]\n"
	"    body: '{\"n\": \"{text}\", \"sort\": \"{#choose.sort}\"}'\n"
	"    read: {path: \"/notes/{ticket}\", records: data}\n"
	"    mark: n\n"
	"  attachment:\n"
	"    doc: A file\n"
	"    path: /files/{ticket}\n"
	"    credential: ticket_writer\n"
	"    form:\n"
	"      - {name: title, value: \"{file_name}\"}\n"
	"      - {name: meta, type: application/json, value: "
	"'{\"t\":\"{ticket}\"}'}\n"
	"      - {name: file, file: true}\n"
	"    read: {path: \"/listed/{ticket}\", records: data}\n"
	"    mark: name\n";

/* What the desk does. */
struct psa {
	bool there;
	bool takes_effect;
	long status; /* of the answer to the write */
	enum ep_http_end end;
	long before; /* status of reading before and after it */
	long after;
	const char *name; /* of the tenancy */
	const char *sorts;
	bool second_page;
	int posts;
};

static char *list_of(const struct psa *psa, const char *path)
{
	struct ep_buf out;
	bool last = !psa->second_page || strstr(path, "p=2");

	ep_buf_init(&out, 4096);
	ep_buf_addf(&out, "{\"data\":[{\"n\":\"other %s\",\"name\":\"x\"}",
		    last ? "b" : "a");
	if (psa->there && last)
		ep_buf_adds(&out, ",{\"n\":\"words " MARK "\","
				  "\"name\":\"" MARK ".html\"}");
	ep_buf_addf(&out, "],\"next\":%s}", last ? "null" : "\"/notes/7?p=2\"");
	return ep_buf_take(&out);
}

static void answer(void *to, const char *path, struct fake_reply *ret)
{
	struct psa *psa = to;

	ret->status = 200;
	if (ep_str_starts(path, "/add/") || ep_str_starts(path, "/files/")) {
		psa->posts++;
		psa->there |= psa->takes_effect;
		ret->status = psa->status;
		ret->end = psa->end;
		ret->body = ep_strdup("{\"message\":\"said\"}");
	} else if (ep_str_starts(path, "/me")) {
		char text[80];

		snprintf(text, sizeof(text), "{\"name\":\"%s\"}", psa->name);
		ret->body = ep_strdup(text);
	} else if (ep_str_starts(path, "/sorts")) {
		ret->body = ep_strdup(psa->sorts);
	} else {
		ret->status = psa->posts ? psa->after : psa->before;
		ret->body = list_of(psa, path);
	}
}

static const struct psa good = {
	.takes_effect = true,
	.status = 201,
	.before = 200,
	.after = 200,
	.name = "M1",
	.sorts = "{\"data\":[{\"id\":1,\"label\":\"Everybody\"},{\"id\":3,"
		 "\"label\":\"Inside\"},{\"id\":2,\"label\":\"internal\"}]}",
};

static void set_up(struct scene *scene, struct psa *psa, bool writes)
{
	struct ep_connection *connection;

	scene_init(scene, NULL);
	scene->net.answer = answer;
	scene->net.answer_to = psa;
	scene_connector(scene, desk);
	connection = scene_connect(scene, "msp", "desk", "M1");
	scene_credential(scene, connection, "key", NULL, "api_key", "R");
	if (writes)
		scene_credential(scene, connection, "ticket_writer", NULL,
				 "api_key", "W");
}

static int write_one(struct scene *scene, const struct ep_write *write,
		     struct ep_write_result *result)
{
	const struct ep_connection *connection =
		&scene->config.customers.v[0].connections.v[0];
	struct ep_transport transport;
	struct ep_writer *writer = NULL;
	int rc;

	scene->err = (struct ep_err)EP_ERR_INIT;
	fake_net_transport(&scene->net, &transport);
	rc = ep_writer_open(&scene->config, &scene->specs, connection,
			    &transport, &writer, &scene->err);
	assert_int_equal(rc, 0);
	rc = ep_writer_write(writer, write, result, &scene->err);
	ep_writer_close(writer);
	return rc;
}

static const struct ep_write note = {
	.kind = EP_WRITE_NOTE,
	.ticket = "7",
	.text = "words",
	.mark = MARK,
};

/* One write against such a desk: how it ends, and how often it was sent. */
static void expect(struct psa psa, enum ep_write_end end, int posts)
{
	struct ep_write_result result;
	struct scene scene;

	set_up(&scene, &psa, true);
	if (write_one(&scene, &note, &result) < 0)
		fail_msg("%s", scene.err.msg);
	assert_int_equal(result.end, end);
	assert_int_equal(psa.posts, posts);
	scene_release(&scene);
}

/* Nothing is sent, and why. */
static void expect_none(struct psa psa, bool writes, const char *why)
{
	struct ep_write_result result;
	struct scene scene;

	set_up(&scene, &psa, writes);
	assert_true(write_one(&scene, &note, &result) < 0);
	if (!strstr(scene.err.msg, why))
		fail_msg("\"%s\" is not in \"%s\"", why, scene.err.msg);
	assert_int_equal(psa.posts, 0);
	scene_release(&scene);
}

static void test_once(void **state)
{
	struct psa psa = good;

	(void)state;
	expect(psa, EP_WRITE_DONE, 1);
	psa.there = true;
	expect(psa, EP_WRITE_THERE, 0);
	psa.second_page = true;
	expect(psa, EP_WRITE_THERE, 0);
}

static void test_lost_answers(void **state)
{
	static const enum ep_http_end ends[] = { EP_HTTP_CUT, EP_HTTP_TIMEOUT,
						 EP_HTTP_CONNECT, EP_HTTP_TLS,
						 EP_HTTP_LIMIT };
	struct psa psa = good;

	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		psa.end = ends[i];
		psa.takes_effect = true;
		expect(psa, EP_WRITE_DONE, 1);
		psa.takes_effect = false;
		expect(psa, EP_WRITE_UNSEEN, 1);
	}
	psa = good;
	psa.status = 502;
	expect(psa, EP_WRITE_DONE, 1);
	psa.takes_effect = false;
	expect(psa, EP_WRITE_UNSEEN, 1);
	/* A good answer is not believed either. */
	psa.status = 201;
	expect(psa, EP_WRITE_UNSEEN, 1);
	psa.status = 422;
	expect(psa, EP_WRITE_REFUSED, 1);
	psa = good;
	psa.after = 403;
	expect(psa, EP_WRITE_UNSEEN, 1);
}

static void test_never_blindly(void **state)
{
	struct psa psa = good;

	(void)state;
	psa.before = 403;
	expect_none(psa, true, "reading what is there");
	psa.before = 404;
	expect_none(psa, true, "reading what is there");
	psa = good;
	psa.name = "M2";
	expect_none(psa, true, "nothing was written");
	psa = good;
	psa.sorts = "{\"data\":[{\"id\":1,\"label\":\"Everybody\"}]}";
	expect_none(psa, true, "there are Everybody");
	expect_none(good, false, "no credential 'ticket_writer'");
}

static void test_what_is_sent(void **state)
{
	struct ep_write quote = note;
	struct ep_write_result result;
	struct psa psa = good;
	struct scene scene;

	(void)state;
	quote.text = "a \"quote\"\n{ticket} \x01";
	set_up(&scene, &psa, true);
	assert_int_equal(write_one(&scene, &quote, &result), 0);
	/* The first label of the connector's list that there is. */
	assert_non_null(strstr(scene.net.bodies.s, "\"sort\": 2"));
	assert_non_null(
		strstr(scene.net.bodies.s,
		       "a \\\"quote\\\"\\n{ticket} \\u0001\\n\\n" MARK));
	assert_int_equal(fake_net_count(&scene.net, "/add/7"), 1);
	scene_release(&scene);
}

static void test_form(void **state)
{
	const struct ep_write file = {
		.kind = EP_WRITE_ATTACHMENT,
		.ticket = "7",
		.mark = MARK,
		.file = "<p>x</p>",
		.file_len = 8,
	};
	struct ep_write_result result;
	struct psa psa = good;
	struct scene scene;

	(void)state;
	set_up(&scene, &psa, true);
	assert_int_equal(write_one(&scene, &file, &result), 0);
	assert_int_equal(result.end, EP_WRITE_DONE);
	assert_non_null(strstr(scene.net.bodies.s,
			       "name=\"title\"\r\n\r\n" MARK ".html\r\n"));
	assert_non_null(
		strstr(scene.net.bodies.s, "filename=\"" MARK ".html\""));
	assert_non_null(strstr(scene.net.bodies.s, "\r\n\r\n<p>x</p>\r\n--"));
	scene_release(&scene);
}

/* What reads never comes near it, with both keys. */
static void test_reading_writes_nothing(void **state)
{
	struct psa psa = good;
	struct scene scene;

	(void)state;
	set_up(&scene, &psa, true);
	scene_run(&scene);
	assert_true(scene.net.requests > 0);
	assert_int_equal(psa.posts, 0);
	assert_null(strstr(scene.net.log.s, " TICKET "));
	scene_release(&scene);
}

/* The door was not opened for it. */
static void test_closed_door(void **state)
{
	struct ep_write_result result;
	struct psa psa = good;
	struct scene scene;

	(void)state;
	set_up(&scene, &psa, true);
	/* Who am I, what is there, which sort: then the write. */
	scene.net.submit_fails = 0;
	scene.net.refuse_tickets = true;
	assert_true(write_one(&scene, &note, &result) < 0);
	assert_int_equal(psa.posts, 0);
	scene_release(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_lost_answers),
		cmocka_unit_test(test_never_blindly),
		cmocka_unit_test(test_what_is_sent),
		cmocka_unit_test(test_form),
		cmocka_unit_test(test_reading_writes_nothing),
		cmocka_unit_test(test_closed_door),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
