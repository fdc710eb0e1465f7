/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Budgets that several processes spend together: on a clock of paper, against
 * vendors that count for themselves, and past processes that die, clocks that
 * jump and files that are broken.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "collect/ledger.h"
#include "collect/transport.h"
#include "ext/db.h"

#define KEY "printix\nhttps://api.example\ncredential 1"

/* As the connectors of Printix and of DNSFilter have it. */
static const struct ep_spec_limits limits = {
	.requests = 100, .window = 60, .share_percent = 90
};

static char folder[] = "t_ledger-XXXXXX";
static char path[64];

/* One process: its own connection and its own budget. */
struct client {
	struct ep_ledger *ledger;
	struct ep_budget budget;
};

static void client_init(struct client *client, bool patient, int64_t now)
{
	struct ep_err err = EP_ERR_INIT;

	ep_budget_init(&client->budget, &limits, 0);
	if (patient)
		ep_budget_yield(&client->budget);
	client->ledger = NULL;
	if (ep_ledger_open(path, now, &client->ledger, &err) < 0)
		fail_msg("%s", err.msg);
	ep_ledger_join(client->ledger, KEY, &client->budget, now);
	assert_null(ep_ledger_trouble(client->ledger));
}

static void client_release(struct client *client)
{
	assert_null(ep_ledger_trouble(client->ledger));
	ep_ledger_leave(client->ledger, KEY);
	ep_ledger_close(client->ledger);
	ep_budget_release(&client->budget);
}

static bool client_send(struct client *client, int64_t now)
{
	if (!ep_ledger_send(client->ledger, KEY, &client->budget, now))
		return false;
	ep_budget_done(&client->budget);
	return true;
}

static int send_all(struct client *client, int64_t now)
{
	int n = 0;

	while (client_send(client, now))
		n++;
	return n;
}

/* A process that was killed leaves all three. */
static void remove_files(void)
{
	static const char *const suffix[] = { "", "-wal", "-shm" };

	for (size_t i = 0; i < sizeof(suffix) / sizeof(*suffix); i++) {
		char name[80];

		snprintf(name, sizeof(name), "%s%s", path, suffix[i]);
		unlink(name);
	}
}

static int fresh(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "%s/budgets.db", folder);
	remove_files();
	return 0;
}

static void alter(const char *sql)
{
	struct ep_err err = EP_ERR_INIT;
	struct ep_db *db = NULL;

	if (ep_db_open(path, EP_DB_WRITE, &db, &err) < 0 ||
	    ep_db_exec(db, sql, &err) < 0)
		fail_msg("%s", err.msg);
	ep_db_close(db);
}

/* --- together ----------------------------------------------------------- */

static void test_two_spend_one_budget(void **state)
{
	struct client a, b;

	(void)state;
	client_init(&a, false, 0);
	client_init(&b, false, 0);
	for (int i = 0; i < 40; i++)
		assert_true(client_send(&a, 1000));
	assert_int_equal(send_all(&b, 2000), 50);
	assert_false(client_send(&a, 2000));
	/* and the one that was refused knows until when */
	assert_int_equal(ep_budget_when(&a.budget, 2000), 61000);
	assert_int_equal(send_all(&a, 61000), 40);
	assert_int_equal(send_all(&b, 61999), 0);
	assert_int_equal(send_all(&b, 62000), 50);
	client_release(&a);
	client_release(&b);
}

static void test_who_comes_later_knows(void **state)
{
	struct client a, b;

	(void)state;
	client_init(&a, false, 0);
	assert_int_equal(send_all(&a, 0), 90);
	client_release(&a);
	client_init(&b, false, 30000);
	assert_false(client_send(&b, 30000));
	assert_int_equal(ep_budget_when(&b.budget, 30000), 60000);
	client_release(&b);
}

static void test_budgets_are_told_apart(void **state)
{
	struct ep_budget other;
	struct client a;

	(void)state;
	client_init(&a, false, 0);
	ep_budget_init(&other, &limits, 0);
	ep_ledger_join(a.ledger, "another", &other, 0);
	assert_int_equal(send_all(&a, 0), 90);
	assert_true(ep_ledger_send(a.ledger, "another", &other, 0));
	ep_ledger_leave(a.ledger, "another");
	ep_budget_release(&other);
	client_release(&a);
}

static void test_silence_is_for_all(void **state)
{
	struct client a, b;

	(void)state;
	client_init(&a, false, 0);
	client_init(&b, false, 0);
	ep_ledger_block(a.ledger, KEY, &a.budget, 30000);
	assert_false(client_send(&b, 1000));
	assert_int_equal(ep_budget_when(&b.budget, 1000), 30000);
	assert_true(client_send(&b, 30000));
	/* what somebody clicked away at the portal is told, too: ten of the
	 * twelve are theirs */
	ep_ledger_remaining(a.ledger, KEY, &a.budget, 30000, 12, 0);
	assert_int_equal(send_all(&b, 30000), 2);
	client_release(&a);
	client_release(&b);
}

/* --- a technician beside the night --------------------------------------- */

static void test_a_verify_does_not_starve(void **state)
{
	struct client night, verify;
	int64_t now = 0;
	int sent = 0;

	(void)state;
	client_init(&night, true, 0);
	assert_int_equal(send_all(&night, 0), 86);
	client_init(&verify, false, 1000);
	/* at once, though the night took all it could ... */
	assert_int_equal(send_all(&verify, 1000), 4);
	/* ... and what comes free is first the verify's */
	for (now = 60000; sent < 30; now++) {
		sent += send_all(&verify, now);
		assert_true(now < 60000 + 1000);
	}
	client_release(&night);
	client_release(&verify);
}

/* --- judged by a vendor -------------------------------------------------- */

/* Its own way to count: windows that begin with the first request, or a
 * bucket that fills up again. */
struct vendor {
	bool bucket;
	int64_t start;
	double left;
	int served, refused;
};

static void vendor_serve(struct vendor *vendor, int64_t now)
{
	if (vendor->bucket)
		vendor->left += (double)(now - vendor->start) * 100 / 60000;
	else if (now - vendor->start >= 60000)
		vendor->left = 100;
	if (vendor->left > 100)
		vendor->left = 100;
	if (vendor->bucket || now - vendor->start >= 60000)
		vendor->start = now;
	if (vendor->left < 1) {
		vendor->refused++;
		return;
	}
	vendor->left--;
	vendor->served++;
}

/* A night of `requests` shared by n processes that come in turn, somebody at
 * the portal beside them; the time of the last request in ms. */
static int64_t play(struct vendor *vendor, int n, int requests)
{
	struct client client[8];
	int64_t now = 0, next;
	int sent = 0;

	for (int i = 0; i < n; i++)
		client_init(&client[i], true, 0);
	while (sent < requests) {
		next = INT64_MAX;
		for (int i = 0; i < n && sent < requests; i++) {
			int64_t when;

			if (client_send(&client[i], now)) {
				vendor_serve(vendor, now);
				sent++;
			}
			when = ep_budget_when(&client[i].budget, now);
			next = when < next ? when : next;
		}
		if (sent < requests && next > now)
			now = next;
	}
	for (int i = 0; i < n; i++)
		client_release(&client[i]);
	return now;
}

static void test_no_more_than_the_vendor_allows(void **state)
{
	/* 2,000 requests at 90 in 60 s need 22 further windows. */
	const int64_t ideal = (2000 - 1) / 90 * INT64_C(60000);

	(void)state;
	for (int bucket = 0; bucket < 2; bucket++) {
		for (int n = 1; n <= 4; n += 3) {
			struct vendor vendor = { .bucket = bucket,
						 .left = 100 };
			int64_t took;

			fresh(NULL);
			took = play(&vendor, n, 2000);
			assert_int_equal(vendor.served + vendor.refused, 2000);
			assert_true(vendor.refused * 100 <= 2 * 2000);
			assert_true(took * 100 <= ideal * 105);
		}
	}
}

/* What the ledger is for: without it the same four are refused. */
static void test_the_judge_can_say_no(void **state)
{
	struct vendor vendor = { .left = 100 };
	struct ep_budget budget[4];

	(void)state;
	for (int i = 0; i < 4; i++)
		ep_budget_init(&budget[i], &limits, 0);
	for (int i = 0; i < 360; i++) {
		assert_int_equal(ep_budget_when(&budget[i % 4], 0), 0);
		ep_budget_send(&budget[i % 4], 0);
		vendor_serve(&vendor, 0);
	}
	assert_int_equal(vendor.refused, 260);
	for (int i = 0; i < 4; i++)
		ep_budget_release(&budget[i]);
}

/* --- what goes wrong ------------------------------------------------------ */

/* Dies in the middle of sending, again and again. */
static void test_a_process_that_is_killed(void **state)
{
	struct client a;
	char byte;

	(void)state;
	for (int round = 0; round < 8; round++) {
		int pipes[2];
		pid_t pid;

		fresh(NULL);
		assert_int_equal(pipe(pipes), 0);
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0) {
			struct client b;

			client_init(&b, false, 0);
			for (int i = 0; i < 90; i++)
				if (client_send(&b, 0) &&
				    write(pipes[1], "x", 1) != 1)
					_exit(1);
			for (;;)
				pause();
		}
		close(pipes[1]);
		for (int i = 0; i < 10 * round; i++)
			assert_int_equal(read(pipes[0], &byte, 1), 1);
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		/* what it sent counts, also the one it could not tell of */
		client_init(&a, false, 0);
		for (int told = 10 * round;; told++) {
			if (read(pipes[0], &byte, 1) != 1) {
				int ours = send_all(&a, 0);

				assert_true(ours + told <= 90);
				assert_true(ours + told >= 89);
				break;
			}
		}
		close(pipes[0]);
		client_release(&a);
	}
}

/* Holds the lock for as long as it lives. */
static void test_a_process_that_dies_with_the_lock(void **state)
{
	int pipes[2];
	struct client a;
	char byte;
	pid_t pid;

	(void)state;
	client_init(&a, false, 0);
	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct ep_err err = EP_ERR_INIT;
		struct ep_db *db = NULL;

		if (ep_db_open(path, EP_DB_WRITE, &db, &err) < 0 ||
		    ep_db_begin(db, &err) < 0 ||
		    ep_db_exec(db, "DELETE FROM spent", &err) < 0 ||
		    write(pipes[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(pipes[0], &byte, 1), 1);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(send_all(&a, 0), 90);
	client_release(&a);
}

/* A holder that does not go on: the others wait a while, say so, and count
 * alone. */
static void test_a_process_that_stands_still(void **state)
{
	struct ep_err err = EP_ERR_INIT;
	struct ep_db *db = NULL;
	struct client a;

	(void)state;
	client_init(&a, false, 0);
	assert_int_equal(ep_db_open(path, EP_DB_WRITE, &db, &err), 0);
	assert_int_equal(ep_db_begin(db, &err), 0);
	assert_true(client_send(&a, 0));
	assert_non_null(ep_ledger_trouble(a.ledger));
	assert_int_equal(send_all(&a, 0), 89);
	ep_db_rollback(db);
	ep_db_close(db);
	ep_ledger_leave(a.ledger, KEY);
	ep_ledger_close(a.ledger);
	ep_budget_release(&a.budget);
}

static void test_another_boot(void **state)
{
	static const struct {
		const char *then;	/* of the machine, when it went down */
		int64_t when;	/* the first one may go */
	} cases[] = {
		/* it was 20 s ago: its clock said 500 s, ours says 5 s */
		{ "UPDATE machine SET boot = 'x', mono = 500000, "
		  "wall = wall - 20", 5000 + 40000 },
		/* long ago */
		{ "UPDATE machine SET boot = 'x', mono = 500000, "
		  "wall = wall - 7200", 5000 },
		/* a wall clock that went back does not make it later than
		 * now, so a window at most is lost */
		{ "UPDATE machine SET boot = 'x', mono = 500000, "
		  "wall = wall + 400000000", 5000 + 60000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct client a;

		fresh(NULL);
		ep_clock_fix(1800000000);
		client_init(&a, false, 500000);
		assert_int_equal(send_all(&a, 500000), 90);
		client_release(&a);
		alter(cases[i].then);
		client_init(&a, false, 5000);
		assert_int_equal(ep_budget_when(&a.budget, 5000),
				 cases[i].when);
		client_release(&a);
		ep_clock_fix(0);
	}
}

static void test_rows_are_not_believed(void **state)
{
	struct client a, b;

	(void)state;
	client_init(&a, false, 0);
	client_init(&b, false, 0);
	assert_true(client_send(&a, 0));
	alter("INSERT INTO spent(budget, at, n, window) SELECT budget, "
	      "9223372036854775807, 1, 60000 FROM spent LIMIT 1;"
	      "INSERT INTO spent(budget, at, n, window) SELECT budget, 0, -9, "
	      "60000 FROM spent LIMIT 1;"
	      "INSERT INTO blocked SELECT budget, 9223372036854775807 FROM "
	      "spent LIMIT 1");
	assert_false(client_send(&b, 0));
	/* as long as a vendor may ask for, and no longer */
	assert_int_equal(ep_budget_when(&b.budget, 0), 900000);
	client_release(&a);
	client_release(&b);
}

static void overwrite(long at, int byte, size_t n)
{
	FILE *file = fopen(path, "r+b");

	assert_non_null(file);
	assert_int_equal(fseek(file, at, SEEK_SET), 0);
	for (size_t i = 0; i < n; i++)
		assert_int_not_equal(fputc(byte, file), EOF);
	assert_int_equal(fclose(file), 0);
}

static void test_a_broken_file_is_made_anew(void **state)
{
	struct client a;
	struct stat st;

	(void)state;
	client_init(&a, false, 0);
	assert_int_equal(send_all(&a, 0), 90);
	client_release(&a);
	/* all but what says whose it is */
	overwrite(100, 0xa5, 12000);
	client_init(&a, false, 0);
	assert_int_equal(send_all(&a, 0), 90);
	client_release(&a);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

/* Whoever made it was killed at once, and of its log nothing is left. */
static void test_a_broken_file_without_its_log(void **state)
{
	struct client a;
	char log[80];
	pid_t pid;

	(void)state;
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		client_init(&a, false, 0);
		(void)client_send(&a, 0);
		kill(getpid(), SIGKILL);
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	snprintf(log, sizeof(log), "%s-wal", path);
	assert_int_equal(unlink(log), 0);
	overwrite(100, 0xa5, 3000);
	client_init(&a, false, 0);
	assert_int_equal(send_all(&a, 0), 90);
	client_release(&a);
}

/* What somebody named by mistake. */
static void test_what_is_not_ours_stays(void **state)
{
	static const char text[] = "address,left\nanna@acme.example,2026-11-01\n"
				   "so long that it may be taken for the head "
				   "of a database, which has a hundred bytes\n";
	EP_AUTO(ep_buf_release) struct ep_buf now = EP_BUF_INIT(65536);
	struct ep_err err = EP_ERR_INIT;
	struct ep_ledger *ledger = NULL;
	struct ep_db *db = NULL;
	int64_t n = 0;

	(void)state;
	assert_int_equal(ep_file_put(path, 0600, text, strlen(text), &err), 0);
	assert_true(ep_ledger_open(path, 0, &ledger, &err) < 0);
	assert_null(ledger);
	assert_int_equal(ep_file_read(path, 4096, &now, &err), 0);
	assert_string_equal(now.s, text);
	unlink(path);
	alter("CREATE TABLE account(id)");
	assert_int_equal(ep_ledger_open(path, 0, &ledger, &err), EP_ECONFIG);
	assert_non_null(strstr(err.msg, "'budgets'"));
	assert_int_equal(ep_db_open(path, EP_DB_READ, &db, &err), 0);
	assert_int_equal(ep_db_one_int(db, "SELECT count(*) FROM sqlite_schema",
				       &n, &err), 0);
	assert_int_equal(n, 1);
	ep_db_close(db);
	/* nor when it is damaged */
	overwrite(100, 0xa5, 3000);
	assert_true(ep_ledger_open(path, 0, &ledger, &err) < 0);
	ep_buf_clear(&now);
	assert_int_equal(ep_file_read(path, 65536, &now, &err), 0);
	assert_int_equal((unsigned char)now.s[200], 0xa5);
}

static void test_it_does_not_grow(void **state)
{
	struct ep_err err = EP_ERR_INIT;
	struct ep_db *db = NULL;
	int64_t rows = 0, now = 0;
	struct client a;

	(void)state;
	client_init(&a, false, 0);
	for (int i = 0; i < 3000; i++) {
		while (!client_send(&a, now))
			now = ep_budget_when(&a.budget, now);
	}
	client_release(&a);
	assert_int_equal(ep_db_open(path, EP_DB_READ, &db, &err), 0);
	assert_int_equal(ep_db_one_int(db, "SELECT count(*) FROM spent",
				       &rows, &err), 0);
	ep_db_close(db);
	assert_in_range(rows, 90, 90 + 256);
}

/* What passes faster in a rehearsal passes as fast for the ledger. */
static void test_a_clock_in_a_hurry(void **state)
{
	static const int64_t hurries[] = { 0, 1, 50 };

	(void)state;
	for (size_t i = 0; i < sizeof(hurries) / sizeof(*hurries); i++) {
		const struct ep_config config = {
			.testing = { .hurry = hurries[i] }
		};
		int64_t times = hurries[i] ? hurries[i] : 1;
		int64_t before = ep_clock_mono_ms();
		struct ep_network network;
		struct ep_transport to;
		int64_t now;

		ep_network_init(&network, NULL, &config);
		ep_network_transport(&network, &to);
		now = to.now_ms(to.to);
		assert_true(now >= before * times);
		assert_true(now <= ep_clock_mono_ms() * times);
		assert_null(ep_network_alone(&network));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_two_spend_one_budget, fresh),
		cmocka_unit_test_setup(test_who_comes_later_knows, fresh),
		cmocka_unit_test_setup(test_budgets_are_told_apart, fresh),
		cmocka_unit_test_setup(test_silence_is_for_all, fresh),
		cmocka_unit_test_setup(test_a_verify_does_not_starve, fresh),
		cmocka_unit_test_setup(test_no_more_than_the_vendor_allows,
				       fresh),
		cmocka_unit_test(test_the_judge_can_say_no),
		cmocka_unit_test_setup(test_a_process_that_is_killed, fresh),
		cmocka_unit_test_setup(test_a_process_that_dies_with_the_lock,
				       fresh),
		cmocka_unit_test_setup(test_a_process_that_stands_still,
				       fresh),
		cmocka_unit_test_setup(test_another_boot, fresh),
		cmocka_unit_test_setup(test_rows_are_not_believed, fresh),
		cmocka_unit_test_setup(test_a_broken_file_is_made_anew, fresh),
		cmocka_unit_test_setup(test_a_broken_file_without_its_log,
				       fresh),
		cmocka_unit_test_setup(test_what_is_not_ours_stays, fresh),
		cmocka_unit_test_setup(test_it_does_not_grow, fresh),
		cmocka_unit_test(test_a_clock_in_a_hurry),
	};
	int rc;

	if (!mkdtemp(folder))
		return 1;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	remove_files();
	rmdir(folder);
	return rc;
}
