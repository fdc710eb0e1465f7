/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The collection: every dataset that the configuration and the connectors
 * make expected is asked for, and each of them ends with a coverage in the
 * sink, whatever happened to it.  All tenants at once, one thread, each
 * vendor within its own budget.
 */
#ifndef EP_COLLECT_H
#define EP_COLLECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "collect/spec.h"
#include "ext/http.h"
#include "model/caller.h"
#include "model/config.h"
#include "model/coverage.h"
#include "model/sink.h"
#include "model/tally.h"

/* Which part of it.  A tenant word is "system/id", "connector/id",
 * a system or connector alone, or a customer's id; a dataset word is
 * "connector.endpoint" or a connector alone.  Datasets that are left out are
 * neither expected nor touched; a listing that only names the parents of a
 * wanted one is read and not stored. */
struct ep_collect_filter {
	const char *const *tenants;
	size_t n_tenants;
	const char *const *datasets;
	size_t n_datasets;
	bool held_ok;	/* the operator accepts a collapse in these */
	bool full;	/* read everything, also where changes would do */
	bool exact;	/* ... unless the changes tell removals too */
	bool urgent;	/* a person waits: it goes before a night */
	/* What is wanted besides: its tenants and datasets, which count
	 * together as these do.  Its other members do not count. */
	const struct ep_collect_filter *also;
};

enum ep_collect_step {
	EP_STEP_EXPECTED,	/* known from now on; nothing sent yet */
	EP_STEP_PAGE,		/* one more page is there */
	EP_STEP_WAIT,		/* nothing to send before wait_ms are over */
	EP_STEP_END		/* coverage says how */
};

/* Valid during the call only. */
struct ep_collect_event {
	enum ep_collect_step step;
	const char *customer;	/* NULL: unclaimed */
	const char *system;
	const char *tenant;
	const char *dataset;
	int64_t pages;
	int64_t objects;	/* records read */
	int64_t total;		/* the source's own count, -1 unstated */
	int64_t wait_ms;
	const char *why;	/* WAIT: "the vendor asked for it (HTTP 429)" */
	const struct ep_coverage *coverage;	/* END */
	size_t ended;		/* datasets of the run that ended ... */
	size_t expected;	/* ... of those known so far */
};

struct ep_collect_progress {
	void *to;
	void (*event)(void *to, const struct ep_collect_event *event);
	/* How many requests each listing took, at the end; may be NULL. */
	void (*tally)(void *to, const struct ep_tally *tally);
	/* And as whom each connection asked; may be NULL. */
	void (*caller)(void *to, const struct ep_caller *caller);
	void *tally_to;	/* of both */
};

struct ep_collect_totals {
	size_t datasets;
	size_t by_status[EP_COVERAGE_HELD + 1];
	size_t connections;
	/* Connections whose connector file is not there.  Their datasets are
	 * unknown, so nothing in the store can say that they were not read:
	 * the caller must (status 78 or 2), naming `unusable_names`. */
	size_t unusable;
	char unusable_names[256];
	int64_t pages;
	int64_t rows;
	int64_t records;	/* read ... */
	int64_t known;		/* ... of which by their text alone */
	int64_t requests;	/* handed to the network, tokens included */
	int64_t answers;	/* that brought an HTTP status; none: 69 */
	int64_t retries;
	int64_t waited_ms;
	int64_t wire_bytes;
	bool time_over;		/* config run_seconds was reached */
	/* The budget that was waited for most, "" when none was, and for how
	 * long. */
	char bound[192];
	int64_t bound_ms;
	/* Why other processes' requests did not count in the budgets; "" when
	 * they did. */
	char alone[256];
};

/* What the configuration asks of connectors and they cannot do, into diag:
 * EP_ECONFIG then. */
int ep_collect_agree(const struct ep_config *config,
		     const struct ep_specs *specs, struct ep_diag *diag)
	EP_MUST_CHECK;

/* Fails only when the sink or the machinery does; a vendor's trouble is a
 * coverage, never an error.  filter and progress may be NULL. */
int ep_collect_run(const struct ep_config *config,
		   const struct ep_specs *specs,
		   const struct ep_collect_filter *filter,
		   struct ep_sink *sink, struct ep_http *http,
		   const struct ep_collect_progress *progress,
		   struct ep_collect_totals *ret, struct ep_err *err)
	EP_MUST_CHECK;

/* The same over any transport. */
struct ep_transport;
int ep_collect_over(const struct ep_config *config,
		    const struct ep_specs *specs,
		    const struct ep_collect_filter *filter,
		    struct ep_sink *sink, const struct ep_transport *transport,
		    const struct ep_collect_progress *progress,
		    struct ep_collect_totals *ret, struct ep_err *err)
	EP_MUST_CHECK;

/* The requests that a run would start with, one line each, to out: tokens,
 * identity, first pages, and fan-outs by their template.  Nothing is sent,
 * no secret is loaded.  connection NULL: of the connector alone, with its
 * own base URLs and {names} left standing. */
void ep_collect_plan(const struct ep_spec *spec,
		     const struct ep_connection *connection,
		     struct ep_buf *out);

/* One page of one endpoint, for `connector try`: the answer's status, the
 * records and the rows that they become, as text to out; a secret member
 * that is not mapped is not shown. */
int ep_collect_try(const struct ep_config *config, const struct ep_specs *specs,
		   const struct ep_connection *connection, const char *endpoint,
		   struct ep_http *http, struct ep_buf *out, struct ep_err *err)
	EP_MUST_CHECK;

/* One line per credential of a connection, for `tenant test`. */
struct ep_permit;
struct ep_collect_proof {
	const char *credential;
	const char *doc;
	const char *hint;
	bool configured;
	bool proven;	/* a token was given and the tenancy is the pinned */
	bool untried;	/* it only writes, and has no token to ask for */
	const struct ep_permit *permit;	/* NULL: the connector does not say
					 * where the vendor tells */
	size_t tried;	/* listings that were asked for one page ... */
	const struct ep_words *refused;	/* ... and "listing: why" of those
					 * that could not be read */
	char reason[512];
	char advice[512];
};
/* each: also asks every listing that stands alone for one page. */
int ep_collect_test(const struct ep_config *config,
		    const struct ep_specs *specs,
		    const struct ep_connection *connection,
		    struct ep_http *http, bool each,
		    void (*tell)(void *to, const struct ep_collect_proof *proof),
		    void *to, struct ep_err *err) EP_MUST_CHECK;

/* Both over any transport. */
int ep_collect_try_over(const struct ep_config *config,
			const struct ep_specs *specs,
			const struct ep_connection *connection,
			const char *endpoint,
			const struct ep_transport *transport,
			struct ep_buf *out, struct ep_err *err) EP_MUST_CHECK;
int ep_collect_test_over(const struct ep_config *config,
			 const struct ep_specs *specs,
			 const struct ep_connection *connection,
			 const struct ep_transport *transport, bool each,
			 void (*tell)(void *to,
				      const struct ep_collect_proof *proof),
			 void *to, struct ep_err *err) EP_MUST_CHECK;

#endif
