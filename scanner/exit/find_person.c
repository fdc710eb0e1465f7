/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The person or the device that an exit is about.
 */
#include "exit/find.h"

#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "ext/db.h"
#include "store/store.h"

/* --- people ------------------------------------------------------------- */

/* By id, by an address of the register, by one that was linked for
 * certain. */
static const char person_sql[] =
	"WITH hit(id) AS (SELECT id FROM temp.person WHERE id = ?1"
	" UNION SELECT person FROM temp.alias WHERE address = ?2"
	" UNION SELECT person FROM person_link WHERE certain AND email = ?2)"
	" SELECT p.id, min(p.name), min(p.employer), min(p.left_at),"
	" min(p.source) FROM temp.person AS p JOIN hit USING (id)"
	" GROUP BY p.id ORDER BY p.id";

static const char address_sql[] =
	"SELECT address FROM temp.alias WHERE person = ?1 AND"
	" address <> ?2 ORDER BY instr(address, '@') = 0, address";

static int add_addresses(struct ep_finder *fd, const char *first,
			 struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row;
	int rc = ep_db_prepare(ep_store_db(fd->ctx->store), address_sql, &stmt,
			       err);

	if (rc < 0)
		return rc;
	if (first)
		EP_VEC_ADD(&fd->exit->address) = ep_strdup(first);
	ep_db_text(stmt, 1, fd->exit->id);
	ep_db_text(stmt, 2, first ? first : "");
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row)
		EP_VEC_ADD(&fd->exit->address) =
			ep_strdup(ep_db_col_text(stmt, 0));
	return rc;
}

static void take_person(struct ep_exit *exit, struct ep_stmt *stmt)
{
	const char *source = ep_db_col_text(stmt, 4);
	struct ep_buf text;

	exit->id = ep_strdup(ep_db_col_text(stmt, 0));
	exit->name = ep_strdup(ep_db_col_text(stmt, 1));
	if (!exit->name)
		exit->name = ep_strdup(exit->id);
	exit->customer = ep_strdup(ep_db_col_text(stmt, 2));
	exit->leave_at = ep_db_col_int(stmt, 3);
	ep_buf_init(&text, 2 * EP_TEXT_BYTES_MAX);
	ep_buf_addf(&text, "leaver register%s%s", source ? ": " : "",
		    source ? source : "");
	exit->source = ep_buf_take(&text);
}

static int find_registered(struct ep_finder *fd, const char *word,
			   const char *folded, bool *ret_found,
			   struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(ep_store_db(fd->ctx->store), person_sql, &stmt,
			       err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, word);
	ep_db_text(stmt, 2, folded);
	rc = ep_db_step(stmt, ret_found, err);
	if (rc < 0 || !*ret_found)
		return rc;
	take_person(fd->exit, stmt);
	rc = ep_db_step(stmt, &row, err);
	if (rc == 0 && row)
		rc = ep_err_set(err, EP_EDATA, "\"%s\" is an address of %s "
				"and of %s: give the id of the register", word,
				fd->exit->id, ep_db_col_text(stmt, 0));
	return rc;
}

static int has_account(struct ep_finder *fd, const char *address, bool *ret,
		       struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	int rc = ep_db_prepare(ep_store_db(fd->ctx->store),
			       "SELECT 1 FROM temp.account WHERE email = ?1 OR"
			       " login = ?1 UNION ALL SELECT 1 FROM"
			       " temp.gone_account WHERE email = ?1 OR"
			       " login = ?1", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, address);
	return ep_db_step(stmt, ret, err);
}

/* The customer whose mail domain it is; one domain, one customer. */
static int employer_by_domain(struct ep_finder *fd, const char *address,
			      struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	const char *at = strrchr(address, '@');
	bool row = false;
	int rc;

	if (!at)
		return 0;
	rc = ep_db_prepare(ep_store_db(fd->ctx->store),
			   "SELECT min(customer) FROM temp.domain WHERE"
			   " domain = ?1 HAVING count(DISTINCT customer) = 1",
			   &stmt, err);
	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, at + 1);
	rc = ep_db_step(stmt, &row, err);
	if (rc == 0 && row)
		fd->exit->customer = ep_strdup(ep_db_col_text(stmt, 0));
	return rc;
}

/* Somebody whom the register does not know: his other addresses are not
 * known either, so nothing of this exit can ever be certain. */
static int take_stranger(struct ep_finder *fd, const char *address,
			 struct ep_err *err)
{
	bool found = false;
	int rc = has_account(fd, address, &found, err);

	if (rc < 0)
		return rc;
	if (!found)
		return ep_err_set(err, EP_ENOENT, "nobody in the leaver "
				  "register and no account that was read has "
				  "the address \"%s\"", address);
	fd->exit->id = ep_strdup(address);
	fd->exit->name = ep_strdup(address);
	EP_VEC_ADD(&fd->exit->address) = ep_strdup(address);
	ep_exit_object(fd->exit, "not-registered", EP_EXIT_UNKNOWN,
		       "put the person into the leaver register, with all "
		       "addresses and the leave date",
		       "%s is not in the leaver register: other addresses of "
		       "the same person are not known", address);
	return employer_by_domain(fd, address, err);
}

int ep_find_person(struct ep_finder *fd, const char *word, struct ep_err *err)
{
	EP_AUTO_FREE char *folded = ep_strdup(word);
	EP_AUTO_FREE char *employer = NULL;
	bool found = false;
	int rc;

	ep_str_lower(folded);
	fd->exit->subject = EP_EXIT_PERSON;
	rc = find_registered(fd, word, folded, &found, err);
	if (rc == 0 && found)
		rc = add_addresses(fd, strchr(folded, '@') ? folded : NULL,
				   err);
	else if (rc == 0)
		rc = take_stranger(fd, folded, err);
	if (rc == 0 && found && !fd->exit->customer && fd->exit->address.n)
		rc = employer_by_domain(fd, fd->exit->address.v[0], err);
	if (rc < 0)
		return rc;
	employer = ep_strdup(fd->exit->customer);
	if (employer && ep_config_customer(fd->ctx->config, employer))
		return ep_find_employer(fd, employer, err);
	ep_exit_object(fd->exit, "employer-unknown", EP_EXIT_UNKNOWN,
		       "put the id of the customer into the column employer "
		       "of the leaver register",
		       "whose person %s is, is not known: the customer's "
		       "tenancies cannot be told", fd->exit->name);
	ep_free(fd->exit->customer);
	fd->exit->customer = NULL;
	return 0;
}

/* --- devices ------------------------------------------------------------ */

/* By host name; a hardware id or the vendor's own id lead to one.  `twins`:
 * how many devices of one tenancy have that name. */
static const char device_sql[] =
	"WITH dev(customer, tenant, name, hardware, id) AS ("
	"SELECT customer, tenant, coalesce(name, id), hardware, id"
	" FROM temp.agent UNION SELECT customer, tenant, coalesce(name, id),"
	" hardware, id FROM temp.gone_agent),"
	" hit AS (SELECT customer, name, max(CASE WHEN lower(name) = ?1"
	" THEN NULL ELSE hardware END) AS hardware FROM dev"
	" WHERE customer IS NOT NULL AND (?2 IS NULL OR customer = ?2)"
	" AND (lower(name) = ?1 OR lower(hardware) = ?1 OR lower(id) = ?1)"
	" GROUP BY customer, lower(name))"
	" SELECT h.customer, h.name, h.hardware, (SELECT max(n) FROM"
	" (SELECT count(DISTINCT d.hardware) AS n FROM dev AS d WHERE"
	" d.customer = h.customer AND lower(d.name) = lower(h.name)"
	" GROUP BY d.tenant)) AS twins FROM hit AS h ORDER BY 1, 2";

static int take_device(struct ep_finder *fd, struct ep_stmt *stmt,
		       const char *word, struct ep_err *err)
{
	struct ep_exit *exit = fd->exit;
	bool twins = ep_db_col_int(stmt, 3) > 1;

	exit->id = ep_strdup(ep_db_col_text(stmt, 1));
	exit->name = ep_strdup(exit->id);
	if (twins)
		exit->hardware = ep_strdup(ep_db_col_text(stmt, 2));
	exit->source = ep_strdup("what was asked for");
	if (twins && !exit->hardware)
		return ep_err_set(err, EP_EDATA, "%lld devices are called "
				  "\"%s\": give the serial number or hardware "
				  "id", (long long)ep_db_col_int(stmt, 3),
				  word);
	return ep_find_employer(fd, ep_db_col_text(stmt, 0), err);
}

int ep_find_device(struct ep_finder *fd, const char *word, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	EP_AUTO_FREE char *folded = ep_strdup(word);
	bool row = false;
	int rc = ep_db_prepare(ep_store_db(fd->ctx->store), device_sql, &stmt,
			       err);

	if (rc < 0)
		return rc;
	ep_str_lower(folded);
	fd->exit->subject = EP_EXIT_DEVICE;
	ep_db_text(stmt, 1, folded);
	ep_db_text(stmt, 2, fd->ask->customer);
	rc = ep_db_step(stmt, &row, err);
	if (rc == 0 && !row)
		rc = ep_err_set(err, EP_ENOENT, "no agent of the name, serial "
				"number or id \"%s\" was ever read%s%s", word,
				fd->ask->customer ? " at " : "",
				fd->ask->customer ? fd->ask->customer : "");
	if (rc == 0)
		rc = take_device(fd, stmt, word, err);
	if (rc == 0)
		rc = ep_db_step(stmt, &row, err);
	if (rc == 0 && row)
		rc = ep_err_set(err, EP_EDATA, "\"%s\" is the device %s of "
				"%s and %s of %s: add --customer, or give the "
				"host name", word, fd->exit->id,
				fd->exit->customer, ep_db_col_text(stmt, 1),
				ep_db_col_text(stmt, 0));
	return rc;
}
