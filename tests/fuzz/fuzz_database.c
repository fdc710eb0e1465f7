/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A database that somebody hands us: a whole file, or a sealed one of three
 * nights with some bytes changed (four of where, one of how many, these).
 *
 * It is read, its past is rebuilt and its seals are checked against the
 * checkpoint that was kept elsewhere.  Where the check finds nothing, every
 * night says of every kind what it said when it was sealed.
 *
 * fuzz_database --seeds=FOLDER writes inputs that each change one byte.
 */
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "evidence/evidence.h"
#include "fuzz.h"
#include "nights.h"
#include "store/store.h"

#define MAGIC "SQLite format 3"
#define SEEDS 48

static struct nights sealed;
static struct ep_buf image;	/* the sealed database's bytes */
static EP_VEC(size_t) used;	/* where they are not 0: most is free space */
static char folder[] = "/dev/shm/fuzz_database.XXXXXX";
static char path[64];

static void tidy(void)
{
	static const char *const suffix[] = { "", "-wal", "-shm", "-journal",
					      ".lock" };

	for (size_t i = 0; i < sizeof(suffix) / sizeof(suffix[0]); i++) {
		char name[80];

		snprintf(name, sizeof(name), "%s%s", path, suffix[i]);
		unlink(name);
	}
}

static void tidy_all(void)
{
	tidy();
	rmdir(folder);
}

static bool whole_file(const uint8_t *data, size_t n)
{
	return n >= sizeof(MAGIC) && memcmp(data, MAGIC, sizeof(MAGIC)) == 0;
}

/* The file to be read; true when a byte of it is not as it was. */
static bool lay_down(const uint8_t *data, size_t n)
{
	struct ep_err err = EP_ERR_INIT;
	EP_AUTO_FREE char *copy = NULL;
	bool changed;
	size_t i = 0;

	tidy();
	if (whole_file(data, n)) {
		must(ep_file_put(path, 0600, data, n, &err) == 0);
		return n != image.len || memcmp(data, image.s, n) != 0;
	}
	copy = ep_alloc(image.len);
	memcpy(copy, image.s, image.len);
	while (i + 5 < n) {
		uint32_t at;
		size_t len = 1 + data[i + 4] % 16;

		memcpy(&at, data + i, sizeof(at));
		i += 5;
		for (; len && i < n; len--, i++, at++)
			copy[used.v[at % used.n]] = (char)data[i];
	}
	changed = memcmp(copy, image.s, image.len) != 0;
	must(ep_file_put(path, 0600, copy, image.len, &err) == 0);
	return changed;
}

static void read_it(bool changed)
{
	struct ep_err err = EP_ERR_INIT;
	struct ep_store *store = NULL;
	struct ep_buf said;
	int rc = ep_store_open(path, false, &store, &err);

	if (rc < 0) {
		must(changed && err.msg[0]);
		return;
	}
	rc = ep_evidence_verify(store, 0, &sealed.checkpoint, NULL, NULL,
				&err);
	must(changed || rc == 0);
	must(rc == 0 || err.msg[0]);
	ep_buf_init(&said, NIGHTS_BYTES_MAX);
	if (rc == 0 && nights_say(store, &said, &err) == 0)
		must(ep_str_eq(said.s, sealed.said));
	ep_buf_release(&said);
	ep_store_close(store);
}

/* Whole files are too long for a seed, and what is cut off one is refused at
 * its first page. */
static void write_seeds(const char *to)
{
	struct ep_err err = EP_ERR_INIT;

	for (uint32_t i = 0; i < SEEDS; i++) {
		uint32_t at = (uint32_t)(used.n / SEEDS * i);
		char input[] = { 0, 0, 0, 0, 0, 'A' };
		EP_AUTO_FREE char *path_to = NULL;
		char name[16];

		memcpy(input, &at, sizeof(at));
		snprintf(name, sizeof(name), "byte-%02u", i);
		path_to = ep_file_join(to, name);
		must(ep_file_put(path_to, 0644, input, sizeof(input), &err) ==
		     0);
	}
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct ep_err err = EP_ERR_INIT;

	must(mkdtemp(folder));
	atexit(tidy_all);
	snprintf(path, sizeof(path), "%s/x.db", folder);
	nights_make(path, &sealed);
	ep_buf_init(&image, NIGHTS_BYTES_MAX);
	must(ep_file_read(path, NIGHTS_BYTES_MAX, &image, &err) == 0);
	for (size_t i = 0; i < image.len; i++) {
		if (image.s[i])
			EP_VEC_ADD(&used) = i;
	}
	for (int i = 1; i < *argc; i++) {
		if (!ep_str_starts((*argv)[i], "--seeds="))
			continue;
		write_seeds(strchr((*argv)[i], '=') + 1);
		exit(0);
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	read_it(lay_down(data, n));
	return 0;
}
