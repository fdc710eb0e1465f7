/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads that go on from the last one, from the vendor's answer to the rows in
 * the store: over many nights of changes, failures, lost links and killed
 * runs, what was read by changes is what a read of everything finds.
 */
#include "store_kit.h"

#include <signal.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/str.h"
#include "fake_vendor.h"
#include "scene.h"

#define NIGHTS 60
#define SEEDS 5

static const char restless[] =
	"connector: restless\n"
	"version: 1\n"
	"system: restless\n"
	"title: Restless\n"
	"docs: https://restless.example/\n"
	"scope: tenant\n"
	"base:\n"
	"  api: https://api.restless.example/v1\n"
	"limits: {parallel: 1, retries: 1}\n"
	"page: {kind: next_url, next: next}\n"
	"endpoints:\n"
	"  people:\n"
	"    title: People\n"
	"    doc: By changes\n"
	"    path: /people\n"
	"    records: value\n"
	"    incremental:\n"
	"      kind: delta\n"
	"      path: /people/delta\n"
	"      start: {start: now}\n"
	"      link: link\n"
	"      removed: '\"@removed\"'\n"
	"      unset: [mail, note]\n"
	"      full_every_hours: 168\n"
	"    emit:\n"
	"      - kind: account\n"
	"        fields: {id: id, name: name, state: {const: active},\n"
	"          email: mail}\n"
	"        keep: [note]\n"
	"  recent:\n"
	"    title: Recent people\n"
	"    doc: By a filter\n"
	"    path: /people\n"
	"    records: value\n"
	"    incremental:\n"
	"      kind: since\n"
	"      query: {since: '{since}'}\n"
	"      as: epoch\n"
	"      full_every_hours: 168\n"
	"    emit:\n"
	"      - kind: account\n"
	"        fields: {id: id, name: name, state: {const: active},\n"
	"          email: mail}\n"
	"        keep: [note]\n";

struct play {
	int lives;	/* answers until the process dies */
	struct kit kit;
	struct scene scene;
	struct fake_vendor vendor;
};

static void play_init(struct play *play, uint64_t seed)
{
	static const struct fake_reply none[] = { { 0 } };
	struct ep_connection *connection;

	scene_init(&play->scene, none);
	kit_init(&play->kit);
	kit_open(&play->kit, true);
	fake_vendor_init(&play->vendor, seed);
	play->scene.net.answer = fake_vendor_answer;
	play->scene.net.answer_to = &play->vendor;
	scene_connector(&play->scene, restless);
	connection = scene_connect(&play->scene, "acme", "restless", "T1");
	EP_VEC_ADD(&connection->incremental) = ep_strdup("people");
	EP_VEC_ADD(&connection->incremental) = ep_strdup("recent");
}

static void play_release(struct play *play)
{
	kit_release(&play->kit);
	scene_release(&play->scene);
}

static int collect(struct play *play)
{
	struct ep_transport transport;

	fake_net_transport(&play->scene.net, &transport);
	return ep_collect_over(&play->scene.config, &play->scene.specs,
			       &play->scene.filter, &play->kit.sink,
			       &transport, NULL, &play->scene.totals,
			       &play->kit.err);
}

/* A whole night; the clock is a day later after it. */
static void night(struct play *play)
{
	play->vendor.moved = false;
	kit_begin(&play->kit);
	kit_ok(&play->kit, collect(play));
	kit_end(&play->kit);
	kit_ok(&play->kit, ep_store_as_of(play->kit.store, 0, &play->kit.err));
}

static char *rows(struct play *play, const char *dataset)
{
	char sql[256];

	snprintf(sql, sizeof(sql), "SELECT id, name, email, attr FROM account "
		 "WHERE dataset = 'restless.%s' ORDER BY id", dataset);
	return kit_dump(&play->kit, sql);
}

/* One column of the coverage of a dataset, as text; "-" NULL. */
static char *said(struct play *play, const char *dataset, const char *column)
{
	char sql[256];
	char *text;

	snprintf(sql, sizeof(sql), "SELECT %s FROM coverage WHERE dataset = "
		 "'restless.%s'", column, dataset);
	text = kit_dump(&play->kit, sql);
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static void assert_said(struct play *play, const char *dataset,
			const char *column, const char *want)
{
	EP_AUTO_FREE char *text = said(play, dataset, column);

	if (!strstr(text, want))
		fail_msg("%s of %s is \"%s\", not \"%s\"", column, dataset,
			 text, want);
}

static void assert_people(struct play *play, const char *dataset)
{
	EP_AUTO_FREE char *have = rows(play, dataset);
	EP_AUTO_FREE char *want = fake_vendor_people(&play->vendor);

	assert_string_equal(have, want);
}

static bool is_complete(struct play *play, const char *dataset)
{
	EP_AUTO_FREE char *status = said(play, dataset, "status");
	EP_AUTO_FREE char *run = said(play, dataset, "run");

	return ep_str_eq(status, "complete") &&
	       strtoll(run, NULL, 10) == play->kit.run;
}

/* --- by chance ----------------------------------------------------------- */

static void misfortune(struct play *play)
{
	struct fake_vendor *vendor = &play->vendor;

	vendor->fail_after = -1;
	vendor->status_after = -1;
	vendor->restless = fake_chance(vendor, 3) == 0;
	vendor->lie_twice = fake_chance(vendor, 12) == 0;
	vendor->lie_removed = fake_chance(vendor, 12) == 0;
	vendor->no_link = fake_chance(vendor, 12) == 0;
	switch (fake_chance(vendor, 8)) {
	case 0:
		vendor->fail_after = (int)fake_chance(vendor, 24);
		break;
	case 1:
		vendor->status_after = (int)fake_chance(vendor, 24);
		break;
	case 2:
		vendor->oldest = vendor->serial;
		break;
	default:
		break;
	}
}

static void die_while_answering(void *to, const char *path,
				struct fake_reply *ret)
{
	struct play *play = to;

	if (play->lives-- == 0)
		kill(getpid(), SIGKILL);
	fake_vendor_answer(&play->vendor, path, ret);
}

/* The process dies, at some answer or after the last one. */
static void killed_night(struct play *play)
{
	int status;
	pid_t child;

	play->vendor.restless = false;
	play->lives = (int)fake_chance(&play->vendor, 30);
	kit_close(&play->kit);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		play->scene.net.answer = die_while_answering;
		play->scene.net.answer_to = play;
		kit_open(&play->kit, true);
		kit_begin(&play->kit);
		(void)!collect(play);
		kill(getpid(), SIGKILL);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	kit_open(&play->kit, true);
	ep_clock_fix(ep_clock_now() + KIT_NIGHT);
}

/* Nothing of the vendor's is missing or old; what is too much went after
 * the last read of everything, and the dataset is as old as that. */
static void assert_bounded(struct play *play)
{
	EP_AUTO_FREE char *have = rows(play, "recent");
	EP_AUTO_FREE char *want = fake_vendor_people(&play->vendor);
	EP_AUTO_FREE char *age = said(play, "recent", "age");
	char *line, *rest = want;

	while ((line = strsep(&rest, "\n")) && *line)
		assert_non_null(strstr(have, line));
	assert_true(strtoll(age, NULL, 10) < 2 * KIT_NIGHT);
}

static void check(struct play *play, size_t *ret_checked)
{
	EP_AUTO_FREE char *changes = NULL;

	if (play->vendor.moved)
		return;
	if (is_complete(play, "people")) {
		assert_people(play, "people");
		(*ret_checked)++;
	}
	changes = said(play, "recent", "changes");
	if (is_complete(play, "recent") && *changes == '0')
		assert_people(play, "recent");
	else if (is_complete(play, "recent"))
		assert_bounded(play);
}

static void test_as_if_all_had_been_read(void **state)
{
	size_t checked = 0;
	int fulls = 0, changes = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct play play;

		memset(&play, 0, sizeof(play));
		play_init(&play, seed);
		for (int i = 0; i < NIGHTS; i++) {
			unsigned n = fake_chance(&play.vendor, 9);

			for (; n > 0; n--)
				fake_vendor_change(&play.vendor);
			misfortune(&play);
			if (fake_chance(&play.vendor, 10) == 0) {
				killed_night(&play);
				continue;
			}
			night(&play);
			check(&play, &checked);
		}
		/* A quiet night settles everything. */
		misfortune(&play);
		play.vendor.restless = play.vendor.lie_twice = false;
		play.vendor.lie_removed = play.vendor.no_link = false;
		play.vendor.fail_after = play.vendor.status_after = -1;
		night(&play);
		assert_true(is_complete(&play, "people"));
		assert_people(&play, "people");
		fulls += play.vendor.places;
		changes += play.vendor.changes;
		play_release(&play);
	}
	/* It was about something. */
	assert_true(checked > SEEDS * NIGHTS / 4);
	assert_true(changes > fulls);
}

/* --- one by one ---------------------------------------------------------- */

static struct play *two_nights(void)
{
	struct play *play = calloc(1, sizeof(*play));

	assert_non_null(play);
	play_init(play, 7);
	night(play);
	fake_vendor_change(&play->vendor);
	return play;
}

static void end(struct play *play)
{
	play_release(play);
	free(play);
}

static void test_only_changes_are_asked_for(void **state)
{
	struct play *play = two_nights();
	size_t before = play->scene.net.requests;

	(void)state;
	assert_int_equal(play->vendor.places, 1);
	assert_int_equal(play->vendor.fulls, 2);
	night(play);
	assert_int_equal(play->vendor.places, 1);
	assert_int_equal(play->vendor.fulls, 2);
	assert_int_equal(play->vendor.changes, 1);
	assert_int_equal(play->vendor.sinces, 1);
	/* Four pages of changes, and one of those since. */
	assert_int_equal(play->scene.net.requests - before, 5);
	assert_said(play, "people", "changes", "1");
	assert_said(play, "people", "since_run", "1");
	assert_said(play, "people", "stale", "0");
	assert_people(play, "people");
	end(play);
}

static void test_the_interval_ends_in_a_full_read(void **state)
{
	struct play *play = two_nights();

	(void)state;
	for (int i = 2; i <= 8; i++) {
		night(play);
		/* The eighth is a week after the first. */
		assert_said(play, "people", "changes", i < 8 ? "1" : "0");
		/* 26 hours: each second one. */
		assert_said(play, "recent", "changes", i % 2 ? "0" : "1");
		assert_said(play, "recent", "stale", "0");
	}
	end(play);
}

static void test_full_when_the_operator_says_so(void **state)
{
	struct play *play = two_nights();

	(void)state;
	play->scene.filter.full = true;
	night(play);
	assert_said(play, "people", "changes", "0");
	play->scene.filter.full = false;
	night(play);
	assert_said(play, "people", "changes", "1");
	assert_said(play, "people", "full_run", "2");
	assert_said(play, "recent", "changes", "1");
	end(play);
	/* Who closes a ticket wants to know what is gone, too. */
	play = two_nights();
	play->scene.filter.exact = true;
	night(play);
	assert_said(play, "people", "changes", "1");
	assert_said(play, "recent", "changes", "0");
	end(play);
}

static void test_off_by_default(void **state)
{
	struct play *play = calloc(1, sizeof(*play));

	(void)state;
	assert_non_null(play);
	play_init(play, 7);
	ep_words_release(
		&play->scene.config.customers.v[0].connections.v[0].incremental);
	for (int i = 0; i < 3; i++)
		night(play);
	assert_int_equal(play->vendor.places + play->vendor.changes, 0);
	assert_int_equal(play->vendor.fulls, 6);
	assert_int_equal(kit_int(&play->kit,
				 "SELECT count(*) FROM main.bookmark"), 0);
	end(play);
}

static void test_names_have_to_mean_something(void **state)
{
	struct play *play = two_nights();
	struct ep_connection *connection =
		&play->scene.config.customers.v[0].connections.v[0];
	struct ep_diag diag;

	(void)state;
	ep_diag_init(&diag);
	assert_int_equal(ep_collect_agree(&play->scene.config,
					  &play->scene.specs, &diag), 0);
	EP_VEC_ADD(&connection->incremental) = ep_strdup("peple");
	assert_int_equal(ep_collect_agree(&play->scene.config,
					  &play->scene.specs, &diag),
			 EP_ECONFIG);
	assert_int_equal(diag.n, 1);
	assert_non_null(strstr(diag.item[0].msg, "no endpoint 'peple'"));
	ep_diag_release(&diag);
	end(play);
}

/* Each of these ends in a read of everything in the same run. */
static void assert_falls_back(void (*how)(struct play *play), const char *why)
{
	struct play *play = two_nights();

	how(play);
	night(play);
	assert_int_equal(play->vendor.places, 2);
	assert_true(is_complete(play, "people"));
	assert_said(play, "people", "changes", "0");
	if (why)
		assert_said(play, "people", "advice", why);
	assert_people(play, "people");
	/* The next one goes on from there, unless there is no link to. */
	play->vendor.oldest = 0;
	play->vendor.lie_removed = play->vendor.lie_twice = false;
	play->vendor.no_link = false;
	night(play);
	assert_said(play, "people", "changes", "1");
	assert_people(play, "people");
	end(play);
}

static void lose_link(struct play *play)
{
	play->vendor.oldest = play->vendor.serial;
}

static void lie_twice(struct play *play)
{
	play->vendor.lie_twice = true;
}

static void lie_removed(struct play *play)
{
	play->vendor.lie_removed = true;
}

static void no_link(struct play *play)
{
	play->vendor.no_link = true;
}

static void other_base(struct play *play)
{
	EP_VEC_ADD(&play->scene.config.customers.v[0].connections.v[0].params) =
		(struct ep_setting){ ep_strdup("realm"), ep_strdup("other") };
}

static void other_connector(struct play *play)
{
	play->scene.specs.v[0]->sha256[0] ^= 1;
}

static void foreign_link(struct play *play)
{
	kit_ok(&play->kit, ep_db_exec(ep_store_db(play->kit.store),
		"UPDATE main.bookmark SET token = "
		"'https://evil.example/v1/people/delta?link=1.0.0' "
		"WHERE token LIKE 'https%'", &play->kit.err));
}

static void all_gone_but_one_is_new(struct play *play)
{
	for (int i = 0; i < FAKE_PEOPLE; i++) {
		play->vendor.person[i].gone_at = ++play->vendor.serial;
		play->vendor.person[i].there = false;
	}
	play->vendor.person[3].there = true;
	play->vendor.person[3].at = ++play->vendor.serial;
	play->vendor.person[3].ever = true;
}

static void test_what_ends_in_a_full_read(void **state)
{
	(void)state;
	assert_falls_back(lose_link, "410");
	assert_falls_back(lie_twice, "two different things");
	assert_falls_back(lie_removed, "never seen");
	assert_falls_back(no_link, "no usable 'link'");
	assert_falls_back(other_base, NULL);
	assert_falls_back(other_connector, NULL);
}

static void test_the_token_of_another_host_is_not_followed(void **state)
{
	struct play *play = two_nights();

	(void)state;
	foreign_link(play);
	night(play);
	assert_null(strstr(play->scene.net.log.s, "evil"));
	assert_true(is_complete(play, "people"));
	assert_said(play, "people", "changes", "0");
	assert_said(play, "people", "advice", "another host");
	end(play);
}

static void test_a_collapse_is_read_again(void **state)
{
	struct play *play = two_nights();

	(void)state;
	for (int i = 0; i < FAKE_PEOPLE; i++) {
		struct fake_person *person = &play->vendor.person[i];

		person->gone_at = person->ever ? ++play->vendor.serial : 0;
		person->there = false;
	}
	night(play);
	assert_said(play, "people", "status", "held");
	assert_true(play->vendor.places == 2);
	/* And one that is none is not. */
	all_gone_but_one_is_new(play);
	night(play);
	assert_true(is_complete(play, "people"));
	assert_people(play, "people");
	end(play);
}

static void test_a_failure_tells_the_same_again(void **state)
{
	struct play *play = two_nights();

	(void)state;
	play->vendor.fail_after = 2;
	night(play);
	assert_false(is_complete(play, "people"));
	play->vendor.fail_after = -1;
	fake_vendor_change(&play->vendor);
	night(play);
	assert_int_equal(play->vendor.places, 1);
	assert_said(play, "people", "changes", "1");
	assert_said(play, "people", "since_run", "1");
	assert_people(play, "people");
	end(play);
}

static void test_without_a_clock_no_filter(void **state)
{
	struct play *play = calloc(1, sizeof(*play));

	(void)state;
	assert_non_null(play);
	play_init(play, 7);
	play->vendor.no_clock = true;
	for (int i = 0; i < 3; i++)
		night(play);
	assert_int_equal(play->vendor.sinces, 0);
	assert_said(play, "recent", "changes", "0");
	assert_said(play, "recent", "status", "complete");
	end(play);
}

/* The time is over before the link is there: nothing was read. */
static void test_time_over_before_the_first_page(void **state)
{
	struct play *play = calloc(1, sizeof(*play));

	(void)state;
	assert_non_null(play);
	play_init(play, 7);
	play->scene.config.run_seconds = 1;
	play->vendor.status_after = 0;
	night(play);
	assert_said(play, "people", "status", "failed");
	assert_int_equal(kit_int(&play->kit,
				 "SELECT count(*) FROM main.bookmark"), 0);
	end(play);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_changes_are_asked_for),
		cmocka_unit_test(test_the_interval_ends_in_a_full_read),
		cmocka_unit_test(test_full_when_the_operator_says_so),
		cmocka_unit_test(test_off_by_default),
		cmocka_unit_test(test_names_have_to_mean_something),
		cmocka_unit_test(test_what_ends_in_a_full_read),
		cmocka_unit_test(
			test_the_token_of_another_host_is_not_followed),
		cmocka_unit_test(test_a_collapse_is_read_again),
		cmocka_unit_test(test_a_failure_tells_the_same_again),
		cmocka_unit_test(test_without_a_clock_no_filter),
		cmocka_unit_test(test_time_over_before_the_first_page),
		cmocka_unit_test(test_as_if_all_had_been_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
