/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connector file in memory.  exitproof-connector(5) is the reference of
 * the words; this header is the same list for the engine.  The loader
 * (spec*.c) checks everything that can be checked without a network, so the
 * engine may rely on it: paths are valid, names resolve, enum maps only use
 * our words, key columns are mapped, for_each has no cycle.
 */
#ifndef EP_SPEC_H
#define EP_SPEC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/vec.h"
#include "ext/ldap.h"
#include "model/entity.h"

struct ep_pair {
	char *name;
	char *value;	/* may hold {name} */
};
EP_VEC_TYPE(ep_pairs, struct ep_pair);

enum ep_auth_kind {
	EP_AUTH_NONE,
	EP_AUTH_BASIC,	/* user, password */
	EP_AUTH_HEADER,	/* header: name, value: "SSWS {api_token}" */
	EP_AUTH_QUERY,
	EP_AUTH_TOKEN,	/* POST form or JSON to url, then header */
	EP_AUTH_JWT_BEARER,
	EP_AUTH_BIND	/* user, password: LDAP simple bind over TLS */
};

/* How to see what a credential may do, and what it ought not to. */
struct ep_spec_granted {
	bool present;
	/* At most one of these three tells by itself. */
	char *token_path;	/* a claim of the token, which is a JWT */
	char *answer_path;	/* a member of the answer with the token */
	char *endpoint;		/* the first record of an endpoint ... */
	char *path;		/* ... and its member */
	/* Member of form: or claims: that holds the words asked for, which
	 * tenant test also asks for one by one. */
	char *ask;
	struct ep_words unwanted;	/* asked for, to see that it is refused */
	char *prefix;		/* what the vendor writes before each name */
	struct ep_words harmless;	/* granted to all, and never too many */
	char *writes;		/* pattern (PCRE2) of what can change things */
};

/* As whom the vendor knows a credential: for the run record, no secret. */
struct ep_spec_who {
	char *name;	/* "application {client_id}" */
	char *endpoint;	/* or what the answer of an endpoint says ... */
	char *path;	/* ... there */
};

struct ep_spec_credential {
	char *name;
	char *doc;	/* one line: what it is */
	char *hint;	/* where to make one, in the vendor's menu words */
	enum ep_auth_kind kind;
	struct ep_words params;		/* plain values of the configuration */
	struct ep_words secrets;	/* references of the configuration */
	char *header;		/* header that carries it; "Authorization" */
	char *value;		/* "Bearer {token}" */
	char *user, *password;	/* BASIC, BIND */
	char *ca_file;		/* BIND: whom to trust; empty: the system's */
	char *url;		/* TOKEN: "{auth}/oauth/token" */
	bool json;		/* body as JSON instead of a form */
	/* JWT_BEARER: a JWT signed with RS256 by the secret `key` (PEM) is
	 * {assertion} in form.  iat, exp and jti are added to the claims. */
	char *key;
	struct ep_pairs claims;
	struct ep_pairs jose;	/* further members of its header (kid, x5t) */
	int64_t lifetime;	/* of the JWT, seconds */
	struct ep_pairs form;	/* body members */
	struct ep_pairs headers;	/* of the token request */
	char *token_path;	/* where the token is in the answer */
	char *expires_path;	/* seconds; NULL: 300 s are assumed */
	struct ep_spec_granted granted;
	struct ep_spec_who who;	/* all NULL: nobody can tell */
	int line;
};

enum ep_wait_unit { EP_WAIT_SECONDS, EP_WAIT_EPOCH, EP_WAIT_HTTP };

enum ep_budget_scope {
	EP_BUDGET_CREDENTIAL,	/* of the credential's identity */
	EP_BUDGET_ORGANISATION,	/* of the tenancy that a request is about */
	EP_BUDGET_VENDOR	/* of the host */
};

struct ep_spec_limits {
	int64_t parallel;	/* requests under way per budget */
	int64_t requests;	/* tokens ... */
	int64_t window;		/* ... in this many seconds; 0: unlimited */
	enum ep_budget_scope per;
	int64_t share_percent;	/* how much of it we take by default */
	int64_t retries;
	int64_t page_bytes;
	int64_t pages;
	EP_VEC(struct ep_wait_header {
		char *name;
		enum ep_wait_unit unit;
	}) wait;		/* looked at in this order on 429 and 503 */
	char *remaining_header;	/* lowers the budget, never raises it */
	/* A 403 whose body has one of these words there refuses nothing: it
	 * asks for silence, as 429 does. */
	char *throttled_path;
	struct ep_words throttled_words;
	/* A 500 whose text there holds one of these is a refusal. */
	char *denied_path;
	struct ep_words denied_words;
};

enum ep_page_kind {
	EP_PAGE_NONE,
	EP_PAGE_LINK_HEADER,
	EP_PAGE_NEXT_URL,
	EP_PAGE_CURSOR,
	EP_PAGE_NUMBER,
	EP_PAGE_OFFSET,
	EP_PAGE_LAST_ID
};

struct ep_spec_page {
	enum ep_page_kind kind;
	char *param;		/* query parameter: page number, offset, cursor */
	int64_t first;		/* NUMBER: first page, 0 or 1 */
	char *size_param;
	int64_t size;		/* what we ask for; a shorter page ends the
				 * list where nothing better is stated */
	char *next;		/* NEXT_URL, CURSOR: path of the link or cursor;
				 * also NUMBER: when set, its absence ends */
	char *pages;		/* path of the stated number of pages */
	char *more;		/* path of a boolean "there is more" */
	char *last_id;		/* LAST_ID: path inside a record */
	char *next_header;	/* CURSOR: response header in place of next */
	char *total_header;	/* response header with the source's own count */
	bool until_empty;	/* only a page without records ends the list:
				 * neither a short page does, nor does a cursor
				 * on an empty one go on */
	bool next_required;	/* the member must exist (null ends the list);
				 * absent spoils to PARTIAL unless the page is
				 * shorter than size */
};

enum ep_convert {
	EP_AS_TEXT,
	EP_AS_LOWER,
	EP_AS_ISO8601,	/* zone needed */
	EP_AS_DATE,	/* date, or date and time with or without zone */
	EP_AS_EPOCH,	/* seconds, may have a fraction or exponent */
	EP_AS_EPOCH_MS,
	EP_AS_FILETIME,	/* units of 100 ns since 1601 */
	EP_AS_GENERALIZED,	/* "20261121075304.0Z" */
	EP_AS_SPAN,	/* negative units of 100 ns -> seconds */
	EP_AS_INT,
	EP_AS_BOOL,	/* true/false -> yes/no (for enum `answer`) */
	EP_AS_NOT,	/* the reverse */
	EP_AS_SEGMENT,	/* last path segment of a URL, query cut off; with
			 * `mark` the segment that follows the one of that name */
	EP_AS_BEFORE,	/* part before the first of `mark` */
	EP_AS_IMMUTABLE_ID,	/* GUID -> base64 of its bytes */
	EP_AS_BIT,	/* of a whole number: is a bit of `mark` set? */
	EP_AS_PRESENT,	/* yes when the member is there and not null or empty */
	EP_AS_LIST	/* array of scalars: sorted, joined by one blank */
};

struct ep_spec_field {
	int column;		/* of the entity, or -1 for attr */
	char *attr;		/* member of attr (keep:) */
	/* exactly one source */
	struct ep_words path;	/* several: the first not null, not empty */
	struct ep_words join;	/* joined by one blank, nulls left out; "=x"
				 * is the text x itself */
	char *constant;		/* may hold {name} */
	char *parent;		/* path in the record of for_each */
	enum ep_convert as;
	char *mark;		/* EP_AS_BEFORE, EP_AS_SEGMENT, EP_AS_BIT */
	struct ep_words none;	/* words that mean "no value": null then */
	struct ep_pairs words;	/* text: vendor's word -> the text that stands
				 * for it; others stay as they are */
	struct ep_words pick;	/* attr of objects: the members that are kept;
				 * other members of an object never are */
	bool optional;		/* may be absent: NULL then. Otherwise absence
				 * spoils the dataset to PARTIAL */
	/* enum columns: vendor's word -> our word; an unlisted word becomes
	 * `unknown` and is counted */
	EP_VEC(struct ep_enum_map {
		char *word;
		int value;	/* index in the enumeration */
	}) map;
	int absent_value;	/* enum: value when absent or null; -1 none */
	int other_value;	/* enum: value for unlisted words on purpose
				 * (not counted as unmapped); -1 none */
	int line;
};

/* One kind of row made from each record (or from each element of `each`). */
struct ep_spec_emit {
	enum ep_kind kind;
	char *each;	/* array inside the record: one row per element; paths
			 * are relative to the element ("." is the element),
			 * "^.x" to the record */
	char *split;	/* each is a text: its parts between this character */
	bool each_optional;	/* the array may be absent: no rows then */
	char *when;	/* path: rows only where it is there and not null,
			 * false, empty */
	char *when_is;	/* ... and is this very word (may hold {tenant}) */
	/* Columns first; then the members of attr (column -1, from keep: too),
	 * sorted by name, so that attr is canonical as it is written. */
	EP_VEC(struct ep_spec_field) fields;
	int line;
};
EP_VEC_TYPE(ep_spec_emits, struct ep_spec_emit);

/* How to ask only for what changed since the last read. */
enum ep_changes_kind {
	EP_CHANGES_NONE,
	EP_CHANGES_DELTA,	/* the source hands out a link to go on from,
				 * and tells what is gone */
	EP_CHANGES_SINCE	/* a filter by time; what is gone is not told */
};

struct ep_spec_changes {
	enum ep_changes_kind kind;
	char *path;		/* DELTA: asked in place of the endpoint's */
	struct ep_pairs query;	/* take the place of the endpoint's of the same
				 * names; SINCE: may hold {since} */
	struct ep_pairs start;	/* DELTA: also, for a link without records */
	char *link;		/* DELTA: path of it on the last page */
	char *removed;		/* DELTA: member of a record that is gone */
	struct ep_words unset;	/* DELTA: members that are left out when they
				 * never had a value: null then */
	enum ep_convert as;	/* SINCE: ISO8601, EPOCH or EPOCH_MS */
	int64_t overlap;	/* SINCE: seconds that are asked for twice */
	int64_t full_every;	/* seconds after which all is read again */
};

/* A search in a directory in place of an HTTP request. */
struct ep_spec_ldap {
	char *base;	/* DN; may hold {name} */
	enum ep_ldap_scope scope;
	char *filter;	/* may hold {name}; values are escaped */
	struct ep_words attributes;
	struct ep_words lists;	/* attributes with many values: arrays */
	struct ep_words links;	/* of both, those whose values are DNs */
	bool deleted;		/* deleted objects too */
	struct ep_words beyond;	/* patterns of referrals that leave nothing
				 * out; may hold {name} */
	int64_t page_size;	/* 0: one page */
};

struct ep_spec_endpoint {
	char *name;	/* dataset name is connector "." name */
	char *title;
	char *doc;
	char *base;	/* name of a base; first one by default */
	char *path;	/* "" with ldap */
	struct ep_spec_ldap *ldap;	/* or NULL */
	bool search;	/* POST marked as a search */
	char *body;	/* of a search, {name} substituted inside JSON strings */
	struct ep_pairs query;
	struct ep_pairs headers;
	struct ep_words credentials;	/* first configured one is used */
	/* What the vendor must have granted; "a|b": either will do. */
	struct ep_words permissions;
	bool permissions_stated;	/* also when there are none */
	char *for_each;		/* parent endpoint: one call per record */
	int for_each_index;	/* -1 none */
	bool tenants;		/* its records of kind tenant are tenancies of
				 * `of_system`, and endpoints with for_each on
				 * it belong to those tenancies */
	char *records;		/* path of the array; NULL: the document is one
				 * record; "." : the document is the array */
	/* members that prove a whole answer, and their texts: with all of
	 * them a missing array is an empty one */
	struct ep_pairs records_absent;
	bool records_bare;	/* an answer that is an array is the list */
	bool records_map;	/* an object whose members are the records,
				 * name reachable as "^name" */
	char *total;		/* path of the source's own count */
	struct ep_spec_page page;
	EP_VEC(long) absent;	/* statuses that mean "none of it" */
	bool optional;		/* 403 (and 404) say "not permitted or not
				 * licensed": DENIED with that reason */
	bool transient;
	char *never_empty;	/* advice: without records a right is missing,
				 * and the dataset is denied */
	char *tenant_path;	/* inside a record: must equal the tenancy id */
	bool tenant_optional;	/* a record that does not say it is ours */
	char *success_path;	/* a boolean that must be true in each answer */
	char *rights;	/* endpoint that tells whether the listing is shown
			 * whole, or NULL */
	/* Of such an endpoint: where it says so, and the words that mean yes. */
	char *granted_path;
	struct ep_words granted_words;
	struct ep_spec_changes changes;
	struct ep_spec_emits emits;
	int line;
};

/* Where the vendor keeps the data of a connection: asked before all else,
 * and {located} in bases then. */
struct ep_spec_locate {
	char *endpoint;	/* needs no credential */
	char *path;	/* of the URL in its answer */
	struct ep_words below;	/* domains it may lie in; the host that was
				 * asked is believed besides */
};

/* Who am I talking to: read first, compared with the pinned id. */
struct ep_spec_identity {
	char *endpoint;	/* name of the endpoint whose records tell ids */
	char *path;	/* inside a record (after as:); NULL: all of the answer
			 * as compact JSON */
	enum ep_convert as;
	char *find;	/* pattern (PCRE2) whose group 1 is the id, or NULL */
};

/* Evidence import: a file instead of an API. */
enum ep_import_format { EP_IMPORT_CSV, EP_IMPORT_JSON, EP_IMPORT_LDIF };
struct ep_spec_import {
	char *name;	/* dataset name part, as endpoints */
	char *title;
	char *file;	/* file name to look for: "printix-tenant-users.csv" */
	char *doc;	/* where in the portal the facts are */
	enum ep_import_format format;
	char *of_system;	/* tenancies it speaks about */
	char *tenant_column;	/* column that names the tenancy */
	bool tenant_by_domain;	/* by domain instead of id */
	bool one_tenant;	/* the whole file is about one tenancy, named on
				 * the command line or by the file's folder */
	char *captured_at;	/* column; NULL: --captured-at is mandatory */
	char *captured_by;
	char *records;		/* JSON */
	struct ep_words columns;	/* CSV: all columns, in any order; LDIF:
					 * attributes that are looked at */
	struct ep_words lists;	/* LDIF: attributes with many values */
	struct ep_words links;	/* LDIF: of both, those that are DNs */
	char *through;		/* LDIF: list of all groups above an entry */
	bool own_sid;		/* LDIF: the tenancy's id is the domain's SID */
	struct ep_words optional_columns;
	bool other_columns;	/* CSV: further columns are passed over */
	bool expected;	/* every tenancy of of_system ought to have it */
	bool may_be_empty;	/* a tenancy without rows is complete when the
				 * file speaks about it */
	struct ep_spec_emits emits;	/* field paths are columns */
	int64_t max_age;	/* seconds; 0: the configuration's */
	int line;
};

/* The few writes that there are, all to a ticket of a PSA.  Nothing in a
 * collection looks at them; see collect/write.h. */
enum ep_write_kind {
	EP_WRITE_NOTE,		/* an internal note on a ticket */
	EP_WRITE_ATTACHMENT,	/* a file on a ticket */
	EP_WRITE_TICKET,	/* a new ticket */
	EP_WRITE_KINDS
};

/* A value that the tenancy's own settings decide: {choose.NAME} is `value` of
 * the choice whose label is the first of `labels` that there is. */
struct ep_spec_choice {
	char *name;
	struct ep_spec_endpoint read;
	char *when;	/* only of the record where this path ... */
	char *when_is;	/* ... is this word; NULL: of every record */
	char *each;	/* array of the choices in it; NULL: it is one */
	char *label;
	char *value;
	struct ep_words labels;
};

/* One part of a form (multipart/form-data). */
struct ep_spec_part {
	char *name;
	char *value;	/* NULL: the file */
	char *type;	/* "application/json": value is such a text; NULL */
};

struct ep_spec_write {
	enum ep_write_kind kind;
	char *doc;
	char *base;
	char *path;
	struct ep_words credentials;
	char *body;	/* JSON, or NULL: form */
	EP_VEC(struct ep_spec_part) form;
	EP_VEC(struct ep_spec_choice) choices;
	/* Where what was written shows: read before, so that nothing is
	 * written twice, and after, whatever the answer was. */
	struct ep_spec_endpoint read;
	char *mark;	/* text in a record that holds our mark */
	char *id;	/* TICKET: its number in that record */
	char *closed;	/* TICKET: path, and the words that mean closed */
	struct ep_words closed_words;
	int line;
};

struct ep_spec {
	char *file;
	char *id;	/* connector: */
	int version;
	char *system;	/* whose tenancies its rows belong to */
	char *title;
	char *docs;
	bool msp;	/* scope: msp (one connection for all) or tenant */
	EP_VEC(struct ep_spec_param {
		char *name;
		char *doc;
		char *fallback;	/* default value or NULL: mandatory */
	}) params;
	struct ep_pairs bases;	/* name -> URL, may hold {param} */
	struct ep_pairs headers;
	EP_VEC(struct ep_spec_credential) credentials;
	struct ep_spec_limits limits;
	struct ep_spec_page page;	/* default of endpoints */
	struct ep_spec_locate locate;
	struct ep_spec_identity identity;
	EP_VEC(struct ep_spec_endpoint) endpoints;	/* parents first */
	EP_VEC(struct ep_spec_import) imports;
	EP_VEC(struct ep_spec_write) writes;	/* at most one of a kind */
	/* Ends of paths that must never be requested, '*' for any text. */
	struct ep_words never;
	char sha256[65];
};

/* NULL when anything is wrong; diag has every complaint. */
struct ep_spec *ep_spec_load(const char *path, struct ep_diag *diag);
void ep_spec_free(struct ep_spec *spec);

/* All connectors of the folders, a later folder adding to and an earlier one
 * overriding; each file complained about in diag.  0, or EP_ECONFIG when diag
 * has a complaint; the good ones are in *ret all the same. */
EP_VEC_TYPE(ep_specs, struct ep_spec *);
int ep_specs_load(char *const *folders, size_t n, struct ep_specs *ret,
		  struct ep_diag *diag) EP_MUST_CHECK;
void ep_specs_release(struct ep_specs *specs);
struct ep_spec *ep_specs_find(const struct ep_specs *specs, const char *id);

struct ep_spec_endpoint *ep_spec_endpoint(const struct ep_spec *spec,
					  const char *name);
/* NULL when the connector cannot write that. */
const struct ep_spec_write *ep_spec_write(const struct ep_spec *spec,
					  enum ep_write_kind kind);
const char *ep_spec_write_word(enum ep_write_kind kind);
unsigned ep_spec_endpoint_kinds(const struct ep_spec_endpoint *endpoint);

/* True when the connector says that this path of a URL (no host, no query)
 * must never be requested. */
bool ep_spec_never(const struct ep_spec *spec, const char *path);

/* Substitutes {name}: lookup returns the value or NULL (EP_ECONFIG names
 * it).  percent: values are percent-encoded (for paths), and those that are
 * empty, "." or ".." are refused.  Known here, without lookup: {now} and
 * {now-7d} ("2026-11-17T02:00:00Z"), {today} and {today-30d} ("2026-11-17").
 * "{{" and "}}" stand for one brace. */
int ep_spec_expand(const char *text, bool percent,
		   const char *(*lookup)(void *to, const char *name), void *to,
		   struct ep_buf *out, struct ep_err *err) EP_MUST_CHECK;
/* The same inside the strings of a JSON text (body of a search); values are
 * escaped.  A string that is "{#name}" becomes a whole number, 0 when the
 * value is empty; EP_EDATA when it is none. */
int ep_spec_expand_json(const char *body,
			const char *(*lookup)(void *to, const char *name),
			void *to, struct ep_buf *out, struct ep_err *err)
	EP_MUST_CHECK;

#endif
