/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many requests one listing took: what a collection counts, the store
 * keeps, and the forecast of the next run is made from.
 */
#ifndef EP_TALLY_H
#define EP_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#define EP_TALLY_TOKEN "token"	 /* dataset of requests for tokens */
#define EP_TALLY_PROOF "proof"	 /* ... and of those about who answers */
#define EP_TALLY_BUDGET_TEXT 17	 /* 16 digits, or "" for no budget */

struct ep_tally {
	const char *connector;
	const char *home;	/* tenancy that the connection names */
	const char *customer;	/* whose it is, NULL nobody's */
	const char *system;
	const char *tenant;	/* tenancy of the listing */
	const char *dataset;	/* "printix.users", or a word above */
	char budget[EP_TALLY_BUDGET_TEXT];	/* the same text, the same
						 * budget */
	int64_t requests;
	int64_t ms;	/* that answers took, together */
	bool whole;	/* it was read to its end */
};

#endif
