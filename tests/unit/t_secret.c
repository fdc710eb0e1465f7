/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets by reference: loaded from where they lie, refused where that is
 * unsafe, and never in a message.
 */
#include <limits.h>
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
#include "model/secret.h"
#include "model/secret_helper.h"

#define SESAME "sesame-open"

static char folder[PATH_MAX];	/* absolute, as a service manager has it */

static char *put(const char *name, const char *text, size_t n, mode_t mode)
{
	char *path = ep_file_join(folder, name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, mode), 0);
	return path;
}

static int make_folder(void **state)
{
	char name[] = "t_secret.XXXXXX";

	(void)state;
	return mkdtemp(name) && realpath(name, folder) ? 0 : -1;
}

static int drop_folder(void **state)
{
	char **names;
	size_t n;
	struct ep_err err;

	(void)state;
	assert_int_equal(ep_file_list(folder, "", &names, &n, &err), 0);
	for (size_t i = 0; i < n; i++) {
		EP_AUTO_FREE char *path = ep_file_join(folder, names[i]);

		unlink(path);
	}
	ep_file_list_free(names, n);
	return rmdir(folder);
}

/* Loads it; the text, or NULL and the code. */
static int get(struct ep_secret *secret, bool multiline, char *out)
{
	struct ep_err err = EP_ERR_INIT;
	const char *text;
	size_t n;
	int rc = ep_secret_get(secret, multiline, &text, &n, &err);

	out[0] = '\0';
	if (rc == 0) {
		assert_int_equal(strlen(text), n);
		snprintf(out, 64, "%s", text);
	} else {
		assert_int_equal(rc, err.code);
		assert_null(strstr(err.msg, SESAME));
		assert_non_null(strstr(err.msg, "/") ? err.msg :
						       strstr(err.msg, ":"));
	}
	return rc;
}

static void test_file(void **state)
{
	static const struct {
		const char *text;
		size_t n;
		mode_t mode;
		bool multiline;
		int rc;
		const char *wanted;
	} cases[] = {
		{ SESAME, 11, 0600, false, 0, SESAME },
		{ SESAME "\n", 12, 0400, false, 0, SESAME },
		{ SESAME "\n\n", 13, 0600, false, EP_EDATA, "" },
		{ SESAME "\r\n", 13, 0600, false, EP_EDATA, "" },
		{ SESAME "\n2\n", 14, 0600, true, 0, SESAME "\n2" },
		{ SESAME "\0x", 13, 0600, true, EP_EDATA, "" },
		{ "", 0, 0600, false, EP_EDATA, "" },
		{ "\n", 1, 0600, false, EP_EDATA, "" },
		{ SESAME, 11, 0640, false, EP_EPERM, "" },
		{ SESAME, 11, 0604, false, EP_EPERM, "" },
	};
	char out[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		EP_AUTO_FREE char *path = put("s", cases[i].text, cases[i].n,
					      cases[i].mode);
		/* relative to the file that names it */
		struct ep_secret *secret =
			ep_secret_new(EP_SECRET_FILE, "s", NULL, folder);

		assert_int_equal(get(secret, cases[i].multiline, out),
				 cases[i].rc);
		assert_string_equal(out, cases[i].wanted);
		assert_null(strstr(ep_secret_where(secret), SESAME));
		ep_secret_free(secret);
		assert_int_equal(unlink(path), 0);
	}
}

static void test_too_long(void **state)
{
	char *big = ep_calloc(1, EP_SECRET_BYTES_MAX + 2);
	struct ep_secret *secret;
	char out[64];

	(void)state;
	memset(big, 'x', EP_SECRET_BYTES_MAX + 1);
	EP_AUTO_FREE char *path =
		put("big", big, EP_SECRET_BYTES_MAX + 1, 0600);
	secret = ep_secret_new(EP_SECRET_FILE, path, NULL, NULL);
	assert_int_equal(get(secret, false, out), EP_ELIMIT);
	ep_secret_free(secret);
	ep_free(big);
}

static void test_loaded_once(void **state)
{
	EP_AUTO_FREE char *path = put("once", SESAME, 11, 0600);
	struct ep_secret *secret =
		ep_secret_new(EP_SECRET_FILE, path, NULL, NULL);
	char out[64];

	(void)state;
	assert_int_equal(get(secret, false, out), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(get(secret, false, out), 0);
	assert_string_equal(out, SESAME);
	ep_secret_free(secret);
	secret = ep_secret_new(EP_SECRET_FILE, path, NULL, NULL);
	assert_int_equal(get(secret, false, out), EP_ENOENT);
	ep_secret_free(secret);
}

static void test_credential(void **state)
{
	static const char *const bad[] = { "../s", "a/b", ".hidden", "" };
	/* The service manager's access lists show as group bits. */
	EP_AUTO_FREE char *path = put("cred", SESAME "\n", 12, 0440);
	struct ep_secret *secret;
	char out[64];

	(void)state;
	assert_non_null(path);
	unsetenv("CREDENTIALS_DIRECTORY");
	secret = ep_secret_new(EP_SECRET_CREDENTIAL, "cred", NULL, folder);
	assert_int_equal(get(secret, false, out), EP_ECONFIG);
	setenv("CREDENTIALS_DIRECTORY", folder, 1);
	assert_int_equal(get(secret, false, out), 0);
	assert_string_equal(out, SESAME);
	ep_secret_free(secret);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		secret = ep_secret_new(EP_SECRET_CREDENTIAL, bad[i], NULL,
				       folder);
		assert_int_equal(get(secret, false, out), EP_ECONFIG);
		ep_secret_free(secret);
	}
	unsetenv("CREDENTIALS_DIRECTORY");
}

static int command(const char *script, char *out)
{
	char *argv[] = { (char *)"sh", (char *)"-c", (char *)(uintptr_t)script,
			 NULL };
	struct ep_secret *secret =
		ep_secret_new(EP_SECRET_COMMAND, "sh", argv, folder);
	int rc = get(secret, false, out);

	ep_secret_free(secret);
	return rc;
}

static void test_command(void **state)
{
	char *argv[] = { (char *)"./tool", (char *)"$HOME; echo no", NULL };
	EP_AUTO_FREE char *path =
		put("tool", "#!/bin/sh\nprintf '%s' \"$1\"\n", 28, 0700);
	struct ep_secret *secret;
	int64_t begun;
	char out[64];

	(void)state;
	assert_non_null(path);
	assert_int_equal(command("echo " SESAME, out), 0);
	assert_string_equal(out, SESAME);
	assert_int_equal(command("echo " SESAME "; exit 3", out), EP_ECONFIG);
	assert_int_equal(command("echo " SESAME "; kill -9 $$", out),
			 EP_ECONFIG);
	assert_int_equal(command("exit 0", out), EP_EDATA);
	assert_int_equal(command("cat", out), EP_EDATA); /* no input */
	/* more than a secret: ended, not waited for */
	begun = ep_clock_mono_ms();
	assert_int_equal(command("while :; do echo yyyyyyyyyyyyyyyy; done",
				 out),
			 EP_ELIMIT);
	assert_true(ep_clock_mono_ms() - begun < 10000);
	/* no shell between: arguments stay what they are */
	secret = ep_secret_new(EP_SECRET_COMMAND, "./tool", argv, folder);
	assert_int_equal(get(secret, false, out), 0);
	assert_string_equal(out, "$HOME; echo no");
	ep_secret_free(secret);
	secret = ep_secret_new(EP_SECRET_COMMAND, "./nowhere", NULL, folder);
	assert_int_equal(get(secret, false, out), EP_ECONFIG);
	ep_secret_free(secret);
}

/* Run by the helper each says the same, and who runs it is another process
 * than before: the helper's child, not ours. */
static void test_helper(void **state)
{
	static const struct {
		const char *text;
		int rc;
		const char *wanted;
	} cases[] = {
		{ "echo " SESAME, 0, SESAME },
		{ "echo " SESAME "; exit 3", EP_ECONFIG, "" },
		{ "exit 0", EP_EDATA, "" },
		{ "test $PPID != $EP_TEST_PID && echo " SESAME, 0, SESAME },
		{ "while :; do echo yyyyyyyyyyyyyyyy; done", EP_ELIMIT, "" },
		{ "echo " SESAME " >&3 && echo open", EP_ECONFIG, "" },
	};
	const size_t n = sizeof(cases) / sizeof(cases[0]);
	struct ep_secret *secrets[8];
	struct ep_err err = EP_ERR_INIT;
	char out[64], pid[32];

	(void)state;
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("EP_TEST_PID", pid, 1);
	for (size_t i = 0; i < n; i++) {
		char *argv[] = { (char *)"sh", (char *)"-c",
				 (char *)cases[i].text, NULL };

		secrets[i] = ep_secret_new(EP_SECRET_COMMAND, "sh", argv,
					   folder);
	}
	secrets[n] = ep_secret_new(EP_SECRET_FILE, "nothing", NULL, folder);
	assert_int_equal(ep_secret_helper_start(secrets, n + 1, &err), 0);
	for (size_t i = n; i-- > 0;) {
		assert_int_equal(get(secrets[i], false, out), cases[i].rc);
		assert_string_equal(out, cases[i].wanted);
	}
	assert_int_equal(get(secrets[n], false, out), EP_ENOENT);
	for (size_t i = 0; i <= n; i++)
		ep_secret_free(secrets[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_loaded_once),
		cmocka_unit_test(test_credential),
		cmocka_unit_test(test_command),
		cmocka_unit_test(test_helper),
	};

	return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
