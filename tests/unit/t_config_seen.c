/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A configuration is known again when nothing about its files moved, and read
 * whole as soon as anything did.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "model/config_seen.h"

static char folder[64];
static struct ep_err err;

static char *in(const char *name)
{
	static char path[4][128];
	static int turn;

	turn = (turn + 1) % 4;
	snprintf(path[turn], sizeof(path[turn]), "%s/%s", folder, name);
	return path[turn];
}

static void put(const char *name, const char *text)
{
	assert_int_equal(ep_file_put(in(name), 0600, text, strlen(text), &err),
			 0);
}

static const char main_text[] = "msp: {id: msp, name: MSP}\n"
				"database: state.db\n";

static int setup(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "%s", "t_config_seen-XXXXXX");
	assert_non_null(mkdtemp(folder));
	assert_int_equal(mkdir(in("customers"), 0700), 0);
	put("exitproof.yaml", main_text);
	put("customers/a.yaml", "{customer: aa, name: A}\n");
	put("customers/b.yaml", "{customer: bb, name: B}\n");
	/* Stamps are believed once they are old. */
	ep_clock_fix(0);
	ep_clock_fix(ep_clock_now() + 60);
	return 0;
}

static void empty(const char *path)
{
	char **names;
	size_t n;

	assert_int_equal(ep_file_list(path, "", &names, &n, &err), 0);
	for (size_t i = 0; i < n; i++) {
		EP_AUTO_FREE char *file = ep_file_join(path, names[i]);

		unlink(file);
	}
	ep_file_list_free(names, n);
	assert_int_equal(rmdir(path), 0);
}

static int teardown(void **state)
{
	(void)state;
	empty(in("customers"));
	empty(folder);
	ep_clock_fix(0);
	return 0;
}

/* Its SHA-256, owned; NULL when it has faults. */
static char *load_all(void)
{
	struct ep_diag diag = { 0 };
	struct ep_config *config =
		ep_config_load(in("exitproof.yaml"), NULL, &diag);
	char *sha256 = NULL;

	if (config) {
		ep_config_remember(config);
		sha256 = ep_strdup(config->sha256);
	}
	ep_config_free(config);
	ep_diag_release(&diag);
	return sha256;
}

static bool is_known(void)
{
	struct ep_config *config =
		ep_config_load_seen(in("exitproof.yaml"), NULL);
	bool known = config != NULL;

	ep_config_free(config);
	return known;
}

static void learn(void)
{
	EP_AUTO_FREE char *sha256 = load_all();

	assert_non_null(sha256);
	assert_true(is_known());
}

static void is_known_again(void **state)
{
	EP_AUTO_FREE char *sha256 = NULL;
	struct ep_config *config;

	(void)state;
	assert_false(is_known());
	sha256 = load_all();
	config = ep_config_load_seen(in("exitproof.yaml"), NULL);
	assert_non_null(config);
	assert_string_equal(config->sha256, sha256);
	assert_true(ep_str_ends(config->database, "state.db"));
	assert_int_equal(config->customers.n, 1);
	assert_string_equal(config->customers.v[0].id, "msp");
	ep_config_free(config);
}

/* What was written a moment ago may be written again and look the same. */
static void waits_until_stamps_are_old(void **state)
{
	(void)state;
	ep_clock_fix(0);
	ep_free(load_all());
	assert_false(is_known());
	assert_true(access(in("state.db.config-seen"), F_OK) < 0);
}

static void sees_the_same_size_at_the_same_time(void **state)
{
	struct timespec times[2];
	struct stat st;
	int fd;

	(void)state;
	learn();
	assert_int_equal(stat(in("customers/a.yaml"), &st), 0);
	fd = open(in("customers/a.yaml"), O_WRONLY);
	assert_int_equal(pwrite(fd, "x", 1, 11), 1);
	times[0] = st.st_atim;
	times[1] = st.st_mtim;
	assert_int_equal(futimens(fd, times), 0);
	close(fd);
	assert_false(is_known());
}

static void sees_what_comes_and_goes(void **state)
{
	(void)state;
	learn();
	put("customers/c.yaml", "{customer: cc, name: C}\n");
	assert_false(is_known());
	learn();
	assert_int_equal(unlink(in("customers/c.yaml")), 0);
	assert_false(is_known());
	learn();
	assert_int_equal(rename(in("customers/b.yaml"),
				in("customers/c.yaml")), 0);
	assert_false(is_known());
	learn();
	assert_int_equal(chmod(in("customers/a.yaml"), 0400), 0);
	assert_false(is_known());
}

static void sees_the_main_file(void **state)
{
	(void)state;
	learn();
	put("exitproof.yaml", "msp: {id: msq, name: MSP}\n"
	    "database: state.db\n");
	assert_false(is_known());
	learn();
	put("exitproof.yaml", "msp: {id: msp, name: MSP}\nbase: state.db\n");
	assert_false(is_known());
}

/* A file that is wrong is told each time, and so is a link to nowhere. */
static void never_knows_what_is_wrong(void **state)
{
	(void)state;
	learn();
	put("customers/b.yaml", "{customer: aa, name: B}\n");
	assert_null(load_all());
	assert_false(is_known());
	assert_int_equal(unlink(in("customers/b.yaml")), 0);
	learn();
	assert_int_equal(symlink("nowhere", in("customers/b.yaml")), 0);
	assert_false(is_known());
	assert_null(load_all());
	assert_false(is_known());
}

static void believes_no_damaged_file(void **state)
{
	EP_AUTO(ep_buf_release) struct ep_buf was = EP_BUF_INIT(4096);

	(void)state;
	learn();
	assert_int_equal(ep_file_read(in("state.db.config-seen"), 4096, &was,
				      &err), 0);
	for (size_t i = 0; i < was.len; i++) {
		was.s[i] ^= 1;
		put("state.db.config-seen", was.s);
		assert_false(is_known());
		was.s[i] ^= 1;
	}
	ep_buf_cut(&was, was.len - 1);
	put("state.db.config-seen", was.s);
	assert_false(is_known());
	put("state.db.config-seen", "");
	assert_false(is_known());
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(is_known_again),
		TEST(waits_until_stamps_are_old),
		TEST(sees_the_same_size_at_the_same_time),
		TEST(sees_what_comes_and_goes),
		TEST(sees_the_main_file),
		TEST(never_knows_what_is_wrong),
		TEST(believes_no_damaged_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
