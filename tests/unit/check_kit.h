/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of check share: nights written as YAML, rules written as
 * text, and questions to the database.
 */
#ifndef EP_TEST_CHECK_KIT_H
#define EP_TEST_CHECK_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "check/check.h"
#include "check/world.h"
#include "ext/db.h"
#include "store/store.h"

#define KIT_NOW INT64_C(1763344800)	/* 2025-11-17T02:00:00Z */
#define KIT_DAY INT64_C(86400)

struct kit {
	char path[64];
	struct ep_store *store;
	struct ep_rules rules;
	struct ep_diag diag;
	struct ep_config *config;
	int64_t now;
	struct ep_check_summary sum;
	char *text;	/* of the last question */
};

static inline int kit_up(void **state)
{
	struct kit *kit = ep_calloc(1, sizeof(*kit));
	struct ep_err err = EP_ERR_INIT;
	int fd;

	snprintf(kit->path, sizeof(kit->path), "t_check.XXXXXX");
	fd = mkstemp(kit->path);
	assert_true(fd >= 0);
	close(fd);
	unlink(kit->path);
	ep_diag_init(&kit->diag);
	if (ep_store_open(kit->path, true, &kit->store, &err) < 0)
		fail_msg("%s", err.msg);
	kit->now = KIT_NOW;
	*state = kit;
	return 0;
}

static inline int kit_down(void **state)
{
	static const char *const ends[] = { "", "-wal", "-shm", ".lock" };
	struct kit *kit = *state;

	ep_store_close(kit->store);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		char path[80];

		snprintf(path, sizeof(path), "%s%s", kit->path, ends[i]);
		unlink(path);
	}
	for (size_t i = 0; i < kit->rules.rule.n; i++)
		ep_rule_free(kit->rules.rule.v[i]);
	ep_vec_release(&kit->rules.rule);
	if (kit->config)
		ep_config_free(kit->config);
	ep_diag_release(&kit->diag);
	ep_free(kit->text);
	ep_free(kit);
	ep_clock_fix(0);
	return 0;
}

static inline void kit_no_complaint(struct kit *kit)
{
	if (kit->diag.n)
		fail_msg("%s:%d:%d: %s", kit->diag.item[0].file,
			 kit->diag.item[0].line, kit->diag.item[0].col,
			 kit->diag.item[0].msg);
}

/* head: what differs from the usual header, for example "-- per: fleet\n". */
static inline struct ep_rule *kit_rule(struct kit *kit, const char *id,
				       const char *head,
				       const char *population,
				       const char *violations)
{
	struct ep_rule *rule;
	char *text = NULL;
	char file[80];
	int n = asprintf(&text,
			 "-- SPDX-License-Identifier: Apache-2.0\n"
			 "-- id: %s\n-- revision: 1\n-- title: A claim\n"
			 "-- why: Because.\n-- fix: none\n%s"
			 "-- population:\n%s\n-- violations:\n%s\n",
			 id, head, population, violations);

	assert_true(n > 0);
	snprintf(file, sizeof(file), "rules/access/%s.sql", id);
	rule = ep_rule_text(file, text, (size_t)n, &kit->diag);
	(free)(text);
	kit_no_complaint(kit);
	EP_VEC_ADD(&kit->rules.rule) = rule;
	return rule;
}

#define KIT_PER_TENANT "-- severity: high\n-- per: tenant\n"

/* A rule that finds disabled accounts. */
static inline struct ep_rule *kit_disabled_rule(struct kit *kit)
{
	return kit_rule(kit, "disabled",
			KIT_PER_TENANT "-- needs: account\n",
			"SELECT tenant, count(*) AS n FROM account "
			"GROUP BY tenant",
			"SELECT tenant, id AS subject, name, state AS seen, "
			"'active' AS wanted, email FROM account "
			"WHERE state = 'disabled'");
}

/* One more night in the kit's store, a day after the last. */
static inline void kit_night(struct kit *kit, const char *yaml)
{
	struct ep_yaml *root = ep_yaml_text("night.yaml", yaml, strlen(yaml),
					    &kit->diag);
	struct ep_err err = EP_ERR_INIT;
	struct ep_world world = { .file = "night.yaml", .world = root,
				  .diag = &kit->diag };

	kit_no_complaint(kit);
	assert_non_null(root);
	if (kit->config) {
		kit->now += KIT_DAY;
		ep_config_free(kit->config);
	}
	world.now = kit->now;
	kit->config = ep_world_config(&world, "disabled");
	kit_no_complaint(kit);
	world.config = kit->config;
	if (ep_world_play(&world, kit->store, &err) < 0)
		fail_msg("%s", err.msg);
	kit_no_complaint(kit);
	ep_yaml_free(root);
}

static inline int kit_try_check(struct kit *kit, struct ep_err *err)
{
	struct ep_check_options options = { .now = kit->now };

	return ep_check_run(kit->store, kit->config, &kit->rules, &options,
			    &kit->sum, &kit->diag, err);
}

static inline void kit_check(struct kit *kit)
{
	struct ep_err err = EP_ERR_INIT;

	if (kit_try_check(kit, &err) < 0) {
		kit_no_complaint(kit);
		fail_msg("%s", err.msg);
	}
}

/* First column of the first row, "" for NULL and none. */
static inline const char *kit_ask(struct kit *kit, const char *sql)
{
	struct ep_err err = EP_ERR_INIT;
	struct ep_stmt *stmt;
	const char *text;
	bool row = false;

	if (ep_db_prepare(ep_store_db(kit->store), sql, &stmt, &err) < 0 ||
	    ep_db_step(stmt, &row, &err) < 0)
		fail_msg("%s: %s", sql, err.msg);
	text = row ? ep_db_col_text(stmt, 0) : NULL;
	ep_free(kit->text);
	kit->text = ep_strdup(text ? text : "");
	ep_db_done(stmt);
	return kit->text;
}

static inline void kit_has(struct kit *kit, const char *sql,
			   const char *part)
{
	const char *text = kit_ask(kit, sql);

	if (!strstr(text, part))
		fail_msg("\"%s\" is not in \"%s\"", part, text);
}

#endif
