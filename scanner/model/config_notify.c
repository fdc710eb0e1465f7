/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads notify: of exitproof.yaml: who is told that something changed.
 */
#include "model/config_read.h"

#include <string.h>

#include "base/str.h"
#include "ext/mail.h"

static void read_secret(const struct ep_config_reader *rd,
			const struct ep_yaml *map, const char *key,
			struct ep_secret **ret)
{
	const struct ep_yaml *node = ep_yaml_get(map, key);

	if (!node)
		return;
	if (node->type == EP_YAML_MAP)
		*ret = ep_config_secret(rd, node);
	else
		ep_config_complain(rd, node,
				   "'%s' is a secret: {file: PATH}, "
				   "{credential: NAME} or {command: [...]}",
				   key);
}

static void check_addresses(const struct ep_config_reader *rd,
			    const struct ep_yaml *map,
			    const struct ep_notify *n)
{
	if (n->mail_from && !ep_mail_address_valid(n->mail_from))
		ep_config_complain(rd, ep_yaml_get(map, "sender"),
				   "'sender' is no mail address");
	for (size_t i = 0; i < n->to.n; i++)
		if (!ep_mail_address_valid(n->to.v[i]))
			ep_config_complain(rd, ep_yaml_get(map, "to"),
					   "'%.80s' in 'to' is no mail "
					   "address",
					   n->to.v[i]);
	if (n->server && !ep_mail_server_valid(n->server))
		ep_config_complain(rd, ep_yaml_get(map, "server"),
				   "'server' is smtps://HOST or smtp://HOST "
				   "(with STARTTLS), and a port if need be");
}

static void read_mail(const struct ep_config_reader *rd,
		      const struct ep_yaml *map, struct ep_notify *n)
{
	n->server = ep_config_must(rd, map, "server", "mail");
	n->mail_from = ep_config_must(rd, map, "sender", "mail");
	ep_config_words(rd, map, "to", &n->to);
	if (n->to.n == 1 && ep_str_eq(n->to.v[0], "managers")) {
		ep_words_release(&n->to);
		n->to_managers = true;
	}
	if (!n->to_managers && n->to.n == 0)
		ep_config_complain(rd, map,
				   "'to' is needed: addresses, or "
				   "managers");
	n->user = ep_config_text(rd, map, "user");
	read_secret(rd, map, "password", &n->password);
	if (!n->user != !n->password)
		ep_config_complain(rd, map,
				   "'user' and 'password' belong together");
	check_addresses(rd, map, n);
}

static void read_webhook(const struct ep_config_reader *rd,
			 const struct ep_yaml *map, struct ep_notify *n)
{
	static const char *const only[] = { "server", "sender",	  "to",
					    "user",   "password", NULL };

	read_secret(rd, map, "url", &n->url);
	if (!n->url && !ep_yaml_get(map, "url"))
		ep_config_complain(rd, map, "a webhook needs 'url', a secret");
	for (int i = 0; only[i]; i++)
		if (ep_yaml_get(map, only[i]))
			ep_config_complain(rd, ep_yaml_get(map, only[i]),
					   "'%s' belongs to mail", only[i]);
}

static void read_one(const struct ep_config_reader *rd,
		     const struct ep_yaml *map)
{
	static const char *const keys[] = { "id",	"by",  "server",
					    "sender",	"to",  "user",
					    "password", "url", "customers",
					    "from",	NULL };
	static const char *const kinds[] = { "mail", "slack", "teams", "json",
					     NULL };
	struct ep_notify *n = &EP_VEC_ADD(&rd->config->notify);
	EP_AUTO_FREE char *by = NULL;
	int kind = 0;

	memset(n, 0, sizeof(*n));
	ep_yaml_known(map, keys, "a notice", rd->file, rd->diag);
	n->line = map->line;
	n->id = ep_config_must(rd, map, "id", "a notice");
	ep_config_words(rd, map, "customers", &n->customers);
	n->from = ep_config_text(rd, map, "from");
	by = ep_config_must(rd, map, "by", "a notice");
	while (kinds[kind] && !ep_str_eq(kinds[kind], by))
		kind++;
	if (!kinds[kind]) {
		ep_config_complain(rd, ep_yaml_get(map, "by"),
				   "'by' is mail, slack, teams or json");
		return;
	}
	n->kind = (enum ep_notify_kind)kind;
	if (n->kind == EP_NOTIFY_MAIL)
		read_mail(rd, map, n);
	else
		read_webhook(rd, map, n);
}

static void check_ids(const struct ep_config_reader *rd,
		      const struct ep_yaml *map)
{
	static const char *const severities[] = { "info", "low",      "medium",
						  "high", "critical", NULL };

	for (size_t i = 0; i < rd->config->notify.n; i++) {
		const struct ep_notify *n = &rd->config->notify.v[i];
		int k = 0;

		for (size_t j = 0; j < i; j++)
			if (ep_str_eq(rd->config->notify.v[j].id, n->id))
				ep_config_complain(rd, map,
						   "notify: '%s' is "
						   "there twice",
						   n->id);
		while (n->from && severities[k] &&
		       !ep_str_eq(n->from, severities[k]))
			k++;
		if (n->from && !severities[k])
			ep_config_complain(rd, map,
					   "notify: 'from' of '%s' "
					   "is info, low, medium, high or "
					   "critical",
					   n->id);
	}
}

void ep_config_read_notify(const struct ep_config_reader *rd,
			   const struct ep_yaml *map)
{
	const struct ep_yaml *node;

	for (node = ep_config_list(rd, map, "notify"); node;
	     node = node->next) {
		if (node->type == EP_YAML_MAP)
			read_one(rd, node);
		else
			ep_config_complain(rd, node, "a notice is a mapping");
	}
	check_ids(rd, map);
}

void ep_config_notify_clear(struct ep_notify *n)
{
	ep_free(n->id);
	ep_free(n->server);
	ep_free(n->mail_from);
	ep_words_release(&n->to);
	ep_free(n->user);
	ep_secret_free(n->password);
	ep_secret_free(n->url);
	ep_words_release(&n->customers);
	ep_free(n->from);
}
