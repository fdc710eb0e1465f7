/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Directories in use: their threads, what waits for them, and what they have
 * answered.
 */
#include "ext/ldap_priv.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/str.h"
#include "ext/http_address.h"

/* libldap and its TLS library need some 64 KiB. */
#define STACK_BYTES (512 * 1024)

/* --- jobs --------------------------------------------------------------- */

static void job_free(struct ep_ldap_job *job)
{
	ep_free(job->base);
	ep_free(job->filter);
	ep_free(job->cursor);
	for (size_t i = 0; i < job->attributes.n; i++)
		ep_free(job->attributes.v[i]);
	ep_vec_release(&job->attributes);
	ep_words_release(&job->links);
	ep_buf_release(&job->answer.body);
	ep_words_release(&job->answer.referrals);
	ep_free(job);
}

static struct ep_ldap_job *job_new(const struct ep_ldap_search *search)
{
	struct ep_ldap_job *job = ep_calloc(1, sizeof(*job));

	job->base = ep_strdup(search->base);
	job->scope = search->scope;
	job->filter = ep_strdup(search->filter);
	for (size_t i = 0; i < search->n_attributes; i++)
		EP_VEC_ADD(&job->attributes) = ep_strdup(search->attributes[i]);
	job->lists_at = job->attributes.n;
	for (size_t i = 0; i < search->n_lists; i++)
		EP_VEC_ADD(&job->attributes) = ep_strdup(search->lists[i]);
	EP_VEC_ADD(&job->attributes) = NULL;
	for (size_t i = 0; i < search->n_links; i++)
		EP_VEC_ADD(&job->links) = ep_strdup(search->links[i]);
	job->deleted = search->deleted;
	job->page_size = search->page_size;
	if (search->cursor && *search->cursor)
		job->cursor = ep_strdup(search->cursor);
	job->max_bytes = search->max_bytes ? search->max_bytes :
					     EP_PAGE_BYTES_MAX;
	job->seconds = search->total_seconds ? search->total_seconds :
					       EP_HTTP_TOTAL_SECONDS;
	job->done = search->done;
	job->to = search->to;
	ep_buf_init(&job->answer.body, job->max_bytes);
	return job;
}

/* --- the thread of a session -------------------------------------------- */

static struct ep_ldap_job *next_job(struct ep_ldap_session *session)
{
	struct ep_ldap *door = session->door;
	struct ep_ldap_job *job;

	pthread_mutex_lock(&door->lock);
	while (!session->first && !atomic_load(&door->closing))
		pthread_cond_wait(&session->work, &door->lock);
	job = atomic_load(&door->closing) ? NULL : session->first;
	if (job) {
		session->first = job->next;
		if (!session->first)
			session->last = NULL;
		job->next = NULL;
	}
	pthread_mutex_unlock(&door->lock);
	return job;
}

static void hand_over(struct ep_ldap *door, struct ep_ldap_job *job)
{
	const uint64_t one = 1;
	ssize_t n;

	pthread_mutex_lock(&door->lock);
	if (door->ended_last)
		door->ended_last->next = job;
	else
		door->ended = job;
	door->ended_last = job;
	pthread_mutex_unlock(&door->lock);
	n = write(door->wake, &one, sizeof(one));
	(void)n;	/* full only when it is readable anyway */
}

static void *session_main(void *to)
{
	struct ep_ldap_session *session = to;
	struct ep_ldap_job *job;

	while ((job = next_job(session))) {
		int64_t start = ep_clock_mono_ms();

		job->deadline_ms = start + (int64_t)job->seconds * 1000;
		ep_ldap_run(session, job);
		job->answer.ms = ep_clock_mono_ms() - start;
		hand_over(session->door, job);
	}
	ep_ldap_disconnect(session);
	return NULL;
}

/* --- sessions ------------------------------------------------------------ */

static void session_free(struct ep_ldap_session *session)
{
	struct ep_ldap_job *job;

	while ((job = session->first)) {
		session->first = job->next;
		job_free(job);
	}
	pthread_cond_destroy(&session->work);
	ep_wipe(session->password, strlen(session->password));
	ep_wipe(session->key, strlen(session->key));
	ep_free(session->password);
	ep_free(session->key);
	ep_free(session->url);
	ep_free(session->user);
	ep_free(session->ca_file);
	ep_vec_release(&session->cookies);
	ep_free(session);
}

/* Signals are for the thread that started this one. */
static int start_thread(struct ep_ldap_session *session)
{
	pthread_attr_t attr;
	sigset_t all;
	sigset_t old;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	rc = pthread_create(&session->thread, &attr, session_main, session);
	pthread_attr_destroy(&attr);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return rc;
}

static int session_new(struct ep_ldap *ldap,
		       const struct ep_ldap_search *search, bool plain,
		       const char *key, struct ep_ldap_session **ret,
		       struct ep_err *err)
{
	struct ep_ldap_session *session;

	if (ldap->sessions >= EP_LDAP_SESSIONS_MAX)
		return ep_err_set(err, EP_ELIMIT,
				  "more than %d directories in one run "
				  "(EP_LDAP_SESSIONS_MAX)",
				  EP_LDAP_SESSIONS_MAX);
	session = ep_calloc(1, sizeof(*session));
	session->door = ldap;
	session->handshake = -1;
	session->key = ep_strdup(key);
	session->url = ep_strdup(search->url);
	session->user = ep_strdup(search->user);
	session->password = ep_strdup(search->password);
	session->ca_file = ep_strdup(search->ca_file && *search->ca_file ?
					     search->ca_file :
					     ldap->ca_file);
	session->plain = plain;
	session->connect_seconds = search->connect_seconds ?
					   search->connect_seconds :
					   EP_HTTP_CONNECT_SECONDS;
	pthread_cond_init(&session->work, NULL);
	if (start_thread(session) != 0) {
		session_free(session);
		return ep_err_set(err, EP_ELIMIT,
				  "no thread for a directory can be made");
	}
	session->next = ldap->session;
	ldap->session = session;
	ldap->sessions++;
	*ret = session;
	return 0;
}

static int find_session(struct ep_ldap *ldap,
			const struct ep_ldap_search *search, bool plain,
			struct ep_ldap_session **ret, struct ep_err *err)
{
	struct ep_buf key = EP_BUF_INIT(EP_URL_BYTES_MAX +
					2 * EP_SECRET_BYTES_MAX);
	struct ep_ldap_session *session = ldap->session;
	int rc = 0;

	ep_buf_addf(&key, "%s\n%s\n%s\n%s", search->url, search->user,
		    search->ca_file ? search->ca_file : "", search->password);
	while (session && !ep_str_eq(session->key, key.s))
		session = session->next;
	if (session)
		*ret = session;
	else
		rc = session_new(ldap, search, plain, key.s, ret, err);
	ep_wipe(key.s, key.len);
	ep_buf_release(&key);
	return rc;
}

/* --- the door ------------------------------------------------------------ */

int ep_ldap_open(const struct ep_ldap_options *options, struct ep_ldap **ret,
		 struct ep_err *err)
{
	struct ep_ldap *ldap;
	int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	if (wake < 0)
		return ep_err_errno(err, EP_EIO, "eventfd");
	/* libldap reads its files and variables once, at first use. */
	setenv("LDAPNOINIT", "1", 1);
	ldap = ep_calloc(1, sizeof(*ldap));
	ldap->allow_loopback = options->allow_loopback;
	ldap->ca_file = ep_strdup(options->ca_file);
	ldap->wake = wake;
	pthread_mutex_init(&ldap->lock, NULL);
	atomic_init(&ldap->closing, false);
	*ret = ldap;
	return 0;
}

void ep_ldap_close(struct ep_ldap *ldap)
{
	struct ep_ldap_session *session;
	struct ep_ldap_job *job;

	if (!ldap)
		return;
	pthread_mutex_lock(&ldap->lock);
	atomic_store(&ldap->closing, true);
	for (session = ldap->session; session; session = session->next)
		pthread_cond_signal(&session->work);
	pthread_mutex_unlock(&ldap->lock);
	ep_ldap_end_handshakes(ldap, true);
	while ((session = ldap->session)) {
		ldap->session = session->next;
		pthread_join(session->thread, NULL);
		session_free(session);
	}
	while ((job = ldap->ended)) {
		ldap->ended = job->next;
		job_free(job);
	}
	pthread_mutex_destroy(&ldap->lock);
	close(ldap->wake);
	ep_free(ldap->ca_file);
	ep_free(ldap);
}

static int check_search(const struct ep_ldap_search *search,
			struct ep_err *err)
{
	if (!search->user || !*search->user || !search->password ||
	    !*search->password)
		return ep_err_set(err, EP_EPERM,
				  "an empty user or password would be taken "
				  "for an anonymous bind");
	if (!search->base || !search->filter || search->page_size < 0 ||
	    search->n_attributes + search->n_lists == 0)
		return ep_err_set(err, EP_EBUG, "an incomplete search");
	return 0;
}

int ep_ldap_submit(struct ep_ldap *ldap, const struct ep_ldap_search *search,
		   struct ep_err *err)
{
	struct ep_ldap_session *session = NULL;
	struct ep_ldap_job *job;
	bool plain;
	int rc = check_search(search, err);

	if (rc == 0)
		rc = ep_ldap_check_url(search->url, ldap->allow_loopback,
				       &plain, err);
	if (rc == 0)
		rc = find_session(ldap, search, plain, &session, err);
	if (rc < 0)
		return rc;
	job = job_new(search);
	ldap->running++;
	pthread_mutex_lock(&ldap->lock);
	if (session->last)
		session->last->next = job;
	else
		session->first = job;
	session->last = job;
	pthread_cond_signal(&session->work);
	pthread_mutex_unlock(&ldap->lock);
	return 0;
}

size_t ep_ldap_running(const struct ep_ldap *ldap)
{
	return ldap->running;
}

int ep_ldap_fd(const struct ep_ldap *ldap)
{
	return ldap->wake;
}

void ep_ldap_poll(struct ep_ldap *ldap)
{
	struct ep_ldap_job *job;
	uint64_t count;
	ssize_t n = read(ldap->wake, &count, sizeof(count));

	(void)n;	/* nothing to read: the queue tells */
	ep_ldap_end_handshakes(ldap, false);
	pthread_mutex_lock(&ldap->lock);
	job = ldap->ended;
	ldap->ended = NULL;
	ldap->ended_last = NULL;
	pthread_mutex_unlock(&ldap->lock);
	while (job) {
		struct ep_ldap_job *next = job->next;

		ldap->running--;
		job->done(job->to, &job->answer);
		job_free(job);
		job = next;
	}
}
