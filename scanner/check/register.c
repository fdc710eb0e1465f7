/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading persons and aliases from the store's views.
 */
#include "check/register.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "base/str.h"
#include "ext/db.h"
#include "ext/text.h"

static void person_free(void *p)
{
	struct ep_person *person = p;

	ep_free(person->id);
	ep_free(person->name);
	ep_free(person->employer);
	ep_free(person);
}

static void list_free(void *p)
{
	struct ep_person_list *list = p;

	ep_vec_release(list);
	ep_free(list);
}

/* Addresses and ids: in lower case, runs of blanks as one, none at the ends. */
static char *fold(const char *s)
{
	struct ep_buf out;
	bool blank = false;

	ep_buf_init(&out, EP_TEXT_BYTES_MAX);
	for (; *s; s++) {
		if (*s == ' ' || *s == '\t') {
			blank = out.len > 0;
			continue;
		}
		if (blank)
			ep_buf_addc(&out, ' ');
		blank = false;
		ep_buf_addc(&out, *s);
	}
	if (out.s)
		ep_str_lower(out.s);
	return ep_buf_take(&out);
}

/* Takes the key over. */
static void add(struct ep_map *map, char *folded,
		const struct ep_person *person)
{
	EP_AUTO_FREE char *key = folded;
	struct ep_person_list *list;

	if (!key || !*key)
		return;
	list = ep_map_get(map, key);
	if (!list) {
		list = ep_calloc(1, sizeof(*list));
		ep_map_set(map, key, list);
	}
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i] == person)
			return;
	EP_VEC_ADD(list) = person;
}

static int load_persons(struct ep_db *db, struct ep_register *reg,
			struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row;
	int rc = ep_db_prepare(db, "SELECT p.id, p.name, p.employer, "
			       "p.left_at, c.msp FROM person AS p "
			       "LEFT JOIN customer AS c "
			       "ON c.customer = p.employer "
			       "ORDER BY p.tenant, p.dataset, p.id", &stmt,
			       err);

	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		const char *id = ep_db_col_text(stmt, 0);
		struct ep_person *person;

		if (!id || ep_map_get(&reg->person, id))
			continue;
		person = ep_calloc(1, sizeof(*person));
		person->id = ep_strdup(id);
		person->name = ep_strdup(ep_db_col_text(stmt, 1));
		person->employer = ep_strdup(ep_db_col_text(stmt, 2));
		person->left = !ep_db_col_null(stmt, 3);
		person->left_at = ep_db_col_int(stmt, 3);
		person->msp = ep_db_col_int(stmt, 4) != 0;
		ep_map_set(&reg->person, id, person);
		add(&reg->name, ep_text_fold(person->name), person);
	}
	return rc;
}

static int load_aliases(struct ep_db *db, struct ep_register *reg,
			struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row;
	int rc = ep_db_prepare(db, "SELECT person, address FROM alias "
			       "ORDER BY tenant, dataset, person, address",
			       &stmt, err);

	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		const char *id = ep_db_col_text(stmt, 0);
		const char *address = ep_db_col_text(stmt, 1);
		const struct ep_person *person =
			id ? ep_map_get(&reg->person, id) : NULL;

		if (person && address)
			add(&reg->address, fold(address), person);
	}
	return rc;
}

int ep_register_load(struct ep_db *db, struct ep_register *ret,
		     struct ep_err *err)
{
	int rc;

	ep_map_init(&ret->person);
	ep_map_init(&ret->address);
	ep_map_init(&ret->name);
	rc = load_persons(db, ret, err);
	if (rc == 0)
		rc = load_aliases(db, ret, err);
	if (rc < 0)
		ep_register_release(ret);
	return rc;
}

void ep_register_release(struct ep_register *reg)
{
	ep_map_release(&reg->name, list_free);
	ep_map_release(&reg->address, list_free);
	ep_map_release(&reg->person, person_free);
}

const struct ep_person_list *ep_register_address(const struct ep_register *reg,
						 const char *address)
{
	EP_AUTO_FREE char *key = address && *address ? fold(address) : NULL;

	return key ? ep_map_get(&reg->address, key) : NULL;
}

const struct ep_person_list *ep_register_name(const struct ep_register *reg,
					      const char *name)
{
	EP_AUTO_FREE char *key = ep_text_fold(name);

	return key ? ep_map_get(&reg->name, key) : NULL;
}
