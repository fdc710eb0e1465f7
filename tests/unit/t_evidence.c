/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sealed runs: what was said stays provable while the history grows, and
 * whatever is altered in the database afterwards is named.
 */
#include "store_kit.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "evidence/evidence.h"
#include "evidence/prove.h"
#include "store/inside.h"

#define KIT_ROLES (1u << EP_KIND_role)

static struct kit kit;

static void read_accounts(const char *const *names, size_t n,
			  enum ep_coverage_status status)
{
	struct ep_dataset_ref ref = kit_ref("printix.users", KIT_ACCOUNTS);
	void *dataset = kit_start(&kit, &ref);

	for (size_t i = 0; i < n; i++) {
		char id[16], mail[64];
		struct ep_row row;

		snprintf(id, sizeof(id), "u%zu", i);
		snprintf(mail, sizeof(mail), "%s@acme.example", names[i]);
		row = kit_account(id, mail, names[i],
				  ep_clock_now() - 100 * (int64_t)i - 1);
		kit_row(&kit, dataset, &row);
	}
	kit_finish(&kit, dataset, status);
}

static void read_roles(const char *holder, const char *role)
{
	struct ep_dataset_ref ref = kit_ref("printix.roles", KIT_ROLES);
	void *dataset = kit_start(&kit, &ref);
	struct ep_row row = { .kind = EP_KIND_role };

	kit_set(&row, "account", holder);
	kit_set(&row, "role", role);
	kit_set(&row, "scope", "");
	kit_set(&row, "privileged", strcmp(role, "User") ? "yes" : "no");
	kit_row(&kit, dataset, &row);
	kit_finish(&kit, dataset, EP_COVERAGE_COMPLETE);
}

/* Ada comes, Bea is renamed, Cid goes; the manager hands over, then nobody
 * is one. */
static void three_nights(void)
{
	static const char *const first[] = { "bea", "cid" };
	static const char *const second[] = { "beatrix", "cid", "ada" };
	static const char *const third[] = { "beatrix" };

	kit_begin(&kit);
	read_accounts(first, 2, EP_COVERAGE_COMPLETE);
	read_roles("u0", "System manager");
	kit_end(&kit);
	kit_begin(&kit);
	read_accounts(second, 3, EP_COVERAGE_COMPLETE);
	read_roles("u1", "System manager");
	kit_end(&kit);
	kit_begin(&kit);
	read_accounts(third, 1, EP_COVERAGE_PARTIAL);
	read_roles("u1", "User");
	kit_end(&kit);
}

static const struct ep_evidence_role known[] = {
	{ "printix.roles", "Site manager" },
};

static void seal(void)
{
	kit_ok(&kit, ep_evidence_seal(kit.store, NULL, known, 1, NULL, NULL,
				      &kit.err));
}

static int begin(void **state)
{
	(void)state;
	kit_init(&kit);
	kit_open(&kit, true);
	three_nights();
	seal();
	return 0;
}

static int end(void **state)
{
	(void)state;
	kit_release(&kit);
	return 0;
}

static int verify(const struct ep_checkpoint *older)
{
	kit.err = (struct ep_err)EP_ERR_INIT;
	return ep_evidence_verify(kit.store, 0, older, NULL, NULL, &kit.err);
}

static void checkpoint(struct ep_checkpoint *ret)
{
	struct ep_buf text;

	ep_buf_init(&text, EP_CHECKPOINT_BYTES_MAX);
	kit_ok(&kit, ep_evidence_checkpoint(ep_store_db(kit.store), &text,
					    &kit.err));
	kit_ok(&kit, ep_checkpoint_parse(text.s, text.len, ret, &kit.err));
	ep_buf_release(&text);
}

static void alter(const char *sql)
{
	kit_ok(&kit, ep_db_exec(ep_store_db(kit.store), sql, &kit.err));
	if (ep_db_changes(ep_store_db(kit.store)) != 1)
		fail_msg("%s: altered nothing", sql);
}

/* An alteration is found and named; undone, all is right again. */
static void assert_noticed(const char *sql, const char *undo,
			   const char *named)
{
	alter(sql);
	if (verify(NULL) != EP_EDATA || !strstr(kit.err.msg, named))
		fail_msg("%s: wanted '%s', got '%s'", sql, named, kit.err.msg);
	alter(undo);
	kit_ok(&kit, verify(NULL));
}

static void test_holds(void **state)
{
	struct ep_checkpoint was;

	(void)state;
	kit_ok(&kit, verify(NULL));
	checkpoint(&was);
	assert_int_equal(was.size, 3);
	/* The log grows; what was sealed is not sealed again. */
	three_nights();
	seal();
	kit_ok(&kit, verify(&was));
	assert_int_equal(kit_int(&kit, "SELECT count(*) FROM evidence_run"),
			 6);
	assert_int_equal(kit_int(&kit, "SELECT count(*) FROM evidence_secret "
				 "WHERE length(secret) <> 16"), 0);
}

static void test_what_is_there(void **state)
{
	(void)state;
	assert_noticed("UPDATE now_account SET name = 'x' WHERE key = 'u0'",
		       "UPDATE now_account SET name = 'beatrix' "
		       "WHERE key = 'u0'",
		       "group printix/t1/printix.users/account,");
	assert_noticed("UPDATE moving_account SET last_seen_at = last_seen_at + 1 "
		       "WHERE rid = (SELECT rid FROM now_account WHERE "
		       "key = 'u0')",
		       "UPDATE moving_account SET last_seen_at = last_seen_at - 1 "
		       "WHERE rid = (SELECT rid FROM now_account WHERE "
		       "key = 'u0')", "/account/seen");
	assert_noticed("UPDATE main.coverage SET status = 'complete' "
		       "WHERE status = 'partial'",
		       "UPDATE main.coverage SET status = 'partial' WHERE run = 3 "
		       "AND dataset = (SELECT id FROM dataset WHERE "
		       "name = 'printix.users')",
		       "printix.users/account, sealed as number 3");
	assert_noticed("UPDATE run SET host = host || 'x' WHERE id = 2",
		       "UPDATE run SET host = substr(host, 1, "
		       "length(host) - 1) WHERE id = 2",
		       "the record of the run, sealed as number 2");
}

/* Cid's account and the first manager are only in the history now. */
static void test_what_was_there(void **state)
{
	(void)state;
	assert_noticed("UPDATE history SET old = replace(old, 'bea', 'eve') "
		       "WHERE op = 2",
		       "UPDATE history SET old = replace(old, 'eve', 'bea') "
		       "WHERE op = 2", "account, sealed as number 1");
	assert_noticed("UPDATE history SET old = replace(old, 'yes', 'no') "
		       "WHERE op = 3 AND run = 2",
		       "UPDATE history SET old = replace(old, 'no', 'yes') "
		       "WHERE op = 3 AND run = 2",
		       "printix.roles/role, sealed as number 1");
}

/* The same rows, and heads that fit them, said to be another customer's. */
static void test_other_tenancy(void **state)
{
	(void)state;
	kit_ok(&kit, verify(NULL));
	assert_noticed("UPDATE main.tenancy SET uid = 'printix/t2', tenant = 't2' "
		       "WHERE uid = 'printix/t1'",
		       "UPDATE main.tenancy SET uid = 'printix/t1', tenant = 't1' "
		       "WHERE uid = 'printix/t2'", "group");
}

/* Somebody who knows how heads are hashed: whatever of the last one is
 * changed, its hash is made to fit. */
static void forge(const char *change)
{
	struct ep_db *db = ep_store_db(kit.store);
	struct ep_hash hash;
	struct ep_stmt *stmt;
	bool row = false;
	char sql[300];

	alter(change);
	kit_ok(&kit, ep_db_prepare(db, "SELECT head FROM main.evidence_run "
				   "WHERE seq = 3", &stmt, &kit.err));
	kit_ok(&kit, ep_db_step(stmt, &row, &kit.err));
	assert_true(row);
	ep_merkle_leaf(ep_db_col_text(stmt, 0),
		       strlen(ep_db_col_text(stmt, 0)), &hash);
	ep_db_done(stmt);
	snprintf(sql, sizeof(sql), "UPDATE main.evidence_run SET hash = x'");
	for (size_t i = 0; i < sizeof(hash.b); i++)
		snprintf(sql + strlen(sql), 3, "%02x", hash.b[i]);
	snprintf(sql + strlen(sql), 20, "' WHERE seq = 3");
	alter(sql);
}

static void assert_forged(const char *change, const char *named)
{
	kit_ok(&kit, ep_db_exec(ep_store_db(kit.store), "CREATE TEMP TABLE "
				"was AS SELECT * FROM main.evidence_run",
				&kit.err));
	forge(change);
	if (verify(NULL) != EP_EDATA || !strstr(kit.err.msg, named))
		fail_msg("%s: wanted '%s', got '%s'", change, named,
			 kit.err.msg);
	alter("UPDATE main.evidence_run SET (head, hash, groups) = (SELECT "
	      "w.head, w.hash, w.groups FROM temp.was w WHERE w.seq = "
	      "evidence_run.seq) WHERE seq = 3");
	kit_ok(&kit, ep_db_exec(ep_store_db(kit.store), "DROP TABLE temp.was",
				&kit.err));
	kit_ok(&kit, verify(NULL));
}

#define SET "UPDATE main.evidence_run SET "
#define OTHER_ROOT "head = json_set(head, '$.root', " \
	"printf('%064d', 7)) "

static void test_forged_heads(void **state)
{
	(void)state;
	assert_forged(SET "head = json_set(head, '$.prev', "
		      "printf('%064d', 7)) WHERE seq = 3",
		      "the order of heads, sealed as number 3");
	assert_forged(SET "head = json_set(head, '$.seq', 2) WHERE seq = 3",
		      "the order of heads, sealed as number 3");
	assert_forged(SET "head = json_set(head, '$.host', 'elsewhere') "
		      "WHERE seq = 3", "the record of the run");
	/* All groups are as they were kept, and make another root. */
	assert_forged(SET OTHER_ROOT "WHERE seq = 3",
		      "the list of groups, sealed as number 3");
	assert_forged(SET OTHER_ROOT ", groups = groups || "
		      "substr(groups, 1, 16) WHERE seq = 3",
		      "the list of groups at its end");
	assert_forged(SET OTHER_ROOT ", groups = x'' WHERE seq = 3",
		      "the list of groups at ");
}

static void test_log(void **state)
{
	struct ep_checkpoint was, forged;

	(void)state;
	checkpoint(&was);
	assert_noticed("UPDATE evidence_run SET head = replace(head, "
		       "'\"kind\":\"night\"', '\"kind\":\"nicht\"') "
		       "WHERE seq = 2",
		       "UPDATE evidence_run SET head = replace(head, "
		       "'nicht', 'night') WHERE seq = 2",
		       "the head, sealed as number 2");
	assert_noticed("UPDATE evidence_run SET seq = 4 WHERE seq = 2",
		       "UPDATE evidence_run SET seq = 2 WHERE seq = 4",
		       "missing from the log");
	forged = was;
	forged.root.b[0] ^= 1;
	assert_int_equal(verify(&forged), EP_EDATA);
	assert_non_null(strstr(kit.err.msg, "not those of the checkpoint"));
	forged = was;
	forged.origin[0] = 'x';
	assert_int_equal(verify(&forged), EP_EDATA);
	/* The last night is taken away altogether: only who kept the
	 * checkpoint can tell. */
	alter("DELETE FROM evidence_run WHERE seq = 3");
	assert_int_equal(verify(NULL), 0);
	assert_int_equal(verify(&was), EP_EDATA);
	assert_non_null(strstr(kit.err.msg, "knows 3 sealed runs"));
}

/* Sealed anew with another past: each database is sound in itself, and the
 * older checkpoint tells them apart. */
static void test_fork(void **state)
{
	struct ep_checkpoint was, now;

	(void)state;
	checkpoint(&was);
	kit_ok(&kit, ep_db_exec(ep_store_db(kit.store),
				"DELETE FROM evidence_run; "
				"DELETE FROM evidence_kept; "
				"UPDATE now_account SET name = 'eve' "
				"WHERE key = 'u0'", &kit.err));
	seal();
	kit_ok(&kit, verify(NULL));
	checkpoint(&now);
	assert_int_equal(now.size, was.size);
	assert_memory_not_equal(now.root.b, was.root.b, sizeof(now.root.b));
	assert_int_equal(verify(&was), EP_EDATA);
}

static void test_kept(void **state)
{
	(void)state;
	assert_noticed("UPDATE evidence_kept SET leaf = replace(leaf, "
		       "'Site manager', 'Kiosk') WHERE grp LIKE "
		       "'%/privileged_role' AND leaf LIKE '%Site manager%'",
		       "UPDATE evidence_kept SET leaf = replace(leaf, "
		       "'Kiosk', 'Site manager') WHERE grp LIKE "
		       "'%/privileged_role' AND leaf LIKE '%Kiosk%'",
		       "privileged_role");
	alter("UPDATE evidence_secret SET secret = zeroblob(16) WHERE "
	      "id = (SELECT min(id) FROM evidence_secret)");
	assert_int_equal(verify(NULL), EP_EDATA);
}

/* --- proofs ------------------------------------------------------------------- */

static char *slurp(const char *name)
{
	struct ep_buf text;
	char path[128];

	snprintf(path, sizeof(path), "%s/proof/%s", kit.folder, name);
	ep_buf_init(&text, 1 << 20);
	kit_ok(&kit, ep_file_read(path, 1 << 20, &text, &kit.err));
	unlink(path);
	return ep_buf_take(&text);
}

static void prove(int64_t run, const char *group, const char *key)
{
	struct ep_sealed sealed;
	char folder[96];

	snprintf(folder, sizeof(folder), "%s/proof", kit.folder);
	kit_ok(&kit, ep_evidence_find(ep_store_db(kit.store), 0, run, &sealed,
				      &kit.err));
	kit_ok(&kit, ep_store_as_of(kit.store, run, &kit.err));
	kit_ok(&kit, ep_prove(kit.store, &sealed, group, key, folder,
			      &kit.err));
}

static void drop_proof(const char *const *names)
{
	char path[128];

	for (; *names; names++)
		ep_free(slurp(*names));
	snprintf(path, sizeof(path), "%s/proof", kit.folder);
	assert_int_equal(rmdir(path), 0);
}

static void assert_holds(const char *file, const char *text, bool wanted)
{
	char *got = slurp(file);

	if (!!strstr(got, text) != wanted)
		fail_msg("%s: '%s' %s in %s", file, text,
			 wanted ? "is not" : "is", got);
	ep_free(got);
}

static void read_file(struct ep_buf *ret)
{
	kit_ok(&kit, ep_file_read(kit.path, 1 << 24, ret, &kit.err));
}

/* The name of a dataset stands in its table, in the index of that table and
 * in what was sealed.  Wherever it is changed: a report that reads the one
 * must not be vouched for by a check that reads the other. */
static void test_index_against_table(void **state)
{
	static const char name[] = "printix.roles";
	struct ep_buf bytes = EP_BUF_INIT(1 << 24);
	size_t places = 0;

	(void)state;
	kit_close(&kit);
	read_file(&bytes);
	for (char *p = bytes.s; p < bytes.s + bytes.len; p++) {
		if (bytes.s + bytes.len - p < (ptrdiff_t)sizeof(name) ||
		    memcmp(p, name, sizeof(name) - 1) != 0)
			continue;
		*p = 'q';
		kit_ok(&kit, ep_file_put(kit.path, 0600, bytes.s, bytes.len,
					 &kit.err));
		*p = 'p';
		kit_open(&kit, false);
		if (verify(NULL) != EP_EDATA)
			fail_msg("not noticed: the name at byte %zu",
				 (size_t)(p - bytes.s));
		kit_close(&kit);
		places++;
	}
	assert_true(places > 2);
	ep_buf_release(&bytes);
}

/* A flipped bit makes a NULL where the schema allows none, or takes the slash
 * of a name: no crash. */
static void test_nothing_where_something_must_be(void **state)
{
	static const char *const sql[] = {
		"UPDATE evidence_kept SET grp = NULL WHERE grp GLOB "
		"'*/tenancy'",
		"UPDATE evidence_kept SET grp = 'tenancy' WHERE grp GLOB "
		"'*/tenancy'",
		"UPDATE evidence_kept SET leaf = NULL WHERE grp GLOB "
		"'*/tenancy'",
		"UPDATE evidence_kept SET leaf = json_remove(leaf, "
		"'$.dataset') WHERE grp GLOB '*/dataset'",
		"UPDATE evidence_kept SET leaf = json_remove(leaf, '$.word') "
		"WHERE grp GLOB '*/privileged_role'",
	};
	struct ep_db *db = ep_store_db(kit.store);

	(void)state;
	kit_ok(&kit, ep_db_exec(db, "CREATE TEMP TABLE was AS SELECT * FROM "
				"evidence_kept; DROP TABLE evidence_kept; "
				"CREATE TABLE main.evidence_kept AS SELECT * "
				"FROM was", &kit.err));
	for (size_t i = 0; i < sizeof(sql) / sizeof(sql[0]); i++) {
		kit_ok(&kit, ep_db_exec(db, "DELETE FROM evidence_kept; INSERT "
					"INTO evidence_kept SELECT * FROM was",
					&kit.err));
		kit_ok(&kit, ep_db_exec(db, sql[i], &kit.err));
		assert_true(ep_db_changes(db) > 0);
		if (verify(NULL) != EP_EDATA ||
		    !strstr(kit.err.msg, "damaged"))
			fail_msg("%s: %s", sql[i], kit.err.msg);
	}
	kit_ok(&kit, ep_db_exec(db, "DROP TABLE evidence_run; CREATE TABLE "
				"evidence_run AS SELECT 1 AS seq, NULL AS head",
				&kit.err));
	assert_int_equal(verify(NULL), EP_EDATA);
}

static void test_record(void **state)
{
	static const char *const rest[] = { "record.path", "group.leaf",
					    "group.path", "run.leaf",
					    "run.path", "checkpoint", NULL };

	(void)state;
	prove(1, "printix/t1/printix.users/account", "u1");
	assert_holds("record.leaf", "cid@acme.example", true);
	drop_proof(rest);
}

/* Who was manager in the first night; that nobody is in the third; and that a
 * role that nobody ever held has a group that says so. */
static void test_group(void **state)
{
	static const char *const rest[] = { "group.path", "run.leaf",
					    "run.path", "checkpoint", NULL };

	(void)state;
	prove(1, "printix/t1/printix.roles/role/System%20manager", NULL);
	assert_holds("group.records", "\"account\":\"u0\"", true);
	assert_holds("group.leaf", "\"count\":1,", true);
	drop_proof(rest);
	prove(3, "printix/t1/printix.roles/role/System%20manager", NULL);
	assert_holds("group.leaf", "{\"count\":0,\"coverage\":{", true);
	assert_holds("group.records", "u0", false);
	drop_proof(rest);
	prove(2, "printix/t1/printix.roles/role/Site%20manager", NULL);
	assert_holds("group.leaf", "{\"count\":0,\"coverage\":{", true);
	assert_holds("group.records", "u1", false);
	drop_proof(rest);
	prove(3, "printix/t1/printix.users/account", NULL);
	assert_holds("group.leaf", "\"status\":\"partial\"", true);
	assert_holds("group.records", "cid", true);
	drop_proof(rest);
}

static void test_no_such(void **state)
{
	struct ep_sealed sealed;

	(void)state;
	kit_ok(&kit, ep_evidence_find(ep_store_db(kit.store), 0, 2, &sealed,
				      &kit.err));
	kit_ok(&kit, ep_store_as_of(kit.store, 2, &kit.err));
	assert_int_equal(ep_prove(kit.store, &sealed, "printix/t1/x", NULL,
				  "never-made", &kit.err), EP_ENOENT);
	assert_int_equal(ep_prove(kit.store, &sealed,
				  "printix/t1/printix.users/account", "u9",
				  "never-made", &kit.err), EP_ENOENT);
	assert_int_equal(ep_evidence_find(ep_store_db(kit.store), 0, 9,
					  &sealed, &kit.err), EP_ENOENT);
}

static void test_checkpoint_text(void **state)
{
	static const char *const wrong[] = {
		"", "exitproof/1\n", "exitproof/1\n0\n", "exitproof/1\n1\nx\n",
		"exitproof/1\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
		("exitproof/1\n-1\n"
		 "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"),
		"exitproof/1\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hS\n",
		"\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
		"exitproof/1\nx\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
		("exitproof/1\n0\n"
		 "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"),
		("a name of an origin that is longer than any that this "
		 "program ever gave to one, by far, and so on, and so on, and "
		 "so on, and so on, and so on, and so on, until it is over, "
		 "which it is now, after two hundred and fifty-six bytes, or "
		 "so, at last, and it was not easy to find that many words\n1\n"
		 "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"),
	};
	struct ep_checkpoint cp;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (ep_checkpoint_parse(wrong[i], strlen(wrong[i]), &cp,
					NULL) != EP_EDATA)
			fail_msg("accepted: %s", wrong[i]);
	checkpoint(&cp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_holds, begin, end),
		cmocka_unit_test_setup_teardown(test_forged_heads, begin, end),
		cmocka_unit_test_setup_teardown(test_what_is_there, begin,
						end),
		cmocka_unit_test_setup_teardown(test_what_was_there, begin,
						end),
		cmocka_unit_test_setup_teardown(test_other_tenancy, begin,
						end),
		cmocka_unit_test_setup_teardown(test_log, begin, end),
		cmocka_unit_test_setup_teardown(test_fork, begin, end),
		cmocka_unit_test_setup_teardown(test_kept, begin, end),
		cmocka_unit_test_setup_teardown(test_record, begin, end),
		cmocka_unit_test_setup_teardown(
			test_nothing_where_something_must_be, begin, end),
		cmocka_unit_test_setup_teardown(test_index_against_table,
						begin, end),
		cmocka_unit_test_setup_teardown(test_group, begin, end),
		cmocka_unit_test_setup_teardown(test_no_such, begin, end),
		cmocka_unit_test_setup_teardown(test_checkpoint_text, begin,
						end),
	};

	return cmocka_run_group_tests_name("evidence", tests, NULL, NULL);
}
