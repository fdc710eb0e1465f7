/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gives up, for good, what this process does not need: files, TCP ports and
 * system calls.  Threads that exist already keep what they had, so all of it
 * comes before the first thread.  Where the kernel cannot do a part, that
 * part reports false in *ret_held and nothing else changes; a kernel that can
 * and refuses is an error.
 */
#ifndef EP_CONFINE_H
#define EP_CONFINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/map.h"

struct ep_confine {
	struct ep_map paths;	/* -> how it may be used */
};

void ep_confine_init(struct ep_confine *confine);
void ep_confine_release(struct ep_confine *confine);
/* The file, or the folder with everything in it.  What is not there is left
 * out: opening it stays "no such file". */
void ep_confine_read(struct ep_confine *confine, const char *path);
/* The folder that path is, or else the nearest existing one above it, with
 * everything in it; where path is a file, the folder that holds it. */
void ep_confine_write(struct ep_confine *confine, const char *path);

/* From here on only these files can be opened, and no program started
 * (Landlock, Linux 5.13). */
int ep_confine_files(const struct ep_confine *confine, bool *ret_held,
		     struct ep_err *err) EP_MUST_CHECK;
/* From here on TCP goes to these ports only, and none is listened on
 * (Linux 6.7).  UDP, and so names, are not touched. */
int ep_confine_ports(const uint16_t *ports, size_t n, bool *ret_held,
		     struct ep_err *err) EP_MUST_CHECK;
/* From here on no other process is looked into, nothing is executed, mounted
 * or loaded into the kernel, and memory is never writable and executable
 * (seccomp). */
int ep_confine_calls(bool *ret_held, struct ep_err *err) EP_MUST_CHECK;

#endif
