-- SPDX-License-Identifier: Apache-2.0
-- id: leaver-role-through-group
-- revision: 1
-- title: No departed person holds a directory role through a group
-- why: A role that is given to a group does not show on the person: it
--   is overlooked when somebody leaves.
-- severity: critical
-- per: tenant
-- systems: entra
-- needs: role[entra.role_assignments], membership[entra.group_members],
--   account[entra.users], person_link[entra.users]
-- fix: group-member-remove
-- maps: soc2 CC6.2 direct "Shows roles that departed people reach
--   through groups; so that only known people keep access"
-- maps: iso27001 A.5.18 direct "Shows roles that departed people reach
--   through groups; so that rights are removed in time"
-- maps: nis2 10.3 supporting "Shows roles that departed people reach
--   through groups; after a person left"
-- maps: hipaa 164.308(a)(3)(ii)(C) direct "Shows roles that departed
--   people reach through groups; access ends with the job"
-- maps: nist80053 PS-4 direct "Shows roles that departed people reach
--   through groups; after people left"
-- population:
SELECT r.tenant, count(*) AS n
  FROM role AS r
  JOIN membership AS m ON m.tenant = r.tenant AND m.team = r.account
 WHERE coalesce(r.privileged, 'unknown') <> 'no'
 GROUP BY r.tenant;
-- violations:
SELECT r.tenant,
       a.id || ' ' || r.role || ' ' || r.scope || ' ' || m.team AS subject,
       coalesce(a.name, a.email, a.login, a.id) AS name,
       r.role || ' through a group, left ' || iso(l.left_at) AS seen,
       'no member of the group' AS wanted,
       a.email, a.state, r.scope, m.team, l.person, l.left_at, l.how
  FROM role AS r
  JOIN membership AS m ON m.tenant = r.tenant AND m.team = r.account
  JOIN account AS a ON a.tenant = m.tenant AND a.id = m.account
  JOIN person_link AS l
    ON l.tenant = a.tenant AND l.dataset = a.dataset AND l.account = a.id
 WHERE l.certain = 1
   AND l.left_at <= :now
   AND coalesce(r.privileged, 'unknown') <> 'no'
   AND coalesce(a.state, 'unknown') NOT IN ('disabled', 'deleted', 'expired');
