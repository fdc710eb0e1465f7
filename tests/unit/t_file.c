/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files: what is read is whole or refused, a secret is nobody else's, and a
 * reader of an output never meets half of one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/str.h"

static char folder[64];
static struct ep_err err;
static struct ep_buf buf;

static int set_up(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "t_file.XXXXXX");
	ep_buf_init(&buf, 1 << 20);
	return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
	char *rm[] = { (char *)(uintptr_t)"rm", (char *)(uintptr_t)"-rf",
		       folder, NULL };
	pid_t pid = fork();

	(void)state;
	ep_buf_release(&buf);
	if (pid == 0) {
		execvp(rm[0], rm);
		_exit(1);
	}
	return waitpid(pid, NULL, 0) == pid ? 0 : -1;
}

/* folder/name; two calls may be used at a time. */
static const char *in(const char *name)
{
	static char path[2][256];
	static int turn;

	turn = !turn;
	snprintf(path[turn], sizeof(path[turn]), "%s/%s", folder, name);
	return path[turn];
}

static void put(const char *name, const char *text, int mode)
{
	int fd = open(in(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, (mode_t)mode), 0);
	close(fd);
}

static int read_file(const char *name, size_t max)
{
	ep_buf_clear(&buf);
	return ep_file_read(in(name), max, &buf, &err);
}

static void reads_whole_files(void **state)
{
	(void)state;
	put("a", "hello", 0644);
	assert_int_equal(read_file("a", 5), 0);
	assert_string_equal(buf.s, "hello");
	/* Appends. */
	assert_int_equal(ep_file_read(in("a"), 5, &buf, &err), 0);
	assert_string_equal(buf.s, "hellohello");
	put("empty", "", 0644);
	assert_int_equal(read_file("empty", 5), 0);
	assert_int_equal(buf.len, 0);
	/* A file that tells no size. */
	assert_int_equal(ep_file_read("/proc/self/status", 65536, &buf, &err),
			 0);
	assert_true(buf.len > 100);
}

static void refuses_what_is_no_plain_file(void **state)
{
	(void)state;
	assert_int_equal(read_file("missing", 5), EP_ENOENT);
	assert_non_null(strstr(err.msg, "missing"));
	put("a", "hello!", 0644);
	assert_int_equal(read_file("a", 5), EP_ELIMIT);
	assert_int_equal(buf.len, 0);
	assert_int_equal(ep_file_read(folder, 5, &buf, &err), EP_EDATA);
	/* Nobody writes to it: reading it would wait for ever. */
	assert_int_equal(mkfifo(in("fifo"), 0600), 0);
	assert_int_equal(read_file("fifo", 5), EP_EDATA);
}

static void cap_of_the_buffer_counts_too(void **state)
{
	struct ep_buf tiny;

	(void)state;
	put("a", "hello", 0644);
	ep_buf_init(&tiny, 4);
	assert_int_equal(ep_file_read(in("a"), 100, &tiny, &err), EP_ELIMIT);
	ep_buf_release(&tiny);
}

static int read_private(const char *name)
{
	ep_buf_clear(&buf);
	return ep_file_read_private(in(name), 100, &buf, &err);
}

static void secrets_are_private(void **state)
{
	static const int open_modes[] = { 0640, 0604, 0644, 0660, 0602, 0610 };
	size_t i;

	(void)state;
	put("s", "secret", 0600);
	assert_int_equal(read_private("s"), 0);
	assert_string_equal(buf.s, "secret");
	put("s", "secret", 0400);
	assert_int_equal(read_private("s"), 0);
	for (i = 0; i < sizeof(open_modes) / sizeof(open_modes[0]); i++) {
		put("s", "secret", open_modes[i]);
		assert_int_equal(read_private("s"), EP_EPERM);
		assert_int_equal(buf.len, 0);
		assert_non_null(strstr(err.msg, "chmod 600"));
	}
	put("s", "secret", 0644);
	read_private("s");
	assert_non_null(strstr(err.msg, "0644"));
	put("s", "secret", 0600);
	assert_int_equal(symlink("s", in("link")), 0);
	assert_int_equal(read_private("link"), EP_EPERM);
	/* Elsewhere a link is fine. */
	assert_int_equal(read_file("link", 100), 0);
	assert_int_equal(read_private("none"), EP_ENOENT);
	if (geteuid() != 0)
		return;
	assert_int_equal(chown(in("s"), 12345, 12345), 0);
	assert_int_equal(read_private("s"), EP_EPERM);
	assert_non_null(strstr(err.msg, "12345"));
}

static int entries(void)
{
	char **names;
	size_t n;

	assert_int_equal(ep_file_list(folder, "", &names, &n, &err), 0);
	ep_file_list_free(names, n);
	return (int)n;
}

static void output_appears_whole_or_not_at_all(void **state)
{
	struct ep_file_out *out;
	char line[100];
	struct stat st;
	mode_t usual;
	int i;

	(void)state;
	put("o", "old", 0644);
	memset(line, 'x', sizeof(line));
	assert_int_equal(ep_file_out_open(in("o"), 0640, &out, &err), 0);
	for (i = 0; i < 2000; i++)
		assert_int_equal(ep_file_out_write(out, line, 100, &err), 0);
	/* The old one is there until the very end. */
	assert_int_equal(read_file("o", 1 << 20), 0);
	assert_string_equal(buf.s, "old");
	assert_int_equal(entries(), 1);
	assert_int_equal(ep_file_out_commit(out, &err), 0);
	assert_int_equal(read_file("o", 1 << 20), 0);
	assert_int_equal(buf.len, 200000);
	assert_int_equal(stat(in("o"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_int_equal(ep_file_out_open(in("o"), 0666, &out, &err), 0);
	assert_int_equal(ep_file_out_write(out, "new", 3, &err), 0);
	ep_file_out_abort(out);
	assert_int_equal(read_file("o", 1 << 20), 0);
	assert_int_equal(buf.len, 200000);
	assert_int_equal(entries(), 1);
	/* The umask counts, as for open(2). */
	usual = umask(027);
	assert_int_equal(ep_file_out_open(in("n"), 0666, &out, &err), 0);
	umask(usual);
	assert_int_equal(ep_file_out_commit(out, &err), 0);
	assert_int_equal(stat(in("n"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
}

/* Nothing hidden is left behind either. */
static void leaves_no_temporary_files(void **state)
{
	struct ep_file_out *out;

	(void)state;
	assert_int_equal(ep_file_out_open(in("o"), 0600, &out, &err), 0);
	ep_file_out_abort(out);
	assert_int_equal(ep_file_out_open(in("o"), 0600, &out, &err), 0);
	assert_int_equal(ep_file_out_commit(out, &err), 0);
	assert_int_equal(unlink(in("o")), 0);
	assert_int_equal(rmdir(folder), 0);
}

static void refuses_odd_targets(void **state)
{
	struct ep_file_out *out = NULL;

	(void)state;
	put("s", "keep", 0600);
	assert_int_equal(symlink(in("s"), in("link")), 0);
	assert_int_equal(mkfifo(in("fifo"), 0600), 0);
	assert_int_equal(mkdir(in("dir"), 0700), 0);
	assert_true(ep_file_out_open(in("link"), 0600, &out, &err) < 0);
	assert_non_null(strstr(err.msg, "not a regular file"));
	assert_true(ep_file_out_open(in("fifo"), 0600, &out, &err) < 0);
	assert_true(ep_file_out_open(in("dir"), 0600, &out, &err) < 0);
	assert_true(ep_file_out_open("/dev/null", 0600, &out, &err) < 0);
	assert_true(ep_file_out_open(in("no/such"), 0600, &out, &err) < 0);
	assert_true(ep_file_out_open(in(""), 0600, &out, &err) < 0);
	assert_null(out);
	assert_int_equal(read_file("s", 100), 0);
	assert_string_equal(buf.s, "keep");
}

/* A file size limit is what a full disk looks like. */
static void full_disk_leaves_the_old_file(void **state)
{
	static char much[100000];
	struct rlimit usual, small;
	struct ep_file_out *out;
	int written, again, done;

	(void)state;
	put("o", "old", 0600);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &usual), 0);
	small = usual;
	small.rlim_cur = 50000;
	assert_int_equal(ep_file_out_open(in("o"), 0600, &out, &err), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	written = ep_file_out_write(out, much, sizeof(much), &err);
	again = ep_file_out_write(out, "x", 1, &err);
	/* A caller that did not look meets it here at the latest. */
	done = ep_file_out_commit(out, &err);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &usual), 0);
	assert_int_equal(written, EP_EIO);
	assert_int_equal(again, EP_EIO);
	assert_int_equal(done, EP_EIO);
	assert_int_equal(read_file("o", 100), 0);
	assert_string_equal(buf.s, "old");
	assert_int_equal(unlink(in("o")), 0);
	assert_int_equal(rmdir(folder), 0);
}

/* Little enough for the buffer: the disk is met only at the end. */
static void late_full_disk_leaves_the_old_file(void **state)
{
	struct rlimit usual, small;
	struct ep_file_out *out;
	int written, done;

	(void)state;
	put("o", "old", 0600);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &usual), 0);
	small = usual;
	small.rlim_cur = 2;
	assert_int_equal(ep_file_out_open(in("o"), 0600, &out, &err), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	written = ep_file_out_write(out, "newer", 5, &err);
	done = ep_file_out_commit(out, &err);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &usual), 0);
	assert_int_equal(written, 0);
	assert_int_equal(done, EP_EIO);
	assert_int_equal(read_file("o", 100), 0);
	assert_string_equal(buf.s, "old");
}

static void makes_folders(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(ep_file_mkdirs(in("a/b//c/"), 0750, &err), 0);
	assert_int_equal(stat(in("a/b/c"), &st), 0);
	assert_true(S_ISDIR(st.st_mode));
	assert_int_equal(ep_file_mkdirs(in("a/b"), 0750, &err), 0);
	put("plain", "x", 0600);
	assert_int_equal(ep_file_mkdirs(in("plain"), 0750, &err), EP_EIO);
	assert_int_equal(ep_file_mkdirs(in("plain/x"), 0750, &err), EP_EIO);
	assert_int_equal(ep_file_mkdirs("", 0750, &err), EP_EIO);
}

/* What cannot be read is listed, so that somebody says so. */
static void lists_by_suffix_in_order(void **state)
{
	static const char *const want[] = {
		"B.yaml", "a.yaml", "b.yaml", "d.yaml", "f.yaml", "l.yaml",
		"m.yaml",
	};
	char **names;
	size_t n;

	(void)state;
	put("b.yaml", "", 0600);
	put("a.yaml", "", 0600);
	put("B.yaml", "", 0600);
	put(".hidden.yaml", "", 0600);
	put("c.yml", "", 0600);
	assert_int_equal(mkdir(in("d.yaml"), 0700), 0);
	assert_int_equal(symlink("c.yml", in("l.yaml")), 0);
	assert_int_equal(symlink("nowhere", in("m.yaml")), 0);
	assert_int_equal(mkfifo(in("f.yaml"), 0600), 0);
	assert_int_equal(ep_file_list(folder, ".yaml", &names, &n, &err), 0);
	assert_int_equal(n, sizeof(want) / sizeof(want[0]));
	for (size_t i = 0; i < n; i++)
		assert_string_equal(names[i], want[i]);
	ep_file_list_free(names, n);
	/* Of any name: a folder is looked into, not read. */
	assert_int_equal(ep_file_list(folder, "", &names, &n, &err), 0);
	assert_int_equal(n, 7);
	ep_file_list_free(names, n);
	assert_int_equal(ep_file_list(in("none"), "", &names, &n, &err), 0);
	assert_int_equal(n, 0);
	ep_file_list_free(names, n);
	assert_int_equal(ep_file_folders(folder, &names, &n, &err), 0);
	assert_int_equal(n, 1);
	assert_string_equal(names[0], "d.yaml");
	ep_file_list_free(names, n);
	/* A file in its place is no empty folder. */
	assert_true(ep_file_list(in("c.yml"), "", &names, &n, &err) < 0);
}

static void joins(const char *base, const char *name, const char *want)
{
	EP_AUTO_FREE char *path = ep_file_join(base, name);

	assert_string_equal(path, want);
}

static void folder_of(const char *path, const char *want)
{
	EP_AUTO_FREE char *part = ep_file_folder(path);

	assert_string_equal(part, want);
}

static void paths(void **state)
{
	(void)state;
	joins("a", "b", "a/b");
	joins("a/", "b", "a/b");
	joins("/", "b", "/b");
	joins("a", "/b", "/b");
	joins(NULL, "b", "b");
	joins("", "b", "b");
	folder_of("a/b", "a");
	folder_of("b", ".");
	folder_of("/b", "/");
	folder_of("/a/b/c", "/a/b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
		TEST(reads_whole_files),
		TEST(refuses_what_is_no_plain_file),
		TEST(cap_of_the_buffer_counts_too),
		TEST(secrets_are_private),
		TEST(output_appears_whole_or_not_at_all),
		TEST(leaves_no_temporary_files),
		TEST(refuses_odd_targets),
		TEST(full_disk_leaves_the_old_file),
		TEST(late_full_disk_leaves_the_old_file),
		TEST(makes_folders),
		TEST(lists_by_suffix_in_order),
		TEST(paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
