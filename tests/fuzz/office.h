/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shipped connectors, each with one connection, as an office that has
 * everything: no credential is needed, nobody is asked who answers, and every
 * base is one host, so that the first answer is to the first question.
 */
#ifndef EP_FUZZ_OFFICE_H
#define EP_FUZZ_OFFICE_H

#include "collect/collect.h"
#include "fuzz.h"

#define OFFICE_BASE "https://api.vendor.example/v1"
#define OFFICE_TENANT "T1"

/* EP_SRC says where the tree is; the folder of the work otherwise. */
void office_load(struct ep_specs *specs);
/* A configuration of nothing but a connection to that connector. */
void office_config(const struct ep_spec *spec, struct ep_config *ret);

#endif
