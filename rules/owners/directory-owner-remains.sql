-- SPDX-License-Identifier: Apache-2.0
-- id: directory-owner-remains
-- revision: 1
-- title: Every directory has an authorised administrator of everything who
--   has not left
-- why: Without one who is here nobody can let anybody in again, and the way
--   back leads through the vendor's support with papers of the company.
-- severity: critical
-- per: tenant
-- systems: entra, google
-- needs: account[entra.users|google.users],
--   role[entra.role_assignments|google.role_assignments],
--   membership[entra.group_members|google.group_members],
--   person_link[entra.users|google.users], tenancy, coverage,
--   authorised_owner
-- fix: owner-restore
-- maps: soc2 CC6.3 direct "Shows directories without an authorised
--   administrator of everything, so that privileged access stays with those
--   who need it"
-- maps: iso27001 A.8.2 direct "Shows directories without an authorised
--   administrator of everything; few people hold powerful rights"
-- maps: nis2 11.3 direct "Shows directories without an authorised
--   administrator of everything among privileged accounts"
-- maps: hipaa 164.308(a)(4)(ii)(C) supporting "Shows directories without an
--   authorised administrator of everything for the review of access"
-- maps: nist80053 AC-2(7) direct "Shows directories without an authorised
--   administrator of everything among the holders of privileged roles"
-- population:
SELECT y.tenant, 1 AS n
  FROM tenancy AS y
 WHERE y.claimed = 1
   AND y.system IN ('entra', 'google');
-- violations:
-- Groups are followed.  An unknown state does not count as able to sign in
-- here, and a role in one unit or for one object is not one for everything.
-- Nothing is said about an absence while a listing was not read completely.
WITH highest(tenant, customer, holder) AS (
    SELECT r.tenant, r.customer, r.account
      FROM role AS r
     WHERE coalesce(r.scope, '') IN ('', '/')
       AND (r.role = 'Global Administrator'
            OR coalesce(r.attr ->> '$.super_admin', '')
               IN (1, '1', 'true', 'yes'))),
holder(tenant, customer, id) AS (
    SELECT tenant, customer, holder FROM highest
     UNION
    SELECT h.tenant, h.customer, m.account
      FROM highest AS h
      JOIN membership AS m ON m.tenant = h.tenant AND m.team = h.holder),
keeper(tenant) AS (
    SELECT h.tenant
      FROM holder AS h
      JOIN account AS a ON a.tenant = h.tenant AND a.id = h.id
      JOIN authorised_owner AS o
        ON o.customer = h.customer
       AND lower(o.address) IN (a.email, a.login)
     WHERE a.state = 'active'
       AND NOT EXISTS (SELECT 1
                         FROM person_link AS l
                        WHERE l.tenant = a.tenant AND l.dataset = a.dataset
                          AND l.account = a.id
                          AND l.certain = 1 AND l.left_at <= :now))
SELECT y.tenant,
       'owner' AS subject,
       y.name,
       CASE WHEN NOT EXISTS (SELECT 1
                               FROM authorised_owner AS o
                              WHERE o.customer = y.customer)
            THEN 'no authorised owner is configured'
            ELSE 'no authorised owner is left' END AS seen,
       'at least one authorised administrator of everything who is here'
           AS wanted,
       (SELECT substr(group_concat(coalesce(a.email, a.login, a.id), ' '), 1,
                      400)
          FROM holder AS h
          JOIN account AS a ON a.tenant = h.tenant AND a.id = h.id
         WHERE h.tenant = y.tenant) AS holders
  FROM tenancy AS y
 WHERE y.claimed = 1
   AND y.system IN ('entra', 'google')
   AND NOT EXISTS (SELECT 1 FROM keeper AS k WHERE k.tenant = y.tenant)
   AND EXISTS (SELECT 1
                 FROM coverage AS v
                WHERE v.tenant = y.tenant
                  AND v.dataset IN ('entra.role_assignments',
                                    'google.role_assignments'))
   AND NOT EXISTS (SELECT 1
                     FROM coverage AS v
                    WHERE v.tenant = y.tenant
                      AND v.dataset IN ('entra.role_assignments',
                              'entra.users', 'entra.group_members',
                              'google.role_assignments', 'google.users',
                              'google.group_members')
                      AND (v.status <> 'complete' OR v.stale = 1));
