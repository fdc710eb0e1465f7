/* SPDX-License-Identifier: Apache-2.0 */
/*
 * As whom a connection asked: what a collection tells of each credential that
 * it could use, and the store keeps with the runs.
 */
#ifndef EP_CALLER_H
#define EP_CALLER_H

struct ep_caller {
	const char *connector;
	const char *home;	/* tenancy that the connection names */
	const char *customer;	/* whose it is, NULL nobody's */
	const char *credential;	/* its name in the connector */
	const char *name;	/* as the vendor knows it; NULL: neither the
				 * configuration nor the vendor tells */
};

#endif
