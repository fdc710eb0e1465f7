/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files behind the LDAP door share; nobody else includes it.
 */
#ifndef EP_LDAP_PRIV_H
#define EP_LDAP_PRIV_H

#include <ldap.h>
#include <pthread.h>
#include <stdatomic.h>

#include "ext/ldap.h"

/* LDAP_SERVER_SHOW_DELETED_OID, [MS-ADTS] 3.1.1.3.4.1.14 */
#define EP_LDAP_SHOW_DELETED "1.2.840.113556.1.4.417"

/* Names in DNs beside the DN: LDAP_SERVER_EXTENDED_DN_OID with the value
 * { INTEGER 1 }, texts instead of hex; [MS-ADTS] 3.1.1.3.4.1.5 */
#define EP_LDAP_EXTENDED_DN "1.2.840.113556.1.4.529"

/* A copy of what was asked, and its answer. */
struct ep_ldap_job {
	struct ep_ldap_job *next;
	struct ep_ldap_session *session;
	char *base;
	enum ep_ldap_scope scope;
	char *filter;
	struct ep_words attributes;	/* single ones, then lists; NULL ends */
	size_t lists_at;		/* index of the first list */
	struct ep_words links;
	bool deleted;
	int page_size;
	char *cursor;
	size_t max_bytes;
	int seconds;
	void (*done)(void *to, struct ep_ldap_answer *answer);
	void *to;
	struct ep_ldap_answer answer;
	int64_t deadline_ms;
};

/* Where a listing goes on: the server's word, under our number. */
struct ep_ldap_cookie {
	char cursor[24];
	struct berval value;
};

/* One directory with one credential: a thread and at most one connection. */
struct ep_ldap_session {
	struct ep_ldap *door;
	struct ep_ldap_session *next;
	char *key;
	char *url;
	char *user;
	char *password;
	char *ca_file;
	bool plain;
	int connect_seconds;
	pthread_t thread;
	pthread_cond_t work;
	struct ep_ldap_job *first, *last;	/* under door->lock */
	/* A handshake that is under way, for ep_ldap_poll to end: libldap
	 * itself would wait for ever.  Under door->lock; -1: none. */
	int handshake;
	int64_t handshake_until;

	/* The thread's own. */
	LDAP *ld;
	struct ldap_conncb callback;
	int64_t tried_ms;	/* when this try to connect began */
	bool reached;	/* a TCP connection of this try was made */
	char refused[160];	/* an address that was not connected to */
	bool barred;	/* the bind was refused: never tried again */
	enum ep_ldap_account barred_account;
	int barred_result;
	char barred_why[512];
	int64_t clock;		/* the server's, when it was asked ... */
	int64_t clock_ms;	/* ... at this time of ours */
	EP_VEC(struct ep_ldap_cookie) cookies;
	int64_t serial;		/* of the last cookie */
};

struct ep_ldap {
	bool allow_loopback;
	char *ca_file;
	size_t running;		/* the caller's thread only */
	size_t sessions;
	struct ep_ldap_session *session;
	int wake;		/* eventfd */
	atomic_bool closing;
	pthread_mutex_t lock;	/* guards the queues */
	struct ep_ldap_job *ended, *ended_last;
};

/* ldap_session.c: connects, secures, binds; false and the answer says why. */
bool ep_ldap_connect(struct ep_ldap_session *session,
		     struct ep_ldap_answer *answer);
/* Ends handshakes that last too long, or all of them. */
void ep_ldap_end_handshakes(struct ep_ldap *door, bool all);
void ep_ldap_disconnect(struct ep_ldap_session *session);
/* Waits for one message of an operation; 1, 0 when the time is over or the
 * door closes, -1 when the connection ended. */
int ep_ldap_wait(struct ep_ldap_session *session, int id, int64_t deadline_ms,
		 LDAPMessage **ret);

/* ldap_search.c: runs one job over a connection that is there. */
void ep_ldap_run(struct ep_ldap_session *session, struct ep_ldap_job *job);

/* The controls of a search that its entries need, of which there are at most
 * EP_LDAP_CONTROLS - 2; returns their number. */
#define EP_LDAP_CONTROLS 4
size_t ep_ldap_controls(const struct ep_ldap_job *job, LDAPControl *store,
			LDAPControl **ret);

/* ldap_entry.c: an entry on its way to JSON. */
struct ep_ldap_range {
	const char *name;	/* of the job's list */
	long next;	/* first value that is missing; -1: whole */
	struct ep_buf values;
	size_t n;
};
struct ep_ldap_entry {
	char *dn;
	struct ep_buf json;	/* open object without the ranges */
	EP_VEC(struct ep_ldap_range) ranges;
};
/* False when the entry cannot be taken; the answer says why. */
bool ep_ldap_entry_take(struct ep_ldap_session *session,
			struct ep_ldap_job *job, LDAPMessage *message,
			struct ep_ldap_entry *entry);
/* The rest of its attributes that came in ranges. */
bool ep_ldap_entry_complete(struct ep_ldap_session *session,
			    struct ep_ldap_job *job,
			    struct ep_ldap_entry *entry);
void ep_ldap_entry_close(struct ep_ldap_entry *entry, struct ep_buf *out);
void ep_ldap_entry_release(struct ep_ldap_entry *entry);

/* ldap_reason.c */
void ep_ldap_end_set(struct ep_ldap_answer *answer, enum ep_ldap_end end,
		     const char *fmt, ...) EP_PRINTF(3, 4);
/* What the server said about a result, printable and short. */
void ep_ldap_end_result(struct ep_ldap_answer *answer, enum ep_ldap_end end,
			int result, const char *diagnostic);
enum ep_ldap_account ep_ldap_account_of(const char *diagnostic);

#endif
