/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Knows a configuration again that was read whole and had no fault, so that a
 * question about one person does not read the files of all customers.
 *
 * What it was is told by its basis: the SHA-256 of this program's version, of
 * who reads, of exitproof.yaml's text and of each customer file's name and
 * stamp (device, inode, size, time of writing, time of the last change of
 * whatever kind).  The basis stands in a small file beside the database,
 * with the configuration's own SHA-256 and one over both.  It is all or
 * nothing: one file that came, went or changed, and all are read.  Nothing
 * about customers is kept, so nothing that looks for one can miss it.
 */
#ifndef EP_CONFIG_SEEN_H
#define EP_CONFIG_SEEN_H

#include "model/config.h"

/* Lists the customer files, names owned; sets config->basis, unless a file
 * changed so lately that another change might leave its stamp as it is. */
int ep_config_basis(struct ep_config *config, char ***ret_names,
		    size_t *ret_n, struct ep_err *err) EP_MUST_CHECK;

/* exitproof.yaml alone, with the sha256 of all; its only customer is the MSP,
 * so it is for what asks for no customer.  NULL when the customers' files have
 * to be read: ep_config_load then says what is wrong, if anything is. */
struct ep_config *ep_config_load_seen(const char *path,
				      const char *data_folder);

/* After ep_config_load.  Where nothing can be written, nothing is: the next
 * one reads all files again. */
void ep_config_remember(const struct ep_config *config);

#endif
