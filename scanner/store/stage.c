/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packs and unpacks staged records, and spills them.
 */
#include "store/stage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/limits.h"

/* A record is at most every text at its cap, twice for addresses. */
#define RECORD_BYTES_MAX \
	(EP_SLOTS_MAX * (EP_TEXT_BYTES_MAX + 16) + EP_ATTR_BYTES_MAX + 4096)

void ep_stage_init(struct ep_stage *stage, const char *folder)
{
	memset(stage, 0, sizeof(*stage));
	stage->folder = ep_strdup(folder);
	stage->fd = -1;
	ep_buf_init(&stage->buf, EP_STAGE_BYTES_MAX + RECORD_BYTES_MAX);
}

void ep_stage_release(struct ep_stage *stage)
{
	if (stage->fd >= 0)
		close(stage->fd);
	stage->fd = -1;
	ep_buf_release(&stage->buf);
	ep_free(stage->folder);
	stage->folder = NULL;
}

size_t ep_stage_bytes(const struct ep_stage *stage)
{
	return stage->buf.cap;
}

/* --- packing ------------------------------------------------------------ */

static void put(struct ep_buf *out, const void *p, size_t n)
{
	ep_buf_add(out, p, n);
}

static void put_u32(struct ep_buf *out, size_t v)
{
	uint32_t narrow = (uint32_t)v;

	put(out, &narrow, sizeof(narrow));
}

static void put_value(struct ep_buf *out, const struct ep_value *value)
{
	ep_buf_addc(out, (char)value->type);
	if (value->type == EP_VALUE_INT)
		put(out, &value->number, sizeof(value->number));
	if (value->type == EP_VALUE_TEXT) {
		put_u32(out, value->len);
		put(out, value->text, value->len);
	}
}

static void pack(struct ep_buf *out, const struct ep_staged *staged)
{
	const struct ep_layout *layout = ep_layout(staged->kind);
	bool whole = staged->op != EP_STAGED_MOVED;
	size_t attr_len = staged->tuple.attr ? strlen(staged->tuple.attr) : 0;

	ep_buf_addc(out, (char)staged->op);
	ep_buf_addc(out, (char)staged->kind);
	put_u32(out, staged->entry);
	put_u32(out, staged->number);
	put(out, &staged->print, sizeof(staged->print));
	put_u32(out, staged->tuple.absent);
	for (int i = 0; i < layout->slots; i++)
		if (whole || layout->slot[i].moving)
			put_value(out, &staged->tuple.value[i]);
	if (!whole)
		return;
	put_u32(out, staged->key_len);
	put(out, staged->key, staged->key_len);
	put_u32(out, staged->tuple.attr ? attr_len + 1 : 0);
	if (staged->tuple.attr)
		put(out, staged->tuple.attr, attr_len + 1);
}

/* --- unpacking ---------------------------------------------------------- */

/* The bytes are our own, written by the same process. */
static const char *take(const char **p, size_t n)
{
	const char *at = *p;

	*p += n;
	return at;
}

static uint32_t take_u32(const char **p)
{
	uint32_t v;

	memcpy(&v, take(p, sizeof(v)), sizeof(v));
	return v;
}

static void take_value(const char **p, struct ep_value *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->type = (enum ep_value_type)*take(p, 1);
	if (ret->type == EP_VALUE_INT)
		memcpy(&ret->number, take(p, sizeof(ret->number)),
		       sizeof(ret->number));
	if (ret->type == EP_VALUE_TEXT) {
		ret->len = take_u32(p);
		ret->text = take(p, ret->len);
	}
}

bool ep_stage_get(const struct ep_stage *stage, size_t *pos,
		  struct ep_staged *ret)
{
	const struct ep_layout *layout;
	const char *p = stage->buf.s + *pos;
	size_t len;
	bool whole;

	if (*pos >= stage->buf.len)
		return false;
	len = take_u32(&p);
	*pos += sizeof(uint32_t) + len;
	ret->op = (enum ep_staged_op)*take(&p, 1);
	ret->kind = (enum ep_kind)*take(&p, 1);
	ret->entry = take_u32(&p);
	ret->number = take_u32(&p);
	memcpy(&ret->print, take(&p, sizeof(ret->print)), sizeof(ret->print));
	ret->tuple.absent = take_u32(&p);
	layout = ep_layout(ret->kind);
	whole = ret->op != EP_STAGED_MOVED;
	for (int i = 0; i < layout->slots; i++)
		if (whole || layout->slot[i].moving)
			take_value(&p, &ret->tuple.value[i]);
	ret->key = NULL;
	ret->key_len = 0;
	ret->tuple.attr = NULL;
	if (!whole)
		return true;
	ret->key_len = take_u32(&p);
	ret->key = take(&p, ret->key_len);
	len = take_u32(&p);
	if (len)
		ret->tuple.attr = take(&p, len);
	return true;
}

/* --- spilling ----------------------------------------------------------- */

static int write_all(int fd, const void *p, size_t n, struct ep_err *err)
{
	const char *at = p;

	while (n) {
		ssize_t done = write(fd, at, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return ep_err_errno(err, EP_EIO, "cannot write a "
					    "temporary file beside the "
					    "database");
		at += done;
		n -= (size_t)done;
	}
	return 0;
}

static int read_all(int fd, void *p, size_t n, size_t *ret_n,
		    struct ep_err *err)
{
	char *at = p;
	size_t total = 0;

	while (total < n) {
		ssize_t done = read(fd, at + total, n - total);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return ep_err_errno(err, EP_EIO, "cannot read a "
					    "temporary file beside the "
					    "database");
		if (done == 0)
			break;
		total += (size_t)done;
	}
	*ret_n = total;
	return 0;
}

/* The name goes away at once, so nothing is left behind by kill -9. */
static int open_spill(struct ep_stage *stage, struct ep_err *err)
{
	EP_AUTO_FREE char *path = ep_file_join(stage->folder,
					       ".exitproof-XXXXXX");

	stage->fd = mkostemp(path, O_CLOEXEC);
	if (stage->fd < 0)
		return ep_err_errno(err, EP_EIO, "cannot create a temporary "
				    "file in %s", stage->folder);
	if (unlink(path) < 0)
		return ep_err_errno(err, EP_EIO, "%s", path);
	return 0;
}

static int spill(struct ep_stage *stage, struct ep_err *err)
{
	uint32_t len = (uint32_t)stage->buf.len;
	int rc = 0;

	if (stage->fd < 0)
		rc = open_spill(stage, err);
	if (rc == 0)
		rc = write_all(stage->fd, &len, sizeof(len), err);
	if (rc == 0)
		rc = write_all(stage->fd, stage->buf.s, len, err);
	ep_buf_clear(&stage->buf);
	return rc;
}

int ep_stage_add(struct ep_stage *stage, struct ep_staged *staged,
		 struct ep_err *err)
{
	size_t begin = stage->buf.len;
	uint32_t len;

	staged->number = ++stage->records;
	put_u32(&stage->buf, 0);
	pack(&stage->buf, staged);
	if (stage->buf.overflow)
		return ep_err_set(err, EP_ELIMIT, "a record needs more than "
				  "%d bytes (EP_TEXT_BYTES_MAX and "
				  "EP_ATTR_BYTES_MAX)", RECORD_BYTES_MAX);
	len = (uint32_t)(stage->buf.len - begin - sizeof(len));
	memcpy(stage->buf.s + begin, &len, sizeof(len));
	if (stage->buf.len >= EP_STAGE_BYTES_MAX)
		return spill(stage, err);
	return 0;
}

int ep_stage_first(struct ep_stage *stage, bool *ret_more, struct ep_err *err)
{
	int rc;

	if (stage->fd < 0) {
		*ret_more = stage->buf.len > 0;
		return 0;
	}
	rc = spill(stage, err);
	if (rc < 0)
		return rc;
	if (lseek(stage->fd, 0, SEEK_SET) < 0)
		return ep_err_errno(err, EP_EIO, "temporary file");
	return ep_stage_next(stage, ret_more, err);
}

int ep_stage_next(struct ep_stage *stage, bool *ret_more, struct ep_err *err)
{
	uint32_t len = 0;
	size_t n = 0;
	int rc;

	*ret_more = false;
	if (stage->fd < 0)
		return 0;
	rc = read_all(stage->fd, &len, sizeof(len), &n, err);
	if (rc < 0 || n == 0)
		return rc;
	/* A chunk came out of this very buffer, so it fits again. */
	rc = read_all(stage->fd, stage->buf.s, len, &n, err);
	if (rc < 0)
		return rc;
	if (n != len)
		return ep_err_set(err, EP_EIO, "a temporary file beside the "
				  "database lost its end");
	stage->buf.len = len;
	*ret_more = true;
	return 0;
}
