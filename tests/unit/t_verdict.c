/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verdicts: what was not looked at is never safe, and the text stays short
 * whatever is left.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/str.h"
#include "exit/verdict.h"

/* Nothing here is freed or written to. */
#define TEXT(s) ((char *)(uintptr_t)(s))

static struct ep_profile profile = { .id = TEXT("p"),
				     .title = TEXT("Profile") };
static struct ep_end end_state = { .id = TEXT("seat"),
				   .title = TEXT("The seat is gone") };

struct stage {
	struct ep_exit exit;
	struct ep_exit_look look;
	struct ep_verdict verdict;
};

static void set_up(struct stage *s)
{
	memset(s, 0, sizeof(*s));
	s->exit.key = TEXT("person:x");
	s->exit.name = TEXT("X");
	s->exit.profile = &profile;
	s->exit.leave_at = 1790000000;
	s->verdict.exit = &s->exit;
	s->verdict.look = &s->look;
	s->verdict.read_at = 1790000000;
}

static void add_item(struct stage *s, enum ep_exit_state state)
{
	struct ep_exit_item *item = &EP_VEC_ADD(&s->look.item);
	struct ep_exit_step *step;

	memset(item, 0, sizeof(*item));
	item->end = &end_state;
	item->state = state;
	item->tenant = TEXT("printix/1");
	item->system = TEXT("printix");
	item->name = TEXT("somebody with\na line break");
	item->seen =
		TEXT("something that is very long, longer than a line of any "
		     "terminal, and then longer still until it is cut, since "
		     "nobody reads it to its end anyway");
	item->until = 1790003600;
	item->reason = TEXT("it was not read");
	item->advice = TEXT("read it");
	step = &EP_VEC_ADD(&item->step);
	step->act = TEXT("Menu, Users, the person: Delete");
	step->only_after = NULL;
	s->look.count[state]++;
}

static void add_dataset(struct stage *s, bool good)
{
	struct ep_exit_dataset *set = &EP_VEC_ADD(&s->look.dataset);

	memset(set, 0, sizeof(*set));
	set->tenant = TEXT("printix/2");
	set->dataset = TEXT("printix.users");
	set->status = TEXT(good ? "complete" : "denied");
	set->reason = TEXT("refused");
	set->advice = TEXT("ask for the right");
	set->good = good;
}

static void add_problem(struct stage *s, enum ep_exit_state state)
{
	EP_VEC_ADD(&s->exit.problem) =
		(struct ep_exit_problem){ .id = TEXT("no-leave-date"),
					  .state = state,
					  .text = TEXT("no leave date"),
					  .advice = TEXT("write one down") };
	s->look.count[state]++;
}

static void tear_down(struct stage *s)
{
	for (size_t i = 0; i < s->look.item.n; i++)
		ep_vec_release(&s->look.item.v[i].step);
	ep_vec_release(&s->look.item);
	ep_vec_release(&s->look.dataset);
	ep_vec_release(&s->exit.problem);
	ep_verdict_release(&s->verdict);
}

static size_t lines_of(const struct stage *s, const char *first)
{
	struct ep_buf out;
	size_t n = 0;

	ep_buf_init(&out, EP_FILE_BYTES_MAX);
	ep_verdict_text(&s->verdict, &out);
	if (!ep_str_starts(out.s, first))
		fail_msg("\"%.60s\" does not begin with \"%s\"", out.s, first);
	for (size_t i = 0; i < out.len; i++)
		n += out.s[i] == '\n';
	ep_buf_release(&out);
	return n;
}

static void test_safe_is_looked_at(void **state)
{
	struct stage s;

	(void)state;
	set_up(&s);
	assert_int_equal(ep_verdict_status(&s.verdict), 2);
	add_item(&s, EP_EXIT_DONE);
	assert_int_equal(ep_verdict_status(&s.verdict), 2);
	add_dataset(&s, true);
	assert_int_equal(ep_verdict_status(&s.verdict), 0);
	lines_of(&s, "SAFE TO CLOSE: exit of X");
	add_dataset(&s, false);
	assert_int_equal(ep_verdict_status(&s.verdict), 2);
	lines_of(&s, "CANNOT TELL: ");
	tear_down(&s);
}

static void test_each_state(void **state)
{
	static const struct {
		enum ep_exit_state state;
		int status;
		const char *word;
	} each[] = {
		{ EP_EXIT_OPEN, 1, "NOT SAFE: " },
		{ EP_EXIT_PENDING, 2, "CANNOT TELL: " },
		{ EP_EXIT_UNKNOWN, 2, "CANNOT TELL: " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(each) / sizeof(each[0]); i++) {
		for (int problem = 0; problem < 2; problem++) {
			struct stage s;

			set_up(&s);
			add_dataset(&s, true);
			add_item(&s, EP_EXIT_DONE);
			if (problem)
				add_problem(&s, each[i].state);
			else
				add_item(&s, each[i].state);
			assert_int_equal(ep_verdict_status(&s.verdict),
					 each[i].status);
			lines_of(&s, each[i].word);
			tear_down(&s);
		}
	}
}

static void test_unread_ticket(void **state)
{
	struct stage s;

	(void)state;
	set_up(&s);
	add_dataset(&s, true);
	add_item(&s, EP_EXIT_DONE);
	EP_VEC_ADD(&s.verdict.unread) = ep_strdup("the ticket was not read");
	assert_int_equal(ep_verdict_status(&s.verdict), 2);
	lines_of(&s, "CANNOT TELL: ");
	add_item(&s, EP_EXIT_OPEN);
	lines_of(&s, "NOT SAFE, AND CANNOT TELL ALL: ");
	tear_down(&s);
}

/* Most lines of all, with hundreds of each sort of thing. */
static size_t most_lines(bool unread)
{
	struct stage s;
	size_t most = 0;

	set_up(&s);
	for (int i = 0; i < 500; i++) {
		add_item(&s, EP_EXIT_OPEN);
		add_item(&s, EP_EXIT_PENDING);
		add_item(&s, EP_EXIT_UNKNOWN);
		add_dataset(&s, false);
		add_problem(&s, EP_EXIT_OPEN);
		if (unread)
			EP_VEC_ADD(&s.verdict.unread) = ep_strdup("not read");
		if (i < 20 || i == 499) {
			size_t n = lines_of(&s, "NOT SAFE, AND CANNOT TELL");

			most = n > most ? n : most;
		}
	}
	tear_down(&s);
	return most;
}

static void test_short_whatever_is_left(void **state)
{
	(void)state;
	assert_in_range(most_lines(true), EP_VERDICT_LINES / 2,
			EP_VERDICT_LINES);
	assert_in_range(most_lines(false), EP_VERDICT_LINES / 2,
			EP_VERDICT_LINES);
}

/* A run that is not kept has a number that another one will get. */
static void test_kept_nowhere(void **state)
{
	EP_AUTO(ep_buf_release) struct ep_buf text = EP_BUF_INIT(65536);
	EP_AUTO(ep_buf_release) struct ep_buf page = EP_BUF_INIT(1 << 20);
	struct ep_err err = EP_ERR_INIT;
	struct stage s;

	(void)state;
	set_up(&s);
	add_dataset(&s, true);
	add_item(&s, EP_EXIT_DONE);
	s.verdict.run = 0;
	ep_verdict_text(&s.verdict, &text);
	assert_int_equal(ep_verdict_html(&s.verdict, &page, &err), 0);
	assert_non_null(strstr(text.s, "Read beside a run that was writing"));
	assert_non_null(strstr(page.s, "Read beside a run that was writing"));
	assert_null(strstr(text.s, "in run"));
	assert_null(strstr(page.s, "in run"));
	tear_down(&s);
}

static void test_digest(void **state)
{
	char first[65], second[65];
	struct stage s;

	(void)state;
	set_up(&s);
	add_dataset(&s, true);
	add_item(&s, EP_EXIT_OPEN);
	ep_verdict_digest(&s.verdict, first);
	s.verdict.read_at += 3600;
	s.verdict.run = 9;
	s.look.item.v[0].seen = TEXT("seen otherwise");
	ep_verdict_digest(&s.verdict, second);
	assert_string_equal(first, second);
	s.look.item.v[0].state = EP_EXIT_UNKNOWN;
	ep_verdict_digest(&s.verdict, second);
	assert_string_not_equal(first, second);
	tear_down(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_safe_is_looked_at),
		cmocka_unit_test(test_each_state),
		cmocka_unit_test(test_unread_ticket),
		cmocka_unit_test(test_short_whatever_is_left),
		cmocka_unit_test(test_kept_nowhere),
		cmocka_unit_test(test_digest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
