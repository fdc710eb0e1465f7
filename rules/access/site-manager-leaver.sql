-- SPDX-License-Identifier: Apache-2.0
-- id: site-manager-leaver
-- revision: 2
-- title: No manager group of a site holds somebody who left
-- why: Site managers get their role through a group; the user list never shows
--   it, and the person keeps it until the group is cleaned.
-- severity: high
-- per: tenant
-- systems: printix
-- needs: resource[printix.sites],
--   team[printix.groups|printix-portal.analytics_groups],
--   membership[printix-portal.analytics_group_users],
--   account[printix-portal.analytics_users|printix-portal.extract_users],
--   person_link[printix-portal.analytics_users|printix-portal.extract_users]
-- fix: group-clean
-- maps: soc2 CC6.2 direct "Shows people who left and manage a site through a
--   group, so that access of departed people is taken away"
-- maps: iso27001 A.5.18 direct "Shows people who left and manage a site
--   through a group; access rights are removed when people leave"
-- maps: nis2 10.3 supporting "Shows people who left and manage a site through
--   a group after a person left or changed job"
-- maps: hipaa 164.308(a)(3)(ii)(C) direct "Shows people who left and manage a
--   site through a group; access has to end with the job"
-- maps: nist80053 PS-4 direct "Shows people who left and manage a site through
--   a group of people who left"
-- refs: Printix Cloud Print API, sites: adminGroupIds are the groups of Site
--   managers
-- population:
SELECT tenant, count(*) AS n
  FROM resource
 WHERE kind = 'site'
 GROUP BY tenant;
-- violations:
-- A group is the same in both exports when its id or its directory id is.  A
-- state that is hidden counts as able to sign in.
WITH managers(tenant, site, site_name, team) AS (
    SELECT s.tenant, s.id, coalesce(s.name, s.id), g.value
      FROM resource AS s, json_each(s.attr, '$.adminGroupIds') AS g
     WHERE s.kind = 'site'
    UNION
    SELECT s.tenant, s.id, coalesce(s.name, s.id), o.id
      FROM resource AS s, json_each(s.attr, '$.adminGroupIds') AS g
      JOIN team AS t ON t.tenant = s.tenant AND t.id = g.value
      JOIN team AS o ON o.tenant = t.tenant AND o.external_id = t.external_id
     WHERE s.kind = 'site')
SELECT m.tenant,
       m.site || ' ' || a.id AS subject,
       coalesce(a.name, a.email, a.id) AS name,
       'manages ' || m.site_name || ' through a group, left '
           || iso(l.left_at) AS seen,
       'out of the group in the identity provider' AS wanted,
       a.email, m.team, l.person, l.left_at, l.how
  FROM managers AS m
  JOIN membership AS b ON b.tenant = m.tenant AND b.team = m.team
  JOIN account AS a ON a.tenant = b.tenant AND a.id = b.account
  JOIN person_link AS l
    ON l.tenant = a.tenant AND l.dataset = a.dataset AND l.account = a.id
 WHERE l.certain = 1
   AND l.left_at <= :now
 GROUP BY m.tenant, m.site, a.id;
