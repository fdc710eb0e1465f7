/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Knowing records by their text must change nothing but the time it takes:
 * the same random nights are read into two databases, one whose sink knows
 * texts and one whose sink does not, and all that is stored has to be equal.
 */
#include "scene.h"
#include "collect/moving.h"
#include "store_kit.h"

#include "base/str.h"

static const char connector[] =
	"connector: hub\n"
	"version: 3\n"
	"system: hub\n"
	"title: Hub\n"
	"docs: https://hub.example/\n"
	"scope: tenant\n"
	"base:\n"
	"  api: https://api.hub.example\n"
	"params:\n"
	"  prefix: {doc: Goes into names, default: plain}\n"
	"credentials:\n"
	"  key:\n"
	"    doc: The key\n"
	"    hint: Hub, Keys\n"
	"    kind: header\n"
	"    secrets: [api_key]\n"
	"    value: \"{api_key}\"\n"
	"limits: {parallel: 2, retries: 1}\n"
	"page: {kind: next_url, next: next}\n"
	"endpoints:\n"
	"  users:\n"
	"    title: Users\n"
	"    doc: Users\n"
	"    path: /users\n"
	"    credential: [key]\n"
	"    records: value\n"
	"    tenant_path: {path: org, optional: true}\n"
	"    emit:\n"
	"      - kind: account\n"
	"        fields:\n"
	"          id: id\n"
	"          name: {join: [name, \"={prefix}\"]}\n"
	"          email: {path: mail, as: lower, optional: true}\n"
	"          state: {path: state, active: [ON], disabled: [OFF]}\n"
	"          last_seen_at: {first: [act.last, act.other, seen],\n"
	"            as: epoch, none: [\"0\"], optional: true}\n"
	"        keep: [note]\n"
	"      - kind: role\n"
	"        each: roles\n"
	"        fields: {account: ^.id, role: .,\n"
	"          scope: ^.site,\n"
	"          via: {const: direct}}\n"
	"      - kind: role\n"
	"        when: boss\n"
	"        fields: {account: id, role: {const: boss},\n"
	"          scope: {const: \"\"}, via: {const: direct}}\n"
	"  bare:\n"
	"    title: The same without a wrapper\n"
	"    doc: Users\n"
	"    path: /bare\n"
	"    credential: [key]\n"
	"    records: .\n"
	"    page: {kind: none}\n"
	"    emit:\n"
	"      - kind: team\n"
	"        fields: {id: id, name: name}\n";

/* --- random nights ------------------------------------------------------ */

struct world {
	uint64_t seed;
	uint64_t at;
	int night;
	int calm;	/* one record in so many is another than last night */
	bool tame;	/* and nothing is wrong with any */
	bool many;	/* more than guards against other tenancies want */
};

static uint64_t draw(uint64_t a, uint64_t b)
{
	uint64_t x = a * 0x9e3779b97f4a7c15 + b;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

static unsigned dice(struct world *world, unsigned sides)
{
	world->at = draw(world->at, world->seed);
	return (unsigned)(world->at >> 20) % sides;
}

static void put_roles(struct world *world, struct ep_buf *out)
{
	unsigned n = dice(world, 4);

	ep_buf_adds(out, ",\"roles\":[");
	for (unsigned i = 0; i < n; i++)
		ep_buf_addf(out, "%s\"r%u\"", i ? "," : "",
			    world->tame || dice(world, 20) ? i : 0);
	ep_buf_adds(out, "]");
}

/* When he was last seen (@), in all the ways that a vendor could say so, among
 * what nobody reads (#); both move from one night to the next. */
static void put_seen(struct world *world, struct world *own,
		     struct ep_buf *out)
{
	static const char *const shapes[] = {
		",\"act\":{\"last\":@,\"id\":#}",
		",\"act\":{\"id\":#,\"last\":null,\"other\":@}",
		",\"act\":null,\"seen\":@,\"id2\":#",
		",\"seen\":\"@\",\"idle\":{\"a\":[#,{}],\"last\":1}",
		",\"act\":#,\"seen\":@",
		",\"act\":{\"last\":@,\"deep\":{\"last\":#}},\"seen\":1",
		",\"act\":[{\"last\":@,\"id\":#}]",
		",\"act\":{\"l\\u0061st\":@,\"other\":#}",
		",\"act\":{\"last\":@},\"act\":{\"last\":#}",
		",\"act\":{\"last\":{\"a\":@}},\"seen\":#",
		",\"seen\":\"since @\",\"id3\":#",
	};
	unsigned shape = dice(own, 60);
	unsigned still = 1700000000 + dice(own, 1000);
	unsigned moved = dice(world, 4) ? 0 : (unsigned)world->night;
	unsigned idle;
	char when[32];

	if (shape >= sizeof(shapes) / sizeof(shapes[0]))
		shape %= 7;
	/* The last of these changes what is read as it is. */
	if (world->tame)
		shape %= 6;
	snprintf(when, sizeof(when), "%u", still + moved);
	/* What was good is no time at all for one night. */
	if (moved && !world->tame && dice(world, 8) == 0)
		snprintf(when, sizeof(when), "-5");
	else if (moved && dice(world, 5) == 0)
		snprintf(when, sizeof(when), "%s",
			 world->tame || dice(world, 2) ? "0" : "null");
	idle = dice(world, 3) ? 0 : (unsigned)world->night;
	for (const char *p = shapes[shape]; *p; p++) {
		if (*p == '@')
			ep_buf_adds(out, when);
		else if (*p == '#')
			ep_buf_addf(out, "%u", idle);
		else
			ep_buf_addc(out, *p);
	}
}

enum member { NAME, STATE, MAIL, SEEN, ROLES, DEEP, NOTE, BOSS, SITE, MEMBERS };

/* What depends on nothing but the id and, for the member that is another than
 * last night, on the night. */
static struct world lot(const struct world *world, unsigned id,
			enum member member, unsigned other)
{
	struct world own = *world;

	own.at = draw(world->seed, (uint64_t)id * MEMBERS + member + 1);
	if (member == other)
		own.at ^= (uint64_t)world->night << 40;
	return own;
}

static void put_name(const struct world *world, struct world own, unsigned id,
		     struct ep_buf *out)
{
	static const char *const names[] = { "Ana", "B\\u00f6rn", "C\\\"}],[{",
					     "D\xc3\xb8", "\\ud800", "" };

	ep_buf_addf(out, "{\"id\":\"%u\",\"name\":\"%s\"", id,
		    names[dice(&own, 600) == 0 && !world->tame ? 4 :
								dice(&own, 4)]);
}

/* Who the tenancy belongs to, and is the boss, is read for nothing else. */
static void put_place(struct world *world, struct world boss,
		      struct world site, struct ep_buf *out)
{
	bool strange = !world->tame && dice(world, 400) == 0;

	ep_buf_addf(out, ",\"org\":\"%s\",\"boss\":%s,\"site\":\"s%u\"",
		    strange ? "H2" : "H1", dice(&boss, 2) ? "true" : "false",
		    dice(&site, 3));
}

static void put_user(struct world *world, unsigned id, struct ep_buf *out)
{
	bool moves = dice(world, (unsigned)world->calm) == 0 && !world->tame;
	unsigned other = moves ? dice(world, MEMBERS) : MEMBERS;
	struct world state = lot(world, id, STATE, other);
	struct world mail = lot(world, id, MAIL, other);
	struct world seen = lot(world, id, SEEN, other);
	struct world roles = lot(world, id, ROLES, other);
	struct world deep = lot(world, id, DEEP, other);
	struct world note = lot(world, id, NOTE, other);

	put_name(world, lot(world, id, NAME, other), id, out);
	put_place(world, lot(world, id, BOSS, other),
		  lot(world, id, SITE, other), out);
	if (world->tame || dice(&state, 40))
		ep_buf_addf(out, ",\"state\":\"%s\"",
			    world->tame || dice(&state, 30) ? "ON" : "odd");
	if (dice(&mail, 3))
		ep_buf_addf(out, ",\"mail\":\"U%u@HUB.example\"", id);
	put_seen(world, &seen, out);
	/* Nobody reads it. */
	ep_buf_addf(out, ",\"stamp\":%u",
		    dice(world, 5) ? 0 : (unsigned)world->night);
	put_roles(&roles, out);
	ep_buf_addf(out, ",\"deep\":{\"a\":[%u,{}]},\"note\":%u}",
		    dice(&deep, 5), dice(&note, 5));
}

static void put_users(struct world *world, unsigned from, struct ep_buf *out)
{
	unsigned n = (world->many ? 40 : 4) + dice(world, 10);
	bool repeats = !world->tame && dice(world, 3) == 0;

	for (unsigned i = 0; i < n; i++) {
		if (i)
			ep_buf_adds(out, dice(world, 5) ? "," : " ,\n ");
		/* Now and then one that another record is, too. */
		put_user(world, repeats && !dice(world, 12) ?
					dice(world, 4) : from + i, out);
	}
}

static void answer(void *to, const char *path, struct fake_reply *ret)
{
	struct world *world = to;
	struct ep_buf out;
	bool second = strstr(path, "p=2");

	ep_buf_init(&out, 1 << 20);
	world->at = draw(world->seed, (uint64_t)world->night * 4 + second);
	if (strncmp(path, "/bare", 5) == 0) {
		ep_buf_adds(&out, "[{\"id\":1,\"name\":\"one\"},{\"id\":2,"
				  "\"name\":\"two\"}]");
	} else {
		ep_buf_adds(&out, "{\"value\":[");
		put_users(world, second ? 100 : 0, &out);
		ep_buf_adds(&out, "]");
		if (!second && dice(world, 2))
			ep_buf_adds(&out, ",\"next\":\"/users?p=2\"");
		ep_buf_adds(&out, "}");
	}
	ret->body = ep_buf_take(&out);
}

/* --- two databases ------------------------------------------------------ */

static int64_t known;
static int64_t records;

static void read_night(struct kit *kit, struct world *world, bool by_text,
		       const char *prefix)
{
	struct ep_connection *connection;
	struct ep_settings *params;
	int64_t now = ep_clock_now();
	struct scene scene;

	scene_init(&scene, NULL);
	ep_clock_fix(now);
	scene.net.answer = answer;
	scene.net.answer_to = world;
	scene_connector(&scene, connector);
	connection = scene_connect(&scene, "msp", "hub", "H1");
	scene_credential(&scene, connection, "key", NULL, "api_key", "open");
	params = &connection->params;
	EP_VEC_ADD(params) = (struct ep_setting){ 0 };
	params->v[params->n - 1].name = ep_strdup("prefix");
	params->v[params->n - 1].value = ep_strdup(prefix);
	kit_begin(kit);
	scene.sink = kit->sink;
	if (!by_text)
		scene.sink.known = NULL;
	scene_run(&scene);
	assert_int_equal(scene.rc, 0);
	kit_ok(kit, ep_store_run_end(kit->store, true, 1, 1, 1, &kit->err));
	if (by_text) {
		known += scene.totals.known;
		records += scene.totals.records;
	} else {
		assert_int_equal(scene.totals.known, 0);
	}
	scene_release(&scene);
	ep_clock_fix(now);
}

static const char *const dumps[] = {
	"SELECT n.dataset, n.key, n.name, n.email, n.state, n.state_word, "
	"m.last_seen_at, n.absent, m.absent, n.attr, n.first_run, "
	"n.changed_run FROM now_account n LEFT JOIN moving_account m "
	"ON m.rid = n.rid ORDER BY 1, 2",
	"SELECT dataset, key, account, role, first_run, changed_run "
	"FROM now_role ORDER BY 1, 2",
	"SELECT dataset, key, name, first_run FROM now_team ORDER BY 1, 2",
	"SELECT run, dataset, status, reason, pages, rows, total, altered, "
	"unmapped, unmapped_words FROM main.coverage ORDER BY 1, 2",
	"SELECT run, kind, op, quiet, changed_run, key, old FROM history "
	"ORDER BY run, kind, op, key, old, changed_run",
	"SELECT run, dataset, kind, count(*) FROM volatile_history "
	"GROUP BY 1, 2, 3",
};

static void compare(struct kit *fast, struct kit *slow,
		    const struct world *world)
{
	for (size_t i = 0; i < sizeof(dumps) / sizeof(dumps[0]); i++) {
		char *want = kit_dump(slow, dumps[i]);
		char *got = kit_dump(fast, dumps[i]);

		if (!ep_str_eq(got, want))
			fail_msg("seed %d, night %d: %s\n%s\nin place of\n%s",
				 (int)world->seed, world->night, dumps[i], got,
				 want);
		ep_free(want);
		ep_free(got);
	}
}

static void one_world(uint64_t seed, int calm)
{
	struct world world = { .seed = seed, .calm = calm,
			       .many = seed % 3 == 0 };
	struct kit fast, slow;

	kit_init(&fast);
	kit_init(&slow);
	kit_open(&fast, true);
	kit_open(&slow, true);
	for (world.night = 1; world.night <= 4; world.night++) {
		ep_clock_fix(KIT_FIRST + world.night * KIT_NIGHT);
		read_night(&fast, &world, true, "plain");
		read_night(&slow, &world, false, "plain");
		compare(&fast, &slow, &world);
	}
	kit_release(&fast);
	kit_release(&slow);
}

static void test_same_rows_either_way(void **state)
{
	(void)state;
	known = records = 0;
	for (uint64_t seed = 1; seed <= 16; seed++)
		one_world(seed, seed % 2 ? 3 : 30);
	/* It was tried at all. */
	assert_true(known * 10 > records);
	assert_true(known < records);
}

/* --- what is known and what is not -------------------------------------- */

static void test_calm_nights_are_known(void **state)
{
	struct world world = { .seed = 5, .calm = 2, .tame = true,
			       .many = true };
	struct kit kit;

	(void)state;
	kit_init(&kit);
	kit_open(&kit, true);
	world.night = 1;
	read_night(&kit, &world, true, "plain");
	known = records = 0;
	ep_clock_fix(KIT_FIRST + KIT_NIGHT);
	read_night(&kit, &world, true, "plain");
	assert_true(records > 5);
	assert_int_equal(known, records);
	kit_assert_dump(&kit, "SELECT count(*) FROM history", "0\n");
	kit_assert_dump(&kit, "SELECT DISTINCT status FROM main.coverage",
			"complete\n");
	kit_release(&kit);
}

static int64_t opened(struct kit *kit)
{
	char *text = kit_dump(kit, "SELECT count(*) FROM now_account WHERE "
			      "first_run = (SELECT max(id) FROM run)");
	int64_t n;

	text[strcspn(text, "\n")] = '\0';
	assert_true(ep_str_int(text, &n));
	ep_free(text);
	return n;
}

/* Nor do members that nobody reads, and such as feed volatile columns only,
 * make another record of one. */
static void test_moved_records_are_known(void **state)
{
	struct world world = { .seed = 7, .calm = 2, .tame = true,
			       .many = true };
	struct kit fast, slow;

	(void)state;
	kit_init(&fast);
	kit_init(&slow);
	kit_open(&fast, true);
	kit_open(&slow, true);
	for (world.night = 1; world.night <= 3; world.night++) {
		ep_clock_fix(KIT_FIRST + world.night * KIT_NIGHT);
		known = records = 0;
		read_night(&fast, &world, true, "plain");
		read_night(&slow, &world, false, "plain");
		compare(&fast, &slow, &world);
		if (world.night == 1)
			continue;
		assert_true(records > 5);
		assert_int_equal(known + opened(&fast), records);
		assert_true(known > opened(&fast) / 4);
	}
	kit_assert_dump(&fast, "SELECT count(*) > 0 FROM volatile_history "
			"WHERE run = 3", "1\n");
	kit_release(&fast);
	kit_release(&slow);
}

/* Another parameter of the connection makes other rows of the same text. */
static void test_another_basis_knows_nothing(void **state)
{
	struct world world = { .seed = 5, .calm = 2, .tame = true,
			       .night = 1 };
	struct kit kit;

	(void)state;
	kit_init(&kit);
	kit_open(&kit, true);
	read_night(&kit, &world, true, "plain");
	known = 0;
	ep_clock_fix(KIT_FIRST + KIT_NIGHT);
	read_night(&kit, &world, true, "other");
	assert_int_equal(known, 0);
	kit_assert_dump(&kit, "SELECT count(*) FROM now_account "
			"WHERE name NOT LIKE '% other'", "0\n");
	kit_release(&kit);
}

/* What has to be said each night is said each night. */
static void test_trouble_is_never_known(void **state)
{
	static const struct fake_reply script[] = {
		{ .to = "/users", .body = "{\"value\":[{\"id\":1,\"name\":"
			"\"A\",\"state\":\"odd\",\"roles\":[]},{\"id\":2,"
			"\"name\":\"B\",\"roles\":[]},{\"id\":3,\"name\":"
			"\"C\",\"state\":\"ON\",\"roles\":[]}]}" },
		{ .to = "/bare", .body = "[]" },
		{ 0 }
	};
	struct ep_connection *connection;
	struct kit kit;

	(void)state;
	kit_init(&kit);
	kit_open(&kit, true);
	for (int night = 0; night < 3; night++) {
		int64_t now = ep_clock_now();
		struct scene scene;

		scene_init(&scene, script);
		ep_clock_fix(now);
		scene_connector(&scene, connector);
		connection = scene_connect(&scene, "msp", "hub", "H1");
		scene_credential(&scene, connection, "key", NULL, "api_key",
				 "open");
		kit_begin(&kit);
		scene.sink = kit.sink;
		scene_run(&scene);
		assert_int_equal(scene.totals.known, night ? 1 : 0);
		scene_release(&scene);
		ep_clock_fix(now);
		kit_end(&kit);
	}
	kit_assert_dump(&kit, "SELECT run, status, unmapped FROM main.coverage "
			"WHERE dataset = (SELECT id FROM dataset WHERE "
			"name = 'hub.users') ORDER BY run",
			"1|partial|1\n2|partial|1\n3|partial|1\n");
	kit_release(&kit);
}

/* What is read apart is found as it is in the whole record. */
static void test_found_as_in_the_record(void **state)
{
	static const char *const texts[] = { "null", "5", "{\"a\":null}",
					     "{\"a\":7}" };
	struct ep_moving moving = { .n = 1, .path = { "deep.a" } };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		EP_AUTO(ep_buf_release) struct ep_buf text = EP_BUF_INIT(64);
		struct ep_moving_values values = { .moving = &moving };
		const struct ep_json *want = NULL, *got = NULL;
		struct ep_err err = EP_ERR_INIT;
		struct ep_json *record;
		enum ep_json_found found;

		ep_buf_addf(&text, "{\"deep\":%s}", texts[i]);
		assert_int_equal(ep_json_parse(text.s, text.len, &record, NULL,
					       &err), 0);
		values.whole[0] = texts[i][0] == '{';
		assert_int_equal(ep_json_path(record, values.whole[0] ?
							      "deep.a" :
							      "deep",
					      &values.value[0]),
				 EP_JSON_PRESENT);
		found = ep_json_path(record, "deep.a", &want);
		assert_int_equal(ep_moving_find(&values, "deep.a", &got),
				 found);
		if (found == EP_JSON_PRESENT)
			assert_int_equal(ep_json_type(got), ep_json_type(want));
		ep_json_free(record);
	}
}

/* Two members of one name are a complaint, but only on the night on which
 * they are looked at: a path before them may have had a value till then. */
static void two_nights(bool by_text, struct kit *kit)
{
	static const char *const last[] = { "1700000000", "null" };

	kit_open(kit, true);
	for (int night = 0; night < 2; night++) {
		EP_AUTO(ep_buf_release) struct ep_buf text = EP_BUF_INIT(512);
		struct fake_reply script[] = {
			{ .to = "/users" }, { .to = "/bare", .body = "[]" },
			{ 0 }
		};
		int64_t now = KIT_FIRST + night * KIT_NIGHT;
		struct scene scene;

		ep_buf_addf(&text, "{\"value\":[{\"id\":1,\"name\":\"A\","
			    "\"state\":\"ON\",\"roles\":[],\"act\":{\"last\":"
			    "%s},\"seen\":1600000000,\"seen\":1500000000}]}",
			    last[night]);
		script[0].body = text.s;
		scene_init(&scene, script);
		ep_clock_fix(now);
		scene_connector(&scene, connector);
		scene_credential(&scene,
				 scene_connect(&scene, "msp", "hub", "H1"),
				 "key", NULL, "api_key", "open");
		kit_begin(kit);
		scene.sink = kit->sink;
		if (!by_text)
			scene.sink.known = NULL;
		scene_run(&scene);
		assert_int_equal(scene.totals.known, 0);
		scene_release(&scene);
		ep_clock_fix(now);
		kit_end(kit);
	}
}

static void test_two_of_one_name_behind_another(void **state)
{
	struct world world = { .night = 2 };
	struct kit fast, slow;

	(void)state;
	kit_init(&fast);
	kit_init(&slow);
	two_nights(true, &fast);
	two_nights(false, &slow);
	compare(&fast, &slow, &world);
	kit_release(&fast);
	kit_release(&slow);
}

/* Only the one row of a kind is found by its kind. */
static void test_rows_that_are_not_alone(void **state)
{
	static const char yaml[] =
		"connector: two\nversion: 1\nsystem: two\ntitle: Two\n"
		"docs: https://two.example/\nscope: tenant\n"
		"base: {api: https://two.example/v1}\n"
		"credentials:\n  key:\n    doc: The key\n    hint: Two\n"
		"    secrets: [key]\n    kind: header\n"
		"    value: \"{key}\"\n"
		"page: {kind: none}\n"
		"endpoints:\n"
		"  one:\n    title: A\n    doc: A\n    path: /a\n"
		"    credential: [key]\n    records: v\n    emit:\n"
		"      - kind: agent\n"
		"        fields: {id: id, name: n, last_seen_at: {path: at,\n"
		"          as: epoch}}\n"
		"  twins:\n    title: B\n    doc: B\n    path: /b\n"
		"    credential: [key]\n    records: v\n    emit:\n"
		"      - kind: agent\n"
		"        fields: {id: other, name: n}\n"
		"      - kind: agent\n"
		"        fields: {id: id, name: n, last_seen_at: {path: at,\n"
		"          as: epoch}}\n"
		"  lists:\n    title: D\n    doc: D\n    path: /d\n"
		"    credential: [key]\n    records: v\n    emit:\n"
		"      - kind: agent\n"
		"        fields: {id: id, name: n, user: {path: who, as: list}}\n"
		"  parts:\n    title: C\n    doc: C\n    path: /c\n"
		"    credential: [key]\n    records: v\n    emit:\n"
		"      - kind: agent\n        each: list\n"
		"        fields: {id: id, name: n, last_seen_at: {path: at,\n"
		"          as: epoch}}\n";
	static const char *const names[] = { "one", "twins", "lists",
					     "parts" };
	struct ep_spec *spec;
	struct scene scene;

	(void)state;
	scene_init(&scene, NULL);
	spec = scene_connector(&scene, yaml);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct ep_moving *moving =
			ep_moving_new(ep_spec_endpoint(spec, names[i]));

		assert_non_null(moving);
		if (i == 0)
			assert_ptr_equal(moving->emit,
					 &ep_spec_endpoint(spec, "one")
						  ->emits.v[0]);
		else
			assert_null(moving->emit);
		ep_free(moving);
	}
	scene_release(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_rows_either_way),
		cmocka_unit_test(test_calm_nights_are_known),
		cmocka_unit_test(test_moved_records_are_known),
		cmocka_unit_test(test_another_basis_knows_nothing),
		cmocka_unit_test(test_trouble_is_never_known),
		cmocka_unit_test(test_found_as_in_the_record),
		cmocka_unit_test(test_two_of_one_name_behind_another),
		cmocka_unit_test(test_rows_that_are_not_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
