/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whom the HTTP door trusts: openssl's test server with certificates that
 * are good, unknown, for another host, expired, or offered over old TLS.
 */
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "ext/http.h"

static char folder[] = "t_http_tls_XXXXXX";
static struct ep_err err;
static pid_t server;

/* --- certificates ------------------------------------------------------------ */

static int shell(const char *command)
{
	pid_t child = fork();
	int status = -1;

	if (child == 0) {
		if (chdir(folder) == 0)
			execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	if (waitpid(child, &status, 0) != child)
		return -1;
	return status;
}

static const char make_all[] =
	"set -e; exec 2>openssl.log\n"
	"new='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'\n"
	"openssl req -x509 $new -keyout ca.key -out ca.pem -days 2 "
	"  -subj '/CN=exitproof test CA'\n"
	"leaf() {\n"
	"  openssl req -new $new -keyout $1.key -out $1.csr -subj /CN=$1 "
	"    -addext subjectAltName=$2\n"
	"  openssl x509 -req -in $1.csr -CA ca.pem -CAkey ca.key "
	"    -CAcreateserial -copy_extensions copy -days $3 -out $1.pem\n"
	"}\n"
	"leaf good IP:127.0.0.1 2\n"
	"leaf wrong DNS:api.vendor.example 2\n"
	"leaf expired IP:127.0.0.1 0\n"
	"openssl req -x509 $new -keyout self.key -out self.pem -days 2 "
	"  -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1\n"
	"sleep 1\n";

/* A machine whose own settings would accept anything old: the door's rules
 * must not be borrowed from there. */
static const char make_weak[] =
	"cat >weak.cnf <<'END'\n"
	"openssl_conf = all\n"
	"[all]\nssl_conf = ssl\n"
	"[ssl]\nsystem_default = weak\n"
	"[weak]\nMinProtocol = TLSv1\nCipherString = ALL:@SECLEVEL=0\n"
	"END\n";

static int set_up(void **state)
{
	static char real[PATH_MAX];
	char path[80];

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	/* A server that never says where it listens must not hang the run. */
	alarm(120);
	if (!mkdtemp(folder) || shell(make_all) != 0 || shell(make_weak) != 0)
		return -1;
	snprintf(path, sizeof(path), "%s/weak.cnf", folder);
	return setenv("OPENSSL_CONF", realpath(path, real), 1);
}

static int tear_down(void **state)
{
	(void)state;
	return shell("rm -f -- * && rmdir -- \"$PWD\"");
}

/* --- server --------------------------------------------------------------------- */

static int read_port(int fd)
{
	FILE *out = fdopen(fd, "r");
	char line[200];
	int port = 0;

	while (!port && out && fgets(line, sizeof(line), out))
		if (strncmp(line, "ACCEPT ", 7) == 0)
			port = (int)strtol(strrchr(line, ':') + 1, NULL, 10);
	/* Left open: the server keeps writing. */
	return port;
}

/* Starts openssl s_server with one version of TLS; without a name it shows
 * no certificate at all. */
static int serve(const char *name, const char *version)
{
	const char *ciphers = name ? "ALL:@SECLEVEL=0" : "aNULL:@SECLEVEL=0";
	char cert[40];
	char key[40];
	int pipes[2];

	snprintf(cert, sizeof(cert), "%s.pem", name ? name : "good");
	snprintf(key, sizeof(key), "%s.key", name ? name : "good");
	if (pipe(pipes) < 0)
		fail_msg("no pipe");
	server = fork();
	if (server == 0) {
		dup2(pipes[1], STDOUT_FILENO);
		dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
		if (chdir(folder) == 0)
			execlp("openssl", "openssl", "s_server", "-accept",
			       "127.0.0.1:0", "-www", "-cert", cert, "-key",
			       key, version, "-cipher", ciphers,
			       name ? (char *)NULL : "-nocert", (char *)NULL);
		_exit(127);
	}
	close(pipes[1]);
	return read_port(pipes[0]);
}

static void stop(void)
{
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
}

/* --- client ---------------------------------------------------------------------- */

static struct {
	enum ep_http_end end;
	long status;
	char why[512];
} got;

static void done(void *to, struct ep_http_answer *answer)
{
	(void)to;
	got.end = answer->end;
	got.status = answer->status;
	snprintf(got.why, sizeof(got.why), "%s", answer->why);
}

static void get(int port, const char *ca)
{
	struct ep_http_options options = { .allow_loopback = true };
	struct ep_http_request request = { .done = done, .total_seconds = 5 };
	struct ep_http *http = NULL;
	char ca_file[80];
	char url[80];

	assert_true(port > 0);
	snprintf(ca_file, sizeof(ca_file), "%s/%s", folder, ca ? ca : "");
	options.ca_file = ca ? ca_file : NULL;
	snprintf(url, sizeof(url), "https://127.0.0.1:%d/", port);
	request.url = url;
	memset(&got, 0, sizeof(got));
	if (ep_http_open(&options, &http, &err) < 0 ||
	    ep_http_submit(http, &request, &err) < 0)
		fail_msg("%s", err.msg);
	while (ep_http_running(http))
		assert_int_equal(ep_http_poll(http, 100, &err), 0);
	ep_http_close(http);
}

static void trusted(const char *name, const char *ca)
{
	get(serve(name, "-tls1_2"), ca);
	stop();
	if (got.end != EP_HTTP_OK || got.status != 200)
		fail_msg("%s: end %d, status %ld: %s", name, (int)got.end,
			 got.status, got.why);
}

static void refused(const char *name, const char *ca, const char *why)
{
	get(serve(name, "-tls1_2"), ca);
	stop();
	if (got.end != EP_HTTP_TLS || got.status != 0 ||
	    !strstr(got.why, "not trusted") || !strstr(got.why, why))
		fail_msg("%s: end %d, status %ld: %s", name, (int)got.end,
			 got.status, got.why);
}

static void test_trusted(void **state)
{
	(void)state;
	trusted("good", "ca.pem");
	trusted("self", "self.pem");
}

static void test_refused(void **state)
{
	(void)state;
	refused("good", NULL, "certificate");
	refused("good", "self.pem", "certificate");
	refused("self", "ca.pem", "self");
	refused("wrong", "ca.pem", "127.0.0.1");
	refused("expired", "ca.pem", "expired");
}

static void test_old_tls(void **state)
{
	(void)state;
	get(serve("good", "-tls1_1"), "ca.pem");
	stop();
	if (got.end != EP_HTTP_TLS)
		fail_msg("end %d: %s", (int)got.end, got.why);
}

/* Nobody's certificate is no certificate that could be wrong. */
static void test_no_certificate(void **state)
{
	(void)state;
	get(serve(NULL, "-tls1_2"), "ca.pem");
	stop();
	if (got.end != EP_HTTP_TLS || got.status != 0)
		fail_msg("end %d: %s", (int)got.end, got.why);
}

/* Whom to trust is not for the environment to say. */
static void test_authorities(void **state)
{
	char path[PATH_MAX];
	char real[PATH_MAX];

	(void)state;
	snprintf(path, sizeof(path), "%s/ca.pem", folder);
	setenv("SSL_CERT_FILE", realpath(path, real), 1);
	setenv("CURL_CA_BUNDLE", real, 1);
	refused("good", NULL, "certificate");
}

static void test_key_log(void **state)
{
	char path[80];

	(void)state;
	snprintf(path, sizeof(path), "%s/keys", folder);
	setenv("SSLKEYLOGFILE", path, 1);
	trusted("good", "ca.pem");
	assert_int_equal(access(path, F_OK), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trusted),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_old_tls),
		cmocka_unit_test(test_no_certificate),
		cmocka_unit_test(test_authorities),
		cmocka_unit_test(test_key_log),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
