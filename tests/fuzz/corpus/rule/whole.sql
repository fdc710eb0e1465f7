-- SPDX-License-Identifier: Apache-2.0
-- id: a
-- revision: 1
-- title: No departed person has an account that can sign in
-- why: Whoever left and can still sign in can read, print, change and delete
--   as before, and nobody watches an account whose owner is gone.
-- severity: high
-- per: tenant
-- needs: account, person_link
-- param: grace_days 0 "Days after the leave date before an account counts"
-- fix: account-remove
-- maps: soc2 CC6.2 direct "Every tenant is compared with the leaver register; accounts left are listed"
-- population:
SELECT tenant, count(*) AS n
  FROM account
 GROUP BY tenant;
-- violations:
-- A state that the vendor hides or that we do not know counts as able to
-- sign in: only a stated end is an end.
SELECT a.tenant,
       a.id AS subject,
       coalesce(a.name, a.email, a.login, a.id) AS name,
       'account ' || coalesce(a.state, 'in unknown state') || ', left '
           || iso(l.left_at) AS seen,
       'account removed or disabled' AS wanted,
       a.email, a.class, l.person, l.left_at, l.how
  FROM account AS a
  JOIN person_link AS l
    ON l.tenant = a.tenant AND l.dataset = a.dataset AND l.account = a.id
 WHERE l.certain = 1
   AND l.left_at + :grace_days * 86400 <= :now
   AND coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted', 'expired');
