/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exitproof init: a first configuration that loads as it stands and tells,
 * line by line, what to put in.
 */
#include "cli/cmd.h"

#include <string.h>
#include <unistd.h>

#include "base/file.h"

static const char main_text[] =
	"# exitproof.yaml(5) explains every key.\n"
	"msp:\n"
	"  id: our-msp\n"
	"  name: Our MSP\n"
	"  domains: [our-msp.example]\n"
	"  # Who may own tenancies; at least one must remain everywhere.\n"
	"  owners: []\n"
	"  # One connection for all customers of a vendor:\n"
	"  connections: []\n"
	"  #  - connector: dnsfilter\n"
	"  #    tenant: \"802315\"            # id of your own organisation\n"
	"  #    credentials:\n"
	"  #      api:\n"
	"  #        api_key: {file: secrets/dnsfilter}\n"
	"  #  - connector: printix-partner\n"
	"  #    tenant: 00000000-1111-4222-8333-123456789abc\n"
	"  #    credentials:\n"
	"  #      partner:\n"
	"  #        client_id: 5f1c0f0e-0000-4000-8000-000000000000\n"
	"  #        client_secret: {file: secrets/printix-partner}\n"
	"\n"
	"database: exitproof.db\n"
	"customers: customers\n"
	"imports: imports\n"
	"waivers: waivers\n"
	"leavers:\n"
	"  file: leavers.csv\n"
	"  max_age_days: 7\n"
	"threshold: medium\n";

static const char customer_text[] =
	"# One file per customer.  Remove the '#' and fill in.\n"
	"customer: acme\n"
	"name: Acme Example\n"
	"domains: [acme.example]\n"
	"# Tenancies that a connection of the MSP finds and that are this\n"
	"# customer's:\n"
	"claims: []\n"
	"#  - {system: dnsfilter, tenant: \"802316\"}\n"
	"# Connections with credentials of the customer's own tenancy:\n"
	"connections: []\n"
	"#  - connector: printix\n"
	"#    tenant: 2d4caec1-4d77-4190-b771-0fa0579a4181\n"
	"#    credentials:\n"
	"#      cloudprint:\n"
	"#        client_id: 6c1f0000-0000-4000-8000-000000000000\n"
	"#        client_secret: {file: secrets/acme-printix}\n";

static const char leavers_text[] =
	"person,name,email,aliases,employer,left_at,source\n";

static const struct {
	const char *name;
	const char *text;
} files[] = {
	{ "exitproof.yaml", main_text },
	{ "customers/acme.yaml.example", customer_text },
	{ "leavers.csv", leavers_text },
};

static const char *const folders[] = { "customers", "secrets", "imports",
				       "waivers",   "rules",   "connectors",
				       "reports",   NULL };

static int write_file(const char *path, const char *text, struct ep_err *err)
{
	struct ep_file_out *out;

	if (access(path, F_OK) == 0)
		return ep_err_set(err, EP_EIO,
				  "%s exists already; nothing was changed",
				  path);
	if (ep_file_out_open(path, 0640, &out, err))
		return err->code;
	if (ep_file_out_write(out, text, strlen(text), err)) {
		ep_file_out_abort(out);
		return err->code;
	}
	return ep_file_out_commit(out, err);
}

static int write_all(const char *folder, struct ep_err *err)
{
	int rc = ep_file_mkdirs(folder, 0750, err);

	for (int i = 0; rc == 0 && folders[i]; i++) {
		EP_AUTO_FREE char *path = ep_file_join(folder, folders[i]);

		rc = ep_file_mkdirs(path, 0750, err);
	}
	for (size_t i = 0; rc == 0 && i < sizeof(files) / sizeof(*files); i++) {
		EP_AUTO_FREE char *path = ep_file_join(folder, files[i].name);

		rc = write_file(path, files[i].text, err);
	}
	return rc;
}

int ep_cmd_init(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"init", "[FOLDER]",
		"Writes a first configuration into FOLDER (exitproof) and "
		"changes nothing that is there."
	};
	const struct ep_opt table[] = { EP_APP_OPTIONS(app) };
	const char *folder;
	int operands, status;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	if (operands > 1)
		return ep_app_usage("init", "give one folder");
	folder = operands ? argv[0] : "exitproof";
	if (write_all(folder, &app->err))
		return ep_app_fail(app);
	ep_app_printf("wrote %s/exitproof.yaml\n\n"
		      "Next:\n"
		      "  1. fill in %s/exitproof.yaml and one file per customer "
		      "in %s/customers\n"
		      "     (start from customers/acme.yaml.example)\n"
		      "  2. put secrets into %s/secrets, mode 0600\n"
		      "  3. exitproof tenant test -c %s/exitproof.yaml\n"
		      "  4. exitproof run -c %s/exitproof.yaml\n",
		      folder, folder, folder, folder, folder, folder);
	return ep_app_finish();
}
