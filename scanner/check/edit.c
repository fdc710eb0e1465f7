/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes and extends YAML files.
 */
#include "check/edit.h"

#include <string.h>
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

/* The first byte after line n, or NULL. */
static const char *after_line(const char *s, int n)
{
	while (n-- > 0) {
		s = strchr(s, '\n');
		if (!s)
			return NULL;
		s++;
	}
	return s;
}

int ep_edit_ended(const char *path, int line, int col, int64_t now,
		  const char *by_user, struct ep_buf *before,
		  struct ep_buf *after, struct ep_err *err)
{
	char day[EP_TIME_TEXT];
	const char *at;
	int rc = ep_file_read(path, EP_FILE_BYTES_MAX, before, err);

	if (rc < 0)
		return rc;
	/* A last line without its end gets one. */
	if (before->len && before->s[before->len - 1] != '\n')
		ep_buf_addc(before, '\n');
	at = after_line(before->s, line);
	if (!at)
		return ep_err_set(err, EP_EDATA, "%s changed while it was "
				  "read", path);
	ep_buf_add(after, before->s, (size_t)(at - before->s));
	ep_buf_addf(after, "%*sended: %s\n%*sended_by: ", col - 1, "",
		    ep_time_date(now, day), col - 1, "");
	ep_json_quote(after, by_user);
	ep_buf_addc(after, '\n');
	ep_buf_adds(after, at);
	return 0;
}
