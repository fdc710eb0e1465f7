/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a directory says about its people: further addresses of an account,
 * and the immutable ids by which other systems know it.  It is believed about
 * the people of the customer whose directory it is, and about nobody else.
 */
#include "check/people_priv.h"

#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/str.h"
#include "ext/json.h"

/* --- addresses of one account ------------------------------------------- */

/* "SMTP:ana@acme.example" is mail; X500:, SIP: and others are not. */
static void add_address(struct ep_words *to, const char *s, size_t n)
{
	EP_AUTO_FREE char *text = ep_strndup(s, n);
	const char *address = text;

	ep_str_lower(text);
	if (ep_str_starts(text, "smtp:"))
		address = text + strlen("smtp:");
	else if (strchr(text, ':'))
		return;
	if (strchr(address, '@'))
		EP_VEC_ADD(to) = ep_strdup(address);
}

static void add_value(struct ep_words *to, const struct ep_json *value)
{
	const struct ep_json *item;
	const char *text = ep_json_text(value);

	if (ep_json_type(value) == EP_JSON_ARRAY) {
		for (item = ep_json_first(value); item;
		     item = ep_json_next(item)) {
			text = ep_json_text(item);
			if (text)
				add_address(to, text, strlen(text));
		}
		return;
	}
	while (text && *text) {
		size_t n = strcspn(text, " ");

		if (n)
			add_address(to, text, n);
		text += n;
		text += strspn(text, " ");
	}
}

/* Members of attr under which connectors keep verified addresses; contact
 * addresses that a user may write himself are not among them. */
static void further_addresses(const struct ep_linked_account *account,
			      struct ep_words *to)
{
	static const char *const members[] = { "proxyAddresses", "aliases",
					       "nonEditableAliases", NULL };
	struct ep_err err = EP_ERR_INIT;
	const struct ep_json *value;
	struct ep_json *attr;

	if (!account->attr ||
	    (!strstr(account->attr, "\"proxyAddresses\"") &&
	     !strstr(account->attr, "liases\"")))
		return;
	if (ep_json_parse(account->attr, strlen(account->attr), &attr, NULL,
			  &err) < 0)
		return;
	for (int i = 0; members[i]; i++)
		if (ep_json_get(attr, members[i], &value) == EP_JSON_PRESENT)
			add_value(to, value);
	ep_json_free(attr);
}

/* --- hearing ------------------------------------------------------------ */

static void hear(struct ep_map *map, const char *text,
		 const struct ep_person *person)
{
	EP_AUTO_FREE char *key = ep_strdup(text);
	struct ep_person_list *list;

	ep_str_lower(key);
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

static bool is_staff(const char *class)
{
	return !class || ep_str_eq(class, "member") ||
	       ep_str_eq(class, "technician") || ep_str_eq(class, "unknown");
}

void ep_people_hear(struct ep_linker *ln,
		    const struct ep_linked_account *account,
		    const struct ep_person *person)
{
	struct ep_words addresses = { 0 };

	if (!ep_linked_at_home(account, person) || !is_staff(account->class) ||
	    ep_linked_declared(ln, account))
		return;
	further_addresses(account, &addresses);
	for (size_t i = 0; i < addresses.n; i++)
		hear(&ln->spoken_address, addresses.v[i], person);
	ep_words_release(&addresses);
	if (account->id && strlen(account->id) >= EP_UNIQUE_ID_BYTES)
		hear(&ln->spoken_id, account->id, person);
	if (account->external_id &&
	    strlen(account->external_id) >= EP_UNIQUE_ID_BYTES)
		hear(&ln->spoken_id, account->external_id, person);
}

/* --- matching ----------------------------------------------------------- */

/* An address in the employer's own domain is the person's wherever it is
 * used; another one only where the directory's word counts. */
static bool own_domain(const struct ep_linker *ln,
		       const struct ep_person *person, const char *address)
{
	const struct ep_customer *employer =
		person->employer ?
			ep_config_customer(ln->config, person->employer) :
			NULL;
	const char *at = strrchr(address, '@');

	for (size_t i = 0; employer && at && i < employer->domains.n; i++)
		if (ep_str_eqcase(employer->domains.v[i], at + 1))
			return true;
	return false;
}

static void match(const struct ep_linker *ln, const struct ep_map *map,
		  const struct ep_linked_account *account, const char *text,
		  const char *how, struct ep_matches *list)
{
	const struct ep_person_list *found;
	EP_AUTO_FREE char *key = NULL;

	if (!text || !*text)
		return;
	key = ep_strdup(text);
	ep_str_lower(key);
	found = ep_map_get(map, key);
	for (size_t i = 0; found && i < found->n; i++) {
		const struct ep_person *person = found->v[i];

		ep_matches_add(list, person, how,
			       found->n == 1 &&
				       (map == &ln->spoken_id ||
					ep_linked_at_home(account, person) ||
					own_domain(ln, person, key)));
	}
}

static void match_own(const struct ep_linker *ln,
		      const struct ep_linked_account *account,
		      struct ep_matches *list)
{
	struct ep_words addresses = { 0 };

	further_addresses(account, &addresses);
	for (size_t i = 0; i < addresses.n; i++) {
		const struct ep_person_list *found =
			ep_register_address(&ln->reg, addresses.v[i]);

		for (size_t k = 0; found && k < found->n; k++)
			ep_matches_add(list, found->v[k], "further address",
				       true);
	}
	ep_words_release(&addresses);
}

void ep_people_match_heard(const struct ep_linker *ln,
			   const struct ep_linked_account *account,
			   struct ep_matches *list)
{
	match_own(ln, account, list);
	match(ln, &ln->spoken_id, account, account->external_id,
	      "id in the directory", list);
	match(ln, &ln->spoken_id, account, account->id, "id in the directory",
	      list);
	match(ln, &ln->spoken_address, account, account->email,
	      "address in the directory", list);
	match(ln, &ln->spoken_address, account, account->login,
	      "address in the directory", list);
}

static void list_free(void *p)
{
	struct ep_person_list *list = p;

	ep_vec_release(list);
	ep_free(list);
}

void ep_people_heard_release(struct ep_linker *ln)
{
	ep_map_release(&ln->spoken_address, list_free);
	ep_map_release(&ln->spoken_id, list_free);
}
