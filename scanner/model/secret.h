/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A secret by reference.  The bytes are loaded when first needed, are never
 * printed, and are wiped on release.
 */
#ifndef EP_SECRET_H
#define EP_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum ep_secret_source {
	EP_SECRET_FILE,		/* mode checked, see ep_file_read_private */
	EP_SECRET_CREDENTIAL,	/* systemd: $CREDENTIALS_DIRECTORY/NAME */
	EP_SECRET_COMMAND	/* argv, no shell; standard output, 30 s */
};

struct ep_secret;	/* opaque */

/* ref: path, credential name, or for COMMAND the program; argv is NULL-ended
 * and copied. base_folder resolves relative paths. */
struct ep_secret *ep_secret_new(enum ep_secret_source source, const char *ref,
				char *const *argv, const char *base_folder);
void ep_secret_free(struct ep_secret *secret);
/* Loads on first use; one trailing newline is cut; CR, LF and NUL inside are
 * refused unless multiline (PEM keys). */
int ep_secret_get(struct ep_secret *secret, bool multiline, const char **ret,
		  size_t *ret_len, struct ep_err *err) EP_MUST_CHECK;
/* "file secrets/acme" for messages: where it is, never what it is. */
const char *ep_secret_where(const struct ep_secret *secret);
/* The file that is read; NULL for the other sources. */
const char *ep_secret_path(const struct ep_secret *secret);

#endif
