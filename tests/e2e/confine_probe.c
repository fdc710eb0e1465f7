/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded into the program by tests/e2e/confine.sh: when the program ends,
 * with all that it still may do, tries what it should no longer be able to
 * and says how that went.  With PROBE_OLD_KERNEL it also plays a kernel
 * without Landlock and seccomp.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void say(const char *what, long rc)
{
	const char *how = rc >= 0 ? "done" : strerrorname_np(errno);

	dprintf(STDERR_FILENO, "probe %s: %s\n", what, how);
}

static void try_files(void)
{
	const char *foreign = getenv("PROBE_FOREIGN");
	const char *config = getenv("PROBE_CONFIG");
	char path[4096];

	say("shadow", open("/etc/shadow", O_RDONLY | O_CLOEXEC));
	if (!foreign || !config)
		return;
	snprintf(path, sizeof(path), "%s/file", foreign);
	say("foreign read", open(path, O_RDONLY | O_CLOEXEC));
	snprintf(path, sizeof(path), "%s/planted", foreign);
	say("foreign write",
	    open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	snprintf(path, sizeof(path), "%s/planted", config);
	say("configuration write",
	    open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	say("configuration read",
	    open(config, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

static void try_program(void)
{
	char *const argv[] = { (char[]){ "true" }, NULL };
	int pipe_fd[2];
	long rc = -1;
	pid_t pid;

	if (pipe2(pipe_fd, O_CLOEXEC) != 0)
		return;
	pid = fork();
	if (pid == 0) {
		execv("/bin/true", argv);
		_exit(write(pipe_fd[1], &errno, sizeof(errno)) < 0);
	}
	close(pipe_fd[1]);
	if (pid < 0)
		return;
	if (read(pipe_fd[0], &errno, sizeof(errno)) == 0)
		rc = 0;
	close(pipe_fd[0]);
	waitpid(pid, NULL, 0);
	say("program", rc);
}

static void try_port(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	const char *port = getenv("PROBE_PORT");
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (!port)
		return;
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	at.sin_port = htons((uint16_t)strtoul(port, NULL, 10));
	say("port", connect(fd, (struct sockaddr *)&at, sizeof(at)));
	at.sin_port = 0;
	say("listen", bind(fd, (struct sockaddr *)&at, sizeof(at)));
}

/* A child of its own: what is traced is stopped. */
static void try_trace(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		for (;;)
			pause();
	}
	if (pid < 0)
		return;
	say("trace", ptrace(PTRACE_ATTACH, pid, NULL, NULL));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void try_process(void)
{
	struct rlimit core = { 1, 1 };

	try_trace();
	say("packets", socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	getrlimit(RLIMIT_CORE, &core);
	dprintf(STDERR_FILENO, "probe core: %lu %lu\n",
		(unsigned long)core.rlim_cur, (unsigned long)core.rlim_max);
	dprintf(STDERR_FILENO, "probe dumpable: %d\n",
		prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
	dprintf(STDERR_FILENO, "probe new rights: %d\n",
		prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
}

/* Of this process alone: what it starts ends undisturbed. */
__attribute__((constructor)) static void once(void)
{
	unsetenv("LD_PRELOAD");
}

__attribute__((destructor)) static void probe(void)
{
	try_files();
	try_program();
	try_port();
	try_process();
}

/* --- a kernel of the time before -------------------------------------------- */

long syscall(long number, ...)
{
	long a[6];
	va_list ap;
	long rc;

	va_start(ap, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (getenv("PROBE_OLD_KERNEL") && number >= 444 && number <= 446) {
		errno = ENOSYS;
		return -1;
	}
#ifdef __x86_64__
	{
		register long r10 __asm__("r10") = a[3];
		register long r8 __asm__("r8") = a[4];
		register long r9 __asm__("r9") = a[5];

		__asm__ volatile("syscall"
				 : "=a"(rc)
				 : "a"(number), "D"(a[0]), "S"(a[1]),
				   "d"(a[2]), "r"(r10), "r"(r8), "r"(r9)
				 : "rcx", "r11", "memory");
	}
#else
	rc = -ENOSYS;
#endif
	if (rc < 0 && rc > -4096) {
		errno = (int)-rc;
		return -1;
	}
	return rc;
}

int prctl(int option, ...)
{
	unsigned long a[4];
	va_list ap;

	va_start(ap, option);
	for (int i = 0; i < 4; i++)
		a[i] = va_arg(ap, unsigned long);
	va_end(ap);
	if (getenv("PROBE_OLD_KERNEL") && option == PR_SET_SECCOMP) {
		errno = EINVAL;
		return -1;
	}
	return (int)syscall(SYS_prctl, option, a[0], a[1], a[2], a[3]);
}
