-- SPDX-License-Identifier: Apache-2.0
-- id: directory-admin-leftover
-- revision: 1
-- title: Nobody keeps the marks of an administrator after leaving the
--   group
-- why: Whoever once ruled the domain keeps adminCount and an access list
--   that inherits nothing; helpers and policies pass such accounts over.
-- severity: low
-- per: tenant
-- systems: active-directory
-- needs:
--   account[active-directory.users|active-directory-export.directory],
--   role[active-directory.privileged_members|active-directory-export.directory
--   active-directory.privileged_by_primary|active-directory-export.directory],
--   coverage
-- fix: directory-admin-tidy
-- maps: soc2 CC6.3 direct "Shows accounts that are marked as
--   administrators and are none; so that powerful access follows the task"
-- maps: iso27001 A.8.2 direct "Shows accounts that are marked as
--   administrators and are none; few people hold powerful rights"
-- maps: nis2 11.3 direct "Shows accounts that are marked as administrators
--   and are none; so that privileged accounts are managed"
-- maps: hipaa 164.308(a)(4)(ii)(C) supporting "Shows accounts that are
--   marked as administrators and are none; for the review of access"
-- maps: nist80053 AC-2(7) direct "Shows accounts that are marked as
--   administrators and are none; privileged roles end with the need"
-- population:
SELECT a.tenant, count(*) AS n
  FROM account AS a
 WHERE a.attr ->> '$.adminCount' = 1
 GROUP BY a.tenant;
-- violations:
-- krbtgt is protected by itself, and Group Policy Creator Owners protects
-- nobody.  Absence proves something only when the groups were read completely.
SELECT a.tenant,
       a.id AS subject,
       coalesce(a.name, a.login, a.id) AS name,
       'adminCount is 1, in no protected group' AS seen,
       'adminCount cleared and inheritance on' AS wanted,
       a.login, a.state
  FROM account AS a
 WHERE a.attr ->> '$.adminCount' = 1
   AND coalesce(a.attr ->> '$.objectSid', '') NOT LIKE '%-502'
   AND NOT EXISTS (SELECT 1
                     FROM role AS r
                    WHERE r.tenant = a.tenant AND r.account = a.id
                      AND coalesce(r.attr ->> '$.group_sid', '')
                          NOT LIKE 'S-1-5-21-%-520')
   AND NOT EXISTS (SELECT 1
                     FROM coverage AS v
                    WHERE v.tenant = a.tenant
                      AND v.dataset IN (
                          'active-directory.privileged_members',
                          'active-directory.privileged_by_primary',
                          'active-directory-export.directory')
                      AND (v.status <> 'complete' OR v.stale = 1));
