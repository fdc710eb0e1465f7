/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connector files: every shipped one loads, every fault in one is found with
 * its place, and {name} is all the language there is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "collect/spec.h"

static char folder[] = "ep-spec-XXXXXX";
static char x_yaml[100];
static struct ep_diag diag;

#define HEAD                                                           \
	"connector: x\nversion: 1\nsystem: x\ntitle: x\nscope: tenant\n" \
	"base: {api: https://x.example}\n"

static void write_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static struct ep_spec *load(const char *text)
{
	ep_diag_release(&diag);
	ep_diag_init(&diag);
	write_text(x_yaml, text);
	return ep_spec_load(x_yaml, &diag);
}

static void print_diag(void)
{
	struct ep_buf text;

	ep_buf_init(&text, 100000);
	ep_diag_print(&diag, &text);
	print_message("%s", text.len ? text.s : "no complaint\n");
	ep_buf_release(&text);
}

/* Refused, with this complaint among others, at this line (0: any). */
static void refuse(const char *text, int line, const char *msg)
{
	struct ep_spec *spec = load(text);
	bool found = false;

	for (size_t i = 0; i < diag.n; i++) {
		if (strstr(diag.item[i].msg, msg) &&
		    (!line || diag.item[i].line == line))
			found = true;
	}
	if (!found)
		print_diag();
	assert_null(spec);
	assert_true(found);
}

static struct ep_spec *accept(const char *text)
{
	struct ep_spec *spec = load(text);

	if (!spec)
		print_diag();
	assert_non_null(spec);
	return spec;
}

static void loads_every_shipped_connector(void **state)
{
	static const char *const ids[] = { "dnsfilter",	 "dnsfilter-portal",
					   "printix",	 "printix-partner",
					   "printix-portal", "register" };
	const char *src = getenv("EP_SRC");
	EP_AUTO_FREE char *path = ep_file_join(src ? src : ".",
					       "scanner/connectors");
	struct ep_specs specs;
	int rc;

	(void)state;
	rc = ep_specs_load(&path, 1, &specs, &diag);
	if (rc)
		print_diag();
	assert_int_equal(rc, 0);
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		assert_non_null(ep_specs_find(&specs, ids[i]));
		assert_int_equal(strlen(ep_specs_find(&specs, ids[i])->sha256),
				 64);
	}
	assert_null(ep_specs_find(&specs, "nothing"));
	ep_specs_release(&specs);
}

static void a_folder_of_the_user_goes_first(void **state)
{
	char other[120];
	char path[140];
	char *folders[] = { other, folder };
	struct ep_specs specs;

	(void)state;
	snprintf(other, sizeof(other), "%s/other", folder);
	snprintf(path, sizeof(path), "%s/x.yaml", other);
	assert_int_equal(mkdir(other, 0700), 0);
	write_text(x_yaml, HEAD "endpoints: {a: {title: a, path: /a, emit: "
				"[{kind: team, fields: {id: id}}]}}\n");
	write_text(path, HEAD "docs: mine\n"
			      "endpoints: {a: {title: a, path: /a, emit: "
			      "[{kind: team, fields: {id: id}}]}}\n");
	assert_int_equal(ep_specs_load(folders, 2, &specs, &diag), 0);
	assert_int_equal(specs.n, 1);
	assert_string_equal(specs.v[0]->docs, "mine");
	ep_specs_release(&specs);
	/* A broken file of the user never lets the shipped one slip in. */
	write_text(path, HEAD "wrong: 1\n");
	assert_int_equal(ep_specs_load(folders, 2, &specs, &diag),
			 EP_ECONFIG);
	assert_int_equal(specs.n, 0);
	ep_specs_release(&specs);
	unlink(path);
	rmdir(other);
}

static void reads_what_is_written(void **state)
{
	struct ep_spec *spec = accept(
		HEAD
		"params: {region: {doc: where, default: eu}}\n"
		"credentials:\n"
		"  k: {doc: d, hint: h, kind: header, secrets: [s], "
		"value: \"SSWS {s}\"}\n"
		"limits: {requests: 10, window: 60, share_percent: 50,\n"
		"  wait: [{header: Retry-After, as: http}]}\n"
		"page: {kind: cursor, param: after, next: next.cursor}\n"
		"endpoints:\n"
		"  kids: {title: k, path: \"/p/{parent.id}/k\", for_each: "
		"parents,\n"
		"    credential: k, absent: [404], emit: [{kind: team, "
		"fields: {id: id}}]}\n"
		"  parents: {title: p, path: /p, credential: k, page: "
		"{kind: none},\n"
		"    emit: [{kind: team, keep: [b.z, {a: x}], fields: "
		"{name: n, id: id}}]}\n");
	const struct ep_spec_endpoint *kids = ep_spec_endpoint(spec, "kids");
	const struct ep_spec_emit *emit;

	(void)state;
	assert_string_equal(spec->params.v[0].fallback, "eu");
	assert_string_equal(spec->credentials.v[0].header, "Authorization");
	assert_int_equal(spec->limits.wait.v[0].unit, EP_WAIT_HTTP);
	/* Parents come first, whatever the order in the file. */
	assert_string_equal(spec->endpoints.v[0].name, "parents");
	assert_int_equal(kids->for_each_index, 0);
	assert_int_equal(kids->page.kind, EP_PAGE_CURSOR);
	assert_string_equal(kids->page.next, "next.cursor");
	assert_int_equal(kids->absent.v[0], 404);
	assert_int_equal(ep_spec_endpoint_kinds(kids), 1u << EP_KIND_team);
	assert_int_equal(spec->endpoints.v[0].page.kind, EP_PAGE_NONE);
	/* Columns in their order, then attr by name. */
	emit = &spec->endpoints.v[0].emits.v[0];
	assert_int_equal(emit->fields.n, 4);
	assert_int_equal(emit->fields.v[0].column, 0);
	assert_int_equal(emit->fields.v[1].column, 1);
	assert_string_equal(emit->fields.v[2].attr, "a");
	assert_string_equal(emit->fields.v[3].attr, "z");
	ep_spec_free(spec);
}

#define EMIT(f) HEAD "endpoints:\n  a:\n    title: a\n    path: /a\n" \
		     "    emit:\n      - kind: account\n"              \
		     "        fields:\n          id: id\n" f

#define LDAP(l) HEAD "endpoints:\n  a:\n    title: a\n" l               \
		     "    emit: [{kind: account, fields: {id: cn}}]\n"

static void knows_the_words_of_directories(void **state)
{
	struct ep_spec *spec = accept(
		LDAP("    ldap: {base: DC=x, filter: (a=b), attributes: [cn], "
		     "lists: [member], links: [member], beyond: [\"*\"]}\n"));
	const struct ep_spec_endpoint *e = &spec->endpoints.v[0];

	(void)state;
	assert_int_equal(e->ldap->scope, EP_LDAP_SUBTREE);
	assert_int_equal(e->ldap->page_size, 500);
	assert_string_equal(e->records, "entries");
	ep_spec_free(spec);
	refuse(LDAP("    path: /a\n    ldap: {base: DC=x, filter: (a=b), "
		    "attributes: [cn]}\n"), 0, "no meaning beside ldap");
	refuse(LDAP("    ldap: {base: DC=x, filter: a=b, attributes: [cn]}\n"),
	       0, "in parentheses");
	refuse(LDAP("    ldap: {base: DC=x, filter: (a=b)}\n"), 0,
	       "needs attributes");
	refuse(LDAP("    ldap: {base: DC=x, filter: (a=b), attributes: "
		    "[\"*\"]}\n"), 0, "no name of an attribute");
	refuse(LDAP("    ldap: {base: DC=x, filter: (a=b), attributes: [cn], "
		    "lists: [CN]}\n"), 0, "among attributes and lists");
	refuse(LDAP("    ldap: {base: DC=x, filter: (a=b), attributes: [cn], "
		    "links: [manager]}\n"), 0, "neither attributes nor lists");
	refuse(LDAP("    ldap: {base: \"{nothing}\", filter: (a=b), "
		    "attributes: [cn]}\n"), 0, "{nothing} is set nowhere");
	refuse(LDAP("    ldap: {base: DC=x, filter: (a=b), attributes: [cn], "
		    "page_size: 5000}\n"), 0, "page_size");
	refuse(EMIT("          state: {path: x, as: bit, active: [\"no\"]}\n"),
	       15, "needs mark:");
	refuse(EMIT("          state: {path: x, as: bit, mark: two, "
		    "active: [\"no\"]}\n"), 15, "needs mark:");
	refuse(EMIT("          name: {path: x, as: filetime}\n"), 15,
	       "is no time");
}

static void complains_with_the_place(void **state)
{
	(void)state;
	refuse("connectr: x\n", 1, "did you mean 'connector'");
	refuse(HEAD "endpoints:\n  a:\n    titel: x\n    path: /a\n", 9,
	       "unknown key 'titel'");
	refuse(HEAD "endpoints:\n  a: {title: a, path: /a}\n"
		    "  a: {title: b, path: /b}\n", 9, "");
	refuse(HEAD "endpoints:\n  a:\n    path: /a\n"
		    "    tenant_path: {optional: true}\n", 10,
	       "tenant_path needs path:");
	refuse(HEAD "endpoints:\n  a:\n    path: /a\n"
		    "    tenant_path: {path: x, option: true}\n", 10,
	       "did you mean 'optional'");
	refuse(EMIT("          frobnicate: x\n"), 15, "no column");
	refuse(EMIT("          created_at: x\n"), 15, "is a time");
	refuse(EMIT("          name: {path: x, as: int8}\n"), 15,
	       "not among its words");
	refuse(EMIT("          name: {path: \"a..b\"}\n"), 15, "is no path");
	refuse(EMIT("          state: {path: x, activ: [A]}\n"), 15,
	       "did you mean 'active'");
	refuse(EMIT("          state: x\n"), 15, "needs the vendor's words");
	refuse(EMIT("          state: {const: alive}\n"), 15, "no word of");
	refuse(EMIT("          state: {path: x, active: [A], disabled: [A]}\n"),
	       15, "listed twice");
	refuse(EMIT("          name: {path: a, const: b}\n"), 15,
	       "exactly one of");
	refuse(EMIT("          name: {path: a, as: before}\n"), 15,
	       "needs mark:");
	refuse(EMIT("          name: {parent: x}\n"), 15, "needs for_each");
	refuse(EMIT("          name: {const: \"{nothing}\"}\n"), 15,
	       "{nothing} is set nowhere");
	refuse(EMIT("        keep: [x, {x: y}]\n"), 0, "is kept twice");
}

/* All of them in one go. */
static void complains_about_everything_at_once(void **state)
{
	(void)state;
	assert_null(load("version: 0\nwrong: 1\nscope: both\nendpoints:\n"
			 "  A: {path: a}\n"));
	assert_true(diag.n >= 8);
}

static void complains_about_what_does_not_fit(void **state)
{
	(void)state;
	refuse(HEAD "endpoints: {a: {title: a, path: /a, emit: "
		    "[{kind: role, fields: {account: id, role: r}}]}}\n", 0,
	       "needs the field scope");
	refuse(HEAD "endpoints: {a: {title: a, path: /a, emit: "
		    "[{kind: team, fields: {id: {path: id, optional: true}}}]"
		    "}}\n", 0, "cannot be optional");
	refuse(HEAD "endpoints: {a: {title: a, path: /a, for_each: b, emit: "
		    "[{kind: team, fields: {id: id}}]}, b: {title: b, "
		    "path: /b, for_each: a}}\n", 0, "waits for itself");
	refuse(HEAD "endpoints: {a: {title: a, path: /a, for_each: c, emit: "
		    "[{kind: team, fields: {id: id}}]}}\n", 0,
	       "no endpoint \"c\"");
	refuse(HEAD "endpoints: {a: {title: a, path: /a}}\n", 0,
	       "emits nothing");
	refuse(HEAD "never: [/users/pin]\nendpoints: {a: {title: a, path: "
		    "/v1/users/pin, emit: [{kind: team, fields: {id: id}}]}}"
		    "\n", 0, "never: forbids");
	refuse(HEAD "endpoints: {a: {title: a, path: /a, absent: [403], "
		    "emit: [{kind: team, fields: {id: id}}]}}\n", 0,
	       "can mean that there is none");
	refuse(HEAD "endpoints: {a: {title: a, path: /a, credential: c, "
		    "emit: [{kind: team, fields: {id: id}}]}}\n", 0,
	       "no credential \"c\"");
	refuse(HEAD "endpoints: {a: {title: a, path: \"/a/{tenat}\", "
		    "emit: [{kind: team, fields: {id: id}}]}}\n", 0,
	       "{tenat} is set nowhere");
	refuse(HEAD "endpoints: {a: {title: a, path: \"/a?x=1\", "
		    "emit: [{kind: team, fields: {id: id}}]}}\n", 0,
	       "belongs under query:");
	refuse(HEAD "endpoints: {a: {title: a, path: /a, page: {kind: cursor, "
		    "next: n}, emit: [{kind: team, fields: {id: id}}]}}\n",
	       0, "cursor needs param:");
	refuse(HEAD "endpoints: {a: {title: a, path: /a, search: true, body: "
		    "'{\"c\":\"{#curser}\"}', "
		    "emit: [{kind: team, fields: {id: id}}]}}\n",
	       0, "{curser} is set nowhere");
	refuse(HEAD "endpoints: {a: {title: a, path: /a, page: {kind: none, "
		    "next_header: N}, "
		    "emit: [{kind: team, fields: {id: id}}]}}\n",
	       0, "goes with kind: cursor");
	refuse(HEAD "endpoints: {a: {title: a, path: /a, page: {kind: cursor, "
		    "param: p, next: n, next_header: N}, "
		    "emit: [{kind: team, fields: {id: id}}]}}\n",
	       0, "one too many");
	refuse(HEAD "endpoints: {a: {title: a, path: /a, page: {kind: number, "
		    "param: p}, emit: [{kind: team, fields: {id: id}}]}}\n",
	       0, "needs size:");
	refuse(HEAD "identity: {endpoint: a, find: \"(\"}\nendpoints: "
		    "{a: {title: a, path: /a}}\n", 0, "find:");
	refuse("connector: y\nversion: 1\nsystem: x\ntitle: x\nscope: msp\n"
	       "base: {api: \"http://x.example\"}\n", 0, "https://");
	refuse("connector: y\nversion: 1\nsystem: x\ntitle: x\nscope: msp\n",
	       1, "must lie in y.yaml");
	refuse(HEAD, 0, "needs endpoints: or imports:");
}

static void checks_what_vouches_for_an_empty_list(void **state)
{
	(void)state;
	refuse(HEAD "endpoints: {a: {title: a, path: /a, "
		    "records_absent: {kind: x}, "
		    "emit: [{kind: team, fields: {id: id}}]}}\n", 0,
	       "belongs to records:");
	refuse(HEAD "endpoints: {a: {title: a, path: /a, records: a, "
		    "records_absent: {}, "
		    "emit: [{kind: team, fields: {id: id}}]}}\n", 0,
	       "name the members");
	refuse(HEAD "endpoints: {a: {title: a, path: /a, records: a, "
		    "records_absent: {a..b: x}, "
		    "emit: [{kind: team, fields: {id: id}}]}}\n", 0,
	       "is no path");
	refuse(HEAD "limits: {throttled: {path: a}}\nendpoints: "
		    "{a: {title: a, path: /a, "
		    "emit: [{kind: team, fields: {id: id}}]}}\n", 0,
	       "needs path: and words:");
	refuse(HEAD "limits: {denied: {words: [a]}}\nendpoints: "
		    "{a: {title: a, path: /a, "
		    "emit: [{kind: team, fields: {id: id}}]}}\n", 0,
	       "denied: needs path: and words:");
}

#define IMPORT(s) HEAD "imports:\n  i:\n    title: t\n    doc: d\n" s

static void checks_imports(void **state)
{
	(void)state;
	refuse(IMPORT("    file: f.csv\n    one_tenant: true\n"
		      "    columns: [a, b]\n    emit: [{kind: team, fields: "
		      "{id: c}}]\n"), 0, "none of the columns");
	refuse(IMPORT("    file: f.csv\n    columns: [a]\n"
		      "    emit: [{kind: team, fields: {id: a}}]\n"), 0,
	       "either tenant_column: or one_tenant");
	refuse(IMPORT("    file: f.csv\n    one_tenant: true\n"
		      "    tenant_column: a\n    columns: [a]\n"
		      "    emit: [{kind: team, fields: {id: a}}]\n"), 0,
	       "either tenant_column: or one_tenant");
	refuse(IMPORT("    file: ../f.csv\n    one_tenant: true\n"
		      "    columns: [a, a]\n    captured_at: b\n"), 0,
	       "not a path");
	assert_true(diag.n >= 4);
	refuse(IMPORT("    file: f.json\n    one_tenant: true\n"
		      "    format: json\n    emit: [{kind: team, fields: "
		      "{id: a}}]\n"), 0, "needs records:");
	ep_spec_free(accept(
		IMPORT("    file: f.csv\n    one_tenant: true\n"
		       "    columns: [Client Name]\n    emit: [{kind: team, "
		       "fields: {id: Client Name}}]\n")));
}

/* Some vendors take the tenancy from where the token was asked for. */
static void a_token_may_be_asked_for_by_tenancy(void **state)
{
	static const char text[] =
		HEAD "credentials: {c: {doc: d, hint: h, kind: token, secrets: "
		     "[s], url: \"https://login.x.example/%s/token\", form: "
		     "{secret: \"{s}\"}, token: t, value: \"{token}\"}}\n"
		     "endpoints: {a: {title: a, path: /a, credential: c, "
		     "emit: [{kind: team, fields: {id: id}}]}}\n";
	char with[1024];

	(void)state;
	snprintf(with, sizeof(with), text, "{tenant}");
	ep_spec_free(accept(with));
	snprintf(with, sizeof(with), text, "{parent.id}");
	refuse(with, 0, "{parent.id} is set nowhere");
}

/* What is kept with each run tells who asked, and opens nothing. */
static void who_is_no_secret(void **state)
{
	static const char text[] =
		HEAD "credentials: {c: {doc: d, hint: h, kind: header, params: "
		     "[id], secrets: [s], value: \"{s}\", who: %s}}\n"
		     "endpoints: {a: {title: a, path: /a, credential: c, "
		     "emit: [{kind: team, fields: {id: id}}]}}\n";
	static const struct {
		const char *who, *complaint;
	} cases[] = {
		{ "{name: \"app {id}\"}", NULL },
		{ "{endpoint: a, path: me.mail}", NULL },
		{ "{name: \"app {s}\"}", "{s} is a secret" },
		{ "{name: \"app {other}\"}", "{other} is set nowhere" },
		{ "{endpoint: b, path: me}", "there is no endpoint \"b\"" },
		{ "{endpoint: a}", "takes either name:" },
		{ "{name: x, endpoint: a, path: me}", "takes either name:" },
		{ "{}", "takes either name:" },
	};
	char with[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(with, sizeof(with), text, cases[i].who);
		if (cases[i].complaint)
			refuse(with, 0, cases[i].complaint);
		else
			ep_spec_free(accept(with));
	}
}

static const char *look_up(void *to, const char *name)
{
	(void)to;
	if (ep_str_eq(name, "a"))
		return "x y/z\"";
	if (ep_str_eq(name, "dots"))
		return "..";
	if (ep_str_eq(name, "empty"))
		return "";
	if (ep_str_eq(name, "n"))
		return "42";
	return NULL;
}

static int expand(const char *text, bool percent, struct ep_buf *out,
		  struct ep_err *err)
{
	ep_buf_release(out);
	ep_buf_init(out, 100);
	return ep_spec_expand(text, percent, look_up, NULL, out, err);
}

static void substitutes_names(void **state)
{
	struct ep_err err = EP_ERR_INIT;
	struct ep_buf out;

	(void)state;
	ep_buf_init(&out, 10);
	assert_int_equal(expand("/p/{a}/q", true, &out, &err), 0);
	assert_string_equal(out.s, "/p/x%20y%2Fz%22/q");
	assert_int_equal(expand("{a}{a}", false, &out, &err), 0);
	assert_string_equal(out.s, "x y/z\"x y/z\"");
	assert_int_equal(expand("{{a}} {{}}", false, &out, &err), 0);
	assert_string_equal(out.s, "{a} {}");
	assert_int_equal(expand("{b}", false, &out, &err), EP_ECONFIG);
	assert_non_null(strstr(err.msg, "{b}"));
	assert_int_equal(expand("{a", false, &out, &err), EP_ECONFIG);
	assert_int_equal(expand("a}", false, &out, &err), EP_ECONFIG);
	assert_int_equal(expand("{}", false, &out, &err), EP_ECONFIG);
	/* An id from outside never climbs out of its path. */
	assert_int_equal(expand("/p/{dots}/q", true, &out, &err), EP_EDATA);
	assert_int_equal(expand("/p/{empty}/q", true, &out, &err), EP_EDATA);
	ep_buf_release(&out);
	ep_buf_init(&out, 5);
	assert_int_equal(ep_spec_expand("{a}", false, look_up, NULL, &out,
					&err), EP_ELIMIT);
	ep_buf_release(&out);
}

static void substitutes_dates(void **state)
{
	struct ep_err err = EP_ERR_INIT;
	struct ep_buf out;

	(void)state;
	ep_buf_init(&out, 10);
	ep_clock_fix(1763344800);	/* 2025-11-17T02:00:00Z */
	assert_int_equal(expand("{today-30d} {today} {now} {now-1d}", false,
				&out, &err), 0);
	assert_string_equal(out.s, "2025-10-18 2025-11-17 "
				   "2025-11-17T02:00:00Z "
				   "2025-11-16T02:00:00Z");
	ep_clock_fix(0);
	assert_int_equal(expand("{today-}", false, &out, &err), EP_ECONFIG);
	assert_int_equal(expand("{today-xd}", false, &out, &err), EP_ECONFIG);
	assert_int_equal(expand("{today-99999d}", false, &out, &err),
			 EP_ECONFIG);
	ep_buf_release(&out);
}

static void substitutes_inside_json(void **state)
{
	struct ep_err err = EP_ERR_INIT;
	struct ep_buf out;

	(void)state;
	ep_buf_init(&out, 200);
	assert_int_equal(ep_spec_expand_json("{\"k\":{\"v\":\"<{a}>\"},"
					     "\"e\":\"\\\"{{\"}", look_up, NULL,
					     &out, &err), 0);
	assert_string_equal(out.s, "{\"k\":{\"v\":\"<x y/z\\\">\"},"
				   "\"e\":\"\\\"{\"}");
	ep_buf_clear(&out);
	assert_int_equal(ep_spec_expand_json("[\"{#n}\",\"{#empty}\",\"x{n}\"]",
					     look_up, NULL, &out, &err), 0);
	assert_string_equal(out.s, "[42,0,\"x42\"]");
	ep_buf_clear(&out);
	assert_int_equal(ep_spec_expand_json("\"{#a}\"", look_up, NULL, &out,
					     &err), EP_EDATA);
	ep_buf_release(&out);
}

static void knows_forbidden_paths(void **state)
{
	struct ep_spec *spec = accept(
		HEAD "never: [/users/*/delete, /pin]\n"
		     "endpoints: {a: {title: a, path: /a, emit: "
		     "[{kind: team, fields: {id: id}}]}}\n");

	(void)state;
	assert_true(ep_spec_never(spec, "/v1/users/7/delete"));
	assert_true(ep_spec_never(spec, "/pin"));
	assert_true(ep_spec_never(spec, "/base/v1/pin"));
	assert_false(ep_spec_never(spec, "/v1/users"));
	assert_false(ep_spec_never(spec, "/v1/pins"));
	assert_false(ep_spec_never(spec, "/v1/pin/x"));
	ep_spec_free(spec);
}

/* Writes the example that starts at s to the file of its name. */
static const char *write_example(const char *s, char *path, size_t size)
{
	const char *id = s + strlen("connector: ");
	const char *end = strstr(s, "\n.Ed");
	FILE *f;

	assert_non_null(end);
	snprintf(path, size, "%s/%.*s.yaml", folder, (int)strcspn(id, "\n"),
		 id);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(s, 1, (size_t)(end - s) + 1, f),
			 (size_t)(end - s) + 1);
	assert_int_equal(fclose(f), 0);
	return end;
}

static void examples_of_the_manual_load(void **state)
{
	const char *src = getenv("EP_SRC");
	EP_AUTO_FREE char *page = ep_file_join(
		src ? src : ".", "docs/exitproof-connector.5");
	struct ep_err err = EP_ERR_INIT;
	struct ep_buf text;
	const char *s;
	int n = 0;

	(void)state;
	ep_buf_init(&text, 1000000);
	assert_int_equal(ep_file_read(page, 1000000, &text, &err), 0);
	for (s = text.s; (s = strstr(s, "\nconnector: "));) {
		char path[200];
		struct ep_spec *spec;

		s = write_example(s + 1, path, sizeof(path));
		ep_diag_release(&diag);
		ep_diag_init(&diag);
		spec = ep_spec_load(path, &diag);
		if (!spec)
			print_diag();
		assert_non_null(spec);
		ep_spec_free(spec);
		unlink(path);
		n++;
	}
	assert_int_equal(n, 2);
	ep_buf_release(&text);
}

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(x_yaml, sizeof(x_yaml), "%s/x.yaml", folder);
	ep_diag_init(&diag);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(x_yaml);
	ep_diag_release(&diag);
	return rmdir(folder);
}

static void refuses_bare_lists_without_an_end(void **state)
{
	static const char *const ends[] = {
		"next_url, next: n", "next_url, next: n, next_required: true",
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		char text[600];

		snprintf(text, sizeof(text), HEAD "page: {kind: %s}\n"
			 "endpoints: {a: {title: a, path: /a, records: data, "
			 "records_bare: true, emit: [{kind: team, fields: "
			 "{id: id, name: name}}]}}\n", ends[i]);
		refuse(text, 0, "records_bare: goes with next_required");
	}
	refuse(HEAD "endpoints: {a: {title: a, path: /a, records: '.', "
	       "page: {kind: none}, records_bare: true, emit: [{kind: team, "
	       "fields: {id: id, name: name}}]}}\n", 0,
	       "records_bare: belongs to records:");
	ep_spec_free(accept(HEAD "endpoints: {a: {title: a, path: /a, "
			    "records: data, page: {kind: none}, "
			    "records_bare: true, emit: [{kind: team, "
			    "fields: {id: id, name: name}}]}}\n"));
}

#define CHANGING(page, rest, inc)                                       \
	HEAD "page: {kind: " page "}\nendpoints: {a: {title: a, path: /a, " \
	rest "emit: [{kind: account, fields: {id: id, name: name, "         \
	"state: {const: active}}}], incremental: {" inc "}}}\n"
#define NEXT "next_url, next: next"
#define DELTA "kind: delta, path: /d, start: {s: x}, link: l, removed: r"
#define VALUE "records: value, "

static void refuses_changes_that_cannot_stand_for_all(void **state)
{
	static const struct {
		const char *text;
		const char *msg;
	} wrong[] = {
		{ CHANGING(NEXT, VALUE, "path: /d"), "needs kind:" },
		{ CHANGING(NEXT, VALUE, "kind: delta, path: /d"),
		  "needs start:, link: and removed:" },
		{ CHANGING(NEXT, VALUE, DELTA ", unset: [nmae]"),
		  "unset names \"nmae\"" },
		{ CHANGING("none", VALUE, DELTA), "next_url" },
		{ CHANGING(NEXT, "", DELTA), "plain listing" },
		{ CHANGING(NEXT, VALUE "absent: [410], ", DELTA),
		  "plain listing" },
		{ CHANGING(NEXT, VALUE, DELTA ", query: {q: '{since}'}"),
		  "{since} is set nowhere" },
		{ CHANGING(NEXT, VALUE, "kind: since, query: {q: x}"),
		  "{since} in it" },
		{ CHANGING(NEXT, VALUE, "kind: since, query: {q: '{since}'}, "
			   "as: days"), "days" },
		{ CHANGING(NEXT, VALUE, "kind: since, query: {q: '{since}'}, "
			   "link: l"), "link" },
		{ HEAD "page: {kind: " NEXT "}\nendpoints: {"
		  "a: {title: a, path: /a, records: value, emit: [{kind: team, "
		  "fields: {id: id, name: name}}], incremental: {" DELTA "}}, "
		  "b: {title: b, path: '/{parent.id}', for_each: a, emit: "
		  "[{kind: team, fields: {id: id, name: name}}]}}\n",
		  "needs all records of \"a\"" },
		{ HEAD "page: {kind: " NEXT "}\nendpoints: {"
		  "a: {title: a, path: /a, records: value, emit: [{kind: team, "
		  "when: x, fields: {id: id, name: name}}], "
		  "incremental: {" DELTA "}}}\n", "one row of each record" },
		{ HEAD "never: [/d]\npage: {kind: " NEXT "}\nendpoints: {"
		  "a: {title: a, path: /a, records: value, emit: [{kind: team, "
		  "fields: {id: id, name: name}}], "
		  "incremental: {" DELTA "}}}\n", "never: forbids \"/d\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		refuse(wrong[i].text, 0, wrong[i].msg);
	ep_spec_free(accept(CHANGING(NEXT, VALUE, DELTA ", unset: [name]")));
	ep_spec_free(accept(CHANGING(NEXT, VALUE, "kind: since, "
				     "query: {q: 'x>{since}'}, as: epoch_ms")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loads_every_shipped_connector),
		cmocka_unit_test(refuses_changes_that_cannot_stand_for_all),
		cmocka_unit_test(refuses_bare_lists_without_an_end),
		cmocka_unit_test(a_folder_of_the_user_goes_first),
		cmocka_unit_test(reads_what_is_written),
		cmocka_unit_test(complains_with_the_place),
		cmocka_unit_test(knows_the_words_of_directories),
		cmocka_unit_test(complains_about_everything_at_once),
		cmocka_unit_test(complains_about_what_does_not_fit),
		cmocka_unit_test(checks_imports),
		cmocka_unit_test(a_token_may_be_asked_for_by_tenancy),
		cmocka_unit_test(who_is_no_secret),
		cmocka_unit_test(substitutes_names),
		cmocka_unit_test(checks_what_vouches_for_an_empty_list),
		cmocka_unit_test(substitutes_dates),
		cmocka_unit_test(substitutes_inside_json),
		cmocka_unit_test(knows_forbidden_paths),
		cmocka_unit_test(examples_of_the_manual_load),
	};

	return cmocka_run_group_tests_name("spec", tests, make_folder,
					   remove_folder);
}
