/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stage and its sink.
 */
#include "scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"

#define NOON 1795305600	/* 2026-11-22T00:00:00Z */

/* --- the sink ---------------------------------------------------------- */

static struct scene_dataset *dataset_of(struct scene *scene,
					const struct ep_dataset_ref *ref)
{
	struct scene_dataset *dataset;
	char name[256];

	snprintf(name, sizeof(name), "%s/%s %s", ref->system, ref->tenant,
		 ref->name);
	dataset = scene_find(scene, name);
	if (dataset)
		return dataset;
	dataset = ep_calloc(1, sizeof(*dataset));
	dataset->name = ep_strdup(name);
	dataset->customer = ep_strdup(ref->customer);
	dataset->kinds = ref->kinds;
	ep_buf_init(&dataset->keys, 64 * 1024 * 1024);
	EP_VEC_ADD(&scene->datasets) = dataset;
	return dataset;
}

static int sink_expect(void *to, const struct ep_dataset_ref *ref,
		       struct ep_err *err)
{
	(void)err;
	dataset_of(to, ref)->expected++;
	return 0;
}

static int sink_begin(void *to, const struct ep_dataset_ref *ref,
		      void **ret_dataset, struct ep_err *err)
{
	struct scene_dataset *dataset = dataset_of(to, ref);

	(void)err;
	dataset->begun++;
	*ret_dataset = dataset;
	return 0;
}

static int sink_row(void *to, void *p, const struct ep_row *row,
		    bool *ret_repeat, struct ep_err *err)
{
	struct scene *scene = to;
	struct scene_dataset *dataset = p;
	struct ep_buf key;

	if (scene->row_fails > 0 && --scene->row_fails == 0)
		return ep_err_set(err, EP_EIO, "the disk is full");
	ep_buf_init(&key, 4096);
	assert_int_equal(ep_row_key(row, &key, err), 0);
	for (size_t i = 0; i < key.len; i++)
		if (key.s[i] == '\x1f')
			key.s[i] = '|';
	ep_buf_addf(&dataset->keys, "%s:%s;", ep_entity(row->kind)->name,
		    key.s);
	ep_buf_release(&key);
	dataset->rows++;
	*ret_repeat = false;
	return 0;
}

static int sink_end(void *to, void *p, struct ep_coverage *coverage,
		    struct ep_err *err)
{
	struct scene_dataset *dataset = p;

	(void)to;
	(void)err;
	dataset->ended++;
	dataset->coverage = *coverage;
	ep_buf_init(&dataset->coverage.page_sha256,
		    coverage->page_sha256.max);
	ep_buf_add(&dataset->coverage.page_sha256, coverage->page_sha256.s,
		   coverage->page_sha256.len);
	return 0;
}

/* --- the stage --------------------------------------------------------- */

void scene_init(struct scene *scene, const struct fake_reply *script)
{
	char folder[] = "t_collect.XXXXXX";

	memset(scene, 0, sizeof(*scene));
	ep_clock_fix(NOON);
	assert_non_null(mkdtemp(folder));
	scene->folder = ep_strdup(folder);
	fake_net_init(&scene->net, script);
	scene->sink = (struct ep_sink){ .to = scene, .expect = sink_expect,
					.begin = sink_begin, .row = sink_row,
					.end = sink_end };
	scene->config.api_max_age = 93600;
	scene->config.run_seconds = 21600;
}

static void free_settings(struct ep_settings *settings)
{
	for (size_t i = 0; i < settings->n; i++) {
		ep_free(settings->v[i].name);
		ep_free(settings->v[i].value);
	}
	ep_vec_release(settings);
}

static void free_connection(struct ep_connection *connection)
{
	for (size_t i = 0; i < connection->credentials.n; i++) {
		struct ep_config_credential *credential =
			&connection->credentials.v[i];

		ep_free(credential->name);
		free_settings(&credential->params);
		for (size_t k = 0; k < credential->secrets.n; k++) {
			ep_free(credential->secrets.v[k].name);
			ep_secret_free(credential->secrets.v[k].secret);
		}
		ep_vec_release(&credential->secrets);
	}
	ep_vec_release(&connection->credentials);
	free_settings(&connection->params);
	free_settings(&connection->bases);
	ep_words_release(&connection->incremental);
	ep_free(connection->connector);
	ep_free(connection->customer);
	ep_free(connection->tenant);
	ep_free(connection->file);
}

static void free_customer(struct ep_customer *customer)
{
	for (size_t i = 0; i < customer->connections.n; i++)
		free_connection(&customer->connections.v[i]);
	ep_vec_release(&customer->connections);
	for (size_t i = 0; i < customer->claims.n; i++) {
		ep_free(customer->claims.v[i].system);
		ep_free(customer->claims.v[i].tenant);
	}
	ep_vec_release(&customer->claims);
	ep_free(customer->id);
}

static void free_dataset(struct scene_dataset *dataset)
{
	ep_free(dataset->name);
	ep_free(dataset->customer);
	ep_buf_release(&dataset->keys);
	ep_coverage_release(&dataset->coverage);
	ep_free(dataset);
}

void scene_release(struct scene *scene)
{
	char **names;
	size_t n;

	for (size_t i = 0; i < scene->config.customers.n; i++)
		free_customer(&scene->config.customers.v[i]);
	ep_vec_release(&scene->config.customers);
	ep_specs_release(&scene->specs);
	for (size_t i = 0; i < scene->datasets.n; i++)
		free_dataset(scene->datasets.v[i]);
	ep_vec_release(&scene->datasets);
	fake_net_release(&scene->net);
	if (ep_file_list(scene->folder, "", &names, &n, &scene->err) == 0) {
		for (size_t i = 0; i < n; i++) {
			EP_AUTO_FREE char *path =
				ep_file_join(scene->folder, names[i]);
			unlink(path);
		}
		ep_file_list_free(names, n);
	}
	rmdir(scene->folder);
	ep_free(scene->folder);
	ep_clock_fix(0);
}

static char *write_file(const struct scene *scene, const char *name,
			const char *text)
{
	char *path = ep_file_join(scene->folder, name);
	struct ep_file_out *out;
	struct ep_err err;

	assert_int_equal(ep_file_out_open(path, 0600, &out, &err), 0);
	assert_int_equal(ep_file_out_write(out, text, strlen(text), &err), 0);
	assert_int_equal(ep_file_out_commit(out, &err), 0);
	return path;
}

struct ep_spec *scene_connector(struct scene *scene, const char *yaml)
{
	char name[32];
	EP_AUTO_FREE char *path = NULL;
	struct ep_diag diag;
	struct ep_buf text;
	struct ep_spec *spec;

	/* A connector stands in a file of its name. */
	snprintf(name, sizeof(name), "%.*s.yaml",
		 (int)strcspn(yaml + strlen("connector: "), "\n"),
		 yaml + strlen("connector: "));
	path = write_file(scene, name, yaml);
	ep_diag_init(&diag);
	spec = ep_spec_load(path, &diag);
	if (!spec) {
		ep_buf_init(&text, 65536);
		ep_diag_print(&diag, &text);
		fail_msg("%s", text.s ? text.s : "no reason");
	}
	ep_diag_release(&diag);
	EP_VEC_ADD(&scene->specs) = spec;
	return spec;
}

struct ep_customer *scene_customer(struct scene *scene, const char *id)
{
	struct ep_customer *customer;

	for (size_t i = 0; i < scene->config.customers.n; i++) {
		if (ep_str_eq(scene->config.customers.v[i].id, id))
			return &scene->config.customers.v[i];
	}
	customer = &EP_VEC_ADD(&scene->config.customers);
	memset(customer, 0, sizeof(*customer));
	customer->id = ep_strdup(id);
	return customer;
}

struct ep_connection *scene_connect(struct scene *scene, const char *customer,
				    const char *connector, const char *tenant)
{
	struct ep_connection *connection = &EP_VEC_ADD(
		&scene_customer(scene, customer)->connections);

	memset(connection, 0, sizeof(*connection));
	connection->customer = ep_strdup(customer);
	connection->connector = ep_strdup(connector);
	connection->tenant = ep_strdup(tenant);
	connection->enabled = true;
	return connection;
}

void scene_credential(struct scene *scene, struct ep_connection *connection,
		      const char *name, const char *client_id,
		      const char *secret_name, const char *secret)
{
	static int serial;
	struct ep_config_credential *credential =
		&EP_VEC_ADD(&connection->credentials);
	EP_AUTO_FREE char *path = NULL;
	char file[64];

	memset(credential, 0, sizeof(*credential));
	credential->name = ep_strdup(name);
	if (client_id)
		EP_VEC_ADD(&credential->params) = (struct ep_setting){
			ep_strdup("client_id"), ep_strdup(client_id)
		};
	snprintf(file, sizeof(file), "s%d", serial++);
	path = write_file(scene, file, secret);
	EP_VEC_ADD(&credential->secrets) = (struct ep_config_secret){
		ep_strdup(secret_name),
		ep_secret_new(EP_SECRET_FILE, path, NULL, NULL)
	};
}

void scene_claim(struct scene *scene, const char *customer,
		 const char *system, const char *tenant)
{
	struct ep_claim *claim =
		&EP_VEC_ADD(&scene_customer(scene, customer)->claims);

	memset(claim, 0, sizeof(*claim));
	claim->system = ep_strdup(system);
	claim->tenant = ep_strdup(tenant);
}

static void on_event(void *to, const struct ep_collect_event *event)
{
	struct scene *scene = to;

	scene->events[event->step]++;
	if (event->step == EP_STEP_WAIT)
		snprintf(scene->wait_why, sizeof(scene->wait_why), "%s",
			 event->why);
}

void scene_run(struct scene *scene)
{
	struct ep_collect_progress progress = { .to = scene,
						.event = on_event };
	struct ep_transport transport;

	fake_net_transport(&scene->net, &transport);
	scene->rc = ep_collect_over(&scene->config, &scene->specs,
				    &scene->filter, &scene->sink, &transport,
				    &progress, &scene->totals, &scene->err);
}

struct scene_dataset *scene_find(const struct scene *scene, const char *name)
{
	for (size_t i = 0; i < scene->datasets.n; i++) {
		if (ep_str_eq(scene->datasets.v[i]->name, name))
			return scene->datasets.v[i];
	}
	return NULL;
}

void scene_is(const struct scene *scene, const char *name,
	      enum ep_coverage_status status, const char *part)
{
	const struct scene_dataset *dataset = scene_find(scene, name);

	if (!dataset)
		fail_msg("%s was never expected", name);
	if (dataset->expected != 1 || dataset->begun != 1 ||
	    dataset->ended != 1)
		fail_msg("%s: expected %d, begun %d, ended %d times", name,
			 dataset->expected, dataset->begun, dataset->ended);
	if (dataset->coverage.status != status)
		fail_msg("%s is %s, not %s: %s", name,
			 ep_coverage_word(dataset->coverage.status),
			 ep_coverage_word(status), dataset->coverage.reason);
	if (part && !strstr(dataset->coverage.reason, part) &&
	    !strstr(dataset->coverage.advice, part))
		fail_msg("%s: \"%s\" is not in \"%s\" / \"%s\"", name, part,
			 dataset->coverage.reason, dataset->coverage.advice);
	if (status == EP_COVERAGE_COMPLETE)
		assert_string_equal(dataset->coverage.reason, "");
	else
		assert_string_not_equal(dataset->coverage.reason, "");
}

void scene_all_ended(const struct scene *scene)
{
	for (size_t i = 0; i < scene->datasets.n; i++) {
		const struct scene_dataset *dataset = scene->datasets.v[i];

		if (dataset->expected != 1 || dataset->ended != 1)
			fail_msg("%s: expected %d, ended %d times",
				 dataset->name, dataset->expected,
				 dataset->ended);
	}
}
