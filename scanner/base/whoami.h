/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which account on which host this process runs as: what records of runs,
 * decisions and attestations name beside the person who answers for them.
 */
#ifndef EP_WHOAMI_H
#define EP_WHOAMI_H

/* The account's name, "uid N" where it has none; never NULL.  Not who is
 * logged in at a terminal: a timer has none. */
const char *ep_whoami_user(void);
/* The host's name, "unknown" where it has none. */
const char *ep_whoami_host(void);

#endif
