/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a command and writes what it took to a file: wall clock and processor
 * time of it and its children in microseconds, largest memory in kilobytes.
 * Ends as the command did, with 128 + N for signal N.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long microseconds(struct timeval t)
{
	return (long long)t.tv_sec * 1000000 + t.tv_usec;
}

int main(int argc, char **argv)
{
	struct timespec begin, end;
	struct rusage used;
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
	if (pid < 0 || wait4(pid, &status, 0, &used) < 0) {
		perror("measure");
		return 70;
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	out = fopen(argv[1], "w");
	if (!out || fprintf(out, "%lld %lld %ld\n",
			    (long long)(end.tv_sec - begin.tv_sec) * 1000000 +
				    (end.tv_nsec - begin.tv_nsec) / 1000,
			    microseconds(used.ru_utime) +
				    microseconds(used.ru_stime),
			    used.ru_maxrss) < 0 ||
	    fclose(out) != 0) {
		perror(argv[1]);
		return 73;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) :
				   128 + WTERMSIG(status);
}
