/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration that a test world implies.
 */
#include "check/world.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"

static char *text(const struct ep_world *w, const struct ep_yaml *map,
		  const char *key)
{
	const char *s = NULL;

	if (!ep_yaml_get(map, key) ||
	    !ep_yaml_str(map, key, w->file, w->diag, &s))
		return NULL;
	return ep_strdup(s);
}

static int64_t date(const struct ep_world *w, const struct ep_yaml *map,
		    const char *key)
{
	EP_AUTO_FREE char *s = text(w, map, key);
	int64_t t = 0;

	if (s && !ep_time_iso(s, false, &t))
		ep_diag_add(w->diag, w->file, map->line, map->col,
			    "%s: expected a date or time", key);
	return t;
}

static const struct ep_yaml *list(const struct ep_world *w,
				  const struct ep_yaml *map, const char *key)
{
	const struct ep_yaml *node = map ? ep_yaml_get(map, key) : NULL;

	if (!node)
		return NULL;
	if (node->type == EP_YAML_LIST)
		return node->child;
	ep_diag_add(w->diag, w->file, node->line, node->col,
		    "%s: expected a list", key);
	return NULL;
}

static void read_settings(const struct ep_world *w, const struct ep_yaml *map,
			  struct ep_settings *to)
{
	if (!map)
		return;
	if (map->type != EP_YAML_MAP) {
		ep_diag_add(w->diag, w->file, map->line, map->col,
			    "expected a mapping");
		return;
	}
	for (const struct ep_yaml *it = map->child; it; it = it->next)
		EP_VEC_ADD(to) = (struct ep_setting){
			.name = ep_strdup(it->key),
			.value = ep_strdup(it->text ? it->text : ""),
		};
}

static void read_declared(const struct ep_world *w, const struct ep_yaml *map,
			  struct ep_customer *customer)
{
	static const char *const known[] = { "address", "class", "owner",
					     "review_by", "reason", NULL };

	for (const struct ep_yaml *it = list(w, map, "declared"); it;
	     it = it->next) {
		ep_yaml_known(it, known, "declared account", w->file, w->diag);
		EP_VEC_ADD(&customer->declared) = (struct ep_declared){
			.address = text(w, it, "address"),
			.class = text(w, it, "class"),
			.owner = text(w, it, "owner"),
			.review_by = date(w, it, "review_by"),
			.reason = text(w, it, "reason"),
		};
	}
}

static void read_lists(const struct ep_world *w, const struct ep_yaml *map,
		       struct ep_customer *customer)
{
	for (const struct ep_yaml *it = list(w, map, "domains"); it;
	     it = it->next)
		EP_VEC_ADD(&customer->domains) = ep_strdup(it->text);
	for (const struct ep_yaml *it = list(w, map, "authorised_owners"); it;
	     it = it->next)
		EP_VEC_ADD(&customer->authorised_owners) =
			ep_strdup(it->text);
	for (const struct ep_yaml *it = list(w, map, "aliases"); it;
	     it = it->next) {
		char *pattern = text(w, it, "pattern");
		char *address = text(w, it, "address");

		EP_VEC_ADD(&customer->aliases) = (struct ep_alias_pattern){
			.pattern = pattern, .address = address,
		};
	}
}

static void read_customer(const struct ep_world *w, const struct ep_yaml *map,
			  struct ep_config *config)
{
	static const char *const known[] = {
		"id", "name", "msp", "domains", "authorised_owners",
		"aliases", "declared", "exit_at", "exit_ticket", NULL
	};
	struct ep_customer customer = { 0 };

	if (map->type != EP_YAML_MAP || !ep_yaml_get(map, "id")) {
		ep_diag_add(w->diag, w->file, map->line, map->col,
			    "a customer is a mapping with an id");
		return;
	}
	ep_yaml_known(map, known, "customer", w->file, w->diag);
	customer.id = text(w, map, "id");
	customer.name = text(w, map, "name");
	if (!customer.name)
		customer.name = ep_strdup(customer.id);
	if (ep_yaml_get(map, "msp"))
		ep_yaml_bool(map, "msp", w->file, w->diag, &customer.msp);
	customer.exit_at = date(w, map, "exit_at");
	customer.exit_ticket = text(w, map, "exit_ticket");
	read_declared(w, map, &customer);
	read_lists(w, map, &customer);
	EP_VEC_ADD(&config->customers) = customer;
}

static void read_tenant(const struct ep_world *w, const struct ep_yaml *map,
			struct ep_config *config)
{
	static const char *const known[] = { "tenant", "customer", "name",
					     "settings", NULL };
	EP_AUTO_FREE char *uid = NULL;
	EP_AUTO_FREE char *owner = NULL;
	struct ep_customer *customer;
	struct ep_claim claim = { 0 };
	char *slash;

	ep_yaml_known(map, known, "tenant", w->file, w->diag);
	uid = text(w, map, "tenant");
	owner = text(w, map, "customer");
	slash = uid ? strchr(uid, '/') : NULL;
	if (!slash) {
		ep_diag_add(w->diag, w->file, map->line, map->col,
			    "tenant: expected system/id");
		return;
	}
	if (!owner)
		return;
	customer = ep_config_customer(config, owner);
	if (!customer) {
		ep_diag_add(w->diag, w->file, map->line, map->col,
			    "there is no customer \"%s\"", owner);
		return;
	}
	claim.system = ep_strndup(uid, (size_t)(slash - uid));
	claim.tenant = ep_strdup(slash + 1);
	read_settings(w, ep_yaml_get(map, "settings"), &claim.settings);
	EP_VEC_ADD(&customer->claims) = claim;
}

static void read_part(const struct ep_world *w, const struct ep_yaml *part,
		      const char *key,
		      void (*read)(const struct ep_world *w,
				   const struct ep_yaml *map,
				   struct ep_config *config),
		      struct ep_config *config)
{
	for (const struct ep_yaml *it = list(w, part, key); it; it = it->next)
		read(w, it, config);
}

struct ep_config *ep_world_config(const struct ep_world *world,
				  const char *rule)
{
	struct ep_config *config = ep_calloc(1, sizeof(*config));
	size_t before = world->diag->n + world->diag->dropped;
	const struct ep_yaml *params = ep_yaml_get(world->world, "params");

	config->path = ep_strdup(world->file);
	read_part(world, world->base, "customers", read_customer, config);
	read_part(world, world->world, "customers", read_customer, config);
	read_part(world, world->base, "tenants", read_tenant, config);
	read_part(world, world->world, "tenants", read_tenant, config);
	if (params) {
		struct ep_rule_setting set = { .rule = ep_strdup(rule),
					       .enabled = true };

		read_settings(world, params, &set.params);
		EP_VEC_ADD(&config->rules) = set;
	}
	if (world->diag->n + world->diag->dropped == before)
		return config;
	ep_config_free(config);
	return NULL;
}
