-- SPDX-License-Identifier: Apache-2.0
-- id: suspended-keeps-role
-- revision: 1
-- title: No suspended user holds an administrator role or is the only owner of
--   a group
-- why: Suspending takes no role away; whoever lifts the suspension, by mistake
--   or on purpose, brings an administrator back.
-- severity: high
-- per: tenant
-- systems: google
-- needs: account[google.users], role[google.role_assignments],
--   team[google.groups], membership[google.group_members]
-- fix: suspended-clean
-- maps: soc2 CC6.2 direct "Shows roles of suspended users, so that access of
--   departed people is taken away"
-- maps: iso27001 A.5.18 direct "Shows roles of suspended users; access rights
--   are removed when people leave"
-- maps: nis2 10.3 supporting "Shows roles of suspended users after a person
--   left or changed job"
-- maps: hipaa 164.308(a)(3)(ii)(C) direct "Shows roles of suspended users;
--   access has to end with the job"
-- maps: nist80053 PS-4 direct "Shows roles of people whose account was
--   suspended"
-- refs: Admin SDK Directory API: role assignments and memberships of a
--   suspended user stay
-- population:
SELECT tenant, count(*) AS n
  FROM account
 WHERE coalesce(state, 'unknown') <> 'active'
 GROUP BY tenant;
-- violations:
-- A state that is not told may be a suspension, so only a user who is surely
-- active is passed over.  An owner who is no user of the list counts as one
-- who is here: he is somebody from outside, or a group.
WITH out(tenant, id, name, email, state) AS (
    SELECT tenant, id, coalesce(name, email, id), email,
           coalesce(state, 'unknown')
      FROM account
     WHERE coalesce(state, 'unknown') <> 'active'),
owned(tenant, team, account) AS (
    SELECT tenant, team, account
      FROM membership
     WHERE json_extract(attr, '$.role') = 'OWNER')
SELECT o.tenant,
       o.id || ' ' || r.role || ' ' || coalesce(r.scope, '') AS subject,
       o.name AS name,
       o.state || ', role ' || r.role AS seen,
       'no role' AS wanted,
       o.email
  FROM out AS o
  JOIN role AS r ON r.tenant = o.tenant AND r.account = o.id
UNION ALL
SELECT o.tenant,
       o.id || ' owner ' || w.team AS subject,
       o.name AS name,
       o.state || ', only owner of ' || coalesce(t.name, w.team) AS seen,
       'an owner who is here' AS wanted,
       o.email
  FROM out AS o
  JOIN owned AS w ON w.tenant = o.tenant AND w.account = o.id
  LEFT JOIN team AS t ON t.tenant = w.tenant AND t.id = w.team
 WHERE NOT EXISTS (SELECT 1
                     FROM owned AS x
                    WHERE x.tenant = w.tenant AND x.team = w.team
                      AND NOT EXISTS (SELECT 1
                                        FROM out AS y
                                       WHERE y.tenant = x.tenant
                                         AND y.id = x.account));
