/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Error values: one code and one bounded line of text; nothing here
 * allocates.
 */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

/* Appends to msg[*n] what fits, never half a UTF-8 sequence. */
static void msg_add(char *msg, size_t *n, const char *s)
{
	size_t len = strlen(s);
	size_t room = EP_ERR_MSG_MAX - 1 - *n;

	if (len > room)
		len = ep_utf8_cut(s, room);
	memcpy(msg + *n, s, len);
	*n += len;
	msg[*n] = '\0';
}

EP_PRINTF(2, 0)
static void msg_format(char *msg, const char *fmt, va_list ap)
{
	int n = vsnprintf(msg, EP_ERR_MSG_MAX, fmt, ap);

	if (n < 0)
		msg[0] = '\0';
	else if (n >= EP_ERR_MSG_MAX)
		msg[ep_utf8_cut(msg, EP_ERR_MSG_MAX - 1)] = '\0';
}

static void msg_store(struct ep_err *err, const char *first,
		      const char *second, const char *third)
{
	char msg[EP_ERR_MSG_MAX];
	size_t n = 0;

	/* Built apart: an argument may point into err->msg. */
	msg_add(msg, &n, first);
	msg_add(msg, &n, second);
	msg_add(msg, &n, third);
	memcpy(err->msg, msg, n + 1);
}

int ep_err_set(struct ep_err *err, enum ep_code code, const char *fmt, ...)
{
	char msg[EP_ERR_MSG_MAX];
	va_list ap;

	if (!err)
		return code;
	va_start(ap, fmt);
	msg_format(msg, fmt, ap);
	va_end(ap);
	msg_store(err, msg, "", "");
	err->code = code;
	return code;
}

int ep_err_context(struct ep_err *err, const char *fmt, ...)
{
	char msg[EP_ERR_MSG_MAX];
	va_list ap;

	if (!err)
		return EP_EBUG;
	va_start(ap, fmt);
	msg_format(msg, fmt, ap);
	va_end(ap);
	msg_store(err, msg, ": ", err->msg);
	return err->code;
}

int ep_err_errno(struct ep_err *err, enum ep_code code, const char *fmt, ...)
{
	char msg[EP_ERR_MSG_MAX];
	char reason[128];
	int number = errno;
	va_list ap;

	if (!err)
		return code;
	va_start(ap, fmt);
	msg_format(msg, fmt, ap);
	va_end(ap);
	msg_store(err, msg, ": ",
		  strerror_r(number, reason, sizeof(reason)));
	err->code = code;
	return code;
}

int ep_err_exit_status(enum ep_code code)
{
	switch (code) {
	case EP_OK:
		return 0;
	case EP_EPURGED:
		return 2;
	case EP_EUSAGE:
		return 64;
	case EP_EDATA:
	case EP_ELIMIT:
		return 65;
	case EP_ENOENT:
		return 66;
	case EP_EUNAVAIL:
	case EP_ETLS:
		return 69;
	case EP_EIO:
		return 73;
	case EP_EBUSY:
		return 75;
	case EP_EPERM:
	case EP_EDENIED:
		return 77;
	case EP_ECONFIG:
		return 78;
	case EP_EBUG:
		break;
	}
	return 70;
}
