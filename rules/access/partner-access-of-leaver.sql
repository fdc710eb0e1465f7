-- SPDX-License-Identifier: Apache-2.0
-- id: partner-access-of-leaver
-- revision: 1
-- title: No departed technician reaches a customer through delegated
--   administration
-- why: The group that administers customers is in our own tenancy:
--   whoever stays in it reaches all of them at once.
-- severity: critical
-- per: tenant
-- systems: entra-partner
-- needs: role, membership, account, person_link
-- fix: group-member-remove
-- maps: soc2 CC6.2 direct "Shows access of departed technicians to
--   customers; so that only known people keep access"
-- maps: iso27001 A.5.18 direct "Shows access of departed technicians to
--   customers; so that rights are removed in time"
-- maps: nis2 10.3 supporting "Shows access of departed technicians to
--   customers; after a person left"
-- maps: hipaa 164.308(a)(3)(ii)(C) direct "Shows access of departed
--   technicians to customers; access ends with the job"
-- maps: nist80053 PS-4 direct "Shows access of departed technicians to
--   customers; after people left"
-- population:
SELECT r.tenant, count(*) AS n
  FROM role AS r
  JOIN membership AS m ON m.tenant = r.tenant AND m.team = r.account
 GROUP BY r.tenant;
-- violations:
-- An assignment in an unknown state counts as in force.
SELECT r.tenant,
       a.id || ' ' || r.role || ' ' || r.scope AS subject,
       max(coalesce(a.name, a.email, a.login, a.id)) AS name,
       max(r.role || ' at ' || coalesce(r.attr ->> '$.customer_name',
           r.attr ->> '$.customer', 'an unknown customer') || ', left '
           || iso(l.left_at)) AS seen,
       'no member of the group' AS wanted,
       max(a.email) AS email, max(a.state) AS state, max(m.team) AS team,
       max(l.person) AS person, max(l.left_at) AS left_at, max(l.how) AS how
  FROM role AS r
  JOIN membership AS m ON m.tenant = r.tenant AND m.team = r.account
  JOIN account AS a ON a.tenant = m.tenant AND a.id = m.account
  JOIN person_link AS l
    ON l.tenant = a.tenant AND l.dataset = a.dataset AND l.account = a.id
 WHERE l.certain = 1
   AND l.left_at <= :now
   AND coalesce(r.attr ->> '$.status', 'active') <> 'deleted'
   AND coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted', 'expired')
 GROUP BY r.tenant, a.id, r.role, r.scope;
