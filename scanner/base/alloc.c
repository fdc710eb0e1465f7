/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The allocator: the C library's, with overflow checks and one answer to
 * exhaustion, which is to end the process.
 */
#include "base/alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Neither stdio nor exit handlers: both may want memory. */
_Noreturn void ep_die(const char *why)
{
	static const char name[] = "exitproof: ";

	if (write(STDERR_FILENO, name, sizeof(name) - 1) < 0 ||
	    write(STDERR_FILENO, why, strlen(why)) < 0 ||
	    write(STDERR_FILENO, "\n", 1) < 0)
		_exit(70);
	_exit(70);
}

static _Noreturn void out_of_memory(void)
{
	ep_die("out of memory");
}

static void *checked(void *p)
{
	if (!p)
		out_of_memory();
	return p;
}

void *ep_alloc(size_t size)
{
	return checked(malloc(size ? size : 1));
}

void *ep_calloc(size_t count, size_t size)
{
	if (!count || !size)
		return checked(calloc(1, 1));
	return checked(calloc(count, size));
}

void *ep_realloc(void *p, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		out_of_memory();
	return checked(realloc(p, total ? total : 1));
}

char *ep_strdup(const char *s)
{
	return s ? ep_strndup(s, strlen(s)) : NULL;
}

char *ep_strndup(const char *s, size_t n)
{
	char *copy;

	if (!s)
		return NULL;
	n = strnlen(s, n);
	copy = ep_alloc(n + 1);
	memcpy(copy, s, n);
	copy[n] = '\0';
	return copy;
}

void ep_free(void *p)
{
	free(p);
}

void ep_wipe(void *p, size_t n)
{
	if (p)
		explicit_bzero(p, n);
}

void ep_free_cleanup(void *pp)
{
	void *p;

	/* pp points to a pointer of any type. */
	memcpy(&p, pp, sizeof(p));
	free(p);
}
