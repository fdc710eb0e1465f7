/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a process can no longer do once it gave it up.  Each case runs in a
 * child, since nothing of it can be taken back; the child's status is the
 * line of the first thing that was not as expected.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/confine.h"
#include "base/file.h"

#define NOT_HELD 200

static char folder[40];

/* In a child: ends it with the line. */
#define EXPECT(what)                             \
	do {                                     \
		if (!(what))                     \
			_exit(__LINE__ % 199 + 1); \
	} while (0)
#define REFUSED(call, code)                        \
	do {                                       \
		errno = 0;                         \
		EXPECT((call) < 0 && errno == (code)); \
	} while (0)

static char *in(const char *name)
{
	return ep_file_join(folder, name);
}

static int opens(const char *name, int flags)
{
	EP_AUTO_FREE char *path = in(name);
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	return fd;
}

static int make_tree(void **state)
{
	static const char *const folders[] = { "read", "write", "other" };
	struct ep_err err = EP_ERR_INIT;

	(void)state;
	snprintf(folder, sizeof(folder), "t_confine.XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	for (size_t i = 0; i < 3; i++) {
		EP_AUTO_FREE char *path = in(folders[i]);
		EP_AUTO_FREE char *file = ep_file_join(path, "file");

		if (mkdir(path, 0700) ||
		    ep_file_put(file, 0600, "x", 1, &err))
			return -1;
	}
	return 0;
}

static int drop_tree(void **state)
{
	static const char *const names[] = { "read/file", "write/file",
					     "other/file", "write/new",
					     "write/deep/new", "write/deep",
					     "read", "write", "other" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		EP_AUTO_FREE char *path = in(names[i]);

		(void)remove(path);
	}
	return rmdir(folder);
}

static void in_child(void (*body)(void))
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		body();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == NOT_HELD)
		skip();
	if (WEXITSTATUS(status))
		fail_msg("what stands on line %d (modulo 199) is not so",
			 WEXITSTATUS(status) - 1);
}

/* --- files ---------------------------------------------------------------- */

static void confine_to_tree(void)
{
	EP_AUTO_FREE char *readable = in("read");
	EP_AUTO_FREE char *writable = in("write/deep/not-yet");
	EP_AUTO_FREE char *missing = in("missing");
	struct ep_err err = EP_ERR_INIT;
	struct ep_confine c;
	bool held = false;

	ep_confine_init(&c);
	ep_confine_read(&c, readable);
	ep_confine_read(&c, missing);
	ep_confine_read(&c, NULL);
	ep_confine_write(&c, writable);
	EXPECT(ep_confine_files(&c, &held, &err) == 0);
	ep_confine_release(&c);
	if (!held)
		_exit(NOT_HELD);
}

static void body_files(void)
{
	EP_AUTO_FREE char *read_file = in("read/file");
	EP_AUTO_FREE char *new_file = in("write/new");
	EP_AUTO_FREE char *file = in("write/file");
	EP_AUTO_FREE char *other = in("other/file");
	EP_AUTO_FREE char *deep = in("write/deep");
	struct ep_err err = EP_ERR_INIT;

	confine_to_tree();
	EXPECT(opens("read/file", O_RDONLY) >= 0);
	REFUSED(opens("read/nothing", O_RDONLY), ENOENT);
	REFUSED(opens("read/file", O_WRONLY), EACCES);
	REFUSED(opens("read/file", O_RDONLY | O_TRUNC), EACCES);
	REFUSED(opens("read/new", O_WRONLY | O_CREAT), EACCES);
	REFUSED(unlink(read_file), EACCES);
	REFUSED(opens("other/file", O_RDONLY), EACCES);
	REFUSED(opens("other/new", O_WRONLY | O_CREAT), EACCES);
	REFUSED(open("/etc/passwd", O_RDONLY | O_CLOEXEC), EACCES);
	/* The nearest folder that was there. */
	EXPECT(ep_file_put(new_file, 0600, "y", 1, &err) == 0);
	EXPECT(ep_file_put(file, 0600, "y", 1, &err) == 0);
	EXPECT(mkdir(deep, 0700) == 0);
	EXPECT(opens("write/deep/new", O_WRONLY | O_CREAT) >= 0);
	EXPECT(rename(file, other) < 0);
	EXPECT(symlink("/etc/shadow", deep) < 0);
}

static void test_files(void **state)
{
	(void)state;
	in_child(body_files);
}

static void body_file_alone(void)
{
	EP_AUTO_FREE char *one = in("other/file");
	struct ep_err err = EP_ERR_INIT;
	struct ep_confine c;
	bool held = false;

	ep_confine_init(&c);
	ep_confine_read(&c, one);
	EXPECT(ep_confine_files(&c, &held, &err) == 0);
	if (!held)
		_exit(NOT_HELD);
	EXPECT(opens("other/file", O_RDONLY) >= 0);
	REFUSED(opens("other", O_RDONLY | O_DIRECTORY), EACCES);
	REFUSED(opens("read/file", O_RDONLY), EACCES);
}

static void test_file_alone(void **state)
{
	(void)state;
	in_child(body_file_alone);
}

/* Without a filter of calls the right to execute is gone all the same. */
static void body_no_program(void)
{
	char *const argv[] = { (char[]){ "false" }, NULL };
	struct ep_err err = EP_ERR_INIT;
	struct ep_confine c;
	bool held = false;

	ep_confine_init(&c);
	ep_confine_read(&c, "/");
	EXPECT(ep_confine_files(&c, &held, &err) == 0);
	if (!held)
		_exit(NOT_HELD);
	REFUSED(execv("/bin/false", argv), EACCES);
}

static void test_no_program(void **state)
{
	(void)state;
	in_child(body_no_program);
}

/* --- ports ---------------------------------------------------------------- */

static int listening(uint16_t *ret_port)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t n = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	EXPECT(bind(fd, (struct sockaddr *)&at, n) == 0);
	EXPECT(listen(fd, 4) == 0);
	EXPECT(getsockname(fd, (struct sockaddr *)&at, &n) == 0);
	*ret_port = ntohs(at.sin_port);
	return fd;
}

static int to_port(uint16_t port, bool listen_there)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int rc;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	rc = listen_there ?
		     bind(fd, (struct sockaddr *)&at, sizeof(at)) :
		     connect(fd, (struct sockaddr *)&at, sizeof(at));
	return rc;
}

static void body_ports(void)
{
	uint16_t good = 0, bad = 0;
	int a = listening(&good), b = listening(&bad);
	struct ep_err err = EP_ERR_INIT;
	bool held = false;

	EXPECT(a >= 0 && b >= 0);
	EXPECT(to_port(bad, false) == 0);
	EXPECT(ep_confine_ports(&good, 1, &held, &err) == 0);
	if (!held)
		_exit(NOT_HELD);
	EXPECT(to_port(good, false) == 0);
	REFUSED(to_port(bad, false), EACCES);
	REFUSED(to_port(0, true), EACCES);
	/* A second layer takes away, it cannot give back. */
	EXPECT(ep_confine_ports(&bad, 1, &held, &err) == 0);
	REFUSED(to_port(good, false), EACCES);
	REFUSED(to_port(bad, false), EACCES);
}

static void test_ports(void **state)
{
	(void)state;
	in_child(body_ports);
}

/* --- calls ---------------------------------------------------------------- */

static void *say_hello(void *to)
{
	*(bool *)to = true;
	return NULL;
}

static void expect_ordinary_work(void)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	bool hello = false;
	pthread_t thread;
	void *p = mmap(NULL, page, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	EXPECT(p != MAP_FAILED);
	EXPECT(mprotect(p, page, PROT_READ) == 0);
	EXPECT(pthread_create(&thread, NULL, say_hello, &hello) == 0);
	EXPECT(pthread_join(thread, NULL) == 0 && hello);
	EXPECT(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0 ||
	       errno == EAFNOSUPPORT);
	EXPECT(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0);
	EXPECT(access("/", F_OK) == 0);
}

/* Each by a call that does the same as one that everybody knows. */
static void refused_in_other_words(size_t page)
{
	int segment = shmget(IPC_PRIVATE, page, IPC_CREAT | 0600);
	const char line[] = { 2 };	/* TIOCL_SETSEL */
	void *p = mmap(NULL, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		       0);

	EXPECT(p != MAP_FAILED && segment >= 0);
	REFUSED(syscall(SYS_pkey_mprotect, p, page,
			PROT_READ | PROT_WRITE | PROT_EXEC, -1), EPERM);
	REFUSED((long)(intptr_t)shmat(segment, NULL, SHM_EXEC), EPERM);
	EXPECT(shmctl(segment, IPC_RMID, NULL) == 0);
	REFUSED(ioctl(STDIN_FILENO, TIOCLINUX, line), EPERM);
	REFUSED(syscall(SYS_kexec_file_load, -1, -1, 0, NULL, -1UL), EPERM);
}

static void body_calls(void)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *const argv[] = { (char[]){ "false" }, NULL };
	struct ep_err err = EP_ERR_INIT;
	bool held = false;
	char key = 'x';

	EXPECT(ep_confine_calls(&held, &err) == 0);
	if (!held)
		_exit(NOT_HELD);
	expect_ordinary_work();
	REFUSED(execv("/bin/false", argv), EPERM);
	REFUSED(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL), EPERM);
	REFUSED(syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0),
		EPERM);
	REFUSED(syscall(SYS_unshare, CLONE_NEWUSER), EPERM);
	REFUSED(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL,
			0), EPERM);
	REFUSED(syscall(SYS_clone3, NULL, 0), ENOSYS);
	REFUSED(syscall(SYS_io_uring_setup, 1, NULL), EPERM);
	REFUSED(syscall(SYS_bpf, 0, NULL, 0), EPERM);
	REFUSED(syscall(SYS_keyctl, 0, 0, 0, 0, 0), EPERM);
	REFUSED(socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0),
		EAFNOSUPPORT);
	REFUSED(ioctl(STDIN_FILENO, TIOCSTI, &key), EPERM);
	EXPECT(mmap(NULL, page, PROT_READ | PROT_WRITE | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
	refused_in_other_words(page);
}

static void test_calls(void **state)
{
	(void)state;
	in_child(body_calls);
}

#ifdef __x86_64__
/* The same calls under the numbers of the x32 interface. */
static void body_x32(void)
{
	struct ep_err err = EP_ERR_INIT;
	bool held = false;

	EXPECT(ep_confine_calls(&held, &err) == 0);
	if (!held)
		_exit(NOT_HELD);
	REFUSED(syscall(0x40000000L + SYS_getppid), EPERM);
}
#endif

static void test_x32(void **state)
{
	(void)state;
#ifdef __x86_64__
	in_child(body_x32);
#else
	skip();
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_files, make_tree,
						drop_tree),
		cmocka_unit_test_setup_teardown(test_file_alone, make_tree,
						drop_tree),
		cmocka_unit_test(test_no_program),
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_calls),
		cmocka_unit_test(test_x32),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
