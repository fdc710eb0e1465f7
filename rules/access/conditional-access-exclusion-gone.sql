-- SPDX-License-Identifier: Apache-2.0
-- id: conditional-access-exclusion-gone
-- revision: 1
-- title: No policy of conditional access keeps out somebody who is gone
-- why: An exception that nobody remembers is a way around the second factor:
--   whoever gets the account or the group gets the exception, too.
-- severity: medium
-- per: tenant
-- systems: entra
-- needs: resource[entra.conditional_access], account[entra.users],
--   team[entra.groups]
-- fix: conditional-access-exclusion
-- maps: soc2 CC6.2 supporting "Shows exceptions for accounts and groups that
--   are gone; access is taken away when people leave"
-- maps: iso27001 A.5.18 supporting "Shows exceptions for accounts and groups
--   that are gone; rights end with the relation"
-- maps: nist80053 PS-4 supporting "Shows exceptions for accounts and groups
--   that are gone; what ends with the job is ended"
-- refs: Microsoft Graph: conditions.users.excludeUsers and excludeGroups of
--   conditionalAccessPolicy
-- population:
SELECT r.tenant, count(*) AS n
  FROM resource AS r
 WHERE r.kind = 'list_entry'
 GROUP BY r.tenant;
-- violations:
-- A policy that does not say whether it is on counts as on. Words for all
-- guests are no account.
SELECT e.tenant,
       e.id AS subject,
       coalesce(p.name, e.parent) AS name,
       'keeps out ' || e.name || ' ' || coalesce(a.name, a.login, e.owner)
           || CASE WHEN e.name = 'user' AND a.id IS NOT NULL
                   THEN ', which is ' || a.state
                   ELSE ', which is in no list' END AS seen,
       'exceptions for accounts and groups that are there' AS wanted,
       e.owner, p.state
  FROM resource AS e
  LEFT JOIN resource AS p
    ON p.tenant = e.tenant AND p.kind = 'policy' AND p.id = e.parent
  LEFT JOIN account AS a
    ON a.tenant = e.tenant AND a.id = e.owner AND e.name = 'user'
  LEFT JOIN team AS g
    ON g.tenant = e.tenant AND g.id = e.owner AND e.name = 'group'
 WHERE e.kind = 'list_entry'
   AND coalesce(p.state, 'enabled') <> 'disabled'
   AND coalesce(e.owner, '') NOT IN ('guestsorexternalusers', 'all')
   AND ((a.id IS NULL AND g.id IS NULL)
        OR coalesce(a.state, 'unknown') IN ('disabled', 'deleted'));
