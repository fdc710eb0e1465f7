-- SPDX-License-Identifier: Apache-2.0
-- id: directory-service-account-admin
-- revision: 1
-- title: No service account rules the domain
-- why: Every user may ask for a ticket of a service account and try
--   passwords on it at home; one that rules the domain gives all of it away.
-- severity: high
-- per: tenant
-- systems: active-directory
-- needs:
--   role[active-directory.privileged_members|active-directory-export.directory
--   active-directory.privileged_by_primary|active-directory-export.directory],
--   account[active-directory.users|active-directory-export.directory]
-- fix: directory-service-account-limit
-- maps: soc2 CC6.3 direct "Shows service accounts in groups that rule the
--   domain; so that powerful access follows the task"
-- maps: iso27001 A.8.2 direct "Shows service accounts in groups that rule
--   the domain; few people hold powerful rights"
-- maps: nis2 11.3 direct "Shows service accounts in groups that rule the
--   domain; so that privileged accounts are managed"
-- maps: hipaa 164.308(a)(4)(ii)(C) supporting "Shows service accounts in
--   groups that rule the domain; for the review of access"
-- maps: nist80053 AC-2(7) direct "Shows service accounts in groups that
--   rule the domain; privileged roles end with the need"
-- population:
SELECT r.tenant, count(DISTINCT r.account) AS n
  FROM role AS r
 GROUP BY r.tenant;
-- violations:

-- A service account is one with a service principal name.
SELECT r.tenant,
       r.account AS subject,
       max(coalesce(a.name, a.login, a.id)) AS name,
       max(r.role) AS seen,
       'rights on what the service needs' AS wanted,
       max(a.login) AS login, max(a.attr ->> '$.services') AS services
  FROM role AS r
  JOIN account AS a ON a.tenant = r.tenant AND a.id = r.account
 WHERE a.class = 'service'
   AND coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted')
 GROUP BY r.tenant, r.account;
