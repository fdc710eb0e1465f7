-- SPDX-License-Identifier: Apache-2.0
-- id: account-returned
-- revision: 2
-- title: No account came back after it was removed
-- why: Printix makes a deleted user again at the next sign-in through the
--   identity provider: who was removed here only is back tomorrow.
-- severity: high
-- per: tenant
-- systems: dnsfilter, entra, google, okta, onelogin, printix
-- needs: account[printix.users|dnsfilter.users|entra.users|google.users|okta.users|onelogin.users],
--   gone_account[printix.users|dnsfilter.users|entra.users|google.users|okta.users|onelogin.users]
-- param: days 30 "Days for which a return is reported"
-- fix: account-return
-- maps: soc2 CC6.2 direct "Shows accounts that came back under a new id, so
--   that access of departed people is taken away"
-- maps: iso27001 A.5.18 direct "Shows accounts that came back under a new id;
--   access rights are removed when people leave"
-- maps: nis2 10.3 supporting "Shows accounts that came back under a new id
--   after a person left or changed job"
-- maps: hipaa 164.308(a)(3)(ii)(C) direct "Shows accounts that came back under
--   a new id; access has to end with the job"
-- maps: nist80053 PS-4 direct "Shows accounts that came back under a new id of
--   people who left"
-- refs: Printix manuals: a later Microsoft or Google sign-in makes a deleted
--   user again
-- population:
SELECT tenant, count(*) AS n
  FROM account
 GROUP BY tenant;
-- violations:
-- Without an address nobody can tell whether it is an old one that came back:
-- listed when an account without address was removed before.
SELECT n.tenant,
       n.id AS subject,
       coalesce(n.name, n.email, n.login, n.id) AS name,
       'new id since ' || iso(n.first_seen_at) || ', old id ' || max(g.id)
           || ' gone ' || iso(max(g.closed_at)) AS seen,
       'removed in the identity provider first' AS wanted,
       n.email, max(g.id) AS old_id, max(g.closed_at) AS old_gone_at
  FROM account AS n
  JOIN gone_account AS g
    ON g.tenant = n.tenant AND g.dataset = n.dataset AND g.id <> n.id
 WHERE n.first_run >= g.closed_run
   AND n.first_seen_at >= :now - :days * 86400
   AND (coalesce(g.email, g.login) = coalesce(n.email, n.login)
        OR coalesce(g.email, g.login, n.email, n.login) IS NULL)
 GROUP BY n.tenant, n.id;
