/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The running estate: world, memory of the vendors, faults and journal, and
 * the one function that answers a vendor request, without any HTTP library.
 */
#ifndef ES_ESTATE_H
#define ES_ESTATE_H

#include <pthread.h>

#include "faults.h"
#include "journal.h"
#include "vendor.h"

struct es_estate {
	struct es_world world;
	pthread_rwlock_t world_lock;
	struct es_state *state;
	struct es_faults *faults;
	struct es_journal *journal;
	volatile int stopping;
};

/* One request as it came in. */
struct es_in {
	const char *method;
	const char *path;	/* with the vendor's prefix, encoded */
	const char *query;	/* raw */
	const char *origin;	/* "https://127.0.0.1:8443" */
	const char *authorization;
	const char *content_type;
	/* Any other header; "" when absent. */
	const char *(*header)(void *to, const char *name);
	void *to;
	const char *body;
};

/* How the bytes are to be sent. */
struct es_plan {
	int64_t stall_ms;
	int64_t keep;		/* percent of the bytes; 100: all */
	bool abort;		/* promise all, then drop the connection */
	bool chunked;
	bool gzip;
	bool endless;
	int64_t bomb_mb;
	int64_t slow_bytes;	/* 0: as fast as it goes */
	int64_t slow_ms;
	int64_t date_ms;	/* of the Date header */
};

int es_estate_init(struct es_estate *e, const char *world,
		   const char *journal, char msg[ES_MSG_MAX]);
void es_estate_release(struct es_estate *e);
int es_estate_night(struct es_estate *e, int night, char msg[ES_MSG_MAX]);
/* As started: first night, the world's faults, no tokens, empty journal. */
int es_estate_reset(struct es_estate *e, char msg[ES_MSG_MAX]);
void es_estate_truth(struct es_estate *e, struct es_buf *out);

/* Answers and journals; the caller releases ans. */
void es_estate_serve(struct es_estate *e, const struct es_in *in,
		     struct es_answer *ans, struct es_plan *plan);

#endif
