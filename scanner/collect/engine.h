/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to the collection: the engine, and what it moves.
 *
 *	engine    one run
 *	site      a connection in use: connector, credentials, identity
 *	tenancy   whose datasets they are: the site's own, or one that a
 *	          listing with `tenants: true` showed
 *	source    one dataset of one tenancy (or a listing that is read only
 *	          because it names the parents of a wanted one)
 *	listing   one call of an endpoint with all its pages; a source with
 *	          for_each has one per parent record
 *
 * A source ends exactly once, when nothing feeds it any more and all its
 * listings ended; ep_source_end is the only place that says so to the sink.
 */
#ifndef EP_ENGINE_H
#define EP_ENGINE_H

#include "base/clock.h"
#include "base/map.h"
#include "collect/agenda.h"
#include "collect/auth.h"
#include "collect/budget.h"
#include "collect/collect.h"
#include "collect/judge.h"
#include "collect/mapper.h"
#include "collect/page.h"
#include "collect/transport.h"
#include "collect/vars.h"
#include "collect/wait.h"
#include "ext/regex.h"

struct ep_site;
struct ep_source;
struct ep_listing;
struct ep_try;

/* A parsed page; parent records live in it as long as calls need them. */
struct ep_doc {
	struct ep_json *json;
	unsigned refs;
};
struct ep_doc *ep_doc_new(struct ep_json *json);
struct ep_doc *ep_doc_ref(struct ep_doc *doc);
void ep_doc_unref(struct ep_doc *doc);

/* Everything that is sent to one host shares its connections. */
struct ep_host {
	int64_t under_way;
	int64_t silent;	/* requests without an answer, in a row */
	struct ep_lane *first, *last;	/* lanes that wait for a connection */
	struct ep_auth *auth_first, *auth_last;	/* and who wants a token */
};

/* A budget with the listings that wait in it. */
struct ep_lane {
	struct ep_budget budget;
	char *key;	/* the same in every process of this machine */
	struct ep_host *host;
	struct ep_lane *next;
	struct ep_listing *first, *last;
	bool armed;	/* stands in the agenda or with the host */
	int64_t told_ms;	/* up to when a wait was reported */
	char why[64];
	char *whose;	/* for people */
	int64_t idle_ms;	/* it had to wait for its budget */
};

struct ep_tenancy {
	struct ep_site *site;
	const char *customer;	/* of the configuration, NULL unclaimed */
	char *system;
	char *id;
	EP_VEC(struct ep_source *) sources;	/* one per endpoint or NULL */
};

/* What is known about one credential of a site. */
struct ep_use {
	const struct ep_spec_credential *spec;
	const struct ep_config_credential *config;
	struct ep_auth *auth;
	struct ep_lane *lane;	/* of EP_BUDGET_CREDENTIAL */
	enum ep_proof {
		EP_PROOF_OPEN,	/* identity not read yet */
		EP_PROOF_GIVEN,
		EP_PROOF_REFUSED
	} proof;
	struct ep_coverage refusal;	/* for REFUSED */
};

struct ep_site {
	struct ep_engine *engine;
	const struct ep_connection *connection;
	const struct ep_spec *spec;
	struct ep_tenancy *home;
	EP_VEC(struct ep_tenancy *) tenancies;	/* home first */
	struct ep_map by_tenancy;	/* "endpoint/system/id" */
	EP_VEC(struct ep_use) uses;	/* configured ones, connector's order */
	struct ep_use none;	/* for endpoints that need no credential */
	char *located;	/* URL where the vendor keeps the data, or NULL */
	bool started;	/* its listings wait for that and for the proof */
	struct ep_regex *find;	/* of the identity, or NULL */
	size_t identities;	/* identity listings not ended */
	const char *listed_by;	/* dataset; when nobody configured it */
	int64_t retries;
	int64_t asides;	/* requests that are no dataset's */
	struct ep_lane *lane;	/* of the last one of these; NULL none */
};

/* Which part of a dataset a listing asks for. */
enum ep_part {
	EP_PART_ALL,
	EP_PART_PLACE,	/* none: where the next read is to go on */
	EP_PART_CHANGES
};

/* A read that goes on from the last one. */
struct ep_onward {
	bool on;	/* wanted, and the sink keeps places */
	enum ep_part part;	/* of the dataset that is read: ALL or CHANGES */
	char *basis;
	char *from;	/* link, or time in seconds, of the last read */
	char *place;	/* the same for the next one; NULL none */
	char since[EP_TIME_TEXT];	/* from, as the source writes it */
	int64_t asked_at;	/* the source's clock when it was asked first;
				 * 0 not asked yet, -1 it does not say */
	char why[256];	/* all is read: what was wrong with the changes */
};

struct ep_source {
	struct ep_tenancy *tenancy;
	const struct ep_spec_endpoint *endpoint;
	char *name;
	struct ep_source *parent;	/* of for_each; may be of another
					 * tenancy (the one that lists it) */
	struct ep_use *use;
	bool stored;	/* false: read for its children only */
	bool fed;	/* no further listing will come */
	bool begun;
	bool ended;
	size_t open;	/* listings not ended */
	size_t calls;	/* listings in all */
	size_t whole;	/* of them complete */
	struct ep_coverage worst;	/* what the worst of them said */
	int64_t total;	/* sum of what the calls state */
	bool uncounted;	/* one of them stated none */
	struct ep_seen given;	/* records that were handed to children */
	void *handle;	/* of the sink */
	struct ep_coverage coverage;
	struct {
		bool ready;
		struct ep_mapper mapper;
		struct ep_vars *vars;	/* of the record at hand */
	} mapper;
	int64_t requests;	/* sent */
	struct ep_lane *lane;	/* of the last one; NULL none */
	struct ep_listing *at;	/* whose records are being mapped */
	struct ep_recall *recalled;	/* whose volatile values are */
	bool has_children;
	int64_t objects;
	struct ep_onward onward;
	char *recall;	/* basis of knowing records by their text, or NULL */
};

enum ep_listing_for {
	EP_FOR_SOURCE,
	EP_FOR_LOCATION,	/* only asks where the data are */
	EP_FOR_PLACE,	/* before a source's own: where to go on from */
	EP_FOR_IDENTITY,	/* only asks who answers */
	EP_FOR_TRY,		/* one page, kept for whoever asked */
	EP_FOR_READER		/* all pages, handed to whoever asked */
};

/* Whoever asked: gets each record, and then how the reading went. */
struct ep_reader {
	const struct ep_settings *names;	/* {name}s of the request */
	void (*record)(void *to, const struct ep_json *record);
	void *to;
	struct ep_coverage said;
};

struct ep_listing {
	enum ep_listing_for what;
	enum ep_part part;
	struct ep_engine *engine;
	struct ep_tenancy *tenancy;
	struct ep_source *source;	/* FOR_SOURCE, FOR_PLACE */
	const struct ep_spec_endpoint *endpoint;
	struct ep_use *use;
	struct ep_lane *lane;
	struct ep_doc *parent_doc;
	const struct ep_json *parent;
	struct ep_pager pager;
	struct ep_seen keys;	/* of the first row of each record */
	int64_t unique;
	bool keyed;	/* the record at hand gave its key */
	bool fresh;	/* ... and it is a new one */
	char *child_system;	/* tenancy that the record at hand names */
	char *child_id;
	bool recalls;	/* records may be known by their text ... */
	struct ep_moving *moving;	/* ... without these members; or NULL */
	bool again;	/* read a second time from the start */
	bool over;	/* no further request */
	char *base;
	char *url;	/* under way or due */
	int64_t tries;		/* of the request at hand */
	int64_t throttles;
	bool renewed;		/* a new token was tried for it */
	unsigned serial;	/* of the token it was sent with */
	const char *cursor;	/* of a directory's answer at hand */
	int64_t queued_ms;
	size_t in_work;	/* pages not mapped yet */
	struct ep_coverage said;	/* how this listing went */
	struct ep_listing *next;	/* in a lane or with a token */
	/* FOR_IDENTITY */
	size_t ids;
	char id[128];	/* the first one found */
	bool found;	/* the pinned one was among them */
	/* FOR_TRY */
	struct ep_try *asked;
	/* FOR_READER */
	struct ep_reader *reader;
};

/* The records of a page as they came, for those that are known by their
 * text and left out of the page's document. */
struct ep_recall {
	struct ep_buf text;	/* the answer's, until it is kept */
	bool kept;
	struct ep_json_parts parts;
	bool *known;	/* of each part */
	struct ep_text_print *print;	/* of each part */
	/* What is in the holes of the known ones, and where the next part's
	 * begin. */
	struct ep_json *values;
	const struct ep_json *next;
	/* The part at hand, and how the sink took it. */
	size_t at;
	bool same;
	bool repeat;
};

/* One page that waits to be mapped. */
struct ep_work {
	struct ep_work *next;
	struct ep_listing *listing;
	struct ep_doc *doc;
	const struct ep_json *records;	/* container, or the one record */
	bool one;
	struct ep_recall *recall;	/* NULL: records has all of them */
	size_t bytes;
};

struct ep_engine {
	const struct ep_config *config;
	const struct ep_specs *specs;
	const struct ep_collect_filter *filter;
	struct ep_sink *sink;
	const struct ep_transport *net;
	const struct ep_collect_progress *progress;
	struct ep_collect_totals *totals;
	EP_VEC(struct ep_site *) sites;
	EP_VEC(struct ep_connection *) adopted;	/* see adopt.c */
	EP_VEC(struct ep_source *) sources;	/* all, in order of sight */
	struct ep_map lanes;
	struct ep_map hosts;
	struct ep_map auths;
	struct ep_agenda agenda;
	struct ep_jitter jitter;
	struct ep_work *work, *work_last;
	size_t work_bytes;
	int64_t end_ms;
	bool patient;	/* nobody waits for it: others come first */
	bool closing;	/* nothing new is sent */
	bool failed;	/* err says why */
	struct ep_err err;	/* of the sink or the machinery */
	size_t ended;
};

/* Kinds of agenda entries. */
enum { EP_DUE_LANE, EP_DUE_LISTING, EP_DUE_AUTH };

/* --- recall.c -------------------------------------------------------- */
/* Everything beside a record's text that decides which rows it makes: what is
 * asked for and how the answer is understood. */
char *ep_source_basis(const struct ep_source *source);
/* Before a listing's first page: may its records be known by their text? */
void ep_recall_prepare(struct ep_listing *listing);
/* As ep_json_parse; *ret_recall is NULL when all records are in the
 * document. */
int ep_recall_parse(struct ep_listing *listing,
		    const struct ep_http_answer *answer, struct ep_json **ret,
		    struct ep_recall **ret_recall, size_t *ret_altered,
		    struct ep_err *err) EP_MUST_CHECK;
/* Takes the body over from the answer that it was made of.  NULL is fine. */
void ep_recall_keep(struct ep_recall *recall, struct ep_http_answer *answer);
void ep_recall_free(struct ep_recall *recall);
/* Part i as the sink has it; *ret_taken false when it has to be mapped after
 * all.  In the order of the parts, and each that is known once. */
int ep_recall_take(struct ep_listing *listing, struct ep_recall *recall,
		   size_t i, bool *ret_taken, struct ep_err *err)
	EP_MUST_CHECK;
/* Has each record a key of its own: that of its first row? */
bool ep_listing_keyed(const struct ep_listing *listing);

/* How often a request that failed is sent again. */
int64_t ep_engine_retries(const struct ep_engine *engine,
			  const struct ep_spec *spec);
int64_t ep_engine_now(const struct ep_engine *engine);
/* Remembers the first error that ends the run. */
void ep_engine_fail(struct ep_engine *engine, const struct ep_err *err);
void ep_engine_init(struct ep_engine *engine, const struct ep_config *config,
		    const struct ep_specs *specs, struct ep_sink *sink,
		    const struct ep_transport *net,
		    struct ep_collect_totals *totals);
void ep_engine_release(struct ep_engine *engine);
/* Runs until nothing is due, under way or waiting. */
void ep_engine_loop(struct ep_engine *engine);

/* --- site.c ---------------------------------------------------------- */
struct ep_site *ep_site_new(struct ep_engine *engine,
			    const struct ep_connection *connection,
			    const struct ep_spec *spec);
void ep_site_free(struct ep_site *site);
/* Makes its datasets expected and starts with where they are. */
void ep_site_start(struct ep_site *site);
/* Goes on with who answers, or ends all when it is not known where. */
void ep_site_located(struct ep_site *site);
/* Nothing of this connection will be asked for. */
void ep_site_refuse(struct ep_site *site, enum ep_coverage_status status,
		    const char *advice, const char *fmt, ...) EP_PRINTF(4, 5);
/* The credential an endpoint uses here; NULL: none of them is configured. */
struct ep_use *ep_site_use(struct ep_site *site,
			   const struct ep_spec_endpoint *endpoint);
/* One call about the proof of this credential ended. */
void ep_site_proven(struct ep_site *site, struct ep_listing *listing);
/* Ends a source that no credential is configured for. */
void ep_site_no_credential(struct ep_source *source);
/* Ends the sources of a tenancy that its listing did not show. */
void ep_site_unlisted(struct ep_source *parent, struct ep_tenancy *tenancy);

/* --- locate.c -------------------------------------------------------- */
/* Asks where the data are; false when that is known or not needed. */
bool ep_locate_begin(struct ep_site *site);
/* The same for one question: runs until it is known. */
int ep_locate_now(struct ep_site *site, struct ep_err *err) EP_MUST_CHECK;
void ep_locate_take(struct ep_listing *listing, const struct ep_json *record);
void ep_locate_end(struct ep_listing *listing);

/* --- rights.c -------------------------------------------------------- */
/* What a source may show is not told yet. */
bool ep_rights_open(const struct ep_source *source);
/* Spoils a source that is not shown whole, or not for certain. */
void ep_rights_heed(struct ep_source *source);
/* Its rights are told: ends the sources that waited for it. */
void ep_rights_told(struct ep_source *source);

/* --- tenancy.c ------------------------------------------------------- */
struct ep_tenancy *ep_tenancy_new(struct ep_site *site, const char *customer,
				  const char *system, const char *id);
void ep_tenancy_free(struct ep_tenancy *tenancy);
/* Sources of all endpoints that belong to the tenancies which endpoint
 * `level` lists (NULL: of the site's own tenancy).  parent: source of that
 * listing. */
void ep_tenancy_expect(struct ep_tenancy *tenancy,
		       const struct ep_spec_endpoint *level,
		       struct ep_source *parent);
/* False when it may not be asked; it has ended with the reason then. */
bool ep_source_may_ask(struct ep_source *source);
/* One more call, for a record of its parent or (NULL) its only one. */
void ep_source_call(struct ep_source *source, struct ep_doc *doc,
		    const struct ep_json *record);
/* One more listing of a source that has no parent. */
void ep_source_list(struct ep_source *source, enum ep_listing_for what,
		    enum ep_part part);
/* A record of a parent was mapped: calls for its children. */
void ep_tenancy_feed(struct ep_source *parent, struct ep_doc *doc,
		     const struct ep_json *record, const char *system,
		     const char *id);
/* The parent ended: its children get no further calls, and tenancies that
 * only the configuration knows get their coverage. */
void ep_tenancy_fed(struct ep_source *parent);

/* --- adopt.c --------------------------------------------------------- */
void ep_adopt(struct ep_source *listing, const char *system, const char *id);
void ep_adopted_free(struct ep_connection *connection);

/* --- source.c -------------------------------------------------------- */
struct ep_source *ep_source_new(struct ep_tenancy *tenancy,
				const struct ep_spec_endpoint *endpoint,
				bool stored);
void ep_source_free(struct ep_source *source);
void ep_source_ref(const struct ep_source *source, struct ep_dataset_ref *ref);
/* Ends it without any (further) call. */
void ep_source_refuse(struct ep_source *source,
		      enum ep_coverage_status status, const char *advice,
		      const char *fmt, ...) EP_PRINTF(4, 5);
/* Ends it if nothing is open any more. */
void ep_source_settle(struct ep_source *source);
int ep_source_begin(struct ep_source *source, struct ep_err *err)
	EP_MUST_CHECK;
void ep_source_tell(const struct ep_source *source, enum ep_collect_step step,
		    int64_t wait_ms, const char *why);

/* --- listing.c, answer.c, work.c ------------------------------------- */
struct ep_listing *ep_listing_new(struct ep_engine *engine,
				  enum ep_listing_for what,
				  struct ep_tenancy *tenancy,
				  const struct ep_spec_endpoint *endpoint,
				  struct ep_use *use);
void ep_listing_parent(struct ep_listing *listing, struct ep_doc *doc,
		       const struct ep_json *record);
/* Puts its next request in line; ends it when there can be none. */
void ep_listing_queue(struct ep_listing *listing);
bool ep_listing_goes_first(const struct ep_listing *listing);
void ep_listing_send(struct ep_listing *listing);
/* No further request; spoils unless status is COMPLETE.  Frees it when no
 * page waits to be mapped. */
void ep_listing_end(struct ep_listing *listing,
		    enum ep_coverage_status status, const char *advice,
		    const char *fmt, ...) EP_PRINTF(4, 5);
/* PARTIAL when something was read, else FAILED. */
enum ep_coverage_status ep_listing_cut(const struct ep_listing *listing);
void ep_listing_settle(struct ep_listing *listing);
void ep_listing_answer(struct ep_listing *listing,
		       struct ep_http_answer *answer);
/* The same for what came from a directory. */
void ep_listing_found(struct ep_listing *listing,
		      struct ep_ldap_answer *answer);
/* Whether the records of a page are this tenancy's, as far as they say; ends
 * the listing if not. */
bool ep_listing_owns(struct ep_listing *listing,
		     const struct ep_json *records, bool one);
/* "page 3" or "page 3 of 7" of the request at hand. */
const char *ep_listing_page(const struct ep_listing *listing, char out[64]);
void ep_listing_vars(const struct ep_listing *listing, struct ep_vars *vars);
void ep_work_add(struct ep_listing *listing, struct ep_doc *doc,
		 const struct ep_json *records, struct ep_recall *recall,
		 size_t bytes);
/* The mapper of a source, made when first needed. */
void ep_work_mapper(struct ep_source *source);
void ep_work_one(struct ep_engine *engine);

/* --- onward.c -------------------------------------------------------- */
/* False when the source is to be read as a whole, as any other. */
bool ep_onward_begin(struct ep_source *source);
/* The first request for changes of a DELTA. */
int ep_onward_url(const struct ep_listing *listing, struct ep_buf *url,
		  struct ep_err *err) EP_MUST_CHECK;
bool ep_onward_delta(const struct ep_listing *listing);
/* The answer to FOR_PLACE; ends the listing. */
void ep_onward_placed(struct ep_listing *listing, const struct ep_json *doc);
/* False when the last page does not say where to go on. */
bool ep_onward_last_page(struct ep_listing *listing,
			 const struct ep_json *doc);
void ep_onward_clock(struct ep_listing *listing,
		     const struct ep_http_answer *answer);
/* The listing ended; true when another one takes its place. */
bool ep_onward_end(struct ep_listing *listing);
/* Into the coverage, and to the sink, before the source's end. */
void ep_onward_report(struct ep_source *source);
int ep_onward_mark(struct ep_source *source, struct ep_err *err) EP_MUST_CHECK;
void ep_onward_release(struct ep_source *source);
/* --- send.c ---------------------------------------------------------- */
/* Adds the connector's headers, `own` and the credential to a request, and
 * hands it to the network. */
int ep_send(struct ep_engine *engine, const struct ep_use *use,
	    struct ep_vars *vars, const struct ep_pairs *own,
	    struct ep_http_request *request, struct ep_err *err) EP_MUST_CHECK;

/* --- probe.c --------------------------------------------------------- */
/* Asks with this credential who answers; EP_EDENIED unless it is the tenancy
 * that the configuration names. */
int ep_probe_identity(struct ep_site *site, struct ep_use *use,
		      const struct ep_spec_endpoint *endpoint,
		      struct ep_err *err) EP_MUST_CHECK;

/* --- listing_ldap.c -------------------------------------------------- */
/* The search as text (RFC 4516), for messages. */
int ep_listing_ldap_url(const struct ep_listing *listing, struct ep_vars *vars,
			struct ep_buf *url, struct ep_err *err) EP_MUST_CHECK;
int ep_listing_ldap_send(struct ep_listing *listing, struct ep_err *err)
	EP_MUST_CHECK;
/* Spoils the listing for each referral that leaves something out. */
void ep_listing_referrals(struct ep_listing *listing,
			  const struct ep_words *referrals);

/* --- try.c ----------------------------------------------------------- */
void ep_try_page(struct ep_listing *listing, struct ep_doc *doc,
		 const struct ep_json *records, bool one, const char *what,
		 const struct ep_http_answer *answer);
void ep_try_end(struct ep_listing *listing);
/* Reads one page of an endpoint that stands alone; what was wrong is in out
 * when it could not be read. */
int ep_try_endpoint(struct ep_site *site, struct ep_use *use,
		    const struct ep_spec_endpoint *endpoint,
		    struct ep_buf *out, struct ep_err *err) EP_MUST_CHECK;

/* Reads one page of any endpoint, after one of each of its parents. */
int ep_try_chain(struct ep_site *site, const char *name, struct ep_buf *out,
		 struct ep_err *err) EP_MUST_CHECK;
/* Adds the words at `path` of the first record of such an endpoint. */
int ep_try_words(struct ep_site *site, struct ep_use *use,
		 const struct ep_spec_endpoint *endpoint, const char *path,
		 struct ep_words *ret, struct ep_err *err) EP_MUST_CHECK;

/* --- filter.c -------------------------------------------------------- */
/* This listing of this tenancy, by one and the same filter. */
bool ep_filter_listing(const struct ep_collect_filter *filter,
		       const struct ep_tenancy *tenancy,
		       const struct ep_spec_endpoint *endpoint);
bool ep_filter_tenancy(const struct ep_collect_filter *filter,
		       const struct ep_tenancy *tenancy);
/* Could a tenancy of that system be wanted at all? */
bool ep_filter_system(const struct ep_collect_filter *filter,
		      const char *system, const struct ep_spec *spec);
bool ep_filter_dataset(const struct ep_collect_filter *filter,
		       const struct ep_spec *spec,
		       const struct ep_spec_endpoint *endpoint);

/* --- caller.c -------------------------------------------------------- */

/* Is this the answer that says whose the credential is? */
void ep_caller_hear(const struct ep_listing *listing,
		    const struct ep_json *document);
/* Tells progress as whom each connection asked. */
void ep_caller_tell(const struct ep_engine *engine);

/* --- tally.c --------------------------------------------------------- */
/* Tells the progress, at the end, what was sent. */
void ep_tally_tell(const struct ep_engine *engine);

/* --- lane.c ---------------------------------------------------------- */
/* Whose budget it is, for people: "organisation okta/00o1"; owned. */
char *ep_lane_whose(const struct ep_spec *spec, const char *home);
/* What the collection waited for most, to totals->bound. */
void ep_lane_bound(struct ep_engine *engine);
/* Connections of a host, see host.c. */
struct ep_str ep_host_origin(const char *base);
struct ep_host *ep_host_of(struct ep_engine *engine, const char *base);
bool ep_host_full(const struct ep_engine *engine, const struct ep_host *host);
/* Is asked again when there is a connection. */
void ep_host_wait(struct ep_host *host, struct ep_auth *auth);
/* A connection may be free: whoever waits for one gets it, tokens first. */
void ep_host_next(struct ep_engine *engine, struct ep_host *host);

struct ep_lane *ep_lane_of(struct ep_engine *engine,
			   const struct ep_listing *listing);
/* Last in line, or first when ep_listing_goes_first. */
void ep_lane_add(struct ep_engine *engine, struct ep_listing *listing);
void ep_lane_done(struct ep_engine *engine, struct ep_lane *lane);
/* The vendor asked for silence, or said how many are left (see budget.h). */
void ep_lane_block(struct ep_engine *engine, struct ep_lane *lane,
		   int64_t wait_ms);
void ep_lane_remaining(struct ep_engine *engine, struct ep_lane *lane,
		       int64_t remaining, int64_t end_ms);
void ep_lane_arm(struct ep_engine *engine, struct ep_lane *lane);
/* Sends everything that may be sent now. */
void ep_lane_pump(struct ep_engine *engine);
void ep_lanes_release(struct ep_engine *engine);

#endif
