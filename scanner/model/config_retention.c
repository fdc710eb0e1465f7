/* SPDX-License-Identifier: Apache-2.0 */
/*
 * retention: of the configuration: how long what runs read is kept, and what
 * has to be kept longer.
 */
#include "model/config_read.h"

#include "base/alloc.h"

/* A quarter has to be seen whole in each quarterly review, and ten years is
 * what the longest of the laws on records ask for. */
#define DAYS_MIN 100
#define DAYS_MAX 3660

static void read_hold(const struct ep_config_reader *rd,
		      const struct ep_yaml *node)
{
	static const char *const keys[] = { "id", "from", "until", "reason",
					    "by", NULL };
	static const char what[] = "a hold";
	struct ep_hold *hold = &EP_VEC_ADD(&rd->config->retention.holds);

	ep_yaml_known(node, keys, what, rd->file, rd->diag);
	*hold = (struct ep_hold){
		.id = ep_config_must(rd, node, "id", what),
		.from = ep_config_time(rd, node, "from"),
		.until = ep_config_time(rd, node, "until"),
		.reason = ep_config_must(rd, node, "reason", what),
		.by = ep_config_must(rd, node, "by", what),
	};
	if (!ep_yaml_get(node, "from"))
		ep_config_complain(rd, node, "a hold needs 'from', a date: "
					     "what was read since then stays");
	if (hold->until && hold->until <= hold->from)
		ep_config_complain(rd, ep_yaml_get(node, "until"),
				   "a hold ends after it begins");
}

void ep_config_read_retention(const struct ep_config_reader *rd,
			      const struct ep_yaml *map)
{
	static const char *const keys[] = { "days", "holds", NULL };
	const struct ep_yaml *node = ep_yaml_get(map, "retention");
	const struct ep_yaml *hold;

	if (!node)
		return;
	ep_yaml_known(node, keys, "'retention'", rd->file, rd->diag);
	if (!ep_yaml_get(node, "days"))
		ep_config_complain(rd, node, "'retention' needs 'days'");
	(void)ep_yaml_int(node, "days", rd->file, rd->diag, DAYS_MIN, DAYS_MAX,
			  &rd->config->retention.days);
	for (hold = ep_config_list(rd, node, "holds"); hold; hold = hold->next) {
		if (hold->type == EP_YAML_MAP)
			read_hold(rd, hold);
		else
			ep_config_complain(rd, hold, "a hold is a mapping");
	}
}

void ep_config_retention_clear(struct ep_config *config)
{
	for (size_t i = 0; i < config->retention.holds.n; i++) {
		struct ep_hold *hold = &config->retention.holds.v[i];

		ep_free(hold->id);
		ep_free(hold->reason);
		ep_free(hold->by);
	}
	ep_vec_release(&config->retention.holds);
}
