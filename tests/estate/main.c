/* SPDX-License-Identifier: Apache-2.0 */
/*
 * estate: the simulated MSP on the command line.  Serves a world until it is
 * told to stop; or prints what a world holds; or drives a running estate.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ctl.h"
#include "http/server.h"
#include "http/tls.h"
#include "util/buf.h"
#include "util/text.h"

struct options {
	const char *world;
	const char *state_file;
	const char *journal;
	const char *tls_dir;
	const char *tls_wrong;
	long port;
	long control;	/* -1: none */
	long night;
	long lifetime;	/* seconds; 0: until told to stop */
	long hurry;
	bool tls;
};

static const char usage[] =
	"usage: estate --world FILE [--port N] [--control N] [--tls]\n"
	"              [--tls-dir DIR] [--tls-wrong expired|not-yet|host]\n"
	"              [--state FILE] [--journal FILE] [--night N]\n"
	"              [--lifetime SECONDS] [--hurry N]\n"
	"       estate expect --world FILE [--night N]\n"
	"       estate credentials --world FILE [--night N]\n"
	"       estate check --world FILE\n"
	"       estate ctl URL night N | fault KEY=VALUE... | clear | reset\n"
	"              | counts | journal | truth\n"
	"Ports are on 127.0.0.1; 0 takes any free one.\n";

static bool take(struct options *o, int c)
{
	switch (c) {
	case 'w': o->world = optarg; return true;
	case 's': o->state_file = optarg; return true;
	case 'j': o->journal = optarg; return true;
	case 'd': o->tls_dir = optarg; return true;
	case 'x': o->tls_wrong = optarg; return true;
	case 't': o->tls = true; return true;
	case 'p': o->port = strtol(optarg, NULL, 10); return true;
	case 'c': o->control = strtol(optarg, NULL, 10); return true;
	case 'n': o->night = strtol(optarg, NULL, 10); return true;
	case 'l': o->lifetime = strtol(optarg, NULL, 10); return true;
	case 'h': o->hurry = strtol(optarg, NULL, 10); return true;
	default: return false;
	}
}

static bool parse(struct options *o, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "world", required_argument, NULL, 'w' },
		{ "state", required_argument, NULL, 's' },
		{ "journal", required_argument, NULL, 'j' },
		{ "tls-dir", required_argument, NULL, 'd' },
		{ "tls-wrong", required_argument, NULL, 'x' },
		{ "tls", no_argument, NULL, 't' },
		{ "port", required_argument, NULL, 'p' },
		{ "control", required_argument, NULL, 'c' },
		{ "night", required_argument, NULL, 'n' },
		{ "lifetime", required_argument, NULL, 'l' },
		{ "hurry", required_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 }
	};
	int c;

	*o = (struct options){ .tls_dir = ".", .control = -1, .night = 1,
			       .hurry = 1 };
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1)
		if (!take(o, c))
			return false;
	es_hurry(o->hurry > 0 ? o->hurry : 1);
	return o->world && o->hurry > 0 && optind == argc;
}

static int fail(const char *msg)
{
	fprintf(stderr, "estate: %s\n", msg);
	return 1;
}

/* Scripts wait for this file, so it appears whole or not at all. */
static int write_state(const struct options *o, const struct es_server *s)
{
	struct es_buf tmp = ES_BUF_INIT;
	char base[64];
	FILE *f;
	int rc = -1;

	if (!o->state_file)
		return 0;
	es_buf_fmt(&tmp, "%s.tmp", o->state_file);
	es_server_base(s, base);
	f = fopen(tmp.p, "we");
	if (f) {
		fprintf(f, "base_url=%s\n", base);
		if (s->control)
			fprintf(f, "control_url=http://127.0.0.1:%u\n",
				(unsigned int)s->control_port);
		if (o->tls)
			fprintf(f, "ca_file=%s/ca.pem\n", o->tls_dir);
		if (o->journal)
			fprintf(f, "journal=%s\n", o->journal);
		fprintf(f, "pid=%ld\n", (long)getpid());
		if (!fclose(f))
			rc = rename(tmp.p, o->state_file);
	}
	es_buf_release(&tmp);
	return rc;
}

static void wait_for_end(long lifetime)
{
	struct timespec limit = { .tv_sec = lifetime };
	sigset_t set;
	int got;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	do {
		got = lifetime ? sigtimedwait(&set, NULL, &limit) :
				 sigwaitinfo(&set, NULL);
	} while (got < 0 && errno == EINTR);
}

/* Before any thread exists, so that all of them inherit it. */
static void block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static int run_servers(const struct options *o, struct es_estate *e,
		       const struct es_tls *tls)
{
	struct es_server s = { .estate = e, .cert_pem = tls->cert_pem,
			       .key_pem = tls->key_pem,
			       .port = (uint16_t)o->port,
			       .control_port = (uint16_t)(o->control > 0 ?
							  o->control : 0) };
	char msg[ES_MSG_MAX];

	block_signals();
	if (es_server_start(&s, o->control >= 0, msg))
		return fail(msg);
	if (write_state(o, &s)) {
		es_server_stop(&s);
		return fail("the state file cannot be written");
	}
	wait_for_end(o->lifetime);
	es_server_stop(&s);
	return 0;
}

static int cmd_serve(const struct options *o)
{
	struct es_tls tls = { NULL, NULL };
	struct es_estate e;
	char msg[ES_MSG_MAX] = "";
	int rc;

	if (es_estate_init(&e, o->world, o->journal, msg))
		return fail(msg);
	if (es_estate_night(&e, (int)o->night, msg) ||
	    (o->tls && es_tls_make(&tls, o->tls_dir, o->tls_wrong, msg)))
		rc = fail(msg);
	else
		rc = run_servers(o, &e, &tls);
	es_tls_release(&tls);
	es_estate_release(&e);
	return rc;
}

static int cmd_expect(const struct options *o)
{
	struct es_buf out = ES_BUF_INIT;
	struct es_estate e;
	char msg[ES_MSG_MAX] = "";
	int rc = 0;

	if (es_estate_init(&e, o->world, NULL, msg))
		return fail(msg);
	if (es_estate_night(&e, (int)o->night, msg)) {
		rc = fail(msg);
	} else {
		es_estate_truth(&e, &out);
		fputs(out.p, stdout);
	}
	es_buf_release(&out);
	es_estate_release(&e);
	return rc;
}

static int cmd_credentials(const struct options *o)
{
	const struct es_vendor *v;
	struct es_world w;
	char msg[ES_MSG_MAX];
	int rc = 0;

	if (es_world_load(&w, o->world, msg))
		return fail(msg);
	if (es_world_set_night(&w, (int)o->night, msg))
		rc = fail(msg);
	for (v = es_vendors; !rc && v->name; v++)
		if (v->credentials && es_get(w.doc, v->name))
			v->credentials(&w, stdout);
	es_world_release(&w);
	return rc;
}

static int cmd_check(const struct options *o)
{
	struct es_estate e;
	char msg[ES_MSG_MAX] = "";
	int n, nights;

	if (es_estate_init(&e, o->world, NULL, msg))
		return fail(msg);
	nights = cJSON_GetArraySize(es_get(e.world.file, "nights"));
	for (n = 1; n <= nights; n++)
		if (es_estate_night(&e, n, msg))
			break;
	es_estate_release(&e);
	return n > nights ? 0 : fail(msg);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *word;
		int (*run)(const struct options *);
	} cmds[] = { { "serve", cmd_serve }, { "expect", cmd_expect },
		     { "credentials", cmd_credentials },
		     { "check", cmd_check } };
	struct options o;
	size_t i, chosen = 0;

	if (argc > 1 && !strcmp(argv[1], "ctl"))
		return es_ctl(argc - 2, argv + 2);
	for (i = 0; i < sizeof(cmds) / sizeof(cmds[0]); i++) {
		if (argc > 1 && !strcmp(argv[1], cmds[i].word)) {
			chosen = i;
			argc--;
			argv++;
			break;
		}
	}
	if (!parse(&o, argc, argv)) {
		fputs(usage, stderr);
		return 64;
	}
	return cmds[chosen].run(&o);
}
