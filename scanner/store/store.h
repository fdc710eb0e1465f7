/* SPDX-License-Identifier: Apache-2.0 */
/*
 * History in SQLite: runs, tenancies, datasets, coverage, and the rows of
 * every entity kind with an undo log, so that the state after any run can be
 * rebuilt exactly.
 *
 * Tables (main schema), all written by the store alone but the last:
 *
 *  meta(name, value)             hash secret, creation, program version
 *  kind(id, name, next_rid)      numbers of the kinds in history
 *  run(id, kind, state, started_at, ended_at, program, host, by_user,
 *      config_sha256, rules_sha256, clock_fixed, testing, sqlite, curl,
 *      requests, connections, wire_bytes, history_low, history_high)
 *          kind: night verify import check; state: running complete aborted;
 *          its part of the log is history_low < history.id <= history_high
 *  customer(id, name, msp, exit_at, exit_ticket)      as configured, per load
 *  tenancy(id INTEGER, uid, customer, system, tenant, name, domain,
 *          first_run, retired_at)     uid is 'system/tenant'
 *  retirement(id, tenancy, at, by_user, reason, ended_run)   who said that
 *          it is not read any more; ended_run: it was seen all the same
 *  tenancy_setting(tenancy, name, value)
 *  domain(customer, domain)
 *  declared(customer, address, class, owner, review_by, reason)
 *  authorised_owner(customer, address)
 *  dataset(id INTEGER, tenancy, name, connector, connector_version, kinds,
 *          max_age, imported, advice, first_run,
 *          epoch_run, settled_run)
 *          UNIQUE(tenancy, name); kinds are words with blanks between;
 *          settled_run: first complete read of the epoch
 *  coverage(run, dataset, status, reason, advice, http_status, pages, rows,
 *           total, wire_bytes, ms, waited_ms, retries, altered, unmapped,
 *           unmapped_words, absent, captured_at, captured_by, started_at,
 *           ended_at, page_sha256, changes, removed, since_run, full_run,
 *           confirmed_at)                    PRIMARY KEY(dataset, run)
 *           changes: 1 when the read told what changed since since_run;
 *           confirmed_at: when all rows were last seen, for reads that
 *           cannot show what is gone
 *  bookmark(dataset, basis, token, run, full_run, full_at)   where the next
 *           read by changes goes on; only reads that end complete leave one,
 *           and whatever else changes the rows takes it away
 *  now_<kind>(rid INTEGER PRIMARY KEY, dataset, key, <columns of entity.def
 *           but the volatile ones,
 *           enum columns also as <name>_word, addresses also domain first as
 *           <name>_key>, absent (bit per column), attr, first_run,
 *           changed_run)   UNIQUE(dataset, key)
 *           a natural key of one text column is `key` and not stored twice
 *  moving_<kind>(rid INTEGER PRIMARY KEY, <volatile columns>, absent (bits of
 *           these)) for kinds that have such columns; a row of now_<kind> of
 *           which none was sent has none here
 *  listing(dataset, part, prints)   packed fingerprints of a dataset's rows,
 *           written with them; where it is missing each record is compared
 *           with its row
 *  history(id INTEGER PRIMARY KEY, run, kind, dataset, rid, op, quiet,
 *           changed_run, key, old)   op: 1 open 2 change 3 close; key: of a
 *           close, else that of rid; old and changed_run: what undoes it
 *           (JSON of the changed columns for change, of the whole row for
 *           close); quiet: part of an epoch's begin
 *  volatile_history(id, run, dataset, kind, undo)   packed old values
 *  person_link                   filled by check
 *
 * Views that rules and reports read (as of the run that was chosen with
 * ep_store_as_of; the newest finished one by default).  Each entity view has
 * first the columns
 *     customer   customer id or NULL when nobody claims the tenancy
 *     tenant     'system/id', the tenancy's uid
 *     tenant_name, system, dataset ('printix.users'), key
 * then the columns of entity.def (times as INTEGER seconds; an enum is
 * followed by <name>_word, the vendor's own), <name>_key of the addresses
 * (domain, U+001F, local part: join on these, they are indexed), attr (JSON),
 * first_run, first_seen_at, changed_run, changed_at.  Further views:
 *     tenancy    tenant, customer, system, id, name, domain, first_seen_at,
 *                msp (1 when the customer is the MSP), claimed (0/1)
 *     retired    tenant, customer, system, id, name, retired_at, by_user,
 *                reason    tenancies that are in no other view any more
 *     setting    tenant, name, value     facts of the configuration
 *     customer   customer, name, msp, exit_at, exit_ticket
 *     caller     as in store/caller.h
 *     domain     customer, domain, msp
 *     declared   customer, address, class, owner, review_by, reason
 *     authorised_owner  customer, address
 *     coverage   customer, tenant, system, dataset, kinds, status, reason,
 *                advice, age (seconds), stale (0/1), rows, total, pages,
 *                captured_at, captured_by, imported, run, previous_rows,
 *                changes, since_run, full_run
 *                one row per expected dataset; status 'missing' when it was
 *                never read
 *     gone_<kind>  as the entity view, for rows that were closed, with
 *                closed_run and closed_at (gone_ticket: the ticket's own);
 *                a row that came back under the same key is not in it
 *     moved      customer, tenant, system, dataset, kind, key, op, run, at,
 *                old (JSON)    the history; ask for a run or a range of runs
 *     moved_<kind>  the same of one kind, without the column kind
 *     person_link  customer, tenant, dataset, account, email, person,
 *                person_name, left_at, how, certain (0/1)   written by check
 */
#ifndef EP_STORE_H
#define EP_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "model/config.h"
#include "model/sink.h"

struct ep_db;
struct ep_store;

#define EP_STORE_SCHEMA 5

/* Opens or creates; migrates older schema versions in one transaction after
 * a backup beside the database; refuses newer ones and foreign files
 * (application_id).  write takes the scan lock (a lock on "<path>.lock"):
 * EP_EBUSY when another run holds it. */
int ep_store_open(const char *path, bool write, struct ep_store **ret,
		  struct ep_err *err) EP_MUST_CHECK;
/* A copy of the database as it is now, for who needs an answer while another
 * process writes it: runs and links can be written to it as usual, and all of
 * it is gone with ep_store_close.  EP_ELIMIT when it is too large for that or
 * the disk too small. */
int ep_store_open_aside(const char *path, struct ep_store **ret,
			struct ep_err *err) EP_MUST_CHECK;
void ep_store_close(struct ep_store *store);
/* Looks at the structure of the whole file, since SQLite finds damage only
 * where it reads: EP_EDATA says what is wrong and what to do.  indexes: also
 * whether they say the same as the tables (a question answered by one and a
 * question answered by the other must not differ); this reads everything
 * twice. */
int ep_store_whole(struct ep_store *store, bool indexes, struct ep_err *err)
	EP_MUST_CHECK;
/* Begins with that (without the indexes) in a thread of its own.  The run
 * that is begun next writes nothing before the end of it, and ends with what
 * was found: while vendors are asked it costs nobody's time. */
int ep_store_look(struct ep_store *store, struct ep_err *err) EP_MUST_CHECK;
/* The connection; for check and report.  Never while the sink has work under
 * way: ep_store_flush first. */
struct ep_db *ep_store_db(struct ep_store *store);

/* From the next run on the tenancy is in no view but `retired`, until a run
 * sees it again.  EP_ENOENT: it is not known; EP_EDATA: it is retired. */
int ep_store_retire(struct ep_store *store, const char *uid, const char *by,
		    const char *reason, struct ep_err *err) EP_MUST_CHECK;

struct ep_run_info {
	const char *kind;
	const char *program;	/* name and version */
	const char *config_sha256;
	const char *rules_sha256;
	bool testing;
};
/* Starts a run; a run left `running` by a killed process becomes aborted.
 * Copies customers, claims, domains, declared accounts, settings of the
 * configuration into the store; config must live until the run ends. */
int ep_store_run_begin(struct ep_store *store, const struct ep_run_info *info,
		       const struct ep_config *config, int64_t *ret_run,
		       struct ep_err *err) EP_MUST_CHECK;
/* complete false: aborted. */
int ep_store_run_end(struct ep_store *store, bool complete, int64_t requests,
		     int64_t connections, int64_t wire_bytes,
		     struct ep_err *err) EP_MUST_CHECK;

/* The sink of the current run.  Its functions may be called from one thread
 * only; the store works on its own writer thread behind a bounded queue.
 * ep_store_flush waits until everything handed over is durable and returns
 * the first error of the writer. */
void ep_store_sink(struct ep_store *store, struct ep_sink *ret);
int ep_store_flush(struct ep_store *store, struct ep_err *err) EP_MUST_CHECK;

/* Makes the views show the state after `run` (0: the current run, or the
 * newest complete one).  Older states are rebuilt from the undo log into
 * temporary tables of this connection. */
int ep_store_as_of(struct ep_store *store, int64_t run, struct ep_err *err)
	EP_MUST_CHECK;
/* Makes the view coverage_then: what `coverage` was as of that run.  All
 * other views stay as of theirs, and no row is rebuilt. */
int ep_store_coverage_then(struct ep_store *store, int64_t run,
			   struct ep_err *err) EP_MUST_CHECK;
/* Runs statements that write nothing but temporary objects, which a
 * connection that may only read can have, too. */
int ep_store_temp(struct ep_store *store, const char *sql, struct ep_err *err)
	EP_MUST_CHECK;
/* Narrows the entity views of a kind, and of what is gone of it, to some
 * datasets (comma list of dataset names, NULL lifts it): what a rule did not
 * declare it cannot see.  Makes views, so no guard may be set meanwhile. */
int ep_store_narrow(struct ep_store *store, enum ep_kind kind,
		    const char *datasets, struct ep_err *err) EP_MUST_CHECK;

/* The same for a reader who looks at nothing that is gone or moved: of the
 * kind's views only that of what is there is made again. */
int ep_store_narrow_now(struct ep_store *store, enum ep_kind kind,
			const char *datasets, struct ep_err *err)
	EP_MUST_CHECK;

int64_t ep_store_run(const struct ep_store *store);	/* what is shown */
/* The newest complete run that ended at or before t; 0 none. */
int ep_store_run_at(struct ep_store *store, int64_t t, int64_t *ret_run,
		    struct ep_err *err) EP_MUST_CHECK;
/* The complete run before `run` that was no verify, so that what a verify saw
 * in between is still news afterwards; 0 none. */
int ep_store_round_before(struct ep_store *store, int64_t run,
			  int64_t *ret_run, struct ep_err *err) EP_MUST_CHECK;
/* The complete run before `run`; 0 none. */
int ep_store_run_before(struct ep_store *store, int64_t run, int64_t *ret_run,
			struct ep_err *err) EP_MUST_CHECK;

#endif
