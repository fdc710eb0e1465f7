/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a directory's answer means: its ends, its result codes, and the state
 * of our own account there.
 */
#include "collect/judge.h"

#include <stdio.h>
#include <string.h>

static const char check_network[] =
	"Check network, DNS and firewall between this machine and the domain "
	"controller (port 636, or 389 with StartTLS), then run again";

static const char check_certificate[] =
	"Do not turn checks off: give the connection the certificate of the "
	"domain's authority (ca_file), and name the domain controller as its "
	"certificate does";

static const char later[] = "The directory is busy: run again later";

/* What to do about our own account. */
static const char *account_advice(enum ep_ldap_account account)
{
	static const char *const advice[] = {
		[EP_LDAP_UNTOLD] =
			"Check user and password of the credential",
		[EP_LDAP_UNKNOWN] =
			"There is no such account: check the user name of the "
			"credential (user@domain, DOMAIN\\user or its DN)",
		[EP_LDAP_WRONG_PASSWORD] =
			"The password is wrong (or the user unknown): correct "
			"the secret; it is not tried again, since wrong "
			"passwords lock the account",
		[EP_LDAP_HOURS] =
			"The account may not sign in at this hour: allow it "
			"all hours, or run at another time",
		[EP_LDAP_WORKSTATION] =
			"The account may sign in at named computers only: lift "
			"that for it",
		[EP_LDAP_PASSWORD_EXPIRED] =
			"The password has expired: set a new one in the "
			"directory and in the secret",
		[EP_LDAP_DISABLED] =
			"The account is disabled: find out who disabled it and "
			"why, then enable it or make another one",
		[EP_LDAP_ACCOUNT_EXPIRED] =
			"The account has expired: extend it (accountExpires)",
		[EP_LDAP_MUST_CHANGE] =
			"The account has to change its password first: clear "
			"'must change password at next logon'",
		[EP_LDAP_LOCKED] =
			"The account is locked: find out who tries wrong "
			"passwords, then unlock it",
	};

	return advice[account];
}

static void end_with(struct ep_judgement *ret, enum ep_verdict verdict,
		     enum ep_coverage_status status, const char *advice)
{
	ret->verdict = verdict;
	ret->status = status;
	snprintf(ret->advice, sizeof(ret->advice), "%s", advice);
}

static void judge_result(const struct ep_spec_endpoint *endpoint, int result,
			 struct ep_judgement *ret)
{
	switch (result) {
	case EP_LDAP_BUSY:
	case EP_LDAP_UNAVAILABLE:
		end_with(ret, EP_VERDICT_AGAIN, EP_COVERAGE_PARTIAL, later);
		return;
	case EP_LDAP_TIME_LIMIT:
	case EP_LDAP_SIZE_LIMIT:
	case EP_LDAP_ADMIN_LIMIT:
		end_with(ret, EP_VERDICT_END, EP_COVERAGE_PARTIAL,
			 "The directory gives no more in one answer: ask for "
			 "smaller pages (ldap.page_size), or for less with the "
			 "filter");
		return;
	case EP_LDAP_OPERATIONS_ERROR:
	case EP_LDAP_STRONGER_AUTH:
	case EP_LDAP_CONFIDENTIALITY:
		end_with(ret, EP_VERDICT_END, EP_COVERAGE_DENIED,
			 "The directory wants a signed or encrypted "
			 "connection: use ldaps:// or ldap:// with StartTLS");
		return;
	case EP_LDAP_NO_ACCESS:
		end_with(ret, EP_VERDICT_END, EP_COVERAGE_DENIED,
			 "The account may not read this: give it the right to "
			 "list and read there, as the connector's page says");
		return;
	case EP_LDAP_REFERRAL:
		end_with(ret, EP_VERDICT_END, EP_COVERAGE_PARTIAL,
			 "This domain controller does not hold that part of "
			 "the directory: check base_dn, or connect to one "
			 "that does");
		return;
	case EP_LDAP_NO_OBJECT:
		end_with(ret, EP_VERDICT_END,
			 endpoint->optional ? EP_COVERAGE_DENIED :
					      EP_COVERAGE_PARTIAL,
			 "There is no such place in the directory, or the "
			 "account may not see it: check base_dn");
		return;
	case EP_LDAP_UNAVAILABLE_CRITICAL:
		end_with(ret, EP_VERDICT_END, EP_COVERAGE_PARTIAL,
			 "The server lacks what every domain controller can "
			 "do: is it an Active Directory?");
		return;
	default:
		end_with(ret, EP_VERDICT_END, EP_COVERAGE_PARTIAL,
			 "The directory does not accept the search: look at "
			 "the connector's base and filter");
		return;
	}
}

static void judge_end(const struct ep_ldap_answer *answer,
		      struct ep_judgement *ret)
{
	switch (answer->end) {
	case EP_LDAP_CONNECT:
	case EP_LDAP_CUT:
	case EP_LDAP_TIMEOUT:
		end_with(ret, EP_VERDICT_AGAIN, EP_COVERAGE_PARTIAL,
			 check_network);
		return;
	case EP_LDAP_TLS:
		end_with(ret, EP_VERDICT_END, EP_COVERAGE_PARTIAL,
			 check_certificate);
		return;
	case EP_LDAP_LOST:
		end_with(ret, EP_VERDICT_END, EP_COVERAGE_PARTIAL,
			 "The directory dropped the listing half way: run "
			 "again, at a quieter hour if it stays");
		return;
	case EP_LDAP_LIMIT:
		end_with(ret, EP_VERDICT_END, EP_COVERAGE_PARTIAL,
			 "The directory sends more in one page than the "
			 "connector allows: ask for smaller pages "
			 "(ldap.page_size) or raise limits.page_bytes");
		return;
	default:
		end_with(ret, EP_VERDICT_END, EP_COVERAGE_PARTIAL,
			 "Look at the address of the domain controller in the "
			 "customer's file, and at the connector");
		return;
	}
}

void ep_judge_ldap(const struct ep_spec_endpoint *endpoint,
		   const struct ep_ldap_answer *answer,
		   struct ep_judgement *ret)
{
	static const char *const words[] = {
		[EP_LDAP_OK] = "answered",
		[EP_LDAP_CONNECT] = "could not be asked for",
		[EP_LDAP_TLS] = "was not asked for: no trusted TLS connection",
		[EP_LDAP_BIND] = "was not asked for: the sign-in was refused",
		[EP_LDAP_RESULT] = "was refused",
		[EP_LDAP_CUT] = "was cut off",
		[EP_LDAP_LOST] = "cannot be asked for any more",
		[EP_LDAP_TIMEOUT] = "took too long",
		[EP_LDAP_LIMIT] = "was larger than allowed",
		[EP_LDAP_REFUSED] = "was refused by this program",
	};

	memset(ret, 0, sizeof(*ret));
	snprintf(ret->what, sizeof(ret->what), "%s (%.200s)",
		 words[answer->end], answer->why);
	if (answer->end == EP_LDAP_OK)
		ret->verdict = EP_VERDICT_TAKE;
	else if (answer->end == EP_LDAP_RESULT)
		judge_result(endpoint, answer->result, ret);
	else if (answer->end == EP_LDAP_BIND &&
		 (answer->result == EP_LDAP_STRONGER_AUTH ||
		  answer->result == EP_LDAP_CONFIDENTIALITY))
		judge_result(endpoint, answer->result, ret);
	else if (answer->end == EP_LDAP_BIND)
		end_with(ret, EP_VERDICT_END, EP_COVERAGE_DENIED,
			 account_advice(answer->account));
	else
		judge_end(answer, ret);
}
