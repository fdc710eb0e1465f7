/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Results as intervals of runs: a night on which nothing changed writes
 * nothing.
 */
#include "check/record.h"

#include "base/alloc.h"
#include "base/map.h"
#include "base/str.h"
#include "ext/db.h"

struct stored {
	int64_t id;
	int64_t first_run;
	char *result;
	int64_t population;
	int64_t violations;
	int64_t waived;
	char *reason;
	char *advice;
	char *name;
	char *customer;
	bool met;
};

static void stored_free(void *p)
{
	struct stored *stored = p;

	ep_free(stored->result);
	ep_free(stored->reason);
	ep_free(stored->advice);
	ep_free(stored->name);
	ep_free(stored->customer);
	ep_free(stored);
}

static int load(const struct ep_record *rec, const char *rule,
		struct ep_map *ret, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row;
	int rc = ep_db_prepare(rec->db, "SELECT unit, id, first_run, result, "
			       "population, violations, waived, reason, "
			       "advice, unit_name, customer FROM result_log "
			       "WHERE rule = ?1 AND end_run IS NULL", &stmt,
			       err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, rule);
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		struct stored *it = ep_calloc(1, sizeof(*it));

		it->id = ep_db_col_int(stmt, 1);
		it->first_run = ep_db_col_int(stmt, 2);
		it->result = ep_strdup(ep_db_col_text(stmt, 3));
		it->population = ep_db_col_int(stmt, 4);
		it->violations = ep_db_col_int(stmt, 5);
		it->waived = ep_db_col_int(stmt, 6);
		it->reason = ep_strdup(ep_db_col_text(stmt, 7));
		it->advice = ep_strdup(ep_db_col_text(stmt, 8));
		it->name = ep_strdup(ep_db_col_text(stmt, 9));
		it->customer = ep_strdup(ep_db_col_text(stmt, 10));
		ep_map_set(ret, ep_db_col_text(stmt, 0), it);
	}
	return rc;
}

static bool same(const struct stored *it, const struct ep_outcome *out)
{
	return ep_str_eq(it->result, ep_result_word(out->result)) &&
	       it->population == out->population &&
	       it->violations == out->violations &&
	       it->waived == out->waived &&
	       ep_str_eq(it->reason, out->reason) &&
	       ep_str_eq(it->advice, out->advice) &&
	       ep_str_eq(it->name, out->unit.name) &&
	       ep_str_eq(it->customer, out->unit.customer);
}

/* An interval that began in this run was written by an earlier check of the
 * same run and never held. */
static int end(const struct ep_record *rec, const struct stored *it,
	       struct ep_err *err)
{
	bool never = it->first_run == rec->run;
	struct ep_stmt *stmt;
	int rc = ep_db_prepare(rec->db,
			       never ? "DELETE FROM result_log WHERE id = ?1"
				     : "UPDATE result_log SET end_run = ?2 "
				       "WHERE id = ?1", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, it->id);
	if (!never)
		ep_db_int(stmt, 2, rec->run);
	return ep_db_run(stmt, err);
}

static int insert(const struct ep_record *rec, const char *rule,
		  const struct ep_outcome *out, struct ep_err *err)
{
	struct ep_stmt *stmt;
	int rc = ep_db_prepare(rec->db, "INSERT INTO result_log(rule, unit, "
			       "unit_name, customer, first_run, result, "
			       "population, violations, waived, reason, "
			       "advice) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, "
			       "?8, ?9, ?10, ?11)", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, rule);
	ep_db_text(stmt, 2, out->unit.uid);
	ep_db_text(stmt, 3, out->unit.name);
	ep_db_text(stmt, 4, out->unit.customer);
	ep_db_int(stmt, 5, rec->run);
	ep_db_text(stmt, 6, ep_result_word(out->result));
	ep_db_int(stmt, 7, out->population);
	ep_db_int(stmt, 8, out->violations);
	ep_db_int(stmt, 9, out->waived);
	ep_db_text(stmt, 10, out->reason);
	ep_db_text(stmt, 11, out->advice);
	return ep_db_run(stmt, err);
}

static int apply(const struct ep_record *rec, const struct ep_eval *eval,
		 const struct ep_map *map, struct ep_err *err)
{
	struct ep_map_entry *e;
	size_t pos = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < eval->outcome.n; i++) {
		const struct ep_outcome *out = &eval->outcome.v[i];
		struct stored *it = ep_map_get(map, out->unit.uid);

		if (it)
			it->met = true;
		if (it && same(it, out))
			continue;
		if (it)
			rc = end(rec, it, err);
		if (rc == 0)
			rc = insert(rec, eval->rule->id, out, err);
	}
	while (rc == 0 && (e = ep_map_next(map, &pos))) {
		struct stored *it = e->value;

		if (!it->met)
			rc = end(rec, it, err);
	}
	return rc;
}

int ep_results_apply(const struct ep_record *rec, const struct ep_eval *eval,
		     struct ep_err *err)
{
	struct ep_map map;
	int rc;

	ep_map_init(&map);
	rc = load(rec, eval->rule->id, &map, err);
	if (rc == 0)
		rc = apply(rec, eval, &map, err);
	ep_map_release(&map, stored_free);
	return rc;
}

int ep_record_close_others(const struct ep_record *rec, struct ep_err *err)
{
	static const char *const sql[] = {
		"DELETE FROM result_log WHERE end_run IS NULL "
		"AND first_run = ?1 AND NOT EXISTS(SELECT 1 FROM rule_run r "
		"WHERE r.run = ?1 AND r.rule = result_log.rule "
		"AND r.state <> 'disabled')",
		"UPDATE result_log SET end_run = ?1 WHERE end_run IS NULL "
		"AND NOT EXISTS(SELECT 1 FROM rule_run r "
		"WHERE r.run = ?1 AND r.rule = result_log.rule "
		"AND r.state <> 'disabled')",
	};
	int rc = 0;

	for (int i = 0; rc == 0 && i < 2; i++) {
		struct ep_stmt *stmt;

		rc = ep_db_prepare(rec->db, sql[i], &stmt, err);
		if (rc < 0)
			break;
		ep_db_int(stmt, 1, rec->run);
		rc = ep_db_run(stmt, err);
	}
	return rc;
}
