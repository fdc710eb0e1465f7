-- SPDX-License-Identifier: Apache-2.0
-- id: eligible-role-of-blocked-account
-- revision: 1
-- title: No blocked or deleted account holds an eligible role
-- why: Whoever unblocks or restores the account hands out its eligible
--   role with it, and reviews count an administrator who is not there.
-- severity: medium
-- per: tenant
-- systems: entra
-- needs: role[entra.role_eligibility], account[entra.users
--   entra.deleted_users entra.service_principals]
-- fix: role-remove-entra
-- maps: soc2 CC6.3 direct "Shows roles that blocked and deleted
--   accounts could activate; so that access follows the role"
-- maps: iso27001 A.5.18 direct "Shows roles that blocked and deleted
--   accounts could activate; so that rights are removed in time"
-- maps: nis2 11.2 supporting "Shows roles that blocked and deleted
--   accounts could activate; so that access rights are managed"
-- maps: hipaa 164.308(a)(4)(ii)(C) supporting "Shows roles that blocked
--   and deleted accounts could activate; for the review of access"
-- maps: nist80053 AC-2(7) direct "Shows roles that blocked and deleted
--   accounts could activate; among the holders of privileged roles"
-- population:
SELECT r.tenant, count(*) AS n
  FROM role AS r
 GROUP BY r.tenant;
-- violations:
SELECT r.tenant,
       r.account || ' ' || r.role || ' ' || r.scope AS subject,
       coalesce(a.name, a.email, a.login, a.id) AS name,
       r.role || ', account ' || a.state AS seen,
       'no role' AS wanted,
       a.email, a.login, a.state, r.scope, r.via
  FROM role AS r
  JOIN account AS a ON a.tenant = r.tenant AND a.id = r.account
 WHERE a.state IN ('disabled', 'deleted');
