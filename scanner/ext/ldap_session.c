/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection: where it may go, whom it trusts, as whom it speaks.
 */
#include "ext/ldap_priv.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/winid.h"
#include "ext/http_address.h"

#define WAIT_MS 200
#define BIND_SECONDS 30

static const char system_cas[] = "/etc/ssl/certs/ca-certificates.crt";

/* --- waiting ---------------------------------------------------------- */

int ep_ldap_wait(struct ep_ldap_session *session, int id, int64_t deadline_ms,
		 LDAPMessage **ret)
{
	struct timeval step = { 0, WAIT_MS * 1000 };

	*ret = NULL;
	while (!atomic_load(&session->door->closing)) {
		int rc = ldap_result(session->ld, id, LDAP_MSG_ONE, &step, ret);

		if (rc < 0)
			return -1;
		if (rc > 0)
			return 1;
		if (ep_clock_mono_ms() >= deadline_ms)
			return 0;
	}
	return 0;
}

/* --- the connection --------------------------------------------------- */

static void watch_handshake(struct ep_ldap_session *session, int fd)
{
	int old;

	pthread_mutex_lock(&session->door->lock);
	old = session->handshake;
	session->handshake = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0);
	session->handshake_until = ep_clock_mono_ms() +
				   session->connect_seconds * INT64_C(1000);
	pthread_mutex_unlock(&session->door->lock);
	if (old >= 0)
		close(old);
}

void ep_ldap_end_handshakes(struct ep_ldap *door, bool all)
{
	int64_t now = ep_clock_mono_ms();

	pthread_mutex_lock(&door->lock);
	for (struct ep_ldap_session *session = door->session; session;
	     session = session->next) {
		if (session->handshake >= 0 &&
		    (all || now >= session->handshake_until))
			shutdown(session->handshake, SHUT_RDWR);
	}
	pthread_mutex_unlock(&door->lock);
}

/* Called by libldap once the TCP connection stands and before a byte of ours
 * goes over it. */
static int connected(LDAP *ld, Sockbuf *sb, LDAPURLDesc *url,
		     struct sockaddr *address, struct ldap_conncb *context)
{
	struct ep_ldap_session *session = context->lc_arg;
	struct timeval silence = { 1, 0 };
	ber_len_t incoming = EP_PAGE_BYTES_MAX;
	enum ep_http_address class = ep_http_address_class(address);
	int fd = -1;

	(void)url;
	session->reached = true;
	if (class == EP_HTTP_NEVER ||
	    (class == EP_HTTP_LOOPBACK && !session->door->allow_loopback)) {
		snprintf(session->refused, sizeof(session->refused),
			 "it has a %s address, which is never connected to",
			 ep_http_address_word(class));
		return -1;
	}
	ber_sockbuf_ctrl(sb, LBER_SB_OPT_SET_MAX_INCOMING, &incoming);
	/* It was the limit of the connection alone; with GnuTLS a handshake
	 * under it turns in circles instead of waiting. */
	ldap_set_option(ld, LDAP_OPT_NETWORK_TIMEOUT, NULL);
	if (ber_sockbuf_ctrl(sb, LBER_SB_OPT_GET_FD, &fd) == 1 && fd >= 0) {
		watch_handshake(session, fd);
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &silence,
			   sizeof(silence));
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &silence,
			   sizeof(silence));
	}
	/* After the watch has begun, so that none is missed at the end. */
	return atomic_load(&session->door->closing) ? -1 : 0;
}

static void disconnected(LDAP *ld, Sockbuf *sb, struct ldap_conncb *context)
{
	(void)ld;
	(void)sb;
	(void)context;
}

static bool set_options(struct ep_ldap_session *session)
{
	struct timeval connect = { session->connect_seconds, 0 };
	int version = LDAP_VERSION3;
	int demand = LDAP_OPT_X_TLS_DEMAND;
	int tls = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2;
	int never = LDAP_DEREF_NEVER;
	int client = 0;
	LDAP *ld = session->ld;
	int rc = 0;

	rc |= ldap_set_option(ld, LDAP_OPT_PROTOCOL_VERSION, &version);
	rc |= ldap_set_option(ld, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
	rc |= ldap_set_option(ld, LDAP_OPT_RESTART, LDAP_OPT_OFF);
	rc |= ldap_set_option(ld, LDAP_OPT_DEREF, &never);
	rc |= ldap_set_option(ld, LDAP_OPT_NETWORK_TIMEOUT, &connect);
	rc |= ldap_set_option(ld, LDAP_OPT_CONNECT_CB, &session->callback);
	if (session->plain)
		return rc == 0;
	rc |= ldap_set_option(ld, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand);
	rc |= ldap_set_option(ld, LDAP_OPT_X_TLS_PROTOCOL_MIN, &tls);
	rc |= ldap_set_option(ld, LDAP_OPT_X_TLS_CACERTFILE,
			      session->ca_file ? session->ca_file : system_cas);
	rc |= ldap_set_option(ld, LDAP_OPT_X_TLS_NEWCTX, &client);
	return rc == 0;
}

/* What libldap knows about a failed connection: sometimes the name is wrong,
 * seldom more. */
static void say_connect(struct ep_ldap_session *session, int rc,
			struct ep_ldap_answer *answer)
{
	struct ep_buf text;
	char *said = NULL;

	if (session->refused[0]) {
		ep_ldap_end_set(answer, EP_LDAP_REFUSED, "%s",
				session->refused);
		return;
	}
	ldap_get_option(session->ld, LDAP_OPT_DIAGNOSTIC_MESSAGE, &said);
	ep_buf_init(&text, 1024);
	if (said && *said && said[0] != '(')
		ep_str_printable(&text, said, strnlen(said, 120));
	if (!session->reached)
		ep_ldap_end_set(answer, EP_LDAP_CONNECT, "%s",
				ldap_err2string(rc));
	else if (ep_clock_mono_ms() - session->tried_ms >=
		 session->connect_seconds * INT64_C(1000))
		ep_ldap_end_set(answer, EP_LDAP_TIMEOUT,
				"connected, and then nothing was said for %d "
				"seconds",
				session->connect_seconds);
	else if (session->plain)
		ep_ldap_end_set(answer, EP_LDAP_CUT, "%s",
				ldap_err2string(rc));
	else
		ep_ldap_end_set(answer, EP_LDAP_TLS,
				"its certificate is not of this host or not "
				"of a trusted authority, or it ended the "
				"handshake%s%s",
				text.len ? ": " : "", text.len ? text.s : "");
	ep_buf_release(&text);
	ldap_memfree(said);
}

static bool secure(struct ep_ldap_session *session,
		   struct ep_ldap_answer *answer)
{
	bool start = ep_str_starts(session->url, "ldap://") && !session->plain;
	char *said = NULL;
	int rc = start ? ldap_start_tls_s(session->ld, NULL, NULL) :
			 ldap_connect(session->ld);

	watch_handshake(session, -1);
	if (rc == LDAP_SUCCESS &&
	    (session->plain || ldap_tls_inplace(session->ld)))
		return true;
	if (rc > 0) {
		/* The server answered, and does not want to. */
		ldap_get_option(session->ld, LDAP_OPT_DIAGNOSTIC_MESSAGE,
				&said);
		ep_ldap_end_result(answer, EP_LDAP_TLS, rc, said);
		ldap_memfree(said);
		return false;
	}
	say_connect(session, rc == LDAP_SUCCESS ? LDAP_CONNECT_ERROR : rc,
		    answer);
	return false;
}

/* --- the bind --------------------------------------------------------- */

static void bar(struct ep_ldap_session *session,
		const struct ep_ldap_answer *answer)
{
	session->barred = true;
	session->barred_result = answer->result;
	session->barred_account = answer->account;
	snprintf(session->barred_why, sizeof(session->barred_why), "%s",
		 answer->why);
}

static bool judge_bind(struct ep_ldap_session *session, LDAPMessage *message,
		       struct ep_ldap_answer *answer)
{
	char *said = NULL;
	int result = LDAP_OTHER;
	int rc = ldap_parse_result(session->ld, message, &result, NULL, &said,
				   NULL, NULL, 0);

	if (rc != LDAP_SUCCESS)
		ep_ldap_end_set(answer, EP_LDAP_CUT,
				"the answer to the bind makes no sense");
	else if (result == LDAP_BUSY || result == LDAP_UNAVAILABLE)
		ep_ldap_end_result(answer, EP_LDAP_RESULT, result, said);
	else if (result != LDAP_SUCCESS) {
		ep_ldap_end_result(answer, EP_LDAP_BIND, result, said);
		bar(session, answer);
	}
	ldap_memfree(said);
	return rc == LDAP_SUCCESS && result == LDAP_SUCCESS;
}

static bool bind_as(struct ep_ldap_session *session,
		    struct ep_ldap_answer *answer)
{
	struct berval password = { strlen(session->password),
				   session->password };
	int64_t until = ep_clock_mono_ms() + BIND_SECONDS * 1000;
	LDAPMessage *message = NULL;
	bool ok = false;
	int id;
	int rc = ldap_sasl_bind(session->ld, session->user, LDAP_SASL_SIMPLE,
				&password, NULL, NULL, &id);

	if (rc == LDAP_SUCCESS)
		rc = ep_ldap_wait(session, id, until, &message);
	else
		rc = -1;
	if (rc < 0)
		ep_ldap_end_set(answer, EP_LDAP_CUT,
				"the connection ended during the bind");
	else if (rc == 0)
		ep_ldap_end_set(answer, EP_LDAP_TIMEOUT,
				"the bind took longer than %d seconds",
				BIND_SECONDS);
	else
		ok = judge_bind(session, message, answer);
	ldap_msgfree(message);
	return ok;
}

/* --- its clock -------------------------------------------------------- */

/* Ages are computed with the server's own idea of now.  A server that does
 * not tell is asked for no more. */
static void ask_clock(struct ep_ldap_session *session)
{
	char name[] = "currentTime";
	char *names[] = { name, NULL };
	int64_t until = ep_clock_mono_ms() + BIND_SECONDS * 1000;
	LDAPMessage *message = NULL;
	struct berval **values;
	int id;

	if (ldap_search_ext(session->ld, "", LDAP_SCOPE_BASE,
			    "(objectClass=*)", names, 0, NULL, NULL, NULL, 1,
			    &id) != LDAP_SUCCESS)
		return;
	while (ep_ldap_wait(session, id, until, &message) == 1) {
		bool last = ldap_msgtype(message) == LDAP_RES_SEARCH_RESULT;

		values = last ? NULL :
				ldap_get_values_len(session->ld, message, name);
		if (values && values[0] &&
		    ep_winid_generalized(values[0]->bv_val, &session->clock))
			session->clock_ms = ep_clock_mono_ms();
		ldap_value_free_len(values);
		ldap_msgfree(message);
		if (last)
			return;
	}
}

void ep_ldap_disconnect(struct ep_ldap_session *session)
{
	if (session->ld)
		ldap_unbind_ext(session->ld, NULL, NULL);
	session->ld = NULL;
	/* A cookie means nothing to another connection. */
	for (size_t i = 0; i < session->cookies.n; i++)
		ber_memfree(session->cookies.v[i].value.bv_val);
	session->cookies.n = 0;
}

bool ep_ldap_connect(struct ep_ldap_session *session,
		     struct ep_ldap_answer *answer)
{
	bool ok = false;

	session->callback = (struct ldap_conncb){ connected, disconnected,
						  session };
	if (session->barred) {
		answer->result = session->barred_result;
		answer->account = session->barred_account;
		ep_ldap_end_set(answer, EP_LDAP_BIND, "%s",
				session->barred_why);
		return false;
	}
	session->reached = false;
	session->tried_ms = ep_clock_mono_ms();
	session->refused[0] = '\0';
	if (!session->plain && session->ca_file &&
	    access(session->ca_file, R_OK) < 0)
		ep_ldap_end_set(answer, EP_LDAP_TLS,
				"the file of trusted certificates %s cannot "
				"be read",
				session->ca_file);
	else if (ldap_initialize(&session->ld, session->url) != LDAP_SUCCESS)
		ep_ldap_end_set(answer, EP_LDAP_REFUSED,
				"libldap does not take the URL");
	else if (!set_options(session))
		ep_ldap_end_set(answer, EP_LDAP_TLS,
				"the certificates in %s cannot be used",
				session->ca_file ? session->ca_file :
						   system_cas);
	else
		ok = secure(session, answer) && bind_as(session, answer);
	if (ok)
		ask_clock(session);
	else
		ep_ldap_disconnect(session);
	return ok;
}
