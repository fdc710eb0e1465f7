-- SPDX-License-Identifier: Apache-2.0
-- id: directory-account-stale
-- revision: 1
-- title: Every account that can sign in was used lately
-- why: An account that nobody uses is one that nobody misses when somebody
--   else does.
-- severity: medium
-- per: tenant
-- systems: active-directory
-- needs:
--   account[active-directory.users|active-directory-export.directory],
--   declared
-- param: days 90 "Days without a sign-in that are too many; at least 30"
-- fix: directory-account-end
-- maps: soc2 CC6.2 direct "Shows accounts that nobody uses; so that access
--   ends when it is no longer needed"
-- maps: iso27001 A.5.16 direct "Shows accounts that nobody uses;
--   identities have an end"
-- maps: nis2 11.5 supporting "Shows accounts that nobody uses; so that
--   identities are managed"
-- maps: hipaa 164.308(a)(4)(ii)(C) supporting "Shows accounts that nobody
--   uses; for the review of access"
-- maps: nist80053 AC-2(3) direct "Shows accounts that nobody uses; unused
--   accounts are switched off"
-- refs: Microsoft: lastLogonTimestamp is up to 14 days late, so less than
--   30 days say nothing
-- population:
SELECT a.tenant, count(*) AS n
  FROM account AS a
 WHERE coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted')
 GROUP BY a.tenant;
-- violations:

-- Old are the last sign-in, the password and the account itself; a date that
-- is missing is as old as can be.  Declared service and break-glass accounts
-- rest on purpose.
SELECT a.tenant,
       a.id AS subject,
       coalesce(a.name, a.login, a.id) AS name,
       CASE WHEN a.last_seen_at IS NULL THEN 'never signed in'
            ELSE 'last signed in ' || iso(a.last_seen_at) END AS seen,
       'used within ' || :days || ' days, or disabled' AS wanted,
       a.login, a.email, a.last_seen_at
  FROM account AS a
 WHERE coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted')
   AND max(coalesce(a.last_seen_at, 0), coalesce(a.created_at, 0),
           coalesce(a.attr ->> '$.pwdLastSet', 0)) <= :now - :days * 86400
   AND NOT EXISTS (SELECT 1
                     FROM declared AS e
                    WHERE lower(e.address) IN (a.email, a.login)
                      AND e.class IN ('service', 'breakglass'));
