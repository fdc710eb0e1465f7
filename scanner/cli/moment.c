/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs by number or time.
 */
#include "cli/moment.h"

#include "base/clock.h"
#include "base/str.h"
#include "store/store.h"

int ep_moment_run(struct ep_store *store, const char *word, int64_t *ret_run,
		  struct ep_err *err)
{
	int64_t t;

	if (ep_str_int(word, ret_run))
		return 0;
	if (!ep_time_iso(word, false, &t))
		return ep_err_set(err, EP_EUSAGE,
				  "'%s' is neither a run nor a time", word);
	if (ep_store_run_at(store, t, ret_run, err))
		return err->code;
	if (*ret_run == 0)
		return ep_err_set(err, EP_ENOENT,
				  "no finished run at or before %s", word);
	return 0;
}
