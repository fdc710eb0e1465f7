/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads one connection of a configuration file: which connector, for which
 * tenancy, with which credentials.
 */
#include "model/config_read.h"

#include <string.h>

#include "base/str.h"

struct ep_secret *ep_config_secret(const struct ep_config_reader *rd,
				   const struct ep_yaml *node)
{
	static const char *const keys[] = { "file", "credential", "command",
					    NULL };
	struct ep_words argv = { 0 };
	struct ep_secret *secret = NULL;
	const char *ref;

	ep_yaml_known(node, keys, "a secret", rd->file, rd->diag);
	if (node->n != 1) {
		ep_config_complain(rd, node, "a secret is named by exactly one "
					     "of file, credential, command");
		return NULL;
	}
	if (ep_yaml_get(node, "command")) {
		ep_config_words(rd, node, "command", &argv);
		EP_VEC_ADD(&argv) = NULL;
		if (argv.v[0])
			secret = ep_secret_new(EP_SECRET_COMMAND, argv.v[0],
					       argv.v, rd->folder);
		ep_words_release(&argv);
	} else if (ep_yaml_str(node, "file", rd->file, rd->diag, &ref)) {
		secret = ep_secret_new(EP_SECRET_FILE, ref, NULL, rd->folder);
	} else if (ep_yaml_str(node, "credential", rd->file, rd->diag, &ref)) {
		secret = ep_secret_new(EP_SECRET_CREDENTIAL, ref, NULL,
				       rd->folder);
	}
	return secret;
}

static bool looks_secret(const char *name)
{
	static const char *const words[] = { "secret", "password", "token",
					     "private", "api_key", NULL };

	for (int i = 0; words[i]; i++)
		if (strstr(name, words[i]))
			return true;
	return false;
}

static void read_credential(const struct ep_config_reader *rd,
			    const struct ep_yaml *node,
			    struct ep_connection *connection)
{
	struct ep_config_credential *credential;
	const struct ep_yaml *child;
	struct ep_secret *secret;

	if (node->type != EP_YAML_MAP) {
		ep_config_complain(rd, node,
				   "credential '%s' must be a mapping",
				   node->key);
		return;
	}
	credential = &EP_VEC_ADD(&connection->credentials);
	*credential = (struct ep_config_credential){
		.name = ep_strdup(node->key), .line = node->key_line
	};
	for (child = node->child; child; child = child->next) {
		if (child->type == EP_YAML_MAP) {
			secret = ep_config_secret(rd, child);
			if (!secret)
				continue;
			EP_VEC_ADD(&credential->secrets) =
				(struct ep_config_secret){
					.name = ep_strdup(child->key),
					.secret = secret,
				};
		} else if (child->type != EP_YAML_SCALAR || !child->text) {
			ep_config_complain(rd, child, "'%s' must be a text or "
						      "a secret reference",
					   child->key);
		} else if (looks_secret(child->key)) {
			ep_config_complain(rd, child,
					   "'%s' must not stand here: name it "
					   "by {file: PATH}, {credential: NAME} "
					   "or {command: [PROGRAM, ARG]}",
					   child->key);
		} else {
			EP_VEC_ADD(&credential->params) = (struct ep_setting){
				.name = ep_strdup(child->key),
				.value = ep_strdup(child->text),
			};
		}
	}
}

void ep_config_read_connection(struct ep_config_reader *rd,
			       const struct ep_yaml *map,
			       struct ep_customer *customer)
{
	static const char *const keys[] = { "connector", "tenant", "base",
					    "params", "credentials", "settings",
					    "share_percent", "enabled",
					    "incremental", "full_every_hours",
					    NULL };
	struct ep_connection *connection;
	const struct ep_yaml *node;
	int64_t hours;

	if (map->type != EP_YAML_MAP) {
		ep_config_complain(rd, map, "a connection must be a mapping");
		return;
	}
	ep_yaml_known(map, keys, "a connection", rd->file, rd->diag);
	connection = &EP_VEC_ADD(&customer->connections);
	*connection = (struct ep_connection){
		.customer = ep_strdup(customer->id),
		.file = ep_strdup(rd->file),
		.line = map->line,
		.enabled = true,
	};
	connection->connector =
		ep_config_must(rd, map, "connector", "a connection");
	connection->tenant = ep_config_must(rd, map, "tenant", "a connection");
	ep_config_settings(rd, map, "base", &connection->bases);
	ep_config_settings(rd, map, "params", &connection->params);
	ep_config_settings(rd, map, "settings", &connection->settings);
	(void)ep_yaml_int(map, "share_percent", rd->file, rd->diag, 1, 100,
			  &connection->share_percent);
	(void)ep_yaml_bool(map, "enabled", rd->file, rd->diag,
			   &connection->enabled);
	ep_config_words(rd, map, "incremental", &connection->incremental);
	if (ep_yaml_int(map, "full_every_hours", rd->file, rd->diag, 1, 8784,
			&hours))
		connection->full_every = hours * 3600;
	node = ep_yaml_get(map, "credentials");
	if (node && node->type != EP_YAML_MAP) {
		ep_config_complain(rd, node, "'credentials' must be a mapping "
					     "of names");
		return;
	}
	for (node = node ? node->child : NULL; node; node = node->next)
		read_credential(rd, node, connection);
}

static void credential_clear(struct ep_config_credential *credential)
{
	for (size_t i = 0; i < credential->secrets.n; i++) {
		ep_free(credential->secrets.v[i].name);
		ep_secret_free(credential->secrets.v[i].secret);
	}
	ep_vec_release(&credential->secrets);
	ep_config_settings_release(&credential->params);
	ep_free(credential->name);
}

void ep_config_connection_clear(struct ep_connection *connection)
{
	for (size_t i = 0; i < connection->credentials.n; i++)
		credential_clear(&connection->credentials.v[i]);
	ep_vec_release(&connection->credentials);
	ep_config_settings_release(&connection->params);
	ep_config_settings_release(&connection->bases);
	ep_config_settings_release(&connection->settings);
	ep_words_release(&connection->incremental);
	ep_free(connection->connector);
	ep_free(connection->customer);
	ep_free(connection->tenant);
	ep_free(connection->file);
}
