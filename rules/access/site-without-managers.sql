-- SPDX-License-Identifier: Apache-2.0
-- id: site-without-managers
-- revision: 1
-- title: Every site has a manager group that exists
-- why: A site without a living manager group is run by nobody, or by the
--   System managers alone.
-- severity: low
-- per: tenant
-- systems: printix
-- needs: resource[printix.sites], team[printix.groups], coverage
-- fix: site-managers
-- maps: soc2 CC6.3 direct "Shows sites whose manager group is gone, so that
--   privileged access stays with those who need it"
-- maps: iso27001 A.8.2 direct "Shows sites whose manager group is gone; few
--   people hold powerful rights"
-- maps: nis2 11.3 direct "Shows sites whose manager group is gone among
--   privileged accounts"
-- maps: hipaa 164.308(a)(4)(ii)(C) supporting "Shows sites whose manager group
--   is gone for the review of access"
-- maps: nist80053 AC-2(7) direct "Shows sites whose manager group is gone
--   among the holders of privileged roles"
-- population:
SELECT tenant, count(*) AS n
  FROM resource
 WHERE kind = 'site'
 GROUP BY tenant;
-- violations:
-- No list of groups is a site without one.  That a group is in no list proves
-- something only when the groups were read completely.
SELECT s.tenant,
       s.id || coalesce(' ' || g.value, '') AS subject,
       coalesce(s.name, s.id) AS name,
       CASE WHEN g.value IS NULL THEN 'no manager group'
            ELSE 'manager group ' || g.value || ' is in no list' END AS seen,
       'a manager group that exists' AS wanted,
       s.attr ->> '$.path' AS path
  FROM resource AS s
  LEFT JOIN json_each(s.attr, '$.adminGroupIds') AS g
 WHERE s.kind = 'site'
   AND (g.value IS NULL
        OR (NOT EXISTS (SELECT 1
                          FROM team AS t
                         WHERE t.tenant = s.tenant AND t.id = g.value)
            AND NOT EXISTS (SELECT 1
                              FROM coverage AS v
                             WHERE v.tenant = s.tenant
                               AND v.dataset = 'printix.groups'
                               AND (v.status <> 'complete'
                                    OR v.stale = 1))));
