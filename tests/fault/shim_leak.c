/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The blocks that the program's own code asked for and nobody gave back yet.
 * An error path that forgets some leaves more of them at the end of the
 * process than the undisturbed work does.
 */
#include "shim.h"

#include <pthread.h>
#include <stdint.h>

#define PLACES ((size_t)1 << 21)
#define GONE ((uintptr_t)1)	/* a place that held one; no block lies at 1 */

static uintptr_t blocks[PLACES];
static size_t used;		/* places that are not 0 */
static long alive;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static size_t place_of(uintptr_t block)
{
	return (size_t)((block >> 4) * 0x9e3779b97f4a7c15U >> 32) % PLACES;
}

void leak_add(const void *p)
{
	size_t at = place_of((uintptr_t)p);

	if (!p)
		return;
	pthread_mutex_lock(&lock);
	while (blocks[at] > GONE)
		at = (at + 1) % PLACES;
	if (blocks[at] == 0 && ++used > PLACES / 2)
		alive = -1;	/* too full to be asked */
	blocks[at] = (uintptr_t)p;
	if (alive >= 0)
		alive++;
	pthread_mutex_unlock(&lock);
}

bool leak_remove(const void *p)
{
	size_t at = place_of((uintptr_t)p);
	bool found;

	if (!p)
		return false;
	pthread_mutex_lock(&lock);
	while (blocks[at] && blocks[at] != (uintptr_t)p)
		at = (at + 1) % PLACES;
	found = blocks[at] != 0;
	if (found) {
		blocks[at] = GONE;
		if (alive > 0)
			alive--;
	}
	pthread_mutex_unlock(&lock);
	return found;
}

long leak_alive(void)
{
	return alive;
}
