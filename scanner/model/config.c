/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loads exitproof.yaml and the customers folder into one struct ep_config.
 */
#include "model/config.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "ext/crypto.h"
#include "model/config_read.h"
#include "model/config_seen.h"

#define HOUR ((int64_t)3600)
#define DAY (24 * HOUR)

const char *ep_settings_get(const struct ep_settings *settings,
			    const char *name)
{
	for (size_t i = 0; i < settings->n; i++)
		if (strcmp(settings->v[i].name, name) == 0)
			return settings->v[i].value;
	return NULL;
}

struct ep_customer *ep_config_customer(const struct ep_config *config,
				       const char *id)
{
	for (size_t i = 0; i < config->customers.n; i++)
		if (strcmp(config->customers.v[i].id, id) == 0)
			return &config->customers.v[i];
	return NULL;
}

static bool customer_claims(const struct ep_customer *customer,
			    const char *system, const char *tenant)
{
	for (size_t i = 0; i < customer->claims.n; i++)
		if (strcmp(customer->claims.v[i].system, system) == 0 &&
		    strcmp(customer->claims.v[i].tenant, tenant) == 0)
			return true;
	/* A connection's connector is named after its system by convention;
	 * the id after the last '-' variant does not matter for a pin. */
	for (size_t i = 0; i < customer->connections.n; i++)
		if (strcmp(customer->connections.v[i].connector, system) == 0 &&
		    strcmp(customer->connections.v[i].tenant, tenant) == 0)
			return true;
	return false;
}

struct ep_customer *ep_config_claimant(const struct ep_config *config,
				       const char *system, const char *tenant)
{
	for (size_t i = 0; i < config->customers.n; i++)
		if (customer_claims(&config->customers.v[i], system, tenant))
			return &config->customers.v[i];
	return NULL;
}

/* --- sections of exitproof.yaml ------------------------------------------ */

static void read_leavers(const struct ep_config_reader *rd,
			 const struct ep_yaml *map)
{
	static const char *const keys[] = { "file", "max_age_days", NULL };
	const struct ep_yaml *node = ep_yaml_get(map, "leavers");
	int64_t days = 7;

	rd->config->leavers_max_age = 7 * DAY;
	if (!node)
		return;
	ep_yaml_known(node, keys, "'leavers'", rd->file, rd->diag);
	rd->config->leavers = ep_config_path(rd, node, "file");
	if (!rd->config->leavers)
		ep_config_complain(rd, node, "'leavers' needs 'file'");
	if (ep_yaml_int(node, "max_age_days", rd->file, rd->diag, 1, 366,
			&days))
		rd->config->leavers_max_age = days * DAY;
}

static void read_ages(const struct ep_config_reader *rd,
		      const struct ep_yaml *map)
{
	static const char *const keys[] = { "api_hours", "import_days", NULL };
	const struct ep_yaml *node = ep_yaml_get(map, "max_age");
	int64_t n;

	rd->config->api_max_age = 26 * HOUR;
	rd->config->import_max_age = 7 * DAY;
	if (!node)
		return;
	ep_yaml_known(node, keys, "'max_age'", rd->file, rd->diag);
	if (ep_yaml_int(node, "api_hours", rd->file, rd->diag, 1, 24 * 366, &n))
		rd->config->api_max_age = n * HOUR;
	if (ep_yaml_int(node, "import_days", rd->file, rd->diag, 1, 366, &n))
		rd->config->import_max_age = n * DAY;
}

static bool colour_valid(const char *s)
{
	return s[0] == '#' && strlen(s) == 7 &&
	       strspn(s + 1, "0123456789abcdefABCDEF") == 6;
}

static void read_brand(const struct ep_config_reader *rd,
		       const struct ep_yaml *map)
{
	static const char *const keys[] = { "name", "logo", "colour", NULL };
	const struct ep_yaml *node = ep_yaml_get(map, "brand");

	if (!node)
		return;
	ep_yaml_known(node, keys, "'brand'", rd->file, rd->diag);
	rd->config->brand.name = ep_config_text(rd, node, "name");
	rd->config->brand.logo = ep_config_path(rd, node, "logo");
	rd->config->brand.colour = ep_config_text(rd, node, "colour");
	if (rd->config->brand.colour && !colour_valid(rd->config->brand.colour))
		ep_config_complain(rd, ep_yaml_get(node, "colour"),
				   "'colour' must look like #1a5fb4");
}

static void read_redact(const struct ep_config_reader *rd,
			const struct ep_yaml *map)
{
	static const char *const keys[] = { "key", NULL };
	const struct ep_yaml *node = ep_yaml_get(map, "redact");
	const struct ep_yaml *key;

	if (!node)
		return;
	ep_yaml_known(node, keys, "'redact'", rd->file, rd->diag);
	key = ep_yaml_get(node, "key");
	if (key && key->type == EP_YAML_MAP)
		rd->config->redact_key = ep_config_secret(rd, key);
	else
		ep_config_complain(rd, key ? key : node,
				   "'redact' needs 'key', a secret by "
				   "reference: {file: PATH}");
}

static void read_testing(const struct ep_config_reader *rd,
			 const struct ep_yaml *map)
{
	static const char *const keys[] = { "allow_loopback", "ca_file",
					    "hurry", "answer_ms", NULL };
	const struct ep_yaml *node = ep_yaml_get(map, "testing");

	if (!node)
		return;
	rd->config->testing.present = true;
	ep_yaml_known(node, keys, "'testing'", rd->file, rd->diag);
	(void)ep_yaml_bool(node, "allow_loopback", rd->file, rd->diag,
			   &rd->config->testing.allow_loopback);
	rd->config->testing.ca_file = ep_config_path(rd, node, "ca_file");
	(void)ep_yaml_int(node, "hurry", rd->file, rd->diag, 1,
			  EP_HURRY_MAX, &rd->config->testing.hurry);
	(void)ep_yaml_int(node, "answer_ms", rd->file, rd->diag, 1,
			  EP_HTTP_TOTAL_SECONDS * 1000,
			  &rd->config->testing.answer_ms);
}

static bool severity_known(const char *word)
{
	static const char *const words[] = { "info", "low",	 "medium",
					     "high", "critical", NULL };

	for (int i = 0; words[i]; i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

static char *read_severity(const struct ep_config_reader *rd,
			   const struct ep_yaml *map, const char *key)
{
	char *text = ep_config_text(rd, map, key);

	if (text && !severity_known(text))
		ep_config_complain(rd, ep_yaml_get(map, key),
				   "'%s' is info, low, medium, high or critical",
				   key);
	return text;
}

static void read_rules(const struct ep_config_reader *rd,
		       const struct ep_yaml *map)
{
	static const char *const keys[] = { "enabled", "reason", "severity",
					    "params", NULL };
	const struct ep_yaml *node = ep_yaml_get(map, "rules");
	struct ep_rule_setting *rule;

	if (node && node->type != EP_YAML_MAP)
		ep_config_complain(rd, node, "'rules' must map rule ids");
	for (node = node ? node->child : NULL; node; node = node->next) {
		ep_yaml_known(node, keys, "a rule's settings", rd->file,
			      rd->diag);
		rule = &EP_VEC_ADD(&rd->config->rules);
		*rule = (struct ep_rule_setting){
			.rule = ep_strdup(node->key),
			.enabled = true,
		};
		(void)ep_yaml_bool(node, "enabled", rd->file, rd->diag,
				   &rule->enabled);
		rule->reason = ep_config_text(rd, node, "reason");
		rule->severity = read_severity(rd, node, "severity");
		ep_config_settings(rd, node, "params", &rule->params);
		if (!rule->enabled && (!rule->reason || !*rule->reason))
			ep_config_complain(rd, node, "a rule that is switched "
						     "off needs a 'reason'");
	}
}

static void add_folders(const struct ep_config_reader *rd,
			const struct ep_yaml *map, const char *key,
			const char *on_disk, const char *data_folder,
			struct ep_words *to)
{
	struct ep_words named = { 0 };

	ep_config_words(rd, map, key, &named);
	for (size_t i = 0; i < named.n; i++) {
		EP_VEC_ADD(to) = ep_file_join(rd->folder, named.v[i]);
		ep_free(named.v[i]);
	}
	ep_vec_release(&named);
	EP_VEC_ADD(to) = ep_file_join(rd->folder, on_disk);
	if (data_folder)
		EP_VEC_ADD(to) = ep_file_join(data_folder, on_disk);
}

static void read_folders(const struct ep_config_reader *rd,
			 const struct ep_yaml *map, const char *data_folder)
{
	struct ep_config *config = rd->config;

	add_folders(rd, map, "connector_folders", "connectors", data_folder,
		    &config->connector_folders);
	add_folders(rd, map, "rule_folders", "rules", data_folder,
		    &config->rule_folders);
	add_folders(rd, map, "report_folders", "reports", data_folder,
		    &config->report_folders);
}

static void read_vendor_words(const struct ep_config_reader *rd,
			      const struct ep_yaml *map)
{
	static const char *const keys[] = { "base", "share_percent", NULL };
	const struct ep_yaml *node = ep_yaml_get(map, "vendors");
	struct ep_vendor_setting *vendor;

	if (node && node->type != EP_YAML_MAP)
		ep_config_complain(rd, node, "'vendors' must map connectors");
	for (node = node ? node->child : NULL; node; node = node->next) {
		ep_yaml_known(node, keys, "a vendor's settings", rd->file,
			      rd->diag);
		vendor = &EP_VEC_ADD(&rd->config->vendors);
		*vendor = (struct ep_vendor_setting){
			.connector = ep_strdup(node->key)
		};
		ep_config_settings(rd, node, "base", &vendor->bases);
		(void)ep_yaml_int(node, "share_percent", rd->file, rd->diag, 1,
				  100, &vendor->share_percent);
	}
}

static void read_numbers(const struct ep_config_reader *rd,
			 const struct ep_yaml *map)
{
	int64_t hours = 6;

	(void)ep_yaml_int(map, "run_hours", rd->file, rd->diag, 1, 48, &hours);
	rd->config->run_seconds = hours * HOUR;
	rd->config->revoke_hours = EP_REVOKE_HOURS;
	(void)ep_yaml_int(map, "revoke_within_hours", rd->file, rd->diag, 1,
			  24 * 366, &rd->config->revoke_hours);
	(void)ep_yaml_int(map, "connections_per_host", rd->file, rd->diag, 1,
			  64, &rd->config->connections_per_host);
}

/* Beside the database, so that configurations that keep theirs in one folder
 * count together unasked. */
static void read_budgets(const struct ep_config_reader *rd,
			 const struct ep_yaml *map)
{
	EP_AUTO_FREE char *folder = NULL;

	rd->config->budgets = ep_config_path(rd, map, "budgets");
	if (rd->config->budgets || !rd->config->database)
		return;
	folder = ep_file_folder(rd->config->database);
	rd->config->budgets = ep_file_join(folder, "budgets.db");
}

static void read_confine(const struct ep_config_reader *rd,
			 const struct ep_yaml *map)
{
	EP_AUTO_FREE char *word = ep_config_text(rd, map, "confine");

	if (!word || strcmp(word, "try") == 0)
		rd->config->confine = EP_CONFINE_TRY;
	else if (strcmp(word, "required") == 0)
		rd->config->confine = EP_CONFINE_REQUIRED;
	else if (strcmp(word, "off") == 0)
		rd->config->confine = EP_CONFINE_OFF;
	else
		ep_config_complain(rd, ep_yaml_get(map, "confine"),
				   "'confine' is try, required or off");
}

/* One that is named has to be there: without it every customer would be gone
 * and nobody the wiser. */
static char *read_customers_path(struct ep_config_reader *rd,
				 const struct ep_yaml *map)
{
	char *path = ep_config_path(rd, map, "customers");
	struct stat st;

	if (!path)
		return ep_file_join(rd->folder, "customers");
	if (stat(path, &st) != 0)
		ep_config_complain(rd, ep_yaml_get(map, "customers"),
				   "the folder of the customers, %s: %s", path,
				   strerror(errno));
	return path;
}

static void read_main(struct ep_config_reader *rd, const struct ep_yaml *map,
		      const char *data_folder)
{
	static const char *const keys[] = {
		"msp",	    "database", "budgets", "customers",  "leavers",
		"imports",  "waivers",	"baselines", "connector_folders", "rule_folders",
		"report_folders", "rules", "threshold", "max_age",
		"run_hours", "connections_per_host", "brand", "vendors",
		"redact",   "testing",  "notify", "retention",
		"revoke_within_hours", "confine", NULL
	};
	struct ep_config *config = rd->config;
	const struct ep_yaml *msp = ep_yaml_get(map, "msp");

	ep_yaml_known(map, keys, "the configuration", rd->file, rd->diag);
	if (msp)
		ep_config_read_customer(rd, msp, true);
	else
		ep_config_complain(rd, map, "the configuration needs 'msp'");
	config->database = ep_config_path(rd, map, "database");
	if (!config->database)
		ep_config_complain(rd, map, "the configuration needs "
					    "'database', a path");
	read_budgets(rd, map);
	config->imports = ep_config_path(rd, map, "imports");
	config->waivers = ep_config_path(rd, map, "waivers");
	config->baselines = ep_config_path(rd, map, "baselines");
	config->customers_folder = read_customers_path(rd, map);
	config->threshold = read_severity(rd, map, "threshold");
	read_leavers(rd, map);
	read_ages(rd, map);
	read_numbers(rd, map);
	read_brand(rd, map);
	read_redact(rd, map);
	read_testing(rd, map);
	ep_config_read_retention(rd, map);
	read_confine(rd, map);
	ep_config_read_notify(rd, map);
	read_rules(rd, map);
	read_vendor_words(rd, map);
	read_folders(rd, map, data_folder);
}

/* --- the whole ------------------------------------------------------------ */

/* Reads it once, so that what is hashed is what was parsed. */
static struct ep_yaml *read_file(const char *path, struct ep_buf *text,
				 struct ep_sha256 *sha, struct ep_diag *diag)
{
	struct ep_err err = EP_ERR_INIT;
	struct ep_yaml *yaml = NULL;

	ep_buf_clear(text);
	if (ep_file_read(path, EP_FILE_BYTES_MAX, text, &err) < 0)
		ep_diag_add(diag, path, 0, 0, "%s", err.msg);
	else
		yaml = ep_yaml_text(path, text->s, text->len, diag);
	if (sha) {
		ep_sha256_add(sha, text->s, text->len);
		ep_sha256_add(sha, "", 1);
	}
	return yaml;
}

static char *hex_of(const uint8_t digest[EP_SHA256_BYTES])
{
	struct ep_buf hex = EP_BUF_INIT(2 * EP_SHA256_BYTES + 1);

	ep_str_hex(&hex, digest, EP_SHA256_BYTES);
	return ep_buf_take(&hex);
}

/* Their stamps are taken before they are read: one that changes meanwhile has
 * another the next time. */
static void read_customers(struct ep_config_reader *rd, struct ep_sha256 *sha)
{
	EP_AUTO(ep_buf_release) struct ep_buf text =
		EP_BUF_INIT(EP_FILE_BYTES_MAX);
	struct ep_config *config = rd->config;
	struct ep_err err = EP_ERR_INIT;
	char **names;
	size_t n;

	if (ep_config_basis(config, &names, &n, &err)) {
		ep_diag_add(rd->diag, config->customers_folder, 0, 0, "%s",
			    err.msg);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		EP_AUTO_FREE char *path =
			ep_file_join(config->customers_folder, names[i]);
		struct ep_yaml *yaml = read_file(path, &text, sha, rd->diag);

		rd->file = path;
		if (yaml)
			ep_config_read_customer(rd, yaml, false);
		ep_yaml_free(yaml);
	}
	ep_file_list_free(names, n);
}

/* A vendor-wide base or share counts where the connection says nothing. */
static void apply_vendor(struct ep_connection *connection,
			 const struct ep_vendor_setting *vendor)
{
	for (size_t i = 0; i < vendor->bases.n; i++) {
		const struct ep_setting *base = &vendor->bases.v[i];

		if (ep_settings_get(&connection->bases, base->name))
			continue;
		EP_VEC_ADD(&connection->bases) = (struct ep_setting){
			.name = ep_strdup(base->name),
			.value = ep_strdup(base->value),
		};
	}
	if (!connection->share_percent)
		connection->share_percent = vendor->share_percent;
}

static void apply_vendors(struct ep_config *config)
{
	for (size_t c = 0; c < config->customers.n; c++) {
		struct ep_customer *customer = &config->customers.v[c];

		for (size_t i = 0; i < customer->connections.n; i++)
			for (size_t v = 0; v < config->vendors.n; v++)
				if (strcmp(config->vendors.v[v].connector,
					   customer->connections.v[i]
						   .connector) == 0)
					apply_vendor(
						&customer->connections.v[i],
						&config->vendors.v[v]);
	}
}

struct ep_config *ep_config_read_main(const char *path,
				      const char *data_folder,
				      struct ep_sha256 *sha,
				      struct ep_diag *diag)
{
	EP_AUTO(ep_buf_release) struct ep_buf text =
		EP_BUF_INIT(EP_FILE_BYTES_MAX);
	struct ep_config *config = ep_calloc(1, sizeof(*config));
	struct ep_config_reader rd = { .config = config, .diag = diag };
	uint8_t digest[EP_SHA256_BYTES];
	struct ep_yaml *yaml;

	config->path = ep_strdup(path);
	config->folder = ep_file_folder(path);
	rd.file = config->path;
	rd.folder = config->folder;
	yaml = read_file(path, &text, sha, diag);
	ep_sha256_of(text.s, text.len, digest);
	config->main_sha256 = hex_of(digest);
	if (yaml && yaml->type == EP_YAML_MAP)
		read_main(&rd, yaml, data_folder);
	else if (yaml)
		ep_config_complain(&rd, yaml,
				   "the configuration must be a mapping");
	ep_yaml_free(yaml);
	return config;
}

struct ep_config *ep_config_load(const char *path, const char *data_folder,
				 struct ep_diag *diag)
{
	struct ep_sha256 *sha = ep_sha256_new();
	size_t complaints = diag->n;
	struct ep_config *config =
		ep_config_read_main(path, data_folder, sha, diag);
	struct ep_config_reader rd = { .config = config,
				       .diag = diag,
				       .folder = config->folder };
	uint8_t digest[EP_SHA256_BYTES];

	if (config->customers_folder)
		read_customers(&rd, sha);
	apply_vendors(config);
	ep_config_check(config, diag);
	ep_sha256_end(sha, digest);
	config->sha256 = hex_of(digest);
	if (diag->n == complaints)
		return config;
	ep_config_free(config);
	return NULL;
}
