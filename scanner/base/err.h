/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors as values.  The caller owns a struct ep_err on its stack; the
 * function that notices the trouble sets it once, each layer above may
 * prepend one piece of context, nobody replaces it.
 */
#ifndef EP_ERR_H
#define EP_ERR_H

#include "base/limits.h"

#define EP_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define EP_MUST_CHECK __attribute__((warn_unused_result))

/* What went wrong, as far as a caller may have to act on it. */
enum ep_code {
	EP_OK = 0,
	EP_EUSAGE = -1,	  /* the command line is wrong */
	EP_EDATA = -2,	  /* input data is malformed */
	EP_ENOENT = -3,	  /* an input file or object does not exist */
	EP_EUNAVAIL = -4, /* a vendor cannot be reached */
	EP_EBUG = -5,	  /* an invariant of this program is broken */
	EP_EIO = -6,	  /* reading or writing failed */
	EP_EBUSY = -7,	  /* another run holds the lock */
	EP_EPERM = -8,	  /* the system refuses access or a mode is unsafe */
	EP_ECONFIG = -9,  /* a configuration, connector or rule is wrong */
	EP_ELIMIT = -10,  /* a named limit was reached */
	EP_EDENIED = -11, /* a vendor refuses: credential, scope, licence */
	EP_ETLS = -12,	  /* the peer's identity or protocol is not accepted */
	EP_EPURGED = -13, /* it was deleted when its time was over: nobody can
			   * tell, which is not the same as no */
};

struct ep_err {
	enum ep_code code;
	char msg[EP_ERR_MSG_MAX];
};

#define EP_ERR_INIT { .code = EP_OK, .msg = "" }

/* Sets code and message and returns code, so that a function can end with
 * `return ep_err_set(...)`.  err may be NULL (then only the code is
 * returned).  Too long a text is cut at a UTF-8 boundary. */
int ep_err_set(struct ep_err *err, enum ep_code code, const char *fmt, ...)
	EP_PRINTF(3, 4);

/* Puts "context: " before the message and returns err->code. */
int ep_err_context(struct ep_err *err, const char *fmt, ...) EP_PRINTF(2, 3);

/* The same as ep_err_set with ": strerror(errno)" after the text. */
int ep_err_errno(struct ep_err *err, enum ep_code code, const char *fmt, ...)
	EP_PRINTF(3, 4);

/* The sysexits-like process status of DESIGN 13 for an error code. */
int ep_err_exit_status(enum ep_code code);

#endif
