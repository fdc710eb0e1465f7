/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Printix's other datasets.  Groups, sites and networks carry their id in
 * the self link only; a printer row is a queue; job times are floating
 * seconds in scientific notation.
 */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "printix.h"
#include "util/text.h"
#include "world/gen.h"

static void add_self(const struct es_px_call *c, cJSON *o, const char *set,
		     const cJSON *rec)
{
	cJSON *links = cJSON_AddObjectToObject(o, "_links");

	cJSON_AddItemToObject(links, "self",
			      es_px_link(c, "/cloudprint/tenants/%s/%s/%s",
					 c->shown.id, set,
					 es_str(rec, "id", "")));
}

static void put_group(struct es_buf *out, void *ctx,
		      const struct es_seg *seg, int64_t index)
{
	static const char *const skip[] = { "id", "members", NULL };
	const struct es_px_call *c = ctx;
	cJSON *o = es_overlay("{\"name\":\"\",\"userCount\":0,"
			      "\"queueCount\":0}", seg->rec, skip);

	(void)index;
	add_self(c, o, "groups", seg->rec);
	es_buf_take(out, o);
}

static void put_site(struct es_buf *out, void *ctx, const struct es_seg *seg,
		     int64_t index)
{
	static const char *const skip[] = { "id", NULL };
	const struct es_px_call *c = ctx;
	cJSON *o = es_overlay("{\"name\":\"\",\"path\":\"/\","
			      "\"adminGroupIds\":[],\"networkIds\":[]}",
			      seg->rec, skip);

	(void)index;
	add_self(c, o, "sites", seg->rec);
	es_buf_take(out, o);
}

static void put_network(struct es_buf *out, void *ctx,
			const struct es_seg *seg, int64_t index)
{
	static const char *const skip[] = { "id", NULL };
	const struct es_px_call *c = ctx;
	const char *site = es_str(seg->rec, "siteId", NULL);
	cJSON *o = es_overlay("{\"name\":\"\",\"homeOffice\":false,"
			      "\"clientMigratePrintQueues\":"
			      "\"GLOBAL_SETTING\",\"airPrint\":false,"
			      "\"gateways\":[],\"siteId\":null}",
			      seg->rec, skip);

	(void)index;
	add_self(c, o, "networks", seg->rec);
	if (site)
		cJSON_AddItemToObject(cJSON_GetObjectItemCaseSensitive(
				      o, "_links"), "site",
				      es_px_link(c, "/cloudprint/tenants/%s"
						 "/sites/%s", c->shown.id,
						 site));
	es_buf_take(out, o);
}

static const char capabilities[] =
	"{\"printer\":{\"media_size\":{\"option\":[{\"heightMicrons\":297000,"
	"\"widthMicrons\":210000,\"name\":\"ISO_A4\",\"isContinuousFeed\":"
	"false,\"isDefault\":false}]},\"supported_content_type\":[{"
	"\"content_type\":\"application/pdf\",\"min_version\":\"1.0\"}],"
	"\"copies\":{\"defaultz\":1,\"max\":100},\"color\":{\"option\":[{"
	"\"type\":\"STANDARD_COLOR\",\"default\":true}]}}}";

static void put_printer(struct es_buf *out, void *ctx,
			const struct es_seg *seg, int64_t index)
{
	static const char *const skip[] = { "printer_id", NULL };
	const struct es_px_call *c = ctx;
	const char *queue = es_str(seg->rec, "id", "");
	const char *printer = es_str(seg->rec, "printer_id", queue);
	cJSON *o = es_overlay("{\"connectionStatus\":\"ONLINE\",\"location\":"
			      "\"\",\"model\":\"\",\"vendor\":\"\","
			      "\"serialNo\":\"\"}", seg->rec, skip);
	cJSON *links, *jobs;

	(void)index;
	cJSON_AddItemToObject(o, "capabilities",
			      cJSON_CreateRaw(capabilities));
	links = cJSON_AddObjectToObject(o, "_links");
	cJSON_AddItemToObject(links, "self",
			      es_px_link(c, "/cloudprint/tenants/%s/printers/"
					 "%s/queues/%s", c->shown.id, printer,
					 queue));
	jobs = es_px_link(c, "/cloudprint/tenants/%s/printers/%s/queues/%s/"
			  "jobs{?page,pageSize}", c->shown.id, printer,
			  queue);
	cJSON_AddTrueToObject(jobs, "templated");
	cJSON_AddItemToObject(links, "jobs", jobs);
	es_buf_take(out, o);
}

static void put_workstation_gen(struct es_buf *out,
				const struct es_px_call *c, int64_t tenant,
				int64_t i)
{
	const struct es_world *w = c->req->world;
	uint64_t h = es_gen_hash(w, "px-ws", tenant, i);
	char id[ES_UUID_TEXT], seen[ES_TIME_TEXT];
	int64_t days = h % 50 ? 0 : 100;

	es_uuid(id, h);
	es_time_iso(seen, w->now_ms - days * 86400000 -
		    (int64_t)((h >> 8) % 86400) * 1000);
	es_buf_fmt(out, "{\"id\":\"%s\",\"name\":\"WS-%05lld-%lld\","
		   "\"active\":%s,\"lastConnectTime\":\"%s\"}", id,
		   (long long)tenant, (long long)i,
		   days ? "false" : "true", seen);
}

static void put_workstation(struct es_buf *out, void *ctx,
			    const struct es_seg *seg, int64_t index)
{
	if (seg->rec)
		es_buf_take(out, es_overlay("{\"active\":false}", seg->rec,
					    NULL));
	else
		put_workstation_gen(out, ctx, seg->tenant, index);
}

/* As the service prints it: 1.620135227572753E9 */
static cJSON *float_epoch(const char *iso)
{
	double mantissa;
	char text[64];
	int64_t ms;
	int exp = 0;

	if (!iso || !es_time_parse(iso, &ms))
		return cJSON_CreateNull();
	mantissa = (double)ms / 1000.0;
	while (fabs(mantissa) >= 10.0) {
		mantissa /= 10.0;
		exp++;
	}
	snprintf(text, sizeof(text), "%.15gE%d", mantissa, exp);
	return cJSON_CreateRaw(text);
}

static void put_job(struct es_buf *out, void *ctx, const struct es_seg *seg,
		    int64_t index)
{
	static const char *const skip[] = { "createTime", "updateTime",
					    "title", NULL };
	const struct es_px_call *c = ctx;
	const char *made = es_str(seg->rec, "createTime", NULL);
	cJSON *o = es_overlay("{\"status\":\"CONVERTED\",\"contentType\":"
			      "\"application/pdf\"}", seg->rec, skip);

	(void)index;
	cJSON_AddItemToObject(o, "createTime", float_epoch(made));
	cJSON_AddItemToObject(o, "updateTime",
			      float_epoch(es_str(seg->rec, "updateTime",
						 made)));
	cJSON_AddStringToObject(o, "title", es_str(seg->rec, "title",
				"CANARY-job-title payslip.pdf"));
	add_self(c, o, "jobs", seg->rec);
	es_buf_take(out, o);
}

struct dataset {
	const char *name;
	es_put_fn *put;
	const char *apps[3];	/* which applications may read it */
};

static const struct dataset datasets[] = {
	{ "groups", put_group, { ES_PX_CLOUDPRINT } },
	{ "sites", put_site, { ES_PX_CLOUDPRINT } },
	{ "networks", put_network, { ES_PX_CLOUDPRINT } },
	{ "printers", put_printer, { ES_PX_CLOUDPRINT, ES_PX_CARDS } },
	{ "jobs", put_job, { ES_PX_CLOUDPRINT, ES_PX_CARDS } },
	{ "workstations", put_workstation, { ES_PX_WORKSTATION } },
};

static const struct dataset *dataset_of(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(datasets) / sizeof(datasets[0]); i++)
		if (!strcmp(datasets[i].name, name))
			return &datasets[i];
	return NULL;
}

static bool may_read(const struct dataset *d, const char *app)
{
	size_t i;

	for (i = 0; i < 3 && d->apps[i]; i++)
		if (!strcmp(d->apps[i], app))
			return true;
	return false;
}

static bool wanted(const struct es_req *req, const cJSON *rec)
{
	const char *query = es_req_arg(req, "query");

	return !query || strcasestr(es_str(rec, "name", ""), query);
}

static void list_dataset(struct es_px_call *c, const struct dataset *d)
{
	struct es_list list = ES_LIST_INIT;
	const cJSON *i;

	cJSON_ArrayForEach(i, es_get(c->shown.rec, d->name))
		if (wanted(c->req, i))
			es_list_add(&list, i, c->shown.rec);
	if (!c->shown.rec && d->put == put_workstation &&
	    !es_req_arg(c->req, "query"))
		es_list_add_range(&list, c->shown.number, 0,
				  c->req->world->gen.workstations_per_tenant);
	es_px_list(c, d->name, &list, d->put);
	es_list_release(&list);
}

/* The single object, wrapped in its singular: {"group": {...}}.  A queue
 * is the list shape with one element. */
static void one_object(struct es_px_call *c, const struct dataset *d,
		       const char *id)
{
	const cJSON *rec = es_at(es_get(c->shown.rec, d->name), id);
	struct es_seg seg = { .rec = rec, .count = 1 };
	struct es_list list = ES_LIST_INIT;

	if (!rec || strcmp(es_str(rec, "id", ""), id)) {
		es_px_error(c->ans, 404, "Not Found");
		return;
	}
	if (d->put == put_printer) {
		es_list_add(&list, rec, c->shown.rec);
		es_px_list(c, d->name, &list, d->put);
		es_list_release(&list);
		return;
	}
	c->ans->status = 200;
	es_buf_fmt(&c->ans->body, "{\"success\":true,\"message\":\"OK\","
		   "\"%.*s\":", (int)strlen(d->name) - 1, d->name);
	d->put(&c->ans->body, c, &seg, 0);
	es_buf_str(&c->ans->body, "}");
}

void es_px_dataset(struct es_px_call *c)
{
	const struct dataset *d = c->nparts ? dataset_of(c->parts[0]) : NULL;

	if (!d) {
		es_px_error(c->ans, 404, "Not Found");
		return;
	}
	if (!may_read(d, c->token.kind)) {
		es_px_error(c->ans, 401, "Access is denied");
		return;
	}
	if (c->nparts == 1)
		list_dataset(c, d);
	else if (c->nparts == 2 && d->put != put_printer)
		one_object(c, d, c->parts[1]);
	else if (c->nparts == 4 && !strcmp(c->parts[2], "queues"))
		one_object(c, d, c->parts[3]);
	else
		es_px_error(c->ans, 404, "Not Found");
}
