/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One entry: its attributes as members of a JSON object, under the names
 * that were asked for, and whole where the server hands them out in ranges.
 */
#include "ext/ldap_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/str.h"
#include "ext/attribute.h"
#include "ext/json.h"

/* A name as it came: options behind a semicolon, a range among them. */
struct name {
	struct ep_str plain;
	bool ranged;
	long last;	/* of the range; -1: up to the end */
};

static bool read_range(struct ep_str option, long *ret_last)
{
	static const char word[] = "range=";
	const char *dash;
	int64_t last;

	if (option.n < sizeof(word) ||
	    strncasecmp(option.p, word, strlen(word)) != 0)
		return false;
	dash = memchr(option.p, '-', option.n);
	if (!dash)
		return false;
	option.n -= (size_t)(dash + 1 - option.p);
	option.p = dash + 1;
	if (option.n == 1 && *option.p == '*') {
		*ret_last = -1;
		return true;
	}
	if (!ep_str_intn(option, &last) || last < 0 ||
	    last > EP_LDAP_VALUES_MAX)
		return false;
	*ret_last = (long)last;
	return true;
}

static struct name read_name(const char *text)
{
	struct ep_str rest = ep_str(text);
	struct name name = { .last = -1 };
	struct ep_str option;

	ep_str_cut(&rest, ';', &name.plain);
	while (ep_str_cut(&rest, ';', &option)) {
		if (read_range(option, &name.last))
			name.ranged = true;
	}
	return name;
}

/* Index in what was asked for, whatever case the server writes; -1: it was
 * not asked for. */
static int asked(const struct ep_ldap_job *job, struct ep_str name)
{
	for (size_t i = 0; job->attributes.v[i]; i++) {
		if (strlen(job->attributes.v[i]) == name.n &&
		    strncasecmp(job->attributes.v[i], name.p, name.n) == 0)
			return (int)i;
	}
	return -1;
}

/* "<GUID=...>;<SID=...>;CN=Finch\\, Ada,OU=Staff": what comes before the
 * DN, and the DN.  False when it is neither. */
static bool next_name(struct ep_str *rest, const char **ret_key,
		      struct ep_str *ret_value)
{
	static const struct {
		const char *start;
		const char *key;
	} known[] = { { "<GUID=", "guid" }, { "<SID=", "sid" } };
	const char *end = memmem(rest->p, rest->n, ">;", 2);

	if (!end || !rest->n || rest->p[0] != '<')
		return false;
	*ret_key = NULL;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t n = strlen(known[i].start);

		if (rest->n > n && memcmp(rest->p, known[i].start, n) == 0) {
			*ret_key = known[i].key;
			*ret_value = (struct ep_str){
				rest->p + n, (size_t)(end - rest->p) - n
			};
		}
	}
	rest->n -= (size_t)(end + 2 - rest->p);
	rest->p = end + 2;
	return true;
}

static void add_link(const struct berval *value, struct ep_buf *out)
{
	struct ep_str rest = { value->bv_val, value->bv_len };
	struct ep_buf text = EP_BUF_INIT(EP_TEXT_BYTES_MAX);
	struct ep_str part;
	const char *key;

	ep_buf_addc(out, '{');
	while (next_name(&rest, &key, &part)) {
		if (!key)
			continue;
		ep_buf_clear(&text);
		ep_buf_add(&text, part.p, part.n);
		ep_buf_addf(out, "\"%s\":", key);
		ep_json_quote(out, text.s);
		ep_buf_addc(out, ',');
	}
	ep_buf_clear(&text);
	ep_buf_add(&text, rest.p, rest.n);
	ep_buf_adds(out, "\"dn\":");
	ep_json_quote(out, text.s);
	ep_buf_addc(out, '}');
	ep_buf_release(&text);
}

static bool is_link(const struct ep_ldap_job *job, const char *attribute)
{
	for (size_t i = 0; i < job->links.n; i++) {
		if (ep_str_eqcase(job->links.v[i], attribute))
			return true;
	}
	return false;
}

static size_t add_values(struct ep_ldap_job *job, const char *attribute,
			 struct berval **values, bool more, struct ep_buf *out)
{
	bool link = is_link(job, attribute);
	size_t n = 0;

	for (; values && values[n]; n++) {
		if (n || more)
			ep_buf_addc(out, ',');
		if (link)
			add_link(values[n], out);
		else
			ep_attribute_json(attribute, values[n]->bv_val,
					  values[n]->bv_len, out);
		job->answer.bytes += (int64_t)values[n]->bv_len;
	}
	return n;
}

static struct ep_ldap_range *range_of(struct ep_ldap_entry *entry,
				      const char *name, size_t max)
{
	struct ep_ldap_range *range;

	for (size_t i = 0; i < entry->ranges.n; i++) {
		if (entry->ranges.v[i].name == name)
			return &entry->ranges.v[i];
	}
	range = &EP_VEC_ADD(&entry->ranges);
	*range = (struct ep_ldap_range){ .name = name, .next = -1 };
	ep_buf_init(&range->values, max);
	return range;
}

static bool too_much(struct ep_ldap_job *job, const char *limit)
{
	ep_ldap_end_set(&job->answer, EP_LDAP_LIMIT,
			"an entry is larger than allowed (%s)", limit);
	return false;
}

/* The values of a list, or a part of them. */
static bool take_list(struct ep_ldap_job *job, struct ep_ldap_entry *entry,
		      const char *attribute, const struct name *name,
		      struct berval **values)
{
	struct ep_ldap_range *range =
		range_of(entry, attribute, job->max_bytes);

	range->n += add_values(job, attribute, values, range->n > 0,
			       &range->values);
	range->next = name->ranged && name->last >= 0 ? name->last + 1 : -1;
	if (range->values.overflow)
		return too_much(job, "limits.page_bytes");
	if (range->n > EP_LDAP_VALUES_MAX)
		return too_much(job, "EP_LDAP_VALUES_MAX");
	return true;
}

static bool take_single(struct ep_ldap_job *job, struct ep_ldap_entry *entry,
			const char *attribute, struct berval **values)
{
	bool several = values[0] && values[1];

	ep_buf_addc(&entry->json, ',');
	ep_json_quote(&entry->json, attribute);
	ep_buf_adds(&entry->json, several ? ":[" : ":");
	add_values(job, attribute, values, false, &entry->json);
	if (several)
		ep_buf_addc(&entry->json, ']');
	return entry->json.overflow ? too_much(job, "limits.page_bytes") : true;
}

static bool take_attribute(struct ep_ldap_session *session,
			   struct ep_ldap_job *job, LDAPMessage *message,
			   const char *text, struct ep_ldap_entry *entry)
{
	struct name name = read_name(text);
	int at = asked(job, name.plain);
	struct berval **values;
	bool ok = true;

	if (at < 0)
		return true;
	values = ldap_get_values_len(session->ld, message, text);
	/* With its first part the server names the whole without values. */
	if (values && values[0]) {
		if ((size_t)at >= job->lists_at)
			ok = take_list(job, entry, job->attributes.v[at],
				       &name, values);
		else if (name.ranged && name.last >= 0)
			ok = too_much(job, "it has many values: the connector "
					   "must name it under lists");
		else
			ok = take_single(job, entry, job->attributes.v[at],
					 values);
	}
	ldap_value_free_len(values);
	return ok;
}

static bool take_attributes(struct ep_ldap_session *session,
			    struct ep_ldap_job *job, LDAPMessage *message,
			    struct ep_ldap_entry *entry)
{
	BerElement *position = NULL;
	char *text = ldap_first_attribute(session->ld, message, &position);
	bool ok = true;

	for (; text && ok;
	     text = ldap_next_attribute(session->ld, message, position)) {
		ok = take_attribute(session, job, message, text, entry);
		ldap_memfree(text);
	}
	ber_free(position, 0);
	return ok;
}

bool ep_ldap_entry_take(struct ep_ldap_session *session,
			struct ep_ldap_job *job, LDAPMessage *message,
			struct ep_ldap_entry *entry)
{
	char *dn = ldap_get_dn(session->ld, message);
	struct ep_str rest = ep_str(dn ? dn : "");
	struct ep_str part;
	const char *key;

	while (next_name(&rest, &key, &part))
		;
	*entry = (struct ep_ldap_entry){ .dn = ep_strndup(rest.p, rest.n) };
	ldap_memfree(dn);
	ep_buf_init(&entry->json, job->max_bytes);
	ep_buf_adds(&entry->json, "{\"dn\":");
	ep_json_quote(&entry->json, entry->dn);
	/* A list without values is one all the same. */
	for (size_t i = job->lists_at; job->attributes.v[i]; i++)
		range_of(entry, job->attributes.v[i], job->max_bytes);
	return take_attributes(session, job, message, entry);
}

/* Asks for one more part of a list; false when it does not come. */
static bool ask_range(struct ep_ldap_session *session, struct ep_ldap_job *job,
		      struct ep_ldap_entry *entry, const char *name, long from)
{
	char text[160];
	char *names[] = { text, NULL };
	struct ep_ldap_range *range = range_of(entry, name, job->max_bytes);
	LDAPControl store[EP_LDAP_CONTROLS];
	LDAPControl *controls[EP_LDAP_CONTROLS];
	LDAPMessage *message = NULL;
	bool ok = true;
	bool last = false;
	int id;
	int rc;

	ep_ldap_controls(job, store, controls);
	range->next = from;
	snprintf(text, sizeof(text), "%s;range=%ld-*", name, from);
	if (ldap_search_ext(session->ld, entry->dn, LDAP_SCOPE_BASE,
			    "(objectClass=*)", names, 0, controls, NULL, NULL,
			    1, &id) != LDAP_SUCCESS)
		return false;
	while (ok && !last) {
		rc = ep_ldap_wait(session, id, job->deadline_ms, &message);
		ok = rc == 1;
		if (!ok)
			break;
		last = ldap_msgtype(message) == LDAP_RES_SEARCH_RESULT;
		if (ldap_msgtype(message) == LDAP_RES_SEARCH_ENTRY)
			ok = take_attributes(session, job, message, entry);
		ldap_msgfree(message);
	}
	/* No progress is no end. */
	return ok && (range->next < 0 || range->next > from);
}

bool ep_ldap_entry_complete(struct ep_ldap_session *session,
			    struct ep_ldap_job *job,
			    struct ep_ldap_entry *entry)
{
	for (size_t i = 0; i < entry->ranges.n; i++) {
		while (entry->ranges.v[i].next >= 0) {
			if (ask_range(session, job, entry,
				      entry->ranges.v[i].name,
				      entry->ranges.v[i].next))
				continue;
			if (job->answer.end == EP_LDAP_OK)
				ep_ldap_end_set(&job->answer, EP_LDAP_CUT,
						"the values of %s of an entry "
						"could not be read to their "
						"end",
						entry->ranges.v[i].name);
			return false;
		}
	}
	return true;
}

void ep_ldap_entry_close(struct ep_ldap_entry *entry, struct ep_buf *out)
{
	ep_buf_add(out, entry->json.s, entry->json.len);
	for (size_t i = 0; i < entry->ranges.n; i++) {
		const struct ep_ldap_range *range = &entry->ranges.v[i];

		ep_buf_addc(out, ',');
		ep_json_quote(out, range->name);
		ep_buf_adds(out, ":[");
		ep_buf_add(out, range->values.s ? range->values.s : "",
			   range->values.len);
		ep_buf_addc(out, ']');
	}
	ep_buf_addc(out, '}');
}

void ep_ldap_entry_release(struct ep_ldap_entry *entry)
{
	ep_free(entry->dn);
	ep_buf_release(&entry->json);
	for (size_t i = 0; i < entry->ranges.n; i++)
		ep_buf_release(&entry->ranges.v[i].values);
	ep_vec_release(&entry->ranges);
}
