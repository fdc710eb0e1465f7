/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vendor made of bytes.
 */
#include "vendor.h"

#include "base/limits.h"
#include "base/str.h"
#include "collect/wait.h"
#include "ext/json.h"

#define ANSWER_MS 10

struct fuzz_flight {
	struct fuzz_flight *next;
	void (*done)(void *to, struct ep_http_answer *answer);
	void *to;
	bool own;
};

struct fuzz_part {
	long status;	/* 0: the wire is torn */
	char head[FUZZ_HEAD_MAX];
	const char *body;
	size_t len;
};

void fuzz_vendor_init(struct fuzz_vendor *vendor, const char *path,
		      const uint8_t *data, size_t n)
{
	memset(vendor, 0, sizeof(*vendor));
	snprintf(vendor->own, sizeof(vendor->own), "%s%.*s", FUZZ_BASE,
		 (int)strcspn(path, "{"), path);
	vendor->data = data;
	vendor->n = n;
	vendor->now = 1000000;
}

void fuzz_vendor_release(struct fuzz_vendor *vendor)
{
	while (vendor->first) {
		struct fuzz_flight *flight = vendor->first;

		vendor->first = flight->next;
		ep_free(flight);
	}
}

/* Splits "!503 Name: value\n...\n\nbody". */
static void read_head(struct fuzz_part *part)
{
	const char *end = memmem(part->body, part->len, "\n\n", 2);
	size_t n = end ? (size_t)(end - part->body) : part->len;
	char status[4] = "";
	int64_t number;

	if (n < 4 || n >= sizeof(part->head))
		return;
	memcpy(status, part->body + 1, 3);
	if (!ep_str_int(status, &number) || number < 100)
		return;
	part->status = (long)number;
	memcpy(part->head, part->body + 4, n - 4);
	part->head[n - 4] = '\0';
	n += end ? 2 : 0;
	part->body += n;
	part->len -= n;
}

static void next_part(struct fuzz_vendor *vendor, struct fuzz_part *part)
{
	const uint8_t *start = vendor->data + vendor->at;
	const uint8_t *nul;

	part->status = 0;
	part->head[0] = '\0';
	part->len = 0;
	if (vendor->at >= vendor->n)
		return;
	nul = memchr(start, '\0', vendor->n - vendor->at);
	part->len = nul ? (size_t)(nul - start) : vendor->n - vendor->at;
	vendor->at += part->len + 1;
	part->status = 200;
	part->body = (const char *)start;
	if (part->len && part->body[0] == '!')
		read_head(part);
}

static void note(struct fuzz_vendor *vendor, const struct fuzz_flight *flight,
		 const struct fuzz_part *part)
{
	struct ep_err err = EP_ERR_INIT;

	vendor->answers++;
	if (part->status == 0)
		vendor->torn++;
	else if (part->status / 100 != 2)
		vendor->refused += !ep_wait_retryable(part->status);
	else if (ep_json_check(part->len ? part->body : "", part->len,
			       &err) < 0)
		flight->own ? vendor->broken++ : vendor->broken_else++;
}

static int submit(void *to, const struct ep_http_request *request,
		  struct ep_err *err)
{
	struct fuzz_vendor *vendor = to;
	struct fuzz_flight **last = &vendor->first;
	struct fuzz_flight *flight = ep_calloc(1, sizeof(*flight));

	(void)err;
	must(request->kind == EP_HTTP_GET || request->kind == EP_HTTP_SEARCH);
	must(ep_str_starts(request->url, FUZZ_BASE));
	while (*last)
		last = &(*last)->next;
	*last = flight;
	flight->done = request->done;
	flight->to = request->to;
	flight->own = ep_str_starts(request->url, vendor->own);
	vendor->running++;
	return 0;
}

static size_t running(void *to)
{
	return ((struct fuzz_vendor *)to)->running;
}

static int64_t now_ms(void *to)
{
	return ((struct fuzz_vendor *)to)->now;
}

/* The door hands on no body of a cut answer. */
static void land(const struct fuzz_flight *flight,
		      const struct fuzz_part *part)
{
	struct ep_http_answer answer = {
		.end = part->status ? EP_HTTP_OK : EP_HTTP_CUT,
		.status = part->status,
		.ms = ANSWER_MS,
		.headers = (void *)(uintptr_t)part->head,
		.wire_bytes = (int64_t)part->len,
	};

	if (!part->status)
		snprintf(answer.why, sizeof(answer.why), "a torn wire");
	ep_buf_init(&answer.body, EP_PAGE_BYTES_MAX);
	ep_buf_add(&answer.body, part->body, part->len);
	flight->done(flight->to, &answer);
	ep_buf_release(&answer.body);
}

static int poll_net(void *to, int timeout_ms, struct ep_err *err)
{
	struct fuzz_vendor *vendor = to;
	struct fuzz_flight *flight = vendor->first;
	struct fuzz_part part;

	(void)err;
	if (!flight) {
		vendor->now += timeout_ms;
		return 0;
	}
	vendor->now += ANSWER_MS;
	vendor->first = flight->next;
	vendor->running--;
	next_part(vendor, &part);
	note(vendor, flight, &part);
	land(flight, &part);
	ep_free(flight);
	return 0;
}

/* The value of one line; stays as it is until the next call. */
static const char *header(const struct ep_http_answer *answer,
			  const char *name)
{
	static char value[FUZZ_HEAD_MAX];
	size_t n = strlen(name);
	const char *line = answer->headers;

	while (line && *line) {
		size_t len = strcspn(line, "\n");

		while (*line == ' ') {
			line++;
			len--;
		}
		if (len > n && strncasecmp(line, name, n) == 0 &&
		    line[n] == ':') {
			const char *text = line + n + 1;
			int rest = (int)(len - n - 1);

			while (rest > 0 && *text == ' ') {
				text++;
				rest--;
			}
			snprintf(value, sizeof(value), "%.*s", rest, text);
			return value;
		}
		line += len + (line[len] == '\n');
	}
	return NULL;
}

void fuzz_vendor_transport(struct fuzz_vendor *vendor,
			   struct ep_transport *ret)
{
	*ret = (struct ep_transport){ .to = vendor,
				      .submit = submit,
				      .running = running,
				      .poll = poll_net,
				      .header = header,
				      .now_ms = now_ms };
}
