/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exitproof connector doc: the page of a system, from its connector files.
 */
#include "cli/cmd.h"

#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "cli/connector.h"
#include "model/entity.h"

/* The connector's own text in a Markdown table: no bar, no line end. */
static void cell(const char *s)
{
	EP_AUTO(ep_buf_release) struct ep_buf out = EP_BUF_INIT(65536);

	for (; s && *s; s++) {
		if (*s == '|')
			ep_buf_addc(&out, '\\');
		ep_buf_addc(&out, *s == '\n' ? ' ' : *s);
	}
	ep_app_printf(" %s |", out.s ? out.s : "");
}

static void kinds_cell(unsigned kinds)
{
	EP_AUTO(ep_buf_release) struct ep_buf out = EP_BUF_INIT(1024);

	for (int i = 0; i < EP_KINDS; i++)
		if (kinds & 1u << i)
			ep_buf_addf(&out, "%s%s", out.len ? ", " : "",
				    ep_entity((enum ep_kind)i)->name);
	cell(out.s);
}

/* How tenant test sees what was granted. */
static void granted_cell(const struct ep_spec_granted *granted)
{
	EP_AUTO(ep_buf_release) struct ep_buf out = EP_BUF_INIT(4096);

	if (granted->token_path)
		ep_buf_addf(&out, "claim `%s` of the token",
			    granted->token_path);
	else if (granted->answer_path)
		ep_buf_addf(&out, "`%s` of the answer with the token",
			    granted->answer_path);
	else if (granted->endpoint)
		ep_buf_addf(&out, "`%s` of %s", granted->path,
			    granted->endpoint);
	if (granted->ask)
		ep_buf_addf(&out, "%sasking for each",
			    out.len ? "; " : "");
	cell(out.len ? out.s : "the vendor does not say");
}

static void print_credentials(const struct ep_spec *spec)
{
	if (spec->credentials.n == 0)
		return;
	ep_app_printf("\n### Credentials\n\n| name | what | where to make it | "
		      "what was granted is seen in |\n"
		      "| --- | --- | --- | --- |\n");
	for (size_t i = 0; i < spec->credentials.n; i++) {
		const struct ep_spec_credential *credential =
			&spec->credentials.v[i];

		ep_app_printf("|");
		cell(credential->name);
		cell(credential->doc);
		cell(credential->hint);
		granted_cell(&credential->granted);
		ep_app_printf("\n");
	}
}

static void print_limits(const struct ep_spec *spec)
{
	static const char *const per[] = { "credential", "organisation",
					   "vendor" };
	const struct ep_spec_limits *limits = &spec->limits;

	if (limits->window <= 0 || spec->endpoints.n == 0)
		return;
	ep_app_printf("\nBudget: %" PRId64 " request%s in %" PRId64
		      " second%s per %s, of which at most %" PRId64
		      " percent are used.\n",
		      limits->requests, EP_S(limits->requests),
		      limits->window, EP_S(limits->window), per[limits->per],
		      limits->share_percent);
}

/* "a|b" is one need that either meets. */
static void needs_cell(const struct ep_spec_endpoint *endpoint)
{
	EP_AUTO(ep_buf_release) struct ep_buf out = EP_BUF_INIT(65536);

	for (size_t i = 0; i < endpoint->permissions.n; i++) {
		struct ep_str rest = ep_str(endpoint->permissions.v[i]);
		struct ep_str name;
		bool first = true;

		ep_buf_adds(&out, i ? "; " : "");
		while (ep_str_cut(&rest, '|', &name)) {
			ep_buf_adds(&out, first ? "" : " or ");
			ep_buf_add(&out, name.p, name.n);
			first = false;
		}
	}
	if (out.len == 0 && endpoint->permissions_stated)
		ep_buf_adds(&out, "none");
	cell(out.s);
}

static void print_endpoint(const struct ep_spec *spec,
			   const struct ep_spec_endpoint *endpoint)
{
	EP_AUTO(ep_buf_release) struct ep_buf text = EP_BUF_INIT(65536);

	ep_buf_addf(&text, "%s.%s", spec->id, endpoint->name);
	ep_app_printf("|");
	cell(text.s);
	ep_buf_clear(&text);
	ep_buf_adds(&text, endpoint->title);
	if (endpoint->doc)
		ep_buf_addf(&text, ". %s", endpoint->doc);
	if (endpoint->optional)
		ep_buf_adds(&text, " (depends on licence or right)");
	if (endpoint->rights)
		ep_buf_adds(&text, " (complete when the vendor says that all "
			    "of it is shown)");
	if (endpoint->changes.kind == EP_CHANGES_DELTA)
		ep_buf_adds(&text, " (incremental: changes and removals)");
	else if (endpoint->changes.kind == EP_CHANGES_SINCE)
		ep_buf_adds(&text, " (incremental: changes, no removals)");
	cell(text.s);
	kinds_cell(ep_spec_endpoint_kinds(endpoint));
	ep_buf_clear(&text);
	for (size_t k = 0; k < endpoint->credentials.n; k++)
		ep_buf_addf(&text, "%s%s", k ? " or " : "",
			    endpoint->credentials.v[k]);
	cell(text.s);
	needs_cell(endpoint);
	ep_app_printf("\n");
}

static void print_endpoints(const struct ep_spec *spec)
{
	if (spec->endpoints.n == 0)
		return;
	ep_app_printf("\n### What is read\n\n"
		      "| dataset | what | gives | credential | permission |\n"
		      "| --- | --- | --- | --- | --- |\n");
	for (size_t i = 0; i < spec->endpoints.n; i++) {
		if (!spec->endpoints.v[i].granted_path)
			print_endpoint(spec, &spec->endpoints.v[i]);
	}
}

static void print_writes(const struct ep_spec *spec)
{
	if (spec->writes.n == 0)
		return;
	ep_app_printf("\n### What is written, when it is asked for\n\n"
		      "By `exit verify --attach` and `ticket sync` alone, with "
		      "a credential of its own.\n\n"
		      "| write | what | credential |\n| --- | --- | --- |\n");
	for (size_t i = 0; i < spec->writes.n; i++) {
		const struct ep_spec_write *write = &spec->writes.v[i];

		ep_app_printf("|");
		cell(ep_spec_write_word(write->kind));
		cell(write->doc);
		cell(write->credentials.v[0]);
		ep_app_printf("\n");
	}
}

static void print_imports(const struct ep_spec *spec)
{
	if (spec->imports.n == 0)
		return;
	ep_app_printf("\n### What has no API: files to import\n\n"
		      "| file | what | where in the portal | columns |\n"
		      "| --- | --- | --- | --- |\n");
	for (size_t i = 0; i < spec->imports.n; i++) {
		const struct ep_spec_import *import = &spec->imports.v[i];
		EP_AUTO(ep_buf_release) struct ep_buf text = EP_BUF_INIT(65536);

		ep_app_printf("|");
		ep_buf_addf(&text, "`%s`", import->file);
		cell(text.s);
		cell(import->title);
		cell(import->doc);
		ep_buf_clear(&text);
		for (size_t k = 0; k < import->columns.n; k++)
			ep_buf_addf(&text, "%s%s", k ? ", " : "",
				    import->columns.v[k]);
		cell(text.len ? text.s : "as the vendor exports it");
		ep_app_printf("\n");
	}
}

static void print_spec(const struct ep_spec *spec)
{
	ep_app_printf("\n## %s\n\nConnector `%s`, version %d, configured %s. "
		      "Vendor's documentation: <%s>\n",
		      spec->title, spec->id, spec->version,
		      spec->msp ? "once for the MSP" : "for each tenancy",
		      spec->docs ? spec->docs : "");
	print_credentials(spec);
	print_limits(spec);
	print_endpoints(spec);
	print_writes(spec);
	print_imports(spec);
}

/* "printix-portal" belongs to the page of "printix". */
static bool on_page(const struct ep_spec *spec, const char *page)
{
	size_t n = strlen(page);

	return strncmp(spec->id, page, n) == 0 &&
	       (spec->id[n] == '\0' || spec->id[n] == '-');
}

int ep_cmd_connector_doc(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"connector doc", "NAME",
		"Prints the page of a vendor in Markdown, from the connectors "
		"NAME and NAME-*: what is read, with which rights, and what "
		"has to be imported."
	};
	const struct ep_opt table[] = { EP_APP_OPTIONS(app) };
	int operands, status, n = 0;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	if (operands != 1)
		return ep_app_usage("connector doc", "give one name");
	status = ep_connector_specs(app);
	if (status)
		return status;
	ep_app_printf("<!-- SPDX-License-Identifier: Apache-2.0 -->\n"
		      "<!-- Made by docs/vendors.sh from the connectors; do not "
		      "edit. -->\n# %s\n",
		      argv[0]);
	for (size_t i = 0; i < app->specs.n; i++)
		if (on_page(app->specs.v[i], argv[0])) {
			print_spec(app->specs.v[i]);
			n++;
		}
	if (n == 0)
		return ep_app_usage("connector doc",
				    "there is no connector '%s'", argv[0]);
	return ep_app_finish();
}
