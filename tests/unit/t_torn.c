/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The database fails while a verdict is made: at each question once, and from
 * each on for good.  An error that is lost on its way must not leave a pass,
 * an exit that is safe to close, a seal that holds or a role that nobody had.
 *
 * The linker leads the engine's calls of SQLite here (--wrap in Makefile.am).
 */
#include "check_kit.h"

#include "base/file.h"
#include "check/eval.h"
#include "check/people.h"
#include "evidence/evidence.h"
#include "exit/exit.h"
#include "exit/verdict.h"
#include "store/who.h"

#define IOERR 10	/* SQLITE_IOERR */

/* --- failing ------------------------------------------------------------- */

static struct {
	long countdown;	/* this many calls go well; -1: all of them */
	bool for_good;
	long calls;	/* since the start of the trial */
	bool failed;
} wire = { .countdown = -1 };

static bool fails(void)
{
	wire.calls++;
	if (wire.countdown < 0)
		return false;
	if (wire.countdown > 0) {
		wire.countdown--;
		return false;
	}
	if (!wire.for_good)
		wire.countdown = -1;
	wire.failed = true;
	return true;
}

int __real_sqlite3_step(void *stmt);
int __wrap_sqlite3_step(void *stmt);
int __wrap_sqlite3_step(void *stmt)
{
	return fails() ? IOERR : __real_sqlite3_step(stmt);
}

int __real_sqlite3_prepare_v3(void *db, const char *sql, int n,
			      unsigned flags, void *ret, void *tail);
int __wrap_sqlite3_prepare_v3(void *db, const char *sql, int n,
			      unsigned flags, void *ret, void *tail);
int __wrap_sqlite3_prepare_v3(void *db, const char *sql, int n,
			      unsigned flags, void *ret, void *tail)
{
	return fails() ? IOERR :
			 __real_sqlite3_prepare_v3(db, sql, n, flags, ret,
						   tail);
}

int __real_sqlite3_exec(void *db, const char *sql, void *row, void *to,
			void *msg);
int __wrap_sqlite3_exec(void *db, const char *sql, void *row, void *to,
			void *msg);
int __wrap_sqlite3_exec(void *db, const char *sql, void *row, void *to,
			void *msg)
{
	/* What is taken back on the way out is taken back by closing, too. */
	if (ep_str_starts(sql, "ROLLBACK"))
		return __real_sqlite3_exec(db, sql, row, to, msg);
	return fails() ? IOERR : __real_sqlite3_exec(db, sql, row, to, msg);
}

/* A rule about systems that nobody here has decides nothing: there it may
 * fail unnoticed. */
int __real_ep_eval_rule(const struct ep_eval_context *ctx,
			const struct ep_rule *rule, struct ep_eval *ret,
			struct ep_err *err);
int __wrap_ep_eval_rule(const struct ep_eval_context *ctx,
			const struct ep_rule *rule, struct ep_eval *ret,
			struct ep_err *err);
int __wrap_ep_eval_rule(const struct ep_eval_context *ctx,
			const struct ep_rule *rule, struct ep_eval *ret,
			struct ep_err *err)
{
	bool before = wire.failed;
	bool applies = false;
	int rc = __real_ep_eval_rule(ctx, rule, ret, err);

	if (rc < 0 || before || !wire.failed)
		return rc;
	for (size_t i = 0; i < ret->outcome.n; i++)
		applies |= ret->outcome.v[i].applies;
	wire.failed = applies;
	return rc;
}

/* --- trials -------------------------------------------------------------- */

struct scene {
	struct kit *kit;
	struct ep_rules *rules;		/* the shipped ones, of an exit */
	struct ep_profiles *profiles;
};

/* What a trial came to: an error, a word that claims nothing, or one that
 * may only be said when all was read. */
enum outcome { REFUSED, UNSURE, CLAIMED };

typedef enum outcome trial(struct scene *scene);

static enum outcome try_at(struct scene *scene, trial *run, long at,
			   bool for_good)
{
	struct ep_err err = EP_ERR_INIT;
	enum outcome outcome;

	/* A rule that could not be ended leaves its narrow sight behind, and
	 * an error with which the program ends. */
	for (int kind = 0; kind < EP_KINDS; kind++)
		assert_int_equal(ep_store_narrow(scene->kit->store,
						 (enum ep_kind)kind, NULL,
						 &err), 0);
	wire.countdown = at;
	wire.for_good = for_good;
	wire.failed = false;
	wire.calls = 0;
	outcome = run(scene);
	wire.countdown = -1;
	return outcome;
}

/* Every place at which it may fail, or about a hundred of them. */
#define PLACES 100

static void fail_everywhere(struct scene *scene, trial *run)
{
	long calls, step;
	int n = 0;

	/* Twice, since the first one may make tables. */
	assert_int_equal(try_at(scene, run, -1, false), CLAIMED);
	assert_int_equal(try_at(scene, run, -1, false), CLAIMED);
	calls = wire.calls;
	assert_true(calls > 10);
	step = calls / PLACES + 1;
	for (long at = 0; at < calls; at += step) {
		for (int for_good = 0; for_good < 2; for_good++) {
			if (try_at(scene, run, at, for_good) == CLAIMED &&
			    wire.failed)
				fail_msg("call %ld of %ld failed%s, and nobody "
					 "noticed", at, calls,
					 for_good ? " for good" : "");
			n += wire.failed;
		}
	}
	assert_true(n > 0);
	/* It hurt nothing that lasts. */
	assert_int_equal(try_at(scene, run, -1, false), CLAIMED);
}

/* --- what is tried ------------------------------------------------------- */

static enum outcome check(struct scene *scene)
{
	struct ep_err err = EP_ERR_INIT;
	int64_t passed;

	if (kit_try_check(scene->kit, &err) < 0) {
		assert_true(err.msg[0]);
		return REFUSED;
	}
	passed = scene->kit->sum.result[EP_RESULT_PASS];
	assert_true(passed == 0 || passed == 1);
	return scene->kit->sum.status == 0 && passed ? CLAIMED : UNSURE;
}

static enum outcome find_exit(struct ep_exit_context *ctx,
			      struct ep_exit **exit, struct ep_err *err)
{
	const struct ep_exit_ask ask = { .device = "lt-1" };
	struct ep_db *db = ep_store_db(ctx->store);

	if (ep_store_as_of(ctx->store, 0, err) < 0 ||
	    ep_check_schema(db, err) < 0 || ep_exit_schema(db, err) < 0 ||
	    ep_people_link(db, ctx->config, err) < 0 ||
	    ep_exit_find(ctx, &ask, exit, err) < 0)
		return REFUSED;
	return CLAIMED;
}

/* That a device is gone is the claim; nobody attested anything here. */
static bool row_is_gone(const struct ep_exit_look *look)
{
	size_t done = 0;

	for (size_t i = 0; i < look->item.n; i++) {
		if (look->item.v[i].end->who)
			continue;
		if (look->item.v[i].state != EP_EXIT_DONE)
			return false;
		done++;
	}
	for (size_t i = 0; i < look->dataset.n; i++) {
		if (!look->dataset.v[i].good)
			return false;
	}
	return done > 0 && look->dataset.n > 0;
}

static enum outcome leave(struct scene *scene)
{
	struct ep_exit_context ctx = { .store = scene->kit->store,
				       .config = scene->kit->config,
				       .rules = scene->rules,
				       .profiles = scene->profiles,
				       .now = scene->kit->now };
	struct ep_exit_look look = { .count = { 0 } };
	struct ep_err err = EP_ERR_INIT;
	struct ep_exit *exit = NULL;
	enum outcome outcome = find_exit(&ctx, &exit, &err);

	if (outcome == CLAIMED && ep_exit_look(&ctx, exit, &look, &err) < 0)
		outcome = REFUSED;
	if (outcome == CLAIMED && !row_is_gone(&look))
		outcome = UNSURE;
	assert_true(outcome != REFUSED || err.msg[0]);
	ep_exit_look_release(&look);
	ep_exit_free(exit);
	return outcome;
}

static enum outcome verify(struct scene *scene)
{
	struct ep_err err = EP_ERR_INIT;

	if (ep_evidence_verify(scene->kit->store, 0, NULL, NULL, NULL, &err) <
	    0)
		return REFUSED;
	return CLAIMED;
}

/* Nobody holds it: the claim that a lost error would make. */
static enum outcome who(struct scene *scene)
{
	const struct ep_who_query query = { .role = "owner" };
	struct ep_err err = EP_ERR_INIT;
	struct ep_who found = { .accounts = 0 };
	enum outcome outcome = REFUSED;

	if (ep_store_as_of(scene->kit->store, 0, &err) == 0 &&
	    ep_who_load(ep_store_db(scene->kit->store), &query, &found,
			&err) == 0)
		outcome = found.holding.n == 1 &&
					  found.holding.v[0]->life.n == 1 ?
				  CLAIMED :
				  UNSURE;
	/* Fewer than there are is a claim as well. */
	assert_true(outcome != UNSURE);
	ep_who_release(&found);
	return outcome;
}

/* The views show a night that is not the newest. */
static enum outcome look_back(struct scene *scene)
{
	struct ep_db *db = ep_store_db(scene->kit->store);
	struct ep_err err = EP_ERR_INIT;
	int64_t n = 0;

	if (ep_store_as_of(scene->kit->store, 1, &err) < 0 ||
	    ep_db_one_int(db, "SELECT count(*) FROM agent", &n, &err) < 0)
		return REFUSED;
	assert_int_equal(n, 2);
	return CLAIMED;
}

/* --- the scene ----------------------------------------------------------- */

#define PLACE \
	"customers:\n" \
	"- {id: msp, name: Northwind, msp: true, domains: [msp.example]}\n" \
	"- {id: acme, name: Acme, domains: [acme.example]}\n" \
	"tenants:\n" \
	"- {tenant: dnsfilter/2, customer: acme}\n" \
	"datasets:\n" \
	"- tenant: dnsfilter/2\n" \
	"  dataset: dnsfilter.users\n" \
	"  kinds: [account, role]\n" \
	"  rows:\n" \
	"  - account: {id: u1, name: Ana, state: active}\n" \
	"  - role: {account: u1, role: owner, privileged: \"yes\"}\n" \
	"- tenant: dnsfilter/2\n" \
	"  dataset: dnsfilter.user_agents\n" \
	"  kinds: [agent]\n" \
	"  rows:\n" \
	"  - agent: {id: a2, name: LT-2, hardware: h2, state: active}\n"

static int up(void **state)
{
	struct scene *scene = ep_calloc(1, sizeof(*scene));
	const char *src = getenv("EP_SRC");
	EP_AUTO_FREE char *rules = ep_file_join(src ? src : ".", "rules");
	const char *one[] = { rules };
	struct ep_err err = EP_ERR_INIT;
	void *kit;

	assert_int_equal(kit_up(&kit), 0);
	scene->kit = kit;
	scene->rules = ep_rules_load(one, 1, &scene->kit->diag);
	assert_non_null(scene->rules);
	scene->profiles = ep_profiles_load(one, 1, scene->rules,
					   &scene->kit->diag);
	kit_no_complaint(scene->kit);
	kit_disabled_rule(scene->kit);
	kit_night(scene->kit, PLACE "  - agent: {id: a1, name: LT-1, "
				    "hardware: h1, state: active}\n");
	kit_check(scene->kit);
	kit_night(scene->kit, PLACE);
	kit_check(scene->kit);
	if (ep_evidence_seal(scene->kit->store, NULL, NULL, 0, NULL, NULL,
			     &err) < 0)
		fail_msg("%s", err.msg);
	*state = scene;
	return 0;
}

static int down(void **state)
{
	struct scene *scene = *state;
	void *kit = scene->kit;

	ep_profiles_free(scene->profiles);
	ep_rules_free(scene->rules);
	ep_free(scene);
	return kit_down(&kit);
}

#define TEST(name, run) \
	static void name(void **state) \
	{ \
		fail_everywhere(*state, run); \
	}

TEST(test_rules, check)
TEST(test_exit, leave)
TEST(test_evidence, verify)
TEST(test_who, who)
TEST(test_past, look_back)

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, up, down)
		T(test_rules),	  T(test_exit), T(test_evidence),
		T(test_who), T(test_past),
	};

	return cmocka_run_group_tests_name("torn", tests, NULL, NULL);
}
