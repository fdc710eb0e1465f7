/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fills a database with a fleet at size, through the store's own sink:
 *
 *	fill FLEET.yaml FOLDER CUSTOMERS NIGHTS
 *
 * makes FOLDER with a configuration, a file for each customer and the
 * database, and plays the nights that it has not got yet.  One line for each
 * night tells what the file weighs, so that a year can be measured.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "ext/db.h"
#include "ext/yaml.h"
#include "fill_row.h"
#include "model/config.h"
#include "model/sink.h"
#include "store/store.h"

#define DAY 86400
#define CUSTOMERS_MAX 100000

struct fill {
	const char *fleet_path;
	const char *folder;
	char *database;
	int64_t customers;
	int64_t nights;
	struct ep_yaml *fleet;
	struct ep_diag diag;
	struct ep_config *config;
	struct ep_store *store;
	struct ep_sink sink;
	struct fill_place place;
	int64_t rows;
	struct ep_buf texts;
	struct ep_err err;
};

static const char *member(const struct ep_yaml *map, const char *key)
{
	const struct ep_yaml *node = ep_yaml_get(map, key);

	return node && node->type == EP_YAML_SCALAR ? node->text : NULL;
}

static const struct ep_yaml *list(const struct ep_yaml *map, const char *key)
{
	const struct ep_yaml *node = ep_yaml_get(map, key);

	return node && node->type == EP_YAML_LIST ? node->child : NULL;
}

static bool of_msp(const struct ep_yaml *system)
{
	return ep_str_eq(member(system, "of"), "msp");
}

static bool has(const struct ep_yaml *system, int64_t customer)
{
	const char *every = member(system, "every");
	int64_t n = 1;

	return !every || (ep_str_int(every, &n) && n > 0 && customer % n == 0);
}

/* --- the configuration ---------------------------------------------------- */

static int write_file(struct fill *f, const char *name,
		      const struct ep_buf *text)
{
	EP_AUTO_FREE char *path = ep_file_join(f->folder, name);

	return ep_file_put(path, 0600, text->s, text->len, &f->err);
}

static void add_claims(const struct fill *f, int64_t customer,
		       struct ep_buf *out)
{
	for (const struct ep_yaml *it = list(f->fleet, "systems"); it;
	     it = it->next) {
		const struct ep_yaml *set = ep_yaml_get(it, "settings");

		if (of_msp(it) || !has(it, customer))
			continue;
		ep_buf_addf(out, "  - {system: %s, tenant: \"%lld\"",
			    member(it, "system"), (long long)customer + 1);
		if (set && set->child)
			ep_buf_addf(out, ", settings: {%s: \"%s\"}",
				    set->child->key, set->child->text);
		ep_buf_adds(out, "}\n");
	}
}

static int write_customer(struct fill *f, int64_t customer)
{
	EP_AUTO(ep_buf_release) struct ep_buf out;
	char name[48];

	ep_buf_init(&out, EP_FILE_BYTES_MAX);
	ep_buf_addf(&out, "customer: c%05lld\nname: Customer %05lld\n"
		    "domains: [c%05lld.example]\nowners: [u0@c%05lld.example]"
		    "\ndeclared:\n  - {address: kiosk@c%05lld.example, class: "
		    "shared, owner: u1@c%05lld.example, review_by: 2027-06-30,"
		    " reason: at the door}\n", (long long)customer,
		    (long long)customer, (long long)customer,
		    (long long)customer, (long long)customer,
		    (long long)customer);
	ep_buf_adds(&out, "claims:\n");
	add_claims(f, customer, &out);
	snprintf(name, sizeof(name), "customers/c%05lld.yaml",
		 (long long)customer);
	return write_file(f, name, &out);
}

static int write_config(struct fill *f)
{
	EP_AUTO(ep_buf_release) struct ep_buf out = EP_BUF_INIT(0);
	EP_AUTO_FREE char *folder = ep_file_join(f->folder, "customers");
	int rc;

	if ((mkdir(f->folder, 0700) < 0 && errno != EEXIST) ||
	    (mkdir(folder, 0700) < 0 && errno != EEXIST))
		return ep_err_errno(&f->err, EP_EIO, "%s", folder);
	ep_buf_init(&out, EP_FILE_BYTES_MAX);
	ep_buf_adds(&out, "msp:\n  id: msp\n  name: MSP\n"
		    "  domains: [msp.example]\n  owners: [t0@msp.example]\n"
		    "  claims:\n");
	for (const struct ep_yaml *it = list(f->fleet, "systems"); it;
	     it = it->next)
		if (of_msp(it))
			ep_buf_addf(&out, "    - {system: %s, tenant: \"0\"}"
				    "\n", member(it, "system"));
	ep_buf_adds(&out, "database: fleet.db\ncustomers: customers\n"
		    "testing: {allow_loopback: true}\n");
	rc = write_file(f, "exitproof.yaml", &out);
	for (int64_t c = 0; rc == 0 && c < f->customers; c++)
		rc = write_customer(f, c);
	return rc;
}

/* --- one listing ----------------------------------------------------------- */

static int play_times(struct fill *f, const struct ep_yaml *part,
		      void *dataset)
{
	const char *times = member(part, "times");
	const struct ep_yaml *map = part->child ? part->child->next : NULL;
	int kind = map ? ep_entity_kind(map->key) : -1;
	int64_t n = 0;

	if (kind < 0 || !ep_str_int(times, &n))
		return ep_err_set(&f->err, EP_EDATA, "fleet: line %d: expected "
				  "times: and a record", part->line);
	for (f->place.row = 0; f->place.row < n; f->place.row++) {
		struct ep_row row;
		bool repeat;
		int rc = fill_row(&f->place, (enum ep_kind)kind, map,
				  &f->texts, &row, &f->err);

		if (rc == 0)
			rc = f->sink.row(f->sink.to, dataset, &row, &repeat,
					 &f->err);
		if (rc < 0)
			return rc;
		f->rows++;
	}
	return 0;
}

static int play_rows(struct fill *f, const struct ep_yaml *set, void *dataset)
{
	int64_t list_number = f->place.list;
	int rc = 0;

	for (const struct ep_yaml *it = list(set, "rows"); rc == 0 && it;
	     it = it->next, f->place.list++)
		rc = play_times(f, it, dataset);
	f->place.list = list_number;
	return rc;
}

static int play_each(struct fill *f, const struct ep_yaml *set, void *dataset)
{
	int rc = 0;

	if (!ep_str_eq(member(set, "each"), "customer"))
		return play_rows(f, set, dataset);
	for (int64_t e = 0; rc == 0 && e < f->customers; e++) {
		f->place.each = e;
		rc = play_rows(f, set, dataset);
	}
	f->place.each = 0;
	return rc;
}

/* What a page of a vendor is to coverage: one for a listing of this size. */
static void cover(struct fill *f, struct ep_coverage *coverage, int64_t rows)
{
	uint64_t page[4];

	ep_coverage_init(coverage);
	coverage->started_at = coverage->ended_at = ep_clock_now();
	coverage->ended_at += f->place.tenancy % 600;
	coverage->http_status = 200;
	coverage->pages = 1;
	coverage->rows = rows;
	coverage->total = -1;
	coverage->wire_bytes = rows * 597 + f->place.night * 7 % 100;
	coverage->ms = 80 + (f->place.tenancy * 31 + f->place.night * 17) % 90;
	/* Any 32 bytes that no other page has. */
	for (int i = 0; i < 4; i++)
		page[i] = ((uint64_t)f->place.tenancy * 1000003 +
			   (uint64_t)f->place.night * 7919 +
			   (uint64_t)f->place.list) *
			  (UINT64_C(0x9e3779b97f4a7c15) + 2 * (uint64_t)i);
	ep_buf_add(&coverage->page_sha256, page, sizeof(page));
}

static unsigned kinds_of(const struct ep_yaml *set)
{
	unsigned kinds = 0;

	for (const struct ep_yaml *it = list(set, "kinds"); it; it = it->next)
		if (ep_entity_kind(it->text) >= 0)
			kinds |= 1u << ep_entity_kind(it->text);
	return kinds;
}

static int play_dataset(struct fill *f, const struct ep_yaml *system,
			const struct ep_yaml *set)
{
	char tenant[24], customer[24];
	struct ep_dataset_ref ref = {
		.customer = of_msp(system) ? "msp" : customer,
		.system = member(system, "system"), .tenant = tenant,
		.name = member(set, "dataset"), .connector = "fleet",
		.connector_version = 1, .kinds = kinds_of(set),
		.max_age = 7 * DAY,
		.imported = member(set, "imported") != NULL,
	};
	struct ep_coverage coverage;
	int64_t before = f->rows;
	void *dataset;
	int rc;

	snprintf(customer, sizeof(customer), "c%05lld",
		 (long long)f->place.customer);
	snprintf(tenant, sizeof(tenant), "%lld",
		 of_msp(system) ? 0 : (long long)f->place.customer + 1);
	rc = f->sink.begin(f->sink.to, &ref, &dataset, &f->err);
	if (rc == 0)
		rc = play_each(f, set, dataset);
	if (rc < 0)
		return rc;
	cover(f, &coverage, f->rows - before);
	if (ref.imported)
		coverage.captured_at = ep_clock_now() - DAY;
	rc = f->sink.end(f->sink.to, dataset, &coverage, &f->err);
	ep_coverage_release(&coverage);
	return rc;
}

static int play_tenancy(struct fill *f, const struct ep_yaml *system)
{
	int rc = 0;

	f->place.tenancy++;
	f->place.list = 0;
	for (const struct ep_yaml *it = list(system, "datasets");
	     rc == 0 && it; it = it->next, f->place.list += 8)
		rc = play_dataset(f, system, it);
	return rc;
}

/* --- nights ----------------------------------------------------------------- */

static int play_fleet(struct fill *f)
{
	int rc = 0;

	f->place.tenancy = 0;
	for (const struct ep_yaml *it = list(f->fleet, "systems");
	     rc == 0 && it; it = it->next) {
		if (of_msp(it)) {
			f->place.customer = 0;
			rc = play_tenancy(f, it);
			continue;
		}
		for (int64_t c = 0; rc == 0 && c < f->customers; c++) {
			f->place.customer = c;
			if (has(it, c))
				rc = play_tenancy(f, it);
		}
	}
	return rc;
}

static int64_t file_bytes(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (int64_t)st.st_size : -1;
}

static int play_night(struct fill *f)
{
	struct ep_run_info info = { .kind = "night", .program = "fill",
				    .config_sha256 = f->config->sha256,
				    .rules_sha256 = "", .testing = true };
	int64_t run, begin = ep_clock_mono_ms(), busy;
	int rc;

	f->rows = 0;
	ep_clock_fix(f->place.first + f->place.night * DAY);
	rc = ep_store_run_begin(f->store, &info, f->config, &run, &f->err);
	if (rc == 0)
		rc = play_fleet(f);
	if (rc == 0)
		rc = ep_store_flush(f->store, &f->err);
	if (rc == 0)
		rc = ep_store_run_end(f->store, true, 0, 0, 0, &f->err);
	/* What is in the log beside it belongs to the file. */
	if (rc == 0)
		rc = ep_db_one_int(ep_store_db(f->store), "PRAGMA "
				   "wal_checkpoint(TRUNCATE)", &busy, &f->err);
	if (rc < 0)
		return rc;
	printf("night %lld rows %lld bytes %lld ms %lld\n", (long long)run,
	       (long long)f->rows, (long long)file_bytes(f->database),
	       (long long)(ep_clock_mono_ms() - begin));
	fflush(stdout);
	return 0;
}

static int play(struct fill *f)
{
	int64_t played = 0;
	int rc = ep_store_open(f->database, true, &f->store, &f->err);

	if (rc < 0)
		return rc;
	ep_store_sink(f->store, &f->sink);
	rc = ep_db_one_int(ep_store_db(f->store), "SELECT count(*) FROM run",
			   &played, &f->err);
	for (f->place.night = played; rc == 0 && f->place.night < f->nights;
	     f->place.night++)
		rc = play_night(f);
	ep_store_close(f->store);
	return rc;
}

static int fill(struct fill *f)
{
	EP_AUTO_FREE char *config = ep_file_join(f->folder, "exitproof.yaml");
	const char *night;
	int rc;

	f->fleet = ep_yaml_file(f->fleet_path, &f->diag);
	night = f->fleet ? member(f->fleet, "night") : NULL;
	if (!night || !ep_time_iso(night, true, &f->place.first))
		return ep_err_set(&f->err, EP_EDATA, "%s: not read, or no "
				  "night:", f->fleet_path);
	f->place.first -= (f->nights - 1) * DAY;
	rc = write_config(f);
	if (rc < 0)
		return rc;
	f->config = ep_config_load(config, EP_PKGDATADIR, &f->diag);
	if (!f->config)
		return ep_err_set(&f->err, EP_ECONFIG, "%s: cannot be loaded",
				  config);
	return play(f);
}

int main(int argc, char **argv)
{
	struct fill f = { .err = EP_ERR_INIT };
	int rc;

	if (argc != 5 || !ep_str_int(argv[3], &f.customers) ||
	    !ep_str_int(argv[4], &f.nights) || f.customers < 1 ||
	    f.customers > CUSTOMERS_MAX || f.nights < 1) {
		fprintf(stderr, "usage: fill FLEET.yaml FOLDER CUSTOMERS "
			"NIGHTS\n");
		return 64;
	}
	f.fleet_path = argv[1];
	f.folder = argv[2];
	f.database = ep_file_join(f.folder, "fleet.db");
	ep_buf_init(&f.texts, EP_FILE_BYTES_MAX);
	rc = fill(&f);
	for (size_t i = 0; i < f.diag.n; i++)
		fprintf(stderr, "%s\n", f.diag.item[i].msg);
	if (rc < 0)
		fprintf(stderr, "fill: %s\n", f.err.msg);
	ep_buf_release(&f.texts);
	ep_config_free(f.config);
	ep_yaml_free(f.fleet);
	ep_diag_release(&f.diag);
	ep_free(f.database);
	return rc < 0 ? 1 : 0;
}
