/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loads a secret from where the configuration says it lies.  Every buffer
 * that held its bytes is wiped, and no message ever carries them.
 */
#include "model/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/vec.h"
#include "model/secret_helper.h"

/* How long a helper program (password manager, vault client) may take. */
#define COMMAND_MS_MAX 30000

extern char **environ;

struct ep_secret {
	enum ep_secret_source source;
	char *ref;
	EP_VEC(char *) argv;
	char *where;
	bool loaded;
	uint32_t number;	/* with the helper, from 1; 0: not registered */
	struct ep_buf bytes;
};

static char *describe(const struct ep_secret *secret)
{
	static const char *const words[] = {
		[EP_SECRET_FILE] = "file",
		[EP_SECRET_CREDENTIAL] = "credential",
		[EP_SECRET_COMMAND] = "command",
	};
	struct ep_buf text;

	ep_buf_init(&text, EP_ERR_MSG_MAX);
	ep_buf_addf(&text, "%s ", words[secret->source]);
	ep_str_printable(&text, secret->ref, strlen(secret->ref));
	return ep_buf_take(&text);
}

struct ep_secret *ep_secret_new(enum ep_secret_source source, const char *ref,
				char *const *argv, const char *base_folder)
{
	struct ep_secret *secret = ep_calloc(1, sizeof(*secret));
	bool path = source == EP_SECRET_FILE ||
		    (source == EP_SECRET_COMMAND && strchr(ref, '/'));

	secret->source = source;
	secret->ref = path ? ep_file_join(base_folder, ref) : ep_strdup(ref);
	if (source == EP_SECRET_COMMAND) {
		EP_VEC_ADD(&secret->argv) = ep_strdup(secret->ref);
		for (size_t i = 1; argv && argv[0] && argv[i]; i++)
			EP_VEC_ADD(&secret->argv) = ep_strdup(argv[i]);
		EP_VEC_ADD(&secret->argv) = NULL;
	}
	secret->where = describe(secret);
	ep_buf_init(&secret->bytes, EP_SECRET_BYTES_MAX);
	return secret;
}

static void wipe_bytes(struct ep_buf *bytes)
{
	if (bytes->cap)
		ep_wipe(bytes->s, bytes->cap);
	ep_buf_release(bytes);
}

void ep_secret_forget(struct ep_secret *secret)
{
	wipe_bytes(&secret->bytes);
	secret->loaded = false;
}

void ep_secret_free(struct ep_secret *secret)
{
	if (!secret)
		return;
	wipe_bytes(&secret->bytes);
	for (size_t i = 0; i < secret->argv.n; i++)
		ep_free(secret->argv.v[i]);
	ep_vec_release(&secret->argv);
	ep_free(secret->ref);
	ep_free(secret->where);
	ep_free(secret);
}

const char *ep_secret_where(const struct ep_secret *secret)
{
	return secret->where;
}

const char *ep_secret_path(const struct ep_secret *secret)
{
	return secret->source == EP_SECRET_FILE ? secret->ref : NULL;
}

static int load_credential(struct ep_secret *secret, struct ep_err *err)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	EP_AUTO_FREE char *path = NULL;

	if (!folder || folder[0] != '/')
		return ep_err_set(err, EP_ECONFIG,
				  "%s: the service manager gave no credentials "
				  "(CREDENTIALS_DIRECTORY is not set); add "
				  "LoadCredential= to the unit",
				  secret->where);
	if (secret->ref[0] == '\0' || secret->ref[0] == '.' ||
	    strchr(secret->ref, '/'))
		return ep_err_set(err, EP_ECONFIG,
				  "%s: a credential name holds no '/' and does "
				  "not start with '.'",
				  secret->where);
	path = ep_file_join(folder, secret->ref);
	/* The service manager guards this folder with access lists, which
	 * show as group bits: the mode says nothing here. */
	return ep_file_read(path, EP_SECRET_BYTES_MAX, &secret->bytes, err);
}

static int spawn(struct ep_secret *secret, int out, pid_t *ret_pid,
		 struct ep_err *err)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int rc;

	if (posix_spawn_file_actions_init(&actions) != 0)
		return ep_err_set(err, EP_EIO, "%s: cannot prepare it",
				  secret->where);
	if (posix_spawnattr_init(&attr) != 0) {
		posix_spawn_file_actions_destroy(&actions);
		return ep_err_set(err, EP_EIO, "%s: cannot prepare it",
				  secret->where);
	}
	/* Its own group, so that its children end with it. */
	rc = posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP);
	if (!rc)
		rc = posix_spawnattr_setpgroup(&attr, 0);
	if (!rc)
		rc = posix_spawn_file_actions_addopen(
			&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (!rc)
		rc = posix_spawn_file_actions_adddup2(&actions, out,
						      STDOUT_FILENO);
	if (!rc)
		rc = posix_spawnp(ret_pid, secret->argv.v[0], &actions, &attr,
				  secret->argv.v, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	if (rc == 0)
		return 0;
	errno = rc;
	return ep_err_errno(err, EP_ECONFIG, "%s: cannot start it",
			    secret->where);
}

/* Reads until the program closes its output. */
static int drain(struct ep_secret *secret, int fd, struct ep_err *err)
{
	int64_t end = ep_clock_mono_ms() + COMMAND_MS_MAX;
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	char part[1024];
	int64_t left;
	ssize_t n;
	int rc = 0;

	for (;;) {
		left = end - ep_clock_mono_ms();
		if (left <= 0) {
			rc = ep_err_set(err, EP_ELIMIT,
					"%s: no answer after %d seconds",
					secret->where, COMMAND_MS_MAX / 1000);
			break;
		}
		if (poll(&wait, 1, (int)left) <= 0)
			continue;
		n = read(fd, part, sizeof(part));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			rc = ep_err_errno(err, EP_EIO, "%s: cannot read it",
					  secret->where);
		if (n <= 0)
			break;
		ep_buf_add(&secret->bytes, part, (size_t)n);
		if (secret->bytes.overflow)
			break;	/* said by the caller */
	}
	ep_wipe(part, sizeof(part));
	return rc;
}

/* Waits until the program is gone, but not beyond the time it has: closing
 * its output does not mean that it ends.  False when it is not known how it
 * ended. */
static bool await(pid_t pid, bool kill_it, int *ret_status)
{
	int64_t end = ep_clock_mono_ms() + COMMAND_MS_MAX;
	bool killed = false;
	pid_t got;

	for (;;) {
		if (!killed && (kill_it || ep_clock_mono_ms() > end)) {
			kill(-pid, SIGKILL);
			killed = true;
		}
		got = waitpid(pid, ret_status, killed ? 0 : WNOHANG);
		if (got == pid)
			return true;
		if (got < 0 && errno != EINTR)
			return false;
		if (got == 0)
			poll(NULL, 0, 5);
	}
}

static int judge_end(const struct ep_secret *secret, bool known, int status,
		     struct ep_err *err)
{
	if (known && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (known && WIFEXITED(status))
		return ep_err_set(err, EP_ECONFIG,
				  "%s: it ended with status %d; run it by hand "
				  "as this user to see why",
				  secret->where, WEXITSTATUS(status));
	return ep_err_set(err, EP_ECONFIG, "%s: it was ended by a signal",
			  secret->where);
}

int ep_secret_run(struct ep_secret *secret, struct ep_buf **ret,
		  struct ep_err *err)
{
	int fd[2];
	pid_t pid;
	int status = 0;
	bool known;
	bool bad;
	int rc;

	if (pipe2(fd, O_CLOEXEC) != 0)
		return ep_err_errno(err, EP_EIO, "%s: no pipe", secret->where);
	rc = spawn(secret, fd[1], &pid, err);
	close(fd[1]);
	if (rc == 0) {
		rc = drain(secret, fd[0], err);
		bad = rc != 0 || secret->bytes.overflow;
		known = await(pid, bad, &status);
		if (!bad)
			rc = judge_end(secret, known, status, err);
	}
	close(fd[0]);
	if (rc == 0)
		*ret = &secret->bytes;
	return rc;
}

static int load_command(struct ep_secret *secret, struct ep_err *err)
{
	struct ep_buf *bytes;

	if (secret->number)
		return ep_secret_helper_ask(secret->number, &secret->bytes,
					    secret->where, err);
	return ep_secret_run(secret, &bytes, err);
}

bool ep_secret_registered(struct ep_secret *secret, uint32_t number)
{
	if (secret->source != EP_SECRET_COMMAND)
		return false;
	secret->number = number;
	return true;
}

static int load(struct ep_secret *secret, struct ep_err *err)
{
	int rc;

	ep_buf_init(&secret->bytes, EP_SECRET_BYTES_MAX);
	switch (secret->source) {
	case EP_SECRET_FILE:
		rc = ep_file_read_private(secret->ref, EP_SECRET_BYTES_MAX,
					  &secret->bytes, err);
		break;
	case EP_SECRET_CREDENTIAL:
		rc = load_credential(secret, err);
		break;
	default:
		rc = load_command(secret, err);
		break;
	}
	if (rc == 0 && secret->bytes.overflow)
		rc = ep_err_set(err, EP_ELIMIT,
				"%s: longer than %d bytes (EP_SECRET_BYTES_MAX)",
				secret->where, EP_SECRET_BYTES_MAX);
	if (rc < 0) {
		wipe_bytes(&secret->bytes);
		return rc;
	}
	if (secret->bytes.len && secret->bytes.s[secret->bytes.len - 1] == '\n')
		ep_buf_cut(&secret->bytes, secret->bytes.len - 1);
	secret->loaded = true;
	return 0;
}

int ep_secret_get(struct ep_secret *secret, bool multiline, const char **ret,
		  size_t *ret_len, struct ep_err *err)
{
	const struct ep_buf *bytes = &secret->bytes;
	int rc;

	if (!secret->loaded) {
		rc = load(secret, err);
		if (rc < 0)
			return rc;
	}
	if (bytes->len == 0)
		return ep_err_set(err, EP_EDATA, "%s: it is empty",
				  secret->where);
	if (memchr(bytes->s, '\0', bytes->len))
		return ep_err_set(err, EP_EDATA, "%s: it holds a NUL byte",
				  secret->where);
	if (!multiline && (memchr(bytes->s, '\n', bytes->len) ||
			   memchr(bytes->s, '\r', bytes->len)))
		return ep_err_set(err, EP_EDATA,
				  "%s: it holds a line break; it must be one "
				  "line without carriage return",
				  secret->where);
	*ret = bytes->s;
	*ret_len = bytes->len;
	return 0;
}
