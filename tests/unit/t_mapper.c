/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mapper keeps absent, null and a value apart, counts everything that
 * did not fit, and lets nothing through that the connector does not name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/str.h"
#include "collect/mapper.h"
#include "row_text.h"

static char folder[] = "ep-mapper-XXXXXX";
static struct ep_spec *spec;
static struct ep_mapper mapper;
static struct ep_buf rows;
static struct ep_coverage coverage;

static const char head[] =
	"connector: x\nversion: 1\nsystem: x\ntitle: x\nscope: tenant\n"
	"base: {api: https://x.example}\n"
	"endpoints:\n"
	"  top: {title: top, path: /top, emit: [{kind: team, fields: "
	"{id: id}}]}\n"
	"  e:\n"
	"    title: e\n"
	"    path: /e\n"
	"    for_each: top\n"
	"    emit:\n";

static void write_file(const char *path, const char *emit)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(head, f);
	fputs(emit, f);
	assert_int_equal(fclose(f), 0);
}

static int add_row(void *to, const struct ep_row *row, struct ep_err *err)
{
	(void)err;
	row_text(to, row);
	return 0;
}

static const char *lookup(void *to, const char *name)
{
	(void)to;
	return ep_str_eq(name, "tenant") ? "T1" : NULL;
}

/* Makes the mapper of a connector with these emits. */
static void start(const char *emit)
{
	char path[100];
	struct ep_diag diag;
	struct ep_buf text;
	const struct ep_spec_endpoint *e;

	snprintf(path, sizeof(path), "%s/x.yaml", folder);
	write_file(path, emit);
	ep_diag_init(&diag);
	ep_buf_init(&text, 10000);
	spec = ep_spec_load(path, &diag);
	ep_diag_print(&diag, &text);
	unlink(path);
	if (!spec)
		fail_msg("%s", text.s);
	ep_buf_release(&text);
	ep_diag_release(&diag);
	e = ep_spec_endpoint(spec, "e");
	ep_buf_init(&rows, 10000000);
	ep_mapper_init(&mapper, e->emits.v, e->emits.n);
	mapper.row = add_row;
	mapper.lookup = lookup;
	mapper.to = &rows;
	ep_coverage_init(&coverage);
}

static void stop(void)
{
	ep_coverage_release(&coverage);
	ep_mapper_release(&mapper);
	ep_buf_release(&rows);
	ep_spec_free(spec);
}

static void map_with(const char *record, const char *name, const char *parent)
{
	struct ep_err err = EP_ERR_INIT;
	struct ep_json *json = NULL;
	struct ep_json *above = NULL;

	if (ep_json_parse(record, strlen(record), &json, NULL, &err) < 0)
		fail_msg("%s", err.msg);
	if (parent)
		assert_int_equal(ep_json_parse(parent, strlen(parent), &above,
					       NULL, &err), 0);
	assert_int_equal(ep_mapper_record(&mapper, json, name, above, &err),
			 0);
	ep_json_free(json);
	ep_json_free(above);
}

static void map(const char *record)
{
	ep_buf_clear(&rows);
	map_with(record, NULL, NULL);
}

#define ROWS(want) assert_string_equal(rows.len ? rows.s : "", want)

static void keeps_absent_null_and_value_apart(void **state)
{
	(void)state;
	start("      - kind: account\n"
	      "        fields:\n"
	      "          id: id\n"
	      "          name: {path: n, optional: true}\n"
	      "        keep: [a]\n");
	map("{\"id\":1}");
	ROWS("account id=1\n");
	map("{\"id\":1,\"n\":null,\"a\":null}");
	ROWS("account id=1 name=null {\"a\":null}\n");
	map("{\"id\":1,\"n\":\"\",\"a\":\"\"}");
	ROWS("account id=1 name=null {\"a\":\"\"}\n");
	map("{\"id\":1,\"n\":\"x\",\"a\":0}");
	ROWS("account id=1 name=x {\"a\":0}\n");
	assert_int_equal(mapper.missing + mapper.bad, 0);
	stop();
}

static void a_missing_member_spoils(void **state)
{
	(void)state;
	start("      - {kind: account, fields: {id: id, name: n}}\n");
	map("{\"id\":1}");
	ROWS("account id=1\n");
	assert_int_equal(mapper.missing, 1);
	map("{\"n\":\"x\"}");
	ROWS("");
	map("{\"id\":null,\"n\":\"x\"}");
	ROWS("");
	map("{\"id\":\"\",\"n\":\"x\"}");
	ROWS("");
	assert_int_equal(mapper.missing, 4);
	assert_int_equal(mapper.rows, 1);
	assert_string_equal(mapper.missing_names, "n, id");
	ep_mapper_report(&mapper, &coverage);
	assert_int_equal(coverage.status, EP_COVERAGE_PARTIAL);
	assert_non_null(strstr(coverage.reason, "n, id"));
	stop();
}

/* An id that turns from a number into a string is the same id; two that a
 * double cannot tell apart are two. */
static void ids_are_exact(void **state)
{
	(void)state;
	start("      - {kind: team, fields: {id: id}}\n");
	map("{\"id\":42618}");
	ROWS("team id=42618\n");
	map("{\"id\":\"42618\"}");
	ROWS("team id=42618\n");
	map("{\"id\":9007199254740993}");
	ROWS("team id=9007199254740993\n");
	map("{\"id\":9007199254740992}");
	ROWS("team id=9007199254740992\n");
	map("{\"id\":{\"a\":1}}");
	ROWS("");
	assert_int_equal(mapper.bad, 1);
	stop();
}

static void equal_names_are_refused(void **state)
{
	(void)state;
	start("      - kind: account\n"
	      "        fields: {id: id, name: n}\n"
	      "        keep: [a]\n");
	map("{\"id\":1,\"n\":\"x\",\"n\":\"y\",\"a\":1,\"a\":2}");
	ROWS("account id=1\n");
	assert_int_equal(mapper.bad, 2);
	map("{\"id\":1,\"ID\":2,\"n\":\"x\",\"N\":\"y\"}");
	ROWS("account id=1 name=x\n");
	stop();
}

static void reads_values_of_directories(void **state)
{
	(void)state;
	start("      - kind: account\n"
	      "        fields:\n"
	      "          id: id\n"
	      "          state: {path: f, as: bit, mark: \"2\", "
	      "active: [\"no\"], disabled: [\"yes\"], optional: true}\n"
	      "          external_id: {path: g, as: immutable_id, "
	      "optional: true}\n"
	      "          created_at: {path: c, as: generalized, "
	      "optional: true}\n"
	      "          expires_at: {path: e, as: filetime, none: [\"0\", "
	      "\"9223372036854775807\"], optional: true}\n"
	      "        keep:\n"
	      "          - age: {path: a, as: span, none: [\"0\"]}\n"
	      "          - security: {path: s, as: bit, mark: "
	      "\"2147483648\"}\n");
	map("{\"id\":1,\"f\":\"514\",\"c\":\"20210412081530.0Z\","
	    "\"e\":\"134084052000000000\",\"a\":\"-36288000000000\","
	    "\"s\":\"-2147483646\","
	    "\"g\":\"43fbc232-643f-464d-8c10-7b95aa937b52\"}");
	ROWS("account id=1 state=disabled external_id=MsL7Qz9kTUaMEHuVqpN7Ug== "
	     "created_at=2021-04-12T08:15:30Z expires_at=2025-11-23T21:00:00Z "
	     "{\"age\":3628800,\"security\":true}\n");
	map("{\"id\":1,\"f\":\"512\",\"e\":\"9223372036854775807\","
	    "\"a\":\"0\",\"s\":\"8\"}");
	ROWS("account id=1 state=active expires_at=null "
	     "{\"age\":null,\"security\":false}\n");
	assert_int_equal(mapper.bad, 0);
	/* What is none of it is no value, and is counted. */
	map("{\"id\":1,\"f\":\"x\",\"g\":\"43fbc232\",\"c\":\"2021\","
	    "\"e\":\"-5\",\"a\":\"7\"}");
	assert_true(mapper.bad >= 5);
	stop();
}

static void reads_times(void **state)
{
	(void)state;
	start("      - kind: account\n"
	      "        fields:\n"
	      "          id: id\n"
	      "          created_at: {path: i, as: iso8601, optional: true}\n"
	      "          expires_at: {path: d, as: date, optional: true, "
	      "none: [never]}\n"
	      "          last_seen_at: {path: e, as: epoch, optional: true}\n");
	map("{\"id\":1,\"i\":\"2025-10-23T18:07:10.872-04:00\","
	    "\"e\":1.620135227572753E9}");
	ROWS("account id=1 created_at=2025-10-23T22:07:10Z "
	     "last_seen_at=2021-05-04T13:33:47Z\n");
	map("{\"id\":1,\"d\":\"2026-11-17\",\"e\":\"1620135227\"}");
	ROWS("account id=1 last_seen_at=2021-05-04T13:33:47Z "
	     "expires_at=2026-11-17T00:00:00Z\n");
	map("{\"id\":1,\"d\":\"2026.12.31 09:30\"}");
	ROWS("account id=1 expires_at=2026-12-31T09:30:00Z\n");
	map("{\"id\":1,\"d\":\"never\"}");
	ROWS("account id=1 expires_at=null\n");
	assert_int_equal(mapper.bad, 0);
	map("{\"id\":1,\"i\":\"2025-10-23T18:07:10\"}");
	ROWS("account id=1\n");
	map("{\"id\":1,\"i\":1761257230}");
	ROWS("account id=1\n");
	/* Milliseconds where seconds are due. */
	map("{\"id\":1,\"e\":1620135227572753}");
	ROWS("account id=1\n");
	map("{\"id\":1,\"e\":1e999}");
	ROWS("account id=1\n");
	assert_int_equal(mapper.bad, 4);
	assert_string_equal(mapper.bad_names, "i, e");
	stop();
}

static void reads_numbers(void **state)
{
	(void)state;
	start("      - kind: subscription\n"
	      "        fields: {id: id, seats_used: n}\n");
	map("{\"id\":1,\"n\":25}");
	ROWS("subscription id=1 seats_used=25\n");
	map("{\"id\":1,\"n\":\"25\"}");
	ROWS("subscription id=1 seats_used=25\n");
	map("{\"id\":1,\"n\":null}");
	ROWS("subscription id=1 seats_used=null\n");
	map("{\"id\":1,\"n\":2.5}");
	map("{\"id\":1,\"n\":\"many\"}");
	assert_int_equal(mapper.bad, 2);
	stop();
}

static void unknown_words_are_kept_and_counted(void **state)
{
	(void)state;
	start("      - kind: role\n"
	      "        fields:\n"
	      "          account: id\n"
	      "          role: r\n"
	      "          scope: {const: \"\"}\n"
	      "          privileged: {path: r, yes: [owner], no: [user]}\n"
	      "          via: {path: v, absent: direct, policy: [p], "
	      "other: group, optional: true}\n");
	map("{\"id\":1,\"r\":\"owner\",\"v\":\"p\"}");
	ROWS("role account=1 role=owner scope= privileged=yes(owner) "
	     "via=policy(p)\n");
	map("{\"id\":1,\"r\":\"god\",\"v\":\"whatever\"}");
	ROWS("role account=1 role=god scope= privileged=unknown(god) "
	     "via=group(whatever)\n");
	map("{\"id\":1,\"r\":\"Owner\"}");
	ROWS("role account=1 role=Owner scope= privileged=unknown(Owner) "
	     "via=direct\n");
	map("{\"id\":1,\"r\":\"god\"}");
	assert_int_equal(mapper.unmapped, 3);
	assert_string_equal(mapper.unmapped_words,
			    "privileged=god, privileged=Owner");
	ep_mapper_report(&mapper, &coverage);
	assert_int_equal(coverage.status, EP_COVERAGE_COMPLETE);
	assert_int_equal(coverage.unmapped, 3);
	assert_string_equal(coverage.unmapped_words,
			    "privileged=god, privileged=Owner");
	stop();
}

static void reads_answers(void **state)
{
	(void)state;
	start("      - kind: account\n"
	      "        fields:\n"
	      "          id: id\n"
	      "          mfa: {path: m, as: bool}\n"
	      "          state: {path: off, as: not, active: [\"yes\"], "
	      "disabled: [\"no\"]}\n"
	      "        keep:\n"
	      "          - has: {path: s, as: present}\n"
	      "          - not: {path: off, as: not}\n");
	map("{\"id\":1,\"m\":true,\"off\":false,\"s\":\"hunter2\"}");
	ROWS("account id=1 state=active mfa=yes "
	     "{\"has\":true,\"not\":true}\n");
	map("{\"id\":1,\"m\":false,\"off\":true,\"s\":\"\"}");
	ROWS("account id=1 state=disabled mfa=no "
	     "{\"has\":false,\"not\":false}\n");
	map("{\"id\":1,\"m\":null,\"off\":true,\"s\":null}");
	ROWS("account id=1 state=disabled mfa=null "
	     "{\"has\":false,\"not\":false}\n");
	assert_int_equal(mapper.bad + mapper.missing, 0);
	map("{\"id\":1,\"m\":1,\"off\":true}");
	assert_int_equal(mapper.bad, 1);
	stop();
}

static void cuts_links_and_prefixes(void **state)
{
	(void)state;
	start("      - kind: resource\n"
	      "        fields:\n"
	      "          kind: {const: queue}\n"
	      "          id: {first: [l.href, \"l[0].href\"], as: segment}\n"
	      "          parent: {path: l.href, as: segment, mark: printers, "
	      "optional: true}\n"
	      "          state: {path: s, as: before, mark: \"|\"}\n");
	map("{\"l\":{\"href\":\"https://x.example/t/1/printers/P/queues/Q"
	    "/?page=0{&q}\"},\"s\":\"auth0|77\"}");
	ROWS("resource kind=queue id=Q parent=P state=auth0\n");
	map("{\"l\":[{\"href\":\"https://x.example/t/1/sites/S{?x}\"}],"
	    "\"s\":\"none\"}");
	ROWS("resource kind=queue id=S state=none\n");
	stop();
}

static void walks_lists_parents_and_names(void **state)
{
	(void)state;
	start("      - kind: membership\n"
	      "        each: members\n"
	      "        fields:\n"
	      "          team: ^.id\n"
	      "          account: .\n"
	      "          via: {const: direct}\n"
	      "      - kind: resource\n"
	      "        each: things\n"
	      "        optional: true\n"
	      "        when: on\n"
	      "        fields:\n"
	      "          kind: {const: list_entry}\n"
	      "          id: {join: [^.id, =x, ^name]}\n"
	      "          owner: {parent: org.id}\n"
	      "          name: {const: \"of {tenant}\"}\n");
	ep_buf_clear(&rows);
	map_with("{\"id\":7,\"members\":[\"a\",3],\"things\":{"
		 "\"k1\":{\"on\":true},\"k2\":{\"on\":false},"
		 "\"k3\":{}}}", NULL, "{\"org\":{\"id\":802315}}");
	ROWS("membership team=7 account=a via=direct\n"
	     "membership team=7 account=3 via=direct\n"
	     "resource kind=list_entry id=7 x k1 name=of T1 owner=802315\n");
	assert_int_equal(mapper.missing, 0);
	map("{\"id\":7}");
	assert_int_equal(mapper.missing, 1);
	assert_string_equal(mapper.missing_names, "members");
	map("{\"id\":7,\"members\":null}");
	map("{\"id\":7,\"members\":[]}");
	assert_int_equal(mapper.missing + mapper.bad, 1);
	map("{\"id\":7,\"members\":\"a,b\"}");
	assert_int_equal(mapper.bad, 1);
	stop();
}

static void takes_only_its_own(void **state)
{
	(void)state;
	start("      - kind: team\n"
	      "        when: {path: org, is: \"{tenant}\"}\n"
	      "        fields: {id: id}\n");
	map("{\"id\":1,\"org\":\"T1\"}");
	ROWS("team id=1\n");
	map("{\"id\":2,\"org\":\"T2\"}");
	ROWS("");
	map("{\"id\":3}");
	ROWS("");
	stop();
}

/* A member that a vendor adds tomorrow must not be stored by accident. */
static void only_named_members_are_kept(void **state)
{
	(void)state;
	start("      - kind: team\n"
	      "        fields: {id: id}\n"
	      "        keep:\n"
	      "          - obj\n"
	      "          - list: {path: list, pick: [name, id]}\n"
	      "          - tags\n");
	map("{\"id\":1,\"secret\":\"CANARY\",\"tags\":[\"b\",\"a\",null],"
	    "\"list\":[{\"id\":5,\"name\":\"n\",\"pin\":\"CANARY\","
	    "\"id2\":{}},{}]}");
	ROWS("team id=1 {\"list\":[{\"id\":5,\"name\":\"n\"},{}],"
	     "\"tags\":[\"b\",\"a\",null]}\n");
	assert_int_equal(mapper.bad, 0);
	map("{\"id\":1,\"obj\":{\"pin\":\"CANARY\"},"
	    "\"tags\":[{\"pin\":\"CANARY\"}]}");
	ROWS("team id=1\n");
	assert_int_equal(mapper.bad, 2);
	map("{\"id\":1,\"list\":[{\"name\":{\"pin\":\"CANARY\"}}]}");
	ROWS("team id=1\n");
	stop();
}

static void long_values_are_cut_and_counted(void **state)
{
	size_t n = EP_TEXT_BYTES_MAX + 100;
	char *record = ep_alloc(n + 100);
	int at = snprintf(record, 100, "{\"id\":1,\"n\":\"");

	(void)state;
	memset(record + at, 'x', n);
	snprintf(record + at + n, 80, "\",\"k\":1}");
	start("      - {kind: account, fields: {id: id, name: n}, "
	      "keep: [k]}\n");
	map(record);
	assert_int_equal(rows.len, strlen("account id=1 name= {\"k\":1}\n") +
					   EP_TEXT_BYTES_MAX);
	assert_int_equal(mapper.altered, 1);
	ep_mapper_report(&mapper, &coverage);
	assert_int_equal(coverage.altered, 1);
	stop();
	/* Two ids must not become one by being cut. */
	start("      - {kind: account, fields: {id: n}}\n");
	map(record);
	ROWS("");
	assert_int_equal(mapper.bad, 1);
	stop();
	ep_free(record);
}

static void addresses_are_folded(void **state)
{
	(void)state;
	start("      - {kind: account, fields: {id: id, email: e, "
	      "login: l}}\n");
	map("{\"id\":\"A\",\"e\":\" Ana.Lima@ACME.example \",\"l\":\"  \"}");
	ROWS("account id=A email=ana.lima@acme.example login=null\n");
	assert_int_equal(mapper.altered, 2);
	stop();
}

static void lists_and_joins_are_stable(void **state)
{
	(void)state;
	start("      - kind: credential\n"
	      "        fields:\n"
	      "          id: id\n"
	      "          kind: {const: api_key}\n"
	      "          name: {join: [a, b, c]}\n"
	      "          scopes: {path: s, as: list, pick: [x, y]}\n");
	map("{\"id\":1,\"a\":\"A\",\"b\":null,\"c\":3,"
	    "\"s\":[\"write\",\"read\",{\"x\":\"p\",\"y\":1}]}");
	ROWS("credential id=1 kind=api_key name=A 3 scopes=p:1 read write\n");
	map("{\"id\":1,\"a\":null,\"s\":[\"read\",{\"x\":\"p\",\"y\":1},"
	    "\"write\"]}");
	ROWS("credential id=1 kind=api_key name=null "
	     "scopes=p:1 read write\n");
	assert_int_equal(mapper.missing + mapper.bad, 0);
	stop();
}

static void words_for_nothing_are_null_in_attr_too(void **state)
{
	(void)state;
	start("      - kind: team\n"
	      "        fields: {id: id}\n"
	      "        keep:\n"
	      "          - end: {path: e, as: date, none: [never, \"0\"]}\n"
	      "          - n: {path: n, none: [\"-1\"]}\n");
	map("{\"id\":1,\"e\":\"never\",\"n\":-1}");
	ROWS("team id=1 {\"end\":null,\"n\":null}\n");
	map("{\"id\":1,\"e\":\"1970-01-01T00:01:40Z\",\"n\":7}");
	ROWS("team id=1 {\"end\":100,\"n\":7}\n");
	assert_int_equal(mapper.missing + mapper.bad, 0);
	stop();
}

/* A part from elsewhere keeps records of two parents apart, and is none of
 * the record itself. */
static void joins_take_what_a_name_stands_for(void **state)
{
	(void)state;
	start("      - kind: team\n"
	      "        fields: {id: {join: [\"=of {tenant}\", id]}, name: n}\n");
	map("{\"id\":1,\"n\":\"N\"}");
	ROWS("team id=of T1 1 name=N\n");
	map("{\"id\":null,\"n\":\"N\"}");
	ROWS("");
	stop();
}

static void reads_values_outside_of_emits(void **state)
{
	const char *s = "{\"a\":{\"b\":\"https://x.example/t/9?q\"},\"n\":null}";
	struct ep_err err = EP_ERR_INIT;
	struct ep_json *json = NULL;
	struct ep_buf out;

	(void)state;
	ep_buf_init(&out, 100);
	assert_int_equal(ep_json_parse(s, strlen(s), &json, NULL, &err), 0);
	assert_true(ep_mapper_value(json, "a.b", EP_AS_SEGMENT, NULL, &out));
	assert_string_equal(out.s, "9");
	assert_false(ep_mapper_value(json, "n", EP_AS_TEXT, NULL, &out));
	assert_false(ep_mapper_value(json, "a", EP_AS_TEXT, NULL, &out));
	assert_false(ep_mapper_value(json, "z", EP_AS_TEXT, NULL, &out));
	ep_json_free(json);
	ep_buf_release(&out);
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_absent_null_and_value_apart),
		cmocka_unit_test(a_missing_member_spoils),
		cmocka_unit_test(ids_are_exact),
		cmocka_unit_test(equal_names_are_refused),
		cmocka_unit_test(reads_times),
		cmocka_unit_test(reads_values_of_directories),
		cmocka_unit_test(reads_numbers),
		cmocka_unit_test(unknown_words_are_kept_and_counted),
		cmocka_unit_test(reads_answers),
		cmocka_unit_test(cuts_links_and_prefixes),
		cmocka_unit_test(walks_lists_parents_and_names),
		cmocka_unit_test(takes_only_its_own),
		cmocka_unit_test(only_named_members_are_kept),
		cmocka_unit_test(long_values_are_cut_and_counted),
		cmocka_unit_test(addresses_are_folded),
		cmocka_unit_test(lists_and_joins_are_stable),
		cmocka_unit_test(words_for_nothing_are_null_in_attr_too),
		cmocka_unit_test(joins_take_what_a_name_stands_for),
		cmocka_unit_test(reads_values_outside_of_emits),
	};

	return cmocka_run_group_tests_name("mapper", tests, make_folder,
					   remove_folder);
}
