/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration: exitproof.yaml, the customers folder and what they name.
 * exitproof.yaml(5) is the reference; every error of every file is reported
 * together.  Paths are absolute after loading.
 */
#ifndef EP_CONFIG_H
#define EP_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/vec.h"
#include "model/secret.h"

struct ep_setting {
	char *name;
	char *value;
};
EP_VEC_TYPE(ep_settings, struct ep_setting);

/* One credential of a connection: "cloudprint: {client_id: ..,
 * client_secret: {file: ..}}". */
struct ep_config_credential {
	char *name;
	struct ep_settings params;
	EP_VEC(struct ep_config_secret {
		char *name;
		struct ep_secret *secret;
	}) secrets;
	int line;
};

/* One connector used for one tenancy (or, for partner connectors, for all
 * tenancies that its listing shows). */
struct ep_connection {
	char *connector;
	char *customer;	/* whose file it stands in; the MSP's for systems: */
	char *tenant;	/* pinned id of the tenancy it must answer for */
	char *file;	/* for messages */
	int line;
	struct ep_settings params;
	struct ep_settings bases;	/* base: overrides */
	struct ep_settings settings;	/* facts: group_sync: off ... */
	EP_VEC(struct ep_config_credential) credentials;
	/* Endpoints of which only changes are read, and after how many
	 * seconds all is read again (0: the connector's). */
	struct ep_words incremental;
	int64_t full_every;
	int64_t share_percent;	/* of the vendor's budget, 0: connector's */
	bool enabled;
};

/* "This tenancy is this customer's": claims for tenancies that a partner
 * connection discovers. */
struct ep_claim {
	char *system;
	char *tenant;
	struct ep_settings settings;
};

/* Declared special accounts (shared, service, break-glass, vendor support). */
struct ep_declared {
	char *address;	/* or "system/tenant/account id" */
	char *class;	/* shared service breakglass support */
	char *owner;	/* address of who answers for it */
	int64_t review_by;
	char *reason;
};

/* Tickets for findings, which `ticket sync` keeps (opt-in). */
struct ep_ticketing {
	char *through;	/* connection, "halopsa/northwind"; NULL: none */
	char *company;	/* the customer's number there; NULL: its claim's */
	char *from;	/* lowest severity; NULL: high */
};

/* What an exit ticket or a blocked account says about its person. */
enum ep_leave_counts {
	EP_LEAVE_OFF,		/* nothing */
	EP_LEAVE_REVIEW,	/* somebody has to look */
	EP_LEAVE_CERTAIN	/* the person has left */
};

struct ep_leave_sources {
	enum ep_leave_counts tickets;
	enum ep_leave_counts directory;
	/* Patterns (PCRE2) on a ticket's title, NULL none: group 1 is the
	 * leaver's address, and the day on which he leaves. */
	char *subject;
	char *date;
	/* Directories, "system/id"; none: all of the customer's. */
	struct ep_words tenancies;
};

/* Who is told that something changed, and how. */
struct ep_notify {
	char *id;
	enum ep_notify_kind {
		EP_NOTIFY_MAIL,
		EP_NOTIFY_SLACK,
		EP_NOTIFY_TEAMS,
		EP_NOTIFY_JSON
	} kind;
	char *server;	/* MAIL */
	char *mail_from;
	struct ep_words to;	/* addresses */
	bool to_managers;	/* those of the customers, each a mail */
	char *user;		/* NULL none */
	struct ep_secret *password;
	struct ep_secret *url;	/* of a webhook: who has it may post */
	struct ep_words customers;	/* ids; none: all */
	char *from;		/* lowest severity; NULL: all */
	int line;
};

struct ep_customer {
	char *id;	/* [a-z0-9-], also file names of reports */
	char *name;
	bool msp;
	char *file;
	struct ep_words domains;
	/* PCRE2 pattern -> address it stands for ("^(.+)\\+[^@]*@(.*)$" ->
	 * "$1@$2"). */
	EP_VEC(struct ep_alias_pattern {
		char *pattern;
		char *address;
	}) aliases;
	EP_VEC(struct ep_connection) connections;
	EP_VEC(struct ep_claim) claims;
	EP_VEC(struct ep_declared) declared;
	struct ep_words authorised_owners;	/* addresses */
	int64_t exit_at;	/* customer exit: effective date, 0 none */
	char *exit_ticket;
	struct ep_ticketing tickets;
	char *manager;	/* address of who answers for it at the MSP, or NULL */
	struct ep_leave_sources leave;	/* who beside the register counts */
	int64_t revoke_hours;	/* 0: the configuration's */
};

/* Within how many hours the access of a leaver has to be gone. */
#define EP_REVOKE_HOURS 24

struct ep_config {
	char *path;	/* of exitproof.yaml */
	char *folder;	/* of it */
	char *customers_folder;
	char *database;
	char *budgets;	/* what is spent of rate budgets, for all who share
			 * it; NULL: each counts alone */
	char *waivers;	/* folder */
	char *baselines;	/* folder, NULL none */
	char *leavers;	/* CSV, NULL when none is configured */
	int64_t leavers_max_age;	/* seconds */
	char *imports;	/* folder whose files a run imports first, or NULL */
	struct ep_words connector_folders;	/* first wins */
	struct ep_words rule_folders;
	struct ep_words report_folders;
	EP_VEC(struct ep_customer) customers;	/* the MSP first */
	EP_VEC(struct ep_rule_setting {
		char *rule;
		bool enabled;
		char *reason;	/* mandatory when not enabled */
		char *severity;	/* NULL: the rule's */
		struct ep_settings params;
	}) rules;
	EP_VEC(struct ep_vendor_setting {
		char *connector;
		struct ep_settings bases;
		int64_t share_percent;
	}) vendors;	/* already applied to the connections */
	EP_VEC(struct ep_notify) notify;
	char *threshold;	/* severity from which a finding gives status 1 */
	int64_t api_max_age;	/* seconds, default 26 h */
	int64_t import_max_age;	/* default 7 d */
	int64_t run_seconds;	/* total time of a collection, default 6 h */
	int64_t connections_per_host;
	struct {
		char *name;
		char *logo;	/* path of an SVG or PNG, or NULL */
		char *colour;	/* #rrggbb */
	} brand;
	/* How long what runs read is kept; days 0: for ever. */
	struct {
		int64_t days;
		EP_VEC(struct ep_hold {
			char *id;
			int64_t from;	/* what was read since then stays */
			int64_t until;	/* 0: until it is taken out */
			char *reason;
			char *by;
		}) holds;
	} retention;
	int64_t revoke_hours;	/* default EP_REVOKE_HOURS */
	struct ep_secret *redact_key;	/* of pseudonyms; NULL: a file beside
					 * the database */
	struct {
		bool present;
		bool allow_loopback;
		char *ca_file;
		int64_t hurry;	/* times as fast waits pass; 0: as usual */
		int64_t answer_ms;	/* for one answer; 0: as usual */
	} testing;
	/* What the process gives up of its rights (see cli/guard.h). */
	enum ep_confine_how {
		EP_CONFINE_TRY,	/* what the kernel can restrict */
		EP_CONFINE_REQUIRED,
		EP_CONFINE_OFF
	} confine;
	char *sha256;	/* of all configuration files, secrets not among them */
	char *main_sha256;	/* of exitproof.yaml alone */
	/* By which all of them are known again (config_seen.h); NULL when they
	 * cannot be. */
	char *basis;
};

/* data_folder: where the shipped connectors, rules and reports lie; folders
 * of those names beside the configuration come before it.  NULL when anything
 * is wrong; diag has every complaint. */
struct ep_config *ep_config_load(const char *path, const char *data_folder,
				 struct ep_diag *diag);
void ep_config_free(struct ep_config *config);

/* All secrets that it names, appended; they stay the configuration's. */
EP_VEC_TYPE(ep_secrets, struct ep_secret *);
void ep_config_secrets(const struct ep_config *config,
		       struct ep_secrets *ret);

const char *ep_settings_get(const struct ep_settings *settings,
			    const char *name);
/* "connector/tenant" of a connection; NULL when there is none. */
const struct ep_connection *ep_config_connection(const struct ep_config *config,
						 const char *word);
struct ep_customer *ep_config_customer(const struct ep_config *config,
				       const char *id);
/* Who claims a tenancy, by a connection's pinned id or a claim; NULL. */
struct ep_customer *ep_config_claimant(const struct ep_config *config,
				       const char *system, const char *tenant);

#endif
