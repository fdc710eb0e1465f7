-- SPDX-License-Identifier: Apache-2.0
-- id: global-admin-count
-- revision: 1
-- title: Two to four accounts are Global Administrators
-- why: With one administrator the tenancy is lost with him; with many,
--   nobody knows any more who can do everything.
-- severity: high
-- per: tenant
-- systems: entra
-- needs: role[entra.role_assignments], membership[entra.group_members],
--   account[entra.users], tenancy, coverage
-- param: least 2 "Fewest accounts that may hold the role"
-- param: most 4 "Most accounts that may hold the role"
-- fix: global-admin-review
-- maps: soc2 CC6.3 direct "Shows how many accounts can do everything;
--   so that access follows the role"
-- maps: iso27001 A.8.2 direct "Shows how many accounts can do
--   everything; few people hold powerful rights"
-- maps: nis2 11.3 direct "Shows how many accounts can do everything;
--   among administration accounts"
-- maps: hipaa 164.308(a)(4)(ii)(C) supporting "Shows how many accounts
--   can do everything; for the review of access"
-- maps: nist80053 AC-6(5) direct "Shows how many accounts can do
--   everything; among privileged accounts"
-- population:
SELECT y.tenant, 1 AS n
  FROM tenancy AS y
 WHERE y.system = 'entra'
   AND EXISTS (SELECT 1 FROM role AS r WHERE r.tenant = y.tenant);
-- violations:
-- Groups are followed.  An account in an unknown state counts as one too
-- many and never as one that is there.  Nothing is said about too few while
-- a listing was cut short.
WITH holder(tenant, id) AS (
    SELECT r.tenant, r.account
      FROM role AS r
     WHERE r.role = 'Global Administrator'
    UNION
    SELECT r.tenant, m.account
      FROM role AS r
      JOIN membership AS m ON m.tenant = r.tenant AND m.team = r.account
     WHERE r.role = 'Global Administrator'),
able(tenant, sure, most) AS (
    SELECT h.tenant, sum(a.state = 'active'),
           sum(coalesce(a.state, 'unknown') IN ('active', 'unknown'))
      FROM holder AS h
      JOIN account AS a ON a.tenant = h.tenant AND a.id = h.id
     GROUP BY h.tenant)
SELECT y.tenant,
       'global administrators' AS subject,
       y.name,
       CASE WHEN b.most > :most THEN b.most ELSE coalesce(b.sure, 0) END
           || ' accounts can do everything' AS seen,
       :least || ' to ' || :most AS wanted
  FROM tenancy AS y
  LEFT JOIN able AS b ON b.tenant = y.tenant
 WHERE y.system = 'entra'
   AND (b.most > :most
        OR (coalesce(b.sure, 0) < :least
            AND EXISTS (SELECT 1
                          FROM coverage AS v
                         WHERE v.tenant = y.tenant
                           AND v.dataset = 'entra.role_assignments')
            AND NOT EXISTS (SELECT 1
                              FROM coverage AS v
                             WHERE v.tenant = y.tenant
                               AND v.dataset IN ('entra.role_assignments',
                                       'entra.group_members', 'entra.users')
                               AND (v.status <> 'complete'
                                    OR v.stale = 1))));
