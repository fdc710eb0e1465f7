/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is gone upstream a short while ago: the vendor has had no time to
 * follow, so nobody can tell yet.
 */
#include "exit/look.h"

#include "base/str.h"
#include "ext/db.h"
#include "store/store.h"

/* When an upstream account of the person was switched off or went, as the
 * reads saw it. */
static const char upstream_sql[] =
	"SELECT a.system, a.changed_at FROM temp.account AS a JOIN"
	" person_link AS l ON l.tenant = a.tenant AND l.dataset = a.dataset"
	" AND l.account = a.id WHERE l.person = ?1 AND l.certain AND"
	" a.state IN ('disabled', 'deleted')"
	" UNION ALL SELECT g.system, g.closed_at FROM temp.gone_account AS g"
	" WHERE g.email IN (SELECT address FROM temp.alias WHERE person = ?1)"
	" OR g.login IN (SELECT address FROM temp.alias WHERE person = ?1)"
	" UNION ALL SELECT m.system, m.closed_at FROM temp.gone_membership"
	" AS m JOIN person_link AS l ON l.tenant = m.tenant AND l.account ="
	" m.account WHERE l.person = ?1 AND l.certain";

static int find_upstream(const struct ep_looker *lk, const struct ep_lag *lag,
			 int64_t *ret_at, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row;
	int rc = ep_db_prepare(ep_store_db(lk->ctx->store), upstream_sql,
			       &stmt, err);

	*ret_at = 0;
	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, lk->exit->id);
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row)
		if (ep_words_has(&lag->from, ep_db_col_text(stmt, 0)) &&
		    ep_db_col_int(stmt, 1) > *ret_at)
			*ret_at = ep_db_col_int(stmt, 1);
	return rc;
}

static int is_on(const struct ep_looker *lk, const struct ep_lag *lag,
		 const char *tenant, bool *ret, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	int rc;

	*ret = true;
	if (!lag->setting)
		return 0;
	rc = ep_db_prepare(ep_store_db(lk->ctx->store),
			   "SELECT 1 FROM temp.setting WHERE tenant = ?1 AND"
			   " name = ?2 AND value IN ('on', 'yes')", &stmt,
			   err);
	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, tenant);
	ep_db_text(stmt, 2, lag->setting);
	return ep_db_step(stmt, ret, err);
}

static int follow(const struct ep_looker *lk, const struct ep_lag *lag,
		  struct ep_exit_item *item, struct ep_err *err)
{
	int64_t at = 0;
	bool on = false;
	int rc = is_on(lk, lag, item->tenant, &on, err);

	if (rc == 0 && on)
		rc = find_upstream(lk, lag, &at, err);
	if (rc < 0 || at == 0 || at + lag->seconds <= lk->ctx->now)
		return rc;
	item->state = EP_EXIT_PENDING;
	item->until = at + lag->seconds;
	return 0;
}

int ep_look_pending(struct ep_looker *lk, struct ep_exit_item *item,
		    struct ep_err *err)
{
	const struct ep_profile *profile = lk->exit->profile;
	int rc = 0;

	if (lk->exit->subject != EP_EXIT_PERSON || !item->system ||
	    (item->end->act != EP_ACT_SEAT && item->end->act != EP_ACT_GROUP))
		return 0;
	for (size_t i = 0; rc == 0 && i < profile->lag.n; i++)
		if (ep_str_eq(profile->lag.v[i].system, item->system))
			rc = follow(lk, &profile->lag.v[i], item, err);
	return rc;
}
