/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A verdict in full: as a page to attach to the ticket, and as JUnit for who
 * verifies from a pipeline.
 */
#include "exit/verdict.h"

#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "ext/xml.h"

static const char css[] =
	"body{font:15px/1.5 sans-serif;max-width:60em;margin:2em auto;"
	"padding:0 1em;color:#1a1a1a}"
	"table{border-collapse:collapse;width:100%;margin:.5em 0 1.5em}"
	"th,td{text-align:left;vertical-align:top;border-bottom:1px solid #ccc;"
	"padding:.3em .6em .3em 0}"
	".done{color:#1b5e20}.open{color:#b71c1c;font-weight:bold}"
	".pending,.unknown{color:#7a4f00;font-weight:bold}";

static int take(void *to, const void *p, size_t n)
{
	struct ep_buf *out = to;

	ep_buf_add(out, p, n);
	return out->overflow;
}

static int end(struct ep_xml *xml, const struct ep_buf *out, struct ep_err *err)
{
	int rc = ep_xml_end(xml, err);

	if (out->overflow)
		return ep_err_set(err, EP_ELIMIT,
				  "the verdict is larger than "
				  "%zu bytes",
				  out->max);
	return rc;
}

static void cell(struct ep_xml *xml, const char *text)
{
	ep_xml_leaf(xml, "td", text ? text : "");
}

static void row_head(struct ep_xml *xml, const char *const *names)
{
	ep_xml_open(xml, "tr");
	for (; *names; names++)
		ep_xml_leaf(xml, "th", *names);
	ep_xml_close(xml);
}

static void write_steps(struct ep_xml *xml, const struct ep_exit_item *item)
{
	ep_xml_open(xml, "td");
	for (size_t i = 0; i < item->step.n; i++) {
		ep_xml_leaf(xml, "div", item->step.v[i].act);
		if (item->step.v[i].only_after)
			ep_xml_leaf(xml, "small", item->step.v[i].only_after);
	}
	if (item->reason)
		ep_xml_leaf(xml, "div", item->reason);
	if (item->state == EP_EXIT_UNKNOWN && item->advice)
		ep_xml_leaf(xml, "div", item->advice);
	ep_xml_close(xml);
}

static void write_item(struct ep_xml *xml, const struct ep_exit_item *item)
{
	static const char *const classes[EP_EXIT_STATES] = {
		[EP_EXIT_DONE] = "done",
		[EP_EXIT_OPEN] = "open",
		[EP_EXIT_PENDING] = "pending",
		[EP_EXIT_UNKNOWN] = "unknown"
	};
	char time[EP_TIME_TEXT];

	ep_xml_open(xml, "tr");
	ep_xml_open(xml, "td");
	ep_xml_attr(xml, "class", classes[item->state]);
	ep_xml_text(xml, ep_exit_state_word(item->state));
	if (item->state == EP_EXIT_PENDING)
		ep_xml_textf(xml, " until %s",
			     ep_time_format(item->until, time));
	ep_xml_close(xml);
	cell(xml, item->end->title);
	cell(xml, item->tenant_name ? item->tenant_name : item->tenant);
	cell(xml, item->name ? item->name : item->subject);
	cell(xml, item->seen);
	write_steps(xml, item);
	ep_xml_close(xml);
}

static void write_items(struct ep_xml *xml, const struct ep_verdict *v)
{
	static const char *const names[] = { "State", "End state", "Where",
					     "What",  "Seen",	   "To do",
					     NULL };

	ep_xml_leaf(xml, "h2", "End states, in their order");
	ep_xml_open(xml, "table");
	row_head(xml, names);
	for (size_t i = 0; i < v->look->item.n; i++)
		write_item(xml, &v->look->item.v[i]);
	ep_xml_close(xml);
}

static void write_datasets(struct ep_xml *xml, const struct ep_verdict *v)
{
	static const char *const names[] = { "Listing", "Tenancy", "Coverage",
					     "Read",	"Reason",  NULL };
	char time[EP_TIME_TEXT];

	ep_xml_leaf(xml, "h2", "What was read for this");
	for (size_t i = 0; i < v->unread.n; i++) {
		ep_xml_open(xml, "p");
		ep_xml_attr(xml, "class", "unknown");
		ep_xml_text(xml, v->unread.v[i]);
		ep_xml_close(xml);
	}
	ep_xml_open(xml, "table");
	row_head(xml, names);
	for (size_t i = 0; i < v->look->dataset.n; i++) {
		const struct ep_exit_dataset *set = &v->look->dataset.v[i];
		char reason[EP_VERDICT_REASON];

		ep_verdict_reason(set, reason);
		ep_xml_open(xml, "tr");
		cell(xml, set->dataset);
		cell(xml, set->tenant);
		ep_xml_open(xml, "td");
		ep_xml_attr(xml, "class", set->good ? "done" : "unknown");
		ep_xml_textf(xml, "%s%s", set->status,
			     set->good ? "" : ", not good enough");
		ep_xml_close(xml);
		cell(xml, set->read_at ? ep_time_format(set->read_at, time)
				       : "never");
		cell(xml, reason);
		ep_xml_close(xml);
	}
	ep_xml_close(xml);
}

static void write_problems(struct ep_xml *xml, const struct ep_exit *exit)
{
	for (size_t i = 0; i < exit->problem.n; i++) {
		ep_xml_open(xml, "p");
		ep_xml_attr(xml, "class",
			    exit->problem.v[i].state == EP_EXIT_OPEN
				    ? "open"
				    : "unknown");
		ep_xml_text(xml, exit->problem.v[i].text);
		if (exit->problem.v[i].advice)
			ep_xml_textf(xml, " %s", exit->problem.v[i].advice);
		ep_xml_close(xml);
	}
}

static void write_top(struct ep_xml *xml, const struct ep_verdict *v)
{
	const struct ep_exit *exit = v->exit;
	EP_AUTO(ep_buf_release) struct ep_buf read_in = EP_BUF_INIT(200);
	char left[EP_TIME_TEXT], read[EP_TIME_TEXT];

	ep_verdict_read_in(v, &read_in);
	ep_xml_open(xml, "h1");
	ep_xml_textf(xml, "%s: exit of %s", ep_verdict_word(v), exit->name);
	ep_xml_close(xml);
	ep_xml_open(xml, "p");
	ep_xml_textf(xml,
		     "%s (%s). %s%s Leaves %s. %s%s%s. %zu done, "
		     "%zu left, %zu pending, %zu that nobody can tell.",
		     exit->profile->title, exit->profile->id,
		     exit->customer_name ? exit->customer_name : "",
		     exit->customer_name ? "." : "",
		     exit->leave_at ? ep_time_format(exit->leave_at, left)
				    : "at no known date",
		     read_in.s, ep_time_format(v->read_at, read),
		     v->testing ? ", under testing: settings; no evidence" : "",
		     v->look->count[EP_EXIT_DONE], v->look->count[EP_EXIT_OPEN],
		     v->look->count[EP_EXIT_PENDING],
		     v->look->count[EP_EXIT_UNKNOWN] + v->unread.n);
	ep_xml_close(xml);
	for (size_t i = 0; i < exit->ticket.n; i++) {
		const struct ep_exit_ticket *it = &exit->ticket.v[i];

		ep_xml_open(xml, "p");
		ep_xml_textf(xml, "Ticket %s/%s, %s: %s", it->system, it->id,
			     it->state, it->subject ? it->subject : "");
		ep_xml_close(xml);
	}
}

int ep_verdict_html(const struct ep_verdict *verdict, struct ep_buf *out,
		    struct ep_err *err)
{
	struct ep_xml *xml = ep_xml_new(EP_XML_HTML, take, out);

	ep_xml_open(xml, "html");
	ep_xml_attr(xml, "lang", "en");
	ep_xml_open(xml, "head");
	ep_xml_open(xml, "meta");
	ep_xml_attr(xml, "charset", "utf-8");
	ep_xml_close(xml);
	ep_xml_leaf(xml, "title", ep_verdict_word(verdict));
	ep_xml_style(xml, css);
	ep_xml_close(xml);
	ep_xml_open(xml, "body");
	write_top(xml, verdict);
	write_problems(xml, verdict->exit);
	write_items(xml, verdict);
	write_datasets(xml, verdict);
	return end(xml, out, err);
}

/* --- JUnit --------------------------------------------------------------- */

/* Items of one end state in one place are one case, which has the worst of
 * their states. */
static bool same_case(const struct ep_exit_item *a,
		      const struct ep_exit_item *b)
{
	return a->end == b->end && ep_str_eq(a->tenant, b->tenant);
}

static bool is_first(const struct ep_exit_look *look, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (same_case(&look->item.v[k], &look->item.v[i]))
			return false;
	return true;
}

static enum ep_exit_state worst(const struct ep_exit_look *look, size_t i)
{
	static const int rank[EP_EXIT_STATES] = { [EP_EXIT_DONE] = 0,
						  [EP_EXIT_PENDING] = 1,
						  [EP_EXIT_UNKNOWN] = 2,
						  [EP_EXIT_OPEN] = 3 };
	enum ep_exit_state state = EP_EXIT_DONE;

	for (size_t k = i; k < look->item.n; k++)
		if (same_case(&look->item.v[k], &look->item.v[i]) &&
		    rank[look->item.v[k].state] > rank[state])
			state = look->item.v[k].state;
	return state;
}

static void write_bad(struct ep_xml *xml, enum ep_exit_state state,
		      const char *message, const char *text)
{
	if (state == EP_EXIT_DONE)
		return;
	ep_xml_open(xml, state == EP_EXIT_OPEN ? "failure" : "error");
	ep_xml_attr(xml, "message", message);
	ep_xml_attr(xml, "type", ep_exit_state_word(state));
	ep_xml_text(xml, text);
	ep_xml_close(xml);
}

static void open_case(struct ep_xml *xml, const char *name, const char *place)
{
	ep_xml_open(xml, "testcase");
	ep_xml_attr(xml, "name", name);
	ep_xml_attr(xml, "classname", place);
	ep_xml_attr(xml, "time", "0.000");
}

static void write_case(struct ep_xml *xml, const struct ep_exit_look *look,
		       size_t i)
{
	const struct ep_exit_item *first = &look->item.v[i];
	struct ep_buf text;

	ep_buf_init(&text, EP_XML_TEXT_BYTES_MAX / 2);
	for (size_t k = i; k < look->item.n; k++) {
		const struct ep_exit_item *it = &look->item.v[k];

		if (it->state == EP_EXIT_DONE || !same_case(it, first))
			continue;
		ep_buf_addf(&text, "%s: %s: %s\n",
			    ep_exit_state_word(it->state),
			    it->name ? it->name : "",
			    it->seen	 ? it->seen
			    : it->reason ? it->reason
					 : "");
	}
	open_case(xml, first->end->id, first->tenant ? first->tenant : "exit");
	write_bad(xml, worst(look, i), first->end->title, text.s ? text.s : "");
	ep_xml_close(xml);
	ep_buf_release(&text);
}

static void write_rest(struct ep_xml *xml, const struct ep_verdict *v)
{
	for (size_t i = 0; i < v->exit->problem.n; i++) {
		const struct ep_exit_problem *it = &v->exit->problem.v[i];

		open_case(xml, it->id, "exit");
		write_bad(xml, it->state, it->text,
			  it->advice ? it->advice : it->text);
		ep_xml_close(xml);
	}
	for (size_t i = 0; i < v->look->dataset.n; i++) {
		const struct ep_exit_dataset *set = &v->look->dataset.v[i];
		char reason[EP_VERDICT_REASON];

		ep_verdict_reason(set, reason);
		open_case(xml, set->dataset, set->tenant);
		write_bad(xml, set->good ? EP_EXIT_DONE : EP_EXIT_UNKNOWN,
			  "it was not read whole and just now", reason);
		ep_xml_close(xml);
	}
	for (size_t i = 0; i < v->unread.n; i++) {
		open_case(xml, "read", "exit");
		write_bad(xml, EP_EXIT_UNKNOWN, v->unread.v[i], v->unread.v[i]);
		ep_xml_close(xml);
	}
}

struct counts {
	size_t tests, failures, errors;
};

static void count_one(struct counts *n, enum ep_exit_state state)
{
	n->tests++;
	n->failures += state == EP_EXIT_OPEN;
	n->errors += state == EP_EXIT_UNKNOWN || state == EP_EXIT_PENDING;
}

static void count_all(const struct ep_verdict *v, struct counts *n)
{
	for (size_t i = 0; i < v->look->item.n; i++)
		if (is_first(v->look, i))
			count_one(n, worst(v->look, i));
	for (size_t i = 0; i < v->exit->problem.n; i++)
		count_one(n, v->exit->problem.v[i].state);
	for (size_t i = 0; i < v->look->dataset.n; i++)
		count_one(n, v->look->dataset.v[i].good ? EP_EXIT_DONE
							: EP_EXIT_UNKNOWN);
	for (size_t i = 0; i < v->unread.n; i++)
		count_one(n, EP_EXIT_UNKNOWN);
}

static void open_suite(struct ep_xml *xml, const struct ep_verdict *v)
{
	struct counts n = { 0 };
	char time[EP_TIME_TEXT];

	count_all(v, &n);
	ep_time_format(v->read_at, time);
	/* The schema's dateTime goes without a zone: UTC. */
	time[strlen(time) - 1] = '\0';
	ep_xml_open(xml, "testsuite");
	ep_xml_attrf(xml, "name", "exit %s", v->exit->key);
	ep_xml_attr(xml, "package",
		    v->exit->customer ? v->exit->customer : "unclaimed");
	ep_xml_attr(xml, "id", "0");
	ep_xml_attr(xml, "timestamp", time);
	ep_xml_attr(xml, "hostname", "localhost");
	ep_xml_attrf(xml, "tests", "%zu", n.tests);
	ep_xml_attrf(xml, "failures", "%zu", n.failures);
	ep_xml_attrf(xml, "errors", "%zu", n.errors);
	ep_xml_attr(xml, "skipped", "0");
	ep_xml_attr(xml, "time", "0.000");
	ep_xml_open(xml, "properties");
	ep_xml_open(xml, "property");
	ep_xml_attr(xml, "name", "verdict");
	ep_xml_attr(xml, "value", ep_verdict_word(v));
	ep_xml_close(xml);
	ep_xml_close(xml);
}

int ep_verdict_junit(const struct ep_verdict *verdict, struct ep_buf *out,
		     struct ep_err *err)
{
	struct ep_xml *xml = ep_xml_new(EP_XML_DOCUMENT, take, out);

	ep_xml_open(xml, "testsuites");
	open_suite(xml, verdict);
	for (size_t i = 0; i < verdict->look->item.n; i++)
		if (is_first(verdict->look, i))
			write_case(xml, verdict->look, i);
	write_rest(xml, verdict);
	ep_xml_leaf(xml, "system-out", NULL);
	ep_xml_leaf(xml, "system-err", NULL);
	return end(xml, out, err);
}
