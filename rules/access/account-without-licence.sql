-- SPDX-License-Identifier: Apache-2.0
-- id: account-without-licence
-- revision: 1
-- title: Every account that can sign in is approved and has a licence
-- why: An account without licence or approval still signs in, and no bill
--   ever shows it.
-- severity: low
-- per: tenant
-- systems: onelogin
-- needs: account[onelogin.users]
-- fix: account-tidy
-- maps: soc2 CC6.2 supporting "Shows accounts without licence or approval; so
--   that only known people keep access"
-- maps: iso27001 A.5.16 direct "Shows accounts without licence or approval;
--   identities have a beginning and an end"
-- maps: nis2 11.5 direct "Shows accounts without licence or approval; in the
--   life of identities"
-- maps: nist80053 AC-2(3) direct "Shows accounts without licence or approval;
--   accounts that nobody uses are switched off"
-- refs: OneLogin API: state 0 unapproved, 1 approved, 2 rejected, 3
--   unlicensed
-- population:
SELECT tenant, count(*) AS n
  FROM account
 WHERE coalesce(state, 'unknown') NOT IN ('disabled', 'deleted', 'expired')
 GROUP BY tenant;
-- violations:
-- What is not said counts as approved by nobody.
SELECT a.tenant,
       a.id AS subject,
       coalesce(a.name, a.email, a.login, a.id) AS name,
       CASE a.attr ->> '$.approval' WHEN 3 THEN 'unlicensed'
            WHEN 2 THEN 'rejected' WHEN 0 THEN 'unapproved'
            ELSE 'approval unknown' END || ', account '
           || coalesce(a.state, 'in unknown state') AS seen,
       'approved and licensed, or suspended' AS wanted,
       a.email, a.last_seen_at
  FROM account AS a
 WHERE coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted', 'expired')
   AND coalesce(a.attr ->> '$.approval', -1) <> 1;
