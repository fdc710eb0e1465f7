/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts that no interface tells and the configuration has to: a rule that
 * turns on one decides nothing where it is not stated.
 */
#include "check/gate.h"

#include "base/str.h"

static const char *stated(const struct ep_fleet_tenancy *tenancy,
			  const char *name)
{
	for (size_t i = 0; i < tenancy->setting.n; i++)
		if (ep_str_eq(tenancy->setting.v[i].name, name))
			return tenancy->setting.v[i].value;
	return NULL;
}

static bool is_known(const struct ep_need *need, const char *value)
{
	for (size_t i = 0; i < need->value.n; i++) {
		const char *word = need->value.v[i];

		if (ep_str_eq(word + (*word == '-'), value))
			return true;
	}
	return false;
}

static void add_words(const struct ep_need *need, struct ep_buf *out)
{
	for (size_t i = 0; i < need->value.n; i++) {
		const char *word = need->value.v[i];

		ep_buf_addf(out, "%s%s",
			    i == 0 ? "" :
			    i + 1 < need->value.n ? ", " : " or ",
			    word + (*word == '-'));
	}
}

void ep_gate_setting(const struct ep_need *need,
		     const struct ep_fleet_tenancy *tenancy,
		     struct ep_gate_verdict *verdict)
{
	const char *value = stated(tenancy, need->setting);
	struct ep_buf words;
	struct ep_buf advice;

	if (value && is_known(need, value))
		return;
	ep_buf_init(&words, EP_GATE_TEXT_MAX);
	ep_buf_init(&advice, EP_GATE_TEXT_MAX);
	add_words(need, &words);
	ep_buf_addf(&advice, "write settings: {%s: ...} (%s) at the connection "
		    "or claim of %s", need->setting, words.s, tenancy->uid);
	if (value)
		ep_gate_object(verdict, advice.s, "the setting %s of %s is "
			       "\"%.60s\", which is none of %s", need->setting,
			       tenancy->name, value, words.s);
	else
		ep_gate_object(verdict, advice.s, "the setting %s of %s is not "
			       "stated", need->setting, tenancy->name);
	ep_buf_release(&words);
	ep_buf_release(&advice);
}

bool ep_gate_setting_applies(const struct ep_rule *rule,
			     const struct ep_fleet_tenancy *tenancy)
{
	for (size_t i = 0; i < rule->need.n; i++) {
		const struct ep_need *need = &rule->need.v[i];
		const char *value =
			need->setting ? stated(tenancy, need->setting) : NULL;

		for (size_t k = 0; value && k < need->value.n; k++) {
			const char *word = need->value.v[k];

			if (*word == '-' && ep_str_eq(word + 1, value))
				return false;
		}
	}
	return true;
}
