/* SPDX-License-Identifier: Apache-2.0 */
/* `estate ctl`: the control port from a shell, without curl. */
#ifndef ES_CTL_H
#define ES_CTL_H

/* argv: URL night N | fault key=value... | clear | reset | counts | journal
 * | truth.  Prints the answer; returns the exit status. */
int es_ctl(int argc, char **argv);

#endif
