/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pseudonyms for people.  A dictionary of every name, login and address that
 * the database ever held replaces them wherever they stand, in a cell of
 * their own or inside other text; what looks like an address is replaced
 * without being in it.  A pseudonym follows from the value and a key, so the
 * same person has the same one in every report made with that key, and
 * nobody without the key can guess a short value back.
 */
#ifndef EP_REPORT_REDACT_H
#define EP_REPORT_REDACT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

struct ep_config;
struct ep_redact;
struct ep_store;

/* Bytes of a key at least: SHA-256 of a shorter one could be searched. */
#define EP_REDACT_KEY_MIN 16

struct ep_redact *ep_redact_new(const void *key, size_t n);
void ep_redact_free(struct ep_redact *redact);

/* A word of the program or a customer's name: stays as it is even when a
 * person is called that. */
void ep_redact_keep(struct ep_redact *redact, const char *word);
/* A domain of a customer: says whose person it is, and stays. */
void ep_redact_domain(struct ep_redact *redact, const char *domain);
void ep_redact_person(struct ep_redact *redact, const char *value);
/* After the last of these, before the first of the next. */
void ep_redact_ready(struct ep_redact *redact);

/* Appends text with people replaced; false, and nothing appended, when there
 * are none in it.  Fits ep_db_filter. */
bool ep_redact_text(void *redact, const char *text, struct ep_buf *out);

/* Everything from the store, with the key of the configuration, or of a file
 * beside the database that is made when it is not there. */
int ep_redact_load(struct ep_store *store, const struct ep_config *config,
		   struct ep_redact **ret, struct ep_err *err) EP_MUST_CHECK;

#endif
