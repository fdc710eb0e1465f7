/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The helper: forked before this process is confined, it waits on a socket
 * for the number of a command, runs it and sends back what it printed.
 */
#include "model/secret_helper.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/vec.h"

/* Where the helper has its end of the socket, above standard error. */
#define HELPER_FD 3

struct reply {
	int32_t code;
	uint32_t len;
	char msg[EP_ERR_MSG_MAX];
	char bytes[EP_SECRET_BYTES_MAX];
};

EP_VEC_TYPE(commands, struct ep_secret *);

/* Of the process, like the rights that it gave up. */
static int to_helper = -1;

static ssize_t receive(int fd, void *p, size_t n)
{
	ssize_t got;

	do
		got = recv(fd, p, n, 0);
	while (got < 0 && errno == EINTR);
	return got;
}

/* --- in the helper ------------------------------------------------------------ */

static void run_one(struct ep_secret *secret, struct reply *reply)
{
	struct ep_err err = EP_ERR_INIT;
	struct ep_buf *bytes = NULL;
	int rc = ep_secret_run(secret, &bytes, &err);

	if (rc == 0 && bytes->overflow)
		rc = ep_err_set(&err, EP_ELIMIT,
				"%s: longer than %d bytes (EP_SECRET_BYTES_MAX)",
				ep_secret_where(secret), EP_SECRET_BYTES_MAX);
	reply->code = rc;
	snprintf(reply->msg, sizeof(reply->msg), "%s", err.msg);
	if (rc == 0) {
		reply->len = (uint32_t)bytes->len;
		memcpy(reply->bytes, bytes->s, bytes->len);
	}
	ep_secret_forget(secret);
}

/* Standard error stays, for what a command has to say; its own output would
 * keep a pipe open after this process. */
static bool settle(int fd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	return null >= 0 && dup2(null, STDIN_FILENO) >= 0 &&
	       dup2(null, STDOUT_FILENO) >= 0 && dup2(fd, HELPER_FD) >= 0 &&
	       fcntl(HELPER_FD, F_SETFD, FD_CLOEXEC) == 0 &&
	       close_range(HELPER_FD + 1, ~0U, 0) == 0;
}

static _Noreturn void help(int fd, const struct commands *commands)
{
	struct reply *reply = ep_calloc(1, sizeof(*reply));
	uint32_t number;

	if (!settle(fd))
		_exit(70);
	while (receive(HELPER_FD, &number, sizeof(number)) ==
	       (ssize_t)sizeof(number)) {
		memset(reply, 0, sizeof(*reply));
		if (number == 0 || number > commands->n)
			_exit(70);
		run_one(commands->v[number - 1], reply);
		if (send(HELPER_FD, reply, sizeof(*reply), MSG_NOSIGNAL) < 0)
			_exit(70);
		ep_wipe(reply, sizeof(*reply));
	}
	_exit(0);
}

/* --- in this process ------------------------------------------------------------ */

static int start(const struct commands *commands, struct ep_err *err)
{
	int fd[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd) != 0)
		return ep_err_errno(err, EP_EIO, "no socket for the helper "
				    "that runs the commands of secrets");
	pid = fork();
	if (pid == 0) {
		close(fd[0]);
		help(fd[1], commands);
	}
	close(fd[1]);
	if (pid < 0) {
		ep_err_errno(err, EP_EIO, "the helper that runs the commands "
			     "of secrets cannot be started");
		close(fd[0]);
		return err->code;
	}
	to_helper = fd[0];
	return 0;
}

int ep_secret_helper_start(struct ep_secret *const *secrets, size_t n,
			   struct ep_err *err)
{
	struct commands commands = { 0 };
	int rc = 0;

	for (size_t i = 0; i < n; i++)
		if (ep_secret_registered(secrets[i],
					 (uint32_t)commands.n + 1))
			EP_VEC_ADD(&commands) = secrets[i];
	if (commands.n)
		rc = start(&commands, err);
	ep_vec_release(&commands);
	return rc;
}

static int take(const struct reply *reply, ssize_t got, struct ep_buf *out,
		const char *where, struct ep_err *err)
{
	if (got != (ssize_t)sizeof(*reply) || reply->len > sizeof(reply->bytes))
		return ep_err_set(err, EP_EIO, "%s: the helper that runs it "
				  "is gone", where);
	if (reply->code < 0)
		return ep_err_set(err, (enum ep_code)reply->code, "%.*s",
				  (int)sizeof(reply->msg) - 1, reply->msg);
	ep_buf_add(out, reply->bytes, reply->len);
	return 0;
}

int ep_secret_helper_ask(uint32_t number, struct ep_buf *out,
			 const char *where, struct ep_err *err)
{
	struct reply *reply = ep_calloc(1, sizeof(*reply));
	ssize_t got = -1;
	int rc;

	if (send(to_helper, &number, sizeof(number), MSG_NOSIGNAL) ==
	    (ssize_t)sizeof(number))
		got = receive(to_helper, reply, sizeof(*reply));
	rc = take(reply, got, out, where, err);
	ep_wipe(reply, sizeof(*reply));
	ep_free(reply);
	return rc;
}
