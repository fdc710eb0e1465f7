/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A library put before the C library of one process, which makes the n-th
 * call of a class fail, kills the process there, or takes the power away.
 * The program under test is the shipped one and knows nothing of it.
 *
 *   FAULT=CLASS:WHAT:N[:SEED]
 *     CLASS  memory   malloc, calloc, realloc and their like
 *            library  those of them that no code of the program itself makes
 *            file     every call on a file below FAULT_ROOT
 *            write    those that change something there
 *            net      socket, connect, send, receive, look-up
 *            clock    a question for the time of day
 *     WHAT   once     that call fails
 *            ever     that call and all after it fail
 *            full     as ever, for want of room (file and write)
 *            kill     the process dies before that call
 *            torn     the process dies half-way through that write
 *            power    the machine loses power before that call: what was
 *                     not synced may be there, be missing, or be there in
 *                     part, in any order; N 0 is after the end of the process
 *            back, ahead, far   from that call on the clock is a day back, a
 *                     year ahead, or past 2038
 *            none     nothing fails
 *   FAULT_ROOT   the folder whose files count
 *   FAULT_TOLD   a file that gets the number of calls of each class at the
 *                end of the process, whether the fault struck, and how many
 *                blocks of the program's own were never freed
 */
#ifndef EP_SHIM_H
#define EP_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum shim_class {
	SHIM_MEMORY,
	SHIM_LIBRARY,
	SHIM_FILE,
	SHIM_WRITE,
	SHIM_NET,
	SHIM_CLOCK,
	SHIM_CLASSES
};

enum shim_what {
	SHIM_NONE,
	SHIM_ONCE,
	SHIM_EVER,
	SHIM_FULL,
	SHIM_KILL,
	SHIM_TORN,
	SHIM_POWER,
	SHIM_BACK,
	SHIM_AHEAD,
	SHIM_FAR
};

/* shim.c: counts a call; true when it has to fail.  Does not return when the
 * process dies there. */
bool shim_strikes(enum shim_class class);
/* How the fault of a file is called. */
int shim_file_errno(void);
/* Whether this write is the one to be torn. */
bool shim_tears(void);
_Noreturn void shim_die(void);
bool shim_power(void);		/* power will be lost */
unsigned int shim_random(unsigned int below);
/* The folder whose files count, with a slash at its end; NULL for none. */
const char *shim_root(void);

/* The C library's own, by name. */
void *shim_next(const char *name);

/* shim_leak.c: blocks of the program that are not given back; -1 when there
 * were too many to tell. */
void leak_add(const void *p);
bool leak_remove(const void *p);
long leak_alive(void);

/* shim_power.c: what is not on the disk yet.  All are called with the thing
 * still undone, but for synced and opened. */
void power_write(int fd, const void *p, size_t n, off_t at);
void power_truncate(int fd, off_t size);
void power_synced(int fd);
void power_created(const char *path);
void power_renamed(const char *from, const char *to);
void power_unlinked(const char *path);
/* The disk as it may be found after the loss. */
void power_lose(void);

#endif
