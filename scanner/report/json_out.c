/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Members of a JSON document, one after the other.
 */
#include "report/json_out.h"

#include <inttypes.h>

#include "base/limits.h"
#include "ext/json.h"
#include "report/out.h"

/* Handed on above this; one value may be as large as a page. */
#define PIECE ((size_t)64 * 1024)

void ep_json_out_init(struct ep_json_out *js, struct ep_report_out *to)
{
	*js = (struct ep_json_out){ .to = to };
	ep_buf_init(&js->buf, EP_PAGE_BYTES_MAX);
}

static void hand_on(struct ep_json_out *js)
{
	ep_report_out_write(js->to, js->buf.s, js->buf.len);
	if (js->buf.overflow && js->to->err.code == 0)
		ep_err_set(&js->to->err, EP_ELIMIT,
			   "one value of a report is above %d bytes "
			   "(EP_PAGE_BYTES_MAX)",
			   EP_PAGE_BYTES_MAX);
	ep_buf_clear(&js->buf);
}

void ep_json_out_release(struct ep_json_out *js)
{
	hand_on(js);
	ep_buf_release(&js->buf);
}

static void begin(struct ep_json_out *js, const char *name)
{
	if (js->comma)
		ep_buf_addc(&js->buf, ',');
	if (name) {
		ep_json_quote_shown(&js->buf, name);
		ep_buf_addc(&js->buf, ':');
	}
	js->comma = true;
}

static void open(struct ep_json_out *js, const char *name, char bracket)
{
	if (js->buf.len > PIECE)
		hand_on(js);
	begin(js, name);
	ep_buf_addc(&js->buf, bracket);
	js->comma = false;
}

void ep_json_out_object(struct ep_json_out *js, const char *name)
{
	open(js, name, '{');
}

void ep_json_out_array(struct ep_json_out *js, const char *name)
{
	open(js, name, '[');
}

void ep_json_out_end(struct ep_json_out *js, char bracket)
{
	ep_buf_addc(&js->buf, bracket);
	js->comma = true;
}

void ep_json_out_text(struct ep_json_out *js, const char *name,
		      const char *value)
{
	if (!value)
		return;
	begin(js, name);
	ep_json_quote_shown(&js->buf, value);
}

void ep_json_out_int(struct ep_json_out *js, const char *name, int64_t value)
{
	begin(js, name);
	ep_buf_addf(&js->buf, "%" PRId64, value);
}

void ep_json_out_raw(struct ep_json_out *js, const char *name,
		     const char *json)
{
	begin(js, name);
	ep_json_shown(&js->buf, json);
}

void ep_json_out_line(struct ep_json_out *js)
{
	if (js->comma)
		ep_buf_addc(&js->buf, ',');
	ep_buf_addc(&js->buf, '\n');
	js->comma = false;
}
