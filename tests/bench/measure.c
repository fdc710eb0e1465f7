/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a command and writes what it took to a file: wall clock and processor
 * time of it and its children in microseconds, largest memory in kilobytes,
 * bytes it read from files (0 where the kernel does not count them).  Ends as
 * the command did, with 128 + N for signal N.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long microseconds(struct timeval t)
{
	return (long long)t.tv_sec * 1000000 + t.tv_usec;
}

/* Of a child that has ended and is still to be waited for. */
static long long bytes_read(pid_t pid)
{
	static const char name[] = "rchar: ";
	char text[64] = "";
	long long n = 0;
	FILE *io;

	snprintf(text, sizeof(text), "/proc/%ld/io", (long)pid);
	io = fopen(text, "r");
	if (!io)
		return 0;
	if (fgets(text, sizeof(text), io) &&
	    strncmp(text, name, sizeof(name) - 1) == 0)
		n = strtoll(text + sizeof(name) - 1, NULL, 10);
	fclose(io);
	return n;
}

int main(int argc, char **argv)
{
	struct timespec begin, end;
	struct rusage used;
	long long bytes;
	siginfo_t ended;
	int status;
	FILE *out;
	pid_t pid;

	if (argc < 3) {
		fprintf(stderr, "usage: measure FILE COMMAND [ARGUMENT...]\n");
		return 64;
	}
	clock_gettime(CLOCK_MONOTONIC, &begin);
	pid = fork();
	if (pid == 0) {
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(127);
	}
	if (pid < 0 || waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOWAIT) < 0) {
		perror("measure");
		return 70;
	}
	bytes = bytes_read(pid);
	if (wait4(pid, &status, 0, &used) < 0) {
		perror("measure");
		return 70;
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	out = fopen(argv[1], "w");
	if (!out || fprintf(out, "%lld %lld %ld %lld\n",
			    (long long)(end.tv_sec - begin.tv_sec) * 1000000 +
				    (end.tv_nsec - begin.tv_nsec) / 1000,
			    microseconds(used.ru_utime) +
				    microseconds(used.ru_stime),
			    used.ru_maxrss, bytes) < 0 ||
	    fclose(out) != 0) {
		perror(argv[1]);
		return 73;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) :
				   128 + WTERMSIG(status);
}
