/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names dated decisions, tells their state, ends them.
 */
#include "cli/decided.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"

#define PLACE_BYTES_MAX 8192

int ep_decided_folder(struct ep_app *app, const char *key, const char *folder)
{
	if (folder)
		return 0;
	ep_err_set(&app->err, EP_ECONFIG, "%s names no folder \"%s:\"; see "
		   "exitproof.yaml(5)", app->config->path, key);
	return ep_app_fail(app);
}

const char *ep_decided_state(const struct ep_decision *said, int64_t now)
{
	if (said->ended && now >= said->ended)
		return "ended";
	if (said->expires && now >= said->expires)
		return "expired";
	return said->approved <= now ? "in force" : "not yet";
}

static bool names(const char *word, const struct ep_decision *said)
{
	EP_AUTO(ep_buf_release) struct ep_buf place =
		EP_BUF_INIT(PLACE_BYTES_MAX);
	const char *slash = strrchr(said->file, '/');
	size_t folder = slash ? (size_t)(slash + 1 - said->file) : 0;

	ep_buf_addf(&place, "%s:%d", said->file, said->line);
	if (place.overflow)
		return false;
	return ep_str_eq(said->file, word) || ep_str_eq(place.s, word) ||
	       ep_str_eq(said->file + folder, word) ||
	       ep_str_eq(place.s + folder, word);
}

int ep_decided_end(struct ep_app *app, const char *command,
		   const char *see_command, const char *noun,
		   const struct ep_decided *all, const char *word,
		   const char *by_user)
{
	const struct ep_decision *found = NULL;
	int n = 0;

	for (size_t i = 0; i < all->n; i++) {
		if (!names(word, all->v[i]))
			continue;
		found = all->v[i];
		n++;
	}
	if (n == 0)
		return ep_app_usage(command, "there is no %s '%s'; see "
				    "'exitproof %s'", noun, word, see_command);
	if (n > 1)
		return ep_app_usage(command, "'%s' holds %d %ss; say which "
				    "with FILE:LINE", word, n, noun);
	if (ep_decision_end(found, noun, ep_clock_now(), by_user, &app->err))
		return ep_app_fail(app);
	ep_app_printf("%s:%d ended\n", found->file, found->line);
	return ep_app_finish();
}
