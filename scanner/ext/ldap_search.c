/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One page of one search, from the request to the JSON of its entries.
 */
#include "ext/ldap_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/str.h"

struct page {
	EP_VEC(struct ep_ldap_entry) entries;
	size_t bytes;
	bool ended;	/* the server's result is there */
};

static void page_release(struct page *page)
{
	for (size_t i = 0; i < page->entries.n; i++)
		ep_ldap_entry_release(&page->entries.v[i]);
	ep_vec_release(&page->entries);
}

/* --- the request -------------------------------------------------------- */

/* The server's word for where to go on; false when this connection has none
 * of that number. */
static bool take_cookie(struct ep_ldap_session *session, const char *cursor,
			struct berval *ret)
{
	for (size_t i = 0; i < session->cookies.n; i++) {
		struct ep_ldap_cookie *cookie = &session->cookies.v[i];

		if (!ep_str_eq(cookie->cursor, cursor))
			continue;
		*ret = cookie->value;
		*cookie = session->cookies.v[--session->cookies.n];
		return true;
	}
	return false;
}

size_t ep_ldap_controls(const struct ep_ldap_job *job, LDAPControl *store,
			LDAPControl **ret)
{
	static char deleted[] = EP_LDAP_SHOW_DELETED;
	static char extended[] = EP_LDAP_EXTENDED_DN;
	static char as_text[] = { 0x30, 0x03, 0x02, 0x01, 0x01 };
	size_t n = 0;

	if (job->deleted) {
		store[n] = (LDAPControl){ .ldctl_oid = deleted,
					  .ldctl_iscritical = 1 };
		ret[n] = &store[n];
		n++;
	}
	if (job->links.n) {
		store[n] = (LDAPControl){ .ldctl_oid = extended,
					  .ldctl_value = { sizeof(as_text),
							   as_text },
					  .ldctl_iscritical = 1 };
		ret[n] = &store[n];
		n++;
	}
	ret[n] = NULL;
	return n;
}

static int send_search(struct ep_ldap_session *session,
		       const struct ep_ldap_job *job, struct berval *cookie,
		       int *ret_id)
{
	static const int scopes[] = {
		[EP_LDAP_SUBTREE] = LDAP_SCOPE_SUBTREE,
		[EP_LDAP_ONE] = LDAP_SCOPE_ONELEVEL,
		[EP_LDAP_BASE] = LDAP_SCOPE_BASE,
	};
	struct timeval limit = { job->seconds, 0 };
	LDAPControl store[EP_LDAP_CONTROLS];
	LDAPControl *controls[EP_LDAP_CONTROLS] = { NULL };
	LDAPControl *paged = NULL;
	size_t n = ep_ldap_controls(job, store, controls);
	int rc = LDAP_SUCCESS;

	if (job->page_size > 0) {
		rc = ldap_create_page_control(session->ld, job->page_size,
					      cookie->bv_val ? cookie : NULL, 1,
					      &paged);
		controls[n] = paged;
	}
	if (rc == LDAP_SUCCESS)
		rc = ldap_search_ext(session->ld, job->base,
				     scopes[job->scope], job->filter,
				     job->attributes.v, 0, controls, NULL,
				     &limit, 0, ret_id);
	ldap_control_free(paged);
	return rc;
}

/* --- the answer --------------------------------------------------------- */

static bool take_entry(struct ep_ldap_session *session,
		       struct ep_ldap_job *job, LDAPMessage *message,
		       struct page *page)
{
	struct ep_ldap_entry *entry;

	if (page->entries.n >= EP_LDAP_PAGE_ENTRIES_MAX) {
		ep_ldap_end_set(&job->answer, EP_LDAP_LIMIT,
				"more than %d entries in one answer "
				"(EP_LDAP_PAGE_ENTRIES_MAX)",
				EP_LDAP_PAGE_ENTRIES_MAX);
		return false;
	}
	entry = &EP_VEC_ADD(&page->entries);
	if (!ep_ldap_entry_take(session, job, message, entry))
		return false;
	page->bytes += entry->json.len;
	if (page->bytes <= job->max_bytes)
		return true;
	ep_ldap_end_set(&job->answer, EP_LDAP_LIMIT,
			"more than %zu bytes in one answer", job->max_bytes);
	return false;
}

static void take_referrals(struct ep_ldap_job *job, char *const *urls)
{
	struct ep_words *to = &job->answer.referrals;

	for (size_t i = 0; urls && urls[i] && to->n < EP_LDAP_REFERRALS_MAX;
	     i++)
		EP_VEC_ADD(to) = ep_strdup(urls[i]);
}

static void take_reference(struct ep_ldap_session *session,
			   struct ep_ldap_job *job, LDAPMessage *message)
{
	char **urls = NULL;

	if (ldap_parse_reference(session->ld, message, &urls, NULL, 0) ==
	    LDAP_SUCCESS)
		take_referrals(job, urls);
	ldap_memvfree((void **)urls);
}

/* Keeps where the listing goes on, if it does. */
static bool keep_cookie(struct ep_ldap_session *session,
			struct ep_ldap_job *job, LDAPControl **controls)
{
	struct ep_ldap_cookie *cookie;
	struct berval value = { 0, NULL };
	LDAPControl *paged;
	ber_int_t total = 0;

	paged = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, NULL);
	if (!paged) {
		ep_ldap_end_set(&job->answer, EP_LDAP_LOST,
				"the server did not say whether there is more");
		return false;
	}
	if (ldap_parse_pageresponse_control(session->ld, paged, &total,
					    &value) != LDAP_SUCCESS) {
		ep_ldap_end_set(&job->answer, EP_LDAP_LOST,
				"where the listing goes on cannot be read");
		return false;
	}
	if (value.bv_len == 0) {
		ber_memfree(value.bv_val);
		return true;
	}
	if (session->cookies.n >= EP_LDAP_COOKIES_MAX) {
		ber_memfree(value.bv_val);
		ep_ldap_end_set(&job->answer, EP_LDAP_LIMIT,
				"too many listings are open at once "
				"(EP_LDAP_COOKIES_MAX)");
		return false;
	}
	cookie = &EP_VEC_ADD(&session->cookies);
	cookie->value = value;
	snprintf(cookie->cursor, sizeof(cookie->cursor), "%lld",
		 (long long)++session->serial);
	memcpy(job->answer.cursor, cookie->cursor, sizeof(cookie->cursor));
	return true;
}

static bool take_result(struct ep_ldap_session *session,
			struct ep_ldap_job *job, LDAPMessage *message)
{
	LDAPControl **controls = NULL;
	char **referrals = NULL;
	char *said = NULL;
	int result = LDAP_OTHER;
	bool ok = false;

	if (ldap_parse_result(session->ld, message, &result, NULL, &said,
			      &referrals, &controls, 0) != LDAP_SUCCESS)
		ep_ldap_end_set(&job->answer, EP_LDAP_CUT,
				"the result of the search makes no sense");
	else if (result == LDAP_UNWILLING_TO_PERFORM && job->cursor)
		ep_ldap_end_result(&job->answer, EP_LDAP_LOST, result, said);
	else if (result != LDAP_SUCCESS)
		ep_ldap_end_result(&job->answer, EP_LDAP_RESULT, result, said);
	else
		ok = job->page_size == 0 ||
		     keep_cookie(session, job, controls);
	take_referrals(job, referrals);
	ldap_memvfree((void **)referrals);
	ldap_controls_free(controls);
	ldap_memfree(said);
	return ok;
}

static bool take_message(struct ep_ldap_session *session,
			 struct ep_ldap_job *job, LDAPMessage *message,
			 struct page *page)
{
	switch (ldap_msgtype(message)) {
	case LDAP_RES_SEARCH_ENTRY:
		return take_entry(session, job, message, page);
	case LDAP_RES_SEARCH_REFERENCE:
		take_reference(session, job, message);
		return true;
	case LDAP_RES_SEARCH_RESULT:
		page->ended = true;
		return take_result(session, job, message);
	default:
		return true;
	}
}

static bool receive(struct ep_ldap_session *session, struct ep_ldap_job *job,
		    int id, struct page *page)
{
	LDAPMessage *message;
	bool ok = true;
	int rc = 1;

	while (ok && rc == 1 && !page->ended) {
		rc = ep_ldap_wait(session, id, job->deadline_ms, &message);
		if (rc == 1)
			ok = take_message(session, job, message, page);
		ldap_msgfree(message);
	}
	if (rc == 0)
		ep_ldap_end_set(&job->answer, EP_LDAP_TIMEOUT,
				"no end after %d seconds", job->seconds);
	else if (rc < 0)
		ep_ldap_end_set(&job->answer, EP_LDAP_CUT,
				"the connection ended");
	if (!page->ended && rc >= 0)
		ldap_abandon_ext(session->ld, id, NULL, NULL);
	if (rc < 0)
		ep_ldap_disconnect(session);
	return ok && rc == 1;
}

static void write_body(struct ep_ldap_job *job, struct page *page)
{
	struct ep_buf *body = &job->answer.body;

	ep_buf_adds(body, "{\"entries\":[");
	for (size_t i = 0; i < page->entries.n; i++) {
		if (i)
			ep_buf_addc(body, ',');
		ep_ldap_entry_close(&page->entries.v[i], body);
	}
	ep_buf_adds(body, "]}");
	if (!body->overflow)
		return;
	ep_buf_clear(body);
	ep_ldap_end_set(&job->answer, EP_LDAP_LIMIT,
			"more than %zu bytes in one answer", job->max_bytes);
}

static void search(struct ep_ldap_session *session, struct ep_ldap_job *job,
		   struct berval *cookie)
{
	struct page page = { .ended = false };
	bool ok;
	int id;
	int rc = send_search(session, job, cookie, &id);

	if (rc == LDAP_FILTER_ERROR) {
		ep_ldap_end_set(&job->answer, EP_LDAP_REFUSED,
				"the filter is no filter: %.200s", job->filter);
		return;
	}
	if (rc != LDAP_SUCCESS) {
		ep_ldap_disconnect(session);
		ep_ldap_end_set(&job->answer, EP_LDAP_CUT,
				"the connection ended");
		return;
	}
	ok = receive(session, job, id, &page);
	for (size_t i = 0; ok && i < page.entries.n; i++)
		ok = ep_ldap_entry_complete(session, job, &page.entries.v[i]);
	if (ok)
		write_body(job, &page);
	page_release(&page);
}

void ep_ldap_run(struct ep_ldap_session *session, struct ep_ldap_job *job)
{
	struct berval cookie = { 0, NULL };
	bool kept = session->ld != NULL;

	if (job->cursor && !take_cookie(session, job->cursor, &cookie)) {
		ep_ldap_end_set(&job->answer, EP_LDAP_LOST,
				"the connection that the listing was read over "
				"has ended");
		return;
	}
	if (!session->ld && !ep_ldap_connect(session, &job->answer))
		return;
	search(session, job, &cookie);
	/* A server ends a connection that was quiet for long. */
	if (job->answer.end == EP_LDAP_CUT && kept && !job->cursor &&
	    !session->ld) {
		job->answer.end = EP_LDAP_OK;
		if (ep_ldap_connect(session, &job->answer))
			search(session, job, &cookie);
	}
	ber_memfree(cookie.bv_val);
	if (session->clock)
		job->answer.server_time =
			session->clock +
			(ep_clock_mono_ms() - session->clock_ms) / 1000;
}
