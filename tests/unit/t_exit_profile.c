/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exit profiles: what is read from them, that every mistake is named with
 * its place, and that no profile can turn the order around.
 */
#include "check_kit.h"

#include "base/file.h"
#include "exit/profile.h"

struct room {
	char folder[64];
	struct ep_rules *rules;
	struct ep_diag diag;
};

static const char *source_tree(void)
{
	const char *src = getenv("EP_SRC");

	return src ? src : ".";
}

static int enter(void **state)
{
	struct room *room = ep_calloc(1, sizeof(*room));
	EP_AUTO_FREE char *rules = ep_file_join(source_tree(), "rules");
	const char *one[] = { rules };

	ep_diag_init(&room->diag);
	room->rules = ep_rules_load(one, 1, &room->diag);
	assert_non_null(room->rules);
	snprintf(room->folder, sizeof(room->folder), "t_exit.XXXXXX");
	assert_non_null(mkdtemp(room->folder));
	*state = room;
	return 0;
}

/* Owned path of the folder inside, which is removed with its parent. */
static char *leave_folder(const struct room *room)
{
	char *inside = ep_file_join(room->folder, "profiles");

	rmdir(inside);
	assert_int_equal(rmdir(room->folder), 0);
	return inside;
}

static int leave(void **state)
{
	struct room *room = *state;
	static const char *const files[] = { "profiles/leaver.yaml", "x.db",
					     "x.db-wal", "x.db-shm",
					     "x.db.lock", NULL };

	for (int i = 0; files[i]; i++) {
		EP_AUTO_FREE char *path = ep_file_join(room->folder, files[i]);

		unlink(path);
	}
	ep_free(leave_folder(room));
	ep_rules_free(room->rules);
	ep_diag_release(&room->diag);
	ep_free(room);
	return 0;
}

static struct ep_profiles *load(struct room *room, const char *text)
{
	EP_AUTO_FREE char *folder = ep_file_join(room->folder, "profiles");
	EP_AUTO_FREE char *path = ep_file_join(folder, "leaver.yaml");
	const char *one[] = { room->folder };
	struct ep_err err = EP_ERR_INIT;
	struct ep_file_out *out;

	assert_int_equal(ep_file_mkdirs(folder, 0700, &err), 0);
	assert_int_equal(ep_file_out_open(path, 0600, &out, &err), 0);
	assert_int_equal(ep_file_out_write(out, text, strlen(text), &err), 0);
	assert_int_equal(ep_file_out_commit(out, &err), 0);
	ep_diag_release(&room->diag);
	ep_diag_init(&room->diag);
	return ep_profiles_load(one, 1, room->rules, &room->diag);
}

static void refused(void **state, const char *text, const char *said)
{
	struct room *room = *state;
	struct ep_buf out;

	if (load(room, text))
		fail_msg("accepted:\n%s", text);
	ep_buf_init(&out, 65536);
	ep_diag_print(&room->diag, &out);
	if (!strstr(out.s, said))
		fail_msg("\"%s\" is not in \"%s\"", said, out.s);
	ep_buf_release(&out);
}

static struct ep_profiles *accepted(void **state, const char *text)
{
	struct room *room = *state;
	struct ep_profiles *profiles = load(room, text);

	if (!profiles)
		fail_msg("%d:%d: %s", room->diag.item[0].line,
			 room->diag.item[0].col, room->diag.item[0].msg);
	return profiles;
}

#define HEAD \
	"profile: leaver\nrevision: 1\ntitle: T\nwhy: W\nsubject: person\n"
#define APPROVE \
	"  - {id: approval, title: A, act: approve, attest: somebody}\n"
#define QUERY(id, act) \
	"  - id: " id "\n    title: C\n    act: " act "\n" \
	"    fix: exit-key\n    systems: [dnsfilter]\n" \
	"    needs: account, person_link\n" \
	"    items: SELECT a.tenant, a.id AS subject, a.name, 's' AS seen, " \
	"'w' AS wanted FROM account AS a JOIN his AS h ON h.account = a.id\n"

static void test_accepted(void **state)
{
	struct ep_profiles *profiles = accepted(state, HEAD
		"keyless: [dnsfilter]\n"
		"lags: [{system: printix, minutes: 20, why: slow, "
		"from: [okta]}]\nends:\n"
		QUERY("seat", "seat") APPROVE QUERY("key", "key"));
	const struct ep_profile *it = ep_profiles_find(profiles, "leaver");

	assert_non_null(it);
	assert_int_equal(it->lag.v[0].seconds, 1200);
	assert_int_equal(it->end.n, 3);
	/* The key before the seat, though the file has it behind. */
	assert_string_equal(it->end.v[0]->id, "approval");
	assert_string_equal(it->end.v[1]->id, "key");
	assert_string_equal(it->end.v[2]->id, "seat");
	ep_profiles_free(profiles);
}

static void test_keys(void **state)
{
	refused(state, HEAD "colour: red\nends:\n" APPROVE,
		"leaver.yaml:6:1: unknown key 'colour'");
	refused(state, HEAD "ends:\n  - {id: a, title: A, act: aprove, "
		"attest: x}\n", "act: there is no \"aprove\"; did you mean "
		"\"approve\"?");
	refused(state, HEAD "ends:\n  - {id: a, title: A, act: approve}\n",
		"leaver.yaml:7:5: an end state has items, like, rule, attest "
		"or use");
	refused(state, HEAD "ends:\n  - {id: a, title: A, act: record, "
		"attest: x, rule: owner-remains}\n", "exclude each other");
	refused(state, HEAD "ends: []\n", "\"ends\" must be a list");
	refused(state, "profile: other\nrevision: 1\ntitle: T\nwhy: W\n"
		"subject: person\nends:\n" APPROVE,
		"the file must be called other.yaml");
	refused(state, "profile: leaver\nrevision: 1\ntitle: T\nwhy: W\n"
		"subject: house\nends:\n" APPROVE,
		"leaver.yaml:5:10: subject: expected person");
	refused(state, HEAD "ends:\n" APPROVE APPROVE,
		"\"approval\" is also the end state of line 7");
	refused(state, HEAD "lags: [{system: printix, minutes: 0, why: w, "
		"from: [okta]}]\nends:\n" APPROVE, "minutes");
}

static void test_names(void **state)
{
	refused(state, HEAD "ends:\n  - {id: a, title: A, act: owner, "
		"rule: no-such}\n", "rule: there is no rule \"no-such\"");
	refused(state, HEAD "ends:\n  - {id: a, title: A, act: record, "
		"attest: x, fix: no-such}\n", "there is no remedy");
	refused(state, HEAD "ends:\n  - {id: a, title: A, act: record, "
		"attest: x, after: [b]}\n", "there is no end state \"b\"");
	refused(state, HEAD "ends:\n" APPROVE QUERY("k", "key")
		"    settled_by: k\n", "settled_by: \"k\" is no attestation");
	refused(state, HEAD "ends:\n  - {id: a, title: A, act: record, "
		"attest: x, unless: [b]}\n", "unless: there is no end state "
		"\"b\"");
	refused(state, HEAD "ends:\n" APPROVE QUERY("k", "key")
		"    unless: [approval]\n", "goes with attest alone");
	refused(state, HEAD "ends:\n  - {id: a, use: other/b}\n",
		"\"other/b\" is no end state");
	refused(state, HEAD "ends:\n  - {id: a, use: leaver/a}\n",
		"is no end state");
	refused(state, HEAD "ends:\n  - {id: a, title: A, act: key, like: b, "
		"needs: account, fix: exit-key}\n", "like: \"b\" is no end");
	refused(state, HEAD "ends:\n  - {id: a, title: A, act: key, like: , "
		"needs: account, fix: exit-key}\n", "like: \"\" is no end");
	refused(state, HEAD "ends:\n  - {id: a, title: A, act: key, like: [b], "
		"needs: account, fix: exit-key}\n", "like: ");
}

static void test_order(void **state)
{
	refused(state, HEAD "ends:\n"
		"  - {id: a, title: A, act: record, attest: x, after: [b]}\n"
		"  - {id: b, title: B, act: record, attest: x, after: [a]}\n",
		"end states in a circle: ");
	/* The acts' own order is part of it. */
	refused(state, HEAD "keyless: [dnsfilter]\nends:\n"
		QUERY("seat", "seat") QUERY("key", "key")
		"    after: [seat]\n", "end states in a circle: ");
	refused(state, HEAD "ends:\n"
		"  - {id: a, title: A, act: approve, attest: x, after: [b]}\n"
		"  - {id: b, title: B, act: tenant, attest: x}\n"
		"  - {id: e, title: E, act: evidence, attest: x}\n",
		"end states in a circle: ");
}

static void test_seats(void **state)
{
	refused(state, HEAD "ends:\n" QUERY("seat", "seat"),
		"removes seats of dnsfilter, and no end state with the act "
		"key");
	refused(state, HEAD "ends:\n" APPROVE
		"  - {id: t, title: T, act: tenant, attest: x}\n",
		"deletes a tenancy: the profile needs");
	refused(state, HEAD "ends:\n"
		"  - {id: e, title: E, act: evidence, attest: x}\n"
		"  - {id: t, title: T, act: tenant, attest: x}\n",
		"deletes a tenancy: the profile needs");
}

static void compiles(void **state, const char *text, const char *said)
{
	struct room *room = *state;
	struct ep_profiles *profiles =
		text ? accepted(state, text) : NULL;
	EP_AUTO_FREE char *rules = ep_file_join(source_tree(), "rules");
	const char *one[] = { rules };
	struct ep_err err = EP_ERR_INIT;
	struct ep_store *store;
	struct ep_buf out;
	char path[80];

	if (!text)
		profiles = ep_profiles_load(one, 1, room->rules, &room->diag);
	assert_non_null(profiles);
	snprintf(path, sizeof(path), "%s/x.db", room->folder);
	assert_int_equal(ep_store_open(path, true, &store, &err), 0);
	assert_int_equal(ep_store_as_of(store, 0, &err), 0);
	ep_profiles_compile(store, profiles, &room->diag);
	ep_store_close(store);
	ep_buf_init(&out, 65536);
	ep_diag_print(&room->diag, &out);
	if (said ? !strstr(out.s, said) : out.len > 0)
		fail_msg("wanted \"%s\", got \"%s\"", said ? said : "", out.s);
	ep_buf_release(&out);
	ep_profiles_free(profiles);
}

static void test_queries(void **state)
{
	compiles(state, HEAD "ends:\n  - id: k\n    title: K\n    act: key\n"
		 "    fix: exit-key\n    needs: account\n"
		 "    items: SELECT tenant, id AS subject, name, 's' AS seen, "
		 "'w' AS wanted FROM credential\n",
		 "leaver.yaml:7:5: k: reads \"credential\", which \"needs\" "
		 "does not list");
	compiles(state, HEAD "ends:\n  - id: k\n    title: K\n    act: key\n"
		 "    fix: exit-key\n    needs: account\n"
		 "    items: SELECT tenant, id AS subject, name, 's' AS seen "
		 "FROM account\n", "returns no column \"wanted\"");
	compiles(state, HEAD "ends:\n  - id: k\n    title: K\n    act: key\n"
		 "    fix: exit-key\n    needs: account\n"
		 "    items: SELECT password FROM account\n", "no such column");
	refused(state, HEAD "ends:\n  - id: k\n    title: K\n    act: key\n"
		"    fix: exit-key\n    needs: accounts\n"
		"    items: SELECT 1\n", "no such view");
	refused(state, HEAD "ends:\n  - id: k\n    title: K\n    act: key\n"
		"    fix: exit-key\n    needs: account\n    items: SELECT 1 "
		"FROM account WHERE id NOT IN (SELECT owner FROM account)\n",
		"items: ");
}

static void test_shipped(void **state)
{
	compiles(state, NULL, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_accepted, enter, leave),
		cmocka_unit_test_setup_teardown(test_keys, enter, leave),
		cmocka_unit_test_setup_teardown(test_names, enter, leave),
		cmocka_unit_test_setup_teardown(test_order, enter, leave),
		cmocka_unit_test_setup_teardown(test_seats, enter, leave),
		cmocka_unit_test_setup_teardown(test_queries, enter, leave),
		cmocka_unit_test_setup_teardown(test_shipped, enter, leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
