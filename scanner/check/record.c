/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules, notes and the summary of a check, written to its tables.
 */
#include "check/record.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "base/str.h"
#include "ext/db.h"
#include "ext/json.h"

static int for_run(const struct ep_record *rec, const char *sql,
		   struct ep_err *err)
{
	struct ep_stmt *stmt;
	int rc = ep_db_prepare(rec->db, sql, &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, rec->run);
	return ep_db_run(stmt, err);
}

int ep_record_begin(const struct ep_record *rec, struct ep_err *err)
{
	int rc = for_run(rec, "DELETE FROM check_note WHERE run = ?1", err);

	return rc < 0 ? rc : for_run(rec, "DELETE FROM rule_run WHERE "
				     "run = ?1", err);
}

static const char *control_title(const struct ep_rules *rules,
				 const struct ep_rule_map *map)
{
	const struct ep_framework *fw =
		ep_frameworks_find(&rules->frameworks, map->framework);
	const struct ep_control *control =
		fw ? ep_framework_control(fw, map->control) : NULL;

	return control ? control->title : map->control;
}

static char *maps_json(const struct ep_rules *rules,
		       const struct ep_rule *rule)
{
	struct ep_buf out;

	ep_buf_init(&out, EP_FILE_BYTES_MAX);
	ep_buf_addc(&out, '[');
	for (size_t i = 0; i < rule->map.n; i++) {
		const struct ep_rule_map *map = &rule->map.v[i];

		ep_buf_adds(&out, i ? ",{\"framework\":" : "{\"framework\":");
		ep_json_quote(&out, map->framework);
		ep_buf_adds(&out, ",\"control\":");
		ep_json_quote(&out, map->control);
		ep_buf_addf(&out, ",\"relation\":\"%s\",\"sentence\":",
			    map->direct ? "direct" : "supporting");
		ep_json_quote(&out, map->sentence);
		ep_buf_adds(&out, ",\"title\":");
		ep_json_quote(&out, control_title(rules, map));
		ep_buf_addc(&out, '}');
	}
	ep_buf_addc(&out, ']');
	return ep_buf_take(&out);
}

static char *words_json(const struct ep_words *words)
{
	struct ep_buf out;

	ep_buf_init(&out, EP_FILE_BYTES_MAX);
	ep_buf_addc(&out, '[');
	for (size_t i = 0; i < words->n; i++) {
		if (i)
			ep_buf_addc(&out, ',');
		ep_json_quote(&out, words->v[i]);
	}
	ep_buf_addc(&out, ']');
	return ep_buf_take(&out);
}

static char *params_json(const struct ep_rule *rule)
{
	struct ep_buf out;

	ep_buf_init(&out, EP_FILE_BYTES_MAX);
	ep_buf_addc(&out, '{');
	for (size_t i = 0; i < rule->param.n; i++) {
		if (i)
			ep_buf_addc(&out, ',');
		ep_json_quote(&out, rule->param.v[i].name);
		ep_buf_addc(&out, ':');
		ep_json_quote(&out, rule->param.v[i].value);
	}
	ep_buf_addc(&out, '}');
	return ep_buf_take(&out);
}

static char *words_list(const struct ep_words *words)
{
	struct ep_buf out;

	ep_buf_init(&out, EP_FILE_BYTES_MAX);
	for (size_t i = 0; i < words->n; i++)
		ep_buf_addf(&out, "%s%s", i ? ", " : "", words->v[i]);
	return ep_buf_take(&out);
}

int ep_record_rule_text(const struct ep_record *rec,
			const struct ep_rules *rules,
			const struct ep_rule *rule, struct ep_err *err)
{
	const struct ep_remedy *remedy =
		ep_remedies_find(&rules->remedies, rule->fix);
	EP_AUTO_FREE char *maps = maps_json(rules, rule);
	EP_AUTO_FREE char *refs = words_json(&rule->refs);
	EP_AUTO_FREE char *params = params_json(rule);
	EP_AUTO_FREE char *systems = words_list(&rule->systems);
	EP_AUTO(ep_buf_release) struct ep_buf steps;
	struct ep_stmt *stmt;
	int rc = ep_db_prepare(rec->db, "INSERT OR REPLACE INTO rule_text("
			       "sha256, id, revision, title, why, severity, "
			       "per, systems, needs, fix, fix_title, remedy, "
			       "maps, refs, params, grp, population, "
			       "violations) VALUES(?1, ?2, ?3, ?4, ?5, ?6, "
			       "?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, "
			       "?16, ?17, ?18)", &stmt, err);

	ep_buf_init(&steps, EP_FILE_BYTES_MAX);
	if (rc < 0)
		return rc;
	if (remedy)
		ep_remedy_json(remedy, &steps);
	ep_db_text(stmt, 1, rule->sha256);
	ep_db_text(stmt, 2, rule->id);
	ep_db_int(stmt, 3, rule->revision);
	ep_db_text(stmt, 4, rule->title);
	ep_db_text(stmt, 5, rule->why);
	ep_db_text(stmt, 6, ep_severity_word(rule->severity));
	ep_db_text(stmt, 7, ep_rule_per_word(rule->per));
	ep_db_text(stmt, 8, systems);
	ep_db_text(stmt, 9, rule->needs_text);
	ep_db_text(stmt, 10, rule->fix);
	ep_db_text(stmt, 11, remedy ? remedy->title : NULL);
	ep_db_text(stmt, 12, remedy ? steps.s : "[]");
	ep_db_text(stmt, 13, maps);
	ep_db_text(stmt, 14, refs);
	ep_db_text(stmt, 15, params);
	ep_db_text(stmt, 16, rule->group);
	ep_db_text(stmt, 17, rule->population);
	ep_db_text(stmt, 18, rule->violations);
	return ep_db_run(stmt, err);
}

static int rule_run(const struct ep_record *rec, const struct ep_rule *rule,
		    const char *state, const char *severity,
		    struct ep_stmt **ret, struct ep_err *err)
{
	int rc = ep_db_prepare(rec->db, "INSERT OR REPLACE INTO rule_run(run, "
			       "rule, sha256, state, severity, reason, units, "
			       "population, violations, ms) VALUES(?1, ?2, "
			       "?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)", ret, err);

	if (rc < 0)
		return rc;
	ep_db_int(*ret, 1, rec->run);
	ep_db_text(*ret, 2, rule->id);
	ep_db_text(*ret, 3, rule->sha256);
	ep_db_text(*ret, 4, state);
	ep_db_text(*ret, 5, severity);
	return 0;
}

int ep_record_disabled(const struct ep_record *rec,
		       const struct ep_rule *rule, const char *reason,
		       struct ep_err *err)
{
	struct ep_stmt *stmt;
	int rc = rule_run(rec, rule, "disabled",
			  ep_severity_word(rule->severity), &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 6, reason);
	rc = ep_db_run(stmt, err);
	return rc < 0 ? rc : ep_record_note(rec, "rule_disabled", rule->id,
					    NULL, reason, err);
}

int ep_record_note(const struct ep_record *rec, const char *kind,
		   const char *rule, const char *unit, const char *text,
		   struct ep_err *err)
{
	struct ep_stmt *stmt;
	int rc = ep_db_prepare(rec->db, "INSERT INTO check_note(run, kind, "
			       "rule, unit, text) VALUES(?1, ?2, ?3, ?4, "
			       "?5)", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, rec->run);
	ep_db_text(stmt, 2, kind);
	ep_db_text(stmt, 3, rule);
	ep_db_text(stmt, 4, unit);
	ep_db_text(stmt, 5, text ? text : "");
	return ep_db_run(stmt, err);
}

static int record_rule(const struct ep_record *rec,
		       const struct ep_eval *eval, struct ep_err *err)
{
	struct ep_stmt *stmt;
	int rc = rule_run(rec, eval->rule, eval->error ? "error" : "checked",
			  ep_severity_word(eval->severity), &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 6, eval->message);
	ep_db_int(stmt, 7, (int64_t)eval->outcome.n);
	ep_db_int(stmt, 8, eval->population);
	ep_db_int(stmt, 9, (int64_t)eval->violation.n);
	ep_db_int(stmt, 10, eval->ms);
	rc = ep_db_run(stmt, err);
	if (rc == 0 && eval->error)
		rc = ep_record_note(rec, "rule_error", eval->rule->id, NULL,
				    eval->message, err);
	return rc;
}

int ep_record_eval(const struct ep_record *rec, const struct ep_eval *eval,
		   struct ep_err *err)
{
	int rc = record_rule(rec, eval, err);

	return rc < 0 ? rc : ep_results_apply(rec, eval, err);
}

int ep_record_summary(const struct ep_record *rec,
		      const struct ep_rules *rules, const char *threshold,
		      const struct ep_check_summary *sum, struct ep_err *err)
{
	struct ep_stmt *stmt;
	int rc = ep_db_prepare(rec->db, "INSERT OR REPLACE INTO check_run("
			       "run, at, rules_sha256, rules, units, "
			       "threshold, pass, fail, undecided, empty, "
			       "waived, not_applicable, datasets, "
			       "datasets_bad, status) VALUES(?1, ?2, ?3, ?4, "
			       "?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, "
			       "?15)", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, rec->run);
	ep_db_int(stmt, 2, rec->now);
	ep_db_text(stmt, 3, rules->sha256);
	ep_db_int(stmt, 4, sum->rules);
	ep_db_int(stmt, 5, sum->units);
	ep_db_text(stmt, 6, threshold);
	for (int i = 0; i < EP_RESULTS; i++)
		ep_db_int(stmt, 7 + i, sum->result[i]);
	ep_db_int(stmt, 13, sum->datasets);
	ep_db_int(stmt, 14, sum->datasets_bad);
	ep_db_int(stmt, 15, sum->status);
	return ep_db_run(stmt, err);
}
