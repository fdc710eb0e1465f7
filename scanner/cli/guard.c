/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Collects what a verb may touch from the command line, the configuration
 * and the connectors, and gives up everything else.
 */
#include "cli/guard.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/confine.h"
#include "base/file.h"
#include "base/log.h"
#include "base/str.h"
#include "config.h"
#include "model/secret_helper.h"

EP_VEC_TYPE(ports, uint16_t);

/* Instruments that a build carries open files and look into the process in
 * ways that the program itself never does. */
#ifdef EP_INSTRUMENTED
#define CAN_CONFINE false
#else
#define CAN_CONFINE true
#endif

/* Code and data that everybody may read, and what the C library and the TLS
 * library look up. */
static const char *const system_paths[] = {
	"/usr", "/lib", "/lib64", "/nix/store", "/gnu/store",
	"/dev/urandom", "/dev/random", "/var/lib/ca-certificates",
	"/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager",
	"/run/nscd", NULL
};

/* Of /etc, only these for root: nothing else would keep it from the rest. */
static const char *const etc_paths[] = {
	"/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf",
	"/etc/gai.conf", "/etc/host.conf", "/etc/services", "/etc/protocols",
	"/etc/networks", "/etc/localtime", "/etc/ld.so.cache", "/etc/passwd",
	"/etc/group", "/etc/krb5.conf", "/etc/ldap", "/etc/sasl2",
	"/etc/ssl/certs", "/etc/ssl/cert.pem", "/etc/ssl/openssl.cnf",
	"/etc/pki/tls", "/etc/pki/ca-trust", "/etc/ca-certificates", NULL
};

/* --- from the command line ------------------------------------------------------ */

static void note(struct ep_words *words, const char *path)
{
	if (path && *path && !ep_str_eq(path, "-"))
		EP_VEC_ADD(words) = ep_strdup(path);
}

void ep_guard_writes(struct ep_app *app, const char *path)
{
	note(&app->guard.writes, path);
}

static void note_reports(struct ep_app *app, const struct ep_opt_list *list)
{
	for (int i = 0; i < list->n; i++) {
		const char *eq = strchr(list->v[i], '=');

		note(&app->guard.writes, eq ? eq + 1 : NULL);
	}
}

void ep_guard_options(struct ep_app *app, const struct ep_opt *table,
		      char *const *operands, int n)
{
	for (; table->kind != EP_OPT_END; table++) {
		if (table->kind == EP_OPT_LIST &&
		    ep_str_eq(table->value_name, "FORMAT=PATH"))
			note_reports(app, table->to);
		if (table->kind != EP_OPT_TEXT ||
		    (!ep_str_eq(table->value_name, "FILE") &&
		     !ep_str_eq(table->value_name, "FOLDER")))
			continue;
		note(ep_str_eq(table->name, "to") ? &app->guard.writes :
						    &app->guard.reads,
		     *(const char **)table->to);
	}
	for (int i = 0; i < n; i++)
		note(&app->guard.reads, operands[i]);
}

void ep_guard_release(struct ep_app *app)
{
	ep_words_release(&app->guard.reads);
	ep_words_release(&app->guard.writes);
}

/* --- files ---------------------------------------------------------------------- */

static void read_words(struct ep_confine *c, const struct ep_words *words)
{
	for (size_t i = 0; i < words->n; i++)
		ep_confine_read(c, words->v[i]);
}

static void read_list(struct ep_confine *c, const char *const *paths)
{
	for (; *paths; paths++)
		ep_confine_read(c, *paths);
}

/* The folder, so that a file which is replaced meanwhile can still be read. */
static void read_beside(struct ep_confine *c, const char *path)
{
	EP_AUTO_FREE char *folder = path ? ep_file_folder(path) : NULL;

	ep_confine_read(c, folder);
}

/* A directory's authority is named by a parameter. */
static void read_params(struct ep_confine *c, const struct ep_settings *params)
{
	for (size_t i = 0; i < params->n; i++)
		if (params->v[i].value && params->v[i].value[0] == '/')
			read_beside(c, params->v[i].value);
}

static void gather_connection(struct ep_confine *c,
			      const struct ep_connection *connection)
{
	read_params(c, &connection->params);
	for (size_t i = 0; i < connection->credentials.n; i++)
		read_params(c, &connection->credentials.v[i].params);
}

/* Each by itself: in a tree that is worked on they are links. */
static void read_shipped(struct ep_confine *c)
{
	static const char *const parts[] = { "", "connectors", "evidence",
					     "reports", "rules" };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		EP_AUTO_FREE char *path =
			ep_file_join(ep_app_data_folder(), parts[i]);

		ep_confine_read(c, path);
	}
}

static void gather_config(struct ep_confine *c,
			  const struct ep_config *config)
{
	ep_confine_read(c, config->folder);
	ep_confine_read(c, config->customers_folder);
	ep_confine_read(c, config->waivers);
	ep_confine_read(c, config->baselines);
	ep_confine_read(c, config->imports);
	read_beside(c, config->leavers);
	read_beside(c, config->brand.logo);
	read_beside(c, config->testing.ca_file);
	read_words(c, &config->connector_folders);
	read_words(c, &config->rule_folders);
	read_words(c, &config->report_folders);
	read_shipped(c);
	for (size_t i = 0; i < config->customers.n; i++)
		for (size_t k = 0; k < config->customers.v[i].connections.n; k++)
			gather_connection(
				c, &config->customers.v[i].connections.v[k]);
}

static void gather_secrets(struct ep_confine *c,
			   const struct ep_secrets *secrets)
{
	for (size_t i = 0; i < secrets->n; i++)
		read_beside(c, ep_secret_path(secrets->v[i]));
	ep_confine_read(c, getenv("CREDENTIALS_DIRECTORY"));
}

static void gather_writes(struct ep_confine *c, const struct ep_app *app)
{
	const struct ep_config *config = app->main_file;
	EP_AUTO_FREE char *store = ep_file_folder(config->database);
	EP_AUTO_FREE char *budgets = ep_file_folder(config->budgets);

	ep_confine_write(c, store);
	ep_confine_write(c, budgets);
	for (size_t i = 0; i < app->guard.writes.n; i++)
		ep_confine_write(c, app->guard.writes.v[i]);
	if (app->guard.edits && config->waivers)
		ep_confine_write(c, config->waivers);
	if (app->guard.edits && config->baselines)
		ep_confine_write(c, config->baselines);
	/* Large sorts spill there, not where everybody's files lie. */
	(void)setenv("SQLITE_TMPDIR", store, 1);
}

static void gather(struct ep_confine *c, const struct ep_app *app,
		   const struct ep_secrets *secrets)
{
	read_list(c, system_paths);
	if (geteuid() == 0)
		read_list(c, etc_paths);
	else
		ep_confine_read(c, "/etc");
	gather_config(c, app->main_file);
	gather_secrets(c, secrets);
	read_words(c, &app->guard.reads);
	gather_writes(c, app);
}

/* --- start ---------------------------------------------------------------------- */

/* Without it, what is told to be held would not be. */
static int check_required(struct ep_app *app, bool held, const char *what)
{
	if (held || app->main_file->confine != EP_CONFINE_REQUIRED)
		return 0;
	ep_err_set(&app->err, EP_ECONFIG, "'confine: required', but this "
		   "kernel cannot restrict %s", what);
	return app->err.code;
}

static int confine(struct ep_app *app, const struct ep_secrets *secrets)
{
	struct ep_confine c;
	int rc = ep_secret_helper_start(secrets->v, secrets->n, &app->err);

	if (rc < 0)
		return rc;
	ep_confine_init(&c);
	gather(&c, app, secrets);
	rc = ep_confine_files(&c, &app->guard.files, &app->err);
	if (rc == 0)
		rc = ep_confine_calls(&app->guard.calls, &app->err);
	ep_confine_release(&c);
	if (rc == 0)
		rc = check_required(app, app->guard.files, "files (Landlock)");
	if (rc == 0)
		rc = check_required(app, app->guard.calls,
				    "system calls (seccomp)");
	return rc;
}

static bool wanted(const struct ep_app *app)
{
	return CAN_CONFINE && app->main_file->confine != EP_CONFINE_OFF;
}

int ep_guard_start(struct ep_app *app)
{
	struct ep_secrets secrets = { 0 };
	int rc;

	if (!wanted(app) || app->guard.started)
		return 0;
	app->guard.started = true;
	ep_config_secrets(app->main_file, &secrets);
	rc = confine(app, &secrets);
	ep_vec_release(&secrets);
	return rc < 0 ? ep_app_fail(app) : 0;
}

void ep_guard_tell(const struct ep_app *app)
{
	if (!CAN_CONFINE)
		return;
	if (app->main_file->confine == EP_CONFINE_OFF)
		ep_log(EP_LOG_WARN, "confine", "'confine: off' in the "
		       "configuration: this process keeps every right of its "
		       "user");
	else if (!app->guard.files || !app->guard.calls)
		ep_log(EP_LOG_WARN, "confine", "this kernel cannot restrict "
		       "the process: %s%s%s stay as free as its user",
		       app->guard.files ? "" : "files (Landlock)",
		       app->guard.files || app->guard.calls ? "" : " and ",
		       app->guard.calls ? "" : "system calls (seccomp)");
	else if (!app->guard.ports)
		ep_log(EP_LOG_INFO, "confine",
		       "this kernel cannot restrict TCP ports (Linux 6.7)");
}

/* --- ports ---------------------------------------------------------------------- */

static uint16_t scheme_port(const char *url)
{
	return ep_str_starts(url, "http:")  ? 80 :
	       ep_str_starts(url, "ldap:")  ? 389 :
	       ep_str_starts(url, "ldaps:") ? 636 :
					      443;
}

/* False when the port is one of the connection's parameters. */
static bool port_of(const char *url, uint16_t *ret)
{
	const char *host = strstr(url, "://");
	const char *end, *at;
	int64_t n;

	*ret = scheme_port(url);
	host = host ? host + 3 : url;
	end = host + strcspn(host, "/");
	at = end;
	while (at > host && at[-1] != ':' && at[-1] != ']')
		at--;
	if (at == host || at[-1] != ':')
		return true;
	if (!ep_str_intn((struct ep_str){ at, (size_t)(end - at) }, &n) ||
	    n < 1 || n > UINT16_MAX)
		return false;
	*ret = (uint16_t)n;
	return true;
}

static bool add_port(struct ports *ports, const char *url)
{
	uint16_t port;

	if (!port_of(url, &port))
		return false;
	for (size_t i = 0; i < ports->n; i++)
		if (ports->v[i] == port)
			return true;
	EP_VEC_ADD(ports) = port;
	return true;
}

static bool add_connection(struct ports *ports, const struct ep_app *app,
			   const struct ep_connection *connection)
{
	const struct ep_spec *spec =
		ep_specs_find(&app->specs, connection->connector);
	bool known = true;

	for (size_t i = 0; known && i < connection->bases.n; i++)
		known = add_port(ports, connection->bases.v[i].value);
	for (size_t i = 0; spec && known && i < spec->bases.n; i++)
		known = add_port(ports, spec->bases.v[i].value);
	/* "{host}" may bring a port of its own. */
	for (size_t i = 0; i < connection->params.n; i++)
		if (strrchr(connection->params.v[i].value, ':'))
			(void)add_port(ports, connection->params.v[i].value);
	return known;
}

static bool add_all(struct ports *ports, const struct ep_app *app)
{
	const struct ep_config *config = app->config;
	bool known = true;

	/* A name whose answer is too long for UDP. */
	EP_VEC_ADD(ports) = 53;
	for (size_t c = 0; known && c < config->customers.n; c++) {
		const struct ep_customer *customer = &config->customers.v[c];

		for (size_t i = 0; known && i < customer->connections.n; i++)
			known = add_connection(ports, app,
					       &customer->connections.v[i]);
	}
	return known;
}

int ep_guard_ports(struct ep_app *app)
{
	struct ports ports = { 0 };
	int rc = 0;

	if (!wanted(app) || app->guard.ports)
		return 0;
	if (add_all(&ports, app))
		rc = ep_confine_ports(ports.v, ports.n, &app->guard.ports,
				      &app->err);
	ep_vec_release(&ports);
	return rc < 0 ? ep_app_fail(app) : 0;
}
