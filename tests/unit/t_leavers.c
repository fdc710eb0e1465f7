/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who has left by tickets and directories: what counts, what the register
 * decides, what stays, and what must not be taken for nobody.
 */
#include "check_kit.h"

#include "check/leavers.h"
#include "model/sink.h"

#define REGISTER \
	"- tenant: register/msp\n" \
	"  dataset: register.leavers\n" \
	"  kinds: [person, alias]\n" \
	"  rows:\n" \
	"  - person: {id: bo, name: Bo Ray, employer: acme}\n" \
	"  - alias: {person: bo, address: bo@acme.example}\n" \
	"  - person: {id: cy, name: Cy Ott, employer: acme, " \
	"left_at: 2025-11-01}\n" \
	"  - alias: {person: cy, address: cy@acme.example}\n"

#define WORLD \
	"customers:\n" \
	"- {id: msp, msp: true, domains: [msp.example]}\n" \
	"- id: acme\n" \
	"  domains: [acme.example]\n" \
	"  declared: [{address: desk@acme.example, class: shared, owner: " \
	"bo@acme.example, review_by: 2026-06-01, reason: desk}]\n" \
	"- {id: zed, domains: [zed.example]}\n" \
	"tenants:\n" \
	"- {tenant: entra/t1, customer: acme}\n" \
	"- {tenant: printix/t1, customer: acme}\n" \
	"- {tenant: entra/t9, customer: zed}\n" \
	"- {tenant: halopsa/m, customer: msp}\n" \
	"- {tenant: halopsa/12, customer: acme}\n" \
	"- {tenant: halopsa/13, customer: zed}\n" \
	"datasets:\n" REGISTER

#define TICKETS(status, rows) \
	"- tenant: halopsa/m\n" \
	"  dataset: halopsa.exit_tickets\n" \
	"  kinds: [ticket]\n" \
	"  status: " status "\n" \
	"  rows: [" rows "]\n"
#define ACCOUNTS(status, rows) \
	"- tenant: entra/t1\n" \
	"  dataset: entra.users\n" \
	"  kinds: [account]\n" \
	"  status: " status "\n" \
	"  rows: [" rows "]\n"

/* --- a sink that hands on to the store and remembers -------------------- */

struct spy {
	struct ep_sink store;
	bool people;	/* the dataset at hand is the people's */
	struct ep_buf said;
};

static int spy_begin(void *to, const struct ep_dataset_ref *ref,
		     void **ret_dataset, struct ep_err *err)
{
	struct spy *spy = to;

	spy->people = strcmp(ref->name, EP_LEAVERS_PEOPLE) == 0;
	return spy->store.begin(spy->store.to, ref, ret_dataset, err);
}

static const char *text_of(const struct ep_row *row, const char *column)
{
	const struct ep_cell *cell = &row->cell[ep_entity_column(
		ep_entity(row->kind), column)];

	return cell->state == EP_CELL_VALUE ? cell->text : "-";
}

static int spy_row(void *to, void *dataset, const struct ep_row *row,
		   bool *ret_repeat, struct ep_err *err)
{
	struct spy *spy = to;
	char at[EP_TIME_TEXT] = "-";
	const struct ep_cell *time;

	if (row->kind == EP_KIND_alias) {
		ep_buf_addf(&spy->said, "alias %s %s; ",
			    text_of(row, "person"), text_of(row, "address"));
		return spy->store.row(spy->store.to, dataset, row, ret_repeat,
				      err);
	}
	time = &row->cell[ep_entity_column(ep_entity(row->kind),
					   spy->people ? "left_at" :
							 "created_at")];
	if (time->state == EP_CELL_VALUE)
		ep_time_date(time->number, at);
	ep_buf_addf(&spy->said, "%s %s %s %s; ", text_of(row, "id"),
		    spy->people ? "person" : text_of(row, "owner"),
		    spy->people ? text_of(row, "employer") :
				  text_of(row, "state"),
		    at);
	return spy->store.row(spy->store.to, dataset, row, ret_repeat, err);
}

static int spy_end(void *to, void *dataset, struct ep_coverage *coverage,
		   struct ep_err *err)
{
	struct spy *spy = to;

	if (coverage->status != EP_COVERAGE_COMPLETE)
		ep_buf_addf(&spy->said, "%s: %s; ",
			    ep_coverage_word(coverage->status),
			    coverage->reason);
	return spy->store.end(spy->store.to, dataset, coverage, err);
}

/* One night, and what was derived of it. */
static const char *said(struct kit *kit, const char *yaml,
			enum ep_leave_counts tickets,
			enum ep_leave_counts directory)
{
	static char text[4000];
	struct ep_run_info info = { .kind = "night", .program = "test" };
	struct ep_err err = EP_ERR_INIT;
	struct ep_leave_sources *leave;
	struct spy spy = { .people = false };
	struct ep_sink sink = { .to = &spy, .begin = spy_begin,
				.row = spy_row, .end = spy_end };
	int64_t run;

	kit_night(kit, yaml);
	leave = &kit->config->customers.v[1].leave;
	leave->tickets = tickets;
	leave->directory = directory;
	leave->subject = ep_strdup("exit: *([^,]+)");
	leave->date = ep_strdup("([0-9]{4}-[0-9]{2}-[0-9]{2})");
	EP_VEC_ADD(&kit->config->customers.v[1].claims) = (struct ep_claim){
		.system = ep_strdup("halopsa"), .tenant = ep_strdup("12")
	};
	ep_buf_init(&spy.said, sizeof(text));
	ep_store_sink(kit->store, &spy.store);
	if (ep_store_run_begin(kit->store, &info, kit->config, &run, &err) ||
	    ep_store_as_of(kit->store, 0, &err) ||
	    ep_leavers_derive(ep_store_db(kit->store), kit->config, &sink,
			      kit->now, &err) ||
	    ep_store_flush(kit->store, &err) ||
	    ep_store_run_end(kit->store, true, 0, 0, 0, &err) ||
	    ep_store_as_of(kit->store, 0, &err))
		fail_msg("%s", err.msg);
	snprintf(text, sizeof(text), "%s", spy.said.s);
	ep_buf_release(&spy.said);
	return text;
}

#define SAID(tickets, directory, yaml, want)                            \
	assert_string_equal(said(*state, WORLD yaml, EP_LEAVE_##tickets, \
				 EP_LEAVE_##directory), want)

static void test_off(void **state)
{
	SAID(OFF, OFF,
	     TICKETS("complete", "{ticket: {id: 1, kind: exit, subject: "
		     "'exit: ana@acme.example'}}"), "");
}

static void test_tickets(void **state)
{
#define FOUR TICKETS("complete", \
	"{ticket: {id: 1, kind: exit, subject: 'Exit: Ana@acme.example, " \
	"2025-11-10'}}, " \
	"{ticket: {id: 2, kind: exit, subject: 'exit: bo@acme.example', " \
	"closed_at: 2025-11-11}}, " \
	"{ticket: {id: 3, kind: exit, subject: 'exit: cy@acme.example'}}, " \
	"{ticket: {id: 4, kind: exit, subject: 'exit: di@acme.example'}}, " \
	"{ticket: {id: 5, kind: exit, subject: 'exit: ana@zed.example'}}, " \
	"{ticket: {id: 6, kind: other, subject: 'exit: ed@acme.example'}}, " \
	"{ticket: {id: 7, kind: exit, subject: 'printer'}}")

	/* The register decides, a day is needed, others' people are others'. */
	SAID(CERTAIN, OFF, FOUR,
	     "ticket halopsa/m 1 ana@acme.example certain 2025-11-10; "
	     "ticket halopsa/m 2 bo@acme.example contradicts 2025-11-11; "
	     "ticket halopsa/m 3 cy@acme.example agrees -; "
	     "ticket halopsa/m 4 di@acme.example review -; "
	     "ana@acme.example person acme 2025-11-10; "
	     "alias ana@acme.example ana@acme.example; ");
	SAID(REVIEW, OFF, FOUR,
	     "ticket halopsa/m 1 ana@acme.example review 2025-11-10; "
	     "ticket halopsa/m 2 bo@acme.example contradicts 2025-11-11; "
	     "ticket halopsa/m 3 cy@acme.example agrees -; "
	     "ticket halopsa/m 4 di@acme.example review -; ");
}

static void test_names(void **state)
{
#define PEOPLE ACCOUNTS("complete", \
	"{account: {id: a, email: ana@acme.example, name: 'Ana Li\xcc\x81ma'}}," \
	"{account: {id: e, email: ed@acme.example, name: Ed Poe}}," \
	"{account: {id: f, email: ed2@acme.example, name: Ed Poe}}")

	/* Composed and not; two of a name are nobody; other companies' tickets
	 * are not ours. */
	SAID(CERTAIN, OFF, PEOPLE TICKETS("complete",
		"{ticket: {id: 1, for_customer: '12', subject: "
		"'exit: ANA  l\xc3\xadma', closed_at: 2025-11-10}}, "
		"{ticket: {id: 2, for_customer: '12', subject: "
		"'exit: Ed Poe', closed_at: 2025-11-10}}, "
		"{ticket: {id: 3, for_customer: '13', subject: "
		"'exit: Ana L\xc3\xadma', closed_at: 2025-11-10}}, "
		"{ticket: {id: 4, for_customer: '12', subject: "
		"'exit: Bo Ray'}}"),
	     "ticket halopsa/m 1 ana@acme.example review 2025-11-10; "
	     "ticket halopsa/m 2 - review 2025-11-10; "
	     "ticket halopsa/m 4 bo@acme.example contradicts -; ");
}

static void test_directory(void **state)
{
	SAID(OFF, CERTAIN, ACCOUNTS("complete",
		"{account: {id: a, email: ana@acme.example, state: disabled, "
		"name: Ana, external_id: 0f8fad5bd9cb469f, "
		"attr: {suspended_at: 1762300800}}}, "
		"{account: {id: 0f8fad5b-d9cb, login: "
		"0f8fad5bd9cbdi@acme.example, state: deleted}}, "
		"{account: {id: bo, email: bo@acme.example, state: active}}, "
		"{account: {id: g, email: gil@acme.example, class: guest, "
		"state: disabled}}, "
		"{account: {id: h, email: desk@acme.example, state: disabled}},"
		"{account: {id: i, email: ida@zed.example, state: disabled}}, "
		"{account: {id: j1, email: jo@acme.example, state: disabled}},"
		"{account: {id: j2, email: jo@acme.example, state: active}}, "
		"{account: {id: k, email: null, state: disabled}}"),
	     "directory entra/t1 0f8fad5b-d9cb di@acme.example certain "
	     "2025-11-17; "
	     "directory entra/t1 a ana@acme.example certain 2025-11-05; "
	     "di@acme.example person acme 2025-11-17; "
	     "alias di@acme.example di@acme.example; "
	     "ana@acme.example person acme 2025-11-05; "
	     "alias ana@acme.example ana@acme.example; "
	     "alias ana@acme.example 0f8fad5bd9cb469f; ");
}

/* A ticket that is gone from the board, and an account that was purged. */
static void test_stays(void **state)
{
	SAID(CERTAIN, CERTAIN, TICKETS("complete",
		"{ticket: {id: 1, kind: exit, subject: 'exit: "
		"ana@acme.example', closed_at: 2025-11-10}}")
	     ACCOUNTS("complete",
		"{account: {id: d, email: di@acme.example, state: disabled}}, "
		"{account: {id: e, email: ed@acme.example, state: disabled}}"),
	     "ticket halopsa/m 1 ana@acme.example certain 2025-11-10; "
	     "directory entra/t1 d di@acme.example certain 2025-11-17; "
	     "directory entra/t1 e ed@acme.example certain 2025-11-17; "
	     "ana@acme.example person acme 2025-11-10; "
	     "alias ana@acme.example ana@acme.example; "
	     "di@acme.example person acme 2025-11-17; "
	     "alias di@acme.example di@acme.example; "
	     "ed@acme.example person acme 2025-11-17; "
	     "alias ed@acme.example ed@acme.example; ");
	/* Ed is back; the night that saw Di blocked first is her day. */
	SAID(CERTAIN, CERTAIN, TICKETS("complete", "") ACCOUNTS("complete",
		"{account: {id: e, email: ed@acme.example, state: active}}, "
		"{account: {id: d, email: di@acme.example, state: disabled}}"),
	     "directory entra/t1 d di@acme.example certain 2025-11-17; "
	     "ticket halopsa/m 1 ana@acme.example certain 2025-11-10; "
	     "di@acme.example person acme 2025-11-17; "
	     "alias di@acme.example di@acme.example; "
	     "ana@acme.example person acme 2025-11-10; "
	     "alias ana@acme.example ana@acme.example; ");
	/* Di is purged. */
	SAID(CERTAIN, CERTAIN, TICKETS("complete", "") ACCOUNTS("complete",
		"{account: {id: e, email: ed@acme.example, state: active}}"),
	     "directory entra/t1 d di@acme.example certain 2025-11-17; "
	     "ticket halopsa/m 1 ana@acme.example certain 2025-11-10; "
	     "di@acme.example person acme 2025-11-17; "
	     "alias di@acme.example di@acme.example; "
	     "ana@acme.example person acme 2025-11-10; "
	     "alias ana@acme.example ana@acme.example; ");
	assert_string_equal(kit_ask(*state, "SELECT group_concat(id, ' ') "
				    "FROM (SELECT id FROM person WHERE "
				    "dataset = 'register.stated' ORDER BY id)"),
			    "ana@acme.example di@acme.example");
}

/* What could not be read makes nobody stay. */
static void test_unread(void **state)
{
	SAID(CERTAIN, OFF, TICKETS("partial", ""),
	     "partial: halopsa.exit_tickets of halopsa/m was not read "
	     "completely; partial: halopsa.exit_tickets of halopsa/m was not "
	     "read completely; ");
	SAID(REVIEW, CERTAIN, TICKETS("complete", ""),
	     "partial: no directory is read for acme; "
	     "partial: no directory is read for acme; ");
	SAID(OFF, REVIEW, ACCOUNTS("denied", ""),
	     "partial: entra.users of entra/t1 was not read completely; ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_off, kit_up, kit_down),
		cmocka_unit_test_setup_teardown(test_tickets, kit_up,
						kit_down),
		cmocka_unit_test_setup_teardown(test_names, kit_up, kit_down),
		cmocka_unit_test_setup_teardown(test_directory, kit_up,
						kit_down),
		cmocka_unit_test_setup_teardown(test_stays, kit_up, kit_down),
		cmocka_unit_test_setup_teardown(test_unread, kit_up, kit_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
