/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files in YAML that people write, read as what they are for: the first byte
 * chooses waivers, a baseline, a connector, a configuration or an exit profile.
 * What is accepted has what it must have, and what is not has a complaint.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "check/baseline.h"
#include "check/waiver.h"
#include "collect/spec.h"
#include "exit/profile.h"
#include "fuzz.h"
#include "model/config.h"

static char folder[] = "/dev/shm/fuzz_files.XXXXXX";

static void read_waivers(const char *text, size_t n, struct ep_diag *diag)
{
	struct ep_waivers waivers = { .n = 0 };

	ep_waivers_text(&waivers, "waivers/a.yaml", text, n, diag);
	for (size_t i = 0; i < waivers.n && diag->n == 0; i++) {
		const struct ep_waiver *waiver = &waivers.v[i];

		must(waiver->said.reason && *waiver->said.reason);
		must(waiver->said.approver && *waiver->said.approver);
		must(waiver->said.expires > 0 && waiver->rule);
	}
	ep_waivers_release(&waivers);
}

static void read_baseline(const char *text, size_t n, struct ep_diag *diag)
{
	struct ep_baselines baselines = { .n = 0 };

	ep_baselines_text(&baselines, "baselines/a.yaml", text, n, diag);
	ep_baselines_release(&baselines);
}

static char *put(const char *name, const char *text, size_t n)
{
	char *path = ep_file_join(folder, name);
	struct ep_err err = EP_ERR_INIT;

	must(ep_file_put(path, 0600, text, n, &err) == 0);
	return path;
}

/* A connector stands in a file of its name. */
static void read_connector(const char *text, size_t n, struct ep_diag *diag)
{
	EP_AUTO_FREE char *path = put("toy.yaml", text, n);
	struct ep_spec *spec = ep_spec_load(path, diag);

	must((spec == NULL) == (diag->n > 0));
	if (spec) {
		must(spec->id && spec->system && spec->version > 0);
		must(spec->endpoints.n == 0 || spec->bases.n > 0);
	}
	ep_spec_free(spec);
}

static void read_config(const char *text, size_t n, struct ep_diag *diag)
{
	EP_AUTO_FREE char *path = put("exitproof.yaml", text, n);
	struct ep_config *config = ep_config_load(path, folder, diag);

	must((config == NULL) == (diag->n > 0));
	if (config)
		must(config->database && config->customers.n > 0);
	ep_config_free(config);
}

static void read_profiles(const char *text, size_t n, struct ep_diag *diag)
{
	const char *const folders[] = { folder };
	const struct ep_rules rules = { 0 };
	struct ep_profiles *read;

	ep_free(put("profiles/a.yaml", text, n));
	read = ep_profiles_load(folders, 1, &rules, diag);
	must(read || diag->n > 0);
	ep_profiles_free(read);
}

static void tidy(void)
{
	static const char *const names[] = { "toy.yaml", "exitproof.yaml",
					     "profiles/a.yaml", "profiles" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		EP_AUTO_FREE char *path = ep_file_join(folder, names[i]);

		remove(path);
	}
	rmdir(folder);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	EP_AUTO_FREE char *profiles = NULL;

	(void)argc;
	(void)argv;
	ep_clock_fix(1795305600);
	must(mkdtemp(folder));
	profiles = ep_file_join(folder, "profiles");
	must(mkdir(profiles, 0700) == 0);
	atexit(tidy);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static void (*const readers[])(const char *text, size_t n,
				       struct ep_diag *diag) = {
		read_waivers, read_baseline, read_connector, read_config,
		read_profiles
	};
	EP_AUTO_FREE char *text = NULL;
	struct ep_diag diag;

	if (n < 1)
		return 0;
	/* A letter, so that the corpus can be written with an editor. */
	text = fuzz_text(data + 1, n - 1);
	ep_diag_init(&diag);
	readers[data[0] % 5](text, n - 1, &diag);
	ep_diag_release(&diag);
	return 0;
}
