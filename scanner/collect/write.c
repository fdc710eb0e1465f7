/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Look, send once, look again; see the header.
 */
#include "collect/write_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "ext/crypto.h"

#define POLL_MS 1000
/* Titles of tickets are cut by vendors at some 100 characters, and the mark
 * has to survive. */
#define TITLE_BYTES_MAX 100

int ep_writer_open(const struct ep_config *config, const struct ep_specs *specs,
		   const struct ep_connection *connection,
		   const struct ep_transport *transport, struct ep_writer **ret,
		   struct ep_err *err)
{
	const struct ep_spec *spec =
		ep_specs_find(specs, connection->connector);
	struct ep_writer *writer;

	if (!spec)
		return ep_err_set(err, EP_ECONFIG, "there is no connector '%s'",
				  connection->connector);
	if (spec->writes.n == 0)
		return ep_err_set(err, EP_ECONFIG,
				  "connector %s can write nothing", spec->id);
	writer = ep_calloc(1, sizeof(*writer));
	writer->transport = *transport;
	ep_engine_init(&writer->engine, config, specs, NULL, &writer->transport,
		       &writer->totals);
	writer->site = ep_site_new(&writer->engine, connection, spec);
	*ret = writer;
	return 0;
}

void ep_writer_close(struct ep_writer *writer)
{
	if (!writer)
		return;
	ep_engine_release(&writer->engine);
	ep_free(writer);
}

bool ep_writer_can(const struct ep_writer *writer, enum ep_write_kind kind)
{
	const struct ep_spec_write *spec =
		ep_spec_write(writer->site->spec, kind);

	return spec && ep_site_use(writer->site, &spec->read);
}

/* --- names --------------------------------------------------------------- */

void ep_writing_name(struct ep_writing *writing, const char *name, char *value)
{
	struct ep_setting *setting = &EP_VEC_ADD(&writing->names);

	setting->name = ep_strdup(name);
	setting->value = value;
}

static void name_text(struct ep_writing *writing, const char *name,
		      const char *text, const char *before, const char *mark,
		      const char *after, size_t max)
{
	size_t tail = strlen(before) + strlen(mark) + strlen(after);
	size_t n = strlen(text);
	struct ep_buf out;

	ep_buf_init(&out, max + 1);
	if (n + tail > max)
		n = ep_utf8_cut(text, max - tail);
	ep_buf_add(&out, text, n);
	ep_buf_addf(&out, "%s%s%s", before, mark, after);
	ep_writing_name(writing, name, ep_buf_take(&out));
}

static void set_names(struct ep_writing *writing)
{
	const struct ep_write *write = writing->write;
	struct ep_buf out;

	ep_writing_name(writing, "mark", ep_strdup(write->mark));
	if (write->ticket)
		ep_writing_name(writing, "ticket", ep_strdup(write->ticket));
	if (write->company)
		ep_writing_name(writing, "company", ep_strdup(write->company));
	if (write->title)
		name_text(writing, "title", write->title, " [", write->mark,
			  "]", TITLE_BYTES_MAX);
	if (write->text)
		name_text(writing, "text", write->text, "\n\n", write->mark, "",
			  EP_TEXT_BYTES_MAX);
	ep_buf_init(&out, EP_FILE_BYTES_MAX);
	ep_buf_addf(&out, "%s.html", write->mark);
	ep_writing_name(writing, "file_name", ep_buf_take(&out));
	ep_buf_init(&out, EP_FILE_BYTES_MAX);
	if (write->file)
		ep_base64(&out, write->file, write->file_len);
	ep_writing_name(writing, "file_base64", ep_buf_take(&out));
}

static void writing_release(struct ep_writing *writing)
{
	for (size_t i = 0; i < writing->names.n; i++) {
		ep_free(writing->names.v[i].name);
		ep_free(writing->names.v[i].value);
	}
	ep_vec_release(&writing->names);
}

void ep_writing_vars(const struct ep_writing *writing, struct ep_vars *vars)
{
	const struct ep_site *site = writing->writer->site;

	ep_vars_init(vars, site->spec, site->connection);
	vars->credential = writing->use->config;
	vars->tenant = site->home->id;
	vars->located = site->located;
	vars->names = &writing->names;
}

/* --- looking --------------------------------------------------------------- */

int ep_writing_read(struct ep_writing *writing,
		    const struct ep_spec_endpoint *read,
		    void (*record)(void *to, const struct ep_json *record),
		    void *to, struct ep_err *err)
{
	struct ep_writer *writer = writing->writer;
	struct ep_reader reader = { .names = &writing->names,
				    .record = record,
				    .to = to };
	struct ep_listing *listing;
	int rc = 0;

	ep_coverage_init(&reader.said);
	listing = ep_listing_new(&writer->engine, EP_FOR_READER,
				 writer->site->home, read, writing->use);
	listing->reader = &reader;
	ep_listing_queue(listing);
	ep_engine_loop(&writer->engine);
	if (writer->engine.failed)
		rc = ep_err_set(err, writer->engine.err.code, "%s",
				writer->engine.err.msg);
	else if (reader.said.status == EP_COVERAGE_DENIED)
		rc = ep_err_set(err, EP_EDENIED, "%s. %s", reader.said.reason,
				reader.said.advice);
	else if (reader.said.status != EP_COVERAGE_COMPLETE)
		rc = ep_err_set(err, EP_EUNAVAIL, "%s", reader.said.reason);
	ep_coverage_release(&reader.said);
	return rc;
}

struct look {
	const struct ep_writing *writing;
	struct ep_write_result *result;
	bool found;
};

static bool value_of(const struct ep_json *record, const char *path,
		     struct ep_buf *out)
{
	ep_buf_clear(out);
	return ep_mapper_value(record, path, EP_AS_TEXT, NULL, out) && out->s;
}

/* One of the words, which may name params of the connection. */
static bool is_closed(const struct ep_writing *writing, const char *value)
{
	const struct ep_words *words = &writing->spec->closed_words;
	struct ep_err err = EP_ERR_INIT;
	struct ep_vars vars;
	struct ep_buf word;
	bool closed = false;

	ep_writing_vars(writing, &vars);
	ep_buf_init(&word, EP_TEXT_BYTES_MAX);
	for (size_t i = 0; !closed && i < words->n; i++) {
		ep_buf_clear(&word);
		closed = ep_vars_expand(&vars, words->v[i], false, &word,
					&err) == 0 &&
			 ep_str_eqcase(value, word.s);
	}
	ep_buf_release(&word);
	ep_vars_release(&vars);
	return closed;
}

static void look_at(void *to, const struct ep_json *record)
{
	struct look *look = to;
	const struct ep_spec_write *spec = look->writing->spec;
	struct ep_write_result *result = look->result;
	struct ep_buf value;

	ep_buf_init(&value, EP_ATTR_BYTES_MAX);
	if (value_of(record, spec->mark, &value) &&
	    strstr(value.s, look->writing->write->mark)) {
		look->found = true;
		result->closed = false;
		if (spec->id && value_of(record, spec->id, &value))
			snprintf(result->ticket, sizeof(result->ticket), "%s",
				 value.s);
		if (spec->closed && value_of(record, spec->closed, &value))
			result->closed = is_closed(look->writing, value.s);
	}
	ep_buf_release(&value);
}

static int look(struct ep_writing *writing, struct ep_write_result *result,
		bool *ret_found, struct ep_err *err)
{
	struct look to = { .writing = writing, .result = result };
	int rc = ep_writing_read(writing, &writing->spec->read, look_at, &to,
				 err);

	if (rc < 0)
		return ep_err_context(err, "reading what is there");
	if (to.found && writing->spec->id && !result->ticket[0])
		return ep_err_set(err, EP_EDATA,
				  "the ticket is there, and has no number");
	*ret_found = to.found;
	return 0;
}

/* --- sending --------------------------------------------------------------- */

struct sent {
	bool over;
	enum ep_http_end end;
	long status;
	char why[512];
};

static void answered(void *to, struct ep_http_answer *answer)
{
	struct sent *sent = to;
	struct ep_json *doc = NULL;
	struct ep_buf text;

	sent->over = true;
	sent->end = answer->end;
	sent->status = answer->status;
	if (answer->end != EP_HTTP_OK) {
		snprintf(sent->why, sizeof(sent->why),
			 "the answer was lost: "
			 "%.400s",
			 answer->why);
		return;
	}
	ep_buf_init(&text, 400);
	if (ep_json_parse(answer->body.s ? answer->body.s : "",
			  answer->body.len, &doc, NULL, NULL) == 0)
		ep_judge_error_text(doc, &text);
	ep_json_free(doc);
	snprintf(sent->why, sizeof(sent->why),
		 "the vendor answered HTTP %ld%s%s", answer->status,
		 text.len ? " " : "", text.s ? text.s : "");
	ep_buf_release(&text);
}

static int submit(struct ep_writing *writing, const char *url,
		  struct sent *sent, struct ep_err *err)
{
	static const struct ep_pairs none = { .n = 0 };
	struct ep_engine *engine = &writing->writer->engine;
	struct ep_http_request request = {
		.kind = EP_HTTP_TICKET, .url = url, .done = answered, .to = sent
	};
	struct ep_buf body, type;
	struct ep_vars vars;
	int rc;

	ep_buf_init(&body, EP_FILE_BYTES_MAX);
	ep_buf_init(&type, 200);
	rc = ep_write_body(writing, &body, &type, err);
	if (rc == 0) {
		request.body = body.s;
		request.body_len = body.len;
		request.content_type = type.s;
		ep_writing_vars(writing, &vars);
		rc = ep_send(engine, writing->use, &vars, &none, &request, err);
		ep_vars_release(&vars);
	}
	ep_buf_release(&body);
	ep_buf_release(&type);
	return rc;
}

static int make_url(const struct ep_writing *writing, struct ep_buf *url,
		    struct ep_err *err)
{
	const struct ep_config *config = writing->writer->engine.config;
	struct ep_vars vars;
	int rc;

	ep_writing_vars(writing, &vars);
	rc = ep_vars_base(&vars, writing->spec->base, url, err);
	if (rc == 0)
		rc = ep_http_check_base(url->s ? url->s : "",
					config->testing.allow_loopback, err);
	if (rc == 0)
		rc = ep_vars_expand(&vars, writing->spec->path, true, url, err);
	ep_vars_release(&vars);
	return rc;
}

static int post(struct ep_writing *writing, struct sent *sent,
		struct ep_err *err)
{
	const struct ep_transport *net = &writing->writer->transport;
	struct ep_err lost = EP_ERR_INIT;
	struct ep_buf url;
	int rc;

	ep_buf_init(&url, EP_URL_BYTES_MAX);
	rc = make_url(writing, &url, err);
	if (rc == 0)
		rc = submit(writing, url.s, sent, err);
	ep_buf_release(&url);
	if (rc < 0)
		return rc;
	/* From here on it may have happened, so nothing is an error any
	 * more. */
	while (!sent->over) {
		if (net->poll(net->to, POLL_MS, &lost) < 0) {
			sent->end = EP_HTTP_CUT;
			snprintf(sent->why, sizeof(sent->why), "%.500s",
				 lost.msg);
			break;
		}
	}
	return 0;
}

/* A refusal is one only where the vendor says that it did not do it. */
static bool is_refusal(const struct sent *sent)
{
	return sent->end == EP_HTTP_OK && sent->status >= 400 &&
	       sent->status < 500 && sent->status != 408;
}

static int send_once(struct ep_writing *writing, struct ep_write_result *ret,
		     struct ep_err *err)
{
	struct sent sent = { .over = false };
	struct ep_err unread = EP_ERR_INIT;
	bool found = false;
	int rc = ep_write_choose(writing, err);

	if (rc == 0)
		rc = post(writing, &sent, err);
	if (rc < 0)
		return rc;
	if (look(writing, ret, &found, &unread) < 0)
		snprintf(ret->why, sizeof(ret->why), "%.250s; %.250s", sent.why,
			 unread.msg);
	else
		snprintf(ret->why, sizeof(ret->why), "%s", sent.why);
	if (found)
		ret->end = EP_WRITE_DONE;
	else if (is_refusal(&sent))
		ret->end = EP_WRITE_REFUSED;
	else
		ret->end = EP_WRITE_UNSEEN;
	return 0;
}

/* --- the write ------------------------------------------------------------- */

static bool mark_valid(const char *mark)
{
	size_t n = strspn(mark, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return n >= 16 && n < EP_WRITE_MARK && !mark[n];
}

static int begin(struct ep_writer *writer, const struct ep_write *write,
		 struct ep_writing *writing, struct ep_err *err)
{
	const struct ep_spec *spec = writer->site->spec;
	const struct ep_spec_endpoint *identity =
		spec->identity.endpoint
			? ep_spec_endpoint(spec, spec->identity.endpoint)
			: NULL;
	int rc = 0;

	if (!mark_valid(write->mark))
		return ep_err_set(err, EP_EBUG, "a write needs a mark");
	writing->spec = ep_spec_write(spec, write->kind);
	if (!writing->spec)
		return ep_err_set(err, EP_ECONFIG,
				  "connector %s cannot write a %s", spec->id,
				  ep_spec_write_word(write->kind));
	writing->use = ep_site_use(writer->site, &writing->spec->read);
	if (!writing->use)
		return ep_err_set(err, EP_ECONFIG,
				  "connection %s/%s has no credential '%s', "
				  "which writes; see exitproof-connector(5)",
				  spec->id, writer->site->connection->tenant,
				  writing->spec->credentials.v[0]);
	rc = ep_locate_now(writer->site, err);
	/* A number means another ticket in another instance. */
	if (rc == 0 && writer->proven != writing->use && identity)
		rc = ep_probe_identity(writer->site, writing->use, identity,
				       err);
	if (rc < 0)
		return ep_err_context(err, "nothing was written");
	writer->proven = writing->use;
	set_names(writing);
	return 0;
}

int ep_writer_look(struct ep_writer *writer, const struct ep_write *write,
		   struct ep_write_result *ret, struct ep_err *err)
{
	struct ep_writing writing = { .writer = writer, .write = write };
	bool found = false;
	int rc;

	memset(ret, 0, sizeof(*ret));
	rc = begin(writer, write, &writing, err);
	if (rc == 0)
		rc = look(&writing, ret, &found, err);
	ret->end = found ? EP_WRITE_THERE : EP_WRITE_ABSENT;
	writing_release(&writing);
	return rc;
}

int ep_writer_write(struct ep_writer *writer, const struct ep_write *write,
		    struct ep_write_result *ret, struct ep_err *err)
{
	struct ep_writing writing = { .writer = writer, .write = write };
	bool found = false;
	int rc;

	memset(ret, 0, sizeof(*ret));
	rc = begin(writer, write, &writing, err);
	if (rc == 0)
		rc = look(&writing, ret, &found, err);
	if (rc == 0 && found)
		ret->end = EP_WRITE_THERE;
	else if (rc == 0)
		rc = send_once(&writing, ret, err);
	writing_release(&writing);
	return rc;
}
