/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exits as the runbooks know them, over several nights: tests/exits holds a
 * file for each, with the plan, the verdict and the findings that each night
 * has to bring.
 */
#include "check_kit.h"

#include "base/file.h"
#include "check/people.h"
#include "exit/exit.h"
#include "exit/verdict.h"

struct stage {
	struct ep_rules *rules;
	struct ep_profiles *profiles;
	struct ep_yaml *base;
	struct ep_diag diag;
};

static struct stage stage;
static const char *file;	/* of the scenario that plays */
static const char *night;	/* its time */
static int mistakes;

static char *path_of(const char *name)
{
	const char *src = getenv("EP_SRC");

	return ep_file_join(src ? src : ".", name);
}

static void quiet(struct ep_diag *diag)
{
	if (diag->n)
		fail_msg("%s:%d:%d: %s", diag->item[0].file,
			 diag->item[0].line, diag->item[0].col,
			 diag->item[0].msg);
}

static int set_stage(void **state)
{
	EP_AUTO_FREE char *rules = path_of("rules");
	EP_AUTO_FREE char *base = path_of("tests/exits/base.yaml");
	const char *one[] = { rules };

	(void)state;
	ep_diag_init(&stage.diag);
	stage.rules = ep_rules_load(one, 1, &stage.diag);
	quiet(&stage.diag);
	stage.profiles = ep_profiles_load(one, 1, stage.rules, &stage.diag);
	quiet(&stage.diag);
	stage.base = ep_yaml_file(base, &stage.diag);
	quiet(&stage.diag);
	return 0;
}

static int clear_stage(void **state)
{
	(void)state;
	ep_yaml_free(stage.base);
	ep_profiles_free(stage.profiles);
	ep_rules_free(stage.rules);
	ep_diag_release(&stage.diag);
	return 0;
}

/* --- one night ---------------------------------------------------------- */

struct play {
	struct kit *kit;
	struct ep_exit_context ctx;
	struct ep_exit *exit;
	struct ep_exit_look look;
};

static const char *text(const struct ep_yaml *map, const char *key)
{
	const struct ep_yaml *it = map ? ep_yaml_get(map, key) : NULL;

	return it ? it->text : NULL;
}

static void read_night(struct play *play, const struct ep_yaml *node)
{
	struct kit *kit = play->kit;
	struct ep_err err = EP_ERR_INIT;
	struct ep_world world = { .file = file, .base = stage.base,
				  .world = node, .diag = &kit->diag };
	struct ep_check_options options = { .now = 0 };

	night = text(node, "at");
	if (!night || !ep_time_iso(night, true, &world.now))
		fail_msg("%s:%d: no \"at\"", file, node->line);
	if (kit->config)
		ep_config_free(kit->config);
	kit->config = ep_world_config(&world, "key-owner-departed");
	quiet(&kit->diag);
	world.config = kit->config;
	if (ep_world_play(&world, kit->store, &err) < 0)
		fail_msg("%s %s: %s", file, night, err.msg);
	quiet(&kit->diag);
	options.now = world.now;
	if (ep_check_run(kit->store, kit->config, stage.rules, &options,
			 &kit->sum, &kit->diag, &err) < 0)
		fail_msg("%s %s: %s", file, night, err.msg);
	play->ctx = (struct ep_exit_context){
		.store = kit->store, .config = kit->config,
		.rules = stage.rules, .profiles = stage.profiles,
		.now = world.now,
	};
	if (text(node, "look_at") &&
	    !ep_time_iso(text(node, "look_at"), true, &play->ctx.now))
		fail_msg("%s:%d: look_at", file, node->line);
}

static void find(struct play *play, const struct ep_yaml *who)
{
	struct ep_db *db = ep_store_db(play->kit->store);
	struct ep_exit_ask ask = {
		.ticket = text(who, "ticket"),
		.person = text(who, "person"),
		.device = text(who, "device"),
		.customer = text(who, "customer"),
		.profile = text(who, "profile"),
	};
	struct ep_err err = EP_ERR_INIT;

	ep_exit_free(play->exit);
	play->exit = NULL;
	if (ep_store_as_of(play->kit->store, 0, &err) < 0 ||
	    ep_exit_schema(db, &err) < 0 ||
	    ep_people_link(db, play->kit->config, &err) < 0 ||
	    ep_exit_find(&play->ctx, &ask, &play->exit, &err) < 0)
		fail_msg("%s %s: %s", file, night, err.msg);
}

static void attest(struct play *play, const struct ep_yaml *list)
{
	struct ep_err err = EP_ERR_INIT;

	for (const struct ep_yaml *it = list ? list->child : NULL; it;
	     it = it->next) {
		struct ep_exit_attestation said = {
			.what = it->text, .by = "Ana Lima", .user = "test",
			.host = "test",
		};

		if (ep_exit_attest(&play->ctx, play->exit, &said, &err) < 0)
			fail_msg("%s %s: %s", file, night, err.msg);
	}
}

/* --- what it has to bring ----------------------------------------------- */

/* The ids in that state, sorted, each once, with blanks between. */
static char *ids(struct play *play, enum ep_exit_state state)
{
	struct ep_words words = { 0 };
	struct ep_buf out;

	for (size_t i = 0; i < play->look.item.n; i++) {
		const struct ep_exit_item *it = &play->look.item.v[i];

		if (it->state == state && !ep_words_has(&words, it->end->id))
			EP_VEC_ADD(&words) = ep_strdup(it->end->id);
	}
	for (size_t i = 0; i < words.n; i++)
		for (size_t j = i + 1; j < words.n; j++)
			if (strcmp(words.v[i], words.v[j]) > 0) {
				char *swap = words.v[i];

				words.v[i] = words.v[j];
				words.v[j] = swap;
			}
	ep_buf_init(&out, 65536);
	for (size_t i = 0; i < words.n; i++)
		ep_buf_addf(&out, "%s%s", i ? " " : "", words.v[i]);
	ep_words_release(&words);
	return ep_buf_take(&out);
}

static char *joined(const struct ep_yaml *list)
{
	struct ep_buf out;

	ep_buf_init(&out, 65536);
	for (const struct ep_yaml *it = list ? list->child : NULL; it;
	     it = it->next)
		ep_buf_addf(&out, "%s%s", out.len ? " " : "", it->text);
	return ep_buf_take(&out);
}

static void same(const char *what, const char *wanted, const char *got)
{
	if (ep_str_eq(wanted, got))
		return;
	print_error("%s %s: %s: wanted \"%s\", got \"%s\"\n", file, night,
		    what, wanted ? wanted : "", got ? got : "");
	mistakes++;
}

static void check_states(struct play *play, const struct ep_yaml *expect)
{
	static const struct {
		const char *key;
		enum ep_exit_state state;
	} lists[] = { { "open", EP_EXIT_OPEN }, { "pending", EP_EXIT_PENDING },
		      { "unknown", EP_EXIT_UNKNOWN } };

	for (size_t i = 0; i < 3; i++) {
		EP_AUTO_FREE char *got = ids(play, lists[i].state);
		EP_AUTO_FREE char *want =
			joined(ep_yaml_get(expect, lists[i].key));

		same(lists[i].key, want, got);
	}
}

static void check_first(struct play *play, const struct ep_yaml *pair)
{
	const char *early = pair->child->text;
	const char *late = pair->child->next->text;
	bool found = false;

	for (size_t i = 0; i < play->look.item.n; i++) {
		const struct ep_exit_item *it = &play->look.item.v[i];
		bool waits = false;

		if (!ep_str_eq(it->end->id, late) ||
		    it->state == EP_EXIT_DONE)
			continue;
		for (size_t j = 0; j < it->blocked_by.n; j++)
			waits = waits ||
				ep_str_eq(play->look.item
						  .v[it->blocked_by.v[j]]
						  .end->id, early);
		same(late, early, waits ? early : "waits for others");
		found = true;
	}
	same(late, "left", found ? "left" : "nothing left");
}

static void check_problems(struct play *play, const struct ep_yaml *expect)
{
	EP_AUTO_FREE char *want = joined(ep_yaml_get(expect, "problems"));
	EP_AUTO(ep_buf_release) struct ep_buf got;

	ep_buf_init(&got, 65536);
	for (size_t i = 0; i < play->exit->problem.n; i++)
		ep_buf_addf(&got, "%s%s", i ? " " : "",
			    play->exit->problem.v[i].id);
	same("problems", want, got.s);
}

static void check_findings(struct play *play, const struct ep_yaml *list,
			   bool there)
{
	for (const struct ep_yaml *it = list ? list->child : NULL; it;
	     it = it->next) {
		char sql[200];

		snprintf(sql, sizeof(sql), "SELECT count(*) > 0 FROM finding "
			 "WHERE state <> 'fixed' AND rule = '%s'", it->text);
		same(it->text, there ? "1" : "0", kit_ask(play->kit, sql));
		if (!ep_rules_find(stage.rules, it->text))
			fail_msg("%s %s: there is no rule %s", file, night,
				 it->text);
	}
}

static void check_expect(struct play *play, const struct ep_yaml *expect)
{
	static const char *const known[] = { "verdict", "open", "pending",
		"unknown", "first", "problems", "findings", "no_findings",
		"profile", NULL };
	struct ep_verdict verdict = { .exit = play->exit,
				      .look = &play->look, .run = 1 };
	const struct ep_yaml *first = ep_yaml_get(expect, "first");

	ep_yaml_known(expect, known, "expectation", file, &play->kit->diag);
	quiet(&play->kit->diag);
	check_problems(play, expect);
	check_states(play, expect);
	for (const struct ep_yaml *it = first ? first->child : NULL; it;
	     it = it->next)
		check_first(play, it);
	same("verdict", text(expect, "verdict"), ep_verdict_word(&verdict));
	if (text(expect, "profile"))
		same("profile", text(expect, "profile"),
		     play->exit->profile->id);
	check_findings(play, ep_yaml_get(expect, "findings"), true);
	check_findings(play, ep_yaml_get(expect, "no_findings"), false);
	ep_verdict_release(&verdict);
}

static void play_night(struct play *play, const struct ep_yaml *node,
		       const struct ep_yaml *who)
{
	struct ep_err err = EP_ERR_INIT;

	read_night(play, node);
	find(play, who);
	if (ep_yaml_get(node, "attest")) {
		attest(play, ep_yaml_get(node, "attest"));
		find(play, who);
	}
	if (ep_exit_look(&play->ctx, play->exit, &play->look, &err) < 0)
		fail_msg("%s %s: %s", file, night, err.msg);
	check_expect(play, ep_yaml_get(node, "expect"));
	ep_exit_look_release(&play->look);
	play->look = (struct ep_exit_look){ 0 };
}

static size_t play_scenario(const char *name)
{
	EP_AUTO_FREE char *folder = path_of("tests/exits");
	EP_AUTO_FREE char *path = ep_file_join(folder, name);
	struct ep_yaml *root = ep_yaml_file(path, &stage.diag);
	const struct ep_yaml *nights;
	struct play play = { .kit = NULL };
	size_t n = 0;
	void *kit;

	quiet(&stage.diag);
	file = name;
	assert_int_equal(kit_up(&kit), 0);
	play.kit = kit;
	nights = ep_yaml_get(root, "nights");
	for (const struct ep_yaml *it = nights ? nights->child : NULL; it;
	     it = it->next, n++)
		play_night(&play, it, ep_yaml_get(root, "who"));
	ep_exit_free(play.exit);
	ep_yaml_free(root);
	assert_int_equal(kit_down(&kit), 0);
	return n;
}

static void test_scenarios(void **state)
{
	EP_AUTO_FREE char *folder = path_of("tests/exits");
	struct ep_err err = EP_ERR_INIT;
	size_t scenarios = 0, nights = 0;
	char **names;
	size_t n;

	(void)state;
	assert_int_equal(ep_file_list(folder, ".yaml", &names, &n, &err), 0);
	for (size_t i = 0; i < n; i++) {
		if (ep_str_eq(names[i], "base.yaml"))
			continue;
		nights += play_scenario(names[i]);
		scenarios++;
	}
	ep_file_list_free(names, n);
	assert_int_equal(mistakes, 0);
	assert_true(scenarios >= 12);
	assert_true(nights >= 2 * scenarios);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scenarios),
	};

	return cmocka_run_group_tests(tests, set_stage, clear_stage);
}
