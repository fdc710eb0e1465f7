/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading one end state of an exit profile.
 */
#include "exit/profile_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "check/sql_scan.h"

struct end_reader {
	const struct ep_profile_reader *rd;
	const struct ep_yaml *node;
	struct ep_end *end;
};

static void EP_PRINTF(3, 4) complain(const struct end_reader *er,
				     const struct ep_yaml *at,
				     const char *fmt, ...)
{
	char msg[EP_ERR_MSG_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	ep_diag_add(er->rd->diag, er->rd->profile->file,
		    at ? at->line : er->node->line,
		    at ? at->col : er->node->col, "%s", msg);
}

/* --- queries ------------------------------------------------------------ */

/* Values come with a '=' before them, so that a person called 007 stays
 * text whatever the binding makes of numbers. */
static const char self_person[] =
	"self(person, address, customer, leave_at, address_key) AS (SELECT"
	" substr(:person, 2), substr(:address, 2), substr(:customer, 2),"
	" CAST(substr(:leave_at, 2) AS INTEGER), substr(:address_key, 2)),\n"
	"his(tenant, dataset, account, certain, how) AS ("
	"SELECT l.tenant, l.dataset, l.account, l.certain, l.how"
	" FROM person_link AS l JOIN self ON l.person = self.person"
	" UNION SELECT a.tenant, a.dataset, a.id, 1, 'this address'"
	" FROM self JOIN account AS a ON a.email_key = self.address_key"
	" UNION SELECT a.tenant, a.dataset, a.id, 1, 'this address'"
	" FROM self JOIN account AS a ON a.login_key = self.address_key),\n"
	"mail(address) AS (SELECT m.address FROM alias AS m"
	" JOIN self ON m.person = self.person"
	" UNION SELECT self.address FROM self)";
static const char self_device[] =
	"self(device, hardware, customer, leave_at) AS (SELECT"
	" substr(:device, 2), substr(:hardware, 2), substr(:customer, 2),"
	" CAST(substr(:leave_at, 2) AS INTEGER)),\n"
	/* A hardware id is known when two devices of a tenancy have one host
	 * name; each vendor has ids of its own. */
	"its(tenant, dataset, agent) AS (SELECT a.tenant, a.dataset, a.id"
	" FROM agent AS a JOIN self ON a.customer = self.customer"
	" WHERE a.hardware = self.hardware OR (lower(a.name) = self.device"
	" AND NOT EXISTS (SELECT 1 FROM agent AS b WHERE"
	" b.tenant = a.tenant AND b.hardware = self.hardware)))";
static const char self_customer[] =
	"self(customer, leave_at, freeze_at) AS (SELECT substr(:customer, 2),"
	" CAST(substr(:leave_at, 2) AS INTEGER),"
	" CAST(substr(:freeze_at, 2) AS INTEGER))";

static const struct {
	const char *self;
	const char *param[6];
} subjects[EP_EXIT_SUBJECTS] = {
	[EP_EXIT_PERSON] = { self_person,
		{ "person", "address", "address_key", "customer", "leave_at",
		  NULL } },
	[EP_EXIT_DEVICE] = { self_device,
		{ "device", "hardware", "customer", "leave_at", NULL } },
	[EP_EXIT_CUSTOMER] = { self_customer,
		{ "customer", "leave_at", "freeze_at", NULL } },
};

static void add_params(struct ep_rule *rule, enum ep_exit_subject subject)
{
	for (int i = 0; subjects[subject].param[i]; i++)
		EP_VEC_ADD(&rule->param) = (struct ep_rule_param){
			.name = ep_strdup(subjects[subject].param[i]),
			.value = ep_strdup("="),
			.doc = ep_strdup("who or what leaves"),
		};
}

/* "WITH a AS (..) SELECT" goes on after our own tables. */
static char *with_self(const char *items, enum ep_exit_subject subject)
{
	struct ep_sql_token tok = { .at = items, .line = 1 };
	bool with = ep_sql_next(&tok) && tok.n == 4 &&
		    strncasecmp(tok.p, "WITH", 4) == 0;
	struct ep_buf sql;

	ep_buf_init(&sql, EP_DB_SQL_BYTES_MAX);
	ep_buf_addf(&sql, "WITH %s%s\n%s", subjects[subject].self,
		    with ? "," : "", with ? tok.at : items);
	return ep_buf_take(&sql);
}

static void lint_items(const struct end_reader *er, const struct ep_yaml *at)
{
	struct ep_sql_token tok = { .at = at->text, .line = at->line + 1 };
	struct ep_sql_lint lint = { 0 };

	while (ep_sql_next(&tok)) {
		const char *msg = ep_sql_lint(&lint, &tok);

		if (msg)
			ep_diag_add(er->rd->diag, er->rd->profile->file,
				    tok.line, 1, "items: %s", msg);
	}
}

static bool reads(const struct ep_rule *rule, const char *view)
{
	for (size_t i = 0; i < rule->need.n; i++)
		if (ep_str_eq(rule->need.v[i].view, view))
			return true;
	return false;
}

static void read_per(const struct end_reader *er, struct ep_rule *rule)
{
	EP_AUTO_FREE char *per = ep_profile_text(er->rd, er->node, "per",
						 false);

	rule->per = EP_PER_TENANT;
	if (ep_str_eq(per, "fleet"))
		rule->per = EP_PER_FLEET;
	else if (per && !ep_str_eq(per, "tenant"))
		complain(er, ep_yaml_get(er->node, "per"),
			 "per: expected tenant or fleet");
}

/* Its own query, or that of an end state above it. */
static void read_text(const struct end_reader *er)
{
	const struct ep_yaml *items = ep_yaml_get(er->node, "items");
	const struct ep_yaml *at = ep_yaml_get(er->node, "like");
	EP_AUTO_FREE char *like = ep_profile_text(er->rd, er->node, "like",
						  false);
	const struct ep_end *of =
		like ? ep_profile_end(er->rd->profile, like) : NULL;

	if (at && (!of || !of->items)) {
		complain(er, at, "like: \"%s\" is no end state above that has "
			 "items", like ? like : "");
	} else if (at) {
		er->end->items = ep_strdup(of->items);
	} else if (items->type != EP_YAML_SCALAR || !items->text) {
		complain(er, items, "items: expected a query");
	} else {
		lint_items(er, items);
		er->end->items = ep_strdup(items->text);
	}
}

static void read_items(const struct end_reader *er)
{
	const struct ep_profile *profile = er->rd->profile;
	const struct ep_yaml *at = ep_yaml_get(er->node, "needs");
	EP_AUTO_FREE char *needs = ep_profile_text(er->rd, er->node, "needs",
						   true);
	struct ep_rule *rule = ep_calloc(1, sizeof(*rule));

	er->end->own = rule;
	er->end->rule = rule;
	rule->file = ep_strdup(profile->file);
	rule->title = ep_strdup(er->end->title);
	rule->severity = EP_SEVERITY_HIGH;
	read_per(er, rule);
	ep_profile_words(er->rd, er->node, "systems", &rule->systems);
	if (needs)
		ep_need_parse(rule, profile->file, at->line, at->col, needs,
			      er->rd->diag);
	if (rule->per == EP_PER_TENANT && !reads(rule, "tenancy"))
		ep_need_parse(rule, profile->file, er->node->line,
			      er->node->col, "tenancy", er->rd->diag);
	rule->population = ep_strdup(
		rule->per == EP_PER_TENANT
			? "SELECT tenant, 1 AS n FROM tenancy"
			: "SELECT 1 AS n");
	read_text(er);
	rule->violations = with_self(er->end->items ? er->end->items : "",
				     profile->subject);
	add_params(rule, profile->subject);
}

/* --- the rest ----------------------------------------------------------- */

static void read_act(const struct end_reader *er)
{
	EP_AUTO_FREE char *word = ep_profile_text(er->rd, er->node, "act",
						  true);
	const char *near;
	int act;

	if (!word)
		return;
	act = ep_act_from_word(word);
	if (act >= 0) {
		er->end->act = (enum ep_act)act;
		return;
	}
	near = ep_str_nearest(word, ep_act_words);
	complain(er, ep_yaml_get(er->node, "act"), "act: there is no \"%s\"%s"
		 "%s%s", word, near ? "; did you mean \"" : "",
		 near ? near : "", near ? "\"?" : "");
}

static void read_source(const struct end_reader *er)
{
	static const char *const ways[] = { "items", "like", "rule", "attest" };
	const char *way = NULL;

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		const struct ep_yaml *at = ep_yaml_get(er->node, ways[i]);

		if (at && way)
			complain(er, at, "\"%s\" and \"%s\" exclude each other",
				 way, ways[i]);
		else if (at)
			way = ways[i];
	}
	if (ep_str_eq(way, "items") || ep_str_eq(way, "like")) {
		read_items(er);
	} else if (ep_str_eq(way, "rule")) {
		er->end->rule_id = ep_profile_text(er->rd, er->node, "rule",
						   true);
		er->end->shipped = true;
	} else if (ep_str_eq(way, "attest")) {
		er->end->who = ep_profile_text(er->rd, er->node, "attest",
					       true);
		er->end->attest = true;
	} else if (!way) {
		complain(er, NULL, "an end state has items, like, rule, "
			 "attest or use");
	}
}

static void read_body(const struct end_reader *er)
{
	static const char *const known[] = { "id", "title", "act", "fix",
		"broken", "after", "per", "systems", "needs", "items", "like",
		"rule", "attest", "settled_by", "unless", NULL };

	ep_yaml_known(er->node, known, "end state", er->rd->profile->file,
		      er->rd->diag);
	er->end->title = ep_profile_text(er->rd, er->node, "title", true);
	er->end->fix = ep_profile_text(er->rd, er->node, "fix", false);
	er->end->settled_by = ep_profile_text(er->rd, er->node, "settled_by",
					      false);
	ep_profile_words(er->rd, er->node, "unless", &er->end->unless);
	if (er->end->unless.n && !ep_yaml_get(er->node, "attest"))
		complain(er, ep_yaml_get(er->node, "unless"),
			 "unless: goes with attest alone");
	(void)ep_yaml_bool(er->node, "broken", er->rd->profile->file,
			   er->rd->diag, &er->end->broken);
	read_act(er);
	read_source(er);
}

void ep_profile_read_end(const struct ep_profile_reader *rd,
			 const struct ep_yaml *node)
{
	static const char *const known_use[] = { "id", "use", "after", NULL };
	struct end_reader er = { .rd = rd, .node = node };
	const struct ep_end *twin;

	if (node->type != EP_YAML_MAP) {
		complain(&er, NULL, "an end state is a mapping");
		return;
	}
	er.end = ep_calloc(1, sizeof(*er.end));
	er.end->line = node->line;
	er.end->col = node->col;
	er.end->id = ep_profile_text(rd, node, "id", true);
	ep_profile_words(rd, node, "after", &er.end->after);
	if (ep_yaml_get(node, "use")) {
		ep_yaml_known(node, known_use, "end state that is used",
			      rd->profile->file, rd->diag);
		er.end->use = ep_profile_text(rd, node, "use", true);
	} else {
		read_body(&er);
	}
	if (!er.end->id) {
		ep_end_free(er.end);
		return;
	}
	if (!ep_profile_name_valid(er.end->id))
		complain(&er, NULL, "id: only a-z, 0-9 and -, a letter first");
	twin = ep_profile_end(rd->profile, er.end->id);
	if (twin)
		complain(&er, NULL, "\"%s\" is also the end state of line %d",
			 er.end->id, twin->line);
	if (er.end->own)
		er.end->own->id = ep_strdup(er.end->id);
	EP_VEC_ADD(&rd->profile->end) = er.end;
}

void ep_end_free(struct ep_end *end)
{
	if (!end)
		return;
	ep_rule_free(end->own);
	ep_words_release(&end->after);
	ep_words_release(&end->unless);
	ep_free(end->id);
	ep_free(end->title);
	ep_free(end->who);
	ep_free(end->fix);
	ep_free(end->rule_id);
	ep_free(end->use);
	ep_free(end->items);
	ep_free(end->settled_by);
	ep_free(end);
}
