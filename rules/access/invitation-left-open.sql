-- SPDX-License-Identifier: Apache-2.0
-- id: invitation-left-open
-- revision: 1
-- title: No account waits for its first sign-in for weeks
-- why: Whoever finds the old invitation mail sets the password and is in.
-- severity: low
-- per: tenant
-- systems: okta, onelogin
-- needs: account[okta.users|onelogin.users]
-- param: days 30 "Days after which an open invitation is forgotten"
-- fix: account-tidy
-- maps: soc2 CC6.2 supporting "Shows accounts that were never taken up; so
--   that only known people keep access"
-- maps: iso27001 A.5.16 direct "Shows accounts that were never taken up;
--   identities have a beginning and an end"
-- maps: nis2 11.5 direct "Shows accounts that were never taken up; in the
--   life of identities"
-- maps: nist80053 AC-2(3) direct "Shows accounts that were never taken up;
--   accounts that nobody uses are switched off"
-- population:
SELECT tenant, count(*) AS n
  FROM account
 GROUP BY tenant;
-- violations:
-- Without a date of creation it is old enough.
SELECT a.tenant,
       a.id AS subject,
       coalesce(a.name, a.email, a.login, a.id) AS name,
       'never activated, made ' || coalesce(iso(a.created_at),
           'at an unknown time') AS seen,
       'activated within ' || :days || ' days, or removed' AS wanted,
       a.email, a.created_at
  FROM account AS a
 WHERE a.state = 'invited'
   AND coalesce(a.created_at, 0) < :now - :days * 86400;
