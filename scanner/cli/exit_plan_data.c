/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plan for programs: JSON, and the graph of what waits for what.
 */
#include "cli/exit_plan.h"

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "ext/json.h"

/* --- JSON --------------------------------------------------------------- */

static void moment(struct ep_buf *out, const char *name, int64_t at)
{
	char day[EP_TIME_TEXT];

	ep_json_member(out, name, at ? ep_time_format(at, day) : NULL);
}

static void json_head(const struct ep_exit_plan *plan, struct ep_buf *out)
{
	const struct ep_exit *exit = plan->exit;

	ep_buf_adds(out, "{\"exit\":{");
	ep_json_member(out, "key", exit->key);
	ep_json_member(out, "subject", ep_exit_subject_word(exit->subject));
	ep_json_member(out, "id", exit->id);
	ep_json_member(out, "name", exit->name);
	ep_json_member(out, "customer", exit->customer);
	ep_json_member(out, "profile", exit->profile->id);
	ep_json_member(out, "source", exit->source);
	ep_json_member(out, "approver", exit->approver);
	moment(out, "leave_at", exit->leave_at);
	ep_buf_adds(out, ",\"tickets\":[");
	for (size_t i = 0; i < exit->ticket.n; i++) {
		const struct ep_exit_ticket *it = &exit->ticket.v[i];

		ep_buf_adds(out, i ? ",{" : "{");
		ep_json_member(out, "system", it->system);
		ep_json_member(out, "id", it->id);
		ep_json_member(out, "subject", it->subject);
		ep_json_member(out, "state", it->state);
		ep_json_member(out, "owner", it->owner);
		moment(out, "closed_at", it->closed_at);
		ep_buf_addc(out, '}');
	}
	ep_buf_adds(out, "],\"problems\":[");
	for (size_t i = 0; i < exit->problem.n; i++) {
		ep_buf_adds(out, i ? ",{" : "{");
		ep_json_member(out, "id", exit->problem.v[i].id);
		ep_json_member(out, "state",
			       ep_exit_state_word(exit->problem.v[i].state));
		ep_json_member(out, "text", exit->problem.v[i].text);
		ep_json_member(out, "advice", exit->problem.v[i].advice);
		ep_buf_addc(out, '}');
	}
	ep_buf_adds(out, "]}");
}

static void json_steps(const struct ep_exit_item *item, struct ep_buf *out)
{
	ep_buf_adds(out, ",\"do\":[");
	for (size_t i = 0; i < item->step.n; i++) {
		ep_buf_adds(out, i ? ",{" : "{");
		ep_json_member(out, "act", item->step.v[i].act);
		ep_json_member(out, "only_after", item->step.v[i].only_after);
		ep_buf_addc(out, '}');
	}
	ep_buf_addc(out, ']');
}

static void json_item(const struct ep_exit_item *item, const size_t *number,
		      size_t own, struct ep_buf *out)
{
	ep_buf_addf(out, "{\"step\":%zu", own);
	ep_json_member(out, "end", item->end->id);
	ep_json_member(out, "title", item->end->title);
	ep_json_member(out, "act", ep_act_word(item->end->act));
	ep_json_member(out, "state", ep_exit_state_word(item->state));
	ep_buf_addf(out, ",\"order_broken\":%s",
		    item->end->broken && item->state == EP_EXIT_OPEN
			    ? "true" : "false");
	ep_json_member(out, "customer", item->customer);
	ep_json_member(out, "tenant", item->tenant);
	ep_json_member(out, "system", item->system);
	ep_json_member(out, "object", item->object);
	ep_json_member(out, "subject", item->subject);
	ep_json_member(out, "name", item->name);
	ep_json_member(out, "needed", item->needed);
	ep_json_member(out, "seen", item->seen);
	ep_json_member(out, "dataset", item->dataset);
	ep_json_member(out, "reason", item->reason);
	ep_json_member(out, "advice", item->advice);
	ep_buf_addf(out, ",\"run\":%" PRId64, item->run);
	moment(out, "read_at", item->read_at);
	moment(out, "look_again_at", item->until);
	ep_buf_adds(out, ",\"blocked_by\":[");
	for (size_t i = 0; i < item->blocked_by.n; i++)
		ep_buf_addf(out, "%s%zu", i ? "," : "",
			    number[item->blocked_by.v[i]]);
	ep_buf_addc(out, ']');
	json_steps(item, out);
	ep_buf_addc(out, '}');
}

static void json_datasets(const struct ep_exit_plan *plan, struct ep_buf *out)
{
	ep_buf_adds(out, "],\"datasets\":[");
	for (size_t i = 0; i < plan->look->dataset.n; i++) {
		const struct ep_exit_dataset *it = &plan->look->dataset.v[i];

		ep_buf_adds(out, i ? ",\n{" : "\n{");
		ep_json_member(out, "tenant", it->tenant);
		ep_json_member(out, "dataset", it->dataset);
		ep_json_member(out, "status", it->status);
		ep_buf_addf(out, ",\"good\":%s,\"imported\":%s",
			    it->good ? "true" : "false",
			    it->imported ? "true" : "false");
		moment(out, "read_at", it->read_at);
		ep_json_member(out, "reason", it->reason);
		ep_buf_addc(out, '}');
	}
	ep_buf_addc(out, ']');
}

void ep_exit_plan_json(const struct ep_exit_plan *plan, struct ep_buf *out)
{
	const struct ep_exit_look *look = plan->look;
	size_t *number = ep_exit_plan_numbers(look);

	json_head(plan, out);
	ep_buf_addf(out, ",\"run\":%" PRId64, plan->run);
	moment(out, "run_at", plan->run_at);
	ep_buf_addf(out, ",\"done\":%zu,\"open\":%zu,\"pending\":%zu,"
		    "\"cannot_tell\":%zu,\"items\":[",
		    look->count[EP_EXIT_DONE], look->count[EP_EXIT_OPEN],
		    look->count[EP_EXIT_PENDING],
		    look->count[EP_EXIT_UNKNOWN]);
	for (size_t i = 0; i < look->item.n; i++) {
		ep_buf_adds(out, i ? ",\n" : "\n");
		json_item(&look->item.v[i], number, number[i], out);
	}
	json_datasets(plan, out);
	ep_buf_adds(out, "}\n");
	ep_free(number);
}

/* --- Mermaid ------------------------------------------------------------ */

static bool is_plain(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80 ||
	       strchr(" .,-", c);
}

/* Entities of its own stand for what would end a label. */
static void label(struct ep_buf *out, const char *s)
{
	struct ep_buf plain;

	ep_buf_init(&plain, 8 * EP_TEXT_BYTES_MAX);
	ep_str_printable(&plain, s, strlen(s));
	for (const char *p = plain.s; *p; p++) {
		if (is_plain(*p))
			ep_buf_addc(out, *p);
		else
			ep_buf_addf(out, "#%d;", *p);
	}
	ep_buf_release(&plain);
}

static const char *class_of(const struct ep_exit_item *item)
{
	if (item->state == EP_EXIT_UNKNOWN)
		return "unknown";
	if (item->state == EP_EXIT_PENDING)
		return "wait";
	return item->blocked_by.n ? "blocked" : "now";
}

static void graph_item(const struct ep_exit_item *item, const size_t *number,
		       size_t own, struct ep_buf *out)
{
	ep_buf_addf(out, "    s%zu[\"%zu. ", own, own);
	label(out, item->end->title);
	if (item->name && item->tenant) {
		ep_buf_adds(out, "<br>");
		label(out, item->name);
	}
	if (item->tenant_name) {
		ep_buf_adds(out, "<br>");
		label(out, item->tenant_name);
	}
	ep_buf_addf(out, "\"]:::%s\n", class_of(item));
	for (size_t i = 0; i < item->blocked_by.n; i++)
		ep_buf_addf(out, "    s%zu --> s%zu\n",
			    number[item->blocked_by.v[i]], own);
}

void ep_exit_plan_mermaid(const struct ep_exit_plan *plan, struct ep_buf *out)
{
	const struct ep_exit_look *look = plan->look;
	size_t *number = ep_exit_plan_numbers(look);

	ep_buf_adds(out, "flowchart TD\n");
	for (size_t i = 0; i < look->item.n; i++)
		if (number[i])
			graph_item(&look->item.v[i], number, number[i], out);
	ep_buf_adds(out,
		    "    classDef now fill:#dff0d8,stroke:#2b6a2b\n"
		    "    classDef blocked fill:#eeeeee,stroke:#666666\n"
		    "    classDef wait fill:#fdf3d0,stroke:#8a6d00\n"
		    "    classDef unknown fill:#fbdcdc,stroke:#8a1f1f\n");
	ep_free(number);
}
