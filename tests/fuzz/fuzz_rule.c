/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules from bytes: a rule that is accepted has what every rule must have,
 * and no rule is refused without a complaint.
 */
#include "check/rule.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *text = fuzz_text(data, n);
	struct ep_diag diag;
	struct ep_rule *rule;

	ep_diag_init(&diag);
	rule = ep_rule_text("rules/access/a.sql", text, n, &diag);
	must((rule == NULL) == (diag.n > 0));
	if (rule) {
		must(rule->id && rule->title && rule->why && rule->fix);
		must(rule->population && rule->violations);
		must(rule->need.n > 0 && rule->revision > 0);
		for (size_t i = 0; i < rule->need.n; i++)
			must(ep_need_view(rule->need.v[i].view));
	}
	ep_rule_free(rule);
	ep_diag_release(&diag);
	ep_free(text);
	return 0;
}
