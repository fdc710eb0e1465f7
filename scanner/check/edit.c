/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes YAML files.
 */
#include "check/edit.h"

#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "ext/json.h"

/* Readable by the group, as the rest of the configuration. */
#define FILE_MODE 0640
#define FOLDER_MODE 0750

bool ep_edit_blank(const char *s)
{
	return !s || ep_str_trim(ep_str(s)).n == 0;
}

/* A JSON string is a double-quoted YAML scalar. */
void ep_edit_text(struct ep_buf *out, const char *key, const char *value)
{
	ep_buf_addf(out, "  %s: ", key);
	ep_json_quote(out, value);
	ep_buf_addc(out, '\n');
}

void ep_edit_day(struct ep_buf *out, const char *key, int64_t t)
{
	char day[EP_TIME_TEXT];

	ep_buf_addf(out, "  %s: %s\n", key, ep_time_date(t, day));
}

int ep_edit_write(const char *path, const struct ep_buf *text,
		  struct ep_err *err)
{
	struct ep_file_out *out = NULL;
	int rc;

	if (text->overflow)
		return ep_err_set(err, EP_ELIMIT, "%s would be above %d bytes "
				  "(EP_FILE_BYTES_MAX)", path,
				  EP_FILE_BYTES_MAX);
	rc = ep_file_out_open(path, FILE_MODE, &out, err);
	if (rc == 0)
		rc = ep_file_out_write(out, text->s, text->len, err);
	if (rc < 0) {
		ep_file_out_abort(out);
		return rc;
	}
	return ep_file_out_commit(out, err);
}

int ep_edit_create(const char *folder, const char *name,
		   const struct ep_buf *text, char **ret_path,
		   struct ep_err *err)
{
	EP_AUTO_FREE char *path = ep_file_join(folder, name);
	int rc = ep_file_mkdirs(folder, FOLDER_MODE, err);

	if (rc < 0)
		return rc;
	if (access(path, F_OK) == 0)
		return ep_err_set(err, EP_EUSAGE, "%s is there already; take "
				  "back what it says by hand", path);
	rc = ep_edit_write(path, text, err);
	if (rc == 0)
		*ret_path = ep_take(&path);
	return rc;
}
