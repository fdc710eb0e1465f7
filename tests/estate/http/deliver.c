/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of an answer on their way; see the header. */
#include "http/deliver.h"

#include <string.h>
#include <unistd.h>

#include <microhttpd.h>
#include <zlib.h>

#include "util/alloc.h"
#include "util/text.h"

struct stream {
	struct es_buf body;
	size_t stop;		/* no byte from here on is sent */
	struct es_plan plan;
	const volatile int *stopping;
};

static void nap(int64_t ms, const volatile int *stopping)
{
	for (; ms > 0 && !*stopping; ms -= 50)
		usleep((useconds_t)(ms < 50 ? ms : 50) * 1000);
}

/* Runs z over its input until the output it can give is given. */
static void squeeze(z_stream *z, struct es_buf *out, int flush)
{
	unsigned char part[16384];

	do {
		z->next_out = part;
		z->avail_out = sizeof(part);
		if (deflate(z, flush) == Z_STREAM_ERROR)
			return;
		es_buf_add(out, part, sizeof(part) - z->avail_out);
	} while (!z->avail_out);
}

/* A gzip stream of the body, or of mb megabytes of blanks when mb is set. */
static void pack(struct es_buf *body, int64_t mb)
{
	struct es_buf packed = ES_BUF_INIT;
	unsigned char blanks[65536];
	z_stream z = { 0 };
	int64_t rounds;

	if (deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY))
		return;
	memset(blanks, ' ', sizeof(blanks));
	for (rounds = mb * 16; rounds > 0; rounds--) {
		z.next_in = blanks;
		z.avail_in = sizeof(blanks);
		squeeze(&z, &packed, Z_NO_FLUSH);
	}
	z.next_in = (unsigned char *)body->p;
	z.avail_in = (unsigned int)body->len;
	squeeze(&z, &packed, Z_FINISH);
	deflateEnd(&z);
	es_buf_release(body);
	*body = packed;
}

static ssize_t more(void *cls, uint64_t pos, char *to, size_t max)
{
	struct stream *s = cls;
	size_t n = max;

	if (*s->stopping)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (s->plan.endless) {
		memset(to, ' ', max);
		return (ssize_t)max;
	}
	if (pos >= s->stop)
		return s->plan.abort ? MHD_CONTENT_READER_END_WITH_ERROR :
				       MHD_CONTENT_READER_END_OF_STREAM;
	if (n > s->stop - pos)
		n = s->stop - (size_t)pos;
	if (s->plan.slow_bytes) {
		nap(s->plan.slow_ms, s->stopping);
		if (n > (size_t)s->plan.slow_bytes)
			n = (size_t)s->plan.slow_bytes;
	}
	memcpy(to, s->body.p + pos, n);
	return (ssize_t)n;
}

static void end_stream(void *cls)
{
	struct stream *s = cls;

	es_buf_release(&s->body);
	es_free(s);
}

static struct MHD_Response *streamed(struct es_answer *ans,
				     const struct es_plan *plan,
				     const volatile int *stopping)
{
	struct stream *s = es_alloc(sizeof(*s));
	uint64_t size;

	s->body = ans->body;
	s->plan = *plan;
	s->stopping = stopping;
	s->stop = (size_t)((uint64_t)ans->body.len * (uint64_t)plan->keep /
			   100);
	memset(&ans->body, 0, sizeof(ans->body));
	size = plan->abort ? s->body.len : s->stop;
	if (plan->chunked || plan->endless)
		size = MHD_SIZE_UNKNOWN;
	return MHD_create_response_from_callback(size, 32768, more, s,
						 end_stream);
}

static struct MHD_Response *whole(struct es_answer *ans)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(
		ans->body.len, ans->body.p ? ans->body.p : (void *)"",
		MHD_RESPMEM_MUST_COPY);

	return r;
}

static void add_headers(struct MHD_Response *r, const struct es_answer *ans,
			const struct es_plan *plan, bool packed)
{
	char date[ES_TIME_TEXT];
	int i;

	es_time_http(date, plan->date_ms);
	MHD_add_response_header(r, "Date", date);
	MHD_add_response_header(r, "Content-Type",
				ans->type ? ans->type : "application/json");
	if (packed)
		MHD_add_response_header(r, "Content-Encoding", "gzip");
	for (i = 0; i < ans->nheaders; i++)
		MHD_add_response_header(r, ans->headers[i].name,
					ans->headers[i].value);
}

static bool accepts_gzip(struct MHD_Connection *connection)
{
	const char *v = MHD_lookup_connection_value(
		connection, MHD_HEADER_KIND, "Accept-Encoding");

	return v && strstr(v, "gzip");
}

int es_deliver(struct MHD_Connection *connection, struct es_answer *ans,
	       const struct es_plan *plan, const volatile int *stopping)
{
	bool special = plan->keep < 100 || plan->abort || plan->endless ||
		       plan->slow_bytes || plan->chunked;
	bool packed = plan->gzip || plan->bomb_mb;
	struct MHD_Response *r;
	int rc;

	nap(plan->stall_ms, stopping);
	if (!special && !packed && ans->body.len > 1024)
		packed = accepts_gzip(connection);
	if (packed)
		pack(&ans->body, plan->bomb_mb);
	r = special ? streamed(ans, plan, stopping) : whole(ans);
	if (!r)
		return MHD_NO;
	add_headers(r, ans, plan, packed);
	rc = (int)MHD_queue_response(connection, (unsigned int)ans->status,
				     r);
	MHD_destroy_response(r);
	return rc;
}
