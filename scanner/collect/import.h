/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evidence import: what a vendor shows only in its portal, as a file that
 * says who looked and when.  A file is taken as a whole or not at all: every
 * row is checked first, and only then anything is handed to the sink.
 */
#ifndef EP_IMPORT_H
#define EP_IMPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/err.h"
#include "collect/spec.h"
#include "model/config.h"
#include "model/sink.h"

#define EP_IMPORT_TENANT_MAX 256

struct ep_import_tenancy {
	char tenant[EP_IMPORT_TENANT_MAX];	/* the vendor's id */
	const char *customer;	/* of the configuration, NULL unclaimed */
};

struct ep_import_request {
	const struct ep_spec *spec;
	const struct ep_spec_import *import;
	/* Several files are one reading: per-owner attestations, parts. */
	char *const *files;
	size_t n;
	/* For imports whose file does not say; 0 and NULL when not given. */
	int64_t captured_at;
	const char *captured_by;
	/* one_tenant: which, as id or domain; NULL: the only one there is. */
	const char *tenant;
	int64_t max_age;	/* seconds, where the import sets none */
	/* The tenancy of a system by id or domain (key NULL: the only one).
	 * EP_ENOENT when there is none, with a message that says what to do. */
	int (*resolve)(void *to, const char *system, const char *key,
		       bool by_domain, struct ep_import_tenancy *ret,
		       struct ep_err *err);
	void *to;
};

struct ep_import_totals {
	size_t tenancies;
	int64_t records;
	int64_t rows;
	int64_t unmapped;	/* words in no list, kept and counted */
	const char *unread;	/* the file that err is about; NULL none */
};

/* Every complaint about the files is in diag, and then nothing was handed
 * over (EP_EDATA); an error of the sink is in err alone, and so is that of a
 * file that cannot be read, which the totals name. */
int ep_import(const struct ep_import_request *request, struct ep_sink *sink,
	      struct ep_import_totals *ret, struct ep_diag *diag,
	      struct ep_err *err) EP_MUST_CHECK;

/* The import that a file of this name is for ("printix-portal.tenant_users"
 * when name is none of a file); NULL when there is none. */
const struct ep_spec_import *ep_import_find(const struct ep_specs *specs,
					    const char *name,
					    const struct ep_spec **ret_spec);

/* Announces the imports that every configured tenancy ought to have, so that
 * what nobody ever provided is missing and not just not there. */
int ep_import_expect(const struct ep_specs *specs,
		     const struct ep_config *config, struct ep_sink *sink,
		     struct ep_err *err) EP_MUST_CHECK;

#endif
