/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NinjaOne's activities with their filters, notification channels, and the
 * licences that the MSP has typed in.
 */
#include <string.h>

#include "ninjaone.h"

static const char *class_of(const cJSON *activity)
{
	const char *code = es_str(activity, "statusCode", "");

	if (es_get(activity, "deviceId"))
		return "DEVICE";
	if (!strncmp(code, "APP_USER_", 9) || !strncmp(code, "END_USER_", 9))
		return "USER";
	return "SYSTEM";
}

static bool matches(const struct es_nj_call *c, const char *arg,
		    const char *value)
{
	const char *wanted = es_req_arg(c->req, arg);

	return !wanted || !*wanted || !strcmp(wanted, value);
}

static bool activity_wanted(const struct es_nj_call *c, const cJSON *i)
{
	const char *class = es_req_arg(c->req, "class");

	if (class && strcmp(class, "ALL") && strcmp(class, class_of(i)))
		return false;
	return matches(c, "status", es_str(i, "statusCode", "")) &&
	       matches(c, "type", es_str(i, "activityType", "SYSTEM")) &&
	       matches(c, "sourceConfigUid",
		       es_str(i, "sourceConfigUid", ""));
}

/* The words are those of the language that was asked for, the codes are not;
 * message and data say more than a reader may keep. */
static cJSON *activity(const struct es_nj_call *c, const cJSON *record)
{
	const char *lang = es_req_arg(c->req, "lang");
	bool german = lang && !strncmp(lang, "de", 2);
	cJSON *o = es_overlay("{\"activityType\":\"SYSTEM\",\"severity\":"
			      "\"NONE\",\"priority\":\"NONE\","
			      "\"activityResult\":\"SUCCESS\",\"message\":"
			      "\"CANARY-activity-message\",\"data\":{"
			      "\"message\":{\"code\":\"app_change\","
			      "\"params\":{\"clientSecret\":"
			      "\"CANARY-activity-secret\"}}}}",
			      record, NULL);

	cJSON_AddStringToObject(o, "status", german ? "Erledigt" : "Done");
	cJSON_AddStringToObject(o, "type", "System");
	es_nj_epoch(o);
	return o;
}

static cJSON *activities(const struct es_nj_call *c)
{
	cJSON *list = cJSON_CreateArray();
	const cJSON *i;

	cJSON_ArrayForEach(i, es_get(c->world, "activities"))
		if (activity_wanted(c, i))
			cJSON_AddItemToArray(list, activity(c, i));
	return list;
}

static cJSON *written(const struct es_nj_call *c, const char *member,
		      const char *defaults)
{
	cJSON *list = cJSON_CreateArray(), *o;
	const cJSON *i;

	cJSON_ArrayForEach(i, es_get(c->world, member)) {
		o = es_overlay(defaults, i, NULL);
		es_nj_epoch(o);
		cJSON_AddItemToArray(list, o);
	}
	return list;
}

/* The list is not described anywhere; it has ids and names. */
static cJSON *licences(const struct es_nj_call *c)
{
	cJSON *list = cJSON_CreateArray(), *o;
	const cJSON *i;

	cJSON_ArrayForEach(i, es_get(c->world, "licences")) {
		o = cJSON_CreateObject();
		cJSON_AddNumberToObject(o, "id", (double)es_int(i, "id", 0));
		cJSON_AddStringToObject(o, "name", es_str(i, "name", ""));
		cJSON_AddItemToArray(list, o);
	}
	return list;
}

static void licence(struct es_nj_call *c)
{
	static const char *const skip[] = { "id", NULL };
	const cJSON *i;
	cJSON *o;

	cJSON_ArrayForEach(i, es_get(c->world, "licences")) {
		if (es_int(i, "id", -1) != es_nj_number(c, 1))
			continue;
		o = es_overlay("{\"type\":\"CUSTOM\",\"note\":"
			       "\"CANARY-licence-key\"}", i, skip);
		es_nj_epoch(o);
		es_answer_json(c->ans, 200, o);
		c->ans->rows = 1;
		return;
	}
	es_nj_not_found(c);
}

/* A technician as checklists show one: deleted ones are still named. */
static cJSON *assignee(const struct es_nj_call *c, const cJSON *record)
{
	int64_t id = es_int(record, "assignedTo", 0);
	const cJSON *i, *found = NULL;
	cJSON *o;

	if (!id)
		return cJSON_CreateNull();
	cJSON_ArrayForEach(i, es_get(c->world, "technicians"))
		if (es_int(i, "id", -1) == id)
			found = i;
	o = cJSON_CreateObject();
	cJSON_AddNumberToObject(o, "id", (double)id);
	cJSON_AddStringToObject(o, "firstName",
				es_str(found, "firstName", "Gone"));
	cJSON_AddStringToObject(o, "lastName",
				es_str(found, "lastName", "Away"));
	cJSON_AddBoolToObject(o, "deleted", !found);
	return o;
}

static cJSON *checklist(const struct es_nj_call *c, const cJSON *record)
{
	static const char *const skip[] = { "assignedTo", "tasks", NULL };
	static const char quiet[] = "{\"completed\":false,\"required\":false,"
				    "\"description\":{\"text\":"
				    "\"CANARY-checklist\",\"html\":\"\"}}";
	cJSON *o = es_overlay(quiet, record, skip), *tasks, *task;
	const cJSON *i;
	int n = 0;

	cJSON_AddBoolToObject(o, "archived", false);
	cJSON_AddItemToObject(o, "assignedTo", assignee(c, record));
	tasks = cJSON_AddArrayToObject(o, "tasks");
	cJSON_ArrayForEach(i, es_get(record, "tasks")) {
		task = es_overlay("{\"completed\":false}", i, skip);
		cJSON_AddNumberToObject(task, "position", ++n);
		cJSON_AddItemToObject(task, "assignedTo", assignee(c, i));
		cJSON_AddItemToArray(tasks, task);
	}
	cJSON_AddNumberToObject(o, "totalTaskCount", n);
	es_nj_epoch(o);
	return o;
}

static cJSON *checklists(const struct es_nj_call *c)
{
	const char *done = es_req_arg(c->req, "completed");
	cJSON *list = cJSON_CreateArray();
	const cJSON *i;

	cJSON_ArrayForEach(i, es_get(c->world, "checklists"))
		if (!done || es_true(i, "completed", false) ==
				     !strcmp(done, "true"))
			cJSON_AddItemToArray(list, checklist(c, i));
	return list;
}

bool es_nj_rest(struct es_nj_call *c)
{
	if (es_nj_is(c, "activities"))
		es_nj_activities(c, activities(c));
	else if (es_nj_is(c, "notification-channels"))
		es_nj_all(c, written(c, "notification_channels",
				     "{\"description\":\"CANARY-channel\","
				     "\"enabled\":true}"));
	else if (es_nj_is(c, "contacts"))
		es_nj_all(c, written(c, "contacts",
				     "{\"phone\":\"CANARY-contact-phone\"}"));
	else if (es_nj_is(c, "organization/checklists"))
		es_nj_all(c, checklists(c));
	else if (es_nj_is(c, "software-license/licenses"))
		es_nj_all(c, licences(c));
	else if (es_nj_is(c, "software-license/*"))
		licence(c);
	else
		return false;
	return true;
}
